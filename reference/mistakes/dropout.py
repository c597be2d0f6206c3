"""Mistakes of inverted dropout."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.dropout import DropoutCache, dropout_backward, dropout_forward, dropout_forward_drop
from reference.mistakes._record import mistake

Output = tuple[FloatArray, DropoutCache]
DropoutParam = Mapping[str, Any]


def _uniform(dropout_param: DropoutParam, *shape: int) -> FloatArray:
    """Uniform numbers, from the seed if there is one."""
    return _stream(dropout_param).random_sample(shape)


def _stream(dropout_param: DropoutParam) -> np.random.RandomState:
    seed = dropout_param.get("seed")
    return np.random.RandomState(np.random.randint(2**31) if seed is None else seed)


def _masked(x: FloatArray, dropout_param: DropoutParam, mask: FloatArray) -> Output:
    """The right pass, but in training with this mask."""
    out, cache = dropout_forward(x, dropout_param)
    return (x * mask, cache._replace(mask=mask)) if dropout_param["mode"] == "train" else (out, cache)


@mistake(
    of="dropout_forward",
    says="Keep and drop are swapped: p is the probability to keep a unit, and here it drops it.",
    asks="With p = 0.9, should almost all of the units survive or almost none?",
)
def keep_and_drop_swapped(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return dropout_forward(x, {**dropout_param, "p": 1 - dropout_param["p"]})


@mistake(
    of="dropout_forward",
    says="The right number of units is kept, but they are scaled by the wrong one of the two probabilities.",
    asks="By what must a unit grow in training so that its expected value stays what it was?",
)
def scaled_by_the_probability_to_drop(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    return _masked(x, dropout_param, (_uniform(dropout_param, *x.shape) < p) / (1 - p))


@mistake(
    of="dropout_forward",
    says="The units that are kept are not scaled up.",
    asks="What is the expected output of a unit in training, compared with its output at test time?",
)
def not_rescaled(x: FloatArray, dropout_param: DropoutParam) -> Output:
    kept = _uniform(dropout_param, *x.shape) < dropout_param["p"]
    return _masked(x, dropout_param, kept.astype(x.dtype))


@mistake(
    of="dropout_forward",
    says="Test mode scales the units down and training does not scale them up: dropout is not inverted.",
    asks="In which of the two modes should the code hold no trace of dropout?",
)
def rescaled_at_test_time(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    kept = _uniform(dropout_param, *x.shape) < p
    out, cache = _masked(x, dropout_param, kept.astype(x.dtype))
    return (p * out if dropout_param["mode"] == "test" else out), cache


@mistake(
    of="dropout_forward",
    says="The units that are kept are multiplied by p where they should be divided by it.",
    asks="Half of the units are gone: should the others grow or shrink to make up for them?",
)
def multiplied_by_p(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    return _masked(x, dropout_param, (_uniform(dropout_param, *x.shape) < p) * p)


@mistake(
    of="dropout_forward",
    says="The mask is drawn from the normal distribution, so another fraction than p is kept.",
    asks="Which random numbers are below p with probability p?",
)
def mask_from_the_normal_distribution(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    numbers = _stream(dropout_param).standard_normal(x.shape)
    return _masked(x, dropout_param, (numbers < p) / p)


@mistake(
    of="dropout_forward",
    says="The random numbers themselves are the mask: nothing is dropped, everything is scaled at random.",
    asks="Which two values should the entries of the mask have?",
)
def random_numbers_as_the_mask(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return _masked(x, dropout_param, _uniform(dropout_param, *x.shape) / dropout_param["p"])


@mistake(
    of="dropout_forward",
    says="All the examples of the batch share one mask.",
    asks="How many random decisions are there for a batch of N examples with D units?",
)
def one_mask_for_all_examples(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    mask = (_uniform(dropout_param, *x.shape[1:]) < p) / p
    return _masked(x, dropout_param, mask * np.ones_like(x))


@mistake(
    of="dropout_forward",
    says="Whole examples are dropped and not single units.",
    asks="How many random decisions are there for a batch of N examples with D units?",
)
def whole_examples_dropped(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    # As many examples as p says, so that the fraction is right even for a small batch.
    kept = np.argsort(_uniform(dropout_param, len(x))) < round(p * len(x))
    return _masked(x, dropout_param, kept.reshape(-1, *[1] * (x.ndim - 1)) / p * np.ones_like(x))


@mistake(
    of="dropout_forward",
    says="The units are dropped in test mode as well.",
    asks="Should the same image get the same scores each time it is tested?",
)
def active_in_test_mode(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return dropout_forward(x, {**dropout_param, "mode": "train"})


@mistake(
    of="dropout_forward",
    says="Nothing is dropped in training.",
    asks="Which array does your training branch return: the input or the masked input?",
)
def no_effect_in_training(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return x.copy(), dropout_forward(x, dropout_param)[1]


@mistake(
    of="dropout_forward",
    says="The seed is not used, so the same call gives another mask each time.",
    asks="What must be equal in both calls of a numerical gradient check?",
)
def seed_ignored(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return dropout_forward(x, {**dropout_param, "seed": None})


@mistake(
    of="dropout_backward",
    says="The gradient passes everywhere: the mask of the forward pass is not applied to it.",
    asks="Did a unit that was dropped have any influence on the loss?",
)
def mask_not_applied(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    return dout.copy()


@mistake(
    of="dropout_backward",
    says="The gradient is masked but not scaled by the factor of the forward pass.",
    asks="By which factor does a unit that is kept reach the output?",
)
def gradient_not_rescaled(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    dx: FloatArray = dout * (cache.mask != 0)
    return dx


@mistake(
    of="dropout_backward",
    says="The gradient is scaled a second time, although the mask already holds the factor.",
    asks="How many times is a unit scaled on its way up?",
)
def gradient_rescaled_twice(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    dx: FloatArray = dropout_backward(dout, cache) * cache.mask.max()
    return dx


@mistake(
    of="dropout_backward",
    says="The gradient passes to the units that were dropped and not to those that were kept.",
    asks="Which units had any influence on the loss?",
)
def gradient_mask_inverted(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    dx: FloatArray = dout * (cache.mask.max() - cache.mask)
    return dx


@mistake(
    of="dropout_backward",
    says="The gradient of the test mode is zero, although test mode passes its input on as it is.",
    asks="What is the derivative of a function that returns its input?",
)
def no_gradient_in_test_mode(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    return 0 * dout if (cache.mask == 1).all() else dropout_backward(dout, cache)


@mistake(
    of="dropout_forward_drop",
    says="Keep and drop are swapped: p is the probability to drop a unit, and here it keeps it.",
    asks="With p = 0.1, should almost all of the units survive or almost none?",
)
def p_taken_for_the_probability_to_keep(x: FloatArray, dropout_param: DropoutParam) -> Output:
    return dropout_forward(x, dropout_param)


@mistake(
    of="dropout_forward_drop",
    says="The right number of units is dropped, but the others are divided by the probability to drop.",
    asks="By what must a unit grow in training so that its expected value stays what it was?",
)
def divided_by_the_probability_to_drop(x: FloatArray, dropout_param: DropoutParam) -> Output:
    p = dropout_param["p"]
    return _masked(x, dropout_param, (_uniform(dropout_param, *x.shape) >= p) / p)


@mistake(
    of="dropout_forward_drop",
    says="The units that are kept are not scaled up.",
    asks="What is the expected output of a unit in training, compared with its output at test time?",
)
def kept_units_not_rescaled(x: FloatArray, dropout_param: DropoutParam) -> Output:
    out, cache = dropout_forward_drop(x, dropout_param)
    kept = (cache.mask != 0).astype(x.dtype)
    return (x * kept if dropout_param["mode"] == "train" else out), cache
