"""ReLU, sigmoid and leaky ReLU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

from oracles import elementwise as oracle
from oracles.gradients import numerical_gradient, relative_error
from oracles.layouts import LAYOUTS
from reference.activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
)


class Activation(NamedTuple):
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    value: Callable[[float], float]
    slope: Callable[[float], float]


ACTIVATIONS = {
    "relu": Activation(relu_forward, relu_backward, oracle.relu, oracle.relu_slope),
    "sigmoid": Activation(sigmoid_forward, sigmoid_backward, oracle.sigmoid, oracle.sigmoid_slope),
    "leaky relu": Activation(
        leaky_relu_forward,
        leaky_relu_backward,
        partial(oracle.leaky_relu, alpha=0.01),
        partial(oracle.leaky_relu_slope, alpha=0.01),
    ),
    "leaky relu, alpha 0.3": Activation(
        partial(leaky_relu_forward, alpha=0.3),
        leaky_relu_backward,
        partial(oracle.leaky_relu, alpha=0.3),
        partial(oracle.leaky_relu_slope, alpha=0.3),
    ),
}
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS.keys())


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def away_from_zero(rng, *shape):
    """Numbers of both signs, none of them closer to the kink than 0.1."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.1, 3.0, shape)


# ---------------------------------------------------------------------------------- all activations


@every_activation
@pytest.mark.parametrize("shape", [(1,), (1, 5), (4, 5), (2, 3, 4, 5)])
def test_values_and_gradients_equal_the_formulas(rng, activation, shape):
    x, dout = away_from_zero(rng, *shape), rng.standard_normal(shape)
    out, cache = activation.forward(x)
    np.testing.assert_allclose(out, oracle.each(activation.value, x), rtol=1e-15, strict=True)
    dx = activation.backward(dout, cache)
    np.testing.assert_allclose(dx, dout * oracle.each(activation.slope, x), rtol=1e-15, strict=True)


@every_activation
def test_gradient_equals_the_differences(rng, activation):
    x, dout = away_from_zero(rng, 5, 4), rng.standard_normal((5, 4))
    dx = activation.backward(dout, activation.forward(x)[1])
    assert relative_error(dx, numerical_gradient(lambda x: activation.forward(x)[0], x, dout)) < 1e-7


@every_activation
@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda dout, dx, out: 0 * dx, id="zero"),
        pytest.param(lambda dout, dx, out: dout, id="dout passed through"),
        pytest.param(lambda dout, dx, out: dx * np.sign(dout), id="the sign of dout lost"),
        pytest.param(lambda dout, dx, out: dout * out, id="the value for the slope"),
        pytest.param(lambda dout, dx, out: np.where(dout > 0, dx, 0), id="dout rectified, not x"),
    ],
)
def test_the_comparison_with_differences_rejects_a_wrong_gradient(rng, activation, wrong):
    x, dout = away_from_zero(rng, 5, 4), rng.standard_normal((5, 4))
    out, cache = activation.forward(x)
    gradient = wrong(dout, activation.backward(dout, cache), out)
    assert relative_error(gradient, numerical_gradient(lambda x: activation.forward(x)[0], x, dout)) > 1e-2


@every_activation
def test_float32_stays_float32(rng, activation):
    x = away_from_zero(rng, 4, 5).astype(np.float32)
    dout = rng.standard_normal((4, 5)).astype(np.float32)
    out, cache = activation.forward(x)
    dx = activation.backward(dout, cache)
    assert (out.dtype, dx.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(out, oracle.each(activation.value, x), rtol=5e-7)
    np.testing.assert_allclose(dx, dout * oracle.each(activation.slope, x), rtol=5e-7)


@every_activation
def test_integers_become_float64(activation):
    x = np.array([[-2, 1], [3, -4]], dtype=np.int16)
    out, cache = activation.forward(x)
    dx = activation.backward(np.array([[5, 6], [7, 8]]), cache)
    np.testing.assert_allclose(out, oracle.each(activation.value, x), rtol=1e-15, strict=True)
    np.testing.assert_allclose(
        dx, [[5, 6], [7, 8]] * oracle.each(activation.slope, x), rtol=1e-15, strict=True
    )


@every_activation
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference(rng, activation, layout):
    x, dout = away_from_zero(rng, 2, 3, 4), rng.standard_normal((2, 3, 4))
    out, cache = activation.forward(layout(x))
    np.testing.assert_allclose(out, oracle.each(activation.value, x), rtol=1e-15)
    dx = activation.backward(layout(dout), cache)
    np.testing.assert_allclose(dx, dout * oracle.each(activation.slope, x), rtol=1e-15)


@every_activation
def test_inputs_are_not_changed_and_results_are_arrays_of_their_own(rng, activation):
    x, dout = rng.uniform(1, 2, (3, 4)), rng.standard_normal((3, 4))  # positive: ReLU changes nothing
    x_before, dout_before = x.copy(), dout.copy()
    out, cache = activation.forward(x)
    dx = activation.backward(dout, cache)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, dout_before)
    assert not np.shares_memory(out, x)
    assert not np.shares_memory(dx, dout)


@every_activation
def test_backward_may_be_called_twice_with_one_cache(rng, activation):
    x, dout = away_from_zero(rng, 3, 4), rng.standard_normal((2, 3, 4))
    _, cache = activation.forward(x)
    for upstream in (dout[0], dout[1]):
        dx = activation.backward(upstream, cache)
        np.testing.assert_allclose(dx, upstream * oracle.each(activation.slope, x), rtol=1e-15)


