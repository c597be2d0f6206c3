"""The networks once more, in plain Python loops over single numbers, and their gradients without backprop.

Every function here also takes complex parameters. That gives gradients that owe nothing to a backward
pass and have no rounding error of a difference: f(x + ih) = f(x) + ih f'(x) - ..., so the imaginary
part of f(x + ih) is h f'(x), and h may be 1e-30.

The loops also note how close they came to a kink (a ReLU at zero, a tie in a pooling window), so that
a test can be sure that its finite differences stay on one side.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Row = list[complex]
EPS = 1e-5
STEP = 1e-30


class Kinks:
    """The smallest distance from a kink that was seen."""

    def __init__(self) -> None:
        self.distance = float("inf")

    def near(self, value: complex) -> None:
        self.distance = min(self.distance, abs(value.real))

    def relu(self, value: complex) -> complex:
        self.near(value)
        return value if value.real > 0 else 0j

    def largest(self, values: Sequence[complex]) -> complex:
        best = max(range(len(values)), key=lambda i: (values[i].real, -i))
        for i, value in enumerate(values):
            if i != best and (value.real, values[best].real) != (0.0, 0.0):  # a dead window stays dead
                self.near(values[best] - value)
        return values[best]


def complex_step_gradients(
    loss: Callable[[dict[str, Array]], complex], params: dict[str, Array]
) -> dict[str, Array]:
    """The gradient of ``loss`` with respect to each of ``params``."""
    grads = {}
    for name, value in params.items():
        grads[name] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[index] += 1j * STEP
            grads[name][index] = loss({**params, name: moved}).imag / STEP
    return grads


def fully_connected_scores(
    params: dict[str, Array],
    X: Array,
    normalization: str | None = None,
    masks: Sequence[Array] | None = None,
    running: Sequence[tuple[Array, Array]] | None = None,
    kinks: Kinks | None = None,
) -> list[Row]:
    """{affine - [norm] - relu - [dropout]} x (L - 1) - affine.

    ``masks`` holds the factor of each unit of each hidden layer; ``running`` a mean and a variance per
    hidden layer, to be used by batch normalization in place of those of the batch.
    """
    kinks = kinks or Kinks()
    layers = sum(name.startswith("W") for name in params)
    rows = [[complex(value) for value in np.ravel(example)] for example in X]
    for layer in range(1, layers):
        rows = _affine(rows, params[f"W{layer}"], params[f"b{layer}"])
        if normalization == "batchnorm":
            moments = None if running is None else running[layer - 1]
            rows = _transposed(_normalized(_transposed(rows), moments))
        if normalization == "layernorm":
            rows = _normalized(rows, None)
        if normalization is not None:
            gamma, beta = params[f"gamma{layer}"], params[f"beta{layer}"]
            rows = [[gamma[j] * value + beta[j] for j, value in enumerate(row)] for row in rows]
        rows = [[kinks.relu(value) for value in row] for row in rows]
        if masks is not None:
            mask = masks[layer - 1]
            rows = [[mask[n, j] * value for j, value in enumerate(row)] for n, row in enumerate(rows)]
    return _affine(rows, params[f"W{layers}"], params[f"b{layers}"])


def conv_net_scores(params: dict[str, Array], X: Array, kinks: Kinks | None = None) -> list[Row]:
    """conv - relu - 2x2 max pool - affine - relu - affine; stride 1, padding (filter size - 1) // 2."""
    kinks = kinks or Kinks()
    rows = []
    for image in X:
        row: Row = []
        for w, b in zip(params["W1"], params["b1"], strict=True):
            plane = [[kinks.relu(value) for value in line] for line in _correlated(image, w, b)]
            for i in range(0, len(plane) - 1, 2):
                for j in range(0, len(plane[0]) - 1, 2):
                    row.append(kinks.largest([plane[i + p][j + q] for p in (0, 1) for q in (0, 1)]))
        rows.append(row)
    rows = [[kinks.relu(value) for value in row] for row in _affine(rows, params["W2"], params["b2"])]
    return _affine(rows, params["W3"], params["b3"])


def softmax_loss_with_penalty(scores: list[Row], y: Array, params: dict[str, Array], reg: float) -> complex:
    """Mean cross-entropy plus half of reg times the sum of the squares of all weights."""
    loss = 0j
    for row, label in zip(scores, y, strict=True):
        shift = max(value.real for value in row)
        loss += cmath.log(sum(cmath.exp(value - shift) for value in row)) + shift - row[label]
    loss /= len(scores)
    for name, value in params.items():
        if name.startswith("W"):
            for number in value.ravel():
                loss += reg / 2 * number * number
    return loss


def _affine(rows: list[Row], W: Array, b: Array) -> list[Row]:
    return [
        [sum((row[d] * W[d, m] for d in range(W.shape[0])), complex(b[m])) for m in range(W.shape[1])]
        for row in rows
    ]


def _normalized(rows: list[Row], moments: tuple[Array, Array] | None) -> list[Row]:
    """Each row with mean 0 and variance 1, by its own moments or by those given for each row."""
    out = []
    for i, row in enumerate(rows):
        if moments is None:
            mean = sum(row) / len(row)
            variance = sum((value - mean) ** 2 for value in row) / len(row)
        else:
            mean, variance = complex(moments[0][i]), complex(moments[1][i])
        out.append([(value - mean) / cmath.sqrt(variance + EPS) for value in row])
    return out


def _transposed(rows: list[Row]) -> list[Row]:
    return [list(column) for column in zip(*rows, strict=True)]


def _correlated(image: Array, w: Array, b: complex) -> list[Row]:
    """One filter over one image (C, H, W), stride 1, zeros around it."""
    channels, height, width = image.shape
    size = w.shape[1]
    pad = (size - 1) // 2
    plane = []
    for i in range(height + 2 * pad - size + 1):
        line = []
        for j in range(width + 2 * pad - size + 1):
            total = complex(b)
            for c in range(channels):
                for p in range(size):
                    for q in range(size):
                        top, left = i + p - pad, j + q - pad
                        if 0 <= top < height and 0 <= left < width:
                            total += image[c, top, left] * w[c, p, q]
            line.append(total)
        plane.append(line)
    return plane
