"""ReLU on secret inputs. What it does at exactly zero is left open."""

import pytest

from grader.suite import check, expect_backward, expect_forward

shapes = pytest.mark.parametrize("shape", [(7, 5), (2, 3, 4, 5)], ids=["rows", "images"])


def away_from_zero(draw, shape):
    """Numbers of either sign that keep away from zero, where ReLU has its kink."""
    return draw.uniform(0.1, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


@check("relu", about="relu_forward")
@shapes
def test_forward(subject, draw, reference, shape):
    """ReLU forward replaces negative numbers by zero, twice with equal shapes and new values."""
    for _ in range(2):
        arguments = (away_from_zero(draw, shape),)
        expect_forward(subject.layers.relu_forward, reference.relu_forward, arguments)


@check("relu", about="relu_backward", needs="relu_forward")
@shapes
def test_backward(subject, draw, reference, shape):
    """ReLU backward stops the gradient where the input was negative, twice with new values."""
    passes = subject.layers.relu_forward, subject.layers.relu_backward
    trusted = reference.relu_forward, reference.relu_backward
    for _ in range(2):
        expect_backward(passes, trusted, (away_from_zero(draw, shape),), draw=draw)
