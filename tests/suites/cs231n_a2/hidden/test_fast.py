"""Fast convolution and pooling on secret images, of the kinds that the notebook times.

Which of several equal maxima gets the gradient is left open: no window here holds two.
"""

import numpy as np
import pytest

from grader.suite import check, expect_backward, expect_forward

# Images (N, C, H, W), filters (F, C, HH, WW), stride, padding.
CONVOLUTIONS = {
    "stride-1": ((3, 2, 6, 6), (4, 2, 3, 3), 1, 1),
    "stride-2": ((4, 3, 7, 7), (5, 3, 3, 3), 2, 1),
}
every_convolution = pytest.mark.parametrize("geometry", CONVOLUTIONS.values(), ids=CONVOLUTIONS)


def images_and_filters(draw, geometry):
    """Fresh arguments of a convolution."""
    images, filters, stride, pad = geometry
    x, w, b = (draw.standard_normal(shape) for shape in (images, filters, filters[:1]))
    return x, w, b, {"stride": stride, "pad": pad}


def images_without_ties(draw, *shape):
    """Fresh arguments of max pooling. The numbers all keep a distance, so that no window has a tie."""
    x = draw.permutation(np.linspace(-1.0, 1.0, int(np.prod(shape)))).reshape(shape)
    return x, {"pool_height": 2, "pool_width": 2, "stride": 2}


@check("fast", about="conv_forward_fast")
@every_convolution
def test_conv_forward(subject, draw, reference, geometry):
    """Fast convolution forward gives what the loops give, twice with equal shapes and new values."""
    for _ in range(2):
        arguments = images_and_filters(draw, geometry)
        expect_forward(subject.fast.conv_forward_fast, reference.conv_forward_naive, arguments)


def expect_gradients_of(subject, draw, reference, geometry, of):
    """Require some of the gradients that the loops give, twice with equal shapes and new values."""
    __tracebackhide__ = True
    passes = subject.fast.conv_forward_fast, subject.fast.conv_backward_fast
    trusted = reference.conv_forward_naive, reference.conv_backward_naive
    for _ in range(2):
        expect_backward(passes, trusted, images_and_filters(draw, geometry), draw=draw, of=of)


@check("fast", about="conv_backward_fast", needs="conv_forward_fast")
@every_convolution
def test_conv_backward_images(subject, draw, reference, geometry):
    """Fast convolution backward gives the dx that the loops give."""
    expect_gradients_of(subject, draw, reference, geometry, of=("dx",))


@check("fast", about="conv_backward_fast", needs="conv_forward_fast")
@every_convolution
def test_conv_backward_parameters(subject, draw, reference, geometry):
    """Fast convolution backward gives the dw and db that the loops give."""
    expect_gradients_of(subject, draw, reference, geometry, of=("dw", "db"))


@check("fast", about="max_pool_forward_fast")
def test_pool_forward(subject, draw, reference):
    """Fast max pooling forward gives what the loops give, twice with equal shapes and new values."""
    for _ in range(2):
        arguments = images_without_ties(draw, 3, 2, 6, 6)
        expect_forward(subject.fast.max_pool_forward_fast, reference.max_pool_forward_naive, arguments)


@check("fast", about="max_pool_backward_fast", needs="max_pool_forward_fast")
def test_pool_backward(subject, draw, reference):
    """Fast max pooling backward gives what the loops give, twice with equal shapes and new values."""
    passes = subject.fast.max_pool_forward_fast, subject.fast.max_pool_backward_fast
    trusted = reference.max_pool_forward_naive, reference.max_pool_backward_naive
    for _ in range(2):
        expect_backward(passes, trusted, images_without_ties(draw, 3, 2, 6, 6), draw=draw)
