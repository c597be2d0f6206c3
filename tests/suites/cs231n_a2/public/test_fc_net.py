"""Fully connected nets, plain and with options: the hand-out's own losses, and gradient checks.

The losses that the notebooks print depend on the order in which the first weights are drawn. Here the
weights of the printed run are assigned, so a net that draws its own in another order passes as well.
"""

import numpy as np
import pytest

from grader.suite import ROUND_OFF, check, expect_scalar
from grader.suite.kinks import fully_connected_distance, smooth
from grader.suite.nets import (
    assign,
    draw_parameters,
    expect_initialization,
    expect_own_gradients,
    fully_connected_shapes,
    layers_of_net,
    untrained,
)

DIMS = [15, 20, 30, 10]


def build(subject, **options):
    """A net of the notebook's size."""
    return subject.nets.FullyConnectedNet(
        hidden_dims=DIMS[1:-1], input_dim=DIMS[0], num_classes=DIMS[-1], dtype="float64", **options
    )


def printed_run(reg, normalization=None):
    """X, y and the parameters of one of the notebook's runs: the first has reg = 0, the second 3.14."""
    stream = np.random.RandomState(231)
    X, y = stream.randn(2, 15), stream.randint(10, size=2)
    for _ in range(1 if reg == 0 else 2):
        weights = {f"W{layer}": 5e-2 * stream.randn(*DIMS[layer - 1 : layer + 1]) for layer in (1, 2, 3)}
    return X, y, untrained(fully_connected_shapes(DIMS, normalization)) | weights


@check("fc_net", about="FullyConnectedNet")
def test_first_weights(subject):
    """A new net has small random weights and zero biases in every layer."""
    net = subject.nets.FullyConnectedNet(
        hidden_dims=[40, 30], input_dim=50, num_classes=25, weight_scale=5e-2, dtype="float64"
    )
    shapes = fully_connected_shapes([50, 40, 30, 25])
    expect_initialization(net, shapes, 5e-2, call="FullyConnectedNet(..., weight_scale=5e-2)")


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
@pytest.mark.parametrize(
    ("reg", "wanted"), [(0, 2.3004790897684924), (3.14, 7.052114776533016)], ids=["reg 0", "reg 3.14"]
)
def test_loss_known_value(subject, reg, wanted):
    """The three-layer net gives the losses printed in the notebook, with and without regularization."""
    net = build(subject, reg=reg)
    X, y, parameters = printed_run(reg)
    assign([net], parameters)
    call = f"FullyConnectedNet(..., reg={reg}).loss(X, y)"
    expect_scalar("loss", net.loss(X, y)[0], wanted, call=call, tolerance=ROUND_OFF)


@check("beyond", about="FullyConnectedNet", needs=layers_of_net("batchnorm"))
@pytest.mark.parametrize(
    ("reg", "wanted"), [(0, 2.2611955101340957), (3.14, 6.996533220108303)], ids=["reg 0", "reg 3.14"]
)
def test_batchnorm_loss_known_value(subject, reg, wanted):
    """The net with batch normalization gives the losses printed in the notebook.

    They hold for a batch of two and for small weights, where much depends on epsilon, 1e-5 and inside
    the root; that is why this is beyond the notebook.
    """
    net = build(subject, reg=reg, normalization="batchnorm")
    X, y, parameters = printed_run(reg, "batchnorm")
    assign([net], parameters)
    call = f'FullyConnectedNet(..., reg={reg}, normalization="batchnorm").loss(X, y)'
    expect_scalar("loss", net.loss(X, y)[0], wanted, call=call, tolerance=ROUND_OFF)


def expect_gradients_at_random(net, draw, *, N, call, normalization=None):
    """The gradients are those of the net's own loss, at a random point that is away from the kinks."""
    X, y = draw.standard_normal((N, DIMS[0])), draw.integers(DIMS[-1], size=N)
    shapes = fully_connected_shapes(DIMS, normalization)
    parameters = smooth(
        lambda: draw_parameters(draw, shapes),
        lambda made: fully_connected_distance(made, X, normalization),
    )
    assign([net], parameters)
    expect_own_gradients(net, X, y, draw=draw, call=call)


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
@pytest.mark.parametrize("reg", [0, 3.14], ids=["reg 0", "reg 3.14"])
def test_gradient(subject, draw, reg):
    """The three-layer net's gradients are those of its loss, with and without regularization."""
    call = f"FullyConnectedNet(..., reg={reg}).loss(X, y)"
    expect_gradients_at_random(build(subject, reg=reg), draw, N=2, call=call)


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("batchnorm"))
@pytest.mark.parametrize("reg", [0, 3.14], ids=["reg 0", "reg 3.14"])
def test_batchnorm_gradient(subject, draw, reg):
    """The gradients of the net with batch normalization are those of its loss."""
    net = build(subject, reg=reg, normalization="batchnorm")
    call = f'FullyConnectedNet(..., reg={reg}, normalization="batchnorm").loss(X, y)'
    expect_gradients_at_random(net, draw, N=8, call=call, normalization="batchnorm")


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("layernorm"))
def test_layernorm_gradient(subject, draw):
    """The gradients of the net with layer normalization are those of its loss."""
    net = build(subject, normalization="layernorm")
    call = 'FullyConnectedNet(..., normalization="layernorm").loss(X, y)'
    expect_gradients_at_random(net, draw, N=4, call=call, normalization="layernorm")


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net(dropout=True))
@pytest.mark.parametrize("keep", [0.75, 0.5], ids=["keep 0.75", "keep 0.5"])
def test_dropout_gradient(subject, draw, keep):
    """The gradients of the net with dropout are those of its loss, if the seed keeps the mask."""
    D, H, C = 15, 20, 10
    net = subject.nets.FullyConnectedNet(
        hidden_dims=[H], input_dim=D, num_classes=C, dropout_keep_ratio=keep, dtype="float64", seed=123
    )
    # One hidden layer: which side of its kinks a unit is on does not depend on the mask.
    X, y = draw.standard_normal((4, D)), draw.integers(C, size=4)
    parameters = smooth(
        lambda: draw_parameters(draw, fully_connected_shapes([D, H, C])),
        lambda made: fully_connected_distance(made, X),
    )
    assign([net], parameters)
    call = f"FullyConnectedNet(..., dropout_keep_ratio={keep}, seed=123).loss(X, y)"
    expect_own_gradients(net, X, y, draw=draw, call=call)
