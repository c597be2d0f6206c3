"""Comparisons of a layer with the trusted implementation on the same inputs."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.subject.outcomes import Crashed
from grader.suite.compare import VECTORS, expect_array, expect_scalar
from grader.suite.tolerance import ROUND_OFF, Tolerance


def expect_forward(
    function: Any,
    trusted: Any,
    arguments: Sequence[Any],
    *,
    tolerance: Tolerance = ROUND_OFF,
    layout: str | None = None,
) -> None:
    """Require that a forward pass gives what the trusted one gives.

    Parameters
    ----------
    function : callable
        Of the subject.
    trusted : callable
        Of the reference.
    arguments : sequence
        In the order of the interface. Dicts are copied for each of the two.
    tolerance : Tolerance
    layout : str, optional
        An unusual way for the submission's arrays to lie in memory (`grader.subject`).

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    got, _ = _called(function, copy.deepcopy(arguments), layout)
    wanted, _ = trusted(*copy.deepcopy(arguments))
    expect_array("out", got, wanted, call=call_text(function), tolerance=tolerance)


def expect_backward(
    passes: tuple[Any, Any],
    trusted: tuple[Any, Any],
    arguments: Sequence[Any],
    *,
    draw: np.random.Generator,
    tolerance: Tolerance = ROUND_OFF,
    of: Sequence[str] | None = None,
    strict: bool = False,
    layout: str | None = None,
) -> None:
    """Require that a backward pass gives the trusted gradients for a random upstream gradient.

    Parameters
    ----------
    passes : tuple of two callables
        The subject's forward and backward pass.
    trusted : tuple of two callables
        The reference's.
    arguments : sequence
        Of the forward pass.
    draw : numpy.random.Generator
        Draws the upstream gradient, never ones.
    tolerance : Tolerance
    of : sequence of str, optional
        The gradients to look at, for example ``("dw",)``; all of them by default.
    strict : bool
        Whether axes of length 1 count in the gradients of vectors (`grader.suite.compare.VECTORS`).
    layout : str, optional
        An unusual way for the submission's arrays to lie in memory (`grader.subject`).

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    forward, backward = passes
    trusted_forward, trusted_backward = trusted
    _, cache = _called(forward, copy.deepcopy(arguments), layout)
    out, trusted_cache = trusted_forward(*copy.deepcopy(arguments))
    dout = draw.standard_normal(np.shape(out))
    got, wanted = _called(backward, (dout, cache), layout), trusted_backward(dout, trusted_cache)
    for slot, mine, right in zip(backward.interface.gives, _tuple(got), _tuple(wanted), strict=True):
        if of is None or slot.name in of:
            loose = slot.name in VECTORS and not strict
            expect_array(slot.name, mine, right, call=call_text(backward), tolerance=tolerance, loose=loose)


def expect_loss_function(
    function: Any,
    trusted: Any,
    arguments: Sequence[Any],
    *,
    tolerance: Tolerance = ROUND_OFF,
    of: Sequence[str] = ("loss", "dx"),
    layout: str | None = None,
) -> None:
    """Require that a loss function gives the trusted loss and the trusted gradient.

    Parameters
    ----------
    function : callable
        Of the subject.
    trusted : callable
        Of the reference.
    arguments : sequence
        Scores and labels.
    tolerance : Tolerance
    of : sequence of str
        Which of the two results to look at.
    layout : str, optional
        An unusual way for the submission's arrays to lie in memory (`grader.subject`).

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    loss, dx = _called(function, arguments, layout)
    wanted_loss, wanted_dx = trusted(*arguments)
    call = call_text(function)
    if "loss" in of:
        expect_scalar("loss", loss, wanted_loss, call=call, tolerance=tolerance)
    if "dx" in of:
        expect_array("dx", dx, wanted_dx, call=call, tolerance=tolerance)


def accepts(function: Any, arguments: Sequence[Any], shape: tuple[int, ...]) -> bool:
    """Whether a forward pass gives an output of this shape for these arguments, and does not raise.

    For arguments whose form the hand-outs left open: a check finds out which one a submission takes.
    """
    try:
        out, _ = function(*copy.deepcopy(arguments))
    except (Crashed, IndexError, TypeError, ValueError):
        return False
    return bool(np.shape(out) == shape)


def call_text(function: Any) -> str:
    """``affine_forward(x, w, b)``."""
    interface = function.interface
    return f"{interface.name}({', '.join(slot.name for slot in interface.takes)})"


def _called(function: Any, arguments: Sequence[Any], layout: str | None) -> Any:
    return function(*arguments) if layout is None else function(*arguments, layout=layout)


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
