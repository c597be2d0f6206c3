"""Medians, and how well they are known: by counting, so that no measurement need be normal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

from msgspec.structs import astuple

from grader.model import Interval

CONFIDENCE = 0.95


def median_interval(values: Sequence[float]) -> Interval:
    """The median, and between which of the values that of the whole distribution lies.

    The interval runs from the k-th smallest to the k-th largest value, with the largest k for which it
    misses the median in at most one of twenty series: as the k-th smallest value lies above it only if
    fewer than k of n tosses of a coin show heads. With fewer than six values even the whole range
    misses it more often than that; then it is the whole range.

    Parameters
    ----------
    values : sequence of float
        At least one.
    """
    ordered = sorted(values)
    place = _place(len(ordered))
    return Interval(low=ordered[place], middle=median(ordered), high=ordered[-1 - place])


def mapped(interval: Interval, function: Callable[[float], float]) -> Interval:
    """The interval of a growing function of what was measured."""
    low, middle, high = map(function, astuple(interval))
    return Interval(low=low, middle=middle, high=high)


def _place(count: int) -> int:
    """How many values to leave out at either end."""
    missed, place = 2 * 0.5**count, 0
    while place < (count - 1) // 2:
        missed += 2 * math.comb(count, place + 1) * 0.5**count
        if missed > 1 - CONFIDENCE:
            break
        place += 1
    return place
