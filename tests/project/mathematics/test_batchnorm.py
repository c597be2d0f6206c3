"""Batch normalization: values, running averages, both backward passes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles import normalization as oracle
from oracles.gradients import relative_error
from oracles.layouts import LAYOUTS, read_only
from reference.normalization import batchnorm_backward, batchnorm_backward_alt, batchnorm_forward

BACKWARD = pytest.mark.parametrize(
    "backward", [batchnorm_backward, batchnorm_backward_alt], ids=["graph", "formula"]
)
NAMES = ("dx", "dgamma", "dbeta")
PRINTED = 5.1e-9  # half a unit of the eighth decimal, the last that the course prints


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def arguments(rng, examples=4, features=5):
    """x, gamma, beta; every feature far from mean 0 and variance 1."""
    x = 5 * rng.standard_normal((examples, features)) + 12
    return x, rng.standard_normal(features), rng.standard_normal(features)


def train(x, gamma, beta, **options):
    """In training mode, with running averages of its own."""
    return batchnorm_forward(x, gamma, beta, {"mode": "train", **options})


def assert_gradients(got, wanted, bound):
    for name, ours, theirs in zip(NAMES, got, wanted, strict=True):
        assert relative_error(ours, theirs) <= bound, name


# ---------------------------------------------------------------------------------------- forward


def test_a_feature_worked_by_hand():
    # Mean 3, squared deviations 4 + 1 + 0 + 9 = 14, biased variance 3.5; with eps 0.5 the root is 2.
    x = np.array([[1.0], [2.0], [3.0], [6.0]])
    out, _ = train(x, np.array([4.0]), np.array([10.0]), eps=0.5)
    np.testing.assert_array_equal(out, [[6.0], [8.0], [10.0], [16.0]], strict=True)
    assert oracle.standardized([1.0, 2.0, 3.0, 6.0], 0.5) == [-1.0, -0.5, 0.0, 1.5]


def test_training_has_the_values_that_the_course_prints():
    random = np.random.RandomState(231)
    inputs, w1, w2 = random.randn(200, 50), random.randn(50, 60), random.randn(60, 3)
    a = np.maximum(0, inputs @ w1) @ w2
    np.testing.assert_allclose(a.mean(axis=0), [-2.3814598, -13.18038246, 1.91780462], rtol=0, atol=PRINTED)
    np.testing.assert_allclose(a.std(axis=0), [27.18502186, 34.21455511, 37.68611762], rtol=0, atol=PRINTED)

    plain, _ = train(a, np.ones(3), np.zeros(3))
    np.testing.assert_allclose(plain.mean(axis=0), np.zeros(3), rtol=0, atol=1e-15)
    np.testing.assert_allclose(plain.std(axis=0), [0.99999999, 1.0, 1.0], rtol=0, atol=PRINTED)

    scaled, _ = train(a, np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0]))
    stds = [0.99999999, 1.99999999, 2.99999999]
    np.testing.assert_allclose(scaled.mean(axis=0), [11.0, 12.0, 13.0], rtol=0, atol=PRINTED)
    np.testing.assert_allclose(scaled.std(axis=0), stds, rtol=0, atol=PRINTED)


def test_test_mode_after_50_steps_has_the_values_that_the_course_prints():
    random = np.random.RandomState(231)
    w1, w2 = random.randn(50, 60), random.randn(60, 3)
    bn_param = {"mode": "train"}
    for step in range(51):
        bn_param["mode"] = "train" if step < 50 else "test"
        a = np.maximum(0, random.randn(200, 50) @ w1) @ w2
        out, _ = batchnorm_forward(a, np.ones(3), np.zeros(3), bn_param)
    means, stds = [-0.03927354, -0.04349152, -0.10452688], [1.01531428, 1.01238373, 0.97819988]
    np.testing.assert_allclose(out.mean(axis=0), means, rtol=0, atol=PRINTED)
    np.testing.assert_allclose(out.std(axis=0), stds, rtol=0, atol=PRINTED)


@pytest.mark.parametrize("eps", [1e-5, 0.3])
@pytest.mark.parametrize("shape", [(1, 3), (2, 3), (7, 1), (5, 4)])
def test_training_is_the_same_as_loops(rng, shape, eps):
    x, gamma, beta = arguments(rng, *shape)
    out, _ = train(x, gamma, beta, eps=eps)
    wanted = oracle.batchnorm(x, gamma, beta, eps)
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)


def test_eps_is_1e_5_unless_given(rng):
    x, gamma, beta = arguments(rng)
    x *= 1e-3  # variances around 1e-5, where eps counts
    out, _ = train(x, gamma, beta)
    np.testing.assert_allclose(out, oracle.batchnorm(x, gamma, beta, 1e-5), rtol=1e-12, atol=1e-12)


# --------------------------------------------------------------------- running averages, test mode


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.25}, {"momentum": 0.0}])
def test_running_averages_over_several_steps(rng, options):
    bn_param = {"mode": "train", **options}
    means, variances = [], []
    for _ in range(6):
        x, gamma, beta = arguments(rng)
        batchnorm_forward(x, gamma, beta, bn_param)
        means.append(sum(x) / 4)
        variances.append(sum((x - sum(x) / 4) ** 2) / 4)
        for key, samples in [("running_mean", means), ("running_var", variances)]:
            wanted = oracle.running_average(samples, options.get("momentum", 0.9))
            np.testing.assert_allclose(bn_param[key], wanted, rtol=1e-12, strict=True)


def test_running_averages_continue_from_those_given(rng):
    x, gamma, beta = arguments(rng)
    bn_param = {"mode": "train", "momentum": 0.5, "running_mean": np.full(5, 2.0), "running_var": np.ones(5)}
    batchnorm_forward(x, gamma, beta, bn_param)
    np.testing.assert_allclose(bn_param["running_mean"], 1.0 + x.mean(axis=0) / 2, rtol=1e-12)
    np.testing.assert_allclose(bn_param["running_var"], 0.5 + x.var(axis=0) / 2, rtol=1e-12)


def test_test_mode_uses_the_running_averages_gamma_and_beta(rng):
    x, gamma, beta = arguments(rng)
    mean, var = rng.standard_normal(5), rng.uniform(0.5, 2.0, 5)
    bn_param = {"mode": "test", "running_mean": mean, "running_var": var, "eps": 0.1}
    out, _ = batchnorm_forward(x, gamma, beta, bn_param)
    wanted = oracle.with_fixed_statistics(x, gamma, beta, mean, var, 0.1)
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)
    alone, _ = batchnorm_forward(x[2:3], gamma, beta, bn_param)
    np.testing.assert_allclose(alone, out[2:3], rtol=1e-13, err_msg="an example depends on the others")


def test_test_mode_leaves_the_running_averages_alone(rng):
    x, gamma, beta = arguments(rng)
    bn_param = {"mode": "train"}
    batchnorm_forward(x, gamma, beta, bn_param)
    mean, var = bn_param["running_mean"].copy(), bn_param["running_var"].copy()
    bn_param["mode"] = "test"
    batchnorm_forward(x + 1, gamma, beta, bn_param)
    np.testing.assert_array_equal(bn_param["running_mean"], mean)
    np.testing.assert_array_equal(bn_param["running_var"], var)


def test_test_mode_before_any_training_finds_zeros(rng):
    x, gamma, beta = arguments(rng)
    bn_param = {"mode": "test", "eps": 0.25}
    out, _ = batchnorm_forward(x, gamma, beta, bn_param)
    np.testing.assert_allclose(out, gamma * x / 0.5 + beta, rtol=1e-12)
    np.testing.assert_array_equal(bn_param["running_mean"], np.zeros(5), strict=True)
    np.testing.assert_array_equal(bn_param["running_var"], np.zeros(5), strict=True)


def test_test_mode_takes_an_empty_batch():
    out, _ = batchnorm_forward(np.ones((0, 5)), np.ones(5), np.ones(5), {"mode": "test"})
    assert out.shape == (0, 5)


# --------------------------------------------------------------------------------------- backward


@BACKWARD
@pytest.mark.parametrize("shape", [(3, 4), (4, 5), (9, 1)])
def test_gradients_equal_centred_differences(rng, backward, shape):
    given, dout = arguments(rng, *shape), rng.standard_normal(shape)
    numeric = oracle.numerical_gradients(lambda *varied: train(*varied)[0], given, dout)
    assert_gradients(backward(dout, train(*given)[1]), numeric, 1e-7)


@BACKWARD
@pytest.mark.parametrize("eps", [1e-5, 2.0])
def test_gradients_equal_complex_steps(rng, backward, eps):
    given, dout = arguments(rng, 6, 3), rng.standard_normal((6, 3))
    exact = oracle.exact_gradients(lambda *varied: oracle.batchnorm(*varied, eps), given, dout)
    assert_gradients(backward(dout, train(*given, eps=eps)[1]), exact, 1e-12)


@BACKWARD
def test_gradients_after_test_mode_take_the_averages_as_constants(rng, backward):
    given, dout = arguments(rng), rng.standard_normal((4, 5))
    mean, var = rng.standard_normal(5), rng.uniform(0.5, 2.0, 5)
    _, cache = batchnorm_forward(*given, {"mode": "test", "running_mean": mean, "running_var": var})
    exact = oracle.exact_gradients(lambda *a: oracle.with_fixed_statistics(*a, mean, var), given, dout)
    assert_gradients(backward(dout, cache), exact, 1e-12)


def test_the_formula_equals_the_graph():
    random = np.random.RandomState(231)
    x = 5 * random.randn(100, 500) + 12
    gamma, beta, dout = random.randn(500), random.randn(500), random.randn(100, 500)
    _, cache = train(x, gamma, beta)
    assert_gradients(batchnorm_backward(dout, cache), batchnorm_backward_alt(dout, cache), 1e-14)


EPS = 0.1  # large enough for its place to matter
WRONG_DX = {  # without the factor gamma / std
    "the mean term is dropped": lambda dout, xhat, std: dout - xhat * (dout * xhat).mean(axis=0),
    "the deviation term is dropped": lambda dout, xhat, std: dout - dout.mean(axis=0),
    "both terms are dropped": lambda dout, xhat, std: dout,
    "N - 1 in place of N": lambda dout, xhat, std: (
        dout - dout.mean(axis=0) - xhat * (dout * xhat).sum(axis=0) / (len(dout) - 1)
    ),
    "eps outside the root": lambda dout, xhat, std: (
        (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0)) * std / (np.sqrt(std**2 - EPS) + EPS)
    ),
    "zero": lambda dout, xhat, std: np.zeros_like(dout),
}


@pytest.mark.parametrize("wrong", WRONG_DX.values(), ids=WRONG_DX.keys())
def test_the_gradient_check_rejects(rng, wrong):
    x, gamma, beta = arguments(rng, 6, 3)
    dout = rng.standard_normal((6, 3))
    numeric = oracle.numerical_gradients(lambda *a: train(*a, eps=EPS)[0], (x, gamma, beta), dout)
    std = np.sqrt(x.var(axis=0) + EPS)
    dx = gamma / std * wrong(dout, (x - x.mean(axis=0)) / std, std)
    assert relative_error(dx, numeric[0]) > 1e-3


# ---------------------------------------------------------------------------- where dx vanishes


@BACKWARD
@pytest.mark.parametrize("eps", [1e-5, 1.0])
def test_of_two_examples_only_eps_leaves_a_gradient(rng, backward, eps):
    # With r half of the difference xhat = +-r / sqrt(r^2 + eps), whose derivative is eps / (r^2 + eps)^1.5.
    x, gamma, beta = arguments(rng, 2, 5)
    dout = rng.standard_normal((2, 5))
    r = (x[0] - x[1]) / 2
    first = gamma * (dout[0] - dout[1]) / 2 * eps / (r**2 + eps) ** 1.5
    dx, _, _ = backward(dout, train(x, gamma, beta, eps=eps)[1])
    np.testing.assert_allclose(dx, [first, -first], rtol=0, atol=1e-14)


@BACKWARD
def test_one_example_gives_beta_and_no_gradient(rng, backward):
    x, gamma, beta = arguments(rng, 1, 5)
    dout = rng.standard_normal((1, 5))
    out, cache = train(x, gamma, beta)
    np.testing.assert_array_equal(out, beta[None], strict=True)
    dx, dgamma, dbeta = backward(dout, cache)
    np.testing.assert_array_equal(dx, np.zeros((1, 5)), strict=True)
    np.testing.assert_array_equal(dgamma, np.zeros(5), strict=True)
    np.testing.assert_array_equal(dbeta, dout[0], strict=True)


@BACKWARD
def test_an_upstream_of_ones_gives_no_gradient(rng, backward):
    dx, _, _ = backward(np.ones((4, 5)), train(*arguments(rng))[1])
    np.testing.assert_allclose(dx, np.zeros((4, 5)), rtol=0, atol=1e-14)


@BACKWARD
def test_a_bias_in_front_has_no_gradient(rng, backward):
    dx, _, _ = backward(rng.standard_normal((4, 5)), train(*arguments(rng))[1])
    assert np.abs(dx).max() > 1e-3
    np.testing.assert_allclose(dx.sum(axis=0), np.zeros(5), rtol=0, atol=1e-14)


@BACKWARD
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_a_constant_feature_gives_beta_and_a_finite_gradient(rng, backward, value):
    x, gamma, beta = arguments(rng)
    x[:, 2] = value
    dout = rng.standard_normal((4, 5))
    out, cache = train(x, gamma, beta)
    np.testing.assert_allclose(out[:, 2], np.full(4, beta[2]), rtol=0, atol=1e-12)
    dx, _, _ = backward(dout, cache)
    # xhat is 0 there: the direct path and the one through the mean are left.
    wanted = gamma[2] / np.sqrt(1e-5) * (dout[:, 2] - dout[:, 2].mean())
    np.testing.assert_allclose(dx[:, 2], wanted, rtol=1e-10)


# ------------------------------------------------------------------------- dtype, memory, arguments


@BACKWARD
def test_float32_stays_float32(rng, backward):
    single = [a.astype(np.float32) for a in (*arguments(rng), rng.standard_normal((4, 5)))]
    *given, dout = (a.astype(np.float64) for a in single)
    bn_param = {"mode": "train"}
    out, cache = batchnorm_forward(*single[:3], bn_param)
    gradients = backward(single[3], cache)
    running = bn_param["running_mean"], bn_param["running_var"]
    assert {a.dtype for a in (out, *gradients, *running)} == {np.dtype(np.float32)}
    assert relative_error(out, oracle.batchnorm(*given)) < 1e-6
    assert_gradients(gradients, oracle.exact_gradients(oracle.batchnorm, given, dout), 1e-6)


@BACKWARD
@pytest.mark.parametrize("mode", ["train", "test"])
def test_options_and_averages_in_float64_do_not_spread_it(rng, backward, mode):
    x, gamma, beta = (a.astype(np.float32) for a in arguments(rng))
    options = {"eps": np.float64(1e-5), "momentum": np.float64(0.9)}
    averages = {"running_mean": np.zeros(5), "running_var": np.ones(5)}
    bn_param = {"mode": mode, **options, **averages}
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    gradients = backward(np.ones_like(x), cache)
    assert {a.dtype for a in (out, *gradients)} == {np.dtype(np.float32)}
    kept = np.float32 if mode == "train" else np.float64
    assert bn_param["running_mean"].dtype == bn_param["running_var"].dtype == kept


def test_whole_numbers_count_as_float64():
    x = np.arange(12).reshape(4, 3) ** 2
    bn_param = {"mode": "train"}
    out, _ = batchnorm_forward(x, np.array([1, 2, 3]), np.array([0, 1, 0]), bn_param)
    wanted = oracle.batchnorm(x.astype(float), np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)
    np.testing.assert_allclose(bn_param["running_mean"], x.mean(axis=0) / 10, rtol=1e-12)


@BACKWARD
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_memory_layout_does_not_matter(rng, backward, layout):
    *given, dout = *arguments(rng), rng.standard_normal((4, 5))
    out, cache = train(*given)
    other_out, other_cache = train(*map(layout, given))
    np.testing.assert_allclose(other_out, out, rtol=1e-12, atol=1e-14)
    assert_gradients(backward(layout(dout), other_cache), backward(dout, cache), 1e-13)


@BACKWARD
@pytest.mark.parametrize("mode", ["train", "test"])
def test_nothing_but_the_two_averages_in_bn_param_is_written(rng, backward, mode):
    x, gamma, beta = map(read_only, arguments(rng))
    dout = read_only(rng.standard_normal((4, 5)))
    mean, var = read_only(rng.standard_normal(5)), read_only(rng.uniform(0.5, 2.0, 5))
    bn_param = {"mode": mode, "running_mean": mean, "running_var": var, "note": "kept"}
    _, cache = batchnorm_forward(x, gamma, beta, bn_param)
    first, again = backward(dout, cache), backward(dout, cache)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other, err_msg="the cache was written to")
    averages = {"running_mean", "running_var"}
    assert {k: v for k, v in bn_param.items() if k not in averages} == {"mode": mode, "note": "kept"}
    if mode == "train":
        assert not np.shares_memory(bn_param["running_mean"], mean)
        assert not np.shares_memory(bn_param["running_var"], var)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones(5)}, r"x: got shape \(5,\), wanted \(N, D\)"),
        ({"x": np.ones((4, 5, 1))}, r"x: got shape \(4, 5, 1\), wanted \(N, D\)"),
        ({"x": np.ones((4, 5), dtype=complex)}, "x: got dtype complex128, wanted real numbers"),
        ({"x": np.ones((0, 5))}, "x: got no examples, wanted at least one"),
        ({"gamma": np.ones(4)}, r"gamma: got shape \(4,\), wanted \(5,\)"),
        ({"beta": np.ones((1, 5))}, r"beta: got shape \(1, 5\), wanted \(5,\)"),
        ({"mode": "eval"}, r"bn_param\['mode'\]: got 'eval', wanted 'train' or 'test'"),
        ({"mode": None}, r"bn_param\['mode'\]: got None, wanted 'train' or 'test'"),
        ({"running_mean": np.ones((1, 5))}, r"bn_param\['running_mean'\]: got shape \(1, 5\), wanted \(5,\)"),
        ({"running_var": np.ones(3)}, r"bn_param\['running_var'\]: got shape \(3,\), wanted \(5,\)"),
    ],
)
def test_an_error_names_the_argument(change, message):
    given = {"x": np.ones((4, 5)), "gamma": np.ones(5), "beta": np.ones(5), "mode": "train"} | change
    arrays = [given.pop(name) for name in ("x", "gamma", "beta")]
    keys = set(given)
    with pytest.raises(ValueError, match=message):
        batchnorm_forward(*arrays, given)
    assert set(given) == keys, "a refused call left something behind"


def test_a_missing_mode_is_named():
    with pytest.raises(ValueError, match=r"bn_param\['mode'\]: got None, wanted 'train' or 'test'"):
        batchnorm_forward(np.ones((4, 5)), np.ones(5), np.ones(5), {})


@BACKWARD
@pytest.mark.parametrize("shape", [(5, 4), (5,), (1, 5), (4, 1)])
def test_an_upstream_of_another_shape_is_refused(rng, backward, shape):
    _, cache = train(*arguments(rng))
    with pytest.raises(ValueError, match=r"dout: got shape .*, wanted \(4, 5\)"):
        backward(np.ones(shape), cache)
