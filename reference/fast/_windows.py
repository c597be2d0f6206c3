"""All the windows of a batch of images at once: taken out as a view, and added back."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reference._checks import FloatArray

ImageShape = tuple[int, int, int, int]  # (N, C, H, W)


def pad_images(x: FloatArray, pad: int) -> FloatArray:
    """``x`` with ``pad`` rows and columns of zeros on every side: (N, C, H + 2 pad, W + 2 pad)."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def take_windows(
    x: FloatArray, height: int, width: int, stride: int, *, writeable: bool = False
) -> FloatArray:
    """The windows of images (N, C, H, W) as a view of shape (N, C, height, width, H', W').

    ``take_windows(...)[:, :, p, q]`` is what all the windows hold at their place (p, q): the slice of
    the images that begins at (p, q) and goes in steps of ``stride``. Windows may overlap, but never at
    the same place of the window, so that each pixel occurs at most once in such a slice.
    """
    windows = sliding_window_view(x, (height, width), axis=(2, 3), writeable=writeable)
    return windows[:, :, ::stride, ::stride].transpose(0, 1, 4, 5, 2, 3)


def add_windows(windows: FloatArray, shape: ImageShape, pad: int, stride: int) -> FloatArray:
    """Add windows (N, C, height, width, H', W') up where they lie in images of the given shape.

    ``pad`` is the margin that the windows also covered; what falls there is dropped.
    """
    N, C, H, W = shape
    height, width = windows.shape[2:4]
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=windows.dtype)
    places = take_windows(padded, height, width, stride, writeable=True)
    for p, q in np.ndindex(height, width):
        places[:, :, p, q] += windows[:, :, p, q]
    return padded[:, :, pad : pad + H, pad : pad + W]
