"""Plain fully connected nets of any depth on secret inputs."""

import itertools
import math

import numpy as np
import pytest

from grader.suite import check, expect_property
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

C, N = 4, 6
DEPTHS = {
    "1 and 2 hidden layers": [[9], [8, 7]],
    "3 to 5 hidden layers": [[6, 8, 7], [7, 6, 8, 6], [6, 8, 7, 6, 7]],
}
any_depth = pytest.mark.parametrize("depths", DEPTHS.values(), ids=DEPTHS)
with_and_without_reg = pytest.mark.parametrize("reg", [0.0, 0.3], ids=["plain", "regularized"])
ROUNDS = 2


def nets(subject, reference, hidden, dims=(5,), reg=0.0):
    """The submission's net and the trusted one."""
    settings = {
        "hidden_dims": hidden,
        "input_dim": math.prod(dims),
        "num_classes": C,
        "reg": reg,
        "dtype": "float64",
    }
    return subject.nets.FullyConnectedNet(**settings), reference.FullyConnectedNet(**settings)


def rounds(pair, draw, hidden, dims=(5,)):
    """New parameters for both nets and a new batch, more than once: nothing may be kept of the first."""
    for _ in range(ROUNDS):
        assign(pair, draw_parameters(draw, fully_connected_shapes([math.prod(dims), *hidden, C])))
        yield draw.standard_normal((N, *dims)), draw.integers(C, size=N)


def call_text(labels=True, reg=0.0):
    """How reports name the call."""
    return f"FullyConnectedNet(..., reg={reg:g}).loss({'X, y' if labels else 'X'})"


@check("fc_net", about="FullyConnectedNet")
def test_initialization(subject):
    """A new net has random weights of the given scale and zero biases in every layer."""
    dims = [30, 25, 20, 35, 15]
    net = subject.nets.FullyConnectedNet(
        hidden_dims=dims[1:-1], input_dim=dims[0], num_classes=dims[-1], weight_scale=0.3, dtype="float64"
    )
    shapes = fully_connected_shapes(dims)
    expect_initialization(net, shapes, 0.3, call="FullyConnectedNet(..., weight_scale=0.3)")


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net(labels=False))
@any_depth
def test_scores(subject, draw, reference, depths):
    """A net of any depth gives the right scores."""
    for hidden in depths:
        pair = nets(subject, reference, hidden)
        for X, _ in rounds(pair, draw, hidden):
            expect_scores(pair, X, call=call_text(labels=False))


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net(labels=False))
def test_scores_of_images(subject, draw, reference):
    """A net takes images as they are."""
    dims = (3, 2, 2)
    pair = nets(subject, reference, [6, 5], dims)
    for X, _ in rounds(pair, draw, [6, 5], dims):
        expect_scores(pair, X, call=call_text(labels=False))


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net(labels=False))
def test_scores_may_be_negative(subject, draw):
    """The scores may be negative: no ReLU follows the last layer."""
    net = subject.nets.FullyConnectedNet(hidden_dims=[8, 7], input_dim=5, num_classes=C, dtype="float64")
    parameters = draw_parameters(draw, fully_connected_shapes([5, 8, 7, C]))
    # With this last layer every score is negative.
    parameters |= {"W3": -np.abs(parameters["W3"]), "b3": -1 - np.abs(parameters["b3"])}
    assign([net], parameters)
    scores = net.loss(draw.standard_normal((N, 5)))
    share = float(np.mean(np.asarray(scores) < 0))
    text = f"{100 * share:.0f} % of the scores are negative where all should be"
    expect_property("sign of the scores", share == 1, text, call=call_text(labels=False), got=share)


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
@with_and_without_reg
def test_loss(subject, draw, reference, reg):
    """A net of any depth gives the right loss, with and without regularization."""
    for hidden in itertools.chain(*DEPTHS.values()):
        pair = nets(subject, reference, hidden, reg=reg)
        for X, y in rounds(pair, draw, hidden):
            expect_loss(pair, X, y, call=call_text(reg=reg))


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
@with_and_without_reg
@any_depth
def test_all_gradients(subject, draw, reference, depths, reg):
    """A net of any depth gives the right gradient of every parameter, with and without regularization."""
    for hidden in depths:
        pair = nets(subject, reference, hidden, reg=reg)
        for X, y in rounds(pair, draw, hidden):
            expect_net_gradients(pair, X, y, call=call_text(reg=reg))


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
def test_penalty(subject, draw, reference):
    """Regularization adds half of reg times the squares of all weights, not the biases, to the loss."""
    hidden = [6, 7, 5]
    pair = nets(subject, reference, hidden)
    for X, y in rounds(pair, draw, hidden):
        expect_penalty(pair, X, y, 0.8, call=call_text(reg=0.8))
