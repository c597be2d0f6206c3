"""Values that came from a submission: what they are, in a few words, and lists as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker import Unsupported

NUMERIC = np.ndarray | np.generic | float | int | complex


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
