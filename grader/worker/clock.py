"""The time of one request, by clocks that the submission cannot touch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from grader.worker.limits import Limits

_LOOK_SECONDS: Final = 0.2


class Expired(Exception):
    """A limit is reached."""

    def __init__(self, clock: Literal["wall", "cpu", "memory"], seconds: float) -> None:
        super().__init__(clock)
        self.clock: Literal["wall", "cpu", "memory"] = clock
        self.seconds = seconds


def cpu_clock(pid: int | None) -> Callable[[], float]:
    """Reads the CPU time of another process; always 0.0 where that cannot be read."""
    if pid is None:
        return lambda: 0.0
    number = (~pid << 3) | 2  # the kernel's name for "the CPU clock of that process", CPUCLOCK_SCHED

    def read() -> float:
        try:
            return time.clock_gettime(number)
        except OSError:  # it has ended; the channel will say so
            return 0.0

    return read


class Stopwatch:
    """Runs from its making to the end of a request.

    Parameters
    ----------
    limits : Limits
    cpu : callable
        The worker's CPU seconds.
    memory_mib : callable, optional
        The worker's memory, if it has to be watched.
    """

    def __init__(
        self, limits: Limits, cpu: Callable[[], float], memory_mib: Callable[[], float] | None = None
    ) -> None:
        self._limits = limits
        self._cpu = cpu
        self._memory_mib = memory_mib
        self._cpu_start = cpu()
        self._start = time.monotonic()

    @property
    def wall_seconds(self) -> float:
        """Since the start, without pauses."""
        return time.monotonic() - self._start

    @property
    def cpu_seconds(self) -> float:
        """Of the worker, since the start."""
        return max(0.0, self._cpu() - self._cpu_start)

    def patience(self) -> float:
        """How long to wait at most before asking again.

        A single thread cannot use CPU time faster than real time passes, so waiting for as long as
        there is CPU time left never waits too long.

        Raises
        ------
        Expired
            If a limit is reached.
        """
        wall = self._limits.wall_seconds - self.wall_seconds
        if wall <= 0:
            raise Expired("wall", self._limits.wall_seconds)
        cpu = self._limits.cpu_seconds - self.cpu_seconds
        if cpu <= 0:
            raise Expired("cpu", self._limits.cpu_seconds)
        if self._memory_mib is None:
            return min(wall, max(cpu, 0.001))
        if self._memory_mib() > self._limits.memory_mib:
            raise Expired("memory", 0.0)
        return min(wall, _LOOK_SECONDS)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The judge's own work, and what it asks meanwhile, is not the time of this request."""
        begin, cpu_begin = time.monotonic(), self._cpu()
        try:
            yield
        finally:
            self._start += time.monotonic() - begin
            self._cpu_start += self._cpu() - cpu_begin
