"""A worker, as the judge holds it: it is asked, it answers or fails, it is closed.

::

    bundle = Bundle((Module("hw.layers", "hw/layers.py", source),))
    with ForkServer() as server, server.open(bundle) as worker:
        forward = Place("hw.layers").attribute("affine_forward")
        out, cache = worker.call(forward, x, w, b, options=CallOptions(("value", "handle"))).value
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import numpy as np

from grader.worker import answers
from grader.worker.bundle import Bundle
from grader.worker.clock import Expired, Stopwatch
from grader.worker.conversation import Conversation
from grader.worker.engine import Ending, Engine, Process
from grader.worker.inside.channel import Closed
from grader.worker.inside.values import Handle, Value
from grader.worker.inside.wire import Malformed, Unencodable
from grader.worker.limits import STARTING, Limits
from grader.worker.outcomes import (
    Crash,
    MemoryExceeded,
    ProtocolViolation,
    StudentFault,
    Timeout,
    Usage,
    WorkerFault,
)
from grader.worker.probe import run_probe
from grader.worker.requests import CallOptions, Exported, Key, Place, Points, Returned, Wanted

_PLAIN_CALL = CallOptions()


class Worker:
    """One confined process with one submission in it. Made by `ForkServer.open`.

    Every request may raise a `StudentFault`. After one that is not ``alive`` the worker is gone;
    the caller opens another. Not for use by several threads at once.

    Parameters
    ----------
    engine : Engine
    process : Process
    conversation : Conversation
    limits : Limits
    serial : int
        Distinguishes this worker's handles from those of others.
    pid : int, optional
        As seen here.
    """

    def __init__(
        self,
        engine: Engine,
        process: Process,
        conversation: Conversation,
        *,
        limits: Limits,
        serial: int,
        pid: int | None,
    ) -> None:
        self.limits = limits
        self.pid = pid
        self.wall_seconds = 0.0
        """What the answered requests took, imports left aside."""
        self.cpu_seconds = 0.0
        self._engine = engine
        self._process = process
        self._conversation = conversation
        self._serial = serial
        self._start = time.monotonic()
        self._usage: Usage | None = None

    # Requests -----------------------------------------------------------------------------------

    def load(self, bundle: Bundle) -> None:
        """Hold another bundle instead of the present one, of which nothing stays that can be imported.

        For a worker that has read a hand-in and is now to run it: nothing of the hand-in has run yet.

        Raises
        ------
        StudentFault
        ValueError
            If the judge is to compute functions: that is decided when a worker is opened.
        """
        if bundle.served:
            raise ValueError("served: got functions, wanted none for a worker that is open already")
        with self._asking("load", bundle.on_the_wire(self._serial << answers.SERIAL_SHIFT), limits=STARTING):
            return

    def import_module(self, name: str, *, limits: Limits | None = None) -> tuple[Exported, ...]:
        """Import a module of the submission; its public names.

        Raises
        ------
        StudentFault
        """
        with self._asking("import", name, limits=limits) as (payload, _):
            return answers.exported(payload)

    def call(
        self,
        function: Place,
        *positional: Value,
        keywords: Mapping[str, Value] | None = None,
        options: CallOptions = _PLAIN_CALL,
        limits: Limits | None = None,
    ) -> Returned:
        """Call something. Every array arrives as a fresh, writable, C-contiguous copy.

        Parameters
        ----------
        function : Place
            A function, a class (to get an instance, as a handle) or a method.
        *positional : value or Handle
        keywords : mapping, optional
        options : CallOptions
            What comes back, and how.
        limits : Limits, optional
            Other times than the worker's.

        Raises
        ------
        StudentFault
        """
        sent = keywords or {}
        self._check_handles(*positional, *sent.values())
        options.require_fit(_by_key(positional, sent))
        request = ("call", self._wire(function), positional, dict(sent), options.on_the_wire)
        with self._asking(*request, limits=limits) as (payload, watch):
            value, read_back, changed = answers.returned(
                payload, options.result, tuple(options.read_back), serial=self._serial
            )
            return Returned(value, read_back, changed, watch.wall_seconds, watch.cpu_seconds)

    def probe(
        self,
        function: Place,
        *positional: Value,
        vary: Key | Place,
        points: Points,
        keywords: Mapping[str, Value] | None = None,
        pick: int | None = None,
        limits: Limits | None = None,
    ) -> Value:
        """The outputs of a call at many points: for numerical gradients, which the judge forms.

        Parameters
        ----------
        function : Place
        *positional : value or Handle
        vary : int, str or Place
            An argument by position or keyword, or an array in the worker (a net's parameter),
            which is put back afterwards.
        points : Values or Nudges
        keywords : mapping, optional
        pick : int, optional
            Which result, of several.
        limits : Limits, optional
            For all points together.

        Returns
        -------
        ndarray with one row per point, or a list of outputs that are not alike, or `Unsupported`

        Raises
        ------
        StudentFault
        """
        sent = keywords or {}
        self._check_handles(*positional, *sent.values())
        if not isinstance(vary, Place):
            base = _by_key(positional, sent).get(vary)
            if not isinstance(base, np.ndarray):
                raise ValueError(f"vary: got {vary!r}, wanted an argument of the call that is an array")
            points.require_fit(base)
        where = ("part", self._wire(vary)) if isinstance(vary, Place) else ("argument", vary)
        left = limits or self.limits

        def ask(portion: tuple[Any, ...]) -> Value:
            nonlocal left
            request = ("probe", self._wire(function), positional, dict(sent), where, portion, pick)
            with self._asking(*request, limits=left) as (payload, watch):
                left = _less(left, watch)
                return payload

        with self._blaming_malformed():
            return run_probe(ask, points)

    def get(self, place: Place, wanted: Wanted = "value") -> Value:
        """What is at ``place``: a value, or a handle to it."""
        with self._asking("get", self._wire(place), wanted) as (payload, _):
            return answers.as_wanted(payload, wanted, serial=self._serial)

    def set(self, place: Place, value: Value) -> None:
        """Put ``value`` at ``place``."""
        self._check_handles(value)
        with self._asking("set", self._wire(place), value):
            return

    def keys(self, place: Place) -> list[Key]:
        """The keys of a dict (or the items of another container) at ``place``."""
        with self._asking("keys", self._wire(place)) as (payload, _):
            if not isinstance(payload, list) or not all(type(key) in (int, str) for key in payload):
                raise Malformed("something else than keys")
            return payload

    def describe(self, place: Place) -> str:
        """What is at ``place``, in a few words: type, and shape or length."""
        with self._asking("describe", self._wire(place)) as (payload, _):
            return answers.words(payload)

    def keep(self, value: Value) -> Handle:
        """Put a value into the worker; a handle to it."""
        self._check_handles(value)
        with self._asking("keep", value) as (payload, _):
            return answers.handle(payload, serial=self._serial)

    def drop(self, *handles: Handle) -> None:
        """Let the worker forget objects."""
        self._check_handles(*handles)
        with self._asking("drop", [handle.number for handle in handles]):
            return

    def attempt(self, targets: Mapping[str, Any]) -> dict[str, str]:
        """Have the worker try to get out: the self-test, before any student code."""
        with self._asking("attempt", dict(targets)) as (payload, _):
            return {str(name): str(outcome) for name, outcome in payload.items()}

    # Life ---------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._usage is None

    @property
    def output(self) -> str:
        """The beginning of what has been printed, made readable."""
        return self._process.output.text()

    def output_since(self, start: int) -> tuple[str, int]:
        """The beginning of what has been printed from byte ``start`` on, and the byte where it ends."""
        return self._process.output.since(start)

    def close(self) -> Usage:
        """End the process, whatever it does; what it used.

        Raises
        ------
        WorkerFault
            If its server is gone, and with it the process.
        """
        if self._usage is None:
            ending = Ending(status=-9, cpu_seconds=0.0, max_rss_mib=0.0)
            try:
                ending = self._engine.end(self._process.token)
            finally:
                self._usage = Usage(
                    cpu_seconds=ending.cpu_seconds,
                    wall_seconds=time.monotonic() - self._start,
                    max_rss_mib=ending.max_rss_mib,
                    status=ending.status,
                    output=self._process.output.text(),
                )
                self._process.connection.close()
                self._process.output.close()
        return self._usage

    def __enter__(self) -> Self:
        """The worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # Asking -------------------------------------------------------------------------------------

    @contextmanager
    def _asking(
        self, verb: str, *details: Any, limits: Limits | None = None
    ) -> Iterator[tuple[Value, Stopwatch]]:
        """Ask, and look at the answer inside the ``with``: a bad one is the submission's crash."""
        if self._usage is not None:
            raise WorkerFault("this worker has ended")
        with self._blaming_malformed():
            yield self._ask((verb, *details), limits or self.limits)

    @contextmanager
    def _blaming_malformed(self) -> Iterator[None]:
        try:
            yield
        except Malformed as error:
            self.close()
            raise ProtocolViolation(str(error)) from error

    def _ask(self, request: tuple[Any, ...], limits: Limits) -> tuple[Value, Stopwatch]:
        try:
            payload, watch = self._conversation.ask(request, limits)
        except StudentFault as fault:
            if not fault.alive:
                self.close()
            raise
        except Unencodable as error:
            raise WorkerFault(f"{request[0]}: an argument cannot be sent: {error}") from error
        except Expired as expired:
            self.close()
            raise self._expired(expired) from None
        except Closed:
            raise self._ended(self.close()) from None
        except BaseException:  # of a served function, or an interrupt: it stands in mid-sentence
            self.close()
            raise
        if request[0] not in ("load", "import"):
            self.wall_seconds += watch.wall_seconds
            self.cpu_seconds += watch.cpu_seconds
        return payload, watch

    def _expired(self, expired: Expired) -> StudentFault:
        if expired.clock == "memory":
            return MemoryExceeded(self.limits.memory_mib, alive=False)
        return Timeout(expired.clock, expired.seconds)

    def _ended(self, usage: Usage) -> StudentFault:
        """Why it ended by itself."""
        by_kernel = usage.status in (-signal.SIGKILL, -getattr(signal, "SIGXCPU", 0))
        if by_kernel and usage.cpu_seconds >= self.limits.life_cpu_seconds - 1:
            return Timeout("cpu", self.limits.life_cpu_seconds)
        return Crash(usage.status)

    def _wire(self, place: Place) -> tuple[Any, ...]:
        self._check_handles(place.start)
        return place.on_the_wire

    def _check_handles(self, *values: Value) -> None:
        for value in values:
            if isinstance(value, Handle) and not answers.belongs(value, self._serial):
                raise WorkerFault(f"the handle to {value.kind!r} belongs to another worker")


def _by_key(positional: tuple[Value, ...], keywords: Mapping[str, Value]) -> dict[Key, Value]:
    arguments: dict[Key, Value] = dict(enumerate(positional))
    arguments.update(keywords.items())
    return arguments


def _less(limits: Limits, watch: Stopwatch) -> Limits:
    """What is left after a part of a request; never nothing, so that the next part decides."""
    return replace(
        limits,
        wall_seconds=max(1e-3, limits.wall_seconds - watch.wall_seconds),
        cpu_seconds=max(1e-3, limits.cpu_seconds - watch.cpu_seconds),
    )
