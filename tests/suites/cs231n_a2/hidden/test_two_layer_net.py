"""The two-layer net on secret inputs."""

import math

import pytest

from grader.suite import check
from grader.suite.nets import (
    assign,
    draw_parameters,
    expect_initialization,
    expect_loss,
    expect_net_gradients,
    expect_penalty,
    expect_scores,
    fully_connected_shapes,
    layers_of_net,
)

H, C, N = 7, 4, 6
SHAPES = [(6,), (2, 3, 2)]
ROUNDS = 2


def nets(subject, reference, dims, reg=0.0):
    """The submission's net and the trusted one."""
    sizes = {"input_dim": math.prod(dims), "hidden_dim": H, "num_classes": C, "reg": reg}
    return subject.nets.TwoLayerNet(**sizes), reference.TwoLayerNet(**sizes)


def rounds(pair, draw, dims):
    """New parameters for both nets and a new batch, more than once: nothing may be kept of the first."""
    for _ in range(ROUNDS):
        assign(pair, draw_parameters(draw, fully_connected_shapes([math.prod(dims), H, C])))
        yield draw.standard_normal((N, *dims)), draw.integers(C, size=N)


@check("two_layer_net", about="TwoLayerNet")
def test_initialization(subject):
    """A new two-layer net has random weights of the given scale and zero biases."""
    net = subject.nets.TwoLayerNet(input_dim=45, hidden_dim=30, num_classes=20, weight_scale=0.3)
    shapes = fully_connected_shapes([45, 30, 20])
    expect_initialization(net, shapes, 0.3, call="TwoLayerNet(..., weight_scale=0.3)")


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net(labels=False))
@pytest.mark.parametrize("dims", SHAPES, ids=["rows", "images"])
def test_scores(subject, draw, reference, dims):
    """The two-layer net gives the right scores."""
    pair = nets(subject, reference, dims)
    for X, _ in rounds(pair, draw, dims):
        expect_scores(pair, X, call="TwoLayerNet.loss(X)")


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
@pytest.mark.parametrize("reg", [0.0, 0.3], ids=["plain", "regularized"])
def test_loss(subject, draw, reference, reg):
    """The two-layer net gives the right loss, with and without regularization."""
    pair = nets(subject, reference, (6,), reg)
    for X, y in rounds(pair, draw, (6,)):
        expect_loss(pair, X, y, call=f"TwoLayerNet(..., reg={reg:g}).loss(X, y)")


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
@pytest.mark.parametrize("reg", [0.0, 0.3], ids=["plain", "regularized"])
def test_all_gradients(subject, draw, reference, reg):
    """The two-layer net gives the right gradient of every parameter, with and without regularization."""
    pair = nets(subject, reference, (2, 3), reg)
    for X, y in rounds(pair, draw, (2, 3)):
        expect_net_gradients(pair, X, y, call=f"TwoLayerNet(..., reg={reg:g}).loss(X, y)")


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
def test_penalty(subject, draw, reference):
    """Regularization adds half of reg times the squares of both weights, not the biases, to the loss."""
    pair = nets(subject, reference, (6,))
    for X, y in rounds(pair, draw, (6,)):
        expect_penalty(pair, X, y, 0.8, call="TwoLayerNet(..., reg=0.8).loss(X, y)")
