"""How far a net is from its kinks, so that a gradient check does not step over one.

A ReLU at zero and a tie in a pooling window have no derivative: centred differences that reach over
such a point mix two slopes, and a right gradient looks wrong. So a check that probes a loss starts
from parameters that keep a distance. The forward passes here are the judge's own; nothing of them
depends on the submission.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from grader.errors import GraderFault

Array = NDArray[Any]
Parameters = dict[str, Array]

MARGIN = 1e-3
"""The distance to keep: a step of 1e-5 along a random direction moves a unit by 1e-6 to 5e-5."""
TRIES = 1000
EPS = 1e-5


def smooth(make: Callable[[], Parameters], distance: Callable[[Parameters], float]) -> Parameters:
    """The first parameters out of ``make`` that keep the margin from every kink.

    Raises
    ------
    GraderFault
        If none does; then the check has too many units.
    """
    for _ in range(TRIES):
        parameters = make()
        if distance(parameters) > MARGIN:
            return parameters
    raise GraderFault(f"no parameters away from the kinks in {TRIES} tries: use a smaller net")


def fully_connected_distance(
    parameters: Mapping[str, Array], X: Array, normalization: str | None = None
) -> float:
    """The smallest distance of a hidden unit from zero, in training mode and without dropout."""
    distance = float("inf")
    out = X.reshape(len(X), -1)
    layer = 1
    while f"W{layer + 1}" in parameters:
        out = out @ parameters[f"W{layer}"] + parameters[f"b{layer}"]
        if normalization is not None:
            out = _normalized(out, axis=0 if normalization == "batchnorm" else 1)
            out = parameters[f"gamma{layer}"] * out + parameters[f"beta{layer}"]
        distance = min(distance, float(np.abs(out).min()))
        out = np.maximum(out, 0)
        layer += 1
    return distance


def conv_net_distance(parameters: Mapping[str, Array], X: Array) -> float:
    """The smallest distance of a unit from zero, or of the largest in a window from the second."""
    filters = parameters["W1"]
    N, F, size = len(X), len(filters), filters.shape[2]
    pad = (size - 1) // 2
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (size, size), axis=(2, 3))
    maps = np.einsum("nchwpq,fcpq->nfhw", windows, filters, optimize=True)
    maps += parameters["b1"][:, None, None]
    H, W = maps.shape[2] // 2, maps.shape[3] // 2
    active = np.maximum(maps[:, :, : 2 * H, : 2 * W], 0)
    pools = active.reshape(N, F, H, 2, W, 2).swapaxes(3, 4).reshape(N, F, H, W, 4)
    ordered = np.sort(pools, axis=-1)
    gaps = (ordered[..., -1] - ordered[..., -2])[ordered[..., -1] > 0]
    hidden = ordered[..., -1].reshape(N, -1) @ parameters["W2"] + parameters["b2"]
    return float(min(np.abs(maps).min(), gaps.min(initial=np.inf), np.abs(hidden).min()))


def _normalized(x: Array, axis: int) -> Array:
    centred = x - x.mean(axis=axis, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + EPS))
