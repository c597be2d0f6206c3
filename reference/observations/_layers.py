"""What to call the layers, losses and joint layers on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from reference._checks import FloatArray
from reference.activations import leaky_relu_forward, relu_forward, sigmoid_forward
from reference.affine import affine_forward
from reference.observations._capture import Array, Case, Cases, Implementation, Seen

Arguments: TypeAlias = Callable[[np.random.Generator], tuple[Any, ...]]
"""Draws the arguments of one call of a forward function; ends in a fresh dict where there is one."""


def forward_cases(draws: dict[str, Arguments]) -> Cases:
    """Cases of a forward function: its output."""
    return {name: _forward_case(draw) for name, draw in draws.items()}


def backward_cases(forward: Implementation, draws: dict[str, Arguments], *names: str) -> Cases:
    """Cases of a backward function: its gradients, for the cache of the trusted forward function.

    Parameters
    ----------
    forward : callable
        The trusted forward function.
    draws : dict
        Arguments of the forward function by name of the case.
    *names : str
        What the backward function returns.
    """
    return {name: _backward_case(forward, draw, names) for name, draw in draws.items()}


def _forward_case(draw: Arguments) -> Case:
    def case(forward: Implementation, rng: np.random.Generator) -> Seen:
        out, _ = forward(*draw(rng))
        yield "out", out

    return case


def _backward_case(forward: Implementation, draw: Arguments, names: tuple[str, ...]) -> Case:
    def case(backward: Implementation, rng: np.random.Generator) -> Seen:
        out, cache = forward(*draw(rng))
        grads = backward(rng.standard_normal(out.shape), cache)
        yield from zip(names, grads if isinstance(grads, tuple) else (grads,), strict=True)

    return case


def away_from_zero(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Numbers of either sign and at least 0.1 from zero, where a ReLU has its kink."""
    numbers: FloatArray = rng.uniform(0.1, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
    return numbers


def distinct(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Evenly spaced numbers between -1 and 1 in random order: no ties."""
    count = int(np.prod(shape))
    numbers: FloatArray = rng.permutation(np.linspace(-1.0, 1.0, count))
    return numbers.reshape(shape)


AFFINE: dict[str, Arguments] = {
    "rows": lambda rng: (rng.normal(size=(4, 6)), rng.normal(size=(6, 3)), rng.normal(size=3)),
    "images": lambda rng: (rng.normal(size=(3, 2, 2, 3)), rng.normal(size=(12, 5)), rng.normal(size=5)),
    "as many outputs as inputs": lambda rng: (
        rng.normal(size=(4, 4)),
        rng.normal(size=(4, 4)),
        rng.normal(size=4),
    ),
}
ACTIVATION: dict[str, Arguments] = {
    "matrix": lambda rng: (away_from_zero(rng, 4, 6),),
    "images": lambda rng: (away_from_zero(rng, 2, 3, 4, 2),),
}
LEAKY: dict[str, Arguments] = {
    "default slope": lambda rng: (away_from_zero(rng, 4, 6),),
    "own slope": lambda rng: (away_from_zero(rng, 4, 6), 0.3),
}
SIGMOID: dict[str, Arguments] = ACTIVATION | {
    "numbers near 1000": lambda rng: (1000 * away_from_zero(rng, 3, 5),)
}


def _loss_case(draw: Callable[[np.random.Generator], tuple[FloatArray, Array]]) -> Case:
    def case(loss_function: Implementation, rng: np.random.Generator) -> Seen:
        loss, dx = loss_function(*draw(rng))
        yield "loss", loss
        yield "dx", dx

    return case


LOSS: Cases = {
    "ordinary scores": _loss_case(lambda rng: (rng.normal(size=(6, 4)), rng.integers(4, size=6))),
    "one example": _loss_case(lambda rng: (rng.normal(size=(1, 5)), rng.integers(5, size=1))),
    "scores near 1000": _loss_case(lambda rng: (1000 + 3 * rng.normal(size=(5, 4)), rng.integers(4, size=5))),
    "rows far apart": _loss_case(
        lambda rng: (rng.normal(size=(4, 3)) + 1000 * np.arange(4)[:, np.newaxis], rng.integers(3, size=4))
    ),
}

CASES: dict[str, Cases] = {
    "affine_forward": forward_cases(AFFINE),
    "affine_backward": backward_cases(affine_forward, AFFINE, "dx", "dw", "db"),
    "relu_forward": forward_cases(ACTIVATION),
    "relu_backward": backward_cases(relu_forward, ACTIVATION, "dx"),
    "leaky_relu_forward": forward_cases(LEAKY),
    "leaky_relu_backward": backward_cases(leaky_relu_forward, LEAKY, "dx"),
    "sigmoid_forward": forward_cases(SIGMOID),
    "sigmoid_backward": backward_cases(sigmoid_forward, ACTIVATION, "dx"),
    "softmax_loss": LOSS,
    "svm_loss": LOSS,
}
