r"""Max pooling for all the windows at once.

The result is that of `reference.pooling`, bit for bit: a maximum is not rounded. What differs is the
order of the work.

One place of the window at a time
    The naive loops take one window after the other and look at all its places (p, q). Turned inside
    out, one takes one place after the other and looks at it in all the windows: x at (p, q) of every
    window is an array E[p, q] of the shape of out, and ::

        out = max(E[0, 0], E[0, 1], ..., E[PH - 1, PW - 1])       elementwise

    That is PH PW steps of vectorized work. In the backward pass E[p, q] equals out wherever the maximum
    lies at (p, q), so there dout is passed on to the pixels that E[p, q] was taken from. Going through
    the places in row-major order and crossing off each window that has passed its gradient on gives
    the documented tie rule (first maximum takes all); a NaN equals nothing, not even itself, so it is
    asked for by name.

How to get E[p, q]
    ``_reshape``: if the windows are square blocks that tile the image (PH = PW = S, and S divides H and
    W), splitting the two image axes is enough: x as (N, C, H / S, S, W / S, S), place (p, q) is
    [:, :, :, p, :, q]. Otherwise the windows come as a strided view, where they may overlap or leave
    gaps. A common form of the reshape version compares x with out in one go and splits the gradient
    among ties; this one does not, so that all the versions agree.

``_im2col``: one window is one column
    Treat each channel as an image of its own; then im2col makes each window a column of PH PW numbers,
    and the place of the maximum is ``argmax`` along the columns. It copies the whole input PH PW / S^2
    times, more than the reshape version, and is here for comparison.

Source: CS231n course notes, "Convolutional Networks", section "Pooling Layer".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, IntArray, floats
from reference.fast._windows import ImageShape, take_windows
from reference.fast.im2col import col2im_indices, im2col_indices

# BEGIN SOLUTION
from reference.pooling import PoolArguments, pool_arguments

# END SOLUTION


# BEGIN SOLUTION
class PlacesCache(NamedTuple):
    """What the backward pass needs when it goes through the places of the window."""

    x: FloatArray  # (N, C, H, W)
    out: FloatArray  # (N, C, H', W')
    pool_height: int
    pool_width: int
    stride: int
    tiled: bool  # whether the windows are square blocks that tile the images


class PoolColumnCache(NamedTuple):
    """What the backward pass needs with im2col: where in its column each maximum is."""

    x_shape: ImageShape
    winners: IntArray  # (H' W' N C,), rows of the column matrix
    pool_height: int
    pool_width: int
    stride: int
    out_shape: ImageShape  # (N, C, H', W')


def tiles(x: FloatArray, pool_height: int, pool_width: int, stride: int) -> bool:
    """Whether the windows are square blocks without overlap, gap or rest."""
    return pool_height == pool_width == stride and x.shape[2] % stride == 0 and x.shape[3] % stride == 0


def split_blocks(x: FloatArray, size: int) -> FloatArray:
    """Images (N, C, H, W) as blocks (N, C, size, size, H / size, W / size), without a copy."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // size, size, W // size, size).transpose(0, 1, 3, 5, 2, 4)


def forward_by_places(arguments: PoolArguments, tiled: bool) -> tuple[FloatArray, PlacesCache]:
    """Forward pass, one place of the window at a time."""
    x, PH, PW, stride, _, _ = arguments
    windows = split_blocks(x, stride) if tiled else take_windows(x, PH, PW, stride)
    out = windows[:, :, 0, 0].copy()
    for p, q in np.ndindex(PH, PW):
        np.maximum(out, windows[:, :, p, q], out=out)
    return out, PlacesCache(x, out, PH, PW, stride, tiled)


def backward_by_places(dout: FloatArray, cache: PlacesCache) -> FloatArray:
    """Backward pass, one place of the window at a time."""
    x, out, PH, PW, stride, tiled = cache
    dout = floats("dout", dout, *out.shape)
    dx = np.zeros(x.shape, dtype=dout.dtype)
    return dx


# END SOLUTION
