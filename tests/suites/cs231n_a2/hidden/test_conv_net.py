"""The three-layer convolutional net on secret inputs."""

import pytest

from grader.suite import check
from grader.suite.nets import (
    assign,
    conv_net_shapes,
    draw_parameters,
    expect_initialization,
    expect_loss,
    expect_net_gradients,
    expect_penalty,
    expect_scores,
    layers_of_net,
)

N, C = 4, 5
SIZES = {"input_dim": (3, 8, 8), "num_filters": 3, "filter_size": 3, "hidden_dim": 6, "num_classes": C}
OTHER_SIZES = {"input_dim": (3, 6, 6), "num_filters": 4, "filter_size": 5, "hidden_dim": 7, "num_classes": C}
filter_sizes = pytest.mark.parametrize("sizes", [SIZES, OTHER_SIZES], ids=["3x3 filters", "5x5 filters"])
with_and_without_reg = pytest.mark.parametrize("reg", [0.0, 0.3], ids=["plain", "regularized"])
ROUNDS = 2


def nets(subject, reference, sizes, reg=0.0):
    """The submission's net and the trusted one."""
    settings = {**sizes, "reg": reg, "dtype": "float64"}
    return subject.nets.ThreeLayerConvNet(**settings), reference.ThreeLayerConvNet(**settings)


def rounds(pair, draw, sizes):
    """New parameters for both nets and a new batch, more than once: nothing may be kept of the first."""
    for _ in range(ROUNDS):
        assign(pair, draw_parameters(draw, conv_net_shapes(*sizes.values())))
        yield draw.standard_normal((N, *sizes["input_dim"])), draw.integers(C, size=N)


def call_text(labels=True, reg=0.0):
    """How reports name the call."""
    return f"ThreeLayerConvNet(..., reg={reg:g}).loss({'X, y' if labels else 'X'})"


@check("conv_net", about="ThreeLayerConvNet")
def test_initialization(subject):
    """A new convolutional net has random weights of the given scale and zero biases in every layer."""
    sizes = {"input_dim": (3, 6, 6), "num_filters": 12, "filter_size": 3, "hidden_dim": 30, "num_classes": 12}
    net = subject.nets.ThreeLayerConvNet(**sizes, weight_scale=0.3, dtype="float64")
    shapes = conv_net_shapes(*sizes.values())
    expect_initialization(net, shapes, 0.3, call="ThreeLayerConvNet(..., weight_scale=0.3)")


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net(labels=False))
@filter_sizes
def test_scores(subject, draw, reference, sizes):
    """The convolutional net gives the right scores."""
    pair = nets(subject, reference, sizes)
    for X, _ in rounds(pair, draw, sizes):
        expect_scores(pair, X, call=call_text(labels=False))


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
@with_and_without_reg
def test_loss(subject, draw, reference, reg):
    """The convolutional net gives the right loss, with and without regularization."""
    pair = nets(subject, reference, SIZES, reg)
    for X, y in rounds(pair, draw, SIZES):
        expect_loss(pair, X, y, call=call_text(reg=reg))


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
@with_and_without_reg
def test_all_gradients(subject, draw, reference, reg):
    """The convolutional net gives the right gradient of every parameter, with and without regularization."""
    pair = nets(subject, reference, SIZES, reg)
    for X, y in rounds(pair, draw, SIZES):
        expect_net_gradients(pair, X, y, call=call_text(reg=reg))


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
def test_penalty(subject, draw, reference):
    """Regularization adds half of reg times the squares of all three weights, not the biases, to the loss."""
    pair = nets(subject, reference, SIZES)
    for X, y in rounds(pair, draw, SIZES):
        expect_penalty(pair, X, y, 0.8, call=call_text(reg=0.8))
