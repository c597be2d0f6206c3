"""Convolution in all its variants: what holds for the naive loops must hold for the fast paths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles.convolution import convolution, convolution_gradients
from oracles.gradients import numerical_gradient, relative_error
from oracles.layouts import LAYOUTS
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.fast import dispatch
from reference.fast.convolution import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_strides,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_strides,
)

VARIANTS = {
    "naive": (conv_forward_naive, conv_backward_naive),
    "im2col": (conv_forward_im2col, conv_backward_im2col),
    "strides": (conv_forward_strides, conv_backward_strides),
    "fast": (conv_forward_fast, conv_backward_fast),
    "dispatch": (dispatch.conv_forward_fast, dispatch.conv_backward_fast),
}

CASES = {  # shape of x, shape of w, stride, pad
    "as in the course": ((2, 3, 4, 4), (3, 3, 4, 4), 2, 1),
    "no padding": ((2, 2, 5, 5), (2, 2, 3, 3), 1, 0),
    "same size": ((2, 2, 5, 4), (3, 2, 3, 3), 1, 1),
    "a batch of 1": ((1, 2, 4, 5), (2, 2, 3, 3), 1, 1),
    "one channel, one filter": ((2, 1, 4, 4), (1, 1, 2, 2), 1, 0),
    "wide image, tall filter": ((2, 2, 4, 9), (2, 2, 3, 2), 2, 1),
    "the stride does not divide": ((2, 2, 6, 7), (2, 2, 3, 2), 2, 0),
    "the rest is all padding": ((1, 1, 4, 4), (2, 1, 3, 3), 2, 1),
    "the stride skips pixels": ((2, 2, 7, 8), (2, 2, 2, 1), 3, 0),
    "the filter is the image": ((2, 2, 3, 4), (2, 2, 3, 4), 1, 0),
    "the filter needs the padding": ((2, 1, 2, 3), (2, 1, 4, 5), 1, 1),
    "1 x 1": ((2, 3, 3, 4), (2, 3, 1, 1), 1, 0),
    "1 x 1 with stride and padding": ((2, 2, 3, 4), (3, 2, 1, 1), 2, 1),
    "more padding than filter": ((1, 2, 3, 3), (2, 2, 2, 2), 2, 3),
}

every_variant = pytest.mark.parametrize(("forward", "backward"), VARIANTS.values(), ids=VARIANTS.keys())
every_forward = pytest.mark.parametrize(
    "forward", [pair[0] for pair in VARIANTS.values()], ids=VARIANTS.keys()
)
every_case = pytest.mark.parametrize(("images", "filters", "stride", "pad"), CASES.values(), ids=CASES.keys())


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def arguments(rng, images=(2, 3, 5, 6), filters=(4, 3, 3, 2)):
    """x, w and b."""
    return rng.standard_normal(images), rng.standard_normal(filters), rng.standard_normal(filters[0])


def course_arguments():
    """The evenly spaced numbers of the course's own check."""
    return (
        np.linspace(-0.1, 0.5, num=2 * 3 * 4 * 4).reshape(2, 3, 4, 4),
        np.linspace(-0.2, 0.3, num=3 * 3 * 4 * 4).reshape(3, 3, 4, 4),
        np.linspace(-0.1, 0.2, num=3),
    )


# ---------------------------------------------------------------------------------------- forward


