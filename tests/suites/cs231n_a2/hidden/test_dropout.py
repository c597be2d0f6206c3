"""Dropout on secret inputs, by what can be said without knowing which units it drops.

Right submissions draw their masks in different ways (``rand``, ``random``, ``binomial``, ``<`` or
``>``), so the mask is recovered from the output. Here ``p`` is the probability to KEEP a unit; hand-ins
of the years in which it was the probability to drop are called with 1 - p.
"""

import math

import numpy as np
import pytest

from grader.suite import call_text, check, expect_array, expect_property, expect_shape

# Each of n units is kept on its own with probability p. By Hoeffding's inequality the share that is
# kept is off by t or more with probability at most 2 exp(-2 n t^2), whatever p is. With n = 20000 and
# t = 0.025 that is 2 exp(-25) = 3e-11.
OFF = 0.025
ROWS, IMAGES = (100, 200), (20, 10, 10, 10)
assert 2 * math.exp(-2 * min(math.prod(ROWS), math.prod(IMAGES)) * OFF**2) < 1e-9

sides = pytest.mark.parametrize(("low", "high"), [(0.2, 0.4), (0.6, 0.8)], ids=["few-kept", "many-kept"])


def away_from_zero(draw, shape):
    """Numbers of either sign that keep away from zero, so that a zero in the output was dropped."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


def trained(subject, x, **dropout_param):
    """What training gives, as an array of the shape of the input, and the cache."""
    __tracebackhide__ = True
    forward = subject.layers.dropout_forward
    out, cache = forward(x, {"mode": "train", **dropout_param})
    return expect_shape("out", out, x.shape, call=call_text(forward)), cache


def span(values):
    """The smallest and the largest value, or zeros if there is none."""
    return [float(values.min()), float(values.max())] if values.size else [0.0, 0.0]


@check("dropout", about="dropout_forward")
@pytest.mark.parametrize(
    ("low", "high", "shape"),
    [(0.2, 0.4, ROWS), (0.6, 0.8, IMAGES)],
    ids=["few-kept", "many-kept-of-images"],
)
def test_share_kept(subject, draw, low, high, shape):
    """In training each unit is kept with probability p."""
    p = draw.uniform(low, high)
    out, _ = trained(subject, away_from_zero(draw, shape), p=p)
    share = float(np.mean(out != 0))
    text = f"{share:.2f} of the units are kept with p = {p:.2f}"
    call = call_text(subject.layers.dropout_forward)
    expect_property("share of units kept", abs(share - p) <= OFF, text, call=call, got=share, slack=0.1)


@check("dropout", about="dropout_forward")
@sides
def test_kept_values(subject, draw, low, high):
    """In training the units that are kept are divided by p."""
    p, x = draw.uniform(low, high), away_from_zero(draw, ROWS)
    out, _ = trained(subject, x, p=p)
    factors = np.array(span((out / x)[out != 0]))
    text = f"kept units are multiplied by {factors[0]:.3g} to {factors[1]:.3g} with p = {p:.3g}"
    call = call_text(subject.layers.dropout_forward)
    holds = bool(np.allclose(factors, 1 / p, rtol=1e-7))
    expect_property("factors of the units kept", holds, text, call=call, got=factors, slack=0.01)


@check("dropout", about="dropout_forward")
def test_units_alone(subject, draw):
    """Every unit of every example is dropped or kept on its own."""
    # With p = 0.4 two units agree with probability 0.52, so two rows of 300 units are equal with
    # probability 0.52^300 = 1e-85, and so are two columns of 300 examples.
    out, _ = trained(subject, away_from_zero(draw, (300, 300)), p=0.4)
    kept, call = out != 0, call_text(subject.layers.dropout_forward)
    rows = float(np.mean((kept == kept[0]).all(axis=1)))
    columns = float(np.mean((kept == kept[:, :1]).all(axis=0)))
    text = (
        f"{rows:.0%} of the examples have the mask of the first one, "
        f"{columns:.0%} of the units are kept and dropped together with the first one"
    )
    all_alike = np.array([rows == 1, columns == 1])
    expect_property("decisions", max(rows, columns) < 0.01, text, call=call, got=all_alike)


@check("dropout", about="dropout_forward")
def test_seed_repeats(subject, draw):
    """With the same seed dropout drops the same units, with another seed others."""
    # 200 units that are decided again agree with probability 0.52^200 = 2e-57.
    x, call = away_from_zero(draw, (10, 20)), call_text(subject.layers.dropout_forward)
    seed = int(draw.integers(1, 10**6))
    first, second, other = (trained(subject, x, p=0.4, seed=s)[0] != 0 for s in (seed, seed, seed + 1))
    same, as_other = bool(np.array_equal(first, second)), bool(np.array_equal(first, other))
    text = "two calls with the same seed drop different units"
    expect_property("same seed, same mask", same, text, call=call, got=float(same))
    text = "calls with different seeds drop the same units"
    expect_property("other seed, same mask", not as_other, text, call=call, got=float(as_other))


@check("dropout", about="dropout_forward", weight=0.5)
def test_calls_differ(subject, draw):
    """Without a seed dropout drops other units at every call."""
    # 200 units that are decided again agree with probability 0.52^200 = 2e-57.
    x, call = away_from_zero(draw, (10, 20)), call_text(subject.layers.dropout_forward)
    first, second = (trained(subject, x, p=0.4)[0] != 0 for _ in range(2))
    same = bool(np.array_equal(first, second))
    text = "two calls without a seed drop the same units"
    expect_property("no seed, same mask", not same, text, call=call, got=float(same))


def expect_unchanged(out, x, *, call):
    """Require that every unit is multiplied by one. Reported are the smallest and the largest factor."""
    __tracebackhide__ = True
    factors = np.array(span(expect_shape("out", out, x.shape, call=call) / x))
    text = f"in test mode units are multiplied by {factors[0]:.3g} to {factors[1]:.3g}"
    holds = bool(np.allclose(factors, 1, rtol=1e-7))
    expect_property("factors in test mode", holds, text, call=call, got=factors, slack=0.01)


@check("dropout", about="dropout_forward")
@pytest.mark.parametrize("shape", [(6, 5), (2, 3, 4, 5)], ids=["rows", "images"])
def test_test_mode(subject, draw, shape):
    """In test mode dropout changes nothing, with or without a seed."""
    forward = subject.layers.dropout_forward
    for extra in ({}, {"seed": 7}):
        x = away_from_zero(draw, shape)
        out, _ = forward(x, {"mode": "test", "p": draw.uniform(0.2, 0.8), **extra})
        expect_unchanged(out, x, call=call_text(forward))


def expect_same_way(backward, draw, mask, cache):
    """Require that every gradient is multiplied by what its unit was multiplied by.

    What is reported are the smallest and the largest factor of dropped and of kept units: these do
    not depend on which units they are.
    """
    __tracebackhide__ = True
    dout = away_from_zero(draw, mask.shape)
    call = call_text(backward)
    factors = expect_shape("dx", backward(dout, cache), mask.shape, call=call) / dout
    dropped, kept = span(factors[mask == 0]), span(factors[mask != 0])
    text = (
        f"the gradients of dropped units are multiplied by {dropped[0]:.3g} to {dropped[1]:.3g}, "
        f"those of kept units, which grew by {mask.max():.3g}, by {kept[0]:.3g} to {kept[1]:.3g}"
    )
    holds = bool(np.allclose(factors, mask, rtol=1e-7, atol=1e-10))
    got = np.array([*dropped, *kept])
    expect_property("factors of the gradients", holds, text, call=call, got=got, slack=0.01)


@check("dropout", about="dropout_backward", needs="dropout_forward", weight=1.5)
@sides
def test_backward(subject, draw, low, high):
    """Dropout backward drops and scales gradients as dropout forward did the units."""
    for shape in ((30, 20), (30, 20), (3, 4, 5, 6)):
        x = away_from_zero(draw, shape)
        out, cache = trained(subject, x, p=draw.uniform(low, high))
        expect_same_way(subject.layers.dropout_backward, draw, out / x, cache)


@check("dropout", about="dropout_backward", needs="dropout_forward", weight=0.5)
def test_backward_of_an_earlier_call(subject, draw):
    """Dropout backward takes the mask from its cache, not from the latest forward pass."""
    calls = []
    for _ in range(2):
        x = away_from_zero(draw, (15, 20))
        out, cache = trained(subject, x, p=0.4)
        calls.append((out / x, cache))
    for mask, cache in calls:
        expect_same_way(subject.layers.dropout_backward, draw, mask, cache)


@check("dropout", about="dropout_backward", needs="dropout_forward", weight=0.5)
def test_backward_test_mode(subject, draw):
    """After test mode dropout backward changes nothing."""
    forward, backward = subject.layers.dropout_forward, subject.layers.dropout_backward
    for _ in range(2):
        _, cache = forward(away_from_zero(draw, (6, 5)), {"mode": "test", "p": 0.4})
        dout = draw.standard_normal((6, 5))
        expect_array("dx", backward(dout, cache), dout, call=call_text(backward))
