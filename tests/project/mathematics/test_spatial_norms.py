"""Spatial batch normalization and group normalization: values, gradients, and their special cases."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from oracles import normalization as oracle
from oracles.gradients import relative_error
from oracles.layouts import LAYOUTS, read_only
from reference.normalization import (
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)

NAMES = ("dx", "dgamma", "dbeta")
IMAGES = {
    "ordinary": (2, 6, 3, 4),
    "one image": (1, 6, 2, 3),
    "one row": (3, 6, 1, 4),
    "one column": (3, 6, 4, 1),
    "one pixel": (3, 6, 1, 1),
    "every axis the same": (6, 6, 6, 6),
}
EACH_IMAGE = pytest.mark.parametrize("shape", IMAGES.values(), ids=IMAGES.keys())
SMALL = pytest.mark.parametrize("shape", list(IMAGES.values())[:-1], ids=list(IMAGES)[:-1])


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def arguments(rng, shape=(2, 6, 3, 4), flat=True):
    """x, gamma, beta; every channel with a mean and a variance of its own."""
    channels = shape[1]
    spread = np.linspace(1, 4, channels).reshape(1, channels, 1, 1)
    x = spread * rng.standard_normal(shape) + 3 * spread
    parameters = (channels,) if flat else (1, channels, 1, 1)
    return x, rng.standard_normal(parameters), rng.standard_normal(parameters)


def batch(x, gamma, beta, **options):
    """Spatial batch norm in training mode, with running averages of its own."""
    return spatial_batchnorm_forward(x, gamma, beta, {"mode": "train", **options})


def group(x, gamma, beta, groups, **options):
    return spatial_groupnorm_forward(x, gamma, beta, groups, options)


def assert_gradients(got, wanted, bound):
    for name, ours, theirs in zip(NAMES, got, wanted, strict=True):
        assert relative_error(ours, theirs) <= bound, name


# ---------------------------------------------------------------------------- spatial batch norm


@EACH_IMAGE
def test_batch_training_is_the_same_as_loops(rng, shape):
    given = arguments(rng, shape)
    out, _ = batch(*given, eps=0.3)
    np.testing.assert_allclose(
        out, oracle.spatial_batchnorm(*given, 0.3), rtol=1e-12, atol=1e-12, strict=True
    )


def test_batch_two_channels_worked_by_hand():
    # Channel 0 holds 1, 2, 3, 6 (mean 3, variance 3.5), channel 1 holds ten times that; eps is 0.5.
    x = np.array([[[[1.0, 2.0]], [[10.0, 20.0]]], [[[3.0, 6.0]], [[30.0, 60.0]]]])
    out, _ = batch(x, np.array([2.0, 1.0]), np.array([5.0, 0.0]), eps=0.5)
    np.testing.assert_array_equal(out[:, 0, 0], [[3.0, 4.0], [5.0, 8.0]])
    np.testing.assert_allclose(out[:, 1, 0], np.array([[-20, -10], [0, 30]]) / np.sqrt(350.5), rtol=1e-14)


@SMALL
def test_batch_gradients_equal_centred_differences(rng, shape):
    given, dout = arguments(rng, shape), rng.standard_normal(shape)
    numeric = oracle.numerical_gradients(lambda *varied: batch(*varied)[0], given, dout)
    assert_gradients(spatial_batchnorm_backward(dout, batch(*given)[1]), numeric, 1e-7)


def test_batch_gradients_equal_complex_steps(rng):
    given, dout = arguments(rng, (2, 3, 2, 3)), rng.standard_normal((2, 3, 2, 3))
    exact = oracle.exact_gradients(oracle.spatial_batchnorm, given, dout)
    assert_gradients(spatial_batchnorm_backward(dout, batch(*given)[1]), exact, 1e-12)


def test_batch_running_averages_and_test_mode(rng):
    bn_param = {"mode": "train", "momentum": 0.6}
    means, variances = [], []
    for _ in range(4):
        x, gamma, beta = arguments(rng)
        spatial_batchnorm_forward(x, gamma, beta, bn_param)
        means.append(np.array([x[:, c].mean() for c in range(6)]))
        variances.append(np.array([x[:, c].var() for c in range(6)]))
    mean, var = (oracle.running_average(samples, 0.6) for samples in (means, variances))
    np.testing.assert_allclose(bn_param["running_mean"], mean, rtol=1e-12, strict=True)
    np.testing.assert_allclose(bn_param["running_var"], var, rtol=1e-12, strict=True)

    bn_param["mode"] = "test"
    dout = rng.standard_normal(x.shape)
    out, cache = spatial_batchnorm_forward(x + 1, gamma, beta, bn_param)
    fixed = partial(oracle.with_fixed_statistics, mean=mean, var=var)
    np.testing.assert_allclose(out, fixed(x + 1, gamma, beta), rtol=1e-11, atol=1e-12, strict=True)
    np.testing.assert_allclose(bn_param["running_mean"], mean, rtol=1e-12)
    exact = oracle.exact_gradients(fixed, (x + 1, gamma, beta), dout)
    assert_gradients(spatial_batchnorm_backward(dout, cache), exact, 1e-12)


def test_batch_of_one_pixel_gives_beta_and_no_gradient(rng):
    x, gamma, beta = arguments(rng, (1, 6, 1, 1))
    out, cache = batch(x, gamma, beta)
    np.testing.assert_array_equal(out.ravel(), beta)
    dx, _, _ = spatial_batchnorm_backward(rng.standard_normal(x.shape), cache)
    np.testing.assert_array_equal(dx, np.zeros(x.shape), strict=True)


def test_batch_loops_tell_mixed_channels_apart(rng):
    """A reshape without the transpose has the right shape, and the check must reject it."""
    x, gamma, beta = arguments(rng)
    rows = x.reshape(-1, 6)
    mixed = (gamma * (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-5) + beta).reshape(x.shape)
    assert relative_error(mixed, oracle.spatial_batchnorm(x, gamma, beta)) > 1e-2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones((4, 6))}, r"x: got shape \(4, 6\), wanted \(N, C, H, W\)"),
        ({"x": np.ones((0, 6, 3, 4))}, "x: got no examples, wanted at least one"),
        ({"gamma": np.ones((1, 6, 1, 1))}, r"gamma: got shape \(1, 6, 1, 1\), wanted \(6,\)"),
        ({"beta": np.ones(4)}, r"beta: got shape \(4,\), wanted \(6,\)"),
        ({"mode": "eval"}, r"bn_param\['mode'\]: got 'eval', wanted 'train' or 'test'"),
        ({"running_var": np.ones(4)}, r"bn_param\['running_var'\]: got shape \(4,\), wanted \(6,\)"),
    ],
)
def test_batch_error_names_the_argument(change, message):
    given = {"x": np.ones((2, 6, 3, 4)), "gamma": np.ones(6), "beta": np.ones(6)} | change
    with pytest.raises(ValueError, match=message):
        batch(**given)


# ------------------------------------------------------------------------------------- group norm


@EACH_IMAGE
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_forward_is_the_same_as_loops(rng, shape, groups):
    given = arguments(rng, shape, flat=False)
    out, _ = group(*given, groups, eps=0.3)
    wanted = oracle.groupnorm(*given, groups, 0.3)
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12, strict=True)


def test_group_of_two_channels_worked_by_hand():
    # One group holds 1, 2, 3, 6 (mean 3, biased variance 3.5), the other the same plus 100; eps is 0.5.
    x = np.array([1.0, 2.0, 3.0, 6.0, 101.0, 102.0, 103.0, 106.0]).reshape(1, 4, 1, 2)
    gamma = np.array([1.0, 2.0, 4.0, 8.0]).reshape(1, 4, 1, 1)
    out, _ = group(x, gamma, np.full((1, 4, 1, 1), 10.0), 2, eps=0.5)
    np.testing.assert_array_equal(out[0, :, 0], [[9.0, 9.5], [10.0, 13.0], [6.0, 8.0], [10.0, 22.0]])


def test_one_group_is_layer_norm_over_the_image(rng):
    given = arguments(rng, flat=False)
    out, _ = group(*given, 1)
    np.testing.assert_allclose(out, oracle.image_layernorm(*given), rtol=1e-12, atol=1e-12)


def test_a_group_per_channel_is_instance_norm(rng):
    given = arguments(rng, flat=False)
    out, _ = group(*given, 6)
    np.testing.assert_allclose(out, oracle.instancenorm(*given), rtol=1e-12, atol=1e-12)


def test_group_eps_is_1e_5_unless_given(rng):
    x, gamma, beta = arguments(rng, flat=False)
    x *= 1e-3  # variances around 1e-5, where eps counts
    out, _ = group(x, gamma, beta, 2)
    np.testing.assert_allclose(out, oracle.groupnorm(x, gamma, beta, 2, 1e-5), rtol=1e-12, atol=1e-12)


@SMALL
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_group_gradients_equal_centred_differences(rng, shape, groups):
    # With a large eps the gradient does not vanish where a group has two numbers.
    given, dout = arguments(rng, shape, flat=False), rng.standard_normal(shape)
    numeric = oracle.numerical_gradients(lambda *varied: group(*varied, groups, eps=1.0)[0], given, dout)
    _, cache = group(*given, groups, eps=1.0)
    assert_gradients(spatial_groupnorm_backward(dout, cache), numeric, 1e-7)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_gradients_equal_complex_steps(rng, groups):
    given, dout = arguments(rng, (2, 4, 2, 2), flat=False), rng.standard_normal((2, 4, 2, 2))
    exact = oracle.exact_gradients(lambda *varied: oracle.groupnorm(*varied, groups), given, dout)
    assert_gradients(spatial_groupnorm_backward(dout, group(*given, groups)[1]), exact, 1e-12)


def test_group_of_one_number_gives_beta_and_no_gradient(rng):
    x, gamma, beta = arguments(rng, (3, 6, 1, 1), flat=False)
    out, cache = group(x, gamma, beta, 6)
    np.testing.assert_array_equal(out, np.broadcast_to(beta, x.shape), strict=True)
    dx, dgamma, _ = spatial_groupnorm_backward(rng.standard_normal(x.shape), cache)
    np.testing.assert_array_equal(dx, np.zeros(x.shape), strict=True)
    np.testing.assert_array_equal(dgamma, np.zeros(gamma.shape), strict=True)


def test_group_of_two_numbers_has_the_gradient_that_eps_leaves(rng):
    # With r half of the difference xhat = +-r / sqrt(r^2 + eps), whose derivative is eps / (r^2 + eps)^1.5.
    x, gamma, beta = arguments(rng, (3, 6, 1, 1), flat=False)
    dout = rng.standard_normal(x.shape)
    x[:, ::2] += 10  # far from a difference of 0, where the derivative grows
    r = (x[:, ::2] - x[:, 1::2]) / 2
    dxhat = dout * gamma
    first = (dxhat[:, ::2] - dxhat[:, 1::2]) / 2 * 1e-5 / (r**2 + 1e-5) ** 1.5
    dx, _, _ = spatial_groupnorm_backward(dout, group(x, gamma, beta, 3)[1])
    np.testing.assert_allclose(dx[:, ::2], first, rtol=0, atol=1e-14)
    np.testing.assert_allclose(dx[:, 1::2], -first, rtol=0, atol=1e-14)


@pytest.mark.parametrize("gamma_shape", [(4,), (1, 4, 1, 1)])
@pytest.mark.parametrize("beta_shape", [(4,), (1, 4, 1, 1)])
def test_group_gradients_come_in_the_shape_of_the_parameters(rng, gamma_shape, beta_shape):
    # W = C: a plain product with a flat gamma would broadcast along the wrong axis.
    x, gamma, beta = arguments(rng, (2, 4, 3, 4), flat=False)
    dout = rng.standard_normal(x.shape)
    out, cache = group(x, gamma, beta, 2)
    other_out, other_cache = group(x, gamma.reshape(gamma_shape), beta.reshape(beta_shape), 2)
    np.testing.assert_array_equal(other_out, out, strict=True)
    dx, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    other_dx, other_dgamma, other_dbeta = spatial_groupnorm_backward(dout, other_cache)
    np.testing.assert_array_equal(other_dx, dx, strict=True)
    np.testing.assert_array_equal(other_dgamma, dgamma.reshape(gamma_shape), strict=True)
    np.testing.assert_array_equal(other_dbeta, dbeta.reshape(beta_shape), strict=True)


def test_group_loops_tell_every_other_channel_from_neighbours(rng):
    """Groups of channels 0, 2, 4 and 1, 3, 5 have the right shape, and the check must reject them."""
    x, gamma, beta = arguments(rng, flat=False)
    order = [0, 2, 4, 1, 3, 5]
    shuffled = oracle.groupnorm(x[:, order], gamma[:, order], beta[:, order], 2)[:, np.argsort(order)]
    assert relative_error(shuffled, oracle.groupnorm(x, gamma, beta, 2)) > 1e-2


WRONG_DX = {  # of dxhat and xhat in shape (N, G, K)
    "the mean term is dropped": lambda dxhat, xhat: dxhat - xhat * (dxhat * xhat).mean(axis=2, keepdims=True),
    "the deviation term is dropped": lambda dxhat, xhat: dxhat - dxhat.mean(axis=2, keepdims=True),
    "the sums run over the examples too": lambda dxhat, xhat: (
        dxhat
        - dxhat.mean(axis=(0, 2), keepdims=True)
        - xhat * (dxhat * xhat).mean(axis=(0, 2), keepdims=True)
    ),
    "zero": lambda dxhat, xhat: np.zeros_like(dxhat),
}


@pytest.mark.parametrize("wrong", WRONG_DX.values(), ids=WRONG_DX.keys())
def test_the_gradient_check_rejects(rng, wrong):
    x, gamma, beta = arguments(rng, (2, 4, 2, 2), flat=False)
    dout = rng.standard_normal(x.shape)
    numeric = oracle.numerical_gradients(lambda *a: group(*a, 2)[0], (x, gamma, beta), dout)
    grouped, dxhat = x.reshape(2, 2, 8), (dout * gamma).reshape(2, 2, 8)
    std = np.sqrt(grouped.var(axis=2, keepdims=True) + 1e-5)
    xhat = (grouped - grouped.mean(axis=2, keepdims=True)) / std
    assert relative_error((wrong(dxhat, xhat) / std).reshape(x.shape), numeric[0]) > 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": 4}, r"G: got 4 groups, wanted a divisor of C = 6"),
        ({"groups": 12}, r"G: got 12 groups, wanted a divisor of C = 6"),
        ({"groups": 0}, r"G: got 0, wanted a whole number of at least 1"),
        ({"groups": 2.0}, r"G: got 2.0, wanted a whole number of at least 1"),
        ({"x": np.ones((4, 6))}, r"x: got shape \(4, 6\), wanted \(N, C, H, W\)"),
        ({"x": np.ones((2, 6, 0, 4))}, r"x: got shape \(2, 6, 0, 4\), wanted at least one number"),
        ({"gamma": np.ones((6, 1, 1))}, r"gamma: got shape \(6, 1, 1\), wanted \(1, 6, 1, 1\) or \(6,\)"),
        ({"beta": np.ones(4)}, r"beta: got shape \(4,\), wanted \(1, 6, 1, 1\) or \(6,\)"),
    ],
)
def test_group_error_names_the_argument(change, message):
    given = {"x": np.ones((2, 6, 3, 4)), "gamma": np.ones(6), "beta": np.ones(6), "groups": 2} | change
    with pytest.raises(ValueError, match=message):
        group(**given)


# ------------------------------------------------------------------------------------------- both

LAYERS = {
    "batch": (batch, spatial_batchnorm_backward, oracle.spatial_batchnorm),
    "group": (partial(group, groups=2), spatial_groupnorm_backward, partial(oracle.groupnorm, number=2)),
}
EACH_LAYER = pytest.mark.parametrize(("forward", "backward", "loops"), LAYERS.values(), ids=LAYERS.keys())


@EACH_LAYER
def test_float32_stays_float32(rng, forward, backward, loops):
    shape = (2, 4, 2, 3)
    single = [a.astype(np.float32) for a in (*arguments(rng, shape), rng.standard_normal(shape))]
    *given, dout = (a.astype(np.float64) for a in single)
    out, cache = forward(*single[:3], eps=np.float64(1e-5))
    gradients = backward(single[3], cache)
    assert {a.dtype for a in (out, *gradients)} == {np.dtype(np.float32)}
    assert relative_error(out, loops(*given)) < 1e-6
    assert_gradients(gradients, oracle.exact_gradients(loops, given, dout), 1e-6)


@EACH_LAYER
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_memory_layout_does_not_matter(rng, forward, backward, loops, layout):
    *given, dout = *arguments(rng), rng.standard_normal((2, 6, 3, 4))
    out, cache = forward(*given)
    other_out, other_cache = forward(*map(layout, given))
    np.testing.assert_allclose(other_out, out, rtol=1e-12, atol=1e-13)
    assert_gradients(backward(layout(dout), other_cache), backward(dout, cache), 1e-13)


@EACH_LAYER
def test_nothing_is_written_to(rng, forward, backward, loops):
    x, gamma, beta = map(read_only, arguments(rng))
    dout = read_only(rng.standard_normal(x.shape))
    _, cache = forward(x, gamma, beta)
    first, again = backward(dout, cache), backward(dout, cache)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other, err_msg="the cache was written to")


@EACH_LAYER
def test_a_constant_image_gives_beta(rng, forward, backward, loops):
    _, gamma, beta = arguments(rng)
    out, cache = forward(np.full((2, 6, 3, 4), 0.1), gamma, beta)
    np.testing.assert_allclose(out, np.broadcast_to(beta.reshape(6, 1, 1), out.shape), rtol=0, atol=1e-12)
    assert all(np.isfinite(gradient).all() for gradient in backward(rng.standard_normal(out.shape), cache))


@EACH_LAYER
@pytest.mark.parametrize("shape", [(2, 6, 4, 3), (6, 2, 3, 4), (2, 6, 12), (1, 6, 3, 4)])
def test_an_upstream_of_another_shape_is_refused(rng, forward, backward, loops, shape):
    _, cache = forward(*arguments(rng))
    with pytest.raises(ValueError, match=r"dout: got shape .*, wanted \(2, 6, 3, 4\)"):
        backward(np.ones(shape), cache)
