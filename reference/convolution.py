r"""Convolution, by plain loops: the same small filter looks at every place of the image.

An affine layer on a 32 x 32 x 3 image has 3072 weights for each output and must learn a cat in the
left corner and a cat in the right corner apart. A convolution makes two assumptions instead: what
matters at first is *local* (an output sees a window of HH x WW pixels, in all C channels), and what
is worth seeing in one place is worth seeing everywhere (all the windows *share* the filter's weights).

Forward
-------
Let P be the padding and S the stride. The image first gets a margin of P zeros on all four sides::

    xp[n, c, P + h, P + v] = x[n, c, h, v]            (N, C, H + 2 P, W + 2 P), zero elsewhere

Output pixel (i, j) sees the window of xp whose top left corner is (i S, j S)::

    out[n, f, i, j] = b[f] + sum_c sum_p sum_q w[f, c, p, q] xp[n, c, i S + p, j S + q]

with p < HH and q < WW. Signal processing calls this a *cross-correlation*; its convolution turns the
filter upside down and back to front (w[f, c, -p, -q]). A learned filter may as well be learned turned,
so neural networks leave the turn out and keep the name.

Output size
-----------
The corner moves in steps of S as long as the window fits: i S + HH <= H + 2 P. Hence ::

    H' = 1 + floor((H + 2 P - HH) / S)                W' = 1 + floor((W + 2 P - WW) / S)

If S does not divide H + 2 P - HH, the last (H + 2 P - HH) mod S rows of xp are under no window: they
do not influence the output, and what they hold of the image gets a gradient of zero. (Some courses
forbid such sizes; nothing in the mathematics does.) S = 1 and P = (HH - 1) / 2 keep the size.

Backward
--------
Add up dout times the local derivative over all the paths, as always (see `reference.affine`). The
forward formula is linear in b, w and xp, so each local derivative is the factor that stands beside
the variable; the work lies in finding which outputs the variable touches.

b[f] is added to every pixel of channel f, and w[f, c, p, q] meets one pixel of every window::

    db[f]          = sum_n sum_i sum_j dout[n, f, i, j]
    dw[f, c, p, q] = sum_n sum_i sum_j dout[n, f, i, j] xp[n, c, i S + p, j S + q]

So dw is itself a correlation, of the input with dout. A pixel xp[n, c, y, z] is under the window of
(i, j) at the place p = y - i S, q = z - j S, if these lie within the filter::

    dxp[n, c, y, z] = sum_f sum_i sum_j dout[n, f, i, j] w[f, c, y - i S, z - j S]
                      over the i with 0 <= y - i S < HH and the j with 0 <= z - j S < WW

With S = 1 this is a correlation of dout (with a margin of its own) with the turned filter. Finding
the i and j for a given pixel is awkward, the other way round is easy: go through the outputs, and let
each one add dout[n, f, i, j] w[f] to its whole window of dxp. *What the forward pass gathers from a
window, the backward pass scatters over the same window.* Where windows overlap, the terms add up.

The margin is a constant, so its gradient is thrown away: dx is dxp without the margin, rows P to
P + H and columns P to P + W. (Not ``P:-P``, which is empty when P is 0.)

Cost: N F H' W' C HH WW multiplications, here in four interpreted loops around one vectorized window.
That is hopeless for training and exactly right as the measure of `reference.fast`.

Sources: CS231n course notes, "Convolutional Networks", section "Convolutional Layer"; V. Dumoulin and
F. Visin, "A guide to convolution arithmetic for deep learning" (2016), for the sizes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, conv_output_size, entry, floats, natural, positive, window_count


# BEGIN SOLUTION
class ConvCache(NamedTuple):
    """What the backward pass needs: the arguments of the forward pass but the biases."""

    x: FloatArray  # (N, C, H, W)
    w: FloatArray  # (F, C, HH, WW)
    stride: int
    pad: int


class ConvArguments(NamedTuple):
    """The arguments of a convolution after the checks, with the size of its output."""

    x: FloatArray
    w: FloatArray
    b: FloatArray
    stride: int
    pad: int
    out_height: int
    out_width: int


def conv_arguments(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]) -> ConvArguments:
    """Check the arguments of a convolution forward pass; all of its variants begin with this."""
    stride = positive("conv_param['stride']", entry("conv_param", conv_param, "stride"))
    pad = natural("conv_param['pad']", entry("conv_param", conv_param, "pad"))
    x, w, b = floats("x", x), floats("w", w), floats("b", b)
    return ConvArguments(x, w, b, stride, pad, *conv_output_size(x.shape, w.shape, b.shape, stride, pad))


# END SOLUTION


def conv_forward_naive(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, ConvCache]:
    """Forward pass of a convolution, written with loops.

    N images of C channels meet F filters, each of which spans all the channels. Output pixel (i, j)
    of channel f is the sum of the products of filter f with the window of the zero-padded image that
    begins at row ``i * stride`` and column ``j * stride``, plus ``b[f]``. The filter is not turned
    (cross-correlation).

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride``: pixels from one window to the next, in both directions, at least 1.
        ``pad``: rows and columns of zeros to add on each side, at least 0.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride`` and ``W' = 1 + (W + 2 * pad - WW) // stride``.
        Where the stride does not divide, rows and columns at the end that no whole window reaches
        are left out.
    cache : tuple
        What `conv_backward_naive` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a filter is larger than the padded image, a key is
        missing, or ``stride`` or ``pad`` is too small or no whole number.

    Notes
    -----
    Source: CS231n course notes, "Convolutional Networks".
    """
    # BEGIN SOLUTION: Pad the images with zeros. Then, for every image, filter and place of the
    #: output, find the window that this output sees and combine it with the filter and its bias.
    x, w, b, stride, pad, H_out, W_out = conv_arguments(x, w, b, conv_param)
    N = x.shape[0]
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty((N, F, H_out, W_out), dtype=np.result_type(x, w, b))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + HH, left : left + WW]  # (C, HH, WW)
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    cache = ConvCache(x, w, stride, pad)
    # END SOLUTION
    return out, cache


def conv_backward_naive(dout: FloatArray, cache: ConvCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of a convolution, written with loops.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `conv_forward_naive`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Zero for pixels that no window reaches.
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Go through the outputs as the forward pass did. Each output has a share in
    #: the gradients of the filter and bias that made it and of the window that it saw; overlapping
    #: windows share pixels. The margin is no part of the input: mind that `pad` may be 0.
    x, w, stride, pad = cache
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = window_count("w (height)", H, HH, stride, pad)
    W_out = window_count("w (width)", W, WW, stride, pad)
    dout = floats("dout", dout, N, F, H_out, W_out)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dtype = np.result_type(x, w, dout)
    dpadded = np.zeros(padded.shape, dtype)
    dw = np.zeros(w.shape, dtype)
    db = np.zeros(F, dtype)
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = np.s_[n, :, top : top + HH, left : left + WW]
                    dw[f] += dout[n, f, i, j] * padded[window]
                    db[f] += dout[n, f, i, j]
                    dpadded[window] += dout[n, f, i, j] * w[f]
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    # END SOLUTION
    return dx, dw, db
