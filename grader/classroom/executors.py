"""The judges of this machine: one process each, on a core of its own where there are enough.

A judge and its workers take turns, so on one core they need half the time that they need on two. But a
lone judge is left to the kernel: several lone graders on one machine would all meet on the same core.

This module is what a new process loads first, so it loads nothing that is heavy.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.queues import SimpleQueue

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


class LocalJudges(ProcessPoolExecutor):
    """Processes for `grader.classroom.judge.grade_one`.

    They are started afresh and not forked: a fork of this process would hand the judges its threads'
    locks, and their workers whatever it holds.

    Parameters
    ----------
    judges : int
        The most processes at a time.
    """

    def __init__(self, judges: int) -> None:
        context = multiprocessing.get_context("spawn")
        cores: SimpleQueue[int | None] = context.SimpleQueue()
        for core in placement(judges, available_cores()):
            cores.put(core)
        self._strangers = {*multiprocessing.active_children()}
        super().__init__(judges, mp_context=context, initializer=_become_judge, initargs=(cores,))

    def abandon(self, grace_seconds: float = 5.0) -> None:
        """End the processes now, whatever they are at.

        Parameters
        ----------
        grace_seconds : float
            What they get to end their workers; then they are killed.
        """
        judges = {*multiprocessing.active_children()} - self._strangers
        for process in judges:
            process.terminate()
        deadline = time.monotonic() + grace_seconds
        for process in judges:
            # Not joined: the executor's own thread does that.
            if not connection.wait([process.sentinel], max(0.0, deadline - time.monotonic())):
                process.kill()  # its workers end with it


def available_cores() -> tuple[int, ...]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def placement(judges: int, cores: tuple[int, ...]) -> list[int | None]:
    """The core for each of so many judges; None where the kernel had better choose."""
    if judges < 2 or judges > len(cores) or not hasattr(os, "sched_setaffinity"):
        return [None] * judges
    # By lot, so that two graders that share a machine do not both take the first ones.
    return list(random.SystemRandom().sample(cores, judges))


def _become_judge(cores: SimpleQueue[int | None]) -> None:
    """Begin a judge's process, before NumPy is loaded."""
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that hands out the work
    signal.signal(signal.SIGTERM, _leave)
    core = cores.get()
    if core is not None:
        with suppress(OSError):
            os.sched_setaffinity(0, {core})


def _leave(*_: object) -> None:
    try:
        judge = sys.modules.get("grader.classroom.judge")
        if judge is not None:
            judge.close_judge()
    finally:  # whatever was going on, an import for example, must not swallow an error and go on
        os._exit(128 + signal.SIGTERM)
