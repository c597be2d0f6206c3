"""What belongs to the fast paths alone: columns and images, parity with the loops, no loops of their own.

That each fast function is right by itself is shown in ``test_convolution`` and ``test_pooling``; what only
the compiled kernels can get wrong is in ``test_kernels``.
"""

from __future__ import annotations

import gc
import math
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.convolution import column_of_window
from oracles.gradients import relative_error
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
from reference.fast.im2col import col2im_indices, get_im2col_indices, im2col_indices
from reference.fast.pooling import (
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

CONVOLUTIONS = [
    (conv_forward_im2col, conv_backward_im2col),
    (conv_forward_strides, conv_backward_strides),
    (conv_forward_fast, conv_backward_fast),
    (dispatch.conv_forward_fast, dispatch.conv_backward_fast),
]
POOLINGS = [
    (max_pool_forward_im2col, max_pool_backward_im2col),
    (max_pool_forward_fast, max_pool_backward_fast),
    (dispatch.max_pool_forward_fast, dispatch.max_pool_backward_fast),
]
GEOMETRIES = {  # x_shape, field_height, field_width, padding, stride
    "as in the course": ((2, 3, 4, 4), 4, 4, 1, 2),
    "no padding": ((3, 2, 4, 5), 2, 3, 0, 1),
    "does not divide": ((2, 1, 6, 5), 3, 2, 1, 2),
    "gaps": ((1, 2, 7, 6), 2, 1, 0, 3),
    "1 x 1": ((2, 2, 3, 4), 1, 1, 0, 1),
}
every_geometry = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES.keys())
properties = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def places(geometry):
    """The top left corners of the windows in the padded image, in row-major order."""
    (_, _, height, width), field_height, field_width, padding, stride = geometry
    return [
        (top, left)
        for top in range(0, height + 2 * padding - field_height + 1, stride)
        for left in range(0, width + 2 * padding - field_width + 1, stride)
    ]


# --------------------------------------------------------------------------- columns from images


def test_columns_of_two_small_images_worked_by_hand():
    x = np.array([[[[1, 2, 3], [4, 5, 6]]], [[[10, 20, 30], [40, 50, 60]]]], dtype=float)
    expected = [  # the example runs fastest along a row
        [1, 10, 2, 20],
        [2, 20, 3, 30],
        [4, 40, 5, 50],
        [5, 50, 6, 60],
    ]
    np.testing.assert_array_equal(im2col_indices(x, 2, 2, padding=0, stride=1), expected)


def test_indices_worked_by_hand():
    k, i, j = get_im2col_indices((5, 2, 2, 3), 1, 2, padding=0, stride=1)
    np.testing.assert_array_equal(k, [[0], [0], [1], [1]])
    np.testing.assert_array_equal(i, [[0, 0, 1, 1]] * 4)
    np.testing.assert_array_equal(j, [[0, 1, 0, 1], [1, 2, 1, 2]] * 2)


def test_padding_and_stride_are_1_and_fields_3_unless_given(rng):
    x = rng.standard_normal((2, 2, 4, 4))
    for got, wanted in zip(
        get_im2col_indices(x.shape, 3, 3), get_im2col_indices(x.shape, 3, 3, 1, 1), strict=True
    ):
        np.testing.assert_array_equal(got, wanted)
    cols = im2col_indices(x, 3, 3)
    np.testing.assert_array_equal(cols, im2col_indices(x, 3, 3, padding=1, stride=1))
    assert cols.shape == (18, 32)
    np.testing.assert_array_equal(
        col2im_indices(cols, x.shape),
        col2im_indices(cols, x.shape, field_height=3, field_width=3, padding=1, stride=1),
    )


@every_geometry
def test_each_column_is_a_window(rng, geometry):
    shape, field_height, field_width, padding, stride = geometry
    x = rng.standard_normal(shape)
    columns = [
        column_of_window(image, top, left, field_height, field_width, padding)
        for top, left in places(geometry)
        for image in x
    ]
    cols = im2col_indices(x, field_height, field_width, padding, stride)
    np.testing.assert_array_equal(cols, np.array(columns).T, strict=True)


@every_geometry
def test_indices_pick_the_columns_from_the_padded_images(rng, geometry):
    shape, field_height, field_width, padding, stride = geometry
    x = rng.standard_normal(shape)
    k, i, j = get_im2col_indices(shape, field_height, field_width, padding, stride)
    rows = shape[1] * field_height * field_width
    assert k.shape == (rows, 1)
    assert i.shape == j.shape == (rows, len(places(geometry)))
    assert {k.dtype.kind, i.dtype.kind, j.dtype.kind} == {"i"}
    margin = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    for n, entries in enumerate(np.pad(x, margin)[:, k, i, j]):
        columns = [
            column_of_window(x[n], top, left, field_height, field_width, padding)
            for top, left in places(geometry)
        ]
        np.testing.assert_array_equal(entries, np.array(columns).T)


# --------------------------------------------------------------------------- images from columns


