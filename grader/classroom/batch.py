"""Hands the hand-ins of a class out one by one, and keeps each answer as soon as it is there.

The judges run on any executor in the manner of `concurrent.futures`: `LocalJudges` for this machine, or
that of a cluster (``dask.distributed.Client.get_executor``). Only as many hand-ins are out as there are
judges, so a run that is interrupted loses no more than these.

A judge's process should never end by itself, but memory is finite. If one does, its executor is broken;
the hand-ins that were out at that moment are then graded one at a time, each on a new executor, so that
the one that did it is found and the others are not held to account for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass

from grader.classroom.documents import file_names
from grader.classroom.executors import LocalJudges
from grader.classroom.hand_ins import HandIn
from grader.classroom.judge import Answer, Job, Settings, grade_one, without_points
from grader.classroom.results import Results, Standing

Listener = Callable[[Standing, bool], None]
"""Told of every hand-in that is done, and whether it was done before."""


def grade_class(
    hand_ins: Sequence[HandIn],
    settings: Settings,
    results: Results,
    *,
    judges: int,
    executor: Callable[[int], Executor] = LocalJudges,
    task: Callable[[Settings, Job], Answer] = grade_one,
    listener: Listener = lambda standing, before: None,
) -> tuple[Standing, ...]:
    """Grade a class.

    Parameters
    ----------
    hand_ins : sequence of HandIn
    settings : Settings
    results : Results
        Where the answers go. What stands there already and still holds is not done again.
    judges : int
        How many hand-ins to grade at a time.
    executor : callable
        Gives an executor for so many judges. It is called again after one broke.
    task : callable
        What a judge does.
    listener : callable
        For a progress bar.

    Returns
    -------
    tuple of Standing
        In the order of ``hand_ins``.

    Raises
    ------
    GraderFault
        If no judge can be had at all.
    """
    files = file_names(settings.formats, notebooks=settings.notebooks)
    earlier = {hand_in.name: results.reusable(hand_in, files) for hand_in in hand_ins}
    run = _Run(settings, results, executor, task, listener, earlier, {})
    waiting = deque(
        Job(hand_in.name, hand_in.path, known.fingerprint if known is not None else None)
        for hand_in in hand_ins
        for known in [earlier[hand_in.name]]
    )
    while waiting:
        for job in run.until_broken(waiting, min(judges, len(waiting))):
            if run.until_broken(deque([job]), 1):
                run.keep(
                    job, without_points(job, "not graded", "the judge's process ended while it was at it")
                )
    return tuple(run.done[hand_in.name] for hand_in in hand_ins)


@dataclass(frozen=True, slots=True)
class _Run:
    settings: Settings
    results: Results
    executor: Callable[[int], Executor]
    task: Callable[[Settings, Job], Answer]
    listener: Listener
    earlier: dict[str, Standing | None]
    done: dict[str, Standing]

    def until_broken(self, waiting: deque[Job], judges: int) -> list[Job]:
        """Grade what waits; if the executor breaks, what was out at that moment."""
        running: dict[Future[Answer], Job] = {}
        with self.executor(judges) as executor:
            try:
                while waiting or running:
                    while waiting and len(running) < judges:
                        running[executor.submit(self.task, self.settings, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        self.keep(running[future], future.result())
                        del running[future]
            except BrokenExecutor:
                return list(running.values()) or [waiting.popleft()]
            except BaseException:
                for future in running:
                    future.cancel()
                executor.shutdown(wait=False)
                if isinstance(executor, LocalJudges):
                    executor.abandon()
                raise
        return []

    def keep(self, job: Job, answer: Answer) -> None:
        """Store an answer."""
        standing, before = answer.standing, self.earlier[job.name]
        if standing is not None:
            self.results.store(standing, answer.files)
        else:
            assert before is not None  # noqa: S101 - "as before" is said only of what was known
            standing = before
        self.done[job.name] = standing
        self.listener(standing, answer.standing is None)
