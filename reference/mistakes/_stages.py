"""The nets once more, as lists of stages: a mistake in the architecture is a change of the list.

A stage is one layer with its forward and backward function and the names of its parameters. A net is
what `stages_of` says; `loss` runs any list forwards and backwards and adds the penalty. With the list
unchanged, a net that is put together here does what the net of the reference does, which the tests
check, so that a changed list differs by the change alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reference._checks import FloatArray, IntArray
from reference.activations import relu_backward, relu_forward
from reference.affine import affine_backward, affine_forward
from reference.dropout import dropout_backward, dropout_forward
from reference.fast.dispatch import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.losses import softmax_loss
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)

Net = TwoLayerNet | FullyConnectedNet | ThreeLayerConvNet
LossAndGradients = tuple[float, dict[str, FloatArray]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One layer of a net."""

    kind: str  # affine, relu, batchnorm, layernorm, dropout, conv, pool
    forward: Callable[..., tuple[FloatArray, Any]]
    backward: Callable[[FloatArray, Any], Any]  # a gradient for x, then one for each parameter
    names: tuple[str, ...] = ()  # of its parameters, as they follow x in a call of forward
    settings: tuple[Any, ...] = ()  # the arguments after the parameters


Stages = list[Stage]
RELU = Stage("relu", relu_forward, relu_backward)


def affine(layer: int) -> Stage:
    """The affine layer with these weights and biases."""
    return Stage("affine", affine_forward, affine_backward, (f"W{layer}", f"b{layer}"))


def normalization(kind: str, layer: int, norm_param: dict[str, Any]) -> Stage:
    """The normalization of this layer."""
    names = (f"gamma{layer}", f"beta{layer}")
    if kind == "batchnorm":
        return Stage(kind, batchnorm_forward, batchnorm_backward, names, (norm_param,))
    return Stage(kind, layernorm_forward, layernorm_backward, names, (norm_param,))


def dropout(dropout_param: dict[str, Any]) -> Stage:
    """A dropout layer."""
    return Stage("dropout", dropout_forward, dropout_backward, (), (dropout_param,))


def stages_of(net: Net, *, training: bool) -> Stages:
    """The layers of the net, in order."""
    if isinstance(net, TwoLayerNet):
        return [affine(1), RELU, affine(2)]
    if isinstance(net, ThreeLayerConvNet):
        pad = (net.params["W1"].shape[2] - 1) // 2
        conv_param = {"stride": 1, "pad": pad}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        return [
            Stage("conv", conv_forward_fast, conv_backward_fast, ("W1", "b1"), (conv_param,)),
            RELU,
            Stage("pool", max_pool_forward_fast, max_pool_backward_fast, (), (pool_param,)),
            affine(2),
            RELU,
            affine(3),
        ]
    mode = "train" if training else "test"
    stages = []
    for layer in range(1, net.num_layers):
        stages.append(affine(layer))
        if net.normalization is not None:
            norm_param = net.bn_params[layer - 1]
            norm_param["mode"] = mode
            stages.append(normalization(net.normalization, layer, norm_param))
        stages.append(RELU)
        if net.use_dropout:
            stages.append(dropout({**net.dropout_param, "mode": mode}))
    return [*stages, affine(net.num_layers)]


def without(stages: Stages, *kinds: str) -> Stages:
    """The stages but those of these kinds."""
    return [stage for stage in stages if stage.kind not in kinds]


def passed_by(stages: Stages, kind: str) -> Stages:
    """The stages, but the backward pass hands the gradient past those of this kind."""
    return [
        replace(stage, backward=lambda dout, cache: dout) if stage.kind == kind else stage for stage in stages
    ]


def in_mode(stages: Stages, kind: str, mode: str) -> Stages:
    """The stages, with those of this kind in this mode."""
    for stage in stages:
        if stage.kind == kind:
            stage.settings[0]["mode"] = mode
    return stages


def loss(net: Net, stages: Stages, X: FloatArray, y: IntArray | None) -> FloatArray | LossAndGradients:
    """What ``net.loss(X, y)`` would return if these were its layers."""
    out, caches = X.astype(getattr(net, "dtype", X.dtype)), []
    for stage in stages:
        own = (net.params[name] for name in stage.names)
        out, cache = stage.forward(out, *own, *stage.settings)
        caches.append(cache)
    if y is None:
        return out
    value, dout = softmax_loss(out, y)
    grads: dict[str, FloatArray] = {}
    for stage, cache in zip(reversed(stages), reversed(caches), strict=True):
        result = stage.backward(dout, cache)
        dout, *of_parameters = result if isinstance(result, tuple) else (result,)
        grads.update(zip(stage.names, of_parameters, strict=True))
    for name in filter(is_weight, grads):
        W = net.params[name]
        value += 0.5 * net.reg * float(np.sum(W * W))
        grads[name] = grads[name] + float(net.reg) * W
    return value, grads


def is_weight(name: str) -> bool:
    """Whether a parameter of this name is a weight matrix or a bank of filters."""
    return name.startswith("W")
