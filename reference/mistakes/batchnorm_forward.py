"""Mistakes of the forward pass of batch normalization."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.normalization.batchnorm import BatchNormCache, batchnorm_forward

Output = tuple[FloatArray, BatchNormCache]
BnParam = dict[str, Any]

# Training


def _train_with(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam, mean: FloatArray, std: FloatArray
) -> Output:
    """The right pass, but in training the output is made with this mean and this deviation."""
    training = bn_param["mode"] == "train"
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return (gamma * (x - mean) / std + beta if training else out), cache


@mistake(
    of="batchnorm_forward",
    says="The variance is divided by one less than the number of examples.",
    asks="Which of the two variances does the handout ask for, the biased or the unbiased one?",
)
def unbiased_variance(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    std = np.sqrt(x.var(axis=0, ddof=1) + bn_param.get("eps", 1e-5))
    return _train_with(x, gamma, beta, bn_param, x.mean(axis=0), std)


@mistake(
    of="batchnorm_forward",
    says="Epsilon is added to the standard deviation, outside the root.",
    asks="Which quantity does the formula make safe with epsilon: the variance or its root?",
)
def eps_outside_the_root(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    std = x.std(axis=0) + bn_param.get("eps", 1e-5)
    return _train_with(x, gamma, beta, bn_param, x.mean(axis=0), std)


@mistake(
    of="batchnorm_forward",
    says="Epsilon is left out, so a feature that is constant over the batch is divided by zero.",
    asks="What do you divide by when all the examples have the same value of a feature?",
)
def eps_missing(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    return _train_with(x, gamma, beta, bn_param, x.mean(axis=0), x.std(axis=0))


@mistake(
    of="batchnorm_forward",
    says="The root is missing: the features are divided by their variance.",
    asks="If a feature is measured in metres, in which unit do you divide it?",
)
def divided_by_the_variance(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    variance = x.var(axis=0) + bn_param.get("eps", 1e-5)
    return _train_with(x, gamma, beta, bn_param, x.mean(axis=0), variance)


@mistake(
    of="batchnorm_forward",
    says="The mean is not subtracted.",
    asks="What is the mean of each feature of your output when gamma is one and beta is zero?",
)
def mean_not_subtracted(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    std = np.sqrt(x.var(axis=0) + bn_param.get("eps", 1e-5))
    return _train_with(x, gamma, beta, bn_param, np.zeros_like(std), std)


@mistake(
    of="batchnorm_forward",
    says="Mean and variance are taken over the features of each example, as layer normalization does.",
    asks="Which numbers share one mean here: those of one example or those of one feature?",
)
def statistics_of_each_example(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    std = np.sqrt(x.var(axis=1, keepdims=True) + bn_param.get("eps", 1e-5))
    return _train_with(x, gamma, beta, bn_param, x.mean(axis=1, keepdims=True), std)


@mistake(
    of="batchnorm_forward",
    says="One mean and one variance are taken over the whole matrix and not one for each feature.",
    asks="How many means should there be for a batch of N examples with D features?",
)
def one_mean_for_everything(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    std = np.sqrt(x.var(keepdims=True) + bn_param.get("eps", 1e-5))
    return _train_with(x, gamma, beta, bn_param, x.mean(keepdims=True), std)


@mistake(
    of="batchnorm_forward",
    says="In training the features are normalized, but not scaled and shifted by gamma and beta.",
    asks="What do gamma and beta do to the normalized features, and in which modes?",
)
def training_without_gamma_and_beta(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    training = bn_param["mode"] == "train"
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return ((out - beta) / gamma if training else out), cache


@mistake(
    of="batchnorm_forward",
    says="Gamma and beta have changed places.",
    asks="Which of the two multiplies the normalized features, and which is added to them?",
)
def gamma_and_beta_swapped(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    cache = batchnorm_forward(x, gamma, beta, dict(bn_param))[1]
    return batchnorm_forward(x, beta, gamma, bn_param)[0], cache


# Running averages


def _running(bn_param: BnParam, x: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """The running averages before a step, and how much of them is kept."""
    zeros = np.zeros(x.shape[1])
    momentum = bn_param.get("momentum", 0.9)
    return bn_param.get("running_mean", zeros), bn_param.get("running_var", zeros), momentum


def _with_settings(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam, settings: BnParam
) -> Output:
    """The right pass with other settings; the running averages go to ``bn_param``."""
    result = batchnorm_forward(x, gamma, beta, settings)
    bn_param.update(running_mean=settings["running_mean"], running_var=settings["running_var"])
    return result


@mistake(
    of="batchnorm_forward",
    says="The running averages in the dict are never updated: they still hold the zeros they started with.",
    asks="What does test mode know about the data that the layer was trained on?",
)
def running_averages_untouched(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    mean, variance, _ = _running(bn_param, x)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    bn_param.update(running_mean=mean, running_var=variance)
    return result


@mistake(
    of="batchnorm_forward",
    says="The momentum weighs the new batch and its rest to one the old average: the two are swapped.",
    asks="With a momentum of 0.9, should one batch change the running averages a little or a lot?",
)
def momentum_swapped(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    return _with_settings(
        x, gamma, beta, bn_param, {**bn_param, "momentum": 1 - bn_param.get("momentum", 0.9)}
    )


@mistake(
    of="batchnorm_forward",
    says="The running averages are replaced by those of the last batch.",
    asks="How much should the first batch of an epoch still weigh after the second one?",
)
def running_averages_replaced(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        bn_param.update(running_mean=x.mean(axis=0), running_var=x.var(axis=0))
    return result


@mistake(
    of="batchnorm_forward",
    says="The running variance is an average of standard deviations.",
    asks="Which of the two, variance or deviation, does test mode take the root of?",
)
def running_average_of_deviations(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    _, variance, momentum = _running(bn_param, x)
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "train":
        bn_param["running_var"] = momentum * variance + (1 - momentum) * x.std(axis=0)
    return result


@mistake(
    of="batchnorm_forward",
    says="The running averages have shape (1, D) and not (D,).",
    asks="Which shape do the zeros have that the running averages start from?",
)
def running_averages_of_another_shape(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    mean, variance, _ = _running(bn_param, x)
    inner = {**bn_param, "running_mean": np.ravel(mean), "running_var": np.ravel(variance)}
    result = batchnorm_forward(x, gamma, beta, inner)
    bn_param.update(
        running_mean=inner["running_mean"][np.newaxis], running_var=inner["running_var"][np.newaxis]
    )
    return result


@mistake(
    of="batchnorm_forward",
    says="The running averages are updated in test mode as well.",
    asks="May what the layer knows about its training data depend on the examples it is tested on?",
)
def running_averages_updated_in_test_mode(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        batchnorm_forward(x, gamma, beta, training := {**bn_param, "mode": "train"})
        bn_param.update(running_mean=training["running_mean"], running_var=training["running_var"])
    return result


@mistake(
    of="batchnorm_forward",
    says="Epsilon and momentum are fixed, whatever the caller asked for.",
    asks="What do the keys that the caller may put into the dict change in your code?",
)
def settings_ignored(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    inner = {key: value for key, value in bn_param.items() if key not in ("eps", "momentum")}
    return _with_settings(x, gamma, beta, bn_param, inner)


# Test mode


@mistake(
    of="batchnorm_forward",
    says="Test mode normalizes but forgets gamma and beta.",
    asks="Does the layer above expect other features at test time than it was trained on?",
)
def test_mode_without_gamma_and_beta(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return (out if bn_param["mode"] == "train" else (out - beta) / gamma), cache


@mistake(
    of="batchnorm_forward",
    says="Test mode normalizes with the statistics of its own batch and not with the running averages.",
    asks="May the score of one test image depend on the other images it is tested with?",
)
def test_mode_with_statistics_of_the_batch(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        out, _ = batchnorm_forward(x, gamma, beta, {**bn_param, "mode": "train"})
    return out, cache


@mistake(
    of="batchnorm_forward",
    says="Test mode divides by the running variance: the root is missing.",
    asks="What do you divide by in training, and what stands in its place in test mode?",
)
def test_mode_without_the_root(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam
) -> Output:
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        out = (out - beta) / np.sqrt(bn_param["running_var"] + bn_param.get("eps", 1e-5)) + beta
    return out, cache


@mistake(
    of="batchnorm_forward",
    says="Test mode returns its input unchanged.",
    asks="Which features was the layer above trained on: those before or those after normalization?",
)
def test_mode_does_nothing(x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: BnParam) -> Output:
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    return (out if bn_param["mode"] == "train" else x.copy()), cache
