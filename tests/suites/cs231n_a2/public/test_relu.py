"""ReLU: the hand-out's own numbers, a gradient check, and what it lets through."""

import numpy as np

from grader.suite import PRINTED, call_text, check, expect_array, expect_gradients


def away_from_zero(draw, *shape):
    """Numbers of either sign that keep away from zero, where ReLU has its kink."""
    return draw.uniform(0.1, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


@check("relu", about="relu_forward")
def test_forward_known_values(subject):
    """ReLU forward gives the values printed in the notebook."""
    x = np.linspace(-0.5, 0.5, 12).reshape(3, 4)
    out, _ = subject.layers.relu_forward(x)
    wanted = [
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.04545455, 0.13636364],
        [0.22727273, 0.31818182, 0.40909091, 0.5],
    ]
    expect_array("out", out, wanted, call=call_text(subject.layers.relu_forward), tolerance=PRINTED)


@check("relu", about="relu_backward", needs="relu_forward")
def test_backward_gradient(subject, draw):
    """ReLU backward is the gradient of ReLU forward."""
    forward, backward = subject.layers.relu_forward, subject.layers.relu_backward
    expect_gradients(forward, backward, {"x": away_from_zero(draw, 10, 10)}, of=("x",), draw=draw)


@check("relu", about="relu_backward", needs="relu_forward")
def test_backward_gate(subject):
    """ReLU backward passes a gradient on exactly where the input was positive."""
    x = np.array([[-2.0, 3.0, -0.5], [0.5, -1.0, 4.0]])
    dout = np.array([[5.0, -6.0, -7.0], [8.0, 9.0, 10.0]])
    _, cache = subject.layers.relu_forward(x)
    dx = subject.layers.relu_backward(dout, cache)
    wanted = [[0.0, -6.0, 0.0], [8.0, 0.0, 10.0]]
    expect_array("dx", dx, wanted, call=call_text(subject.layers.relu_backward))
