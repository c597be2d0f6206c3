"""The fast path as everyone should call it: compiled kernels where they are, NumPy where not.

The functions are those of `reference.fast.convolution` and `reference.fast.pooling` that end in
``_fast``, with the same arguments, results and errors. The NumPy code is used where the kernels were not
built, and always for what they do not do: dtypes other than float32 and float64, empty arrays, pooling
windows of more than 256 pixels.

Zeros and NaN. In the backward pass the kernels multiply by zeros that the formulas do not contain (beside
the gradient of the output). That changes nothing while the other factor is finite; a NaN or infinity
would spread to pixels and filter places that no window connects with it. So where there is one, the
gradients are computed again in NumPy.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, overload

import numpy as np

from reference._checks import FloatArray, IntArray, floats, window_count
from reference.convolution import ConvCache, conv_arguments
from reference.fast import _backend, convolution, pooling
from reference.fast._backend import CHOICE
from reference.fast._windows import ImageShape
from reference.fast.convolution import ColumnCache
from reference.fast.pooling import PlaceCache
from reference.pooling import pool_arguments

_COMPILED = (np.dtype(np.float32), np.dtype(np.float64))


class WinnerCache(NamedTuple):
    """What the backward pass of compiled max pooling needs."""

    x_shape: ImageShape
    winners: IntArray  # (N, C, H', W'), uint8: place of the maximum in its window
    pool_height: int
    pool_width: int
    stride: int


def conv_forward_fast(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, ConvCache | ColumnCache]:
    """Forward pass of a convolution, the fastest way there is here.

    Parameters, results and errors are those of `reference.convolution.conv_forward_naive`; the results
    agree up to rounding.
    """
    kernels, variant, _ = CHOICE
    x, w, b, stride, pad, H_out, W_out = conv_arguments(x, w, b, conv_param)
    dtype = np.result_type(x, w, b)
    if kernels is None or dtype not in _COMPILED or not (x.size and w.size):
        return convolution.conv_forward_fast(x, w, b, conv_param)
    out = np.empty((x.shape[0], w.shape[0], H_out, W_out), dtype)
    step = _bounded(stride, x.shape, pad)
    kernels.conv_forward(variant, _backend.threads(), step, pad, *_plain(dtype, x, w, b), out)
    return out, ConvCache(x, w, stride, pad)


@overload
def conv_backward_fast(
    dout: FloatArray, cache: ConvCache | ColumnCache, *, need_dx: Literal[True] = True
) -> tuple[FloatArray, FloatArray, FloatArray]: ...


@overload
def conv_backward_fast(
    dout: FloatArray, cache: ConvCache | ColumnCache, *, need_dx: Literal[False]
) -> tuple[None, FloatArray, FloatArray]: ...


def conv_backward_fast(
    dout: FloatArray, cache: ConvCache | ColumnCache, *, need_dx: bool = True
) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    """Backward pass of a convolution, the fastest way there is here.

    Parameters, results and errors are those of `reference.convolution.conv_backward_naive`; ``cache`` is
    from `conv_forward_fast`. With ``need_dx=False`` the gradient of the images is None: the first layer of
    a net has no use for it, and it is half of the work.
    """
    kernels, variant, _ = CHOICE
    if isinstance(cache, ColumnCache):
        return _backward_of_columns(dout, cache, need_dx)
    x, w, stride, pad = cache
    H_out = window_count("w (height)", x.shape[2], w.shape[2], stride, pad)
    W_out = window_count("w (width)", x.shape[3], w.shape[3], stride, pad)
    dout = floats("dout", dout, x.shape[0], w.shape[0], H_out, W_out)
    dtype = np.result_type(x, w, dout)
    if kernels is None or dtype not in _COMPILED or _skips(stride, x.shape):
        return _backward_by_columns(dout, cache, need_dx)
    dx = np.empty(x.shape, dtype) if need_dx else None
    dw, db = np.empty(w.shape, dtype), np.empty(w.shape[0], dtype)
    count, arrays = _backend.threads(), _plain(dtype, x, w, dout)
    if kernels.conv_backward(variant, count, stride, pad, *arrays, dx, dw, db):
        return dx, dw, db
    return _backward_by_columns(dout, cache, need_dx)


def max_pool_forward_fast(
    x: FloatArray, pool_param: dict[str, Any]
) -> tuple[FloatArray, WinnerCache | PlaceCache]:
    """Forward pass of max pooling, the fastest way there is here, for windows of any kind.

    Parameters, results and errors are those of `reference.pooling.max_pool_forward_naive`.
    """
    kernels, variant, _ = CHOICE
    x, PH, PW, stride, H_out, W_out = pool_arguments(x, pool_param)
    if kernels is None or x.dtype not in _COMPILED or not x.size or PH * PW > 256:
        return pooling.max_pool_forward_fast(x, pool_param)
    out = np.empty((*x.shape[:2], H_out, W_out), x.dtype)
    winners = np.empty(out.shape, np.uint8)
    step = _bounded(stride, x.shape)
    kernels.pool_forward(variant, _backend.threads(), PH, PW, step, *_plain(x.dtype, x), out, winners)
    return out, WinnerCache(x.shape, winners, PH, PW, step)


def max_pool_backward_fast(dout: FloatArray, cache: WinnerCache | PlaceCache) -> FloatArray:
    """Backward pass of max pooling, the fastest way there is here, for windows of any kind.

    Parameters, results and errors are those of `reference.pooling.max_pool_backward_naive`; ``cache`` is
    from `max_pool_forward_fast`. The first of equal maxima, or the first NaN, takes the gradient.
    """
    kernels, variant, _ = CHOICE
    if isinstance(cache, PlaceCache):
        return pooling.max_pool_backward_fast(dout, cache)
    x_shape, winners, PH, PW, stride = cache
    dout = floats("dout", dout, *winners.shape)
    if kernels is None or dout.dtype not in _COMPILED:
        return pooling.deliver(dout, winners, x_shape, PH, PW, stride)
    dx = np.empty(x_shape, dout.dtype)
    kernels.pool_backward(variant, _backend.threads(), PH, PW, stride, *_plain(dout.dtype, dout), winners, dx)
    return dx


def _plain(dtype: np.dtype[Any], *arrays: FloatArray) -> tuple[FloatArray, ...]:
    """The arrays as the kernels want them: of one dtype, contiguous, in the byte order of the machine."""
    if not dtype.isnative:
        dtype = dtype.newbyteorder("=")
    return tuple([np.ascontiguousarray(array, dtype) for array in arrays])


def _bounded(stride: int, x_shape: ImageShape, pad: int = 0) -> int:
    """A stride that does the same as ``stride``, and with which C can calculate."""
    return min(stride, max(x_shape[2:]) + 2 * pad)


def _skips(stride: int, x_shape: ImageShape) -> bool:
    """Whether nearly all windows lie in the margin: the kernels would go through stride * stride phases."""
    return stride * stride > 4 * (x_shape[2] * x_shape[3] + 4)


def _backward_by_columns(
    dout: FloatArray, cache: ConvCache, need_dx: bool
) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    """The gradients in NumPy, after a forward pass that kept no columns."""
    x, w, stride, pad = cache
    no_bias = np.zeros(w.shape[0], w.dtype)
    _, columns = convolution.conv_forward_fast(x, w, no_bias, {"stride": stride, "pad": pad})
    return _backward_of_columns(dout, columns, need_dx)


def _backward_of_columns(
    dout: FloatArray, columns: ColumnCache, need_dx: bool
) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    """The gradients in NumPy."""
    if need_dx:
        return convolution.conv_backward_fast(dout, columns)
    db, dw = convolution.gradients_of_parameters(dout, columns)
    return None, dw, db
