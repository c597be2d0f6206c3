"""Joint layers: the composition of their parts, in the right order, forward and back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles.convolution import convolution, max_pool
from oracles.gradients import numerical_gradient, relative_error
from reference.layer_utils import (
    affine_norm_relu_backward,
    affine_norm_relu_forward,
    affine_relu_backward,
    affine_relu_forward,
    conv_bn_relu_backward,
    conv_bn_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)

CONV = {"stride": 2, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 1}
EPS = 1e-5


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def standardized(a, axis):
    """Mean 0 and variance 1 over the given axes, as the normalizations define it."""
    centred = a - a.mean(axis=axis, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + EPS)


def away_from_kinks(a):
    """Show that no unit is so close to 0 that a step of the differences could switch it."""
    assert np.abs(a).min() > 1e-3
    assert 0 < np.count_nonzero(a > 0) < a.size  # and that ReLU has something to do
    return a


def gradients_agree(forward, arguments, gradients, dout, vanishing=()):
    """Compare each gradient with the differences of ``forward`` in that argument alone."""
    for position, gradient in enumerate(gradients):

        def of_one(value, position=position):
            return forward(*arguments[:position], value, *arguments[position + 1 :])[0]

        numerical = numerical_gradient(of_one, arguments[position], dout)
        assert gradient.shape == arguments[position].shape
        if position in vanishing:  # zero but for round-off
            np.testing.assert_allclose(gradient, 0, atol=1e-12)
            np.testing.assert_allclose(numerical, 0, atol=1e-8)
        else:
            assert relative_error(gradient, numerical) < 1e-7


# ------------------------------------------------------------------------- affine (- norm) - ReLU


@pytest.fixture
def dense(rng):
    """x, w, b, gamma, beta and an upstream gradient."""
    return (
        rng.standard_normal((5, 2, 3)),
        rng.standard_normal((6, 4)),
        rng.standard_normal(4),
        rng.uniform(0.5, 2, 4),
        rng.standard_normal(4),
        rng.standard_normal((5, 4)),
    )


def affine(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b


def test_affine_relu(dense):
    x, w, b, _, _, dout = dense
    out, cache = affine_relu_forward(x, w, b)
    a = away_from_kinks(affine(x, w, b))
    assert relative_error(out, np.where(a > 0, a, 0)) < 1e-14
    gradients_agree(affine_relu_forward, (x, w, b), affine_relu_backward(dout, cache), dout)


def test_affine_norm_relu_without_a_norm_is_affine_relu(dense):
    x, w, b, gamma, beta, dout = dense
    plain, plain_cache = affine_relu_forward(x, w, b)
    for unused in [(None, None, None), (gamma, beta, {"mode": "train"})]:
        out, cache = affine_norm_relu_forward(x, w, b, *unused, None)
        np.testing.assert_array_equal(out, plain, strict=True)
        *gradients, dgamma, dbeta = affine_norm_relu_backward(dout, cache)
        assert dgamma is None
        assert dbeta is None
        for got, wanted in zip(gradients, affine_relu_backward(dout, plain_cache), strict=True):
            np.testing.assert_array_equal(got, wanted, strict=True)


@pytest.mark.parametrize(
    ("normalization", "axis", "vanishing"),
    [
        ("batchnorm", 0, [2]),  # what b adds to every example, the mean takes away again
        ("layernorm", 1, []),
    ],
)
def test_affine_norm_relu(dense, normalization, axis, vanishing):
    x, w, b, gamma, beta, dout = dense

    def forward(x, w, b, gamma, beta):
        return affine_norm_relu_forward(x, w, b, gamma, beta, {"mode": "train"}, normalization)

    out, cache = forward(x, w, b, gamma, beta)
    a = away_from_kinks(gamma * standardized(affine(x, w, b), axis) + beta)
    assert relative_error(out, np.where(a > 0, a, 0)) < 1e-14
    gradients = affine_norm_relu_backward(dout, cache)
    gradients_agree(forward, (x, w, b, gamma, beta), gradients, dout, vanishing)


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
def test_dropout_comes_last(dense, normalization):
    x, w, b, gamma, beta, dout = dense

    def forward(*arguments, mode="train"):
        dropout_param = {"mode": mode, "p": 0.6, "seed": 7}
        return affine_norm_relu_forward(*arguments, {"mode": "train"}, normalization, dropout_param)

    out, cache = forward(x, w, b, gamma, beta)
    without, _ = affine_norm_relu_forward(x, w, b, gamma, beta, {"mode": "train"}, normalization)
    mask = (np.random.RandomState(7).rand(5, 4) < 0.6) / 0.6
    assert 0 < np.count_nonzero(mask) < mask.size
    np.testing.assert_allclose(out, without * mask, rtol=1e-15)
    np.testing.assert_array_equal(forward(x, w, b, gamma, beta, mode="test")[0], without)
    gradients = affine_norm_relu_backward(dout, cache)
    if normalization is None:
        gradients_agree(forward, (x, w, b, gamma, beta), gradients[:3], dout)
    else:
        vanishing = [2] if normalization == "batchnorm" else []
        gradients_agree(forward, (x, w, b, gamma, beta), gradients, dout, vanishing)


def test_batchnorm_keeps_its_running_averages_in_the_given_dictionary(dense):
    x, w, b, gamma, beta, _ = dense
    bn_param = {"mode": "train", "momentum": 0.75}
    affine_norm_relu_forward(x, w, b, gamma, beta, bn_param, "batchnorm")
    mean = affine(x, w, b).mean(axis=0)
    np.testing.assert_allclose(bn_param["running_mean"], 0.25 * mean, rtol=1e-12)
    bn_param["mode"] = "test"
    out, _ = affine_norm_relu_forward(x, w, b, gamma, beta, bn_param, "batchnorm")
    centred = affine(x, w, b) - bn_param["running_mean"]
    a = gamma * centred / np.sqrt(bn_param["running_var"] + EPS) + beta
    assert relative_error(out, np.where(a > 0, a, 0)) < 1e-14


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_normalization_needs_its_parameters(dense, missing):
    x, w, b, gamma, beta, _ = dense
    given = [gamma, beta, {"mode": "train"}]
    given[missing] = None
    with pytest.raises(
        ValueError, match=r"^gamma, beta, norm_param: got None, wanted all three for 'layernorm'$"
    ):
        affine_norm_relu_forward(x, w, b, *given, "layernorm")


@pytest.mark.parametrize("normalization", ["groupnorm", "", False])
def test_an_unknown_normalization_is_named(dense, normalization):
    x, w, b, gamma, beta, _ = dense
    with pytest.raises(
        ValueError, match=r"^normalization: got .*, wanted None or 'batchnorm' or 'layernorm'$"
    ):
        affine_norm_relu_forward(x, w, b, gamma, beta, {"mode": "train"}, normalization)


# ------------------------------------------------------------------------------- conv - ... - ReLU


@pytest.fixture
def images(rng):
    """x, w, b, gamma and beta."""
    return (
        rng.standard_normal((2, 2, 6, 5)),
        rng.standard_normal((3, 2, 3, 3)),
        rng.standard_normal(3),
        rng.uniform(0.5, 2, 3),
        rng.standard_normal(3),
    )


def test_conv_relu(images, rng):
    x, w, b, _, _ = images
    out, cache = conv_relu_forward(x, w, b, CONV)
    a = away_from_kinks(convolution(x, w, b, 2, 1))
    assert relative_error(out, np.where(a > 0, a, 0)) < 1e-14
    dout = rng.standard_normal(out.shape)
    gradients = conv_relu_backward(dout, cache)
    gradients_agree(lambda x, w, b: conv_relu_forward(x, w, b, CONV), (x, w, b), gradients, dout)


def test_conv_bn_relu(images, rng):
    x, w, b, gamma, beta = images

    def forward(x, w, b, gamma, beta):
        return conv_bn_relu_forward(x, w, b, gamma, beta, CONV, {"mode": "train"})

    out, cache = forward(x, w, b, gamma, beta)
    normalized = standardized(convolution(x, w, b, 2, 1), (0, 2, 3))
    a = away_from_kinks(gamma.reshape(3, 1, 1) * normalized + beta.reshape(3, 1, 1))
    assert relative_error(out, np.where(a > 0, a, 0)) < 1e-14
    dout = rng.standard_normal(out.shape)
    gradients_agree(forward, images, conv_bn_relu_backward(dout, cache), dout, vanishing=[2])


def test_conv_relu_pool(images, rng):
    x, w, b, _, _ = images
    out, cache = conv_relu_pool_forward(x, w, b, CONV, POOL)
    a = away_from_kinks(convolution(x, w, b, 2, 1))
    active = np.where(a > 0, a, 0)
    assert relative_error(out, max_pool(active, 2, 2, 1)[0]) < 1e-14
    positive = np.sort(active[active > 0])
    assert np.diff(positive).min() > 1e-4  # no two units that a step could make change places
    dout = rng.standard_normal(out.shape)
    gradients = conv_relu_pool_backward(dout, cache)
    gradients_agree(lambda x, w, b: conv_relu_pool_forward(x, w, b, CONV, POOL), (x, w, b), gradients, dout)


# ------------------------------------------------------------------------------------------- all


def all_layers(rng, dtype):
    """Forward result and gradients of every joint layer."""
    x, w, b = (rng.standard_normal(s).astype(dtype) for s in [(5, 6), (6, 4), 4])
    images, filters, biases = (rng.standard_normal(s).astype(dtype) for s in [(2, 2, 6, 5), (3, 2, 3, 3), 3])
    scale, shift = np.ones(4, dtype), np.zeros(4, dtype)
    bn, dropout = {"mode": "train"}, {"mode": "train", "p": 0.5, "seed": 0}
    calls = [
        (affine_relu_forward, affine_relu_backward, (x, w, b)),
        (
            affine_norm_relu_forward,
            affine_norm_relu_backward,
            (x, w, b, scale, shift, bn, "batchnorm", dropout),
        ),
        (
            affine_norm_relu_forward,
            affine_norm_relu_backward,
            (x, w, b, scale, shift, {}, "layernorm", dropout),
        ),
        (conv_relu_forward, conv_relu_backward, (images, filters, biases, CONV)),
        (
            conv_bn_relu_forward,
            conv_bn_relu_backward,
            (images, filters, biases, scale[:3], shift[:3], CONV, {"mode": "train"}),
        ),
        (conv_relu_pool_forward, conv_relu_pool_backward, (images, filters, biases, CONV, POOL)),
    ]
    for forward, backward, arguments in calls:
        arrays = [argument for argument in arguments if isinstance(argument, np.ndarray)]
        before = [array.copy() for array in arrays]
        out, cache = forward(*arguments)
        gradients = backward(rng.standard_normal(out.shape).astype(dtype), cache)
        yield forward.__name__, arrays, before, out, gradients


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept_and_inputs_left_alone(rng, dtype):
    names = []
    for name, arrays, before, out, gradients in all_layers(rng, dtype):
        names.append(name)
        assert out.dtype == dtype, name
        assert [gradient.dtype for gradient in gradients] == [dtype] * len(arrays), name
        for array, copy in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(array, copy, err_msg=name)
    assert len(names) == 6
