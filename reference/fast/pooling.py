r"""Max pooling for all the windows at once.

The results are those of `reference.pooling`, without rounding: a maximum is one of the numbers. What
differs is the order of the work.

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

``_fast``: remember the places
    What takes the time in NumPy is to look at the windows again in the backward pass. So the forward pass
    notes the place k = PW p + q of each maximum. The windows are searched in two steps, first along the
    rows and then across them: each step is a contest between arrays, in which the later array must be truly
    larger to win. Its k is larger than those before it, so with ``wins`` as 0 or 1 ::

        k = max(k, wins * k of the later array)

    and no selection is needed. The backward pass turns k into the number of the pixel in dx.ravel() and
    writes dout there, or adds it where windows overlap. The search goes through the batch in pieces that
    fit into a cache, for the arrays in between are as large as the images. Where there is a NaN, which is
    larger than nothing, k means nothing, and the backward pass is that of ``_reshape``.

``_im2col``: one window is one column
    Treat each channel as an image of its own; then im2col makes each window a column of PH PW numbers,
    and the place of the maximum is ``argmax`` along the columns. It copies the whole input PH PW / S^2
    times, more than the reshape version, and is here for comparison.

Source: CS231n course notes, "Convolutional Networks", section "Pooling Layer".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, IntArray, floats
from reference.fast._windows import ImageShape, take_windows
from reference.fast.im2col import col2im_indices, im2col_indices

# BEGIN SOLUTION
from reference.pooling import PoolCache, pool_arguments

# END SOLUTION


# BEGIN SOLUTION
class PoolColumnCache(NamedTuple):
    """What the backward pass needs with im2col: where in its column each maximum is."""

    x_shape: ImageShape
    winners: IntArray  # (H' W' N C,), rows of the column matrix
    pool_height: int
    pool_width: int
    stride: int
    out_shape: ImageShape  # (N, C, H', W')


class PlaceCache(PoolCache):
    """What the backward pass of ``_fast`` needs: that of the others, and the places of the maxima."""

    winners: IntArray | None = None  # (N, C, H', W'), place in its window; None where there is a NaN


PIECE = 1 << 17
"""How many pixels are searched at a time: they and what is made of them should fit into a cache."""


def places_of(x: FloatArray, cache: PoolCache, *, writeable: bool = False) -> FloatArray:
    """The images ``x`` as (N, C, PH, PW, H', W'): entry [:, :, p, q] is place (p, q) of all the windows."""
    _, PH, PW, stride = cache
    if not tiles(cache):
        return take_windows(x, PH, PW, stride, writeable=writeable)
    N, C, H, W = x.shape
    return x.reshape(N, C, H // PH, PH, W // PW, PW).transpose(0, 1, 3, 5, 2, 4)


def tiles(cache: PoolCache) -> bool:
    """Whether the windows are square blocks that tile the images, without overlap, gap or rest."""
    (_, _, H, W), (PH, PW, stride) = cache.x.shape, cache[1:]
    return PH == PW == stride and H % stride == 0 and W % stride == 0


def largest(places: FloatArray) -> FloatArray:
    """The maximum over the places of each window, NaN if there is one."""
    out = places[:, :, 0, 0].copy()
    for p, q in np.ndindex(places.shape[2:4]):
        np.maximum(out, places[:, :, p, q], out=out)
    return out


def route(dout: FloatArray, cache: PoolCache) -> FloatArray:
    """Pass the gradient of each output on to the first place of its window that holds the maximum."""
    places = places_of(cache.x, cache)
    out = largest(places)
    dout = floats("dout", dout, *out.shape)
    dx = np.zeros(cache.x.shape, dtype=dout.dtype)
    dplaces = places_of(dx, cache, writeable=True)
    waiting = np.ones(out.shape, dtype=bool)
    for p, q in np.ndindex(places.shape[2:4]):
        here = places[:, :, p, q]
        first = waiting & ((here == out) | np.isnan(here))
        dplace = dplaces[:, :, p, q]
        dplace += np.where(first, dout, 0)
        waiting ^= first
    return dx


def search(
    x: FloatArray, PH: int, PW: int, stride: int, shape: ImageShape
) -> tuple[FloatArray, IntArray | None]:
    """The maximum of each window and its place, both of ``shape``; no places where there is a NaN."""
    (N, C, H, W), (H_out, W_out) = x.shape, shape[2:]
    images = x.reshape(N * C, H, W)
    out = np.empty((N * C, H_out, W_out), x.dtype)
    kind: type[Any] = np.uint8 if PH * PW <= 256 else np.intp
    winners = np.empty(out.shape, kind)
    rows = slice(0, stride * (H_out - 1) + PH)  # those that a window sees
    step = max(1, PIECE // (H * W))
    for first in range(0, N * C, step):
        piece = slice(first, first + step)
        along = _every(images[piece, rows], PW, stride, W_out, 2)
        best, place = np.empty(along[0].shape, x.dtype), np.empty(along[0].shape, kind)
        _contest(along, [kind(q) for q in range(PW)], best, place)
        across, places = _every(best, PH, stride, H_out, 1), _every(place, PH, stride, H_out, 1)
        later = [places[0], *(there + kind(PW * p) for p, there in enumerate(places[1:], start=1))]
        _contest(across, later, out[piece], winners[piece])
    has_nan = out.size > 0 and bool(np.isnan(out.max()))
    return out.reshape(shape), None if has_nan else winners.reshape(shape)


def _every(x: FloatArray | IntArray, size: int, stride: int, count: int, axis: int) -> list[Any]:
    """What ``count`` windows of ``size`` hold at each of their places along an axis, as copies.

    NumPy compares neighbours in memory several at a time: that is worth a copy.
    """
    before = (slice(None),) * axis
    at = (slice(p, p + stride * (count - 1) + 1, stride) for p in range(size))
    return [np.ascontiguousarray(x[(*before, places)]) for places in at]


def _contest(candidates: list[Any], places: list[Any], best: FloatArray, place: IntArray) -> None:
    """Fill in the largest of the arrays and its place; of equals, the first. Places must grow."""
    so_far, place_so_far = candidates[0], places[0]
    for here, its_place in zip(candidates[1:], places[1:], strict=True):
        wins = (here > so_far).view(np.uint8)
        if place_so_far.ndim or place_so_far:
            np.maximum(place_so_far, wins * its_place, out=place)
        else:  # the place 0 in all windows
            np.multiply(wins, its_place, out=place)
        np.maximum(so_far, here, out=best)
        so_far, place_so_far = best, place
    if len(candidates) == 1:
        best[...], place[...] = so_far, place_so_far


def deliver(
    dout: FloatArray, winners: IntArray, x_shape: ImageShape, PH: int, PW: int, stride: int
) -> FloatArray:
    """Write each entry of ``dout`` to the pixel that won its window; add up where windows overlap."""
    N, C, H, W = x_shape
    H_out, W_out = winners.shape[2:]
    stride = min(stride, max(H, W))  # the same, and no number that is too large for an array
    dx = np.zeros((N * C, H, W), dout.dtype)
    dout, winners = dout.reshape(N * C, H_out, W_out), winners.reshape(N * C, H_out, W_out)
    p, q = np.indices((PH, PW))
    from_corner = (W * p + q).ravel()
    step = max(1, PIECE // (H * W))
    corners = stride * (W * np.arange(H_out)[:, np.newaxis] + np.arange(W_out))
    corners = corners + H * W * np.arange(min(step, N * C))[:, np.newaxis, np.newaxis]
    for first in range(0, N * C, step):
        piece = slice(first, first + step)
        pixels = from_corner.take(winners[piece], mode="clip")  # all are in range: do not ask
        pixels += corners[: len(pixels)]
        target, values = dx[piece].reshape(-1), dout[piece].ravel()
        if max(PH, PW) > stride:
            np.add.at(target, pixels.ravel(), values)
        else:
            target[pixels.ravel()] = values
    return dx.reshape(x_shape)


# END SOLUTION


def max_pool_forward_reshape(x: FloatArray, pool_param: dict[str, Any]) -> tuple[FloatArray, PoolCache]:
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
    # BEGIN SOLUTION: Split each image axis in two, one that counts the blocks and one within a
    #: block, and take the maximum over the two axes within. This works for tiles only: say so.
    x, PH, PW, stride, _, _ = pool_arguments(x, pool_param)
    cache = PoolCache(x, PH, PW, stride)
    if not tiles(cache):
        raise ValueError(
            f"pool_param: got windows of {PH} x {PW} with stride {stride} on images of {x.shape[2]} x "
            f"{x.shape[3]}, wanted square windows as large as the stride that divide the images"
        )
    out = largest(places_of(x, cache))
    # END SOLUTION
    return out, cache


def max_pool_backward_reshape(dout: FloatArray, cache: PoolCache) -> FloatArray:
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
    # BEGIN SOLUTION: Split the axes of the input and of its gradient as in the forward pass and find
    #: where a block equals its maximum. Only the first such place takes the gradient.
    dx = route(dout, cache)
    # END SOLUTION
    return dx


def max_pool_forward_im2col(x: FloatArray, pool_param: dict[str, Any]) -> tuple[FloatArray, PoolColumnCache]:
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
    # BEGIN SOLUTION: Treat every channel as an image of its own, write the windows as columns, and
    #: find the place of the maximum of each column. Mind the order of the columns in the output.
    x, PH, PW, stride, H_out, W_out = pool_arguments(x, pool_param)
    N, C, H, W = x.shape
    cols = im2col_indices(x.reshape(N * C, 1, H, W), PH, PW, padding=0, stride=stride)
    winners = cols.argmax(axis=0)  # the first maximum, or the first NaN
    out = cols[winners, np.arange(winners.size)].reshape(H_out, W_out, N, C).transpose(2, 3, 0, 1)
    cache = PoolColumnCache(x.shape, winners, PH, PW, stride, out.shape)
    # END SOLUTION
    return out, cache


def max_pool_backward_im2col(dout: FloatArray, cache: PoolColumnCache) -> FloatArray:
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
    # BEGIN SOLUTION: In a column matrix of zeros, write each entry of `dout` at the place of its
    #: maximum, and let `col2im_indices` add the columns up.
    (N, C, H, W), winners, PH, PW, stride, out_shape = cache
    dout = floats("dout", dout, *out_shape)
    dcols = np.zeros((PH * PW, winners.size), dtype=dout.dtype)
    dcols[winners, np.arange(winners.size)] = dout.transpose(2, 3, 0, 1).ravel()
    dx = col2im_indices(dcols, (N * C, 1, H, W), PH, PW, padding=0, stride=stride).reshape(N, C, H, W)
    # END SOLUTION
    return dx


def max_pool_forward_fast(x: FloatArray, pool_param: dict[str, Any]) -> tuple[FloatArray, PlaceCache]:
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
    # BEGIN SOLUTION: Use the reshape version for tiles and another one that can do the rest; leave
    #: a note in `cache` which one it was, if the backward pass must know.
    x, PH, PW, stride, H_out, W_out = pool_arguments(x, pool_param)
    cache = PlaceCache(x, PH, PW, stride)
    out, cache.winners = search(x, PH, PW, stride, (*x.shape[:2], H_out, W_out))
    # END SOLUTION
    return out, cache


def max_pool_backward_fast(dout: FloatArray, cache: PlaceCache) -> FloatArray:
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
    # BEGIN SOLUTION: Call the backward function that belongs to the forward function that you chose.
    x, PH, PW, stride = cache
    if cache.winners is None:
        dx = route(dout, cache)
    else:
        dout = floats("dout", dout, *cache.winners.shape)
        dx = deliver(dout, cache.winners, x.shape, PH, PW, stride)
    # END SOLUTION
    return dx
