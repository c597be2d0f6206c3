"""Mistakes of max pooling, by plain loops.

Those that the fast path can make as well are repeated for it in `reference.mistakes.fast`.
"""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.pooling import PoolCache, max_pool_backward_naive, max_pool_forward_naive

Output = tuple[FloatArray, Any]
PoolParam = dict[str, Any]


def _right(x: FloatArray, pool_param: PoolParam) -> FloatArray:
    return max_pool_forward_naive(x, pool_param)[0]


def _cache(x: FloatArray, pool_param: PoolParam) -> Any:
    return max_pool_forward_naive(x, pool_param)[1]


def _windows(x: FloatArray, pool_param: PoolParam) -> FloatArray:
    """All the windows, (N, C, H', W', PH, PW)."""
    size, stride = (pool_param["pool_height"], pool_param["pool_width"]), pool_param["stride"]
    return sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]


# Forward


@mistake(
    of="max_pool_forward_naive",
    says="Height and width of the window are swapped.",
    asks="Along which axis of the image does the height of the window lie?",
)
def window_sides_swapped(x: FloatArray, pool_param: PoolParam) -> Output:
    swapped = {
        **pool_param,
        "pool_height": pool_param["pool_width"],
        "pool_width": pool_param["pool_height"],
    }
    return _right(x, swapped), _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The windows move by one pixel, whatever the stride.",
    asks="Where in the image does the second window of a row begin, for a stride of 2?",
)
def stride_ignored(x: FloatArray, pool_param: PoolParam) -> Output:
    H_out, W_out = _right(x, pool_param).shape[2:]
    return _right(x, {**pool_param, "stride": 1})[:, :, :H_out, :W_out], _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The stride is used from row to row but not from column to column.",
    asks="In which two directions do the windows move, and does the stride appear in both?",
)
def stride_on_the_rows_only(x: FloatArray, pool_param: PoolParam) -> Output:
    W_out = _right(x, pool_param).shape[3]
    dense = _right(x, {**pool_param, "stride": 1})
    return dense[:, :, :: pool_param["stride"], :W_out], _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The windows move by their own size, so they can neither overlap nor leave gaps.",
    asks="Which of the three parameters says how far it is from one window to the next?",
)
def windows_side_by_side(x: FloatArray, pool_param: PoolParam) -> Output:
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    windows = sliding_window_view(x, (height, width), axis=(2, 3))[:, :, ::height, ::width]
    return windows.max(axis=(4, 5)), _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The mean of each window is taken and not its largest number.",
    asks="Which one number of a window should survive?",
)
def mean_of_the_window(x: FloatArray, pool_param: PoolParam) -> Output:
    return _windows(x, pool_param).mean(axis=(4, 5)), _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The number furthest from zero is taken, so large negative numbers count as large.",
    asks="Which is the larger one: -3 or 1?",
)
def largest_by_size(x: FloatArray, pool_param: PoolParam) -> Output:
    windows = _windows(x, pool_param)
    low, high = windows.min(axis=(4, 5)), windows.max(axis=(4, 5))
    return np.where(np.abs(low) > np.abs(high), low, high), _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The search for the maximum starts at zero, so windows of negative numbers give zero.",
    asks="What is the largest of two negative numbers?",
)
def search_starts_at_zero(x: FloatArray, pool_param: PoolParam) -> Output:
    return np.maximum(_right(x, pool_param), 0), _cache(x, pool_param)


@mistake(
    of="max_pool_forward_naive",
    says="The maximum is taken over the channels too, so all the channels come out alike.",
    asks="How many channels does the output have, and how do they differ?",
)
def maximum_over_the_channels(x: FloatArray, pool_param: PoolParam) -> Output:
    out = _right(x, pool_param)
    return np.broadcast_to(out.max(axis=1, keepdims=True), out.shape).copy(), _cache(x, pool_param)


# Backward


