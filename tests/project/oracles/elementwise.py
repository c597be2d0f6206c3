"""Activations and dropout, one number at a time and outside NumPy."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def each(function: Callable[[float], float], x: Array) -> Array:
    """``function`` of every number of ``x``."""
    out = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        out[index] = function(float(x[index]))
    return out


def relu(x: float) -> float:
    """The positive part."""
    return x if x > 0 else 0.0


def relu_slope(x: float) -> float:
    """0 at the kink."""
    return 1.0 if x > 0 else 0.0


def leaky_relu(x: float, alpha: float) -> float:
    """The positive part, and a share of the negative part."""
    return x if x > 0 else alpha * x


def leaky_relu_slope(x: float, alpha: float) -> float:
    """``alpha`` at the kink."""
    return 1.0 if x > 0 else alpha


def sigmoid(x: float) -> float:
    """From the textbook formula with 50 digits and unbounded exponents, so that nothing overflows."""
    with localcontext() as context:
        context.prec = 50
        return float(1 / (1 + (-Decimal(x)).exp()))


def sigmoid_slope(x: float) -> float:
    """``1 / (e^(x/2) + e^(-x/2))^2``: the same derivative by another formula, with 50 digits."""
    with localcontext() as context:
        context.prec = 50
        half = Decimal(x) / 2
        return float(1 / (half.exp() + (-half).exp()) ** 2)


def dropout_mask(shape: tuple[int, ...], p: float, seed: int) -> Array:
    """The mask that follows ``np.random.seed(seed)``, from Python's own Mersenne twister.

    Python and NumPy run the same generator and make a float of two outputs in the same way; only
    the seeding differs. The one of NumPy's legacy stream is Knuth's, from the generator's authors
    (``init_genrand`` of mt19937ar.c).
    """
    state = [seed]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) % 2**32)
    stream = random.Random()
    stream.setstate((3, (*state, 624), None))
    mask = np.empty(shape)
    for index in np.ndindex(shape):  # C order: the last axis runs fastest
        mask[index] = 1 / p if stream.random() < p else 0.0
    return mask
