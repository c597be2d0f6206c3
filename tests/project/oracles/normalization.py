"""Normalization layers with plain loops over plain numbers, and their gradients without derivation.

Every layer is written once, as a list of groups: the positions whose numbers share a mean and a
variance. Nothing is shared between the layers but the treatment of one group, which the tests check
by hand.

The loops also take complex numbers, and that gives gradients almost for free: for a real analytic
f, ``f(x + i h)`` has the imaginary part ``h f'(x)`` up to order h^3. Nothing is subtracted, so h can
be 1e-30 and the derivative is exact to rounding. A derivation, correct or not, takes no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oracles.gradients import numerical_gradient

Array = NDArray[Any]
Position = tuple[int, ...]


def standardized(numbers: Sequence[Any], eps: float = 1e-5) -> list[Any]:
    """Each number minus the mean, over the root of the biased variance plus eps."""
    count = len(numbers)
    mean = sum(numbers) / count
    variance = sum((number - mean) ** 2 for number in numbers) / count
    return [(number - mean) / (variance + eps) ** 0.5 for number in numbers]


def batchnorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """A group per feature: all examples."""
    examples, features = map(range, x.shape)
    groups = [[(n, d) for n in examples] for d in features]
    return _normalized(x, groups, gamma, beta, eps)


def layernorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """A group per example: all features."""
    examples, features = map(range, x.shape)
    groups = [[(n, d) for d in features] for n in examples]
    return _normalized(x, groups, gamma, beta, eps)


def spatial_batchnorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """A group per channel: all pixels of all examples."""
    examples, channels, rows, columns = map(range, x.shape)
    groups = [list(product(examples, [c], rows, columns)) for c in channels]
    return _normalized(x, groups, gamma, beta, eps)


def groupnorm(x: Array, gamma: Array, beta: Array, number: int, eps: float = 1e-5) -> Array:
    """``number`` groups per example: runs of neighbouring channels, all their pixels."""
    examples, channels, rows, columns = map(range, x.shape)
    size = len(channels) // number
    groups = []
    for n in examples:
        for first in channels[::size]:
            groups.append(list(product([n], range(first, first + size), rows, columns)))
    return _normalized(x, groups, gamma, beta, eps)


def instancenorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """A group per example and channel: its pixels."""
    examples, channels, rows, columns = map(range, x.shape)
    groups = [[(n, c, h, w) for h in rows for w in columns] for n in examples for c in channels]
    return _normalized(x, groups, gamma, beta, eps)


def image_layernorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """A group per example: all its channels and pixels."""
    groups = [[(n, *position) for position in np.ndindex(x.shape[1:])] for n in range(len(x))]
    return _normalized(x, groups, gamma, beta, eps)


def with_fixed_statistics(
    x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float = 1e-5
) -> Array:
    """Batch norm in test mode; the second axis of x counts the features or channels."""
    out = np.empty(x.shape, dtype=np.result_type(x, gamma, beta))
    for p in np.ndindex(x.shape):
        f = p[1]
        out[p] = gamma[f] * (x[p] - mean[f]) / (var[f] + eps) ** 0.5 + beta[f]
    return out


def running_average(samples: Sequence[Array], momentum: float) -> Array:
    """The running average after all samples, starting at 0, in closed form.

    A sample that is k steps old has the weight ``(1 - momentum) * momentum ** k``.
    """
    newest_first = reversed(samples)
    weighted = [(1 - momentum) * momentum**age * sample for age, sample in enumerate(newest_first)]
    return np.asarray(np.sum(weighted, axis=0))


def numerical_gradients(
    forward: Callable[..., Array], arguments: Sequence[Array], dout: Array
) -> list[NDArray[np.float64]]:
    """Centred differences of ``sum(forward(*arguments) * dout)`` for every argument."""

    def gradient(k: int) -> NDArray[np.float64]:
        def of_one(varied: Array) -> Array:
            return forward(*arguments[:k], varied, *arguments[k + 1 :])

        return numerical_gradient(of_one, arguments[k], dout)

    return [gradient(k) for k in range(len(arguments))]


def exact_gradients(
    forward: Callable[..., Array], arguments: Sequence[Array], dout: Array
) -> list[NDArray[np.float64]]:
    """Gradient of ``sum(forward(*arguments) * dout)`` for every argument, by a complex step.

    ``forward`` is one of the layers of this module: it must take complex numbers.
    """
    h = 1e-30
    gradients = []
    for k, argument in enumerate(arguments):
        gradient = np.empty(argument.shape)
        for p in np.ndindex(argument.shape):
            varied = argument.astype(complex)
            varied[p] += 1j * h
            out = forward(*arguments[:k], varied, *arguments[k + 1 :])
            gradient[p] = np.sum(out.imag * dout) / h
        gradients.append(gradient)
    return gradients


def _normalized(x: Array, groups: Iterable[list[Position]], gamma: Array, beta: Array, eps: float) -> Array:
    """Standardize each group; gamma and beta have an entry per index on the second axis of x."""
    scale, shift = gamma.ravel(), beta.ravel()
    out = np.full(x.shape, np.nan, dtype=np.result_type(x, gamma, beta))
    for group in groups:
        for p, number in zip(group, standardized([x[p] for p in group], eps), strict=True):
            out[p] = scale[p[1]] * number + shift[p[1]]
    return out
