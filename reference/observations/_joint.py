"""What to call the joint layers on."""

from __future__ import annotations

import numpy as np

from reference.layer_utils import (
    affine_norm_relu_forward,
    affine_relu_forward,
    conv_bn_relu_forward,
    conv_relu_forward,
    conv_relu_pool_forward,
)
from reference.observations._capture import Cases
from reference.observations._layers import AFFINE, Arguments, backward_cases, forward_cases

_CONV = {"stride": 1, "pad": 1}
_POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
_GRADIENTS = ("dx", "dw", "db", "dgamma", "dbeta")


def _conv(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    return rng.normal(size=(2, 3, 4, 6)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)


def _hidden_layer(normalization: str | None, keep: float | None = None) -> Arguments:
    return lambda rng: (
        rng.normal(size=(5, 4)),
        rng.normal(size=(4, 6)),
        rng.normal(size=6),
        rng.uniform(0.5, 2.0, 6),
        rng.normal(size=6),
        {"mode": "train"},
        normalization,
        keep and {"mode": "train", "p": keep, "seed": 3},
    )


CONV_RELU: dict[str, Arguments] = {"images": lambda rng: (*_conv(rng), {**_CONV})}
CONV_RELU_POOL: dict[str, Arguments] = {"images": lambda rng: (*_conv(rng), {**_CONV}, {**_POOL})}
CONV_BN_RELU: dict[str, Arguments] = {
    "images": lambda rng: (
        *_conv(rng),
        rng.uniform(0.5, 2.0, 4),
        rng.normal(size=4),
        {**_CONV},
        {"mode": "train"},
    )
}
HIDDEN_LAYER: dict[str, Arguments] = {
    "plain": _hidden_layer(None),
    "with batchnorm": _hidden_layer("batchnorm"),
    "with layernorm": _hidden_layer("layernorm"),
    "with dropout": _hidden_layer(None, 0.6),
    "with batchnorm and dropout": _hidden_layer("batchnorm", 0.6),
}

CASES: dict[str, Cases] = {
    "affine_relu_forward": forward_cases(AFFINE),
    "affine_relu_backward": backward_cases(affine_relu_forward, AFFINE, *_GRADIENTS[:3]),
    "conv_relu_forward": forward_cases(CONV_RELU),
    "conv_relu_backward": backward_cases(conv_relu_forward, CONV_RELU, *_GRADIENTS[:3]),
    "conv_relu_pool_forward": forward_cases(CONV_RELU_POOL),
    "conv_relu_pool_backward": backward_cases(conv_relu_pool_forward, CONV_RELU_POOL, *_GRADIENTS[:3]),
    "conv_bn_relu_forward": forward_cases(CONV_BN_RELU),
    "conv_bn_relu_backward": backward_cases(conv_bn_relu_forward, CONV_BN_RELU, *_GRADIENTS),
    "affine_norm_relu_forward": forward_cases(HIDDEN_LAYER),
    "affine_norm_relu_backward": backward_cases(affine_norm_relu_forward, HIDDEN_LAYER, *_GRADIENTS),
}
