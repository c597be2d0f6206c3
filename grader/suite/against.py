"""Comparisons of a layer with the trusted implementation on the same inputs."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.suite.compare import expect_array
from grader.suite.tolerance import ROUND_OFF, Tolerance


def expect_forward(
    function: Any, trusted: Any, arguments: Sequence[Any], *, tolerance: Tolerance = ROUND_OFF
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

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    got, _ = function(*copy.deepcopy(arguments))
    wanted, _ = trusted(*copy.deepcopy(arguments))
    expect_array("out", got, wanted, call=call_text(function), tolerance=tolerance)


def expect_backward(
    passes: tuple[Any, Any],
    trusted: tuple[Any, Any],
    arguments: Sequence[Any],
    *,
    draw: np.random.Generator,
    tolerance: Tolerance = ROUND_OFF,
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

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    forward, backward = passes
    trusted_forward, trusted_backward = trusted
    _, cache = forward(*copy.deepcopy(arguments))
    out, trusted_cache = trusted_forward(*copy.deepcopy(arguments))
    dout = draw.standard_normal(np.shape(out))
    got, wanted = backward(dout, cache), trusted_backward(dout, trusted_cache)
    for slot, mine, right in zip(backward.interface.gives, _tuple(got), _tuple(wanted), strict=True):
        expect_array(slot.name, mine, right, call=call_text(backward), tolerance=tolerance)


def call_text(function: Any) -> str:
    """``affine_forward(x, w, b)``."""
    interface = function.interface
    return f"{interface.name}({', '.join(slot.name for slot in interface.takes)})"


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
