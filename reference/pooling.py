r"""Max pooling, by plain loops: of every window, keep the largest number.

Pooling shrinks the image between convolutions, so that the next filters see more of it at less cost,
and makes the answer depend less on *where* in the window something was found. It has no parameters
and treats every channel by itself.

Forward
-------
With a window of PH x PW pixels and stride S::

    out[n, c, i, j] = max over p < PH, q < PW of x[n, c, i S + p, j S + q]

    H' = 1 + floor((H - PH) / S)                      W' = 1 + floor((W - PW) / S)

As in a convolution, rows and columns at the end that no whole window reaches are left out. Windows
overlap if S < PH or S < PW, and leave gaps if S > PH or S > PW. Usual is PH = PW = S = 2: no overlap,
no gap, a quarter of the pixels.

Backward
--------
Let (p*, q*) be the place of the maximum in the window of output (i, j). A small change of any other
pixel does not change the output, a change of the maximum changes it by just as much::

    d out[n, c, i, j] / d x[n, c, i S + p, j S + q] = 1 if (p, q) = (p*, q*), else 0

so the whole of dout[n, c, i, j] goes to one pixel and nothing to its neighbours: pooling *routes* the
gradient. A pixel may be the maximum of several overlapping windows, and then gets the sum::

    dx[n, c, y, z] = sum of dout[n, c, i, j] over the (i, j) with (i S + p*, j S + q*) = (y, z)

Conventions
-----------
*Ties.* Where the maximum occurs more than once, the function has a kink and no derivative. We take
the first maximum in row-major order (top row first, left to right in a row); it gets all of dout.
Ties are common in practice: after ReLU whole windows are zero. Splitting dout evenly among the
maxima would be a valid choice as well (a subgradient too), handing it to each of them in full not:
the window would pass on more gradient than it received.

*NaN.* A window that holds a NaN has the output NaN, and its gradient goes to the first NaN. An error
far down thus stays visible, instead of being dropped by comparisons that are all false.

Source: CS231n course notes, "Convolutional Networks", section "Pooling Layer".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, entry, floats, positive, window_count


# BEGIN SOLUTION
class PoolCache(NamedTuple):
    """What the backward pass needs: the images and the windows."""

    x: FloatArray  # (N, C, H, W)
    pool_height: int
    pool_width: int
    stride: int


class PoolArguments(NamedTuple):
    """The arguments of a pooling layer after the checks, with the size of its output."""

    x: FloatArray
    pool_height: int
    pool_width: int
    stride: int
    out_height: int
    out_width: int


def pool_arguments(x: FloatArray, pool_param: dict[str, Any]) -> PoolArguments:
    """Check the arguments of a pooling forward pass; all of its variants begin with this."""
    x = floats("x", x, "N", "C", "H", "W")
    _, _, H, W = x.shape
    PH, PW, stride = (
        positive(f"pool_param[{key!r}]", entry("pool_param", pool_param, key))
        for key in ("pool_height", "pool_width", "stride")
    )
    out_height = window_count("pool_param['pool_height']", H, PH, stride)
    out_width = window_count("pool_param['pool_width']", W, PW, stride)
    return PoolArguments(x, PH, PW, stride, out_height, out_width)


# END SOLUTION


def max_pool_forward_naive(x: FloatArray, pool_param: dict[str, Any]) -> tuple[FloatArray, PoolCache]:
    """Forward pass of max pooling, written with loops.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width``: size of a window, at least 1.
        ``stride``: pixels from one window to the next, in both directions, at least 1.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride`` and ``W' = 1 + (W - pool_width) // stride``.
        Rows and columns at the end that no whole window reaches are left out. A window that holds
        a NaN gives NaN.
    cache : tuple
        What `max_pool_backward_naive` needs.

    Raises
    ------
    ValueError
        If ``x`` does not have four dimensions, a window is larger than the image, a key is missing,
        or a number is too small or no whole number.

    Notes
    -----
    Source: CS231n course notes, "Convolutional Networks".
    """
    # BEGIN SOLUTION: For every image, channel and place of the output, find the window and take
    #: its largest number. Windows need not be square, and may overlap or leave gaps.
    x, PH, PW, stride, H_out, W_out = pool_arguments(x, pool_param)
    N, C = x.shape[:2]
    out = np.empty((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, top : top + PH, left : left + PW])
    cache = PoolCache(x, PH, PW, stride)
    # END SOLUTION
    return out, cache


def max_pool_backward_naive(dout: FloatArray, cache: PoolCache) -> FloatArray:
    """Backward pass of max pooling, written with loops.

    Where a window holds its maximum more than once, the first in row-major order takes the gradient;
    where it holds a NaN, the first NaN does.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `max_pool_forward_naive`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Go through the outputs as the forward pass did, find the place that the
    #: maximum of each window came from, and pass the gradient of the output on to it. One pixel
    #: can be the maximum of several windows.
    x, PH, PW, stride = cache
    N, C, H, W = x.shape
    H_out = window_count("pool_height", H, PH, stride)
    W_out = window_count("pool_width", W, PW, stride)
    dout = floats("dout", dout, N, C, H_out, W_out)
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + PH, left : left + PW]
                    p, q = np.unravel_index(np.argmax(window), window.shape)  # the first maximum
                    dx[n, c, top + p, left + q] += dout[n, c, i, j]
    # END SOLUTION
    return dx
