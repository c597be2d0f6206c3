"""Max pooling by loops on secret images, for what the notebooks use: square windows side by side.

Windows that overlap, leave gaps or are not square are tried beyond the notebook only. Which of
several equal maxima gets the gradient is left open: no window here holds two.
"""

import numpy as np
import pytest

from grader.suite import check, expect_backward, expect_forward

# Images (N, C, H, W) and the side of the windows, which is the stride.
GEOMETRIES = {"2x2": ((3, 2, 6, 6), 2), "3x3": ((2, 3, 9, 9), 3)}
every_geometry = pytest.mark.parametrize(("images", "side"), GEOMETRIES.values(), ids=GEOMETRIES)


def inputs(draw, images, side):
    """Fresh arguments of a forward pass. The numbers all keep a distance, so that no window has a tie."""
    x = draw.permutation(np.linspace(-1.0, 1.0, int(np.prod(images)))).reshape(images)
    return x, {"pool_height": side, "pool_width": side, "stride": side}


@check("pool_naive", about="max_pool_forward_naive")
@every_geometry
def test_forward(subject, draw, reference, images, side):
    """Max pooling forward keeps the largest number of each window, twice with new values."""
    for _ in range(2):
        arguments = inputs(draw, images, side)
        expect_forward(subject.layers.max_pool_forward_naive, reference.max_pool_forward_naive, arguments)


@check("pool_naive", about="max_pool_forward_naive", weight=0.5)
def test_forward_negative(subject, draw, reference):
    """Max pooling forward is right where all numbers are negative."""
    x, pool_param = inputs(draw, (2, 3, 4, 4), 2)
    arguments = x - 2, pool_param
    expect_forward(subject.layers.max_pool_forward_naive, reference.max_pool_forward_naive, arguments)


@check("pool_naive", about="max_pool_backward_naive", needs="max_pool_forward_naive")
@every_geometry
def test_backward(subject, draw, reference, images, side):
    """Max pooling backward sends each gradient to the largest number of its window, twice with new values."""
    passes = subject.layers.max_pool_forward_naive, subject.layers.max_pool_backward_naive
    trusted = reference.max_pool_forward_naive, reference.max_pool_backward_naive
    for _ in range(2):
        expect_backward(passes, trusted, inputs(draw, images, side), draw=draw)
