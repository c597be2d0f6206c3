"""What can be seen of dropout without knowing which units it drops.

Two right implementations may draw their masks in different ways, so the values of a training pass
say nothing. What they must share is: which fraction is kept, by how much the kept ones grow, that
every unit of every example is decided by itself, and that a seed repeats the mask.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.dropout import dropout_forward
from reference.observations._capture import Array, Case, Cases, Implementation, Seen
from reference.observations._layers import away_from_zero


def kept_fraction(kept: Array) -> float:
    """The share of True, to the nearest third: random masks of 250 units and more always give the same."""
    return float(np.round(3 * np.mean(kept)) / 3)


def scale(factors: Array) -> Array:
    """The smallest and the largest factor of what was kept, the two being equal for a right mask."""
    return np.array([factors.min(), factors.max()]).round(9)


def _training(p: float) -> Case:
    def case(forward: Implementation, rng: np.random.Generator) -> Seen:
        x = away_from_zero(rng, 40, 300)
        out, _ = forward(x, {"mode": "train", "p": p})
        kept = out != 0
        yield "fraction kept", kept_fraction(kept)
        yield "kept values over inputs", scale((out / x)[kept])
        yield "all examples share one mask", np.all(kept == kept[0])
        yield "all units share one mask", np.all(kept == kept[:, :1])

    return case


def _images(forward: Implementation, rng: np.random.Generator) -> Seen:
    x = away_from_zero(rng, 20, 30, 5, 4)
    kept = forward(x, {"mode": "train", "p": 1 / 3})[0] != 0
    yield "fraction kept", kept_fraction(kept)
    yield "all channels share one mask", np.all(kept == kept[:, :1])
    yield "all pixels share one mask", np.all(kept == kept[:, :, :1, :1])


def _testing(forward: Implementation, rng: np.random.Generator) -> Seen:
    x = away_from_zero(rng, 5, 7)
    out, _ = forward(x, {"mode": "test", "p": 0.4})
    yield "out", out


def _seeded(forward: Implementation, rng: np.random.Generator) -> Seen:
    x = away_from_zero(rng, 10, 20)
    first, second, other = (
        forward(x, {"mode": "train", "p": 0.4, "seed": seed})[0] for seed in (123, 123, 124)
    )
    yield "the same seed repeats the mask", np.array_equal(first, second)
    yield "another seed gives the same mask", np.array_equal(first, other)


FORWARD: Cases = {
    "training, p = 1/3": _training(1 / 3),
    "training, p = 2/3": _training(2 / 3),
    "training on images": _images,
    "testing": _testing,
    "with a seed": _seeded,
}


def _backward(mode: str, p: float) -> Case:
    def case(backward: Implementation, rng: np.random.Generator) -> Seen:
        dropout_param: dict[str, Any] = {"mode": mode, "p": p, "seed": 7}
        out, cache = dropout_forward(away_from_zero(rng, 6, 10), dropout_param)
        yield "dx", backward(rng.standard_normal(out.shape), cache)

    return case


CASES: dict[str, Cases] = {
    "dropout_forward": FORWARD,
    "dropout_forward_drop": FORWARD,
    "dropout_backward": {"training": _backward("train", 0.6), "testing": _backward("test", 0.6)},
}
