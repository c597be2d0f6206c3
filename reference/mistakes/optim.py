"""Mistakes of the update rules but Adam."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.optim import adagrad, rmsprop, sgd, sgd_momentum

Config = dict[str, Any]
Step = tuple[FloatArray, Config]

# SGD


@mistake(
    of="sgd",
    says="The step goes along the gradient, uphill.",
    asks="In which direction does the gradient point: to larger or to smaller losses?",
)
def uphill(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    return sgd(w, -dw, config)


@mistake(
    of="sgd",
    says="The learning rate is not used.",
    asks="What changes in your step when the learning rate is halved?",
)
def learning_rate_ignored(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    return w - dw, sgd(w, dw, config)[1]


@mistake(
    of="sgd",
    says="The step alone is returned and not the weights after the step.",
    asks="Where do the old weights come into your result?",
)
def step_alone(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    after, config = sgd(w, dw, config)
    return after - w, config


# Momentum


def _momentum(
    w: FloatArray, dw: FloatArray, config: Config | None
) -> tuple[Config, FloatArray, float, float]:
    """The config with its defaults; then velocity, momentum and learning rate."""
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    config.setdefault("velocity", np.zeros_like(w))
    return config, config["velocity"], config["momentum"], config["learning_rate"]


@mistake(
    of="sgd_momentum",
    says="The sign of the gradient in the velocity is wrong: the weights roll uphill.",
    asks="In which direction should a gradient push the velocity?",
)
def velocity_uphill(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    return sgd_momentum(w, -dw, config)


@mistake(
    of="sgd_momentum",
    says="The velocity is subtracted from the weights, although its sign is right already.",
    asks="Is the minus sign of the descent in your velocity, in your step, or in both?",
)
def velocity_subtracted(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = sgd_momentum(w, dw, config)
    return w - config["velocity"], config


@mistake(
    of="sgd_momentum",
    says="The new velocity is not stored, so every step starts from rest.",
    asks="Where will the next call find the velocity of this one?",
)
def velocity_not_stored(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, velocity, _, _ = _momentum(w, dw, config)
    after, config = sgd_momentum(w, dw, config)
    config["velocity"] = velocity
    return after, config


@mistake(
    of="sgd_momentum",
    says="This is Nesterov's variant: the weights move by the velocity after the next step of momentum.",
    asks="By which velocity does plain momentum move the weights: the new one alone, or one further ahead?",
)
def nesterov(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, old, momentum, _ = _momentum(w, dw, config)
    _, config = sgd_momentum(w, dw, config)
    return w - momentum * old + (1 + momentum) * config["velocity"], config


@mistake(
    of="sgd_momentum",
    says="The learning rate scales the whole velocity on its way into the weights, not the gradient alone.",
    asks="Which part of the new velocity should the learning rate scale?",
)
def learning_rate_outside_the_velocity(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, velocity, momentum, learning_rate = _momentum(w, dw, config)
    config["velocity"] = momentum * velocity - dw
    return w + learning_rate * config["velocity"], config


@mistake(
    of="sgd_momentum",
    says="The velocity is a running average: the gradient is scaled down by one minus the momentum.",
    asks="How long is the very first step, compared with a step without momentum?",
)
def velocity_as_an_average(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, _, momentum, _ = _momentum(w, dw, config)
    return sgd_momentum(w, (1 - momentum) * dw, config)


@mistake(
    of="sgd_momentum",
    says="The weights move by the velocity before it is updated.",
    asks="Does the gradient of this step influence this step?",
)
def old_velocity_used(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, velocity, _, _ = _momentum(w, dw, config)
    return w + velocity, sgd_momentum(w, dw, config)[1]


# RMSprop and AdaGrad


def _squares(w: FloatArray, config: Config | None) -> tuple[Config, FloatArray, float, float, float]:
    """The config with its defaults; then cache, decay rate, learning rate and epsilon."""
    config = {} if config is None else config
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)}
    for key, value in defaults.items():
        config.setdefault(key, value)
    return config, config["cache"], config["decay_rate"], config["learning_rate"], config["epsilon"]


@mistake(
    of="rmsprop",
    says="The root is missing: the step is divided by the average of the squares.",
    asks="If all gradients were ten times as large, how long should the steps be?",
)
def root_missing(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, _, _, learning_rate, epsilon = _squares(w, config)
    _, config = rmsprop(w, dw, config)
    return w - learning_rate * dw / (config["cache"] + epsilon), config


@mistake(
    of="rmsprop",
    says="Epsilon is added under the root.",
    asks="Which quantity does the handout make safe with epsilon: the average or its root?",
)
def eps_under_the_root(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, _, _, learning_rate, epsilon = _squares(w, config)
    _, config = rmsprop(w, dw, config)
    return w - learning_rate * dw / np.sqrt(config["cache"] + epsilon), config


@mistake(
    of="rmsprop",
    says="The decay rate weighs the new square and its rest to one the old average: the two are swapped.",
    asks="With a decay rate of 0.99, should one gradient change the average a little or a lot?",
)
def decay_swapped(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, _, decay, _, _ = _squares(w, config)
    after, config = rmsprop(w, dw, {**config, "decay_rate": 1 - decay})
    return after, {**config, "decay_rate": decay}


@mistake(
    of="rmsprop",
    says="The new average is not stored, so every step forgets all the gradients before it.",
    asks="Where will the next call find the average of this one?",
)
def average_not_stored(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, cache, _, _, _ = _squares(w, config)
    after, config = rmsprop(w, dw, config)
    config["cache"] = cache
    return after, config


@mistake(
    of="rmsprop",
    says="The step is divided by the average from before this gradient.",
    asks="By what is the very first step divided?",
)
def old_average_used(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, cache, _, learning_rate, epsilon = _squares(w, config)
    return w - learning_rate * dw / (np.sqrt(cache) + epsilon), rmsprop(w, dw, config)[1]


@mistake(
    of="rmsprop",
    says="The squares are added up and never forgotten, as in AdaGrad.",
    asks="What happens to the steps after thousands of gradients of equal size?",
)
def squares_never_forgotten(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    return adagrad(w, dw, config)


@mistake(
    of="rmsprop",
    says="The average is taken of the gradients and not of their squares.",
    asks="What is under the root when the gradients change their sign at every step?",
)
def gradients_not_squared(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config, cache, decay, learning_rate, epsilon = _squares(w, config)
    config["cache"] = decay * cache + (1 - decay) * dw
    with np.errstate(invalid="ignore"):
        return w - learning_rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    of="adagrad",
    says="The root is missing: the step is divided by the sum of the squares.",
    asks="If all gradients were ten times as large, how long should the steps be?",
)
def root_of_the_sum_missing(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adagrad(w, dw, config)
    return w - config["learning_rate"] * dw / (config["cache"] + config["epsilon"]), config


@mistake(
    of="adagrad",
    says="The cache is replaced by the last square: nothing is added up.",
    asks="What should the cache hold after two steps?",
)
def squares_not_added_up(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config = {} if config is None else config
    config["cache"] = np.zeros_like(w)
    return adagrad(w, dw, config)


@mistake(
    of="adagrad",
    says="The squares are averaged and forgotten, as in RMSprop.",
    asks="May the cache of this rule ever shrink?",
)
def squares_forgotten(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    return rmsprop(w, dw, config)


@mistake(
    of="adagrad",
    says="Epsilon is added under the root.",
    asks="Which quantity does the rule make safe with epsilon: the sum or its root?",
)
def eps_under_the_root_of_the_sum(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adagrad(w, dw, config)
    return w - config["learning_rate"] * dw / np.sqrt(config["cache"] + config["epsilon"]), config
