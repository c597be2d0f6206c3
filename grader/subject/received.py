"""Values that came from a submission: what they are, in a few words, and lists as arrays."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from grader.subject.outcomes import BadOutput
from grader.worker import Unsupported

NUMERIC = np.ndarray | np.generic | float | int | complex


_WORDS = frozenset(
    {
        *(
            "NoneType",
            "bool",
            "bytearray",
            "bytes",
            "complex",
            "dict",
            "filter",
            "float",
            "frozenset",
            "function",
        ),
        *("generator", "int", "list", "map", "memoryview", "method", "module", "ndarray", "object", "range"),
        *("set", "slice", "str", "tuple", "type", "zip", "builtin_function_or_method", "complex64"),
        *("complex128", "complex256", "datetime64", "float16", "float128", "timedelta64", "U", "S"),
        *("a", "an", "are", "array", "bits", "cannot", "deep", "description", "dimensions", "dtype", "key"),
        *("MiB", "more", "nested", "of", "results", "shape", "takes", "than", "that", "travel", "value"),
        *("values", "wanted", "where", "whose", "with"),
    }
)
"""Of descriptions that say nothing but a kind. Any other word may be made of a hidden input."""

_MOST_DIGITS = 12


def unfit(before: str, value: Any, after: str = "") -> BadOutput:
    """The error about a value: in full for the instructor, and for students its kind, if that is one.

    Parameters
    ----------
    before, after : str
        The rest of the sentence, without a word of the submission's.
    value : object
    """
    text = described(value)
    plain = (
        _WORDS.issuperset(re.findall(r"[^\W\d]\w*", text)) and len(re.findall(r"\d", text)) <= _MOST_DIGITS
    )
    return BadOutput(f"{before} {text}{after}", f"{before} {text if plain else 'something else'}{after}")


def gradient_name(key: object) -> str:
    """How a gradient is called: by its parameter, if that has a name as the assignment has them."""
    known = isinstance(key, str) and re.fullmatch(r"(W|b|gamma|beta)\d{1,3}", key)
    return f"grads[{key!r}]" if known else "one of the grads"


def described(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, Unsupported):
        return value.description
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    return f"{type(value).__name__}"


def rebuilt(value: Any) -> Any:
    """A list of numbers, or of rows that fit each other, as the array that it stands for."""
    if not isinstance(value, list):
        return value
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        return value
    return array if array.dtype.kind in "biufc" else value
