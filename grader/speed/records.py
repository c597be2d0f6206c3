"""What came of timing a function, in the words and numbers of a `SpeedRecord`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from grader.model import Frame, Outcome, SpeedRecord, Timing
from grader.speed.interval import mapped, median_interval
from grader.speed.ladder import Sample
from grader.speed.prerequisite import Obstacle
from grader.speed.rounds import Track
from grader.speed.settings import Speed
from grader.speed.verdict import Decision, Unmeasurable
from grader.subject.outcomes import Crashed, SubjectError
from grader.suite.compare import Mismatch


def record(
    name: str,
    maximum: float,
    track: Track,
    speed: Speed,
    loops: Sequence[Frame],
    own_loops: float | None,
) -> SpeedRecord:
    """The record of a function that was timed.

    Parameters
    ----------
    name : str
    maximum : float
        Its points.
    track : Track
        How it went; it has ended.
    speed : Speed
    loops : sequence of Frame
        Those in its code.
    own_loops : float, optional
        The seconds of the submission's own naive function.
    """
    match track.end:
        case Decision() as decision:
            return _decided(name, maximum, decision, track.samples, speed, loops, own_loops)
        case Unmeasurable(reason):
            return unmeasurable(name, maximum, reason)
        case Mismatch() as error:
            finding = error.finding
            lost = "a wrong value earns nothing, however fast: "
            return _lost(name, maximum, Outcome.FAIL, lost + finding.message, lost + finding.safe_message)
        case SubjectError() as error:
            trace = error.trace if isinstance(error, Crashed) else ()
            return _lost(name, maximum, error.outcome, str(error), error.safe, trace)
        case None:
            raise ValueError(f"track: got one of {name} that has not ended")


def unmeasurable(name: str, maximum: float, why: str) -> SpeedRecord:
    """The record of a function that cannot be measured here: no points to earn, and none to lose."""
    reason = f"not measurable here, so its points ({maximum:g}) are left out of the maximum: {why}"
    return SpeedRecord(
        function=name,
        outcome=Outcome.SKIPPED,
        measurable=False,
        maximum=0.0,
        earned=0.0,
        reason=reason,
        safe_reason=reason,
    )


def faulty(name: str, maximum: float, why: str) -> SpeedRecord:
    """The record of a function at which the grader failed: its points are open."""
    safe = "the grader is at fault; nothing is lost"
    return _lost(name, maximum, Outcome.GRADER_FAULT, f"the grader is at fault: {why}", safe)


def hindered(name: str, maximum: float, why: Obstacle) -> SpeedRecord:
    """The record of a function that is not timed, because of what the checks found."""
    return _lost(name, maximum, why.outcome, why.reason, why.reason)


def _lost(
    name: str, maximum: float, outcome: Outcome, reason: str, safe: str, trace: Sequence[Frame] = ()
) -> SpeedRecord:
    return SpeedRecord(
        function=name,
        outcome=outcome,
        maximum=maximum,
        earned=0.0,
        reason=reason,
        safe_reason=safe,
        trace=tuple(trace),
    )


def _decided(
    name: str,
    maximum: float,
    decision: Decision,
    samples: Sequence[Sample],
    speed: Speed,
    loops: Sequence[Frame],
    own_loops: float | None,
) -> SpeedRecord:
    timing = _timing(samples, own_loops) if samples else None
    reason = ""
    if decision.share < 1:
        reason = f"earns {decision.share:.0%} of its points" if decision.share else "earns none of its points"
        if timing is not None:
            needed = timing.numpy_over_loops.middle ** speed.ladder[-1].at
            reason += (
                f": {_times(timing.over_loops.middle)} as fast as the reference's loops; "
                f"all of them are earned from {_times(needed)} on"
            )
    return SpeedRecord(
        function=name,
        outcome=Outcome.PASS if decision.share == 1 else Outcome.FAIL,
        maximum=maximum,
        earned=maximum * decision.share,
        reason=reason,
        safe_reason=reason,
        timing=timing,
        note=decision.note,
        loops=tuple(loops),
    )


def _timing(samples: Sequence[Sample], own_loops: float | None) -> Timing:
    own_gain = median_interval([sample.own_gain for sample in samples])
    gain = median_interval([sample.gain for sample in samples])
    own = median(sample.own for sample in samples)
    return Timing(
        rounds=len(samples),
        position=median_interval([sample.position for sample in samples]),
        over_loops=mapped(own_gain, math.exp),
        numpy_over_loops=mapped(gain, math.exp),
        over_own_loops=None if own_loops is None else own_loops / own,
    )


def _times(factor: float) -> str:
    """``2.5 times``, ``31 times``."""
    return f"{factor:.{0 if factor >= 10 else 1}f} times"
