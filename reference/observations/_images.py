"""What to call the layers for images on: convolution, pooling and the columns of the fast path."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.convolution import conv_forward_naive
from reference.fast.convolution import conv_forward_fast, conv_forward_im2col, conv_forward_strides
from reference.fast.im2col import get_im2col_indices, im2col_indices
from reference.fast.pooling import (
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from reference.observations._capture import Case, Cases, Implementation, Seen
from reference.observations._layers import Arguments, backward_cases, distinct, forward_cases
from reference.pooling import max_pool_forward_naive


def _convolution(x: tuple[int, ...], w: tuple[int, ...], stride: int, pad: int) -> Arguments:
    return lambda rng: (
        rng.normal(size=x),
        rng.normal(size=w),
        rng.normal(size=w[0]),
        {"stride": stride, "pad": pad},
    )


CONVOLUTION: dict[str, Arguments] = {
    "stride 1, pad 1": _convolution((2, 3, 4, 5), (4, 3, 3, 3), 1, 1),
    "stride 2, pad 0": _convolution((2, 3, 7, 9), (2, 3, 3, 3), 2, 0),
    "filter not square": _convolution((2, 2, 6, 9), (3, 2, 4, 3), 2, 1),
    "border unused": _convolution((2, 3, 6, 6), (2, 3, 3, 3), 2, 0),
}


def _pooling(x: tuple[int, ...], height: int, width: int, stride: int) -> Arguments:
    return lambda rng: (
        distinct(rng, *x),
        {"pool_height": height, "pool_width": width, "stride": stride},
    )


def _ties(rng: np.random.Generator) -> tuple[Any, ...]:
    x, pool_param = np.maximum(distinct(rng, 2, 3, 4, 6), 0), {"pool_height": 2, "pool_width": 2, "stride": 2}
    x[:, :, :2, :2] = 0  # at least one window of nothing but ties
    return x, pool_param


POOLING: dict[str, Arguments] = {
    "2 x 2": _pooling((2, 3, 4, 6), 2, 2, 2),
    "window not square": _pooling((2, 2, 6, 9), 2, 3, 2),
    "windows overlap": _pooling((2, 2, 5, 7), 3, 3, 2),
    "gaps between windows": _pooling((2, 2, 8, 11), 2, 2, 3),
}
TILES: dict[str, Arguments] = {
    "2 x 2": _pooling((2, 3, 4, 6), 2, 2, 2),
    "3 x 3": _pooling((3, 2, 6, 9), 3, 3, 3),
}
POOLING_BACKWARD: dict[str, Arguments] = POOLING | {"ties": _ties}


def _columns_case(x_shape: tuple[int, int, int, int], *geometry: int) -> Case:
    def case(im2col: Implementation, rng: np.random.Generator) -> Seen:
        yield "cols", im2col(rng.normal(size=x_shape), *geometry)

    return case


def _images_case(x_shape: tuple[int, int, int, int], *geometry: int) -> Case:
    def case(col2im: Implementation, rng: np.random.Generator) -> Seen:
        cols = im2col_indices(np.zeros(x_shape), *geometry)
        yield "x", col2im(rng.normal(size=cols.shape), x_shape, *geometry)

    return case


def _indices_case(x_shape: tuple[int, int, int, int], *geometry: int) -> Case:
    def case(indices: Implementation, rng: np.random.Generator) -> Seen:
        # The shapes of the three are a matter of taste; what they pick from the padded images is not.
        shape = np.broadcast_shapes(*(index.shape for index in get_im2col_indices(x_shape, *geometry)))
        for name, index in zip(("channel", "row", "column"), indices(x_shape, *geometry), strict=True):
            yield name, np.broadcast_to(index, shape)

    return case


_GEOMETRIES: dict[str, tuple[tuple[int, int, int, int], int, int, int, int]] = {
    "stride 1, padding 1": ((2, 3, 4, 5), 3, 3, 1, 1),
    "stride 2, padding 0": ((2, 3, 7, 9), 3, 3, 0, 2),
    "window not square": ((2, 2, 6, 9), 4, 3, 1, 2),
}
_CONVOLUTIONS: dict[str, tuple[Implementation, str]] = {
    "conv_forward_naive": (conv_forward_naive, "conv_backward_naive"),
    "conv_forward_fast": (conv_forward_fast, "conv_backward_fast"),
    "conv_forward_im2col": (conv_forward_im2col, "conv_backward_im2col"),
    "conv_forward_strides": (conv_forward_strides, "conv_backward_strides"),
}
_POOLINGS: dict[str, tuple[Implementation, str]] = {
    "max_pool_forward_naive": (max_pool_forward_naive, "max_pool_backward_naive"),
    "max_pool_forward_fast": (max_pool_forward_fast, "max_pool_backward_fast"),
    "max_pool_forward_im2col": (max_pool_forward_im2col, "max_pool_backward_im2col"),
}

CASES: dict[str, Cases] = {
    **{forward: forward_cases(CONVOLUTION) for forward in _CONVOLUTIONS},
    **{
        backward: backward_cases(forward, CONVOLUTION, "dx", "dw", "db")
        for forward, backward in _CONVOLUTIONS.values()
    },
    **{forward: forward_cases(POOLING) for forward in _POOLINGS},
    **{backward: backward_cases(forward, POOLING_BACKWARD, "dx") for forward, backward in _POOLINGS.values()},
    "max_pool_forward_reshape": forward_cases(TILES),
    "max_pool_backward_reshape": backward_cases(max_pool_forward_reshape, TILES | {"ties": _ties}, "dx"),
    "get_im2col_indices": {name: _indices_case(*geometry) for name, geometry in _GEOMETRIES.items()},
    "im2col_indices": {name: _columns_case(*geometry) for name, geometry in _GEOMETRIES.items()},
    "col2im_indices": {name: _images_case(*geometry) for name, geometry in _GEOMETRIES.items()},
}