@every_forward
def test_forward_has_the_values_of_the_course(forward):
    expected = [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
    x, w, b = course_arguments()
    out, _ = forward(x, w, b, {"stride": 2, "pad": 1})
    np.testing.assert_allclose(out, expected, rtol=0, atol=5.1e-9, strict=True)
    assert relative_error(out, convolution(x, w, b, 2, 1)) < 1e-14
    # The course prints how far its eight digits are from the exact result, to sixteen digits.
    distance = np.max(np.abs(out - expected) / (np.abs(out) + np.abs(expected)))
    assert distance == pytest.approx(2.2121476417505994e-08, rel=1e-6)


@every_variant
def test_one_image_worked_by_hand(forward, backward):
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
    w = np.array([[[[1.0, 2.0], [0.0, 0.0]]]])  # looks to the right: a turned filter would look to the left
    out, cache = forward(x, w, np.array([100.0]), {"stride": 1, "pad": 0})
    np.testing.assert_array_equal(out, [[[[105.0, 108.0], [114.0, 117.0]]]], strict=True)
    dx, dw, db = backward(np.array([[[[1.0, 0.0], [0.0, 10.0]]]]), cache)
    np.testing.assert_array_equal(dx[0, 0], [[1, 2, 0], [0, 10, 20], [0, 0, 0]])
    np.testing.assert_array_equal(dw[0, 0], [[51, 62], [84, 95]])
    np.testing.assert_array_equal(db, [11])


@every_forward
def test_a_filter_with_a_single_one_moves_the_image(forward, rng):
    x = rng.standard_normal((2, 3, 4, 5))
    w = np.zeros((1, 3, 3, 3))
    w[0, 1, 2, 0] = 1  # channel 1, one row down and one column to the left of the middle
    out, _ = forward(x, w, np.zeros(1), {"stride": 1, "pad": 1})
    expected = np.zeros((2, 4, 5))
    expected[:, :-1, 1:] = x[:, 1, 1:, :-1]
    np.testing.assert_array_equal(out[:, 0], expected)


@every_forward
@every_case
def test_forward_equals_scipy(forward, rng, images, filters, stride, pad):
    x, w, b = arguments(rng, images, filters)
    out, _ = forward(x, w, b, {"stride": stride, "pad": pad})
    assert relative_error(out, convolution(x, w, b, stride, pad)) < 1e-14


# --------------------------------------------------------------------------------------- backward


@every_variant
@every_case
def test_backward_equals_scipy(forward, backward, rng, images, filters, stride, pad):
    x, w, b = arguments(rng, images, filters)
    out, cache = forward(x, w, b, {"stride": stride, "pad": pad})
    dout = rng.standard_normal(out.shape)
    expected = convolution_gradients(dout, x, w, stride, pad)
    for got, wanted in zip(backward(dout, cache), expected, strict=True):
        assert relative_error(got, wanted) < 1e-14


@every_variant
@every_case
def test_backward_equals_the_differences(forward, backward, rng, images, filters, stride, pad):
    x, w, b = arguments(rng, images, filters)
    conv_param = {"stride": stride, "pad": pad}
    out, cache = forward(x, w, b, conv_param)
    dout = rng.standard_normal(out.shape)
    dx, dw, db = backward(dout, cache)
    assert relative_error(dx, numerical_gradient(lambda x: forward(x, w, b, conv_param)[0], x, dout)) < 1e-7
    assert relative_error(dw, numerical_gradient(lambda w: forward(x, w, b, conv_param)[0], w, dout)) < 1e-7
    assert relative_error(db, numerical_gradient(lambda b: forward(x, w, b, conv_param)[0], b, dout)) < 1e-7


@every_variant
def test_pixels_that_no_window_reaches_have_no_influence_and_no_gradient(forward, backward, rng):
    x, w, b = arguments(rng, (2, 1, 6, 5), (2, 1, 3, 2))  # rows 0 to 4 and columns 0 to 3 are reached
    conv_param = {"stride": 2, "pad": 0}
    out, cache = forward(x, w, b, conv_param)
    changed = x.copy()
    changed[:, :, 5:, :] = changed[:, :, :, 4:] = 1e9
    np.testing.assert_array_equal(forward(changed, w, b, conv_param)[0], out)
    dx, _, _ = backward(rng.uniform(1, 2, out.shape), cache)
    reached = np.zeros(x.shape, dtype=bool)
    reached[:, :, :5, :4] = True
    np.testing.assert_array_equal(dx != 0, reached)


# ------------------------------------------------------------------------------ dtypes and memory


@every_variant
def test_float32_stays_float32(forward, backward, rng):
    x, w, b = arguments(rng)
    out, cache = forward(*(array.astype(np.float32) for array in (x, w, b)), {"stride": 2, "pad": 1})
    dout = rng.standard_normal(out.shape)
    singles = (out, *backward(dout.astype(np.float32), cache))
    exact = (convolution(x, w, b, 2, 1), *convolution_gradients(dout, x, w, 2, 1))
    for got, wanted in zip(singles, exact, strict=True):
        assert got.dtype == np.float32
        assert relative_error(got, wanted) < 1e-6


@every_variant
def test_integers_become_float64(forward, backward):
    x, w, b = np.arange(9).reshape(1, 1, 3, 3), np.array([[[[1, 2], [0, 0]]]]), np.array([1])
    out, cache = forward(x, w, b, {"stride": 1, "pad": 0})
    np.testing.assert_array_equal(out[0, 0], [[3, 6], [12, 15]])
    gradients = backward(np.ones((1, 1, 2, 2), dtype=int), cache)
    assert {array.dtype for array in (out, *gradients)} == {np.dtype(np.float64)}


@every_variant
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize(("size", "stride", "pad"), [(3, 2, 1), (1, 1, 0)])
def test_memory_layout_makes_no_difference(forward, backward, rng, layout, size, stride, pad):
    x, w, b = arguments(rng, filters=(4, 3, size, size))
    out, cache = forward(layout(x), layout(w), layout(b), {"stride": stride, "pad": pad})
    assert relative_error(out, convolution(x, w, b, stride, pad)) < 1e-14
    dout = rng.standard_normal(out.shape)
    expected = convolution_gradients(dout, x, w, stride, pad)
    for got, wanted in zip(backward(layout(dout), cache), expected, strict=True):
        assert relative_error(got, wanted) < 1e-14


@every_variant
@pytest.mark.parametrize(("size", "stride", "pad"), [(3, 2, 1), (1, 1, 0)])
def test_inputs_and_cache_are_not_changed(forward, backward, rng, size, stride, pad):
    given = arguments(rng, filters=(4, 3, size, size))
    x, w, b = (array.copy() for array in given)
    conv_param = {"stride": stride, "pad": pad}
    out, cache = forward(x, w, b, conv_param)
    dout = rng.standard_normal(out.shape)
    dout_before = dout.copy()
    out[...] = 0  # what a caller does with the result is no business of the cache
    first = backward(dout, cache)
    copies = [gradient.copy() for gradient in first]
    for gradient in first:
        gradient[...] = 0
    second = backward(dout, cache)
    for before, after in zip((*given, dout_before), (x, w, b, dout), strict=True):
        np.testing.assert_array_equal(before, after)
    for one, other in zip(copies, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert conv_param == {"stride": stride, "pad": pad}


@every_variant
def test_an_empty_batch(forward, backward):
    out, cache = forward(np.zeros((0, 2, 5, 5)), np.ones((3, 2, 3, 3)), np.ones(3), {"stride": 2, "pad": 1})
    assert out.shape == (0, 3, 3, 3)
    dx, dw, db = backward(out, cache)
    assert dx.shape == (0, 2, 5, 5)
    np.testing.assert_array_equal(dw, np.zeros((3, 2, 3, 3)), strict=True)
    np.testing.assert_array_equal(db, np.zeros(3), strict=True)


@every_variant
def test_numpy_integers_will_do_for_stride_and_pad(forward, backward, rng):
    x, w, b = arguments(rng)
    out, cache = forward(x, w, b, {"stride": np.int64(2), "pad": np.uint8(1)})
    assert relative_error(out, convolution(x, w, b, 2, 1)) < 1e-14
    assert backward(np.ones_like(out), cache)[0].shape == x.shape


@every_variant
def test_a_nan_reaches_only_the_outputs_and_gradients_that_depend_on_it(forward, backward, rng):
    x, w, b = arguments(rng, (2, 2, 5, 5), (2, 2, 3, 3))
    x[1, 0, 0, 0] = np.nan  # under the window of output (0, 0) alone, at its place (1, 1)
    out, cache = forward(x, w, b, {"stride": 2, "pad": 1})
    expected = np.zeros(out.shape, dtype=bool)
    expected[1, :, 0, 0] = True
    np.testing.assert_array_equal(np.isnan(out), expected)
    dx, dw, db = backward(rng.standard_normal(out.shape), cache)
    expected = np.zeros(w.shape, dtype=bool)
    expected[:, 0, 1, 1] = True
    np.testing.assert_array_equal(np.isnan(dw), expected)
    assert np.isfinite(dx).all()
    assert np.isfinite(db).all()


# ----------------------------------------------------------------------------------------- errors


@every_forward
@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        ((3, 5, 5), (2, 3, 3, 3), (2,), r"^x: got shape \(3, 5, 5\), wanted \(N, C, H, W\)$"),
        ((2, 3, 5, 5), (2, 4, 3, 3), (2,), r"^w: got shape \(2, 4, 3, 3\), wanted \(F, 3, HH, WW\)$"),
        ((2, 3, 5, 5), (2, 3, 3), (2,), r"^w: got shape \(2, 3, 3\), wanted \(F, 3, HH, WW\)$"),
        ((2, 3, 5, 5), (2, 3, 3, 3), (3,), r"^b: got shape \(3,\), wanted \(2,\)$"),
        ((2, 3, 5, 5), (2, 3, 3, 3), (2, 1), r"^b: got shape \(2, 1\), wanted \(2,\)$"),
        ((2, 3, 5, 5), (2, 3, 8, 3), (2,), r"^w \(height\): got size 8, wanted 1 to 7 \(input 5 and 1 of"),
        ((2, 3, 5, 4), (2, 3, 3, 7), (2,), r"^w \(width\): got size 7, wanted 1 to 6 \(input 4 and 1 of"),
        ((2, 3, 5, 5), (2, 3, 0, 3), (2,), r"^w \(height\): got size 0, wanted 1 to 7"),
    ],
)
def test_shapes_that_do_not_fit_are_named(forward, x, w, b, message):
    with pytest.raises(ValueError, match=message):
        forward(np.ones(x), np.ones(w), np.ones(b), {"stride": 1, "pad": 1})


