"""When a function has been measured enough, and what that comes to.

It is decided as soon as the whole interval of its position lies on one rung, and no sooner than after
`Speed.least_rounds`. Where the rounds are used up and it does not:

- An interval over two rungs next to each other: the better one. Being between them, the function was
  that fast in a good part of the rounds, and a lost point has to be certain.
- A wider one, while the two yardsticks ran steadily: the spread is the function's own, and the rung of
  its median counts. So nothing can be gained by being irregular.
- A wider one, and the yardsticks were as restless: nothing can be measured here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grader.speed.interval import median_interval
from grader.speed.ladder import Sample, rung, share
from grader.speed.settings import Speed

STEADY: Final = 0.2
"""The widest interval of the distance between the yardsticks, as a part of it, that still measures."""

LEAST_GAIN: Final = 8.0
"""How many times as fast as loops NumPy has to be: less leaves no room for a ladder."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The share of a function's points that it earns."""

    share: float
    note: str = ""
    """How it was decided, where that was close."""


@dataclass(frozen=True, slots=True)
class Unmeasurable:
    """Nothing can be said about the function, and nobody is to blame."""

    reason: str


def decide(
    samples: Sequence[Sample], speed: Speed, *, last: bool, own_part: float
) -> Decision | Unmeasurable | None:
    """What the rounds so far say; None if more are needed.

    Parameters
    ----------
    samples : sequence of Sample
    speed : Speed
    last : bool
        Whether there is no time for another round.
    own_part : float
        Of the time that went by, the part that the submission took.
    """
    if len(samples) < speed.least_rounds:
        return _too_few(samples, speed, own_part) if last else None
    gain = median_interval([sample.gain for sample in samples])
    position = median_interval([sample.position for sample in samples])
    worst, middle, best = (rung(at, speed.ladder) for at in (position.low, position.middle, position.high))
    if last and gain.high < math.log(LEAST_GAIN):
        return Unmeasurable(
            f"the reference's NumPy code is only {math.exp(gain.middle):.1f} times as fast as its loops here"
        )
    if worst == best and gain.low >= math.log(LEAST_GAIN):
        return Decision(share(worst, speed.ladder))
    if not last:
        return None
    if best - worst <= 1:
        note = "the interval reaches the higher rung" if best > worst else ""
        return Decision(share(best, speed.ladder), note)
    if gain.high - gain.low <= STEADY * gain.middle:
        return Decision(share(middle, speed.ladder), "its own times vary: the rung of their median")
    return Unmeasurable(f"the times vary too much here, even after {len(samples)} rounds")


def _too_few(samples: Sequence[Sample], speed: Speed, own_part: float) -> Decision | Unmeasurable:
    """The time was over before there were enough rounds; it depends on whose doing that was."""
    if own_part > 0.5:
        # Whoever is slow must not gain by being too slow to be measured.
        slowest = min((sample.position for sample in samples), default=-math.inf)
        note = f"its own calls took most of the time: {_counted(len(samples))}, not {speed.least_rounds}"
        return Decision(share(rung(slowest, speed.ladder), speed.ladder), note)
    return Unmeasurable(f"there was time for {_counted(len(samples))} only, of {speed.least_rounds}")


def _counted(rounds: int) -> str:
    """``1 round``, ``2 rounds``."""
    return f"{rounds} round" if rounds == 1 else f"{rounds} rounds"
