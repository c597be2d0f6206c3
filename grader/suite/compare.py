"""Comparisons that the checks make: each passes silently or says exactly what is wrong.

Order matters: presence, then shape, then dtype kind, then finiteness, then values. NumPy would
broadcast a wrong shape or compare a missing value away; here the first thing that is wrong is named.
Every comparison raises `Mismatch`, which carries the received value so that it can be compared with
what the known mistakes give (`grader.diagnosis`).
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.model import Finding
from grader.suite.pattern import describe_pattern, transposed_shape
from grader.suite.tolerance import ROUND_OFF, Tolerance

Array = NDArray[Any]

_REAL = "biuf"

VECTORS = frozenset({"db", "dgamma", "dbeta"})
"""Gradients of vectors, which may come as a matrix with one row.

A step ``b -= rate * db`` works with either, and the comparisons of the hand-outs broadcast the
difference away, so nobody is told. Only checks of the exact shapes ask for more.
"""


class Mismatch(AssertionError):
    """A value is not what was wanted.

    Attributes
    ----------
    finding : Finding
        What is wrong, in words and numbers.
    got : object
        The value that came, for the diagnosis.
    slack : float
        How far, relatively, the same mistake may be from ``got``: more than round-off where the value
        is a statistic of random numbers.
    """

    def __init__(self, finding: Finding, got: object, slack: float = 1e-6) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.got = got
        self.slack = slack


def expect_array(
    value: str,
    got: object,
    wanted: ArrayLike,
    *,
    call: str,
    tolerance: Tolerance = ROUND_OFF,
    loose: bool = False,
) -> None:
    """Require that ``got`` is ``wanted`` within a tolerance.

    Parameters
    ----------
    value : str
        The name of the result, for example ``"dx"``.
    got : object
        What the submission returned.
    wanted : array_like
    call : str
        The call as a person would write it, for example ``"affine_forward(x, w, b)"``.
    tolerance : Tolerance
    loose : bool
        Whether axes of length 1 may be added or missing.

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    expected = np.asarray(wanted)
    array = _in_shape(value, got, expected.shape, call, loose=loose)
    _require_kind(value, array, call, _fitting_kinds(expected))
    _require_finite(value, array, expected, call)
    _require_values(value, array, expected, call, tolerance)


def expect_scalar(
    value: str, got: object, wanted: float, *, call: str, tolerance: Tolerance = ROUND_OFF
) -> None:
    """Require a single number; an array with exactly one entry counts as one."""
    __tracebackhide__ = True
    array = _as_array(value, got, call)
    if array.size != 1:
        text = f"{value} has shape {array.shape}, wanted a single number"
        _fail(value, got, call, "shape", text)
    expect_array(value, array.reshape(()), np.asarray(wanted), call=call, tolerance=tolerance)


def expect_shape(
    value: str, got: object, wanted: tuple[int, ...], *, call: str, loose: bool = False
) -> Array:
    """Require an array of real numbers of this shape (but for axes of length 1 if ``loose``); return it."""
    __tracebackhide__ = True
    array = _in_shape(value, got, wanted, call, loose=loose)
    _require_kind(value, array, call, _REAL)
    return array


def expect_entry(value: str, entries: object, key: str, *, call: str) -> Any:
    """Require that a dict that the submission keeps has this key, and return the entry.

    Parameters
    ----------
    value : str
        The name of the dict, for example ``"config"``.
    entries : object
        What came where the dict is wanted.
    key : str
    call : str
    """
    __tracebackhide__ = True
    if not isinstance(entries, dict):
        text = f"{value} is of type {type(entries).__name__}, wanted a dict"
        _fail(value, None, call, "property", text)
    if key not in entries:
        _fail(f"{value}[{key!r}]", None, call, "property", f"{value} has no entry {key!r}")
    return entries[key]


def expect_property(
    value: str, holds: bool, statement: str, *, call: str, got: object = None, slack: float = 1e-6
) -> None:
    """Require that a property holds that is not about single entries.

    Parameters
    ----------
    value : str
    holds : bool
    statement : str
        What was wanted and what came, without hidden numbers: both reports show it.
    call : str
    got : object
        The number or array that the property is about, compared with the known mistakes.
    slack : float
        How far a known mistake's number may be from it, relatively.
    """
    __tracebackhide__ = True
    if not holds:
        _fail(value, got, call, "property", statement, slack=slack)


