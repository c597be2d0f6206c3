"""What every function of the reference asks of its arguments.

Each check returns the array it was given (as a plain floating-point or integer ``ndarray``) or
raises a ``ValueError`` of one form: ``argument: got this, wanted that``. Shapes are written with
the letters that all docstrings share:

====  =======================================================
N     examples in the mini-batch
D     features of one example (the product of its dimensions)
M     outputs of an affine layer
C     channels of an image, or classes of a score matrix
H, W  height and width of an image
F     filters of a convolution
HH    height of a filter or pooling window
WW    width of a filter or pooling window
====  =======================================================
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
Dimension: TypeAlias = int | str
_WHOLE = (int, np.integer)


def floats(argument: str, value: ArrayLike, *wanted: Dimension) -> FloatArray:
    """``value`` as a floating-point array of the wanted shape.

    Floating dtypes are kept, so float32 in gives float32 out; integers and booleans become float64.

    Parameters
    ----------
    argument : str
        The name to use in an error.
    value : array_like
    *wanted : int or str
        One entry per dimension: a number must match, a letter stands for any size.
        With no entry every shape will do; ``...`` is not needed.

    Raises
    ------
    ValueError
        If the dtype is not a real number or the shape does not fit.
    """
    array = np.asarray(value)
    if array.dtype.kind != "f":
        if array.dtype.kind not in "iub":
            raise ValueError(f"{argument}: got dtype {array.dtype}, wanted real numbers")
        array = array.astype(np.float64)
    if wanted and array.shape != wanted:
        require_shape(argument, array.shape, wanted)
    return array


def batch(argument: str, value: ArrayLike) -> FloatArray:
    """``value`` as a floating-point array whose first axis counts the N examples."""
    array = floats(argument, value)
    if array.ndim == 0:
        raise ValueError(f"{argument}: got a scalar, wanted an array with N examples on its first axis")
    return array


def labels(argument: str, value: ArrayLike, N: int, C: int) -> IntArray:
    """``value`` as an integer array of shape (N,) with entries in [0, C).

    Raises
    ------
    ValueError
        If the dtype is no integer, the shape is not (N,), or a label is out of range.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{argument}: got dtype {array.dtype}, wanted an integer dtype")
    require_shape(argument, array.shape, (N,))
    if N and (array.min() < 0 or array.max() >= C):
        raise ValueError(
            f"{argument}: got labels from {array.min()} to {array.max()}, wanted 0 <= label < C = {C}"
        )
    return array


def positive(argument: str, value: object) -> int:
    """``value`` as an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, _WHOLE) or value < 1:
        raise ValueError(f"{argument}: got {value!r}, wanted a whole number of at least 1")
    return int(value)


def natural(argument: str, value: object) -> int:
    """``value`` as an integer of at least 0."""
    if isinstance(value, bool) or not isinstance(value, _WHOLE) or value < 0:
        raise ValueError(f"{argument}: got {value!r}, wanted a whole number of at least 0")
    return int(value)


def window_count(argument: str, size: int, window: int, stride: int, pad: int = 0) -> int:
    """How often a window fits along an axis of ``size`` elements with ``pad`` more at either end.

    The windows start at 0, stride, 2 stride, ...; elements behind the last one that fits are unused.
    """
    if not 1 <= window <= size + 2 * pad:
        padding = f" and {pad} of padding at either end" if pad else ""
        raise ValueError(
            f"{argument}: got size {window}, wanted 1 to {size + 2 * pad} (input {size}{padding})"
        )
    return 1 + (size + 2 * pad - window) // stride


@lru_cache  # of the same few shapes again and again: a small convolution takes no longer than this
def conv_output_size(
    x: tuple[int, ...], w: tuple[int, ...], b: tuple[int, ...], stride: int, pad: int
) -> tuple[int, int]:
    """Check that the shapes of a convolution fit each other; the height and width of its output."""
    require_shape("x", x, ("N", "C", "H", "W"))
    _, C, H, W = x
    require_shape("w", w, ("F", C, "HH", "WW"))
    F, _, HH, WW = w
    require_shape("b", b, (F,))
    out_height = window_count("w (height)", H, HH, stride, pad)
    return out_height, window_count("w (width)", W, WW, stride, pad)


def entry(argument: str, parameters: Any, key: str) -> Any:
    """``parameters[key]``, or a ``ValueError`` that names the missing key."""
    if key not in parameters:
        raise ValueError(f"{argument}: got keys {sorted(map(str, parameters))}, wanted the key {key!r}")
    return parameters[key]


def choice(argument: str, value: Any, *wanted: Any) -> None:
    """Raise ``ValueError`` unless ``value`` is one of ``wanted``."""
    if not any(value is option or value == option for option in wanted):
        options = " or ".join(repr(option) for option in wanted)
        raise ValueError(f"{argument}: got {value!r}, wanted {options}")


def require_shape(argument: str, got: tuple[int, ...], wanted: tuple[Dimension, ...]) -> None:
    """Raise ``ValueError`` unless ``got`` has as many dimensions as ``wanted`` and the same numbers."""
    fits = len(got) == len(wanted)
    for have, size in zip(got, wanted, strict=False):
        if type(size) is not str and size != have:
            fits = False
    if not fits:
        sizes = ", ".join(str(size) for size in wanted) + ("," if len(wanted) == 1 else "")
        raise ValueError(f"{argument}: got shape {got}, wanted ({sizes})")
