"""The losses, one example and one class at a time."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def softmax_loss(x: Array, y: Array) -> tuple[float, Array]:
    """The textbook formulas, unshifted: in decimals of 60 digits e^1000 is an ordinary number."""
    loss, dx = Decimal(0), np.empty(x.shape)
    with localcontext() as context:
        context.prec = 60
        for n, scores in enumerate(x):
            powers = [Decimal(float(score)).exp() for score in scores]
            p = [power / sum(powers) for power in powers]
            loss -= p[y[n]].ln() / len(x)
            for c, _ in enumerate(scores):
                dx[n, c] = float((p[c] - (1 if c == y[n] else 0)) / len(x))
    return float(loss), dx


def svm_loss(x: Array, y: Array) -> tuple[float, Array]:
    """One margin at a time; each that is positive pulls at two scores."""
    loss, dx = 0.0, np.zeros(x.shape)
    for n, scores in enumerate(x):
        right = int(y[n])
        for c, score in enumerate(scores):
            margin = float(score) - float(scores[right]) + 1.0
            if c != right and margin > 0:
                loss += margin / len(x)
                dx[n, c] += 1 / len(x)
                dx[n, right] -= 1 / len(x)
    return loss, dx
