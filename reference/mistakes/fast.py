"""Mistakes of the fast path: those of the plain loops once more, and those that only columns invite.

A forward mistake is told by its output, so that of the loops serves here too, with the cache that
belongs to the fast function. The backward mistakes use nothing but the linearity of a backward pass
(its results for another ``dout``), so they work with the cache of any implementation.
"""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.fast.convolution import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_strides,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_strides,
)
from reference.fast.pooling import (
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from reference.mistakes import convolution, pooling
from reference.mistakes._record import Implementation, Mistake, mistake

Gradients = tuple[FloatArray, FloatArray, FloatArray]

# Forward


def _repeated(trusted: Implementation, *mistakes: Mistake) -> tuple[Mistake, ...]:
    """The same mistakes in another forward function, which brings its own cache."""
    return tuple(_for(trusted, original) for original in mistakes)


def _for(trusted: Implementation, original: Mistake) -> Mistake:
    @wraps(original.implementation)
    def implementation(*arguments: Any) -> tuple[FloatArray, Any]:
        return original.implementation(*arguments)[0], trusted(*arguments)[1]

    target = trusted.__name__
    name = original.id.removeprefix(f"{original.target}.")
    return replace(original, id=f"{target}.{name}", target=target, implementation=implementation)


def _of_columns(trusted: Implementation) -> tuple[Mistake, ...]:
    """Mistakes of a convolution that is one matrix product."""

    @mistake(
        of=trusted.__name__,
        says="The product is reshaped into images as it stands, although its axes are in another order.",
        asks="Which axis runs fastest in your product: the places of the output or the images?",
    )
    def product_not_transposed(
        x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
    ) -> tuple[FloatArray, Any]:
        out, cache = trusted(x, w, b, conv_param)
        return out.transpose(1, 2, 3, 0).reshape(out.shape), cache

    @mistake(
        of=trusted.__name__,
        says="The rows of the filters run through the channels last, and those of the columns first.",
        asks="In which order do channel, row and column of a window follow each other in a column?",
    )
    def filters_flattened_in_another_order(
        x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
    ) -> tuple[FloatArray, Any]:
        shuffled = w.transpose(0, 2, 3, 1).reshape(w.shape)
        return trusted(x, shuffled, b, conv_param)[0], trusted(x, w, b, conv_param)[1]

    return (product_not_transposed, filters_flattened_in_another_order)


conv_forward = tuple(
    found
    for trusted in (conv_forward_fast, conv_forward_im2col, conv_forward_strides)
    for found in (
        *_repeated(
            trusted,
            convolution.bias_missing,
            convolution.filters_turned,
            convolution.stride_ignored,
            convolution.stride_on_the_rows_only,
            convolution.padding_ignored,
        ),
        *_of_columns(trusted),
    )
)

pool_forward = tuple(
    found
    for trusted in (max_pool_forward_fast, max_pool_forward_im2col)
    for found in _repeated(
        trusted,
        pooling.window_sides_swapped,
        pooling.windows_side_by_side,
        pooling.stride_ignored,
        pooling.mean_of_the_window,
    )
) + _repeated(max_pool_forward_reshape, pooling.mean_of_the_window, pooling.maximum_over_the_channels)


@mistake(
    of="max_pool_forward_reshape",
    says="The images are split into as many rows as a window is high, and not into windows of that height.",
    asks="Of the two axes that one image axis is split into, which one counts within a window?",
)
def axes_within_and_between_swapped(x: FloatArray, pool_param: dict[str, Any]) -> tuple[FloatArray, Any]:
    (N, C, H, W), size = x.shape, pool_param["stride"]
    out = x.reshape(N, C, size, H // size, size, W // size).max(axis=(2, 4))
    return out, max_pool_forward_reshape(x, pool_param)[1]


# Backward


def _conv_backward(trusted: Callable[..., Gradients]) -> tuple[Mistake, ...]:
    """Mistakes of the backward pass of a convolution that is one matrix product."""

    @mistake(
        of=trusted.__name__,
        says="The upstream gradient is reshaped into a matrix without moving the filters to the front.",
        asks="Which axis comes first in the upstream gradient, and which one in your product?",
    )
    def gradient_not_transposed(dout: FloatArray, cache: Any) -> Gradients:
        N, F, H_out, W_out = dout.shape
        return trusted(dout.reshape(F, N, H_out, W_out).transpose(1, 0, 2, 3), cache)

    @mistake(
        of=trusted.__name__,
        says="The gradient of the filters comes from the last image alone: it is replaced and not added to.",
        asks="How many images of the batch does one filter meet?",
    )
    def last_image_only(dout: FloatArray, cache: Any) -> Gradients:
        last = np.zeros_like(dout)
        last[-1] = dout[-1]
        dx, _, db = trusted(dout, cache)
        return dx, trusted(last, cache)[1], db

    @mistake(
        of=trusted.__name__,
        says="The filters' gradient is divided by the number of images, which the loss has done already.",
        asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
    )
    def dw_is_a_mean(dout: FloatArray, cache: Any) -> Gradients:
        dx, dw, db = trusted(dout, cache)
        return dx, dw / len(dout), db

    @mistake(
        of=trusted.__name__,
        says="The gradient of the filters is still a matrix and not in the shape of the filters.",
        asks="Does each gradient have the shape of its variable?",
    )
    def dw_left_as_a_matrix(dout: FloatArray, cache: Any) -> Gradients:
        dx, dw, db = trusted(dout, cache)
        return dx, dw.reshape(len(dw), -1), db

    @mistake(
        of=trusted.__name__,
        says="The gradient of the biases is not summed over the images.",
        asks="To how many outputs is one bias added, over the images and the pixels?",
    )
    def db_not_summed_over_the_images(dout: FloatArray, cache: Any) -> Gradients:
        dx, dw, _ = trusted(dout, cache)
        return dx, dw, dout.sum(axis=(2, 3))

    @mistake(
        of=trusted.__name__,
        says="Only the last filter's part of the gradient of the images is kept.",
        asks="How many filters look at one pixel, and what happens to their contributions?",
    )
    def last_filter_only(dout: FloatArray, cache: Any) -> Gradients:
        last = np.zeros_like(dout)
        last[:, -1] = dout[:, -1]
        _, dw, db = trusted(dout, cache)
        return trusted(last, cache)[0], dw, db

    return (
        gradient_not_transposed,
        last_image_only,
        dw_is_a_mean,
        dw_left_as_a_matrix,
        db_not_summed_over_the_images,
        last_filter_only,
    )


conv_backward = (
    *_conv_backward(conv_backward_fast),
    *_conv_backward(conv_backward_im2col),
    *_conv_backward(conv_backward_strides),
)


def _pool_backward(trusted: Callable[..., FloatArray]) -> tuple[Mistake, ...]:
    """Mistakes of the backward pass of max pooling, all windows at once."""

    @mistake(
        of=trusted.__name__,
        says="The upstream gradient is flattened with the pixels last, but the maxima are in another order.",
        asks="In which order do your maxima follow each other: which axis runs fastest?",
    )
    def gradient_in_another_order(dout: FloatArray, cache: Any) -> FloatArray:
        N, C, H_out, W_out = dout.shape
        return trusted(dout.reshape(H_out, W_out, N, C).transpose(2, 3, 0, 1), cache)

    @mistake(
        of=trusted.__name__,
        says="The gradient is multiplied by the number of places in a window.",
        asks="How much gradient goes into a window at the top, and how much comes out at the bottom?",
    )
    def multiplied_by_the_size_of_the_window(dout: FloatArray, cache: Any) -> FloatArray:
        dx: FloatArray = trusted(dout, cache) * cache.pool_height * cache.pool_width
        return dx

    @mistake(
        of=trusted.__name__,
        says="The gradient is divided by the number of images, which the loss has done already.",
        asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
    )
    def divided_by_the_batch(dout: FloatArray, cache: Any) -> FloatArray:
        return trusted(dout, cache) / len(dout)

    return (gradient_in_another_order, multiplied_by_the_size_of_the_window, divided_by_the_batch)


pool_backward = (
    *_pool_backward(max_pool_backward_fast),
    *_pool_backward(max_pool_backward_im2col),
    *_pool_backward(max_pool_backward_reshape),
)


def _kept(target: str, original: Mistake) -> Mistake:
    """The same mistake in another backward function whose cache has the same fields."""
    name = original.id.removeprefix(f"{original.target}.")
    return replace(original, id=f"{target}.{name}", target=target)


pool_ties = tuple(
    _kept(target, original)
    for target in ("max_pool_backward_fast", "max_pool_backward_reshape")
    for original in (pooling.every_tie_gets_all, pooling.ties_share, pooling.spread_over_the_window)
)
