r"""Convolution as a matrix product, in two ways to lay out the windows.

The formulas are those of `reference.convolution`; here the sums are written as matrix products. Let
K = C HH WW, w the filters as a matrix (F, K), and cols the windows as columns of K numbers
(`reference.fast.im2col`). Then convolution is an affine layer on the windows::

    out   = w cols + b                      dw    = dout cols^T
    db    = sum of the rows of dout         dcols = w^T dout,   dx = col2im(dcols)

``_im2col``: index arrays
    All the windows of the batch side by side: cols is (K, H' W' N) and one product does everything.
    The price: index arrays as large as the columns of one image, a gather in an order that caches do
    not like, and out comes as (F, H', W', N), so it must be transposed to (N, F, H', W').

``_strides``: a strided view
    NumPy finds an element at base + sum of (index times stride), and the window axes can be described
    like that without a copy: the step from one window to the next is S pixels, the step within a window
    is 1 pixel. `as_strided` makes this view; a single copy then brings it into the order of
    columns, example by example: cols is (N, K, H' W'). The product (F, K) (N, K, H' W') is one
    matrix product for each example, and its result is (N, F, H', W') as it stands.

Both keep the columns for the backward pass, which needs them for dw; this memory is the price of speed.

Source: CS231n course notes, "Convolutional Networks", section "Convolutional Layer".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, floats

# BEGIN SOLUTION
from reference.convolution import conv_arguments

# END SOLUTION
from reference.fast._windows import ImageShape, add_windows, pad_images, take_windows
from reference.fast.im2col import col2im_indices, im2col_indices


# BEGIN SOLUTION
class ColumnCache(NamedTuple):
    """What the backward pass needs; what it must know of the images is in the columns."""

    x_shape: ImageShape
    w: FloatArray  # (F, C, HH, WW)
    cols: FloatArray  # _im2col: (K, H' W' N), _strides: (N, K, H' W'), where K = C HH WW
    stride: int
    pad: int
    out_shape: ImageShape  # (N, F, H', W')


def gradients_of_parameters(dout: FloatArray, cache: ColumnCache) -> tuple[FloatArray, FloatArray]:
    """Dw and db with the columns of a strided view: all of the backward pass that a first layer needs."""
    N, F, H_out, W_out = cache.out_shape
    dout = floats("dout", dout, *cache.out_shape).reshape(N, F, H_out * W_out)
    dw = (dout @ cache.cols.transpose(0, 2, 1)).sum(axis=0).reshape(cache.w.shape)
    return dout.sum(axis=(0, 2)), dw


# END SOLUTION


def conv_forward_im2col(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, ColumnCache]:
    """Forward pass of a convolution with `im2col_indices` and one matrix product.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_naive`.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        As from `conv_forward_naive`, up to rounding.
    cache : tuple
        What `conv_backward_im2col` needs.

    Raises
    ------
    ValueError
        As `conv_forward_naive`.
    """
    # BEGIN SOLUTION: Write the windows as columns and the filters as rows; then the whole
    #: convolution is a product of two matrices. Bring its result into the order (N, F, H', W').
    x, w, b, stride, pad, H_out, W_out = conv_arguments(x, w, b, conv_param)
    N = x.shape[0]
    F, C, HH, WW = w.shape
    cols = im2col_indices(x, HH, WW, pad, stride)
    product = w.reshape(F, C * HH * WW) @ cols + b[:, np.newaxis]  # (F, H' W' N)
    out = product.reshape(F, H_out, W_out, N).transpose(3, 0, 1, 2)
    cache = ColumnCache(x.shape, w, cols, stride, pad, out.shape)
    # END SOLUTION
    return out, cache


def conv_backward_im2col(dout: FloatArray, cache: ColumnCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of a convolution with `col2im_indices` and two matrix products.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `conv_forward_im2col`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Bring `dout` into the order of the product of the forward pass. From there it
    #: is the backward pass of an affine layer on columns, whose gradient `col2im_indices` adds up.
    x_shape, w, cols, stride, pad, out_shape = cache
    F, C, HH, WW = w.shape
    dout = floats("dout", dout, *out_shape)
    dproduct = dout.transpose(1, 2, 3, 0).reshape(F, cols.shape[1])
    db = dproduct.sum(axis=1)
    dw = (dproduct @ cols.T).reshape(w.shape)
    dcols = w.reshape(F, C * HH * WW).T @ dproduct
    dx = col2im_indices(dcols, x_shape, HH, WW, pad, stride)
    # END SOLUTION
    return dx, dw, db


def conv_forward_strides(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, ColumnCache]:
    """Forward pass of a convolution with a strided view of the windows and a matrix product.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_naive`.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        As from `conv_forward_naive`, up to rounding.
    cache : tuple
        What `conv_backward_strides` needs.

    Raises
    ------
    ValueError
        As `conv_forward_naive`.
    """
    # BEGIN SOLUTION: Take a view of all the windows, which costs nothing, and copy it once into
    #: columns for each image. `@` multiplies one matrix with a stack of others, so no loop is needed.
    x, w, b, stride, pad, H_out, W_out = conv_arguments(x, w, b, conv_param)
    N = x.shape[0]
    F, C, HH, WW = w.shape
    windows = take_windows(pad_images(x, pad), HH, WW, stride)  # (N, C, HH, WW, H', W')
    cols = windows.reshape(N, C * HH * WW, H_out * W_out)
    out = (w.reshape(F, C * HH * WW) @ cols + b[:, np.newaxis]).reshape(N, F, H_out, W_out)
    cache = ColumnCache(x.shape, w, cols, stride, pad, out.shape)
    # END SOLUTION
    return out, cache


def conv_backward_strides(dout: FloatArray, cache: ColumnCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of a convolution with matrix products and a loop over the places of a filter.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `conv_forward_strides`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: The same two matrix products as with im2col, for a stack of images. The gradient
    #: of the windows is then added to the images, for all the windows at once, one place of the
    #: filter after the other.
    x_shape, w, _, stride, pad, out_shape = cache
    F, C, HH, WW = w.shape
    N, _, H_out, W_out = out_shape
    db, dw = gradients_of_parameters(dout, cache)
    dout = floats("dout", dout, *out_shape).reshape(N, F, H_out * W_out)
    dcols = w.reshape(F, C * HH * WW).T @ dout
    dx = add_windows(dcols.reshape(N, C, HH, WW, H_out, W_out), x_shape, pad, stride)
    # END SOLUTION
    return dx, dw, db


def conv_forward_fast(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, ColumnCache]:
    """Forward pass of a convolution, the fastest way there is here.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_naive`.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        As from `conv_forward_naive`, up to rounding.
    cache : tuple
        What `conv_backward_fast` needs.

    Raises
    ------
    ValueError
        As `conv_forward_naive`.
    """
    # BEGIN SOLUTION: Call the faster one of the functions above; measure which one that is.
    out, cache = conv_forward_strides(x, w, b, conv_param)
    # END SOLUTION
    return out, cache


def conv_backward_fast(dout: FloatArray, cache: ColumnCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of a convolution, the fastest way there is here.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `conv_forward_fast`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Call the backward function that belongs to the forward function that you chose.
    dx, dw, db = conv_backward_strides(dout, cache)
    # END SOLUTION
    return dx, dw, db
