"""The three-layer convolutional net: its first loss, and gradient checks."""

import math

import numpy as np
import pytest

from grader.suite import Tolerance, check, expect_scalar
from grader.suite.kinks import conv_net_distance, smooth
from grader.suite.nets import (
    assign,
    conv_net_shapes,
    draw_parameters,
    expect_initialization,
    expect_own_gradients,
    layers_of_net,
    untrained,
)

FIRST_LOSS = Tolerance("first loss", 0.0, 1e-4, "scores of weights near 1e-3 move it by far less")


@check("conv_net", about="ThreeLayerConvNet")
def test_first_weights(subject):
    """A new convolutional net has small random weights and zero biases in every layer."""
    sizes = {"input_dim": (3, 8, 8), "num_filters": 16, "filter_size": 5, "hidden_dim": 40, "num_classes": 10}
    net = subject.nets.ThreeLayerConvNet(**sizes, weight_scale=1e-3, dtype="float64")
    call = "ThreeLayerConvNet(..., weight_scale=1e-3)"
    expect_initialization(net, conv_net_shapes(*sizes.values()), 1e-3, call=call)


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
def test_first_loss(subject, draw):
    """With small weights the loss of the convolutional net is log(10), and more with regularization."""
    sizes = {"input_dim": (3, 8, 8), "num_filters": 4, "filter_size": 3, "hidden_dim": 10, "num_classes": 10}
    net = subject.nets.ThreeLayerConvNet(**sizes, dtype="float64")
    shapes = conv_net_shapes(*sizes.values())
    weights = {name: 1e-3 * draw.standard_normal(shapes[name]) for name in ("W1", "W2", "W3")}
    assign([net], untrained(shapes) | weights)
    X, y = draw.standard_normal((10, 3, 8, 8)), draw.integers(10, size=10)
    call = "ThreeLayerConvNet(...).loss(X, y)"
    expect_scalar("loss", net.loss(X, y)[0], math.log(10), call=call, tolerance=FIRST_LOSS)
    net.reg = 1e3  # makes as much of these small weights as the usual strength of those of a large net
    penalty = 0.5 * 1e3 * sum(float(np.sum(W * W)) for W in weights.values())
    call = "ThreeLayerConvNet(..., reg=1000).loss(X, y)"
    expect_scalar("loss", net.loss(X, y)[0], math.log(10) + penalty, call=call, tolerance=FIRST_LOSS)


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
@pytest.mark.parametrize("reg", [0, 0.5], ids=["reg 0", "reg 0.5"])
def test_gradient(subject, draw, reg):
    """The convolutional net's gradients are those of its loss, with and without regularization."""
    sizes = {"input_dim": (3, 8, 8), "num_filters": 3, "filter_size": 3, "hidden_dim": 7, "num_classes": 10}
    net = subject.nets.ThreeLayerConvNet(**sizes, reg=reg, dtype="float64")
    X, y = draw.standard_normal((2, 3, 8, 8)), draw.integers(10, size=2)
    parameters = smooth(
        lambda: draw_parameters(draw, conv_net_shapes(*sizes.values())),
        lambda made: conv_net_distance(made, X),
    )
    assign([net], parameters)
    call = f"ThreeLayerConvNet(..., reg={reg}).loss(X, y)"
    expect_own_gradients(net, X, y, draw=draw, call=call)
