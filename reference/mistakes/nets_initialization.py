"""Mistakes of the parameters that a net begins with, for every net."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.mistakes._nets import EVERY_NET, wrong_construction
from reference.mistakes._stages import is_weight
from reference.nets import FullyConnectedNet, ThreeLayerConvNet


def _redraw(net: Any, draw: Callable[[FloatArray], FloatArray], wanted: Callable[[str], bool]) -> None:
    """Replace parameters by what is drawn for each."""
    for name, value in net.params.items():
        if wanted(name):
            net.params[name] = draw(value).astype(value.dtype)


def _is_bias(name: str) -> bool:
    return name[0] == "b" and name[1:].isdigit()


@wrong_construction(
    *EVERY_NET,
    says="The weights are drawn between zero and one and not from a normal distribution around zero.",
    asks="What is the mean of your first weights, and what should it be?",
)
def uniform_weights(net: Any, weight_scale: float) -> None:
    _redraw(net, lambda value: weight_scale * np.random.rand(*value.shape), is_weight)


@wrong_construction(
    *EVERY_NET,
    says="All the weights begin with the same value, so all hidden units stay equal for ever.",
    asks="What makes two hidden units differ after the first step?",
)
def equal_weights(net: Any, weight_scale: float) -> None:
    _redraw(net, lambda value: np.full(value.shape, weight_scale), is_weight)


@wrong_construction(
    *EVERY_NET,
    says="All the weights begin at zero, so no gradient reaches the first layer.",
    asks="What is the gradient of the hidden layer when the weights above it are zero?",
)
def zero_weights(net: Any, weight_scale: float) -> None:
    _redraw(net, np.zeros_like, is_weight)


@wrong_construction(
    *EVERY_NET,
    says="The scale of the weights is not used: their standard deviation is one.",
    asks="What is the standard deviation of your first weights?",
)
def weight_scale_ignored(net: Any, weight_scale: float) -> None:
    _redraw(net, lambda value: value / weight_scale, is_weight)


@wrong_construction(
    *EVERY_NET,
    says="The scale is used as the variance of the weights: it should be their standard deviation.",
    asks="By what must standard normal numbers be multiplied to have a given standard deviation?",
)
def weight_scale_as_the_variance(net: Any, weight_scale: float) -> None:
    _redraw(net, lambda value: value / np.sqrt(weight_scale), is_weight)


@wrong_construction(
    *EVERY_NET,
    says="The last layer's weights are drawn without the scale.",
    asks="Do the weights of all your layers have the same standard deviation?",
)
def last_layer_without_scale(net: Any, weight_scale: float) -> None:
    last = max(name for name in net.params if is_weight(name))
    _redraw(net, lambda value: value / weight_scale, lambda name: name == last)


@wrong_construction(
    *EVERY_NET,
    says="The biases begin as random numbers and not at zero.",
    asks="What should the biases be before the first step?",
)
def random_biases(net: Any, weight_scale: float) -> None:
    _redraw(net, lambda value: weight_scale * np.random.randn(*value.shape), _is_bias)


@wrong_construction(
    *EVERY_NET,
    says="The biases begin at one and not at zero.",
    asks="What should the biases be before the first step?",
)
def biases_of_one(net: Any, weight_scale: float) -> None:
    _redraw(net, np.ones_like, _is_bias)


@wrong_construction(
    ThreeLayerConvNet,
    says="The hidden layer is made for images as large as before the pooling.",
    asks="How many numbers does one image have after the pooling?",
)
def hidden_layer_without_the_pooling(net: Any, weight_scale: float) -> None:
    inputs, M = net.params["W2"].shape
    net.params["W2"] = (weight_scale * np.random.randn(4 * inputs, M)).astype(net.dtype)


@wrong_construction(
    FullyConnectedNet,
    says="The scales of the normalization begin at zero, so every hidden unit puts out the same number.",
    asks="By what are the normalized features multiplied before anything is learned?",
)
def gamma_of_zero(net: Any, weight_scale: float) -> None:
    _redraw(net, np.zeros_like, lambda name: name.startswith("gamma"))


@wrong_construction(
    FullyConnectedNet,
    says="The scales of the normalization begin as small random numbers and not at one.",
    asks="By what are the normalized features multiplied before anything is learned?",
)
def random_gamma(net: Any, weight_scale: float) -> None:
    def draw(value: FloatArray) -> FloatArray:
        return weight_scale * np.random.randn(*value.shape)

    _redraw(net, draw, lambda name: name.startswith("gamma"))


@wrong_construction(
    FullyConnectedNet,
    says="The shifts of the normalization begin at one and not at zero.",
    asks="What is added to the normalized features before anything is learned?",
)
def beta_of_one(net: Any, weight_scale: float) -> None:
    _redraw(net, np.ones_like, lambda name: name.startswith("beta"))


@wrong_construction(
    FullyConnectedNet,
    says="There are no scales and shifts: the normalization is left out of the net.",
    asks="Which parameters does a hidden layer have when a normalization is asked for?",
)
def normalization_missing(net: Any, weight_scale: float) -> None:
    net.normalization, net.bn_params = None, []
    net.params = {name: value for name, value in net.params.items() if name[0] in "Wb" and name[1:].isdigit()}
