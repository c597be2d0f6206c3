"""What checks of nets share: shapes, parameters to assign, and comparisons with the trusted net.

A net's own first weights are random, and right nets may draw them in any order. So a check looks at
their statistics, then assigns parameters of its own and compares what the net makes of these.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Finding
from grader.suite.compare import Mismatch, expect_array, expect_property, expect_scalar, expect_shape
from grader.suite.gradients import expect_loss_gradients
from grader.suite.tolerance import ROUND_OFF, Tolerance

Array = NDArray[Any]
Parameters = dict[str, Array]
Shapes = dict[str, tuple[int, ...]]
Pair = tuple[Any, Any]
"""The subject's net and the trusted one."""

WIDE = 1e4
"""Factor of weights and biases in front of a normalization. What it normalizes then has deviations of
this size, and where epsilon stands, which hand-outs leave open, makes no difference to be seen."""
PARAMETER = re.compile(r"(W|b|gamma|beta)\d{1,3}")

DEVIATIONS = 7.0
"""How far a statistic of a random draw may be off, in standard deviations of the statistic."""


def layers_of_net(
    normalization: str | None = None, *, dropout: bool = False, labels: bool = True
) -> tuple[str, ...]:
    """The functions that ``net.loss`` rests on, for the ``needs`` of a check.

    Parameters
    ----------
    normalization : 'batchnorm', 'layernorm' or None
    dropout : bool
    labels : bool
        Without labels, ``loss`` returns scores and makes no backward pass.
    """
    layers = ["affine", "relu"]
    layers += [] if normalization is None else [normalization]
    layers += ["dropout"] if dropout else []
    passes = ("forward", "backward") if labels else ("forward",)
    losses = ("softmax_loss",) if labels else ()
    return (*losses, *(f"{layer}_{which}" for which in passes for layer in layers))


# Parameters


def fully_connected_shapes(dims: Sequence[int], normalization: str | None = None) -> Shapes:
    """The shapes of the parameters of a fully connected net.

    Parameters
    ----------
    dims : sequence of int
        Inputs, hidden layers, classes.
    normalization : str, optional
        With one, each hidden layer has a scale and a shift.
    """
    shapes: Shapes = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(dims), start=1):
        shapes |= {f"W{layer}": (fan_in, fan_out), f"b{layer}": (fan_out,)}
        if normalization is not None and layer < len(dims) - 1:
            shapes |= {f"gamma{layer}": (fan_out,), f"beta{layer}": (fan_out,)}
    return shapes


