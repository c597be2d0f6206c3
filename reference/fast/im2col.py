r"""im2col and col2im: a convolution as one matrix product.

The idea
--------
Each output pixel of a convolution is the dot product of a filter with a window of the input, both of
K = C HH WW numbers. Write every window as a column of K numbers, side by side, and every filter as a
row of K numbers: then all the dot products together are one product of two matrices::

    cols[k, m]  with  k = (c, p, q)  in row-major order: channel, row and column within the window
                      m = (i, j, n)  in row-major order: row and column of the output, example (fastest)

    cols[(c, p, q), (i, j, n)] = xp[n, c, i S + p, j S + q]         xp: x with its margin, see
    out = w cols + b           (F, K) (K, H' W' N) -> (F, H' W' N)  `reference.convolution`

Matrix products are the best tuned code there is on any machine, so this wins although it copies.

What it costs
-------------
Memory: with stride S each pixel is copied into about HH WW / S^2 columns. A batch of 50 images of
3 x 32 x 32 is 1.2 MB in float64; its columns for 7 x 7 filters at stride 1 and padding 3 are 49 times
that, 60 MB, and the backward pass makes as many again.

Backward: col2im
----------------
im2col only copies, cols[k, m] = xp[at the place of k and m], so its backward pass adds up, for every
pixel, the gradients of all the columns that hold a copy of it::

    dxp[n, c, y, z] = sum of dcols[(c, p, q), (i, j, n)] over the p, q, i, j
                      with i S + p = y and j S + q = z

Overlapping windows repeat pixels, therefore ``dxp[places] += dcols`` with index arrays is *wrong*: for
a place that occurs twice NumPy keeps one of the two sums. ``np.add.at`` gets it right, but one element
at a time. The loop here goes over the HH WW places (p, q) of the filter instead. For a fixed place the
pixels i S + p, j S + q of different windows all differ, so they are a plain strided slice of dxp and
one vectorized ``+=`` serves all windows, channels and examples at once. The kernel is small (9 rounds
for 3 x 3) and the batch is large, which is why this is several times as fast as ``np.add.at``.

Sources: CS231n course notes, "Convolutional Networks", section "Convolutional Layer", on the
implementation as matrix multiplication; K. Chellapilla, S. Puri and P. Simard, "High Performance
Convolutional Neural Networks for Document Processing" (2006), who introduced it.
"""

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray, IntArray, floats, natural, positive, window_count
from reference.fast._windows import ImageShape, add_windows, pad_images


# BEGIN SOLUTION
def output_size(
    x_shape: ImageShape, field_height: int, field_width: int, padding: int, stride: int
) -> tuple[int, int]:
    """Check the geometry of a convolution; return the height and width of its output."""
    if len(x_shape) != 4:
        raise ValueError(f"x_shape: got {tuple(x_shape)}, wanted four numbers (N, C, H, W)")
    positive("stride", stride)
    natural("padding", padding)
    _, _, H, W = x_shape
    return (
        window_count("field_height", H, positive("field_height", field_height), stride, padding),
        window_count("field_width", W, positive("field_width", field_width), stride, padding),
    )


# END SOLUTION


def get_im2col_indices(
    x_shape: ImageShape,
    field_height: int,
    field_width: int,
    padding: int = 1,
    stride: int = 1,
) -> tuple[IntArray, IntArray, IntArray]:
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
    # BEGIN SOLUTION: For each of the C * HH * WW rows write down channel, row and column within the
    #: window, and for each of the H' * W' columns the top left corner of the window. The place of
    #: an entry in the image is the sum of the two, which broadcasting makes for all the pairs.
    H_out, W_out = output_size(x_shape, field_height, field_width, padding, stride)
    k, p, q = (axis.reshape(-1, 1) for axis in np.indices((x_shape[1], field_height, field_width)))
    top, left = (stride * axis.reshape(1, -1) for axis in np.indices((H_out, W_out)))
    i = top + p
    j = left + q
    # END SOLUTION
    return k, i, j


def im2col_indices(
    x: FloatArray, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> FloatArray:
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
    # BEGIN SOLUTION: Pad the images, pick the entries with the indices of `get_im2col_indices`, and
    #: bring the axes into the order that the docstring promises before flattening two of them.
    x = floats("x", x, "N", "C", "H", "W")
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    entries = pad_images(x, padding)[:, k, i, j]  # (N, C * HH * WW, H' * W')
    rows, places = i.shape
    cols = entries.transpose(1, 2, 0).reshape(rows, places * x.shape[0])
    # END SOLUTION
    return cols


def col2im_indices(
    cols: FloatArray,
    x_shape: ImageShape,
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> FloatArray:
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
    # BEGIN SOLUTION: Undo the flattening of `im2col_indices`, then loop over the places of a window
    #: and add what all the windows hold at that place to the padded images in one step. Cut off
    #: the padding at the end; it may be 0.
    HH, WW = field_height, field_width
    H_out, W_out = output_size(x_shape, HH, WW, padding, stride)
    N, C, _, _ = x_shape
    cols = floats("cols", cols, C * HH * WW, H_out * W_out * N)
    windows = cols.reshape(C, HH, WW, H_out, W_out, N).transpose(5, 0, 1, 2, 3, 4)
    x = add_windows(windows, x_shape, padding, stride)
    # END SOLUTION
    return x
