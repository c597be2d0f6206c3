"""The speed check of one hand-in: what is timed, against what, and the records of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from grader.errors import GraderFault
from grader.model import CheckResult, Outcome, SpeedRecord
from grader.speed.entrant import Entrant
from grader.speed.inputs import PAIRS, Pair
from grader.speed.loops import Loops
from grader.speed.own_loops import own_loops
from grader.speed.prerequisite import Obstacle, obstacle
from grader.speed.records import faulty, hindered, record, unmeasurable
from grader.speed.rounds import Field, Track, run_rounds
from grader.speed.settings import FUNCTIONS, PASSES, Speed
from grader.speed.stopwatch import CannotMeasure
from grader.speed.yardsticks import Echo, Yardstick, Yardsticks
from grader.subject.remote import RemoteSubject
from grader.worker import Worker


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand-in on the way to its speed check."""

    subject: RemoteSubject
    """Fresh: what the checks have left in a worker is no help."""
    results: Sequence[CheckResult]
    """Of its checks."""
    counted: frozenset[str]
    """The ids of the sections that make up the grade."""
    loops: Loops


@dataclass(frozen=True, slots=True)
class Conditions:
    """The same for every hand-in of a run.

    Parameters
    ----------
    speed : Speed
    open_yardsticks : callable
        Opens a worker that holds `grader.speed.yardsticks.bundle`, walled in like the submission's.
    core : int
        The processor core on which all run in turn.
    draw : numpy.random.Generator
        Of the inputs.
    now : callable
    """

    speed: Speed
    open_yardsticks: Callable[[], Worker]
    core: int
    draw: np.random.Generator
    now: Callable[[], float] = time.monotonic


def timed_functions(speed: Speed, graded: frozenset[str]) -> Mapping[str, float]:
    """Function to points, of the fast functions that the edition asks for."""
    return {name: speed.points / len(FUNCTIONS) for name in FUNCTIONS if name in graded}


def check_speed(worth: Mapping[str, float], hand: Hand, conditions: Conditions) -> tuple[SpeedRecord, ...]:
    """Time the fast functions of a hand-in.

    Parameters
    ----------
    worth : mapping
        Function to points (`timed_functions`).
    hand : Hand
    conditions : Conditions

    Returns
    -------
    tuple of SpeedRecord
        One for each function of ``worth``, in its order.
    """
    records: dict[str, SpeedRecord] = {}
    for pair in PAIRS:
        if worth.keys() & {*pair.functions}:
            for each in _of_pair(pair, worth, hand, conditions):
                records[each.function] = each
    return tuple(records[name] for name in worth)


def without_measuring(worth: Mapping[str, float], why: str) -> tuple[SpeedRecord, ...]:
    """The records where nothing can be measured at all."""
    return tuple(unmeasurable(name, maximum, why) for name, maximum in worth.items())


def _of_pair(
    pair: Pair, worth: Mapping[str, float], hand: Hand, conditions: Conditions
) -> Iterator[SpeedRecord]:
    """The records of both functions, also of one that is worth nothing because it was handed out."""
    points = {name: worth.get(name, 0.0) for name in pair.functions}
    stopped = _stopped(pair, hand)
    yield from (hindered(name, points[name], why) for name, why in stopped.items() if why is not None)
    racing = {
        which: name for which, name in zip(PASSES, pair.functions, strict=True) if stopped[name] is None
    }
    if not racing:
        return
    try:
        tracks, own = _race(pair, racing, hand, conditions)
    except CannotMeasure as error:
        yield from (unmeasurable(name, points[name], str(error)) for name in racing.values())
    except GraderFault as error:
        yield from (faulty(name, points[name], str(error)) for name in racing.values())
    else:
        for which, name in racing.items():
            loops = hand.loops.get(name, ())
            yield record(name, points[name], tracks[which], conditions.speed, loops, own.get(which))


def _stopped(pair: Pair, hand: Hand) -> dict[str, Obstacle | None]:
    """Why the functions of a pair are not timed, if they are not."""
    forward, backward = pair.functions
    first, second = (obstacle(name, hand.results, hand.counted) for name in pair.functions)
    if first is not None and second is None:
        second = Obstacle(Outcome.SKIPPED, f"not timed, for it takes what {forward} keeps: {first.reason}")
    return {forward: first, backward: second}


def _race(
    pair: Pair, racing: Mapping[str, str], hand: Hand, conditions: Conditions
) -> tuple[dict[str, Track], dict[str, float]]:
    """What is known of each pass, and how long the submission's own loops take for it."""
    speed, core, draw = conditions.speed, conditions.core, conditions.draw
    with closing(conditions.open_yardsticks()) as worker:
        yardsticks = Yardsticks(worker, core)
        echo = Echo(yardsticks, pair)
        field = Field(
            loops=Yardstick(yardsticks, pair, "loops"),
            numpy=Yardstick(yardsticks, pair, "numpy"),
            own=Entrant(hand.subject, pair, "fast", core),
            echo=echo,
        )
        tracks = run_rounds(pair, field, racing, speed, draw, seconds=speed.seconds, now=conditions.now)
        if not any(track.samples for track in tracks.values()):
            return tracks, {}
        naive = (pair.name(which, "naive") for which in PASSES)
        if any(obstacle(name, hand.results, hand.counted) for name in naive):
            return tracks, {}
        return tracks, own_loops(pair, Entrant(hand.subject, pair, "naive", core), echo, racing, draw)