def _routed(
    dout: FloatArray,
    cache: PoolCache,
    share: Callable[[FloatArray], FloatArray],
    *,
    overwrite: bool = False,
) -> FloatArray:
    """Pass ``dout`` down to the windows (N, C, PH, PW), to each number the share that it gets."""
    dx = np.zeros_like(cache.x)
    for i, j in np.ndindex(dout.shape[2:]):
        top, left = i * cache.stride, j * cache.stride
        window = np.s_[:, :, top : top + cache.pool_height, left : left + cache.pool_width]
        part = dout[:, :, i, j, np.newaxis, np.newaxis] * share(cache.x[window])
        dx[window] = part if overwrite else dx[window] + part
    return dx


def _is_maximum(window: FloatArray) -> FloatArray:
    maxima: FloatArray = (window == window.max(axis=(2, 3), keepdims=True)).astype(window.dtype)
    return maxima


def _is_first_maximum(window: FloatArray) -> FloatArray:
    rows = window.reshape(*window.shape[:2], -1)
    first: FloatArray = np.eye(rows.shape[2])[rows.argmax(axis=2)].reshape(window.shape)
    return first


@mistake(
    of="max_pool_backward_naive",
    says="Where windows overlap, the gradient of the last one replaces what the others gave.",
    asks="If a number is the largest of two windows, how many terms does its gradient have?",
)
def overlaps_overwritten(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, _is_first_maximum, overwrite=True)


@mistake(
    of="max_pool_backward_naive",
    says="When a window holds its maximum more than once, each of them gets the whole gradient.",
    asks="How much gradient goes into a window of four zeros, and how much comes out of it at the bottom?",
)
def every_tie_gets_all(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, _is_maximum)


@mistake(
    of="max_pool_backward_naive",
    says="When a window holds its maximum more than once, they share the gradient evenly.",
    asks="To which one of several equal maxima does the handout send the gradient?",
)
def ties_share(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, lambda x: _is_maximum(x) / _is_maximum(x).sum(axis=(2, 3), keepdims=True))


@mistake(
    of="max_pool_backward_naive",
    says="The gradient is spread evenly over the window, as if the mean had been taken.",
    asks="If a number that is not the largest of its window grows a little, what happens to the output?",
)
def spread_over_the_window(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, lambda x: np.full_like(x, 1 / (cache.pool_height * cache.pool_width)))


@mistake(
    of="max_pool_backward_naive",
    says="The gradient goes to the first number of the window and not to the largest.",
    asks="Which number of the window came out of the forward pass?",
)
def sent_to_the_corner(dout: FloatArray, cache: PoolCache) -> FloatArray:
    def corner(window: FloatArray) -> FloatArray:
        share = np.zeros_like(window)
        share[:, :, 0, 0] = 1
        return share

    return _routed(dout, cache, corner)


@mistake(
    of="max_pool_backward_naive",
    says="Every number of the window gets the whole gradient, whether it is the largest or not.",
    asks="If a number that is not the largest of its window grows a little, what happens to the output?",
)
def sent_to_all(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, np.ones_like)


@mistake(
    of="max_pool_backward_naive",
    says="The gradient is multiplied by the maximum itself.",
    asks="If the largest number of a window grows by a little, by how much does the output grow?",
)
def times_the_maximum(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache, lambda x: _is_first_maximum(x) * x)


@mistake(
    of="max_pool_backward_naive",
    says="The place of the maximum is read with height and width swapped.",
    asks="In which order do you turn the number of a place in the window into its row and column?",
)
def place_read_across(dout: FloatArray, cache: PoolCache) -> FloatArray:
    def across(window: FloatArray) -> FloatArray:
        height, width = window.shape[2:]
        places = _is_first_maximum(window).reshape(*window.shape[:2], width, height)
        return places.transpose(0, 1, 3, 2)

    return _routed(dout, cache, across)


@mistake(
    of="max_pool_backward_naive",
    says="The windows move by one pixel in the backward pass, whatever the stride.",
    asks="Which window did an output see in the forward pass, for a stride of 2?",
)
def stride_ignored_on_the_way_back(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return _routed(dout, cache._replace(stride=1), _is_first_maximum)


@mistake(
    of="max_pool_backward_naive",
    says="The gradient is divided by the number of images, which the loss has done already.",
    asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
)
def divided_by_the_batch(dout: FloatArray, cache: PoolCache) -> FloatArray:
    return max_pool_backward_naive(dout, cache) / len(dout)