@every_forward
@pytest.mark.parametrize(
    ("conv_param", "message"),
    [
        ({"pad": 1}, r"^conv_param: got keys \['pad'\], wanted the key 'stride'$"),
        ({"stride": 1}, r"^conv_param: got keys \['stride'\], wanted the key 'pad'$"),
        ({"stride": 0, "pad": 1}, r"^conv_param\['stride'\]: got 0, wanted a whole number of at least 1$"),
        ({"stride": 1.0, "pad": 1}, r"^conv_param\['stride'\]: got 1.0, wanted a whole number"),
        ({"stride": 1, "pad": -1}, r"^conv_param\['pad'\]: got -1, wanted a whole number of at least 0$"),
        ({"stride": 1, "pad": 0.5}, r"^conv_param\['pad'\]: got 0.5, wanted a whole number"),
        ({"stride": 1, "pad": True}, r"^conv_param\['pad'\]: got True, wanted a whole number"),
    ],
)
def test_wrong_parameters_are_named(forward, rng, conv_param, message):
    with pytest.raises(ValueError, match=message):
        forward(*arguments(rng), conv_param)


@every_variant
@pytest.mark.parametrize(
    "shape", [(2, 4, 3), (1, 4, 3, 4), (2, 4, 3, 1), (2, 1, 3, 4), (2, 4, 4, 3), (2, 4, 12)]
)
def test_upstream_gradient_of_another_shape_is_refused(forward, backward, rng, shape):
    out, cache = forward(*arguments(rng), {"stride": 2, "pad": 1})
    assert out.shape == (2, 4, 3, 4)
    with pytest.raises(ValueError, match=r"^dout: got shape .*, wanted \(2, 4, 3, 4\)$"):
        backward(np.ones(shape), cache)
