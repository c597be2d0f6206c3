"""What newer NumPy versions removed, put back for submissions written against older ones.

Runs in the worker, before anything of the submission. Which names were really asked for is noted,
so that the report can say so.
"""

import functools
from types import GeneratorType
from typing import Any

import numpy as np

used: list[str] = []

REMOVED: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "object": object,
    "complex": complex,
    "str": str,
    "long": int,
    "unicode": str,
    "float_": np.float64,
    "complex_": np.complex128,
    "NaN": np.nan,
    "Inf": np.inf,
    "infty": np.inf,
    "NINF": -np.inf,
    "PINF": np.inf,
    "mat": np.asmatrix,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "sometrue": np.any,
    "alltrue": np.all,
    "row_stack": np.vstack,
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype),
    "msort": lambda a: np.sort(a, axis=0),
    "round_": np.round,
    "in1d": lambda a, b: np.isin(np.ravel(a), b),
}

CHANGED: dict[str, str] = {
    "sum": "np.sum of a generator",
}
"""Functions that refuse what they once took, with what that was."""

_present = getattr(np, "__getattr__", None)


def _absent(name: str) -> Any:
    """What NumPy asks when a name is not among its own."""
    if name in REMOVED:
        if name not in used:
            used.append(name)
        return REMOVED[name]
    if _present is None:
        raise AttributeError(f"module 'numpy' has no attribute {name!r}")
    return _present(name)


_sum = np.sum


@functools.wraps(_sum)
def _sum_of_anything(a: Any, *args: Any, **kwargs: Any) -> Any:
    if not isinstance(a, GeneratorType):
        return _sum(a, *args, **kwargs)
    if "sum" not in used:
        used.append("sum")
    return sum(a)  # whatever else was asked for, this is what NumPy did


setattr(np, "sum", _sum_of_anything)  # noqa: B010 - mypy knows its type
setattr(np, "__getattr__", _absent)  # noqa: B010 - mypy knows no such name
if not hasattr(np.lib, "pad"):
    setattr(np.lib, "pad", np.pad)  # noqa: B010
