"""Dropout: what can be said of it without knowing which units it drops.

Right submissions draw their masks in different ways (``rand``, ``random``, ``binomial``, ``<`` or
``>``), so nothing here depends on which units are kept, but for the share that is, the factor by
which they grow, and that the backward pass goes the same way. Here ``p`` is the probability to KEEP
a unit; hand-ins of the years in which it was the probability to drop are called with 1 - p.
"""

import math

import numpy as np
import pytest

from grader.suite import call_text, check, expect_gradients, expect_property, expect_shape

# Each of n units is kept on its own with probability p. By Hoeffding's inequality the share that is
# kept is off by t or more with probability at most 2 exp(-2 n t^2), whatever p is. With n = 20000 and
# t = 0.025 that is 2 exp(-25) = 3e-11.
UNITS = (100, 200)
OFF = 0.025
assert 2 * math.exp(-2 * math.prod(UNITS) * OFF**2) < 1e-9

probabilities = pytest.mark.parametrize("p", [0.25, 0.4, 0.7])


def away_from_zero(draw, shape):
    """Numbers of either sign that keep away from zero, so that a zero in the output was dropped."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


def trained(subject, x, **dropout_param):
    """What training gives, as an array of the shape of the input."""
    __tracebackhide__ = True
    forward = subject.layers.dropout_forward
    out, _ = forward(x, {"mode": "train", **dropout_param})
    return expect_shape("out", out, x.shape, call=call_text(forward))


def span(values):
    """The smallest and the largest value, or zeros if there is none."""
    return np.array([values.min(), values.max()]) if values.size else np.zeros(2)


@check("dropout", about="dropout_forward")
@probabilities
def test_share_kept(subject, draw, p):
    """In training each unit is kept with probability p."""
    out = trained(subject, away_from_zero(draw, UNITS), p=p)
    share = float(np.mean(out != 0))
    text = f"{share:.2f} of the units are kept with p = {p}, wanted {p:.2f}"
    call = call_text(subject.layers.dropout_forward)
    expect_property("share of units kept", abs(share - p) <= OFF, text, call=call, got=share, slack=0.1)


@check("dropout", about="dropout_forward")
def test_kept_values(subject, draw):
    """In training the units that are kept are divided by p."""
    x, p = away_from_zero(draw, UNITS), 0.4
    out = trained(subject, x, p=p)
    factors = span((out / x)[out != 0])
    text = f"kept units are multiplied by {factors[0]:.3g} to {factors[1]:.3g} with p = {p}, wanted {1 / p}"
    call = call_text(subject.layers.dropout_forward)
    holds = bool(np.allclose(factors, 1 / p, rtol=1e-7))
    expect_property("factors of the units kept", holds, text, call=call, got=factors, slack=0.01)


@check("dropout", about="dropout_forward", weight=0.5)
def test_mean_unchanged(subject):
    """In training the mean over many units stays what it was."""
    p = 0.25
    out = trained(subject, np.full(UNITS, 10.0), p=p)
    mean = float(out.mean()) / 10  # the share of units kept, divided by p
    text = f"the mean is {mean:.2f} of what it was with p = {p}, wanted 1.00"
    call = call_text(subject.layers.dropout_forward)
    expect_property("mean of out", abs(mean - 1) <= OFF / p, text, call=call, got=mean, slack=0.1)


@check("dropout", about="dropout_forward")
def test_test_mode(subject, draw):
    """In test mode dropout changes nothing."""
    forward, x = subject.layers.dropout_forward, away_from_zero(draw, (6, 5))
    out, _ = forward(x, {"mode": "test", "p": 0.4})
    call = call_text(forward)
    factors = span(expect_shape("out", out, x.shape, call=call) / x)
    text = f"in test mode units are multiplied by {factors[0]:.3g} to {factors[1]:.3g}, wanted 1"
    holds = bool(np.allclose(factors, 1, rtol=1e-7))
    expect_property("factors in test mode", holds, text, call=call, got=factors, slack=0.01)


@check("dropout", about="dropout_backward", needs="dropout_forward")
def test_backward_gradient(subject, draw):
    """With a seed, dropout backward is the gradient of dropout forward."""
    passes = subject.layers.dropout_forward, subject.layers.dropout_backward
    arguments = {
        "x": draw.standard_normal((10, 10)) + 10,
        "dropout_param": {"mode": "train", "p": 0.2, "seed": 123},
    }
    expect_gradients(*passes, arguments, of=("x",), draw=draw)
