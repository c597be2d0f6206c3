"""The two-layer net: the hand-out's own numbers, and gradient checks."""

import numpy as np
import pytest

from grader.suite import PRINTED, check, expect_array, expect_scalar
from grader.suite.kinks import fully_connected_distance, smooth
from grader.suite.nets import (
    assign,
    draw_parameters,
    expect_initialization,
    expect_own_gradients,
    fully_connected_shapes,
    layers_of_net,
)

X = np.linspace(-5.5, 4.5, 15).reshape(5, 3).T
Y = np.array([0, 5, 1])


def known_net(subject, reg=0.0):
    """The net of the notebook, with weights that are evenly spaced numbers."""
    net = subject.nets.TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-3, reg=reg)
    known = {
        "W1": np.linspace(-0.7, 0.3, 250).reshape(5, 50),
        "b1": np.linspace(-0.1, 0.9, 50),
        "W2": np.linspace(-0.3, 0.4, 350).reshape(50, 7),
        "b2": np.linspace(-0.9, 0.1, 7),
    }
    assign([net], known)
    return net


@check("two_layer_net", about="TwoLayerNet")
def test_first_weights(subject):
    """A new two-layer net has small random weights and zero biases."""
    net = subject.nets.TwoLayerNet(input_dim=60, hidden_dim=40, num_classes=25, weight_scale=1e-3)
    shapes = fully_connected_shapes([60, 40, 25])
    expect_initialization(net, shapes, 1e-3, call="TwoLayerNet(..., weight_scale=1e-3)")


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net(labels=False))
def test_scores_known_values(subject):
    """The two-layer net gives the scores printed in the notebook."""
    wanted = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    scores = known_net(subject).loss(X)
    expect_array("scores", scores, wanted, call="TwoLayerNet.loss(X)", tolerance=PRINTED)


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
@pytest.mark.parametrize(("reg", "wanted"), [(0, 3.4702243556), (1, 26.5948426952)], ids=["reg 0", "reg 1"])
def test_loss_known_value(subject, reg, wanted):
    """The two-layer net gives the losses printed in the notebook, with and without regularization."""
    loss, _ = known_net(subject, reg).loss(X, Y)
    expect_scalar("loss", loss, wanted, call=f"TwoLayerNet(..., reg={reg}).loss(X, y)", tolerance=PRINTED)


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
@pytest.mark.parametrize("reg", [0, 0.7], ids=["reg 0", "reg 0.7"])
def test_gradient(subject, draw, reg):
    """The two-layer net's gradients are those of its loss, with and without regularization."""
    net = subject.nets.TwoLayerNet(input_dim=5, hidden_dim=20, num_classes=7, reg=reg)
    images, labels = draw.standard_normal((3, 5)), draw.integers(7, size=3)
    parameters = smooth(
        lambda: draw_parameters(draw, fully_connected_shapes([5, 20, 7])),
        lambda made: fully_connected_distance(made, images),
    )
    assign([net], parameters)
    call = f"TwoLayerNet(..., reg={reg}).loss(X, y)"
    expect_own_gradients(net, images, labels, draw=draw, call=call)
