"""Mistakes of im2col and col2im."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray, IntArray
from reference.fast.im2col import col2im_indices, get_im2col_indices, im2col_indices
from reference.mistakes._record import mistake

ImageShape = tuple[int, int, int, int]


@mistake(
    of="get_im2col_indices",
    says="The stride is used for the columns of the image but not for its rows.",
    asks="In which two directions do the windows move, and does the stride appear in both?",
)
def stride_on_the_columns_only(
    x_shape: ImageShape, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> tuple[IntArray, IntArray, IntArray]:
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    top = i[0] - i[0] // stride  # what the rows lose when the windows move by one
    return k, i - top, j


@mistake(
    of="get_im2col_indices",
    says="The channel changes with every entry of a window, but it should change after the last one.",
    asks="How many entries of a column belong to the first channel, and where do they stand?",
)
def channels_run_fastest(
    x_shape: ImageShape, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> tuple[IntArray, IntArray, IntArray]:
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    return np.arange(len(k)).reshape(-1, 1) % x_shape[1], i, j


@mistake(
    of="im2col_indices",
    says="The columns of one image stand side by side, but the image should change from column to column.",
    asks="In which order does the docstring name the three things that the columns run through?",
)
def images_run_slowest(
    x: FloatArray, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> FloatArray:
    cols = im2col_indices(x, field_height, field_width, padding, stride)
    return cols.reshape(len(cols), -1, len(x)).transpose(0, 2, 1).reshape(cols.shape)


@mistake(
    of="im2col_indices",
    says="The images are padded with copies of their border and not with zeros.",
    asks="Which number does the handout want outside of the image?",
)
def border_copied(
    x: FloatArray, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> FloatArray:
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")
    return im2col_indices(wide, field_height, field_width, 0, stride)


@mistake(
    of="col2im_indices",
    says="Where columns hold the same pixel, one of them replaces the others: they are not added up.",
    asks="What does an assignment with an index array do where an index occurs twice?",
)
def overlaps_not_added(
    cols: FloatArray,
    x_shape: ImageShape,
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> FloatArray:
    N, C, H, W = x_shape
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    x = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    x[:, k, i, j] = cols.reshape(*i.shape, N).transpose(2, 0, 1)
    return x[:, :, padding : padding + H, padding : padding + W]


@mistake(
    of="col2im_indices",
    says="The margin is cut off by counting from the end, which leaves nothing when there is no padding.",
    asks="What does a slice select that ends at minus zero?",
)
def nothing_left_without_padding(
    cols: FloatArray,
    x_shape: ImageShape,
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> FloatArray:
    x = col2im_indices(cols, x_shape, field_height, field_width, padding, stride)
    return x if padding else x[:, :, 0:0, 0:0]


@mistake(
    of="col2im_indices",
    says="The margin that the padding added is not cut off.",
    asks="Which shape should the images have: with or without their padding?",
)
def margin_left_on(
    cols: FloatArray,
    x_shape: ImageShape,
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> FloatArray:
    N, C, H, W = x_shape
    wide = (N, C, H + 2 * padding, W + 2 * padding)
    return col2im_indices(cols, wide, field_height, field_width, 0, stride)
