"""Whatever a student's function returned, as plain data, or a description of why that cannot be.

Runs in the worker, so it may trust nothing and need not be trusted: it only has to be helpful. What
the judge receives has been through the codec, which knows no objects.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .encode import encode
from .values import CAPS, DTYPE_NUMBERS, AnyArray, Unsupported
from .wire import Unencodable


def plain(value: Any) -> Any:
    """The codec's fallback in the worker: ``value`` as one of the types that travel.

    Subclasses (``np.matrix``, a masked array, an ``OrderedDict``, a named tuple) are rebuilt as
    their plain base.

    Raises
    ------
    Unencodable
        With a description of the value.
    """
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, np.generic):
        return _plain_array(np.asarray(value))[()]
    # The base's own methods, because a subclass may have overridden them.
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, complex):
        return complex(complex.__add__(value, 0))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, list):
        return [*value]
    if isinstance(value, tuple):
        return (*value,)
    if isinstance(value, dict):
        return {**value}
    raise Unencodable(describe(value))


def presentable(value: Any) -> Any:
    """``value`` if it can travel, or what stands for it.

    Encodes once to find out, without copying arrays, so that one bad result does not take the
    others of the same call with it.
    """
    if type(value) is np.ndarray and value.dtype in DTYPE_NUMBERS and value.nbytes <= CAPS.buffer_bytes:
        return value
    try:
        encode(value, fallback=plain)
    except Unencodable as problem:
        return Unsupported(str(problem))
    return value


def describe(value: Any) -> str:
    """A few words for people; never raises, whatever the value does."""
    try:
        name = str.__str__(type(value).__name__)[:80]
        if isinstance(value, np.ndarray):
            return f"{name} of dtype {value.dtype}, shape {value.shape}"[:200]
        if isinstance(value, list | tuple | dict | set | frozenset):
            return f"{name} of {len(value)}"
    except Exception:  # noqa: BLE001 - student code may run in any of these
        return "an object that cannot be described"
    return name


def _plain_array(value: AnyArray) -> AnyArray:
    array = np.asarray(value)  # drops the subclass
    if array.dtype in DTYPE_NUMBERS and type(array) is np.ndarray and array is not value:
        return array
    for dtype in DTYPE_NUMBERS:  # an alias (long long) or the other byte order
        if array.dtype.kind == dtype.kind and array.dtype.itemsize == dtype.itemsize:
            if array.nbytes > CAPS.buffer_bytes:
                break
            return array.astype(dtype)
    raise Unencodable(describe(value))