def _as_array(value: str, got: object, call: str) -> Array:
    __tracebackhide__ = True
    if got is None:
        _fail(value, got, call, "missing", f"{value} is None, wanted a value")
    if not isinstance(got, np.ndarray | np.generic | float | int | complex):
        text = f"{value} is of type {type(got).__name__}, wanted numbers"
        _fail(value, got, call, "dtype", text)
    return np.asarray(got)


def _in_shape(value: str, got: object, wanted: tuple[int, ...], call: str, *, loose: bool) -> Array:
    __tracebackhide__ = True
    array = _as_array(value, got, call)
    if loose and _without_ones(array.shape) == _without_ones(wanted):
        return array.reshape(wanted)
    if array.shape != wanted:
        hint = transposed_shape(array.shape, wanted)
        _fail(value, got, call, "shape", f"{value} has shape {array.shape}, wanted {wanted}", pattern=hint)
    return array


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    return [size for size in shape if size != 1]


def _fitting_kinds(expected: Array) -> str:
    return _REAL if expected.dtype.kind in _REAL else expected.dtype.kind


def _require_kind(value: str, array: Array, call: str, kinds: str) -> None:
    __tracebackhide__ = True
    if array.dtype.kind not in kinds:
        _fail(value, array, call, "dtype", f"{value} has dtype {array.dtype}, wanted real numbers")


def _require_finite(value: str, array: Array, expected: Array, call: str) -> None:
    __tracebackhide__ = True
    if array.dtype.kind != "f":
        return
    strange = ~np.isfinite(array) & np.isfinite(expected)
    if not strange.any():
        return
    index = _index(np.argwhere(strange)[0])
    what = "NaN" if np.isnan(array[index]) else "infinite"
    share = float(strange.mean())
    text = f"{value}{_place(index)} is {what}, wanted a finite number ({_percent(share)} of the entries)"
    _fail(value, array, call, "finite", text, index=index, wrong_share=share)


def _require_values(value: str, array: Array, expected: Array, call: str, tolerance: Tolerance) -> None:
    __tracebackhide__ = True
    got, wanted = array.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(wanted)
    scale = float(np.abs(wanted[finite]).max(initial=0.0))
    allowed = tolerance.relative * scale + tolerance.absolute
    with np.errstate(invalid="ignore"):
        off = np.asarray(np.abs(got - wanted))
    # Where NaN or an infinity is wanted, nothing but the same will do.
    off[~finite] = np.where(_identical(got, wanted)[~finite], 0.0, np.inf)
    wrong = off > allowed
    if not wrong.any():
        return
    index = _index(np.unravel_index(int(np.argmax(off)), off.shape))
    share = float(wrong.mean())
    pattern = describe_pattern(got, wanted, wrong) if finite.all() else None
    relative = float(off[index]) / scale if scale else float("inf")
    text = (
        f"{value}{_place(index)} is {got[index]:.9g}, wanted {wanted[index]:.9g}; "
        f"{_percent(share)} of the entries are off by more than {tolerance.name} allows"
    )
    safe = (
        f"{value}{_place(index)} is off by {relative:.2g} of the largest value; "
        f"{_percent(share)} of the entries are wrong"
    )
    _fail(
        value, array, call, "values", text, safe=safe, pattern=pattern, index=index, wrong_share=share,
        relative_error=relative_error(got, wanted),
    )  # fmt: skip


def relative_error(got: Array, wanted: Array) -> float:
    """As the course's notebooks print it: the largest |got - wanted| / max(1e-8, |got| + |wanted|)."""
    with np.errstate(invalid="ignore"):
        errors = np.abs(got - wanted) / np.maximum(1e-8, np.abs(got) + np.abs(wanted))
    return float(np.max(np.nan_to_num(errors, nan=1.0), initial=0.0))


def _identical(a: Array, b: Array) -> Array:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


def _index(position: Any) -> tuple[int, ...]:
    return tuple(int(i) for i in position)


def _place(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1 %"
    return f"{share:.0%}".replace("%", " %")


def _fail(
    value: str,
    got: object,
    call: str,
    kind: Any,
    message: str,
    *,
    safe: str | None = None,
    pattern: str | None = None,
    index: tuple[int, ...] | None = None,
    wrong_share: float | None = None,
    relative_error: float | None = None,
    slack: float = 1e-6,
) -> NoReturn:
    __tracebackhide__ = True
    raise Mismatch(
        Finding(
            call=call,
            value=value,
            kind=kind,
            message=f"{call}: {message}",
            safe_message=f"{call}: {safe or message}",
            pattern=pattern,
            index=index,
            wrong_share=wrong_share,
            relative_error=relative_error,
        ),
        got,
        slack,
    )
