"""Convolution and max pooling by other means than the reference uses.

Convolution goes through SciPy, and its gradients through the textbook forms: dw is a correlation of
the input with the upstream gradient, dx a full (true) convolution of the upstream gradient with the
filter, where a stride becomes zeros between the entries of the upstream gradient. Max pooling is
written with Python numbers and comparisons, without any NumPy reduction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import convolve2d, correlate2d

Array = NDArray[Any]


def convolution(x: Array, w: Array, b: Array, stride: int, pad: int) -> Array:
    """The forward pass: at every pixel, then only those that the stride hits."""
    images = [
        [b[f] + sum(map(_correlate, with_margin(image, pad), w[f])) for f in range(len(w))] for image in x
    ]
    return np.array(images)[:, :, ::stride, ::stride]


def convolution_gradients(
    dout: Array, x: Array, w: Array, stride: int, pad: int
) -> tuple[Array, Array, Array]:
    """dx, dw and db."""
    examples, channels, height, width = x.shape
    filters, _, filter_height, filter_width = w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(filters)
    for n in range(examples):
        margined = with_margin(x[n], pad)
        for f in range(filters):
            spread = _spread(dout[n, f], stride)
            used_rows, used_columns = spread.shape[0] + filter_height - 1, spread.shape[1] + filter_width - 1
            db[f] += math.fsum(dout[n, f].ravel())
            for c in range(channels):
                dw[f, c] += _correlate(margined[c, :used_rows, :used_columns], spread)
                dmargined = np.zeros((height + 2 * pad, width + 2 * pad))
                dmargined[:used_rows, :used_columns] = convolve2d(spread, w[f, c], mode="full")
                dx[n, c] += dmargined[pad : pad + height, pad : pad + width]
    return dx, dw, db


def with_margin(image: Array, pad: int) -> Array:
    """An image of shape (C, H, W) with ``pad`` zeros on each side."""
    channels, height, width = image.shape
    margined = np.zeros((channels, height + 2 * pad, width + 2 * pad))
    margined[:, pad : pad + height, pad : pad + width] = image
    return margined


def max_pool(x: Array, pool_height: int, pool_width: int, stride: int) -> tuple[Array, Array]:
    """The maxima, and for each one the row and column of the image it came from: (N, C, H', W', 2)."""
    examples, channels, height, width = x.shape
    rows = range(0, height - pool_height + 1, stride)
    columns = range(0, width - pool_width + 1, stride)
    out = np.zeros((examples, channels, len(rows), len(columns)))
    where = np.zeros((*out.shape, 2), dtype=int)
    for n in range(examples):
        for c in range(channels):
            for i, top in enumerate(rows):
                for j, left in enumerate(columns):
                    best, place = -math.inf, None
                    for y in range(top, top + pool_height):
                        for z in range(left, left + pool_width):
                            value = float(x[n, c, y, z])
                            if place is None or value > best or (math.isnan(value) and not math.isnan(best)):
                                best, place = value, (y, z)
                    out[n, c, i, j], where[n, c, i, j] = best, place
    return out, where


def max_pool_gradient(dout: Array, x: Array, pool_height: int, pool_width: int, stride: int) -> Array:
    """dx, where the first of equal maxima takes it all."""
    _, where = max_pool(x, pool_height, pool_width, stride)
    dx = np.zeros(x.shape)
    for index in np.ndindex(dout.shape):
        y, z = where[index]
        dx[index[0], index[1], y, z] += dout[index]
    return dx


def column_of_window(
    image: Array, top: int, left: int, field_height: int, field_width: int, pad: int
) -> list[float]:
    """What the im2col column of the window at (top, left) of a padded image (C, H, W) must hold."""
    channels, height, width = image.shape
    column = []
    for c in range(channels):
        for y in range(top - pad, top - pad + field_height):
            for z in range(left - pad, left - pad + field_width):
                inside = 0 <= y < height and 0 <= z < width
                column.append(float(image[c, y, z]) if inside else 0.0)
    return column


def _correlate(image: Array, kernel: Array) -> Array:
    """Where ``kernel`` fits into ``image`` as a whole, without turning it."""
    assert all(have >= want for have, want in zip(image.shape, kernel.shape, strict=True))
    return correlate2d(image, kernel, mode="valid")


def _spread(dout: Array, stride: int) -> Array:
    """Entries ``stride`` apart, zeros between them."""
    height, width = dout.shape
    spread = np.zeros(((height - 1) * stride + 1, (width - 1) * stride + 1))
    spread[::stride, ::stride] = dout
    return spread
