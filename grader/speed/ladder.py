"""From three times to a position between two yardsticks, and from there to a share of the points.

The position is logarithmic: at 0 a function is as fast as the reference's loops, at 1 as its NumPy code,
and half the way is the geometric mean. All three ran in turn on the same core, so what slows the machine
down slows down all three, and the position stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from grader.speed.settings import Rung

_LEAST_GAIN: Final = math.log(2.0)
"""So that a round in which the yardsticks coincide gives a number; `verdict` throws such series away."""


class Sample(NamedTuple):
    """The seconds of one round."""

    loops: float
    numpy: float
    own: float

    @property
    def gain(self) -> float:
        """How far apart the yardsticks are: the logarithm of their ratio."""
        return math.log(self.loops / self.numpy)

    @property
    def own_gain(self) -> float:
        """The same of the submission over the loops."""
        return math.log(self.loops / self.own)

    @property
    def position(self) -> float:
        """Where the submission stands between them; below 0 or above 1 if it is outside."""
        return self.own_gain / max(self.gain, _LEAST_GAIN)


def rung(position: float, ladder: Sequence[Rung]) -> int:
    """How many rungs are reached."""
    return sum(position >= each.at for each in ladder)


def share(rungs: int, ladder: Sequence[Rung]) -> float:
    """What so many rungs earn."""
    return ladder[rungs - 1].share if rungs else 0.0