def test_columns_of_ones_count_the_windows_over_each_pixel():
    counts = col2im_indices(np.ones((4, 4)), (1, 1, 3, 3), 2, 2, padding=0, stride=1)
    np.testing.assert_array_equal(counts[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    counts = col2im_indices(np.ones((9, 4)), (1, 1, 3, 3), 3, 3, padding=1, stride=2)
    np.testing.assert_array_equal(counts[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    counts = col2im_indices(np.ones((4, 4)), (1, 1, 5, 5), 2, 2, padding=0, stride=3)
    gap = [1, 1, 0, 1, 1]
    np.testing.assert_array_equal(counts[0, 0], np.outer(gap, gap))


@every_geometry
def test_each_pixel_collects_its_copies(rng, geometry):
    shape, field_height, field_width, padding, stride = geometry
    # Give each pixel its number: the columns then say where every entry comes from, 0 for the margin.
    numbered = np.arange(1, math.prod(shape) + 1).reshape(shape)
    columns = [
        column_of_window(image, top, left, field_height, field_width, padding)
        for top, left in places(geometry)
        for image in numbered
    ]
    sources = np.array(columns, dtype=int).T
    cols = rng.standard_normal(sources.shape)
    expected = [cols[sources == number].sum() for number in range(1, math.prod(shape) + 1)]
    got = col2im_indices(cols, shape, field_height, field_width, padding, stride)
    assert got.shape == shape
    assert relative_error(got.ravel(), expected) < 1e-15


@every_geometry
def test_col2im_is_the_transpose_of_im2col(rng, geometry):
    shape, field_height, field_width, padding, stride = geometry
    x = rng.standard_normal(shape)
    cols = im2col_indices(x, field_height, field_width, padding, stride)
    other = rng.standard_normal(cols.shape)
    back = col2im_indices(other, shape, field_height, field_width, padding, stride)
    assert np.sum(cols * other) == pytest.approx(np.sum(x * back), rel=1e-12)


def test_float32_stays_float32_in_columns_and_images(rng):
    x = rng.standard_normal((2, 2, 4, 4)).astype(np.float32)
    cols = im2col_indices(x, 3, 3)
    assert cols.dtype == np.float32
    assert col2im_indices(cols, x.shape).dtype == np.float32


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference_to_columns_and_images(rng, layout):
    x = rng.standard_normal((2, 2, 4, 5))
    cols = im2col_indices(x, 3, 2)
    np.testing.assert_array_equal(im2col_indices(layout(x), 3, 2), cols)
    np.testing.assert_array_equal(
        col2im_indices(layout(cols), x.shape, 3, 2), col2im_indices(cols, x.shape, 3, 2)
    )


def test_columns_and_images_leave_their_input_alone(rng):
    x = rng.standard_normal((2, 2, 4, 4))
    x_before = x.copy()
    cols = im2col_indices(x, 1, 1, padding=0)
    cols_before = cols.copy()
    col2im_indices(cols, x.shape, 1, 1, padding=0)[...] = 0
    np.testing.assert_array_equal(cols, cols_before)
    cols[...] = 0
    np.testing.assert_array_equal(x, x_before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 3, 4), 2, 2), r"^x_shape: got \(2, 3, 4\), wanted four numbers \(N, C, H, W\)$"),
        (((2, 3, 4, 5), 7, 2), r"^field_height: got size 7, wanted 1 to 6"),
        (((2, 3, 4, 5), 2, 8), r"^field_width: got size 8, wanted 1 to 7"),
        (((2, 3, 4, 5), 0, 2), r"^field_height: got 0, wanted a whole number of at least 1$"),
        (((2, 3, 4, 5), 2, 2.0), r"^field_width: got 2.0, wanted a whole number"),
        (((2, 3, 4, 5), 2, 2, -1), r"^padding: got -1, wanted a whole number of at least 0$"),
        (((2, 3, 4, 5), 2, 2, 1, 0), r"^stride: got 0, wanted a whole number of at least 1$"),
    ],
)
def test_impossible_columns_are_named(arguments, message):
    x_shape, *geometry = arguments
    with pytest.raises(ValueError, match=message):
        get_im2col_indices(x_shape, *geometry)
    with pytest.raises(ValueError, match=message):
        col2im_indices(np.ones((12, 4)), x_shape, *geometry)
    if len(x_shape) == 4:
        with pytest.raises(ValueError, match=message):
            im2col_indices(np.ones(x_shape), *geometry)


def test_columns_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"^cols: got shape \(9, 16\), wanted \(18, 32\)$"):
        col2im_indices(np.ones((9, 16)), (2, 2, 4, 4))


# ------------------------------------------------------------------------- parity with the loops


@st.composite
def convolutions(draw):
    """x_shape, w_shape, stride and pad of a convolution that is possible."""
    size = st.integers(1, 6)
    x_shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(size), draw(size))
    pad = draw(st.integers(0, 2))
    height = draw(st.integers(1, min(4, x_shape[2] + 2 * pad)))
    width = draw(st.integers(1, min(4, x_shape[3] + 2 * pad)))
    w_shape = (draw(st.integers(1, 3)), x_shape[1], height, width)
    return x_shape, w_shape, draw(st.integers(1, 4)), pad


