"""A timed function on a page: an item like a check's, with what was measured as its facts."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model import Frame, Interval, Outcome, SpeedRecord, Timing
from grader.report.page import Fact, Item
from grader.report.redact import StudentFrame, StudentSpeed
from grader.report.text import counted, one_line

_MOST_LOOPS = 6


def timed_item(number: str, record: SpeedRecord | StudentSpeed, cause: str, trace: tuple[str, ...]) -> Item:
    """Lay a record out.

    Parameters
    ----------
    number : str
        Its place on the sheet.
    record : SpeedRecord or StudentSpeed
    cause : str
        Why it did not earn everything, safe to show.
    trace : tuple of str
        The way to an exception, safe to show.
    """
    name, timing = one_line(record.function), record.timing
    return Item(
        number=number,
        id=f"speed.{name}",
        title=name if timing is None else f"{name}: {times(timing.over_loops.middle)} as fast as loops",
        kind="",
        visibility="public",
        outcome=record.outcome,
        points=record.maximum,
        cause=cause,
        facts=tuple((label, one_line(text)) for label, text in _facts(record)),
        trace=trace,
        notes=(one_line(record.note),) if record.note else (),
        seconds=0.0,
        deducted=None if record.outcome.undecided else record.maximum - record.earned,
        verdict=_verdict(record),
    )


def times(factor: float) -> str:
    """``0.9 times``, ``31 times``."""
    return f"{_number(factor)} times"


def _verdict(record: SpeedRecord | StudentSpeed) -> str:
    """The outcome, where the words for checks do not fit."""
    if not record.measurable:
        return "not measured"
    if record.outcome is Outcome.SKIPPED:
        return "not timed"
    return "slow" if record.outcome is Outcome.FAIL and record.timing is not None else ""


def _facts(record: SpeedRecord | StudentSpeed) -> list[Fact]:
    timing = record.timing
    facts = [] if timing is None else _measured(timing)
    if record.outcome is not Outcome.PASS:
        facts += _loops(record.loops)
    return facts


def _measured(timing: Timing) -> list[Fact]:
    own, numpy, position = timing.over_loops, timing.numpy_over_loops, timing.position
    measured = (
        f"{times(own.middle)} as fast as the reference's loops {_between(own)}, the reference's NumPy code "
        f"{times(numpy.middle)} {_between(numpy)}; {counted(timing.rounds, 'round')}"
    )
    place = (
        f"{position.middle:.2f} ({position.low:.2f} to {position.high:.2f}), where the reference's loops are "
        "0 and its NumPy code is 1"
    )
    facts = [("measured", measured), ("on the ladder", place)]
    if timing.over_own_loops is not None:
        own_loops = f"{times(timing.over_own_loops)} as fast as the hand-in's own naive function"
        facts.append(("not scored", own_loops))
    return facts


def _loops(loops: Iterable[Frame | StudentFrame]) -> list[Fact]:
    every = [*loops]
    facts = [
        ("Python loop", f"{loop.path}:{loop.line} in {loop.function}: {loop.text}")
        for loop in every[:_MOST_LOOPS]
    ]
    if len(every) > _MOST_LOOPS:
        facts.append(("Python loop", f"... and {len(every) - _MOST_LOOPS} more"))
    return facts


def _between(interval: Interval) -> str:
    return f"({_number(interval.low)} to {_number(interval.high)})"


def _number(factor: float) -> str:
    return f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"
