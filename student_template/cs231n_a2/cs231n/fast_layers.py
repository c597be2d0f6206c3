"""Convolution and pooling again, fast enough to train with.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np

from .im2col import *


def conv_forward_im2col(x, w, b, conv_param):
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
    # TODO: Write the windows as columns and the filters as rows; then the whole convolution is a
    # product of two matrices. Bring its result into the order (N, F, H', W').
    out = None
    cache = None
    return out, cache


def conv_backward_im2col(dout, cache):
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
    # TODO: Bring `dout` into the order of the product of the forward pass. From there it is the
    # backward pass of an affine layer on columns, whose gradient `col2im_indices` adds up.
    db = None
    dw = None
    dx = None
    return dx, dw, db


def conv_forward_strides(x, w, b, conv_param):
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
    # TODO: Take a view of all the windows, which costs nothing, and copy it once into columns for
    # each image. `@` multiplies one matrix with a stack of others, so no loop is needed.
    out = None
    cache = None
    return out, cache


def conv_backward_strides(dout, cache):
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
    # TODO: The same two matrix products as with im2col, for a stack of images. The gradient of the
    # windows is then added to the images, for all the windows at once, one place of the filter
    # after the other.
    db = None
    dw = None
    dx = None
    return dx, dw, db


def conv_forward_fast(x, w, b, conv_param):
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
    # TODO: Call the faster one of the functions above; measure which one that is.
    out = None
    cache = None
    return out, cache


def conv_backward_fast(dout, cache):
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
    # TODO: Call the backward function that belongs to the forward function that you chose.
    dx = None
    dw = None
    db = None
    return dx, dw, db


def max_pool_forward_reshape(x, pool_param):
    """Forward pass of max pooling whose windows are square blocks that tile the images.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, all the same, and a divisor of H and W.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = H // stride`` and ``W' = W // stride``, as from `max_pool_forward_naive`.
    cache : tuple
        What `max_pool_backward_reshape` needs.

    Raises
    ------
    ValueError
        If the windows are not square, overlap, leave gaps or do not divide the images, and as
        `max_pool_forward_naive`.
    """
    # TODO: Split each image axis in two, one that counts the blocks and one within a block, and
    # take the maximum over the two axes within. This works for tiles only: say so.
    cache = None
    out = None
    return out, cache


def max_pool_backward_reshape(dout, cache):
    """Backward pass of max pooling whose windows are square blocks that tile the images.

    Where a window holds its maximum more than once, the first in row-major order takes the gradient;
    where it holds a NaN, the first NaN does.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `max_pool_forward_reshape`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Split the axes of the input and of its gradient as in the forward pass and find where a
    # block equals its maximum. Only the first such place takes the gradient.
    dx = None
    return dx


def max_pool_forward_im2col(x, pool_param):
    """Forward pass of max pooling with `im2col_indices`.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, as in `max_pool_forward_naive`.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        As from `max_pool_forward_naive`.
    cache : tuple
        What `max_pool_backward_im2col` needs.

    Raises
    ------
    ValueError
        As `max_pool_forward_naive`.
    """
    # TODO: Treat every channel as an image of its own, write the windows as columns, and find the
    # place of the maximum of each column. Mind the order of the columns in the output.
    out = None
    cache = None
    return out, cache


def max_pool_backward_im2col(dout, cache):
    """Backward pass of max pooling with `col2im_indices`.

    Where a window holds its maximum more than once, the first in row-major order takes the gradient;
    where it holds a NaN, the first NaN does.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `max_pool_forward_im2col`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: In a column matrix of zeros, write each entry of `dout` at the place of its maximum, and
    # let `col2im_indices` add the columns up.
    dx = None
    return dx


def max_pool_forward_fast(x, pool_param):
    """Forward pass of max pooling, the fastest way there is here, for windows of any kind.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, as in `max_pool_forward_naive`.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        As from `max_pool_forward_naive`.
    cache : tuple
        What `max_pool_backward_fast` needs.

    Raises
    ------
    ValueError
        As `max_pool_forward_naive`.
    """
    # TODO: Use the reshape version for tiles and another one that can do the rest; leave a note in
    # `cache` which one it was, if the backward pass must know.
    cache = None
    out = None
    return out, cache


def max_pool_backward_fast(dout, cache):
    """Backward pass of max pooling, the fastest way there is here, for windows of any kind.

    Where a window holds its maximum more than once, the first in row-major order takes the gradient;
    where it holds a NaN, the first NaN does.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `max_pool_forward_fast`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # TODO: Call the backward function that belongs to the forward function that you chose.
    dx = None
    return dx
