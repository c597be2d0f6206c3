"""Layer normalization: values, gradients, and what sets it apart from batch normalization."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles import normalization as oracle
from oracles.gradients import relative_error
from oracles.layouts import LAYOUTS, read_only
from reference.normalization import layernorm_backward, layernorm_forward

NAMES = ("dx", "dgamma", "dbeta")
PRINTED = 5.1e-9  # half a unit of the eighth decimal, the last that the course prints


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def arguments(rng, examples=4, features=5):
    """x, gamma, beta; every example far from mean 0 and variance 1."""
    x = 5 * rng.standard_normal((examples, features)) + 12
    return x, rng.standard_normal(features), rng.standard_normal(features)


def forward(x, gamma, beta, **options):
    return layernorm_forward(x, gamma, beta, options)


def assert_gradients(got, wanted, bound):
    for name, ours, theirs in zip(NAMES, got, wanted, strict=True):
        assert relative_error(ours, theirs) <= bound, name


# ---------------------------------------------------------------------------------------- forward


def test_an_example_worked_by_hand():
    # Mean 3, biased variance 3.5; with eps 0.5 the root is 2. Then each feature has its own gamma.
    x = np.array([[1.0, 2.0, 3.0, 6.0]])
    gamma, beta = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.0, 0.0, 5.0, -12.0])
    out, _ = forward(x, gamma, beta, eps=0.5)
    np.testing.assert_array_equal(out, [[-1.0, -1.0, 5.0, 0.0]], strict=True)


def test_forward_has_the_values_that_the_course_prints():
    random = np.random.RandomState(231)
    inputs, w1, w2 = random.randn(4, 50), random.randn(50, 60), random.randn(60, 3)
    a = np.maximum(0, inputs @ w1) @ w2
    means = [-59.06673243, -47.60782686, -43.31137368, -26.40991744]
    stds = [10.07429373, 28.39478981, 35.28360729, 4.01831507]
    np.testing.assert_allclose(a.mean(axis=1), means, rtol=0, atol=PRINTED)
    np.testing.assert_allclose(a.std(axis=1), stds, rtol=0, atol=PRINTED)

    plain, _ = layernorm_forward(a, np.ones(3), np.zeros(3), {"mode": "train"})
    stds = [0.99999995, 0.99999999, 1.0, 0.99999969]
    np.testing.assert_allclose(plain.mean(axis=1), np.zeros(4), rtol=0, atol=1e-14)
    np.testing.assert_allclose(plain.std(axis=1), stds, rtol=0, atol=PRINTED)

    scaled, _ = layernorm_forward(a, np.full(3, 3.0), np.full(3, 5.0), {"mode": "train"})
    stds = [2.99999985, 2.99999998, 2.99999999, 2.99999907]
    np.testing.assert_allclose(scaled.mean(axis=1), np.full(4, 5.0), rtol=0, atol=PRINTED)
    np.testing.assert_allclose(scaled.std(axis=1), stds, rtol=0, atol=PRINTED)


@pytest.mark.parametrize("eps", [1e-5, 0.3])
@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (4, 4), (5, 2)])
def test_forward_is_the_same_as_loops(rng, shape, eps):
    x, gamma, beta = arguments(rng, *shape)
    out, _ = forward(x, gamma, beta, eps=eps)
    wanted = oracle.layernorm(x, gamma, beta, eps)
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)


def test_eps_is_1e_5_unless_given(rng):
    x, gamma, beta = arguments(rng)
    x *= 1e-3  # variances around 1e-5, where eps counts
    out, _ = forward(x, gamma, beta)
    np.testing.assert_allclose(out, oracle.layernorm(x, gamma, beta, 1e-5), rtol=1e-12, atol=1e-12)


def test_an_example_does_not_depend_on_the_others(rng):
    x, gamma, beta = arguments(rng)
    out, _ = forward(x, gamma, beta)
    alone, _ = forward(x[1:2], gamma, beta)
    np.testing.assert_allclose(alone, out[1:2], rtol=1e-13)


def test_an_empty_batch_is_no_error():
    out, cache = forward(np.ones((0, 5)), np.ones(5), np.zeros(5))
    dx, dgamma, _ = layernorm_backward(np.ones((0, 5)), cache)
    assert out.shape == dx.shape == (0, 5)
    np.testing.assert_array_equal(dgamma, np.zeros(5), strict=True)


# --------------------------------------------------------------------------------------- backward


@pytest.mark.parametrize("shape", [(1, 4), (4, 4), (4, 5), (3, 7)])
def test_gradients_equal_centred_differences(rng, shape):
    given, dout = arguments(rng, *shape), rng.standard_normal(shape)
    numeric = oracle.numerical_gradients(lambda *varied: forward(*varied)[0], given, dout)
    assert_gradients(layernorm_backward(dout, forward(*given)[1]), numeric, 1e-7)


@pytest.mark.parametrize("eps", [1e-5, 2.0])
def test_gradients_equal_complex_steps(rng, eps):
    given, dout = arguments(rng), rng.standard_normal((4, 5))
    exact = oracle.exact_gradients(lambda *varied: oracle.layernorm(*varied, eps), given, dout)
    assert_gradients(layernorm_backward(dout, forward(*given, eps=eps)[1]), exact, 1e-12)


WRONG_DX = {  # as a function of dout, gamma, xhat
    "the mean term is dropped": lambda dout, gamma, xhat: (
        dout * gamma - xhat * (dout * gamma * xhat).mean(axis=1, keepdims=True)
    ),
    "the deviation term is dropped": lambda dout, gamma, xhat: (
        dout * gamma - (dout * gamma).mean(axis=1, keepdims=True)
    ),
    "gamma is taken out of the sums": lambda dout, gamma, xhat: (
        gamma * (dout - dout.mean(axis=1, keepdims=True) - xhat * (dout * xhat).mean(axis=1, keepdims=True))
    ),
    "the sums run over the examples": lambda dout, gamma, xhat: (
        dout * gamma - (dout * gamma).mean(axis=0) - xhat * (dout * gamma * xhat).mean(axis=0)
    ),
    "zero": lambda dout, gamma, xhat: np.zeros_like(dout),
}


@pytest.mark.parametrize("wrong", WRONG_DX.values(), ids=WRONG_DX.keys())
def test_the_gradient_check_rejects(rng, wrong):
    x, gamma, beta = arguments(rng, 4, 4)
    dout = rng.standard_normal((4, 4))
    numeric = oracle.numerical_gradients(lambda *a: forward(*a)[0], (x, gamma, beta), dout)
    std = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    dx = wrong(dout, gamma, (x - x.mean(axis=1, keepdims=True)) / std) / std
    assert relative_error(dx, numeric[0]) > 1e-3


def test_of_two_features_only_eps_leaves_a_gradient(rng):
    # With r half of the difference xhat = +-r / sqrt(r^2 + eps), whose derivative is eps / (r^2 + eps)^1.5.
    x, gamma, beta = arguments(rng, 4, 2)
    dout = rng.standard_normal((4, 2))
    r = (x[:, 0] - x[:, 1]) / 2
    for eps in (1e-5, 1.0):
        first = (dout[:, 0] * gamma[0] - dout[:, 1] * gamma[1]) / 2 * eps / (r**2 + eps) ** 1.5
        dx, _, _ = layernorm_backward(dout, forward(x, gamma, beta, eps=eps)[1])
        np.testing.assert_allclose(dx, np.stack([first, -first], axis=1), rtol=0, atol=1e-14)


def test_one_feature_gives_beta_and_no_gradient(rng):
    x, gamma, beta = arguments(rng, 4, 1)
    out, cache = forward(x, gamma, beta)
    np.testing.assert_array_equal(out, np.full((4, 1), beta[0]), strict=True)
    dx, dgamma, _ = layernorm_backward(rng.standard_normal((4, 1)), cache)
    np.testing.assert_array_equal(dx, np.zeros((4, 1)), strict=True)
    np.testing.assert_array_equal(dgamma, np.zeros(1), strict=True)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_a_constant_example_gives_beta_and_a_finite_gradient(rng, value):
    x, gamma, beta = arguments(rng)
    x[2] = value
    dout = rng.standard_normal((4, 5))
    out, cache = forward(x, gamma, beta)
    np.testing.assert_allclose(out[2], beta, rtol=0, atol=1e-9)
    dx, _, _ = layernorm_backward(dout, cache)
    # xhat is 0 there, up to rounding: the direct path and the one through the mean are left.
    dxhat = dout[2] * gamma
    np.testing.assert_allclose(dx[2], (dxhat - dxhat.mean()) / np.sqrt(1e-5), rtol=1e-9)


# ------------------------------------------------------------------------- dtype, memory, arguments


def test_float32_stays_float32(rng):
    single = [a.astype(np.float32) for a in (*arguments(rng), rng.standard_normal((4, 5)))]
    *given, dout = (a.astype(np.float64) for a in single)
    out, cache = forward(*single[:3], eps=np.float64(1e-5))
    gradients = layernorm_backward(single[3], cache)
    assert {a.dtype for a in (out, *gradients)} == {np.dtype(np.float32)}
    assert relative_error(out, oracle.layernorm(*given)) < 1e-6
    assert_gradients(gradients, oracle.exact_gradients(oracle.layernorm, given, dout), 1e-6)


def test_whole_numbers_count_as_float64():
    x = np.arange(12).reshape(3, 4) ** 2
    out, _ = forward(x, np.array([1, 2, 3, 4]), np.array([0, 1, 0, 1]))
    wanted = oracle.layernorm(x.astype(float), np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_memory_layout_does_not_matter(rng, layout):
    *given, dout = *arguments(rng), rng.standard_normal((4, 5))
    out, cache = forward(*given)
    other_out, other_cache = forward(*map(layout, given))
    np.testing.assert_allclose(other_out, out, rtol=1e-12, atol=1e-14)
    assert_gradients(layernorm_backward(layout(dout), other_cache), layernorm_backward(dout, cache), 1e-13)


def test_nothing_is_written_to(rng):
    x, gamma, beta = map(read_only, arguments(rng))
    dout = read_only(rng.standard_normal((4, 5)))
    ln_param = {"mode": "train", "eps": 1e-5}
    _, cache = layernorm_forward(x, gamma, beta, ln_param)
    assert ln_param == {"mode": "train", "eps": 1e-5}
    first, again = layernorm_backward(dout, cache), layernorm_backward(dout, cache)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other, err_msg="the cache was written to")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones(5)}, r"x: got shape \(5,\), wanted \(N, D\)"),
        ({"x": np.ones((4, 5, 1))}, r"x: got shape \(4, 5, 1\), wanted \(N, D\)"),
        ({"x": np.full((4, 5), "a")}, "x: got dtype <U1, wanted real numbers"),
        ({"gamma": np.ones(4)}, r"gamma: got shape \(4,\), wanted \(5,\)"),
        ({"beta": np.ones((4, 1))}, r"beta: got shape \(4, 1\), wanted \(5,\)"),
        (
            {"x": np.ones((4, 0)), "gamma": np.ones(0), "beta": np.ones(0)},
            r"x: got shape \(4, 0\), wanted at least one feature",
        ),
    ],
)
def test_an_error_names_the_argument(change, message):
    given = {"x": np.ones((4, 5)), "gamma": np.ones(5), "beta": np.ones(5)} | change
    with pytest.raises(ValueError, match=message):
        forward(**given)


@pytest.mark.parametrize("shape", [(5, 4), (5,), (1, 5), (4, 1)])
def test_an_upstream_of_another_shape_is_refused(rng, shape):
    _, cache = forward(*arguments(rng))
    with pytest.raises(ValueError, match=r"dout: got shape .*, wanted \(4, 5\)"):
        layernorm_backward(np.ones(shape), cache)
