"""The outputs of a call at many points, for numerical gradients.

The worker only evaluates. It is never asked for a gradient, because it could answer with the very
backward pass that is to be checked; the judge forms the differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from .arguments import Key, fresh
from .rebuild import presentable
from .values import AnyArray

_ENOUGH: Final = 4 << 20  # bytes
_SMALL: Final = 64


def points_of(base: AnyArray, points: Sequence[Any]) -> Iterator[AnyArray]:
    """The arrays to put in the place of ``base``, one after the other.

    Parameters
    ----------
    base : ndarray
    points : sequence
        ``("values", array)`` with one whole array per row, or ``("nudges", indices, deltas)``
        with one entry (in C order) to change, and by how much, per point.
    """
    match points:
        case ("values", values):
            yield from values
        case ("nudges", indices, deltas):
            for index, delta in zip(indices, deltas, strict=True):
                point = base.copy(order="C")
                point.reshape(-1)[index] += delta
                yield point
        case _:
            raise ValueError(f"points: got {points!r}")


def at_argument(
    function: Callable[..., Any],
    positional: Sequence[Any],
    keywords: dict[str, Any],
    key: Key,
    points: Sequence[Any],
) -> Iterator[Any]:
    """Results with the argument ``key`` at each point. Every call gets fresh copies of all arguments."""
    base = positional[key] if isinstance(key, int) else keywords[key]
    for point in points_of(base, points):
        own_positional, own_keywords = fresh([*positional]), fresh(keywords)
        if isinstance(key, int):
            own_positional[key] = fresh(point)
        else:
            own_keywords[key] = fresh(point)
        yield function(*own_positional, **own_keywords)


def at_part(
    function: Callable[..., Any],
    positional: Sequence[Any],
    keywords: dict[str, Any],
    part: Any,
    points: Sequence[Any],
) -> Iterator[Any]:
    """Results with an array of an object (a net's parameter) at each point.

    The array is changed in place, because a net may hold it under two names, and put back.
    """
    if not isinstance(part, np.ndarray):
        raise TypeError(f"got {type(part).__name__} where an ndarray is to be varied")
    before = part.copy()
    try:
        for point in points_of(before, points):
            part[...] = point
            yield function(*fresh([*positional]), **fresh(keywords))
    finally:
        part[...] = before


def collect(results: Iterator[Any], pick: int | None) -> Any:
    """One array with a row per point where the outputs allow it, a list of outputs otherwise.

    Stops when it is enough for one answer; the judge then asks about the rest.

    Parameters
    ----------
    results : iterator
    pick : int, optional
        Which one, of several results of the call.
    """
    outputs, size = [], 0
    for result in results:
        output = presentable(result if pick is None else result[pick])
        outputs.append(output)
        size += getattr(output, "nbytes", _SMALL)
        if size >= _ENOUGH:
            break
    arrays = [np.asarray(output) for output in outputs if isinstance(output, np.ndarray | np.generic | float)]
    alike = len({(array.shape, array.dtype) for array in arrays}) == 1
    if alike and len(arrays) == len(outputs):
        return presentable(np.stack(arrays))
    return outputs
