"""The speed check as a stage of grading: from a hand-in that has been checked to its records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np

from grader.assignment import Assignment
from grader.model import CheckResult, SpeedRecord
from grader.speed import yardsticks
from grader.speed.check import Conditions, Hand, check_speed, timed_functions, without_measuring
from grader.speed.loops import loops_of
from grader.speed.stopwatch import some_core
from grader.subject.remote import RemoteSubject
from grader.submission.read import Submission
from grader.worker import ForkServer, Limits


def time_submission(
    assignment: Assignment,
    submission: Submission,
    results: Sequence[CheckResult],
    *,
    limits: Limits,
    open_server: Callable[[int], ForkServer],
    open_subject: Callable[[ForkServer], RemoteSubject],
    draw: np.random.Generator,
) -> tuple[SpeedRecord, ...]:
    """Time the fast functions of a hand-in.

    Parameters
    ----------
    assignment : Assignment
    submission : Submission
    results : sequence of CheckResult
        Of the hand-in: what is wrong is not timed.
    limits : Limits
        Of each worker.
    open_server : callable
        Gives a fork server all of whose workers run on one core: those of the hand-in and those of the
        yardsticks.
    open_subject : callable
        Gives the hand-in in fresh workers of that server: what the checks have left in one is no help here.
    draw : numpy.random.Generator
        Of the inputs.

    Returns
    -------
    tuple of SpeedRecord
        Empty where the assignment has no speed check, or the edition hands the fast functions out.
    """
    speed = assignment.speed
    worth = {} if speed is None else timed_functions(speed, assignment.graded(submission.edition))
    if speed is None or not worth:
        return ()
    module = assignment.interface.functions[next(iter(worth))].module
    core = some_core()
    with open_server(core) as server, closing(open_subject(server)) as subject:
        if not server.forking:
            return without_measuring(worth, "the processes here are not copies of one and the same")
        hand = Hand(
            subject,
            results,
            counted=frozenset(section.id for section in assignment.sections if section.counted),
            loops=loops_of(server, submission.program, assignment.package, module, [*worth]),
        )
        conditions = Conditions(speed, lambda: server.open(yardsticks.bundle(), limits), core, draw)
        return check_speed(worth, hand, conditions)
