"""The update rules without recursion: every state as a sum over all the gradients so far.

Unrolling ``state = a * state + b * new`` over k steps gives ``a^k start + b * sum_s a^(k-s) new_s``.
These functions evaluate that sum, weight by weight, so they share neither code nor formula with an
implementation that keeps a state. Each takes the list of all gradients and returns what holds after
the last one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def weighted_sum(decay: float, share: float, start: float, terms: list[float]) -> float:
    """``decay^k start + share * sum over s = 1..k of decay^(k - s) terms_s``."""
    k = len(terms)
    powers = [decay ** (k - s) for s in range(1, k + 1)]
    return decay**k * start + share * math.fsum(map(math.prod, zip(powers, terms, strict=True)))


def _each_weight(gradients: list[Array]) -> Iterator[tuple[tuple[int, ...], list[list[float]]]]:
    """For every weight its index and, for every step, the list of its gradients up to that step."""
    for index in np.ndindex(gradients[0].shape):
        history = [float(gradient[index]) for gradient in gradients]
        yield index, [history[: k + 1] for k in range(len(history))]


def _run(
    w: Array, gradients: list[Array], step: Callable[[tuple[int, ...], list[float]], float]
) -> NDArray[np.float64]:
    """Add to each weight the steps that follow from each prefix of its gradients."""
    next_w = np.empty(w.shape)
    for index, prefixes in _each_weight(gradients):
        next_w[index] = math.fsum([float(w[index]), *(step(index, prefix) for prefix in prefixes)])
    return next_w


def _last(gradients: list[Array], state: Callable[[tuple[int, ...], list[float]], float]) -> Array:
    """The state of each weight after its last gradient."""
    out = np.empty(gradients[0].shape)
    for index, prefixes in _each_weight(gradients):
        out[index] = state(index, prefixes[-1])
    return out


def _squares(values: list[float]) -> list[float]:
    return [value * value for value in values]


def sgd_momentum(
    w: Array, gradients: list[Array], *, learning_rate: float, momentum: float, velocity: Array
) -> tuple[Array, Array]:
    """Weights and velocity after all the gradients."""

    def speed(index: tuple[int, ...], prefix: list[float]) -> float:
        return weighted_sum(momentum, -learning_rate, float(velocity[index]), prefix)

    return _run(w, gradients, speed), _last(gradients, speed)


def rmsprop(
    w: Array, gradients: list[Array], *, learning_rate: float, decay_rate: float, epsilon: float, cache: Array
) -> tuple[Array, Array]:
    """Weights and average of the squares after all the gradients."""

    def average(index: tuple[int, ...], prefix: list[float]) -> float:
        return weighted_sum(decay_rate, 1 - decay_rate, float(cache[index]), _squares(prefix))

    def step(index: tuple[int, ...], prefix: list[float]) -> float:
        return -learning_rate * prefix[-1] / (math.sqrt(average(index, prefix)) + epsilon)

    return _run(w, gradients, step), _last(gradients, average)


def adagrad(
    w: Array, gradients: list[Array], *, learning_rate: float, epsilon: float, cache: Array
) -> tuple[Array, Array]:
    """Weights and sum of the squares after all the gradients."""

    def total(index: tuple[int, ...], prefix: list[float]) -> float:
        return math.fsum([float(cache[index]), *_squares(prefix)])

    def step(index: tuple[int, ...], prefix: list[float]) -> float:
        return -learning_rate * prefix[-1] / (math.sqrt(total(index, prefix)) + epsilon)

    return _run(w, gradients, step), _last(gradients, total)


def adam(
    w: Array,
    gradients: list[Array],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    m: Array,
    v: Array,
    t: int,
) -> tuple[Array, Array, Array]:
    """Weights and both averages after all the gradients; ``t`` steps had been taken before them."""

    def first(index: tuple[int, ...], prefix: list[float]) -> float:
        return weighted_sum(beta1, 1 - beta1, float(m[index]), prefix)

    def second(index: tuple[int, ...], prefix: list[float]) -> float:
        return weighted_sum(beta2, 1 - beta2, float(v[index]), _squares(prefix))

    def step(index: tuple[int, ...], prefix: list[float]) -> float:
        # 1 - beta^k as the sum of the weights that it normalizes: (1 - beta) (1 + beta + ...).
        k = t + len(prefix)
        weights1 = (1 - beta1) * math.fsum(beta1**s for s in range(k))
        weights2 = (1 - beta2) * math.fsum(beta2**s for s in range(k))
        root = math.sqrt(second(index, prefix) / weights2)
        return -learning_rate * (first(index, prefix) / weights1) / (root + epsilon)

    return _run(w, gradients, step), _last(gradients, first), _last(gradients, second)
