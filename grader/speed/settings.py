"""``[speed]`` of ``assignment.toml``: whether speed is worth points, how many, and for what."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import pairwise
from typing import Final

import msgspec

from grader.record import Record

SECTION: Final = "speed"
"""The id of its section on the score sheet."""

PASSES: Final = ("forward", "backward")
KINDS: Final = ("conv", "max_pool")
FUNCTIONS: Final = tuple(f"{kind}_{each}_fast" for kind in KINDS for each in PASSES)
"""What is timed. All have an equal part of the points."""


class Rung(Record, frozen=True, kw_only=True):
    """One step of the ladder."""

    at: float
    """The position from which on it is reached: 0 is that of the reference's loops, 1 of its NumPy code."""
    share: float
    """Of the function's points."""


class Speed(Record, frozen=True, kw_only=True):
    """The speed check."""

    points: float
    """Of all functions together; they exist only where the check is on."""
    ladder: tuple[Rung, ...]
    """From the lowest rung to the highest."""
    enabled: bool = False
    title: str = "Speed of convolution and pooling"
    least_rounds: int = 6
    """Below this nothing is decided. Six are what a 95 % interval of a median needs."""
    most_rounds: int = 15
    seconds: float = 60.0
    """After this no round of convolution, or of pooling, begins."""


def problems(speed: Speed, sections: Container[str], functions: Container[str]) -> Iterator[str]:
    """What is well-formed and yet cannot be right.

    Parameters
    ----------
    speed : Speed
    sections : container of str
        The ids of the other sections.
    functions : container of str
        Of the interface.
    """
    if not speed.points > 0:
        yield f"points: got {speed.points:g}, wanted more than 0"
    if not 1 <= speed.least_rounds <= speed.most_rounds:
        yield f"least_rounds: got {speed.least_rounds}, wanted 1 to most_rounds ({speed.most_rounds})"
    if not speed.seconds > 0:
        yield f"seconds: got {speed.seconds:g}, wanted more than 0"
    if not speed.ladder or speed.ladder[-1].share != 1:
        yield "ladder: its last rung has to earn the share 1"
    for lower, higher in pairwise((Rung(at=0.0, share=0.0), *speed.ladder)):
        if not (lower.at < higher.at and lower.share < higher.share):
            told = [msgspec.structs.asdict(rung) for rung in (lower, higher)]
            yield f"ladder: got {told[0]} before {told[1]}, wanted both numbers to grow from 0 on"
    if SECTION in sections:
        yield f"the section {SECTION!r} belongs to this check, and there is another of that id"
    yield from (f"no function {name!r} in interface.toml" for name in FUNCTIONS if name not in functions)
