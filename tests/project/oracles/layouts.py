"""The same numbers in memory of another kind: what a function must cope with and must not notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def fortran_order(array: Array) -> Array:
    """The first axis runs fastest."""
    return np.asfortranarray(array)


def every_other(array: Array) -> Array:
    """Every second element, along every axis, of a larger array of other numbers."""
    larger = np.full([2 * size for size in array.shape], 77, dtype=array.dtype)
    view = larger[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def backwards(array: Array) -> Array:
    """Negative strides along every axis."""
    turn = tuple(slice(None, None, -1) for _ in array.shape)
    return array[turn].copy()[turn]


def read_only(array: Array) -> Array:
    """A copy that raises ``ValueError`` when it is written to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "fortran order": fortran_order,
    "every other element": every_other,
    "backwards": backwards,
    "read-only": read_only,
}