def conv_net_shapes(
    input_dim: tuple[int, int, int], num_filters: int, filter_size: int, hidden_dim: int, num_classes: int
) -> Shapes:
    """The shapes of the parameters of the three-layer convolutional net."""
    C, H, W = input_dim
    return {
        "W1": (num_filters, C, filter_size, filter_size),
        "b1": (num_filters,),
        "W2": (num_filters * (H // 2) * (W // 2), hidden_dim),
        "b2": (hidden_dim,),
        "W3": (hidden_dim, num_classes),
        "b3": (num_classes,),
    }


def draw_parameters(draw: np.random.Generator, shapes: Shapes, *, wide: bool = False) -> Parameters:
    """Parameters with which the signal keeps its size from layer to layer, and nothing is zero.

    Parameters
    ----------
    draw : numpy.random.Generator
    shapes : dict
    wide : bool
        Make weights and biases in front of a normalization `WIDE` times as large. Not for numerical
        gradients, which would be small.
    """
    parameters = {name: _draw_one(draw, name, shape) for name, shape in shapes.items()}
    for name in shapes:
        if wide and name.startswith("gamma"):
            layer = name.removeprefix("gamma")
            parameters[f"W{layer}"] *= WIDE
            parameters[f"b{layer}"] *= WIDE  # all that is left of an example whose units are all dead
    return parameters


def _draw_one(draw: np.random.Generator, name: str, shape: tuple[int, ...]) -> Array:
    if name.startswith("gamma"):
        return draw.uniform(0.5, 1.5, shape)
    if name.startswith("W"):
        fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
        return draw.standard_normal(shape) * math.sqrt(2 / fan_in)
    return 0.5 * draw.standard_normal(shape)


def untrained(shapes: Shapes) -> Parameters:
    """Biases and shifts of zero, scales of one and, to be replaced by others, weights of zero."""
    return {
        name: np.ones(shape) if name.startswith("gamma") else np.zeros(shape)
        for name, shape in shapes.items()
    }


def assign(nets: Sequence[Any], parameters: Mapping[str, Array]) -> None:
    """Give all the nets these parameters."""
    for net in nets:
        net.params.update(parameters)


# Comparisons


def expect_scores(nets: Pair, X: Array, *, call: str, tolerance: Tolerance = ROUND_OFF) -> None:
    """Require the trusted scores of a call without labels."""
    __tracebackhide__ = True
    net, trusted = nets
    expect_array("scores", net.loss(X), trusted.loss(X), call=call, tolerance=tolerance)


def expect_loss(nets: Pair, X: Array, y: Array, *, call: str, tolerance: Tolerance = ROUND_OFF) -> None:
    """Require the trusted loss."""
    __tracebackhide__ = True
    net, trusted = nets
    (loss, gradients), (wanted, wanted_gradients) = net.loss(X, y), trusted.loss(X, y)
    if not gradients:  # what a stub leaves behind, together with a loss of zero
        expect_names("grads", gradients, wanted_gradients, call=call)
    expect_scalar("loss", loss, wanted, call=call, tolerance=tolerance)


def expect_net_gradients(
    nets: Pair, X: Array, y: Array, *, call: str, tolerance: Tolerance = ROUND_OFF
) -> None:
    """Require the trusted gradient of every parameter."""
    __tracebackhide__ = True
    net, trusted = nets
    gradients, wanted = net.loss(X, y)[1], trusted.loss(X, y)[1]
    expect_names("grads", gradients, wanted, call=call)
    for name, value in wanted.items():
        loose = value.ndim == 1  # as in `grader.suite.compare.VECTORS`
        label = f"grads[{name!r}]"
        expect_array(label, gradients[name], value, call=call, tolerance=tolerance, loose=loose)


def expect_penalty(nets: Pair, X: Array, y: Array, reg: float, *, call: str) -> None:
    """Require that ``reg`` adds the L2 penalty to the loss and its gradient to the gradients.

    What is compared is the difference between a call with and a call without regularization, so
    nothing else of the net takes part.
    """
    __tracebackhide__ = True
    (more, changes), (wanted_more, wanted_changes) = (_penalty(net, X, y, reg, call) for net in nets)
    if not changes:
        expect_names("grads", changes, wanted_changes, call=call)
    expect_scalar("loss with reg - loss without", more, wanted_more, call=call)
    expect_names("grads", changes, wanted_changes, call=call)
    for name, value in wanted_changes.items():
        label = f"grads[{name!r}] with reg - without"
        expect_array(label, changes[name], value, call=call, loose=value.ndim == 1)


def expect_own_gradients(net: Any, X: Array, y: Array, *, draw: np.random.Generator, call: str) -> None:
    """Require a gradient for every parameter, and that it is that of the net's own loss."""
    __tracebackhide__ = True
    # Any other name was made up by the submission, and a report would repeat it.
    names = [name for name in net.params if PARAMETER.fullmatch(name)]
    expect_names("grads", net.loss(X, y)[1], names, call=call)
    expect_loss_gradients(net, X, y, draw=draw, call=call, parameters=names)


def _penalty(net: Any, X: Array, y: Array, reg: float, call: str) -> tuple[float, Parameters]:
    results = []
    for strength in (reg, 0.0):
        net.reg = strength
        results.append(net.loss(X, y))
    (loss, grads), (plain_loss, plain_grads) = results
    changes = {
        name: _difference(f"grads[{name!r}]", grads[name], plain_grads[name], call)
        for name in grads
        if name in plain_grads and PARAMETER.fullmatch(str(name))
    }
    return float(_difference("loss", loss, plain_loss, call).reshape(())), changes


def _difference(label: str, one: object, other: object, call: str) -> Array:
    __tracebackhide__ = True
    shape = one.shape if isinstance(one, np.ndarray) else ()
    wanted = () if label == "loss" else shape
    pair = [expect_shape(label, value, wanted, call=call, loose=label == "loss") for value in (one, other)]
    difference: Array = pair[0] - pair[1]
    return difference


def expect_names(value: str, got: Mapping[str, Any], wanted: Collection[str], *, call: str) -> None:
    """Require an entry for every parameter. With none at all the code is not written yet."""
    __tracebackhide__ = True
    there = frozenset(got)  # a net's parameters are asked for their names once
    missing = [name for name in wanted if name not in there]
    if wanted and len(missing) == len(wanted):
        text = f"{call}: {value} has none of {', '.join(missing)}"
        raise Mismatch(Finding(call=call, value=value, kind="missing", message=text, safe_message=text), None)
    present = np.array([name in there for name in wanted])
    expect_property(value, not missing, f"{value} lacks {', '.join(missing)}", call=call, got=present)


# First weights


def expect_initialization(net: Any, shapes: Shapes, weight_scale: float, *, call: str) -> None:
    """Require names and shapes of all parameters, random weights, zero biases and shifts, scales of one.

    The mean of n normal numbers deviates from zero by weight_scale / sqrt(n), their standard deviation
    from weight_scale by weight_scale / sqrt(2 n). Seven times as much happens by chance with
    probability 3e-12 (mean) and, for n >= 300, 6e-12 (standard deviation: a chi-square tail).
    """
    __tracebackhide__ = True
    expect_names("params", net.params, shapes, call=call)
    values = net.params.select(shapes)
    for name, shape in shapes.items():
        value = values[name]
        expect_parameter_shape(name, value, shape, call=call)
        if name.startswith("W"):
            _expect_drawn(name, value, weight_scale, call)
        else:
            _expect_constant(name, value, 1.0 if name.startswith("gamma") else 0.0, call)


def expect_parameter_shape(name: str, value: Array, wanted: tuple[int, ...], *, call: str) -> None:
    """Require that a parameter has this shape; the shape is what a known mistake is compared by."""
    __tracebackhide__ = True
    text = f"params[{name!r}] has shape {value.shape}, wanted {wanted}"
    got = np.array(value.shape)
    expect_property(f"shape of params[{name!r}]", value.shape == wanted, text, call=call, got=got)


def _expect_drawn(name: str, value: Array, scale: float, call: str) -> None:
    __tracebackhide__ = True
    statistics = np.array([value.mean(), value.std()])
    mean_off = abs(statistics[0]) * math.sqrt(value.size) / scale
    scale_off = abs(statistics[1] - scale) * math.sqrt(2 * value.size) / scale
    text = (
        f"params[{name!r}] has mean {statistics[0]:.3g} and standard deviation {statistics[1]:.3g}, "
        f"wanted 0 and {scale:g}"
    )
    holds = bool(max(mean_off, scale_off) < DEVIATIONS)
    expect_property(f"params[{name!r}]", holds, text, call=call, got=statistics, slack=0.3)


def _expect_constant(name: str, value: Array, wanted: float, call: str) -> None:
    __tracebackhide__ = True
    statistics = np.array([value.mean(), value.std()])
    text = (
        f"params[{name!r}] has mean {statistics[0]:.3g} and standard deviation {statistics[1]:.3g}, "
        f"wanted {wanted:g} everywhere"
    )
    holds = bool(np.all(value == wanted))
    expect_property(f"params[{name!r}]", holds, text, call=call, got=statistics, slack=0.8)
