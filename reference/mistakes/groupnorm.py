"""Mistakes of group normalization for images."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.normalization.groupnorm import (
    GroupNormCache,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)

Output = tuple[FloatArray, GroupNormCache]
Gradients = tuple[FloatArray, FloatArray, FloatArray]
GnParam = Mapping[str, Any]


def _grouped_alike(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam, groups: int
) -> Output:
    """The right pass, but with another number of groups in the output."""
    out, _ = spatial_groupnorm_forward(x, gamma, beta, groups, gn_param)
    return out, spatial_groupnorm_forward(x, gamma, beta, G, gn_param)[1]


@mistake(
    of="spatial_groupnorm_forward",
    says="A group is made of every G-th channel and not of neighbouring channels.",
    asks="Of 6 channels in 3 groups, which are in the first group: 0 and 1, or 0 and 3?",
)
def channels_interleaved(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    C = x.shape[1]
    order = np.arange(C).reshape(-1, G).T.ravel()  # channels 0, G, 2 G, ... come first
    neutral = np.ones((1, C, 1, 1))
    xhat = np.empty_like(x)
    xhat[:, order], _ = spatial_groupnorm_forward(x[:, order], neutral, 0 * neutral, G, gn_param)
    return gamma * xhat + beta, spatial_groupnorm_forward(x, gamma, beta, G, gn_param)[1]


@mistake(
    of="spatial_groupnorm_forward",
    says="G is taken for the number of channels in a group, where it is the number of groups.",
    asks="With 6 channels and G = 3, how many means does one image have?",
)
def groups_of_g_channels(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    return _grouped_alike(x, gamma, beta, G, gn_param, groups=x.shape[1] // G)


@mistake(
    of="spatial_groupnorm_forward",
    says="All the channels form one group, as in layer normalization.",
    asks="How many means should one image have?",
)
def one_group(x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam) -> Output:
    return _grouped_alike(x, gamma, beta, G, gn_param, groups=1)


@mistake(
    of="spatial_groupnorm_forward",
    says="Every channel is normalized on its own, as if it were a group.",
    asks="How many channels share one mean?",
)
def every_channel_a_group(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    return _grouped_alike(x, gamma, beta, G, gn_param, groups=x.shape[1])


@mistake(
    of="spatial_groupnorm_forward",
    says="The statistics of a group are taken over all the images of the batch.",
    asks="Should the output for one image change when the other images of the batch do?",
)
def statistics_over_the_batch(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    N, C, H, W = x.shape
    grouped = x.reshape(N, G, C // G, H, W)
    axes = (0, 2, 3, 4)
    std = np.sqrt(grouped.var(axis=axes, keepdims=True) + gn_param.get("eps", 1e-5))
    xhat = ((grouped - grouped.mean(axis=axes, keepdims=True)) / std).reshape(x.shape)
    return gamma * xhat + beta, spatial_groupnorm_forward(x, gamma, beta, G, gn_param)[1]


@mistake(
    of="spatial_groupnorm_forward",
    says="The channels of a group share one gamma and one beta, although every channel has its own.",
    asks="How many entries do gamma and beta have, and how many of them do you use?",
)
def gamma_of_each_group(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    size = x.shape[1] // G
    first = np.repeat(np.arange(0, x.shape[1], size), size)  # the first channel of everyone's group
    out, _ = spatial_groupnorm_forward(x, gamma[:, first], beta[:, first], G, gn_param)
    return out, spatial_groupnorm_forward(x, gamma, beta, G, gn_param)[1]


@mistake(
    of="spatial_groupnorm_forward",
    says="Gamma and beta are taken for vectors, and do not meet the channels when they come as images.",
    asks="Which axis of the images do gamma and beta belong to, in either of their two shapes?",
)
def gamma_taken_for_a_vector(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    out, cache = spatial_groupnorm_forward(x, np.ones_like(gamma), np.zeros_like(beta), G, gn_param)
    rows = gamma * out.transpose(0, 2, 3, 1) + beta
    return rows.transpose(0, 3, 1, 2), cache


@mistake(
    of="spatial_groupnorm_forward",
    says="Epsilon is added to the standard deviation, outside the root.",
    asks="Which quantity does the formula make safe with epsilon: the variance or its root?",
)
def eps_outside_the_root(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: GnParam
) -> Output:
    grouped = x.reshape(len(x), G, -1)
    std = grouped.std(axis=2, keepdims=True) + gn_param.get("eps", 1e-5)
    xhat = ((grouped - grouped.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    return gamma * xhat + beta, spatial_groupnorm_forward(x, gamma, beta, G, gn_param)[1]


def _in_groups(images: FloatArray, cache: GroupNormCache) -> FloatArray:
    """Images with one axis for the groups and one for all the numbers of a group."""
    N, G, _ = cache.std.shape
    return images.reshape(N, G, -1)


@mistake(
    of="spatial_groupnorm_backward",
    says="The path through the mean is forgotten: every input also moves the mean of its group.",
    asks="If one input grows, what happens to all the other outputs of the same group?",
)
def mean_gradient_forgotten(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    dx, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    dxhat = _in_groups(dout * cache.scale, cache)
    lost = dxhat.mean(axis=2, keepdims=True) / cache.std * np.ones_like(dxhat)
    return dx + lost.reshape(dx.shape), dgamma, dbeta


@mistake(
    of="spatial_groupnorm_backward",
    says="The path through the variance is forgotten: every input also moves the deviation of its group.",
    asks="If one input moves away from the mean, what happens to the number that all are divided by?",
)
def variance_gradient_forgotten(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    _, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    dxhat = _in_groups(dout * cache.scale, cache)
    dx = (dxhat - dxhat.mean(axis=2, keepdims=True)) / cache.std
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake(
    of="spatial_groupnorm_backward",
    says="Gamma stands in front of the whole formula, but it differs between the channels of a group.",
    asks="May a factor be taken out of a mean over a group if every channel has its own?",
)
def gamma_outside_the_means(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    _, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    plain, _, _ = spatial_groupnorm_backward(dout, cache._replace(scale=np.ones_like(cache.scale)))
    return cache.scale * plain, dgamma, dbeta


@mistake(
    of="spatial_groupnorm_backward",
    says="The sums over a group are divided by the number of pixels, without its channels.",
    asks="Over how many numbers was the mean of a group taken?",
)
def channels_of_the_group_not_counted(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    _, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    dxhat, xhat = _in_groups(dout * cache.scale, cache), _in_groups(cache.xhat, cache)
    pixels = dout.shape[2] * dout.shape[3]
    sums = dxhat.sum(axis=2, keepdims=True) + xhat * (dxhat * xhat).sum(axis=2, keepdims=True)
    return ((dxhat - sums / pixels) / cache.std).reshape(dout.shape), dgamma, dbeta


@mistake(
    of="spatial_groupnorm_backward",
    says="The gradients of gamma and beta are vectors, although gamma and beta came as images.",
    asks="Does each gradient have the shape of its variable?",
)
def dgamma_as_a_vector(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    dx, dgamma, dbeta = spatial_groupnorm_backward(dout, cache)
    return dx, dgamma.ravel(), dbeta.ravel()


@mistake(
    of="spatial_groupnorm_backward",
    says="The gradients of gamma and beta are not summed over the images.",
    asks="In how many images of the batch does one entry of gamma take part?",
)
def dgamma_of_each_image(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    dx, _, _ = spatial_groupnorm_backward(dout, cache)
    return dx, (dout * cache.xhat).sum(axis=(2, 3), keepdims=True), dout.sum(axis=(2, 3), keepdims=True)


@mistake(
    of="spatial_groupnorm_backward",
    says="The gradient of gamma is summed without the normalized numbers that gamma multiplies.",
    asks="If a normalized number is zero, can gamma change the output there?",
)
def dgamma_without_xhat(dout: FloatArray, cache: GroupNormCache) -> Gradients:
    dx, _, dbeta = spatial_groupnorm_backward(dout, cache)
    return dx, dbeta.copy(), dbeta
