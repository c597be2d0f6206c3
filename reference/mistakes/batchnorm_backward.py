"""Mistakes of the two backward passes of batch normalization."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.normalization.batchnorm import BatchNormCache, batchnorm_backward, batchnorm_backward_alt

Gradients = tuple[FloatArray, FloatArray, FloatArray]

# Through the graph


@mistake(
    of="batchnorm_backward",
    says="The path through the mean is forgotten: every input also moves the mean of its feature.",
    asks="If one input grows, what happens to all the other outputs of the same feature?",
)
def mean_gradient_forgotten(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx + (dout * cache.gamma / cache.std).mean(axis=0), dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="The path through the variance is forgotten: every input also moves the deviation of its feature.",
    asks="If one input moves away from the mean, what happens to the number that all are divided by?",
)
def variance_gradient_forgotten(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward(dout, cache)
    dxhat = dout * cache.gamma
    return (dxhat - dxhat.mean(axis=0)) / cache.std, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="Mean and variance are treated as constants, although both depend on every input.",
    asks="By how many paths does one input reach the output in the computational graph?",
)
def statistics_as_constants(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dout * cache.gamma / cache.std, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="Gamma is missing in the gradient of the input.",
    asks="What is the first thing that the normalized features meet on their way up?",
)
def gamma_forgotten(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx / cache.gamma, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="The gradient of the input is not divided by the standard deviation.",
    asks="If all the inputs were ten times as large, how much weaker would each influence the output?",
)
def deviation_forgotten(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx * cache.std, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="The factor two of the square is missing in the path through the variance.",
    asks="What is the derivative of a square?",
)
def factor_two_forgotten(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    dxhat = dout * cache.gamma
    return dx + cache.xhat * (dxhat * cache.xhat).mean(axis=0) / cache.std / 2, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="The path through the variance has the wrong sign.",
    asks="If the deviation grows, do the normalized features grow or shrink?",
)
def variance_gradient_of_the_wrong_sign(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    dxhat = dout * cache.gamma
    return dx + 2 * cache.xhat * (dxhat * cache.xhat).mean(axis=0) / cache.std, dgamma, dbeta


@mistake(
    of="batchnorm_backward",
    says="The gradient of gamma is summed without the normalized features that gamma multiplies.",
    asks="If a normalized feature is zero, can gamma change the output there?",
)
def dgamma_without_xhat(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, _, dbeta = batchnorm_backward(dout, cache)
    return dx, dout.sum(axis=0), dbeta


@mistake(
    of="batchnorm_backward",
    says="The gradient of gamma is formed with the centred features, before their division by the deviation.",
    asks="What exactly does gamma multiply in the forward pass?",
)
def dgamma_before_the_division(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dgamma * cache.std, dbeta


@mistake(
    of="batchnorm_backward",
    says="The gradients of gamma and beta are means over the batch and not sums.",
    asks="If two examples each push beta by the same amount, how far is it pushed in total?",
)
def dgamma_and_dbeta_are_means(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dgamma / len(dout), dbeta / len(dout)


@mistake(
    of="batchnorm_backward",
    says="The gradient of beta is not summed over the examples.",
    asks="How many examples does one entry of beta take part in?",
)
def dbeta_not_summed(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, _ = batchnorm_backward(dout, cache)
    return dx, dgamma, dout


@mistake(
    of="batchnorm_backward",
    says="The gradients of gamma and beta are matrices with one row and not vectors.",
    asks="Do your gradients of gamma and beta have as many dimensions as gamma and beta?",
)
def dgamma_with_a_row_too_many(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return dx, dgamma[np.newaxis], dbeta[np.newaxis]


# The simplified formula


@mistake(
    of="batchnorm_backward_alt",
    says="The term of the mean is missing: the upstream gradient is not centred.",
    asks="If shifting a feature changes nothing, what must the gradients of its inputs add up to?",
)
def term_of_the_mean_missing(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return dx + cache.gamma / cache.std * dbeta / len(dout), dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="The term of the variance is missing.",
    asks="Doubling all the inputs of a feature changes nothing in the output: does your gradient know that?",
)
def term_of_the_variance_missing(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return cache.gamma / cache.std * (dout - dout.mean(axis=0)), dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="The normalized features are missing in front of the term of the variance.",
    asks="Which inputs move the variance most: those near the mean or those far from it?",
)
def xhat_missing_in_the_term_of_the_variance(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return cache.gamma / cache.std * (dout - (dbeta + dgamma) / len(dout)), dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="The two sums are not divided by the number of examples.",
    asks="How much does one of N examples weigh in the mean and in the variance?",
)
def sums_where_means_are_due(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return cache.gamma / cache.std * (dout - dbeta - cache.xhat * dgamma), dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="The term of the variance is added where it should be subtracted.",
    asks="If an input above the mean grows, does the deviation that divides it grow or shrink?",
)
def term_of_the_variance_added(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    _, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    inner = dout - dbeta / len(dout) + cache.xhat * dgamma / len(dout)
    return cache.gamma / cache.std * inner, dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="Gamma is missing in the gradient of the input.",
    asks="What is the first thing that the normalized features meet on their way up?",
)
def gamma_left_out(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return dx / cache.gamma, dgamma, dbeta


@mistake(
    of="batchnorm_backward_alt",
    says="The gradient of the input is divided by the variance and not by its root.",
    asks="If all the inputs were ten times as large, how much weaker would each influence the output?",
)
def variance_without_the_root(dout: FloatArray, cache: BatchNormCache) -> Gradients:
    dx, dgamma, dbeta = batchnorm_backward_alt(dout, cache)
    return dx / cache.std, dgamma, dbeta
