"""Mistakes of Adam."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._record import mistake
from reference.optim import adam

Config = dict[str, Any]
Step = tuple[FloatArray, Config]


def _corrected(config: Config, w: FloatArray, m: FloatArray, v: FloatArray) -> FloatArray:
    """The weights after a step with these two averages."""
    after: FloatArray = w - config["learning_rate"] * m / (np.sqrt(v) + config["epsilon"])
    return after


@mistake(
    of="adam",
    says="The bias correction is missing, so the first steps lean on the zeros the averages started from.",
    asks="What is the first average made of, and how far is it from the first gradient?",
)
def bias_correction_missing(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    return _corrected(config, w, config["m"], config["v"]), config


@mistake(
    of="adam",
    says="Only the average of the gradient is corrected for its start at zero, not that of the squares.",
    asks="Which of the two averages started at zero?",
)
def second_correction_missing(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    m = config["m"] / (1 - config["beta1"] ** config["t"])
    return _corrected(config, w, m, config["v"]), config


@mistake(
    of="adam",
    says="The step count never changes, so every step is corrected as if it were the first.",
    asks="What does the correction tend to after thousands of steps, and does yours?",
)
def t_never_incremented(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    after, config = adam(w, dw, config)
    config["t"] -= 1
    return after, config


@mistake(
    of="adam",
    says="The step count is incremented after it is used, so the first step divides by zero.",
    asks="Which number does the very first step have in the formula of the correction?",
)
def t_incremented_after_use(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    t = config["t"] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        m = config["m"] / np.float64(1 - config["beta1"] ** t)
        v = config["v"] / np.float64(1 - config["beta2"] ** t)
        return _corrected(config, w, m, v), config


@mistake(
    of="adam",
    says="The decay rates are multiplied by the step count where they should be raised to its power.",
    asks="What is left of the initial zero after t steps, each of which keeps the same share of it?",
)
def times_t(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    t = config["t"]
    m = config["m"] / (1 - config["beta1"] * t)
    v = config["v"] / (1 - config["beta2"] * t)
    with np.errstate(invalid="ignore"):
        return _corrected(config, w, m, v), config


@mistake(
    of="adam",
    says="The decay rates are squared where they should be raised to the power of the step count.",
    asks="Should the correction be the same at the first and at the hundredth step?",
)
def squared_for_every_t(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    m, v = config["m"] / (1 - config["beta1"] ** 2), config["v"] / (1 - config["beta2"] ** 2)
    return _corrected(config, w, m, v), config


@mistake(
    of="adam",
    says="The decay rates are doubled where they should be raised to the power of the step count.",
    asks="Can what is left of something after a step be more than what was there?",
)
def doubled_for_every_t(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    m, v = config["m"] / (1 - config["beta1"] * 2), config["v"] / (1 - config["beta2"] * 2)
    with np.errstate(invalid="ignore"):
        return _corrected(config, w, m, v), config


@mistake(
    of="adam",
    says="The corrected averages are stored in place of the averages themselves, and get corrected again.",
    asks="Does the correction belong into the running average or only into the step?",
)
def corrected_averages_stored(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    after, config = adam(w, dw, config)
    config["m"] = config["m"] / (1 - config["beta1"] ** config["t"])
    config["v"] = config["v"] / (1 - config["beta2"] ** config["t"])
    return after, config


@mistake(
    of="adam",
    says="The two averages are not stored, so every step forgets all the gradients before it.",
    asks="Where will the next call find the averages of this one?",
)
def averages_not_stored(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config = {} if config is None else config
    before = config.get("m", np.zeros_like(w)), config.get("v", np.zeros_like(w))
    after, config = adam(w, dw, config)
    config["m"], config["v"] = before
    return after, config


@mistake(
    of="adam",
    says="Epsilon is added under the root.",
    asks="Which quantity does the handout make safe with epsilon: the average or its root?",
)
def eps_under_the_root_of_the_average(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    m = config["m"] / (1 - config["beta1"] ** config["t"])
    v = config["v"] / (1 - config["beta2"] ** config["t"])
    return w - config["learning_rate"] * m / np.sqrt(v + config["epsilon"]), config


@mistake(
    of="adam",
    says="The root of the average of the squares is missing.",
    asks="How long should the very first step be for a gradient of 100, and how long for one of 0.01?",
)
def root_of_the_average_missing(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    _, config = adam(w, dw, config)
    m = config["m"] / (1 - config["beta1"] ** config["t"])
    v = config["v"] / (1 - config["beta2"] ** config["t"])
    return w - config["learning_rate"] * m / (v + config["epsilon"]), config


@mistake(
    of="adam",
    says="The two decay rates are swapped.",
    asks="Which of the two averages should be the slower one?",
)
def decay_rates_swapped(w: FloatArray, dw: FloatArray, config: Config | None = None) -> Step:
    config = {} if config is None else config
    beta1, beta2 = config.get("beta1", 0.9), config.get("beta2", 0.999)
    after, config = adam(w, dw, {**config, "beta1": beta2, "beta2": beta1})
    return after, {**config, "beta1": beta1, "beta2": beta2}
