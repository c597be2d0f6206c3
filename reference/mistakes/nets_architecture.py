"""Mistakes of the nets: layers missing, too many or in the wrong order, and modes mixed up."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from reference.mistakes._nets import EVERY_NET, constructed, wrong_layers, wrong_results
from reference.mistakes._stages import RELU, Stages, in_mode, normalization, passed_by, without
from reference.nets import FullyConnectedNet, ThreeLayerConvNet

# Every net


@wrong_layers(
    *EVERY_NET,
    says="A ReLU follows the last layer, so no score can be negative.",
    asks="Can the score of a class be negative, and does your last layer allow it?",
)
def relu_on_the_output(stages: Stages, net: Any) -> Stages:
    return [*stages, RELU]


@wrong_layers(
    *EVERY_NET,
    says="There is no ReLU between the layers, so the affine layers collapse into one.",
    asks="What can a product of two matrices do that one matrix cannot?",
)
def relu_missing(stages: Stages, net: Any) -> Stages:
    return without(stages, "relu")


@wrong_layers(
    *EVERY_NET,
    says="The backward pass goes past the ReLUs.",
    asks="Through which layers does the gradient pass on its way down?",
)
def relu_missing_on_the_way_back(stages: Stages, net: Any) -> Stages:
    return passed_by(stages, "relu")


@wrong_results(
    *EVERY_NET,
    says="Probabilities are returned where scores are asked for.",
    asks="Where does the softmax belong: into the scores or into the loss?",
)
def softmax_of_the_scores(result: Any) -> Any:
    if isinstance(result, tuple):
        return result
    exponentials = np.exp(result - result.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@wrong_results(
    *EVERY_NET,
    says="The gradients of the biases are missing.",
    asks="Which names are in your parameters but not in your gradients?",
)
def gradients_of_the_biases_missing(result: Any) -> Any:
    if not isinstance(result, tuple):
        return result
    value, grads = result
    return value, {name: grad for name, grad in grads.items() if not name.startswith("b")}


@wrong_results(
    *EVERY_NET,
    says="The gradient of the first layer is missing: the backward pass stops before it.",
    asks="Which names are in your parameters but not in your gradients?",
)
def first_layer_without_gradients(result: Any) -> Any:
    if not isinstance(result, tuple):
        return result
    value, grads = result
    return value, {name: grad for name, grad in grads.items() if name not in ("W1", "b1")}


# ThreeLayerConvNet


@wrong_layers(
    ThreeLayerConvNet,
    says="The ReLU after the convolution is missing.",
    asks="What stands between the convolution and the pooling in the architecture of the handout?",
)
def relu_after_the_convolution_missing(stages: Stages, net: Any) -> Stages:
    return [stages[0], *stages[2:]]


@wrong_layers(
    ThreeLayerConvNet,
    says="The ReLU between the two affine layers is missing.",
    asks="What can two affine layers in a row do that one cannot?",
)
def relu_of_the_hidden_layer_missing(stages: Stages, net: Any) -> Stages:
    return [*stages[:4], stages[5]]


@wrong_layers(
    ThreeLayerConvNet,
    says="The pooling is missing, so the hidden layer does not fit what it is given.",
    asks="Which height and width do the images have when they come to the hidden layer?",
)
def pooling_missing(stages: Stages, net: Any) -> Stages:
    return without(stages, "pool")


# FullyConnectedNet: normalization


@wrong_layers(
    FullyConnectedNet,
    says="Layer normalization has no effect: only the mode with batch normalization is handled.",
    asks="Which kinds of normalization does the argument allow, and which does your code ask about?",
)
def layernorm_not_handled(stages: Stages, net: Any) -> Stages:
    return without(stages, "layernorm")


@wrong_layers(
    FullyConnectedNet,
    says="Batch normalization is used even where layer normalization is asked for.",
    asks="Which kinds of normalization does the argument allow, and which does your code ask about?",
)
def batchnorm_for_either_kind(stages: Stages, net: Any) -> Stages:
    return [
        normalization("batchnorm", int(stage.names[0].removeprefix("gamma")), *stage.settings)
        if stage.kind == "layernorm"
        else stage
        for stage in stages
    ]


@wrong_layers(
    FullyConnectedNet,
    says="The normalization comes after the ReLU.",
    asks="Which share of the units is active when the numbers before the ReLU are normalized?",
)
def normalization_after_relu(stages: Stages, net: Any) -> Stages:
    changed = list(stages)
    for place, stage in enumerate(stages):
        if stage.kind in ("batchnorm", "layernorm"):
            changed[place : place + 2] = [RELU, stage]
    return changed


@wrong_layers(
    FullyConnectedNet,
    says="All the layers share the running averages of the first one.",
    asks="How many dicts with running averages does a net with three hidden layers need?",
)
def running_averages_shared(stages: Stages, net: Any) -> Stages:
    return [
        replace(stage, settings=(net.bn_params[0],)) if stage.kind == "batchnorm" else stage
        for stage in stages
    ]


@wrong_layers(
    FullyConnectedNet,
    says="The running averages start anew in every pass, so test mode knows nothing of the training.",
    asks="How long does the dict live that you hand to the normalization?",
)
def running_averages_forgotten(stages: Stages, net: Any) -> Stages:
    return [
        replace(stage, settings=({"mode": stage.settings[0]["mode"]},))
        if stage.kind == "batchnorm"
        else stage
        for stage in stages
    ]


@wrong_layers(
    FullyConnectedNet,
    says="The training pass runs in test mode, so it normalizes with running averages that never change.",
    asks="In which mode should the layers be when there are labels?",
)
def batchnorm_in_test_mode_for_training(stages: Stages, net: Any) -> Stages:
    return in_mode(stages, "batchnorm", "test")


@wrong_layers(
    FullyConnectedNet,
    says="The scores are computed in training mode, with the statistics of the batch that is tested.",
    asks="In which mode should the layers be when there are no labels?",
)
def batchnorm_in_training_mode_for_testing(stages: Stages, net: Any) -> Stages:
    return in_mode(stages, "batchnorm", "train")


def _in_mode(stages: Stages, kind: str, mode: str) -> Stages:
    for stage in stages:
        if stage.kind == kind:
            stage.settings[0]["mode"] = mode
    return stages


@wrong_results(
    FullyConnectedNet,
    says="The gradients of gamma and beta are missing.",
    asks="Which names are in your parameters but not in your gradients?",
)
def gradients_of_gamma_and_beta_missing(result: Any) -> Any:
    if not isinstance(result, tuple):
        return result
    value, grads = result
    return value, {name: grad for name, grad in grads.items() if not name.startswith(("gamma", "beta"))}


def _output_parameters(net: Any, weight_scale: float) -> None:
    """Give the last layer a scale and a shift too."""
    if net.normalization is not None:
        last, b = net.num_layers, net.params[f"b{net.num_layers}"]
        net.params[f"gamma{last}"], net.params[f"beta{last}"] = np.ones_like(b), np.zeros_like(b)
        net.bn_params.append({})


@wrong_layers(
    constructed(FullyConnectedNet, _output_parameters),
    says="The last layer is normalized as well, which takes from the scores the freedom to be large.",
    asks="How many of the layers of the architecture are followed by a normalization?",
)
def normalization_on_the_output(stages: Stages, net: Any) -> Stages:
    if net.normalization is None:
        return stages
    *_, (first, *_) = (stage.settings for stage in stages if stage.kind == net.normalization)
    net.bn_params[-1]["mode"] = first["mode"]
    return [*stages, normalization(net.normalization, net.num_layers, net.bn_params[-1])]
