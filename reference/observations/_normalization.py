"""What to call the normalization layers on."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.normalization import (
    batchnorm_forward,
    layernorm_forward,
    spatial_batchnorm_forward,
    spatial_groupnorm_forward,
)
from reference.observations._capture import Case, Cases, Implementation, Seen
from reference.observations._layers import Arguments, backward_cases, forward_cases


def _spread(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Numbers whose mean and variance differ between the entries of every axis."""
    x = rng.normal(size=shape)
    for axis, size in enumerate(shape):
        length = [-1 if a == axis else 1 for a in range(len(shape))]
        x = x * rng.uniform(0.5, 2.0, size).reshape(length) + rng.normal(size=size).reshape(length)
    return x


def _affine_part(rng: np.random.Generator, *shape: int) -> tuple[FloatArray, FloatArray]:
    """Gamma and beta."""
    return rng.uniform(0.5, 2.0, shape), rng.normal(size=shape)


def _train_then_test(shape: tuple[int, ...], **settings: float) -> Case:
    """Two steps of training, then a pass in test mode; the running averages after each."""

    def case(forward: Implementation, rng: np.random.Generator) -> Seen:
        gamma, beta = _affine_part(rng, shape[1])
        bn_param: dict[str, Any] = {"mode": "train", **settings}
        for step in ("first step", "second step"):
            out, _ = forward(_spread(rng, *shape), gamma, beta, bn_param)
            yield f"out, {step}", out
            yield f"running mean, {step}", bn_param["running_mean"]
            yield f"running variance, {step}", bn_param["running_var"]
        bn_param["mode"] = "test"
        out, _ = forward(_spread(rng, *shape), gamma, beta, bn_param)
        yield "out, testing", out
        yield "running mean, testing", bn_param["running_mean"]
        yield "running variance, testing", bn_param["running_var"]

    return case


def _test_only(shape: tuple[int, ...]) -> Case:
    """Test mode with given running averages."""

    def case(forward: Implementation, rng: np.random.Generator) -> Seen:
        gamma, beta = _affine_part(rng, shape[1])
        bn_param = {
            "mode": "test",
            "running_mean": rng.normal(size=shape[1]),
            "running_var": rng.uniform(0.5, 2.0, shape[1]),
        }
        out, _ = forward(_spread(rng, *shape), gamma, beta, bn_param)
        yield "out", out

    return case


def _batchnorm(*shape: int) -> Cases:
    return {
        "training, then testing": _train_then_test(shape),
        "own eps and momentum": _train_then_test(shape, eps=1e-2, momentum=0.7),
        "testing": _test_only(shape),
    }


def _batchnorm_draws(*shape: int) -> dict[str, Arguments]:
    def draw(**settings: float) -> Arguments:
        return lambda rng: (
            _spread(rng, *shape),
            *_affine_part(rng, shape[1]),
            {"mode": "train", **settings},
        )

    return {"ordinary": draw(), "large eps": draw(eps=0.1)}


LAYERNORM: dict[str, Arguments] = {
    "ordinary": lambda rng: (_spread(rng, 4, 6), *_affine_part(rng, 6), {}),
    "as many examples as features": lambda rng: (_spread(rng, 5, 5), *_affine_part(rng, 5), {}),
    "one example": lambda rng: (_spread(rng, 1, 6), *_affine_part(rng, 6), {}),
    "large eps": lambda rng: (_spread(rng, 4, 6), *_affine_part(rng, 6), {"eps": 0.1}),
}
GROUPNORM: dict[str, Arguments] = {
    "3 groups of 2 channels": lambda rng: (
        _spread(rng, 2, 6, 3, 4),
        *_affine_part(rng, 1, 6, 1, 1),
        3,
        {},
    ),
    "2 groups of 4 channels": lambda rng: (
        _spread(rng, 3, 8, 2, 3),
        *_affine_part(rng, 1, 8, 1, 1),
        2,
        {},
    ),
    "large eps": lambda rng: (_spread(rng, 2, 6, 3, 4), *_affine_part(rng, 1, 6, 1, 1), 3, {"eps": 0.1}),
}
GRADIENTS = ("dx", "dgamma", "dbeta")

CASES: dict[str, Cases] = {
    "batchnorm_forward": _batchnorm(6, 4),
    "batchnorm_backward": backward_cases(batchnorm_forward, _batchnorm_draws(6, 4), *GRADIENTS),
    "batchnorm_backward_alt": backward_cases(batchnorm_forward, _batchnorm_draws(6, 4), *GRADIENTS),
    "layernorm_forward": forward_cases(LAYERNORM),
    "layernorm_backward": backward_cases(layernorm_forward, LAYERNORM, *GRADIENTS),
    "spatial_batchnorm_forward": _batchnorm(3, 4, 2, 5),
    "spatial_batchnorm_backward": backward_cases(
        spatial_batchnorm_forward, _batchnorm_draws(3, 4, 2, 5), *GRADIENTS
    ),
    "spatial_groupnorm_forward": forward_cases(GROUPNORM),
    "spatial_groupnorm_backward": backward_cases(spatial_groupnorm_forward, GROUPNORM, *GRADIENTS),
}
