"""Mistakes of batch normalization for images."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.normalization import batchnorm_forward
from reference.normalization.spatial_batchnorm import (
    SpatialBatchNormCache,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)

Output = tuple[FloatArray, SpatialBatchNormCache]
Gradients = tuple[FloatArray, FloatArray, FloatArray]
BnParam = dict[str, Any]


@mistake(
    of="spatial_batchnorm_forward",
    says="The images are reshaped into rows with the channels where they are, which mixes the channels.",
    asks="Which numbers lie next to each other in memory: those of one pixel or those of one channel?",
)
def channels_not_moved_to_the_end(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    cache = spatial_batchnorm_forward(x, gamma, beta, dict(bn_param))[1]
    rows, _ = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    return rows.reshape(x.shape), cache


@mistake(
    of="spatial_batchnorm_forward",
    says="The rows are reshaped into images without moving the channels back, which scrambles the output.",
    asks="In which order are the axes of the rows, and which order does the output need?",
)
def channels_not_moved_back(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    out, cache = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    return out.transpose(0, 2, 3, 1).reshape(x.shape), cache


@mistake(
    of="spatial_batchnorm_forward",
    says="Every image is normalized on its own, although the images of a batch share their statistics.",
    asks="Over which three of the four axes should the mean of a channel be taken?",
)
def each_image_on_its_own(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    out, cache = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        settings = {key: value for key, value in bn_param.items() if key in ("mode", "eps")}
        each = [spatial_batchnorm_forward(image[np.newaxis], gamma, beta, {**settings})[0] for image in x]
        out = np.concatenate(each)
    return out, cache


@mistake(
    of="spatial_batchnorm_forward",
    says="The running averages start anew with every batch, so they know no batch but the last.",
    asks="What is in the dict of running averages after two different batches?",
)
def running_averages_start_anew(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    if bn_param["mode"] == "train":
        bn_param.pop("running_mean", None)
        bn_param.pop("running_var", None)
    return spatial_batchnorm_forward(x, gamma, beta, bn_param)


@mistake(
    of="spatial_batchnorm_forward",
    says="The mode is not looked at: test mode normalizes with the statistics of its own images.",
    asks="May the score of one test image depend on the other images it is tested with?",
)
def mode_ignored(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    out, cache = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        out, _ = spatial_batchnorm_forward(x, gamma, beta, {**bn_param, "mode": "train"})
    return out, cache


@mistake(
    of="spatial_batchnorm_backward",
    says="The upstream gradient is reshaped into rows without moving the channels to the end first.",
    asks="What did the forward pass do to the axes before it made rows of the images?",
)
def gradient_channels_not_moved_to_the_end(dout: FloatArray, cache: SpatialBatchNormCache) -> Gradients:
    N, C, H, W = dout.shape
    rows = dout.reshape(N, H, W, C).transpose(0, 3, 1, 2)  # what such rows would be as images
    dx, dgamma, dbeta = spatial_batchnorm_backward(rows, cache)
    return dx, dgamma, dbeta


@mistake(
    of="spatial_batchnorm_backward",
    says="The gradient of the rows is reshaped into images without moving the channels back.",
    asks="In which order are the axes of the rows, and which order does the gradient need?",
)
def gradient_channels_not_moved_back(dout: FloatArray, cache: SpatialBatchNormCache) -> Gradients:
    dx, dgamma, dbeta = spatial_batchnorm_backward(dout, cache)
    return dx.transpose(0, 2, 3, 1).reshape(dout.shape), dgamma, dbeta


@mistake(
    of="spatial_batchnorm_backward",
    says="The gradient of beta is summed over the images but not over the pixels.",
    asks="To how many numbers of an image is one entry of beta added?",
)
def dbeta_of_each_pixel(dout: FloatArray, cache: SpatialBatchNormCache) -> Gradients:
    dx, dgamma, _ = spatial_batchnorm_backward(dout, cache)
    return dx, dgamma, dout.sum(axis=0)


@mistake(
    of="spatial_batchnorm_backward",
    says="The gradients of gamma and beta are divided by the number of pixels of an image.",
    asks="Is there a mean over the pixels anywhere between beta and the output?",
)
def dgamma_and_dbeta_are_means_over_pixels(dout: FloatArray, cache: SpatialBatchNormCache) -> Gradients:
    dx, dgamma, dbeta = spatial_batchnorm_backward(dout, cache)
    pixels = dout.shape[2] * dout.shape[3]
    return dx, dgamma / pixels, dbeta / pixels
