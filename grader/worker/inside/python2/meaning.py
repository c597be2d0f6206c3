"""What some operations and names mean in Python 2, as functions that run in Python 3.

The names that begin with ``__python2_`` are what `translate` puts into the tree. They end as they
begin, so that a class does not mangle them, and are looked up among the built-in functions of the
modules that were written for Python 2 and of no others.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import math
import operator
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from types import ModuleType
from typing import Any, Final, TypeAlias

import numpy as np

Place: TypeAlias = tuple[Any, Any, Any]
"""Where `/=` puts its result: the owner, an attribute's name or a key, and what is there now."""

_MOST_DIGITS: Final = 400
_WHOLE: Final = (int, np.integer, np.bool_)


def divide(left: Any, right: Any) -> Any:
    """``left / right``: whole numbers give whole numbers, rounded down."""
    return left // right if _both_whole(left, right) else left / right


def divide_in_place(left: Any, right: Any) -> Any:
    """What ``left /= right`` leaves in the place of ``left``; arrays and their kin change themselves."""
    if _both_whole(left, right):
        left //= right
    else:
        left /= right
    return left


def attribute_place(owner: Any, name: str) -> Place:
    """The place of ``owner.name /= ...``, read before the right side is evaluated."""
    return owner, name, getattr(owner, name)


def divide_attribute(place: Place, right: Any) -> None:
    """``owner.name /= right``."""
    owner, name, left = place
    setattr(owner, name, divide_in_place(left, right))


def item_place(owner: Any, key: Any) -> Place:
    """The place of ``owner[key] /= ...``."""
    return owner, key, owner[key]


def divide_item(place: Place, right: Any) -> None:
    """``owner[key] /= right``."""
    owner, key, left = place
    owner[key] = divide_in_place(left, right)


def _both_whole(left: Any, right: Any) -> bool:
    return _whole(left, right) and _whole(right, left)


def _whole(value: Any, other: Any) -> bool:
    """Whether an operand consists of whole numbers; beside an array a list is one, too."""
    if isinstance(value, list | tuple) and isinstance(other, np.ndarray | np.generic):
        value = np.asarray(value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iub"
    return isinstance(value, _WHOLE)


def numpy_divide(left: Any, right: Any, *more: Any, **options: Any) -> Any:
    """``np.divide``, which was the operator ``/``."""
    function = np.floor_divide if _both_whole(np.asarray(left), np.asarray(right)) else np.true_divide
    return function(left, right, *more, **options)


# Attributes ---------------------------------------------------------------------------------------

_LISTS: Final = frozenset({"keys", "values", "items"})
_OF_DICTS: Final[dict[str, Callable[[Any], Callable[..., Any]]]] = {
    "iterkeys": lambda table: lambda: iter(table.keys()),
    "itervalues": lambda table: lambda: iter(table.values()),
    "iteritems": lambda table: lambda: iter(table.items()),
    "has_key": lambda table: lambda key: key in table,
}
_OF_MODULES: Final[dict[tuple[str, str], Any]] = {
    ("numpy", "divide"): numpy_divide,
    ("operator", "div"): divide,
    ("operator", "idiv"): divide_in_place,
    ("itertools", "izip"): zip,
    ("itertools", "imap"): map,
    ("itertools", "ifilter"): filter,
    ("itertools", "izip_longest"): itertools.zip_longest,
    ("sys", "maxint"): sys.maxsize,
}
ATTRIBUTES: Final = _LISTS | _OF_DICTS.keys() | {name for _, name in _OF_MODULES}
"""Which attributes are asked for through `attribute`."""


def attribute(owner: Any, name: str) -> Any:
    """``owner.name``, where dicts and some modules have what they had in Python 2."""
    if isinstance(owner, dict):
        if name in _LISTS:
            method = getattr(owner, name)
            return lambda: list(method())
        if name in _OF_DICTS and not hasattr(owner, name):
            return _OF_DICTS[name](owner)
    elif isinstance(owner, ModuleType) and (owner.__name__, name) in _OF_MODULES:
        return _OF_MODULES[owner.__name__, name]
    return getattr(owner, name)


# Built-in functions -------------------------------------------------------------------------------


def _mapped(function: Any, *iterables: Any) -> list[Any]:
    if len(iterables) == 1:
        return [*iterables[0]] if function is None else [*map(function, iterables[0])]
    rows = itertools.zip_longest(*iterables)
    return [*rows] if function is None else [*itertools.starmap(function, rows)]


def _filtered(function: Any, iterable: Any) -> Any:
    kept = [*filter(function, iterable)]
    if isinstance(iterable, str):
        return "".join(kept)
    return tuple(kept) if isinstance(iterable, tuple) else kept


def _zipped(*iterables: Any, strict: bool = False) -> list[Any]:
    return [*zip(*iterables, strict=strict)]


def _range(*bounds: Any) -> list[int]:
    return [*range(*bounds)]


def _rounded(number: Any, ndigits: Any = 0) -> float:
    """A float, with halves away from zero."""
    value = float(number)
    digits = min(max(operator.index(ndigits), -_MOST_DIGITS), _MOST_DIGITS)
    if not math.isfinite(value):
        return value
    with localcontext(prec=4 * _MOST_DIGITS):  # enough for any float written out in full
        return float(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def _compared(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


_NAMES: Final[dict[str, Any]] = {
    "__python2_divide__": divide,
    "__python2_divide_in_place__": divide_in_place,
    "__python2_attribute_place__": attribute_place,
    "__python2_divide_attribute__": divide_attribute,
    "__python2_item_place__": item_place,
    "__python2_divide_item__": divide_item,
    "__python2_slice__": slice,
    "__python2_attribute__": attribute,
    "__python2_print__": print,
    "basestring": str,
    "cmp": _compared,
    "filter": _filtered,
    "long": int,
    "map": _mapped,
    "range": _range,
    "raw_input": input,
    "reduce": functools.reduce,
    "round": _rounded,
    "unichr": chr,
    "unicode": str,
    "xrange": range,
    "zip": _zipped,
}


def names() -> dict[str, Any]:
    """The built-in functions for modules that were written for Python 2."""
    return {**vars(builtins), **_NAMES}