@st.composite
def poolings(draw):
    """x_shape and pool_param of a pooling that is possible."""
    x_shape = (
        draw(st.integers(1, 2)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 7)),
        draw(st.integers(1, 7)),
    )
    return x_shape, {
        "pool_height": draw(st.integers(1, x_shape[2])),
        "pool_width": draw(st.integers(1, x_shape[3])),
        "stride": draw(st.integers(1, 4)),
    }


@properties
@given(convolutions(), st.integers(0, 2**32 - 1))
def test_convolutions_of_any_shape_agree_with_the_loops(shapes, seed):
    x_shape, w_shape, stride, pad = shapes
    rng = np.random.default_rng(seed)
    x, w, b = rng.standard_normal(x_shape), rng.standard_normal(w_shape), rng.standard_normal(w_shape[0])
    conv_param = {"stride": stride, "pad": pad}
    out, cache = conv_forward_naive(x, w, b, conv_param)
    dout = rng.standard_normal(out.shape)
    gradients = conv_backward_naive(dout, cache)
    for forward, backward in CONVOLUTIONS:
        fast_out, fast_cache = forward(x, w, b, conv_param)
        for got, wanted in zip((fast_out, *backward(dout, fast_cache)), (out, *gradients), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-10, strict=True)


@properties
@given(poolings(), st.booleans(), st.integers(0, 2**32 - 1))
def test_poolings_of_any_shape_agree_with_the_loops(shapes, with_ties, seed):
    x_shape, pool_param = shapes
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, 2, x_shape).astype(float) if with_ties else rng.standard_normal(x_shape)
    out, cache = max_pool_forward_naive(x, pool_param)
    dout = rng.standard_normal(out.shape)
    dx = max_pool_backward_naive(dout, cache)
    for forward, backward in POOLINGS:
        fast_out, fast_cache = forward(x, pool_param)
        np.testing.assert_array_equal(fast_out, out, strict=True)
        np.testing.assert_allclose(backward(dout, fast_cache), dx, rtol=0, atol=1e-10, strict=True)


@properties
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 4),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_tiles_of_any_shape_agree_with_the_loops(blocks, size, with_ties, seed):
    x_shape = (*blocks[:2], blocks[2] * size, blocks[3] * size)
    pool_param = {"pool_height": size, "pool_width": size, "stride": size}
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, 2, x_shape).astype(float) if with_ties else rng.standard_normal(x_shape)
    out, cache = max_pool_forward_naive(x, pool_param)
    dout = rng.standard_normal(out.shape)
    fast_out, fast_cache = max_pool_forward_reshape(x, pool_param)
    np.testing.assert_array_equal(fast_out, out, strict=True)
    np.testing.assert_array_equal(
        max_pool_backward_reshape(dout, fast_cache), max_pool_backward_naive(dout, cache), strict=True
    )


# ------------------------------------------------------------------------- ---- no loops


def executed_lines(forward, backward, x_shape, *arguments):
    """How many lines of Python a forward and a backward pass execute."""
    x = np.zeros(x_shape)
    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    gc.disable()  # hypothesis has a callback in the collector, whose lines would count
    sys.settrace(trace)
    try:
        out, cache = forward(x, *arguments)
        backward(out, cache)
    finally:
        sys.settrace(before)
        gc.enable()
    return lines


def full_name(function):
    return f"{function.__module__}.{function.__name__}"


LAYERS = [
    pytest.param(
        *pair,
        (np.ones((2, 1, 3, 3)), np.zeros(2), {"stride": 1, "pad": 1}),
        id=f"{pair[0].__module__}.{pair[0].__name__}",
    )
    for pair in [(conv_forward_naive, conv_backward_naive), *CONVOLUTIONS]
] + [
    pytest.param(
        *pair,
        ({"pool_height": 2, "pool_width": 2, "stride": 2},),
        id=f"{pair[0].__module__}.{pair[0].__name__}",
    )
    for pair in [
        (max_pool_forward_naive, max_pool_backward_naive),
        (max_pool_forward_reshape, max_pool_backward_reshape),
        *POOLINGS,
    ]
]


@pytest.mark.parametrize(("forward", "backward", "arguments"), LAYERS)
def test_fast_layers_never_loop_over_images_or_pixels(forward, backward, arguments):
    def settled(shape):
        executed_lines(forward, backward, shape, *arguments)  # what runs only the first time
        return executed_lines(forward, backward, shape, *arguments)

    few, more_images, more_pixels = settled((1, 1, 4, 4)), settled((9, 1, 4, 4)), settled((1, 1, 8, 8))
    if "naive" in forward.__name__:  # this count does see loops
        assert more_images > 5 * few
        assert more_pixels > 2 * few
    else:
        assert few == more_images == more_pixels
