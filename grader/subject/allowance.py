"""The time of one check, across all its calls and whatever workers answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.worker import Limits, Timeout, Worker

_LEAST = 1e-3  # seconds: what has nothing left fails at its next call


class Allowance:
    """What is left of a check's time.

    Parameters
    ----------
    limits : Limits
        Of a check that asks for none of its own.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._workers: list[Worker] = []
        self.begin(None)

    def begin(self, seconds: float | None) -> None:
        """A check begins, with a limit of its own or without one."""
        self._wall = self._limits.wall_seconds if seconds is None else seconds
        self._cpu = self._limits.cpu_seconds if seconds is None else seconds
        self._workers = [worker for worker in self._workers if worker.alive]
        self._wall_before, self._cpu_before = self._spent()

    def opened(self, open_worker: Callable[[], Worker]) -> Worker:
        """A worker whose time counts from now on; what it has used before does not."""
        worker = open_worker()
        self._workers.append(worker)
        self._wall_before += worker.wall_seconds
        self._cpu_before += worker.cpu_seconds
        return worker

    @property
    def left(self) -> Limits:
        """The limits of the next call."""
        wall, cpu = self._spent()
        return replace(
            self._limits,
            wall_seconds=max(_LEAST, self._wall + self._wall_before - wall),
            cpu_seconds=max(_LEAST, self._cpu + self._cpu_before - cpu),
        )

    def says(self, timeout: Timeout) -> str:
        """The error in terms of the check, of whose time the last call may have had a rest only."""
        seconds = self._wall if timeout.clock == "wall" else self._cpu
        return str(Timeout(timeout.clock, seconds))

    def _spent(self) -> tuple[float, float]:
        return (
            sum(worker.wall_seconds for worker in self._workers),
            sum(worker.cpu_seconds for worker in self._workers),
        )
