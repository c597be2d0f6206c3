"""A submission's own functions, timed in its worker."""

from __future__ import annotations

from typing import Any, Final

from grader.speed.inputs import Array, Pair
from grader.speed.stopwatch import Stopwatch, Timed, require_on
from grader.subject.outcomes import BadOutput
from grader.subject.remote import RemoteSubject
from grader.subject.remote_function import RemoteFunction
from grader.worker import Handle, StudentFault, Worker

GROUPS: Final = {"fast": "fast", "naive": "layers"}
"""Which group of the interface holds the functions of a path: layers run without a fast path."""


class Entrant:
    """The submission's functions of one pair.

    Parameters
    ----------
    subject : RemoteSubject
    pair : Pair
    path : "fast" or "naive"
    core : int
        The processor core on which its worker has to run.
    """

    def __init__(self, subject: RemoteSubject, pair: Pair, path: str, core: int) -> None:
        group = getattr(subject, GROUPS[path])
        self._subject = subject
        self._core = core
        self._forward: RemoteFunction = getattr(group, pair.name("forward", path))
        self._backward: RemoteFunction = getattr(group, pair.name("backward", path))
        self._worker: Worker | None = None
        self._stopwatch = Stopwatch(lambda: 0.0)
        self._cache: Any = None

    def forward(self, arguments: tuple[Any, ...]) -> Timed:
        """The forward pass; its cache stays in the worker.

        Raises
        ------
        SubjectError
            Also if the functions cannot be called.
        """
        done = self._timed(self._forward, arguments)
        if not (isinstance(done.value, tuple) and len(done.value) == 2):
            raise BadOutput(f"{self._forward.interface.name} gives no output and cache")
        out, self._cache = done.value
        return done._replace(value=out)

    def backward(self, dout: Array) -> Timed:
        """The backward pass, with the cache of the last forward pass.

        Raises
        ------
        SubjectError
        """
        return self._timed(self._backward, (dout, self._cache))

    def release(self) -> None:
        """Let the cache go; that takes no time of the next call."""
        cache, self._cache = self._cache, None
        if self._worker is not None and self._worker.alive and isinstance(cache, Handle):
            try:
                self._worker.drop(cache)
            except StudentFault:  # the next call finds out whether it goes on
                return
            self._stopwatch.start()

    def _timed(self, function: RemoteFunction, arguments: tuple[Any, ...]) -> Timed:
        """One call, which may take as long as a check may."""
        self._subject.renew()
        worker = self._ready(function)
        wall = worker.wall_seconds
        value = function.plainly(*arguments)
        return Timed(value, self._stopwatch.lap(), worker.wall_seconds - wall)

    def _ready(self, function: RemoteFunction) -> Worker:
        """The worker, on its core and with its stopwatch; a new one after the last has died."""
        self._subject.require(function.interface.name)
        worker, _ = self._subject.module(function.interface.group, function.interface.module)
        if worker is not self._worker:
            require_on(self._core, worker)
            self._worker, self._stopwatch = worker, Stopwatch.of(worker)
        return worker
