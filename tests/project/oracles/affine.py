"""The affine layer, one product at a time."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def affine_forward(x: Array, w: Array, b: Array) -> Array:
    """``out[n, m] = b[m] + sum_d x[n, d] w[d, m]`` in Python floats, the features in C order."""
    out = np.empty((len(x), len(b)))
    for n, m in product(range(len(x)), range(len(b))):
        terms = [float(value) * float(w[d, m]) for d, value in enumerate(x[n].flat)]
        out[n, m] = sum(terms, start=float(b[m]))
    return out


def affine_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Walk every path x[n, d] -> out[n, m] and w[d, m] -> out[n, m] and add up what it carries."""
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n, m in product(range(dout.shape[0]), range(dout.shape[1])):
        db[m] += dout[n, m]
        for d, index in enumerate(np.ndindex(x.shape[1:])):
            dx[(n, *index)] += dout[n, m] * w[d, m]
            dw[d, m] += dout[n, m] * x[(n, *index)]
    return dx, dw, db
