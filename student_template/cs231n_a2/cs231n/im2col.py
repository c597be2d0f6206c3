"""Images as matrices of windows, and back.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np


def get_im2col_indices(x_shape, field_height, field_width, padding=1, stride=1):
    """Where in the padded images each entry of the column matrix comes from.

    Parameters
    ----------
    x_shape : tuple (N, C, H, W)
        Shape of the images before the padding.
    field_height, field_width : int
        Size HH x WW of a window.
    padding : int
        Zeros on each side.
    stride : int
        Pixels from one window to the next.

    Returns
    -------
    k, i, j : ndarray of int
        Channel, row and column, of shapes (C * HH * WW, 1), (C * HH * WW, H' * W') and
        (C * HH * WW, H' * W'), such that ``x_padded[:, k, i, j]`` has the shape
        (N, C * HH * WW, H' * W'). Rows go through channel, window row and window column, columns
        through output row and output column, the last one fastest.

    Raises
    ------
    ValueError
        If a window does not fit into the padded image, or a number is too small.
    """
    # TODO: For each of the C * HH * WW rows write down channel, row and column within the window,
    # and for each of the H' * W' columns the top left corner of the window. The place of an entry
    # in the image is the sum of the two, which broadcasting makes for all the pairs.
    k = None
    i = None
    j = None
    return k, i, j


def im2col_indices(x, field_height, field_width, padding=1, stride=1):
    """Write every window of the zero-padded images as a column.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    field_height, field_width : int
        Size HH x WW of a window.
    padding : int
        Zeros on each side.
    stride : int
        Pixels from one window to the next.

    Returns
    -------
    cols : ndarray of shape (C * HH * WW, H' * W' * N)
        Rows go through channel, window row and window column; columns through output row, output
        column and example; the last one fastest.

    Raises
    ------
    ValueError
        If a window does not fit into the padded image, or a number is too small.
    """
    # TODO: Pad the images, pick the entries with the indices of `get_im2col_indices`, and bring the
    # axes into the order that the docstring promises before flattening two of them.
    cols = None
    return cols


def col2im_indices(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    """Add columns up into images: the backward pass of `im2col_indices`.

    Parameters
    ----------
    cols : ndarray of shape (C * HH * WW, H' * W' * N)
        In the order of `im2col_indices`.
    x_shape : tuple (N, C, H, W)
        Shape of the images before the padding.
    field_height, field_width : int
        Size HH x WW of a window.
    padding : int
        Zeros on each side.
    stride : int
        Pixels from one window to the next.

    Returns
    -------
    x : ndarray of shape (N, C, H, W)
        Every pixel is the sum of the entries of ``cols`` that `im2col_indices` would copy it to.

    Raises
    ------
    ValueError
        If ``cols`` does not have the shape that the other arguments ask for, a window does not fit
        into the padded image, or a number is too small.
    """
    # TODO: Undo the flattening of `im2col_indices`, then loop over the places of a window and add
    # what all the windows hold at that place to the padded images in one step. Cut off the padding
    # at the end; it may be 0.
    x = None
    return x
