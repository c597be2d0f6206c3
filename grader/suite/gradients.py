"""Gradient checks on a submission's own forward pass.

The submission evaluates its forward pass at points that the judge chose; the judge alone forms the
differences and compares them with what the backward pass returned. Along random directions a handful
of evaluations tests every entry at once: an error that is orthogonal to all of eight secret random
directions does not happen by accident.

A forward and a backward pass that are both zero agree with each other. So these checks stand beside
others that compare the forward pass with known values, never alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Finding
from grader.suite.against import call_text
from grader.suite.compare import VECTORS, Mismatch, expect_shape, relative_error
from grader.suite.tolerance import GRADIENT, NET_GRADIENT, Tolerance

Array = NDArray[Any]

STEP = 1e-5
"""Of the centred differences: truncation h^2 and round-off 1e-16 / h balance near it in float64."""
DIRECTIONS = 8


def expect_gradients(
    forward: Any,
    backward: Any,
    arguments: Mapping[str, Any],
    *,
    of: Sequence[str],
    draw: np.random.Generator,
    tolerance: Tolerance = GRADIENT,
) -> None:
    """Require that a backward pass is the gradient of the same submission's forward pass.

    Parameters
    ----------
    forward, backward : callable
        Functions of the subject.
    arguments : mapping
        All arguments of the forward pass, in its order.
    of : sequence of str
        The arguments that have a gradient, in the order in which ``backward`` returns them.
    draw : numpy.random.Generator
        Draws the upstream gradient (never ones) and the directions.
    tolerance : Tolerance

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    out, cache = forward(*arguments.values())
    shape = out.shape if isinstance(out, np.ndarray) else ()
    dout = draw.standard_normal(expect_shape("out", out, shape, call=call_text(forward)).shape)
    result = backward(dout, cache)
    gradients = result if isinstance(result, tuple) else (result,)
    call = f"{backward.interface.name}(dout, cache)"
    for name, gradient in zip(of, gradients, strict=True):
        value = arguments[name]
        label = f"d{name}"
        array = expect_shape(label, gradient, np.shape(value), call=call, loose=label in VECTORS)
        position = list(arguments).index(name)
        directions = _directions(draw, np.shape(value))
        outputs = forward.probe(list(arguments.values()), position, _points(value, directions))
        outputs = [expect_shape("out", output, dout.shape, call=call_text(forward)) for output in outputs]
        changes = [_inner(dout, plus) - _inner(dout, minus) for plus, minus in _pairs(outputs)]
        numeric = np.array(changes) / (2 * STEP)
        _compare(label, array, numeric, directions, call, tolerance)


def expect_score_gradient(
    loss_function: Any,
    scores: Array,
    labels: Array,
    *,
    draw: np.random.Generator,
    tolerance: Tolerance = GRADIENT,
) -> None:
    """Require that a loss function's gradient is that of its own loss.

    Parameters
    ----------
    loss_function : callable
        Of the subject: scores and labels to loss and gradient.
    scores : ndarray of shape (N, C)
    labels : ndarray of int of shape (N,)
    draw : numpy.random.Generator
        Draws the directions.
    tolerance : Tolerance

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    call = f"{loss_function.interface.name}(x, y)"
    loss, gradient = loss_function(scores, labels)
    expect_shape("loss", loss, (), call=call, loose=True)
    array = expect_shape("dx", gradient, scores.shape, call=call)
    directions = _directions(draw, scores.shape)
    losses = loss_function.probe([scores, labels], 0, _points(scores, directions))
    losses = [expect_shape("loss", value, (), call=call, loose=True) for value in losses]
    numeric = np.array([float(plus - minus) for plus, minus in _pairs(losses)]) / (2 * STEP)
    _compare("dx", array, numeric, directions, call, tolerance)


def expect_loss_gradients(
    net: Any,
    X: Array,
    y: Array,
    *,
    draw: np.random.Generator,
    call: str,
    parameters: Sequence[str] | None = None,
    tolerance: Tolerance = NET_GRADIENT,
) -> None:
    """Require that a net's gradients are those of its own loss, parameter by parameter.

    Parameters
    ----------
    net : object
        A net of the subject.
    X : ndarray of shape (N, ...)
    y : ndarray of int of shape (N,)
    draw : numpy.random.Generator
        Draws the directions.
    call : str
        How the report names the call.
    parameters : sequence of str, optional
        All of them by default.
    tolerance : Tolerance

    Raises
    ------
    Mismatch
    """
    __tracebackhide__ = True
    _, gradients = net.loss(X, y)
    values = net.params.select(parameters or sorted(net.params))
    for name, value in values.items():
        label = f"grads[{name!r}]"
        # Vectors may come as a matrix with one row (`grader.suite.compare.VECTORS`).
        array = expect_shape(label, gradients.get(name), value.shape, call=call, loose=value.ndim == 1)
        directions = _directions(draw, value.shape)
        losses = net.probe_loss(X, y, name, _points(value, directions))
        numeric = np.array([plus - minus for plus, minus in _pairs(losses)]) / (2 * STEP)
        _compare(label, array, numeric, directions, call, tolerance)


def _directions(draw: np.random.Generator, shape: tuple[int, ...]) -> list[Array]:
    """Random directions of length 1, so that the step has the same size for every shape."""
    vectors = [draw.standard_normal(shape) for _ in range(DIRECTIONS)]
    return [vector / np.linalg.norm(vector) for vector in vectors]


def _points(value: Array, directions: Sequence[Array]) -> list[Array]:
    return [value + sign * STEP * direction for direction in directions for sign in (1.0, -1.0)]


def _pairs(values: Sequence[Any]) -> zip[tuple[Any, Any]]:
    return zip(values[::2], values[1::2], strict=True)


def _inner(a: Array, b: Any) -> float:
    return float(np.sum(a * b))


def _compare(
    label: str,
    gradient: Array,
    numeric: Array,
    directions: Sequence[Array],
    call: str,
    tolerance: Tolerance,
) -> None:
    __tracebackhide__ = True
    analytic = np.array([_inner(gradient, direction) for direction in directions])
    scale = max(float(np.linalg.norm(numeric)), float(np.linalg.norm(analytic)))
    off = float(np.linalg.norm(analytic - numeric))
    if off <= tolerance.relative * scale + tolerance.absolute:
        return
    relative = off / scale if scale else float("inf")
    message = (
        f"{call}: {label} is not the gradient of the submission's own forward pass: along "
        f"{len(directions)} random directions it is off by {relative:.2g} of the numerical gradient"
    )
    if not np.isfinite(off):
        message = f"{call}: {label} holds NaN or an infinity"
    finding = Finding(
        call=call,
        value=label,
        kind="values" if np.isfinite(off) else "finite",
        message=message,
        safe_message=message,
        pattern=_pattern(analytic, numeric),
        relative_error=relative_error(analytic, numeric) if np.isfinite(off) else None,
    )
    # Both sides: the same gradient of another forward pass is another mistake.
    raise Mismatch(finding, np.concatenate([np.ravel(gradient), numeric]))


def _pattern(analytic: Array, numeric: Array) -> str | None:
    """A constant factor between the two shows in every direction alike."""
    if not analytic.any():
        return "every entry is zero"
    factor = float(np.dot(analytic, numeric) / np.dot(numeric, numeric)) if numeric.any() else 0.0
    if factor and np.allclose(analytic, factor * numeric, rtol=1e-4):
        return f"every entry is {factor:.4g} times what it should be"
    return None
