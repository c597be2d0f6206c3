"""Mistakes of layer normalization."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.normalization import batchnorm_forward
from reference.normalization.layernorm import LayerNormCache, layernorm_backward, layernorm_forward

Output = tuple[FloatArray, LayerNormCache]
Gradients = tuple[FloatArray, FloatArray, FloatArray]
LnParam = Mapping[str, Any]


def _with(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam, std: FloatArray) -> Output:
    """The right pass, but with this deviation."""
    out = gamma * (x - x.mean(axis=1, keepdims=True)) / std + beta
    return out, layernorm_forward(x, gamma, beta, ln_param)[1]


@mistake(
    of="layernorm_forward",
    says="Mean and variance are taken over the batch, as batch normalization does.",
    asks="Should the output for one example change when the other examples of the batch do?",
)
def statistics_over_the_batch(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam
) -> Output:
    out, _ = batchnorm_forward(x, gamma, beta, {**ln_param, "mode": "train"})
    return out, layernorm_forward(x, gamma, beta, ln_param)[1]


@mistake(
    of="layernorm_forward",
    says="The variance is divided by one less than the number of features.",
    asks="Which of the two variances does the handout ask for, the biased or the unbiased one?",
)
def unbiased_variance(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    variance = x.var(axis=1, ddof=1, keepdims=True)
    return _with(x, gamma, beta, ln_param, np.sqrt(variance + ln_param.get("eps", 1e-5)))


@mistake(
    of="layernorm_forward",
    says="Epsilon is added to the standard deviation, outside the root.",
    asks="Which quantity does the formula make safe with epsilon: the variance or its root?",
)
def eps_outside_the_root(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    return _with(x, gamma, beta, ln_param, x.std(axis=1, keepdims=True) + ln_param.get("eps", 1e-5))


@mistake(
    of="layernorm_forward",
    says="The root is missing: the features are divided by the variance of their example.",
    asks="If an example is measured in metres, in which unit do you divide it?",
)
def divided_by_the_variance(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    variance = x.var(axis=1, keepdims=True) + ln_param.get("eps", 1e-5)
    return _with(x, gamma, beta, ln_param, variance)


@mistake(
    of="layernorm_forward",
    says="The normalized features are not scaled and shifted by gamma and beta.",
    asks="What do gamma and beta do to the normalized features?",
)
def without_gamma_and_beta(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    out, cache = layernorm_forward(x, gamma, beta, ln_param)
    return (out - beta) / gamma, cache


@mistake(
    of="layernorm_forward",
    says="Epsilon is fixed, whatever the caller asked for.",
    asks="What does the key that the caller may put into the dict change in your code?",
)
def eps_ignored(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    return layernorm_forward(x, gamma, beta, {})[0], layernorm_forward(x, gamma, beta, ln_param)[1]


@mistake(
    of="layernorm_forward",
    says="The means of the examples have lost their axis, so they are subtracted from the features.",
    asks="Which shape must the N means have so that broadcasting gives one to each row?",
)
def axis_of_the_means_lost(x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: LnParam) -> Output:
    xhat = (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + ln_param.get("eps", 1e-5))
    return gamma * xhat + beta, layernorm_forward(x, gamma, beta, ln_param)[1]


@mistake(
    of="layernorm_backward",
    says="The gradients of gamma and beta are summed over the features of each example.",
    asks="There is one gamma for each feature: which axis of the upstream gradient must be left?",
)
def dgamma_over_the_wrong_axis(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    dx, _, _ = layernorm_backward(dout, cache)
    return dx, (dout * cache.xhat).sum(axis=1), dout.sum(axis=1)


@mistake(
    of="layernorm_backward",
    says="The means are taken over the batch, as in the backward pass of batch normalization.",
    asks="Which inputs share a mean with a given input: those in its row or those in its column?",
)
def means_over_the_batch(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    _, dgamma, dbeta = layernorm_backward(dout, cache)
    dxhat, xhat = dout * cache.gamma, cache.xhat
    return (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / cache.std, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="Gamma stands in front of the whole formula, but it differs between the features that are averaged.",
    asks="May a factor be taken out of a sum over the features if every feature has its own?",
)
def gamma_outside_the_means(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    _, dgamma, dbeta = layernorm_backward(dout, cache)
    plain, _, _ = layernorm_backward(dout, cache._replace(gamma=np.ones_like(cache.gamma)))
    return cache.gamma * plain, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="Gamma is missing in the gradient of the input.",
    asks="What is the first thing that the normalized features meet on their way up?",
)
def gamma_forgotten(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    _, dgamma, dbeta = layernorm_backward(dout, cache)
    plain, _, _ = layernorm_backward(dout, cache._replace(gamma=np.ones_like(cache.gamma)))
    return plain, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="The path through the mean is forgotten: every input also moves the mean of its example.",
    asks="If one input grows, what happens to all the other outputs of the same example?",
)
def mean_gradient_forgotten(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    dx, dgamma, dbeta = layernorm_backward(dout, cache)
    return dx + (dout * cache.gamma).mean(axis=1, keepdims=True) / cache.std, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="The path through the variance is forgotten: every input also moves the deviation of its example.",
    asks="If one input moves away from the mean, what happens to the number that all are divided by?",
)
def variance_gradient_forgotten(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    _, dgamma, dbeta = layernorm_backward(dout, cache)
    dxhat = dout * cache.gamma
    return (dxhat - dxhat.mean(axis=1, keepdims=True)) / cache.std, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="The sums over the features are divided by the number of examples.",
    asks="Over how many numbers was each mean of the forward pass taken?",
)
def divided_by_the_number_of_examples(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    _, dgamma, dbeta = layernorm_backward(dout, cache)
    N, dxhat, xhat = len(dout), dout * cache.gamma, cache.xhat
    sums = dxhat.sum(axis=1, keepdims=True) + xhat * (dxhat * xhat).sum(axis=1, keepdims=True)
    return (dxhat - sums / N) / cache.std, dgamma, dbeta


@mistake(
    of="layernorm_backward",
    says="The gradient of gamma is summed without the normalized features that gamma multiplies.",
    asks="If a normalized feature is zero, can gamma change the output there?",
)
def dgamma_without_xhat(dout: FloatArray, cache: LayerNormCache) -> Gradients:
    dx, _, dbeta = layernorm_backward(dout, cache)
    return dx, dout.sum(axis=0), dbeta
