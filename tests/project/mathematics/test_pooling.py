"""Max pooling in all its variants: what holds for the naive loops must hold for the fast paths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles.convolution import max_pool, max_pool_gradient
from oracles.gradients import numerical_gradient, relative_error
from oracles.layouts import LAYOUTS
from reference.fast import dispatch
from reference.fast.pooling import (
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

VARIANTS = {
    "naive": (max_pool_forward_naive, max_pool_backward_naive),
    "im2col": (max_pool_forward_im2col, max_pool_backward_im2col),
    "fast": (max_pool_forward_fast, max_pool_backward_fast),
    "dispatch": (dispatch.max_pool_forward_fast, dispatch.max_pool_backward_fast),
    "reshape": (max_pool_forward_reshape, max_pool_backward_reshape),
}

TILES = {  # shape of x; height, width and stride of the windows
    "as in the course": ((2, 3, 4, 4), (2, 2, 2)),
    "wide image": ((2, 2, 4, 8), (2, 2, 2)),
    "windows of 3": ((2, 1, 3, 6), (3, 3, 3)),
    "one window": ((1, 2, 3, 3), (3, 3, 3)),
    "windows of 1": ((2, 2, 3, 2), (1, 1, 1)),
}
OTHERS = {
    "windows overlap": ((2, 2, 5, 5), (3, 3, 2)),
    "windows overlap by all but one": ((1, 2, 4, 5), (2, 2, 1)),
    "tall windows": ((2, 2, 6, 5), (3, 1, 2)),
    "wide windows overlap in one direction": ((2, 2, 4, 7), (2, 3, 2)),
    "windows leave gaps": ((2, 2, 7, 8), (2, 1, 3)),
    "windows do not divide": ((2, 2, 5, 7), (2, 2, 2)),
    "width does not divide": ((2, 2, 4, 5), (2, 2, 2)),
    "the window is the image": ((1, 2, 3, 4), (3, 4, 2)),
}
CASES = [
    pytest.param(*pair, *case, id=f"{variant}-{name}")
    for variant, pair in VARIANTS.items()
    for name, case in (TILES if variant == "reshape" else TILES | OTHERS).items()
]

every_variant = pytest.mark.parametrize(("forward", "backward"), VARIANTS.values(), ids=VARIANTS.keys())
every_forward = pytest.mark.parametrize(
    "forward", [pair[0] for pair in VARIANTS.values()], ids=VARIANTS.keys()
)
every_case = pytest.mark.parametrize(("forward", "backward", "images", "window"), CASES)
of_any_window = pytest.mark.parametrize(
    ("forward", "backward"), list(VARIANTS.values())[:4], ids=list(VARIANTS)[:4]
)

TWO = {"pool_height": 2, "pool_width": 2, "stride": 2}


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def parameters(window):
    return dict(zip(("pool_height", "pool_width", "stride"), window, strict=True))


def apart(rng, shape):
    """Numbers in random order that are at least 0.1 apart: no ties, and no kink within a step of 1e-5."""
    return (rng.permutation(int(np.prod(shape))).reshape(shape) - 20) / 10


# ---------------------------------------------------------------------------------------- forward


@every_forward
def test_forward_has_the_values_of_the_course(forward):
    x = np.linspace(-0.3, 0.4, num=2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    expected = [
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]],
        ],
    ]
    out, _ = forward(x, TWO)
    np.testing.assert_allclose(out, expected, rtol=0, atol=5.1e-9, strict=True)
    np.testing.assert_array_equal(out, max_pool(x, 2, 2, 2)[0])
    # The course prints how far its eight digits are from the exact result, to sixteen digits.
    distance = np.max(np.abs(out - expected) / (np.abs(out) + np.abs(expected)))
    assert distance == pytest.approx(4.1666665157267834e-08, rel=1e-6)


@every_variant
def test_one_image_worked_by_hand(forward, backward):
    x = np.array(
        [[[[1.0, 9.0, 2.0, 3.0], [4.0, 5.0, 8.0, 7.0], [-4.0, -3.0, 0.0, 0.0], [-1.0, -2.0, 0.0, 6.0]]]]
    )
    out, cache = forward(x, TWO)
    np.testing.assert_array_equal(out, [[[[9.0, 8.0], [-1.0, 6.0]]]], strict=True)
    dx = backward(np.array([[[[10.0, 20.0], [30.0, -40.0]]]]), cache)
    expected = [[0, 10, 0, 0], [0, 0, 20, 0], [0, 0, 0, 0], [30, 0, 0, -40]]
    np.testing.assert_array_equal(dx[0, 0], expected)


@of_any_window
def test_a_pixel_that_wins_several_windows_gets_the_sum(forward, backward):
    x = np.array([[[[0.0, 1.0, 2.0], [3.0, 9.0, 4.0], [5.0, 6.0, 7.0]]]])
    out, cache = forward(x, {"pool_height": 2, "pool_width": 2, "stride": 1})
    np.testing.assert_array_equal(out, np.full((1, 1, 2, 2), 9.0), strict=True)
    dx = backward(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]), cache)
    np.testing.assert_array_equal(dx[0, 0], [[0, 0, 0], [0, 1111, 0], [0, 0, 0]])


@every_case
def test_forward_equals_the_scalar_loops(forward, backward, rng, images, window):
    x = rng.standard_normal(images)
    out, _ = forward(x, parameters(window))
    np.testing.assert_array_equal(out, max_pool(x, *window)[0], strict=True)


# --------------------------------------------------------------------------------------- backward


@every_case
def test_backward_equals_the_scalar_loops(forward, backward, rng, images, window):
    x = rng.standard_normal(images)
    out, cache = forward(x, parameters(window))
    dout = rng.standard_normal(out.shape)
    assert relative_error(backward(dout, cache), max_pool_gradient(dout, x, *window)) < 1e-15


@every_case
def test_backward_equals_the_differences(forward, backward, rng, images, window):
    x, pool_param = apart(rng, images), parameters(window)
    out, cache = forward(x, pool_param)
    dout = rng.standard_normal(out.shape)
    numerical = numerical_gradient(lambda x: forward(x, pool_param)[0], x, dout)
    assert relative_error(backward(dout, cache), numerical) < 1e-7


# --------------------------------------------------------------------------------- ties and NaN


@every_case
def test_the_first_of_equal_maxima_takes_the_gradient(forward, backward, rng, images, window):
    x = rng.integers(0, 2, images).astype(float)  # nearly every window holds its maximum several times
    out, cache = forward(x, parameters(window))
    np.testing.assert_array_equal(out, max_pool(x, *window)[0])
    dout = rng.integers(1, 9, out.shape).astype(float)  # whole numbers: sums are exact in any order
    np.testing.assert_array_equal(backward(dout, cache), max_pool_gradient(dout, x, *window))


@every_variant
@pytest.mark.parametrize("value", [0.0, -3.5, -np.inf, np.inf])
def test_a_constant_image_sends_the_gradient_to_the_first_corners(forward, backward, rng, value):
    out, cache = forward(np.full((1, 2, 4, 4), value), TWO)
    np.testing.assert_array_equal(out, np.full((1, 2, 2, 2), value), strict=True)
    dout = rng.standard_normal(out.shape)
    expected = np.zeros((1, 2, 4, 4))
    expected[:, :, ::2, ::2] = dout
    np.testing.assert_array_equal(backward(dout, cache), expected)


@every_variant
@pytest.mark.parametrize(
    ("window", "winner"),
    [
        ([[1.0, np.nan], [5.0, 2.0]], (0, 1)),
        ([[np.inf, 0.0], [0.0, np.nan]], (1, 1)),
        ([[7.0, 0.0], [np.nan, np.nan]], (1, 0)),
        ([[np.nan, np.nan], [np.nan, np.nan]], (0, 0)),
    ],
)
def test_a_nan_is_the_result_and_the_first_one_takes_the_gradient(forward, backward, window, winner):
    x = np.zeros((1, 1, 2, 4))
    x[0, 0, :, :2] = window
    x[0, 0, 1, 2] = 3.0
    out, cache = forward(x, TWO)
    np.testing.assert_array_equal(out, [[[[np.nan, 3.0]]]])
    dx = backward(np.array([[[[10.0, 20.0]]]]), cache)
    expected = np.zeros((2, 4))
    expected[winner], expected[1, 2] = 10.0, 20.0
    np.testing.assert_array_equal(dx[0, 0], expected)


@every_variant
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_infinite_gradient_does_not_spread(forward, backward, value):
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    _, cache = forward(x, TWO)
    dx = backward(np.array([[[[value, 1.0], [1.0, 1.0]]]]), cache)
    expected = np.zeros((4, 4))
    expected[1::2, 1::2] = [[value, 1.0], [1.0, 1.0]]
    np.testing.assert_array_equal(dx[0, 0], expected)


# ------------------------------------------------------------------------------ dtypes and memory


@every_variant
def test_float32_stays_float32(forward, backward, rng):
    x = rng.standard_normal((2, 3, 4, 6)).astype(np.float32)
    out, cache = forward(x, TWO)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, max_pool(x, 2, 2, 2)[0])
    dout = rng.standard_normal(out.shape).astype(np.float32)
    dx = backward(dout, cache)
    assert dx.dtype == np.float32
    np.testing.assert_array_equal(dx, max_pool_gradient(dout, x, 2, 2, 2))


@every_variant
def test_integers_become_float64(forward, backward):
    out, cache = forward(np.arange(16).reshape(1, 1, 4, 4), TWO)
    np.testing.assert_array_equal(out, [[[[5.0, 7.0], [13.0, 15.0]]]], strict=True)
    assert backward(np.ones((1, 1, 2, 2), dtype=int), cache).dtype == np.float64


@every_variant
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference(forward, backward, rng, layout):
    x = rng.standard_normal((2, 3, 4, 6))
    out, cache = forward(layout(x), TWO)
    np.testing.assert_array_equal(out, max_pool(x, 2, 2, 2)[0])
    dout = rng.standard_normal(out.shape)
    np.testing.assert_array_equal(backward(layout(dout), cache), max_pool_gradient(dout, x, 2, 2, 2))


@of_any_window
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference_to_overlapping_windows(forward, backward, rng, layout):
    x = rng.standard_normal((2, 3, 5, 6))
    out, cache = forward(layout(x), {"pool_height": 3, "pool_width": 2, "stride": 1})
    np.testing.assert_array_equal(out, max_pool(x, 3, 2, 1)[0])
    dout = rng.standard_normal(out.shape)
    assert relative_error(backward(layout(dout), cache), max_pool_gradient(dout, x, 3, 2, 1)) < 1e-15


@every_variant
@pytest.mark.parametrize("window", [(2, 2, 2), (1, 1, 1)])
def test_inputs_and_cache_are_not_changed(forward, backward, rng, window):
    given = rng.standard_normal((2, 3, 4, 6))
    x, pool_param = given.copy(), parameters(window)
    out, cache = forward(x, pool_param)
    dout = rng.standard_normal(out.shape)
    dout_before = dout.copy()
    out[...] = 0  # what a caller does with the result is no business of the cache
    first = backward(dout, cache)
    copy = first.copy()
    first[...] = 0
    np.testing.assert_array_equal(backward(dout, cache), copy)
    np.testing.assert_array_equal(x, given)
    np.testing.assert_array_equal(dout, dout_before)
    assert pool_param == parameters(window)


@every_variant
def test_an_empty_batch(forward, backward):
    out, cache = forward(np.zeros((0, 2, 4, 4)), TWO)
    assert out.shape == (0, 2, 2, 2)
    assert backward(out, cache).shape == (0, 2, 4, 4)


# ----------------------------------------------------------------------------------------- errors


@every_forward
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pool_height": 5}, r"^pool_param\['pool_height'\]: got size 5, wanted 1 to 4 \(input 4\)$"),
        ({"pool_width": 7}, r"^pool_param\['pool_width'\]: got size 7, wanted 1 to 6 \(input 6\)$"),
        ({"pool_height": 0}, r"^pool_param\['pool_height'\]: got 0, wanted a whole number of at least 1$"),
        ({"pool_width": 2.0}, r"^pool_param\['pool_width'\]: got 2.0, wanted a whole number"),
        ({"stride": 0}, r"^pool_param\['stride'\]: got 0, wanted a whole number of at least 1$"),
    ],
)
def test_wrong_parameters_are_named(forward, change, message):
    with pytest.raises(ValueError, match=message):
        forward(np.ones((2, 3, 4, 6)), TWO | change)


@every_forward
@pytest.mark.parametrize("key", ["pool_height", "pool_width", "stride"])
def test_missing_parameters_are_named(forward, key):
    incomplete = {name: 2 for name in TWO if name != key}
    with pytest.raises(ValueError, match=rf"^pool_param: got keys \[.*\], wanted the key '{key}'$"):
        forward(np.ones((2, 3, 4, 6)), incomplete)


@every_forward
def test_images_without_an_axis_are_refused(forward):
    with pytest.raises(ValueError, match=r"^x: got shape \(3, 4, 4\), wanted \(N, C, H, W\)$"):
        forward(np.ones((3, 4, 4)), TWO)


@every_variant
@pytest.mark.parametrize("shape", [(2, 3, 2), (1, 3, 2, 3), (2, 3, 2, 1), (2, 3, 3, 2), (2, 3, 4, 6)])
def test_upstream_gradient_of_another_shape_is_refused(forward, backward, rng, shape):
    _, cache = forward(rng.standard_normal((2, 3, 4, 6)), TWO)
    with pytest.raises(ValueError, match=r"^dout: got shape .*, wanted \(2, 3, 2, 3\)$"):
        backward(np.ones(shape), cache)


@pytest.mark.parametrize(("images", "window"), OTHERS.values(), ids=OTHERS.keys())
def test_the_reshape_version_refuses_windows_that_are_no_tiles(images, window):
    with pytest.raises(ValueError, match=r"^pool_param: got windows of .*, wanted square windows"):
        max_pool_forward_reshape(np.ones(images), parameters(window))
