"""What the wrong entries of an array have in common, in words.

Each detector looks for one pattern that points at a cause (a missing factor, a transposed matrix,
one row that was forgotten) and answers with a sentence, or with ``None`` where the pattern does not
hold exactly. The first that holds is reported; none holds for values that are simply different.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

AXES = {1: ("entry",), 2: ("row", "column"), 4: ("example", "channel", "image row", "image column")}


def describe_pattern(got: Array, wanted: Array, wrong: Array) -> str | None:
    """The pattern of a mismatch.

    Parameters
    ----------
    got, wanted : ndarray of equal shape, finite
    wrong : ndarray of bool, of the same shape
        Which entries are out of tolerance.

    Returns
    -------
    str or None
    """
    if got.shape != wanted.shape or not wrong.any():
        return None
    for detect in _DETECTORS:
        sentence = detect(got, wanted, wrong)
        if sentence is not None:
            return sentence
    return None


def transposed_shape(got: tuple[int, ...], wanted: tuple[int, ...]) -> str | None:
    """A sentence if the shapes are each other's mirror image or differ only by axes of length 1."""
    if got == wanted:
        return None
    if len(got) > 1 and got[::-1] == wanted:
        return "the axes are in reverse order (transposed)"
    if sorted(got) == sorted(wanted) and len(got) > 1:
        return "the axes are in another order"
    if [n for n in got if n != 1] == [n for n in wanted if n != 1]:
        return "only axes of length 1 differ"
    if int(np.prod(got)) == int(np.prod(wanted)):
        return "the number of entries is right: a reshape is missing"
    return None


def _all_zero(got: Array, wanted: Array, wrong: Array) -> str | None:
    return "every entry is zero" if not got.any() and wanted.any() else None


def _sign(got: Array, wanted: Array, wrong: Array) -> str | None:
    return "the sign is flipped" if _same(got, -wanted) else None


def _factor(got: Array, wanted: Array, wrong: Array) -> str | None:
    scale = float(np.vdot(wanted, wanted))
    if scale == 0.0 or wanted.size < 2:
        return None
    factor = float(np.vdot(wanted, got)) / scale
    if abs(factor) < 1e-12 or abs(factor - 1) < 1e-3 or not _same(got, factor * wanted):
        return None
    return f"every entry is {_spoken(factor)} times what it should be"


def _offset(got: Array, wanted: Array, wrong: Array) -> str | None:
    difference = got - wanted
    if wanted.size < 2 or not _same(difference, np.full_like(difference, difference.mean())):
        return None
    return f"every entry is off by the same amount, {difference.mean():.6g}"


def _transposed(got: Array, wanted: Array, wrong: Array) -> str | None:
    if got.ndim == 2 and got.shape[0] == got.shape[1] > 1 and _same(got, wanted.T):
        return "the matrix is transposed"
    return None


def _zero_where_wrong(got: Array, wanted: Array, wrong: Array) -> str | None:
    if wrong.all() or got[wrong].any():
        return None
    place = _single_slice(wrong)
    return f"the wrong entries are all zero{f': {place}' if place else ''}"


def _slices(got: Array, wanted: Array, wrong: Array) -> str | None:
    place = _single_slice(wrong)
    return f"only {place} is wrong" if place else None


def _border(got: Array, wanted: Array, wrong: Array) -> str | None:
    if got.ndim != 4 or min(got.shape[2:]) < 3 or wrong[:, :, 1:-1, 1:-1].any():
        return None
    return "only the border of the images is wrong"


def _negative_side(got: Array, wanted: Array, wrong: Array) -> str | None:
    if wrong.all() or wanted.size < 4:
        return None
    if not (wanted[wrong] >= 0).any() and (wanted[~wrong] >= 0).all():
        return "exactly the negative entries are wrong"
    return None


_DETECTORS: tuple[Callable[[Array, Array, Array], str | None], ...] = (
    _all_zero,
    _sign,
    _factor,
    _offset,
    _transposed,
    _zero_where_wrong,
    _slices,
    _border,
    _negative_side,
)


def _same(a: Array, b: Array) -> bool:
    """Equal up to round-off on the scale of the larger array."""
    scale = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)))
    return bool(np.abs(a - b).max(initial=0.0) <= 1e-6 * scale)


def _single_slice(wrong: Array) -> str | None:
    """The one row, column or channel that holds every wrong entry, in words."""
    names = AXES.get(wrong.ndim, tuple(f"index of axis {axis}" for axis in range(wrong.ndim)))
    where = np.argwhere(wrong)
    for axis, name in enumerate(names):
        indices = np.unique(where[:, axis])
        if len(indices) == 1 and wrong.shape[axis] > 1:
            last = " (the last one)" if indices[0] == wrong.shape[axis] - 1 else ""
            return f"{name} {indices[0]}{last}"
    return None


def _spoken(factor: float) -> str:
    """0.5 as ``1/2``, 3.0000001 as ``3``, 0.731 as ``0.731``."""
    candidates = [Fraction(factor).limit_denominator(20)]
    if 1e-6 < abs(factor) < 1:
        candidates.append(Fraction(1, round(1 / factor)))  # a mean over N that was taken twice, say
    for simple in candidates:
        if abs(float(simple) - factor) <= 1e-6 * abs(factor):
            return str(simple)
    return f"{factor:.6g}"
