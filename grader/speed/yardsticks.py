"""The two yardsticks, the reference's loops and its NumPy code, in a confined worker of their own.

They run there and not in the judge so that everything is the same for them and for a submission: the
interpreter, the one BLAS thread, the walls, the way of the arrays. The worker holds source text of the
reference and nothing else. Beside them runs an echo, which takes what they take and gives back as much:
what a call costs before and after the function itself.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Any, Final, Literal

from grader.authoring.sources import Sources
from grader.speed.inputs import PAIRS, Array, Pair
from grader.speed.stopwatch import Stopwatch, Timed, require_on
from grader.worker import Bundle, CallOptions, Handle, Module, Place, StudentFault, Worker, WorkerFault

Variety = Literal["loops", "numpy"]

_ECHO: Final = Module(
    "echo",
    "echo.py",
    b"""
import numpy as np

_kept = {}


def echo(shapes, *arguments):
    key = tuple(map(tuple, shapes))
    if key not in _kept:
        _kept[key] = tuple(np.ones(shape) for shape in key)
    return _kept[key]
""",
)


@cache
def bundle() -> Bundle:
    """What the worker holds."""
    sources = Sources.of_package("reference")
    parts = _parts(sources, [part for pair in PAIRS for part in (pair.module, f"fast.{pair.module}")])
    modules = (
        Module(f"{sources.package}.{part}", sources.name(part), sources.text(part).encode()) for part in parts
    )
    return Bundle((), (*modules, _ECHO))


def _parts(sources: Sources, wanted: list[str]) -> list[str]:
    """Some parts of the reference, and those that they import."""
    found: list[str] = []
    while wanted:
        part = wanted.pop()
        if part not in found:
            found.append(part)
            tree = ast.parse(sources.text(part))
            named = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
            wanted += [inner for inner in map(sources.part, named) if inner]
    return found


class Yardsticks:
    """The worker of the two yardsticks and of the echo.

    Parameters
    ----------
    worker : Worker
        With `bundle`.
    core : int
        The processor core on which it has to run.

    Raises
    ------
    CannotMeasure
        If it does not.
    """

    def __init__(self, worker: Worker, core: int) -> None:
        require_on(core, worker)
        self.worker = worker
        self._stopwatch = Stopwatch.of(worker)

    def timed(self, place: Place, *arguments: Any, wanted: tuple[Any, ...] | Any) -> Timed:
        """Call something in it.

        Raises
        ------
        WorkerFault
            If that fails: it is our own code.
        """
        try:
            returned = self.worker.call(place, *arguments, options=CallOptions(wanted, watch=False))
        except StudentFault as error:
            raise WorkerFault(f"a yardstick of the speed check failed: {error}") from error
        return Timed(returned.value, self._stopwatch.lap(), returned.wall_seconds)

    def release(self, handle: Handle) -> None:
        """Let it forget something; that takes no time of the next call."""
        try:
            self.worker.drop(handle)
        except StudentFault as error:
            raise WorkerFault(f"a yardstick of the speed check failed: {error}") from error
        self._stopwatch.start()


class Yardstick:
    """One of the two, for one pair of functions.

    Parameters
    ----------
    yardsticks : Yardsticks
    pair : Pair
    variety : "loops" or "numpy"
    """

    def __init__(self, yardsticks: Yardsticks, pair: Pair, variety: Variety) -> None:
        self._yardsticks = yardsticks
        module = f"reference.fast.{pair.module}" if variety == "numpy" else f"reference.{pair.module}"
        path = "fast" if variety == "numpy" else "naive"
        self._forward, self._backward = (
            Place(module).attribute(pair.name(which, path)) for which in ("forward", "backward")
        )
        self._gradients = ("value",) * len(pair.gradients) if len(pair.gradients) > 1 else "value"
        self._cache: Handle | None = None

    def forward(self, arguments: tuple[Any, ...]) -> Timed:
        """The forward pass; its cache stays in the worker."""
        done = self._yardsticks.timed(self._forward, *arguments, wanted=("value", "handle"))
        out, self._cache = done.value
        return done._replace(value=out)

    def backward(self, dout: Array) -> Timed:
        """The backward pass, with the cache of the last forward pass."""
        return self._yardsticks.timed(self._backward, dout, self._cache, wanted=self._gradients)

    def release(self) -> None:
        """Let the cache go."""
        if self._cache is not None:
            self._yardsticks.release(self._cache)
            self._cache = None


class Echo:
    """The way there and back, for one pair of functions."""

    def __init__(self, yardsticks: Yardsticks, pair: Pair) -> None:
        self._yardsticks = yardsticks
        self._pair = pair

    def forward(self, arguments: tuple[Any, ...]) -> Timed:
        """What a forward call costs beside the function."""
        return self._timed([self._pair.out], *arguments)

    def backward(self, dout: Array) -> Timed:
        """What a backward call costs beside the function."""
        return self._timed(list(self._pair.shapes), dout)

    def release(self) -> None:
        """Nothing is kept."""

    def _timed(self, shapes: list[tuple[int, ...]], *arguments: Any) -> Timed:
        place = Place("echo").attribute("echo")
        return self._yardsticks.timed(place, shapes, *arguments, wanted=("value",) * len(shapes))
