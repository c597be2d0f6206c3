"""Mistakes of the L2 penalty, for every net."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

import numpy as np

from reference.mistakes._nets import EVERY_NET, Params, weights_of, wrong_penalty
from reference.nets import FullyConnectedNet


def _squares(params: Params) -> float:
    return sum(float(np.sum(W * W)) for W in params.values())


def _times(factor: float, params: Params) -> Params:
    return {name: factor * W for name, W in params.items()}


@wrong_penalty(
    *EVERY_NET,
    says="The penalty is added without its strength: reg does not appear in it.",
    asks="What should the penalty be when reg is zero?",
)
def reg_left_out(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * _squares(W), W


@wrong_penalty(
    *EVERY_NET,
    says="The weights themselves are added to their gradients, without the strength of the penalty.",
    asks="What is the derivative of the penalty, and where is reg in it?",
)
def reg_left_out_of_the_gradient(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares(W), W


@wrong_penalty(
    *EVERY_NET,
    says="The factor of one half is missing in the penalty.",
    asks="Which factor makes the derivative of the penalty simple, and where does the handout have it?",
)
def half_missing(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return reg * _squares(W), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The factor of one half is missing in the penalty and, consistently, in its gradient.",
    asks="Your gradient fits your loss, but does your loss have the factor of the handout?",
)
def half_missing_in_both(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return reg * _squares(W), _times(2 * reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The gradient of the penalty still has the factor of one half.",
    asks="What is the derivative of half a square?",
)
def half_in_the_gradient(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares(W), _times(0.5 * reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The gradient of the penalty has a factor of two, which the half in the penalty takes away.",
    asks="What is the derivative of half a square?",
)
def two_in_the_gradient(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares(W), _times(2 * reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The first weights are counted twice in the penalty and the last ones not at all.",
    asks="Is every one of your weights in the penalty, and each of them once?",
)
def first_weights_counted_for_the_last(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    counted = [*list(W.values())[:-1], W["W1"]]
    return 0.5 * reg * _squares(dict(zip(W, counted, strict=True))), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The first weights are counted twice in the penalty.",
    asks="Is every one of your weights in the penalty, and each of them once?",
)
def first_weights_counted_twice(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares({**W, "again": W["W1"]}), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The weights are added up before they are squared, so positive and negative ones cancel.",
    asks="What is the penalty for two weights of 1 and -1?",
)
def square_of_the_sum(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * sum(float(np.sum(weights)) ** 2 for weights in W.values()), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The weights of the last layer are summed before they are squared, unlike those of the others.",
    asks="Is the penalty of the last layer written like that of the first?",
)
def square_of_the_sum_in_the_last_layer(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    *others, last = W.values()
    right = _squares(dict(zip(W, others, strict=False)))
    return 0.5 * reg * (right + float(np.sum(last)) ** 2), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The penalty of the last layer is not in the loss.",
    asks="Is every one of your weights in the penalty, and does the line with the last of them count?",
)
def last_layer_missing(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares(dict(list(W.items())[:-1])), _times(reg, W)


@wrong_penalty(
    *EVERY_NET,
    says="The gradient of the last layer's weights lacks the penalty.",
    asks="Which of the gradients of the weights have a part that comes from the penalty?",
)
def last_layer_missing_in_the_gradient(params: Params, reg: float) -> tuple[float, Params]:
    W = weights_of(params)
    return 0.5 * reg * _squares(W), _times(reg, dict(list(W.items())[:-1]))


@wrong_penalty(
    *EVERY_NET,
    says="The penalty is in the loss but not in the gradients.",
    asks="By how many paths does a weight reach the loss?",
)
def gradient_missing(params: Params, reg: float) -> tuple[float, Params]:
    return 0.5 * reg * _squares(weights_of(params)), {}


@wrong_penalty(
    *EVERY_NET,
    says="The penalty is in the gradients but not in the loss.",
    asks="Should the loss of the same weights change when reg does?",
)
def penalty_missing_in_the_loss(params: Params, reg: float) -> tuple[float, Params]:
    return 0.0, _times(reg, weights_of(params))


@wrong_penalty(
    *EVERY_NET,
    says="There is no penalty at all: reg is not used.",
    asks="What changes in your loss and in your gradients when reg does?",
)
def reg_ignored(params: Params, reg: float) -> tuple[float, Params]:
    return 0.0, {}


@wrong_penalty(
    *EVERY_NET,
    says="The biases are penalized like the weights.",
    asks="Does a large bias make a decision boundary more complicated?",
)
def biases_penalized(params: Params, reg: float) -> tuple[float, Params]:
    counted = {name: value for name, value in params.items() if name[0] in "Wb" and name[1:].isdigit()}
    return 0.5 * reg * _squares(counted), _times(reg, counted)


@wrong_penalty(
    FullyConnectedNet,
    says="The scale and shift of the normalization are penalized like the weights.",
    asks="Which parameters does the handout want in the penalty?",
)
def gamma_and_beta_penalized(params: Params, reg: float) -> tuple[float, Params]:
    counted = {name: value for name, value in params.items() if name.startswith(("W", "gamma", "beta"))}
    return 0.5 * reg * _squares(counted), _times(reg, counted)
