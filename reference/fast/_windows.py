"""All the windows of a batch of images at once: taken out as a view, and added back."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from reference._checks import FloatArray

ImageShape = tuple[int, int, int, int]  # (N, C, H, W)


def pad_images(x: FloatArray, pad: int) -> FloatArray:
    """``x`` with ``pad`` rows and columns of zeros on every side: (N, C, H + 2 pad, W + 2 pad)."""
    N, C, H, W = x.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    padded[:, :, pad : pad + H, pad : pad + W] = x
    return padded


def take_windows(
    x: FloatArray, height: int, width: int, stride: int, *, writeable: bool = False
) -> FloatArray:
    """The windows of images (N, C, H, W) as a view of shape (N, C, height, width, H', W').

    ``take_windows(...)[:, :, p, q]`` is what all the windows hold at their place (p, q): the slice of
    the images that begins at (p, q) and goes in steps of ``stride``. Windows may overlap, but never at
    the same place of the window, so that each pixel occurs at most once in such a slice. The windows
    must fit into the images: nothing is checked here.
    """
    N, C, H, W = x.shape
    shape = (N, C, height, width, 1 + (H - height) // stride, 1 + (W - width) // stride)
    image, channel, row, pixel = x.strides
    stride = min(stride, max(H, W))  # the same, and no number that is too large for an array
    strides = (image, channel, row, pixel, stride * row, stride * pixel)
    return as_strided(x, shape, strides, writeable=writeable)


def add_windows(windows: FloatArray, shape: ImageShape, pad: int, stride: int) -> FloatArray:
    """Add windows (N, C, height, width, H', W') up where they lie in images of the given shape.

    ``pad`` is the margin that the windows also covered; what falls there is dropped.
    """
    N, C, H, W = shape
    height, width = windows.shape[2:4]
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=windows.dtype)
    places = take_windows(padded, height, width, stride, writeable=True)
    for p, q in product(range(height), range(width)):
        place = places[:, :, p, q]
        place += windows[:, :, p, q]  # `places[:, :, p, q] += ...` would also copy the sum onto itself
    return padded[:, :, pad : pad + H, pad : pad + W]
