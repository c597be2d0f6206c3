"""Mistakes of the convolution, by plain loops.

The sums are written with windows here, all of them at once: entry ``[n, c, p, q, i, j]`` of
`_windows` is pixel (p, q) of the window that output (i, j) sees. Those mistakes that the fast path
can make as well are repeated for it in `reference.mistakes.fast`.
"""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reference._checks import FloatArray
from reference.convolution import ConvCache, conv_backward_naive, conv_forward_naive
from reference.mistakes._record import mistake

Output = tuple[FloatArray, Any]
Gradients = tuple[FloatArray, FloatArray, FloatArray]
ConvParam = dict[str, Any]


def _right(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> FloatArray:
    return conv_forward_naive(x, w, b, conv_param)[0]


def _cache(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Any:
    return conv_forward_naive(x, w, b, conv_param)[1]


def _padded(x: FloatArray, pad: int) -> FloatArray:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def _windows(x: FloatArray, w: FloatArray) -> FloatArray:
    """All the windows at stride 1, (N, C, HH, WW, ...)."""
    return sliding_window_view(x, w.shape[2:], axis=(2, 3)).transpose(0, 1, 4, 5, 2, 3)


def _correlate(windows: FloatArray, w: FloatArray, b: FloatArray) -> FloatArray:
    out: FloatArray = np.einsum("ncpqij,fcpq->nfij", windows, w, optimize=True)
    return out + b[:, np.newaxis, np.newaxis]


# Forward


@mistake(
    of="conv_forward_naive",
    says="The biases are never added.",
    asks="What should each filter put out for an image that is zero everywhere?",
)
def bias_missing(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, w, 0 * b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The filters are turned upside down and back to front.",
    asks="Which pixel of the window meets the first weight of the filter?",
)
def filters_turned(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, w[:, :, ::-1, ::-1], b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="Only the first channel of the images is looked at.",
    asks="Through how many channels does one filter reach?",
)
def first_channel_only(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x[:, :1], w[:, :1], b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The bias is added once for every channel of the images and not once for every output.",
    asks="If you add up over the channels in a loop, is the bias inside or outside of it?",
)
def bias_for_every_channel(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, w, x.shape[1] * b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The channels are added up in a loop, although the window already holds all of them.",
    asks="How many products of a pixel and a weight go into one output, and how many do you add up?",
)
def channels_counted_again(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, x.shape[1] * w, b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The windows move by one pixel, whatever the stride.",
    asks="Where in the image does the second window of a row begin, for a stride of 2?",
)
def stride_ignored(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    right = _right(x, w, b, conv_param)
    dense = _right(x, w, b, {**conv_param, "stride": 1})
    return dense[:, :, : right.shape[2], : right.shape[3]], _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The stride is used from row to row but not from column to column.",
    asks="In which two directions do the windows move, and does the stride appear in both?",
)
def stride_on_the_rows_only(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    right = _right(x, w, b, conv_param)
    dense = _right(x, w, b, {**conv_param, "stride": 1})
    return dense[:, :, :: conv_param["stride"], : right.shape[3]], _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The images are not padded, so the output is too small.",
    asks="How large should the output be for a filter of 3 x 3, a stride of 1 and a padding of 1?",
)
def padding_ignored(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, w, b, {**conv_param, "pad": 0}), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="All of the padding is at the bottom and on the right.",
    asks="On how many sides of the image do the zeros belong?",
)
def padding_on_one_side(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    pad = conv_param["pad"]
    shifted = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return _right(shifted, w, b, {**conv_param, "pad": 0}), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The images are padded with copies of their border and not with zeros.",
    asks="Which number does the handout want outside of the image?",
)
def padding_with_the_border(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    pad = conv_param["pad"]
    wide = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    return _right(wide, w, b, {**conv_param, "pad": 0}), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The batch and the channels are padded too, because the padding is given for all four axes.",
    asks="Which of the four axes of the images should grow?",
)
def every_axis_padded(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    wide = np.pad(x, conv_param["pad"])
    C = x.shape[1]  # the loops run over the channels of the filters
    return _right(wide[:, :C], w, b, {**conv_param, "pad": 0}), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="Height and width of the filter are swapped.",
    asks="Which axis of the filters is the height, and which axis of the image does it lie along?",
)
def filter_sides_swapped(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    return _right(x, w.transpose(0, 1, 3, 2), b, conv_param), _cache(x, w, b, conv_param)


@mistake(
    of="conv_forward_naive",
    says="The windows lie side by side, as if the stride were the size of the filter.",
    asks="By how many pixels do two neighbouring windows overlap?",
)
def windows_side_by_side(x: FloatArray, w: FloatArray, b: FloatArray, conv_param: ConvParam) -> Output:
    HH, WW = w.shape[2:]
    windows = _windows(_padded(x, conv_param["pad"]), w)[..., ::HH, ::WW]
    out = np.zeros_like(_right(x, w, b, conv_param))
    part = _correlate(windows, w, b)[:, :, : out.shape[2], : out.shape[3]]
    out[:, :, : part.shape[2], : part.shape[3]] = part
    return out, _cache(x, w, b, conv_param)


# Backward


@mistake(
    of="conv_backward_naive",
    says="The margin is cut off by counting from the end, which leaves nothing when there is no padding.",
    asks="What does a slice select that ends at minus zero?",
)
def nothing_left_without_padding(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, db = conv_backward_naive(dout, cache)
    return (dx if cache.pad else dx[:, :, 0:0, 0:0]), dw, db


def _of_the_padded_images(dout: FloatArray, cache: ConvCache) -> Gradients:
    """The right gradients of images that are padded already."""
    return conv_backward_naive(dout, cache._replace(x=_padded(cache.x, cache.pad), pad=0))


@mistake(
    of="conv_backward_naive",
    says="The gradient of the images still has the margin that the padding added.",
    asks="Does your gradient of the images have the shape of the images?",
)
def margin_left_on(dout: FloatArray, cache: ConvCache) -> Gradients:
    return _of_the_padded_images(dout, cache)


@mistake(
    of="conv_backward_naive",
    says="The margin is cut off at the bottom and on the right only.",
    asks="At which row of the padded images does the image begin?",
)
def margin_cut_off_at_one_end(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, db = _of_the_padded_images(dout, cache)
    H, W = cache.x.shape[2:]
    return dx[:, :, :H, :W], dw, db


@mistake(
    of="conv_backward_naive",
    says="Where windows overlap, the gradient of the last one replaces what the others gave.",
    asks="If a pixel is seen by four outputs, how many terms does its gradient have?",
)
def overlaps_overwritten(dout: FloatArray, cache: ConvCache) -> Gradients:
    _, dw, db = conv_backward_naive(dout, cache)
    HH, WW = cache.w.shape[2:]
    dpadded = np.zeros_like(_padded(cache.x, cache.pad))
    for i, j in np.ndindex(dout.shape[2:]):
        top, left = i * cache.stride, j * cache.stride
        dwindow = np.einsum("nf,fcpq->ncpq", dout[:, :, i, j], cache.w)
        dpadded[:, :, top : top + HH, left : left + WW] = dwindow
    H, W = cache.x.shape[2:]
    return dpadded[:, :, cache.pad : cache.pad + H, cache.pad : cache.pad + W], dw, db


@mistake(
    of="conv_backward_naive",
    says="Only the last filter's part of the gradient of the images is kept.",
    asks="How many filters look at one pixel, and what happens to their contributions?",
)
def last_filter_only(dout: FloatArray, cache: ConvCache) -> Gradients:
    _, dw, db = conv_backward_naive(dout, cache)
    last = np.zeros_like(dout)
    last[:, -1] = dout[:, -1]
    return conv_backward_naive(last, cache)[0], dw, db


@mistake(
    of="conv_backward_naive",
    says="The gradient of the filters comes from the last image alone: it is replaced and not added to.",
    asks="How many images of the batch does one filter meet?",
)
def last_image_only(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, _, db = conv_backward_naive(dout, cache)
    last = np.zeros_like(dout)
    last[-1] = dout[-1]
    return dx, conv_backward_naive(last, cache)[1], db


@mistake(
    of="conv_backward_naive",
    says="The gradient of the filters comes from the last window of each image alone.",
    asks="How many windows of an image does one filter meet?",
)
def last_window_only(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, _, db = conv_backward_naive(dout, cache)
    last = np.zeros_like(dout)
    last[:, :, -1, -1] = dout[:, :, -1, -1]
    return dx, conv_backward_naive(last, cache)[1], db


@mistake(
    of="conv_backward_naive",
    says="The gradient of the filters is taken from the images without their padding.",
    asks="Which pixels did a filter see at the left edge of the padded image?",
)
def dw_from_images_without_padding(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, _, db = conv_backward_naive(dout, cache)
    margin = 2 * cache.pad  # slices that reach over the end of the image find zeros here
    x = np.pad(cache.x, ((0, 0), (0, 0), (0, margin), (0, margin)))
    return dx, conv_backward_naive(dout, cache._replace(x=x, pad=0))[1], db


@mistake(
    of="conv_backward_naive",
    says="The windows move by one pixel in the backward pass, whatever the stride.",
    asks="Which window did an output see in the forward pass, for a stride of 2?",
)
def stride_ignored_on_the_way_back(dout: FloatArray, cache: ConvCache) -> Gradients:
    (H_out, W_out), (HH, WW), pad = dout.shape[2:], cache.w.shape[2:], cache.pad
    corner = _padded(cache.x, pad)[:, :, : H_out + HH - 1, : W_out + WW - 1]
    dcorner, dw, db = conv_backward_naive(dout, cache._replace(x=corner, stride=1, pad=0))
    dpadded = np.zeros_like(_padded(cache.x, pad))
    dpadded[:, :, : dcorner.shape[2], : dcorner.shape[3]] = dcorner
    H, W = cache.x.shape[2:]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake(
    of="conv_backward_naive",
    says="The filters are turned where the gradient is passed down to the windows.",
    asks="Which weight met a pixel in the forward pass, and which one should bring its gradient?",
)
def filters_turned_on_the_way_back(dout: FloatArray, cache: ConvCache) -> Gradients:
    _, dw, db = conv_backward_naive(dout, cache)
    return conv_backward_naive(dout, cache._replace(w=cache.w[:, :, ::-1, ::-1]))[0], dw, db


@mistake(
    of="conv_backward_naive",
    says="The gradient of the biases is not summed over the images.",
    asks="To how many outputs is one bias added, over the images and the pixels?",
)
def db_not_summed_over_the_images(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, _ = conv_backward_naive(dout, cache)
    return dx, dw, dout.sum(axis=(2, 3))


@mistake(
    of="conv_backward_naive",
    says="The gradient of the biases is summed over the filters and one axis of the pixels is left.",
    asks="There is one bias for each filter: which axis of the upstream gradient must be left?",
)
def db_over_the_wrong_axes(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, _ = conv_backward_naive(dout, cache)
    return dx, dw, dout.sum(axis=(0, 1, 2))


@mistake(
    of="conv_backward_naive",
    says="The gradient of the biases is a mean over images and pixels and not the sum.",
    asks="If two outputs each push a bias by the same amount, how far is it pushed in total?",
)
def db_is_a_mean(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, _ = conv_backward_naive(dout, cache)
    return dx, dw, dout.mean(axis=(0, 2, 3))


@mistake(
    of="conv_backward_naive",
    says="The filters' gradient is divided by the number of images, which the loss has done already.",
    asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
)
def dw_is_a_mean(dout: FloatArray, cache: ConvCache) -> Gradients:
    dx, dw, db = conv_backward_naive(dout, cache)
    return dx, dw / len(dout), db
