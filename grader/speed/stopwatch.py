"""The CPU time of one worker, from one answer to the next, by the kernel's clock.

The clock is that of the worker's process, and it is read here: nothing that runs there can change it.
It counts from answer to answer and not from question to answer, so that whoever computes while nobody
asks pays for it too. What other processes do meanwhile is not in it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from grader.worker import Worker
from grader.worker.clock import cpu_clock


class CannotMeasure(Exception):
    """The machine does not let us measure; nobody is to blame."""


class Timed(NamedTuple):
    """The result of a call, and what it took."""

    value: Any
    seconds: float
    """CPU seconds of its worker."""
    wall: float
    """From question to answer."""


class Stopwatch:
    """The CPU seconds of one worker.

    Parameters
    ----------
    clock : callable
        Reads its clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()

    @classmethod
    def of(cls, worker: Worker) -> Stopwatch:
        """That of a worker. It reads 0 for ever where there is no such clock."""
        return cls(cpu_clock(worker.pid))

    def start(self) -> None:
        """What went by up to now does not count."""
        self._last = self._clock()

    def lap(self) -> float:
        """The seconds since this was asked last."""
        before, self._last = self._last, self._clock()
        return self._last - before


def some_core() -> int:
    """A core of those that this process may use: by lot, so that not all judges meet on the first."""
    if not hasattr(os, "sched_getaffinity"):
        return 0  # nothing can be kept there either
    return random.SystemRandom().choice(sorted(os.sched_getaffinity(0)))


def require_on(core: int, worker: Worker) -> None:
    """Require that a worker runs on this core alone, as the fork server of a speed check sees to.

    Raises
    ------
    CannotMeasure
        If it does not, or nobody can tell.
    """
    try:
        cores = os.sched_getaffinity(worker.pid or -1)
    except (AttributeError, OSError) as error:
        raise CannotMeasure("nobody can tell on which core a process runs") from error
    if cores != {core}:
        raise CannotMeasure("a process cannot be kept on one core")