@every_activation
def test_wrong_arguments_are_named(activation):
    with pytest.raises(ValueError, match=r"^x: got a scalar, wanted an array"):
        activation.forward(np.float64(1.0))
    with pytest.raises(ValueError, match=r"^x: got dtype complex128, wanted real numbers$"):
        activation.forward(np.ones(2, dtype=complex))
    _, cache = activation.forward(np.ones((3, 2)))
    for shape in [(2,), (1, 2), (3, 1), (2, 3), ()]:
        with pytest.raises(ValueError, match=r"^dout: got shape .*, wanted \(3, 2\)$"):
            activation.backward(np.ones(shape), cache)


# -------------------------------------------------------------------------------------------- ReLU


def test_relu_has_the_values_that_the_course_prints():
    out, _ = relu_forward(np.linspace(-0.5, 0.5, num=12).reshape(3, 4))
    printed = [
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.04545455, 0.13636364],
        [0.22727273, 0.31818182, 0.40909091, 0.5],
    ]
    np.testing.assert_allclose(out, printed, rtol=0, atol=5.1e-9, strict=True)


def test_relu_meets_the_bound_that_the_course_states_for_its_gradient():
    np.random.seed(231)
    x, dout = np.random.randn(10, 10), np.random.randn(10, 10)
    dx = relu_backward(dout, relu_forward(x)[1])
    numerical = numerical_gradient(lambda x: relu_forward(x)[0], x, dout)
    # The course's measure: the worst element. Where both are zero there is nothing to measure.
    error = np.abs(dx - numerical) / np.maximum(1e-8, np.abs(dx) + np.abs(numerical))
    assert error.max() < 1e-11  # "on the order of e-12"


def test_units_are_off_at_the_kink():
    x, dout = np.array([-1.0, -0.0, 0.0, 1.0]), np.full(4, 3.0)
    np.testing.assert_array_equal(relu_backward(dout, relu_forward(x)[1]), [0, 0, 0, 3])
    np.testing.assert_array_equal(
        leaky_relu_backward(dout, leaky_relu_forward(x, alpha=0.5)[1]), [1.5, 1.5, 1.5, 3]
    )


def test_a_unit_that_is_off_stops_even_an_infinite_gradient():
    dx = relu_backward(np.array([np.inf, np.inf]), relu_forward(np.array([-1.0, 1.0]))[1])
    np.testing.assert_array_equal(dx, [0, np.inf])


def test_relu_passes_nan_on():
    assert np.isnan(relu_forward(np.array([np.nan]))[0]).all()


# ----------------------------------------------------------------------------------------- sigmoid


def test_sigmoid_has_all_its_digits_on_both_sides():
    x = np.concatenate([np.linspace(-700, 700, 57), np.linspace(-40, 40, 81)])
    out, cache = sigmoid_forward(x)
    dx = sigmoid_backward(np.ones_like(x), cache)
    with np.errstate(under="ignore"):  # the comparison multiplies e^-700 by its tolerance
        np.testing.assert_allclose(out, oracle.each(oracle.sigmoid, x), rtol=2e-15)
        np.testing.assert_allclose(dx, oracle.each(oracle.sigmoid_slope, x), rtol=2e-15)
    assert dx.min() > 0  # also where the value has rounded to 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sigmoid_of_the_largest_numbers(dtype):
    largest = np.finfo(dtype).max
    out, cache = sigmoid_forward(np.array([-largest, -1000, 0, 1000, largest], dtype=dtype))
    np.testing.assert_array_equal(out, np.array([0, 0, 0.5, 1, 1], dtype=dtype), strict=True)
    dx = sigmoid_backward(np.full(5, 2, dtype=dtype), cache)
    np.testing.assert_array_equal(dx, np.array([0, 0, 0.5, 0, 0], dtype=dtype), strict=True)


def test_a_saturated_gradient_rounds_to_zero_without_a_fault():
    _, cache = sigmoid_forward(np.array([-744.0, 744.0]))
    np.testing.assert_array_equal(sigmoid_backward(np.full(2, 1e-3), cache), [0, 0])


def test_sigmoid_saturates_as_the_lecture_says():
    x = np.array([0.0, 10.0, -10.0])
    dx = sigmoid_backward(np.ones(3), sigmoid_forward(x)[1])
    np.testing.assert_allclose(dx, [0.25, 0.00005, 0.00005], rtol=0, atol=5e-6)
    assert dx.max() == 0.25


# -------------------------------------------------------------------------------------- leaky ReLU


def test_alpha_is_0_01_unless_said_otherwise():
    out, cache = leaky_relu_forward(np.array([-100.0, 100.0]))
    np.testing.assert_array_equal(out, [-1, 100])
    np.testing.assert_array_equal(leaky_relu_backward(np.array([100.0, 100.0]), cache), [1, 100])


def test_alpha_of_0_is_relu_and_of_1_the_identity(rng):
    x, dout = away_from_zero(rng, 3, 4), rng.standard_normal((3, 4))
    np.testing.assert_array_equal(leaky_relu_forward(x, alpha=0)[0], relu_forward(x)[0])
    out, cache = leaky_relu_forward(x, alpha=1)
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(leaky_relu_backward(dout, cache), dout)


def test_alpha_from_numpy_does_not_promote_float32():
    x = np.array([-1.0, 1.0], dtype=np.float32)
    out, cache = leaky_relu_forward(x, alpha=np.float64(0.1))
    assert out.dtype == np.float32
    assert leaky_relu_backward(x, cache).dtype == np.float32


@pytest.mark.parametrize("alpha", [-0.01, 1.01, np.nan, np.inf])
def test_alpha_out_of_range_is_named(alpha):
    with pytest.raises(ValueError, match=r"^alpha: got .*, wanted a number, 0 <= alpha <= 1$"):
        leaky_relu_forward(np.ones(2), alpha=alpha)
