"""A tour of the layers: ordinary inputs for each, and what a numerical gradient check says of them.

One `LayerCase` holds a layer's forward and backward pass and the arguments that have a gradient.
`gradient_errors` compares, argument by argument, the analytic gradient with centred differences
under a random upstream gradient. (Never use an upstream of ones: the gradient of a softmax or of a
normalization layer vanishes for it, and a backward pass that returns zeros would go unseen.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from reference._checks import FloatArray
from reference.activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
)
from reference.affine import affine_backward, affine_forward
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.dropout import dropout_backward, dropout_forward
from reference.fast.dispatch import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.gradient_check import eval_numerical_gradient_array, relative_error
from reference.losses import softmax_loss, svm_loss
from reference.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

Layer: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class LayerCase:
    """A layer with ordinary inputs.

    ``forward(**arguments)`` gives ``(out, cache)``; ``backward(dout, cache)`` gives one gradient per
    argument, in the same order. A loss counts as a layer whose output is the loss.
    """

    name: str
    forward: Callable[..., tuple[Any, Any]]
    backward: Callable[..., Any]
    arguments: dict[str, FloatArray]

    def gradients(self, dout: FloatArray) -> dict[str, FloatArray]:
        """The analytic gradient of ``sum(dout * out)`` with respect to every argument."""
        _, cache = self.forward(**self.arguments)
        grads = self.backward(dout, cache)
        return dict(zip(self.arguments, grads if isinstance(grads, tuple) else (grads,), strict=True))


def gradient_errors(case: LayerCase, rng: np.random.Generator) -> dict[str, float]:
    """Relative error of every analytic gradient against centred differences, norm-wise.

    Parameters
    ----------
    case : LayerCase
        With float64 arguments.
    rng : numpy.random.Generator
        Draws the upstream gradient.

    Returns
    -------
    dict
        Argument name to ``|numeric - analytic| / (|numeric| + |analytic|)``.
    """
    dout = rng.standard_normal(np.shape(case.forward(**case.arguments)[0]))
    analytic = case.gradients(dout)
    errors = {}
    for name, value in case.arguments.items():

        def output(varied: FloatArray, name: str = name) -> FloatArray:
            return np.asarray(case.forward(**(case.arguments | {name: varied}))[0])

        numeric = eval_numerical_gradient_array(output, value.copy(), dout)
        errors[name] = relative_error(numeric, analytic[name])
    return errors


def layer_cases(rng: np.random.Generator, dtype: type = np.float64) -> Iterator[LayerCase]:
    """Ordinary inputs for every layer, away from kinks.

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same numbers for every dtype.
    dtype : type
        Of all arguments.
    """

    def normal(*shape: int) -> FloatArray:
        return rng.standard_normal(shape).astype(dtype)

    def away_from_zero(*shape: int) -> FloatArray:
        values = rng.uniform(0.1, 1.0, shape) * rng.choice([-1.0, 1.0], shape)
        return np.asarray(values, dtype)

    def distinct(*shape: int) -> FloatArray:
        # Neighbouring values differ by far more than the step of the numerical gradient.
        values = rng.permutation(np.linspace(-1.0, 1.0, int(np.prod(shape))))
        return np.asarray(values.reshape(shape), dtype)

    yield LayerCase(
        "affine", affine_forward, affine_backward, {"x": normal(4, 2, 3), "w": normal(6, 5), "b": normal(5)}
    )
    yield LayerCase("relu", relu_forward, relu_backward, {"x": away_from_zero(4, 6)})
    yield LayerCase("leaky_relu", leaky_relu_forward, leaky_relu_backward, {"x": away_from_zero(4, 6)})
    yield LayerCase("sigmoid", sigmoid_forward, sigmoid_backward, {"x": normal(4, 6)})
    yield from _losses(normal(6, 5), rng.integers(5, size=6))
    yield from _flat_norms(normal)
    yield LayerCase(
        "dropout",
        partial(dropout_forward, dropout_param={"mode": "train", "p": 0.6, "seed": 5}),
        dropout_backward,
        {"x": normal(5, 6)},
    )
    conv_param = {"stride": 2, "pad": 1}
    pool_param = {"pool_height": 2, "pool_width": 3, "stride": 2}
    images = {"x": normal(2, 3, 7, 6), "w": normal(4, 3, 3, 4), "b": normal(4)}
    pixels = {"x": distinct(2, 3, 6, 7)}
    kinds: list[tuple[str, Layer, Layer, Layer, Layer]] = [
        ("naive", conv_forward_naive, conv_backward_naive, max_pool_forward_naive, max_pool_backward_naive),
        ("fast", conv_forward_fast, conv_backward_fast, max_pool_forward_fast, max_pool_backward_fast),
    ]
    for kind, conv, conv_back, pool, pool_back in kinds:
        yield LayerCase(f"conv_{kind}", partial(conv, conv_param=conv_param), conv_back, images)
        yield LayerCase(f"max_pool_{kind}", partial(pool, pool_param=pool_param), pool_back, pixels)
    yield from _spatial_norms(normal)


def _losses(scores: FloatArray, y: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[LayerCase]:
    """The losses as layers: the cache is the gradient that the loss function returns."""

    def backward(dout: FloatArray, dx: FloatArray) -> FloatArray:
        return dout * dx

    yield LayerCase("softmax_loss", lambda x: softmax_loss(x, y), backward, {"x": scores})
    yield LayerCase("svm_loss", lambda x: svm_loss(x, y), backward, {"x": scores})


def _flat_norms(normal: Callable[..., FloatArray]) -> Iterator[LayerCase]:
    arguments = {"x": 3 * normal(8, 5) + 2, "gamma": normal(5), "beta": normal(5)}

    def batchnorm(x: FloatArray, gamma: FloatArray, beta: FloatArray) -> tuple[FloatArray, Any]:
        return batchnorm_forward(x, gamma, beta, {"mode": "train"})  # fresh running averages each time

    yield LayerCase("batchnorm", batchnorm, batchnorm_backward, arguments)
    yield LayerCase("batchnorm_alt", batchnorm, batchnorm_backward_alt, arguments)
    yield LayerCase("layernorm", partial(layernorm_forward, ln_param={}), layernorm_backward, arguments)


def _spatial_norms(normal: Callable[..., FloatArray]) -> Iterator[LayerCase]:
    x = 3 * normal(3, 4, 3, 2) + 2

    def spatial_batchnorm(x: FloatArray, gamma: FloatArray, beta: FloatArray) -> tuple[FloatArray, Any]:
        return spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})

    yield LayerCase(
        "spatial_batchnorm",
        spatial_batchnorm,
        spatial_batchnorm_backward,
        {"x": x, "gamma": normal(4), "beta": normal(4)},
    )
    yield LayerCase(
        "spatial_groupnorm",
        partial(spatial_groupnorm_forward, G=2, gn_param={}),
        spatial_groupnorm_backward,
        {"x": x, "gamma": normal(1, 4, 1, 1), "beta": normal(1, 4, 1, 1)},
    )
