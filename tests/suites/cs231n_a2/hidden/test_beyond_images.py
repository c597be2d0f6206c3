"""Beyond the notebook: images, filters and windows of shapes that the course does not try.

No padding, strides that do not divide, images, filters and windows that are not square, windows that
overlap or leave gaps, images of one row, and windows with several equal maxima.
"""

import numpy as np
import pytest

from grader.suite import call_text, check, expect_array, expect_backward, expect_forward, expect_shape


def convolution(draw, images, filters, stride, pad):
    """Arguments of a convolution."""
    x, w, b = (draw.standard_normal(shape) for shape in (images, filters, filters[:1]))
    return x, w, b, {"stride": stride, "pad": pad}


def pooling(draw, images, height, width, stride):
    """Arguments of max pooling. The numbers all keep a distance, so that no window has a tie."""
    x = draw.permutation(np.linspace(-1.0, 1.0, int(np.prod(images)))).reshape(images)
    return x, {"pool_height": height, "pool_width": width, "stride": stride}


# The group and the names of the two passes, and what makes arguments.
CONV = "layers", "conv_forward_naive", "conv_backward_naive", convolution
POOL = "layers", "max_pool_forward_naive", "max_pool_backward_naive", pooling
FAST_CONV = "fast", "conv_forward_fast", "conv_backward_fast", convolution
FAST_POOL = "fast", "max_pool_forward_fast", "max_pool_backward_fast", pooling

# Images (N, C, H, W), filters (F, C, HH, WW), stride, padding.
CONVOLUTIONS = {
    "pad-0": ((2, 3, 5, 5), (4, 3, 3, 3), 1, 0),
    "stride-does-not-divide": ((2, 3, 6, 6), (2, 3, 3, 3), 2, 1),
    "images-not-square": ((2, 2, 4, 7), (3, 2, 3, 3), 1, 1),
    "filters-not-square": ((2, 2, 5, 5), (3, 2, 2, 3), 1, 1),
    "one-row": ((2, 2, 1, 6), (3, 2, 3, 3), 1, 1),
}
# Images (N, C, H, W), height and width of the windows, stride.
POOLS = {
    "overlap": ((2, 2, 5, 5), 3, 3, 1),
    "windows-not-square": ((2, 2, 5, 9), 2, 3, 3),
    "images-not-square": ((2, 2, 4, 8), 2, 2, 2),
    "gaps": ((2, 2, 8, 8), 2, 2, 3),
    "stride-does-not-divide": ((2, 2, 5, 7), 2, 2, 2),
}
FAST_CONVOLUTIONS, FAST_POOLS = ("pad-0", "filters-not-square"), ("overlap", "windows-not-square")
CASES = [
    *((f"conv-{name}", CONV, geometry) for name, geometry in CONVOLUTIONS.items()),
    *((f"pool-{name}", POOL, geometry) for name, geometry in POOLS.items()),
    *((f"fast-conv-{name}", FAST_CONV, CONVOLUTIONS[name]) for name in FAST_CONVOLUTIONS),
    *((f"fast-pool-{name}", FAST_POOL, POOLS[name]) for name in FAST_POOLS),
]


def about_forward(name, layer, *values):
    """A case about the forward pass of a layer."""
    return pytest.param(layer, *values, id=name, marks=check("beyond", about=layer[1]))


def about_backward(name, layer, *values):
    """A case about the backward pass of a layer."""
    return pytest.param(layer, *values, id=name, marks=check("beyond", about=layer[2], needs=layer[1]))


def passes_of(subject, layer):
    """The submission's forward and backward pass."""
    group, forward, backward, _ = layer
    return getattr(getattr(subject, group), forward), getattr(getattr(subject, group), backward)


def trusted_of(reference, layer):
    """The loops of the reference: the fast path gives what they give."""
    _, forward, backward, _ = layer
    return tuple(getattr(reference, name.replace("_fast", "_naive")) for name in (forward, backward))


@pytest.mark.parametrize(("layer", "geometry"), [about_forward(*case) for case in CASES])
def test_forward(subject, draw, reference, layer, geometry):
    """Convolution and pooling forward are right for shapes and strides that the notebooks do not have."""
    make = layer[3]
    for _ in range(2):
        expect_forward(passes_of(subject, layer)[0], trusted_of(reference, layer)[0], make(draw, *geometry))


@pytest.mark.parametrize(("layer", "geometry"), [about_backward(*case) for case in CASES])
def test_backward(subject, draw, reference, layer, geometry):
    """Convolution and pooling backward are right for shapes and strides that the notebooks do not have."""
    make = layer[3]
    for _ in range(2):
        passes, trusted = passes_of(subject, layer), trusted_of(reference, layer)
        expect_backward(passes, trusted, make(draw, *geometry), draw=draw)


@pytest.mark.parametrize("layer", [about_backward("pool", POOL), about_backward("fast-pool", FAST_POOL)])
def test_ties(subject, draw, layer):
    """A window with several equal maxima passes on the gradient that it gets, to these and no others."""
    forward, backward = passes_of(subject, layer)
    x, dout = draw.integers(0, 2, (3, 2, 6, 6)).astype(float), draw.standard_normal((3, 2, 3, 3))
    x[:, :, :2, :2] = 0  # at least one window of nothing but ties
    _, cache = forward(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    call = call_text(backward)
    dx = expect_shape("dx", backward(dout, cache), x.shape, call=call)
    windows, dwindows = (array.reshape(3, 2, 3, 2, 3, 2) for array in (x, dx))
    expect_array("dx summed over each window", dwindows.sum(axis=(3, 5)), dout, call=call)
    others = np.where(windows < windows.max(axis=(3, 5), keepdims=True), dwindows, 0)
    expect_array("dx of numbers that are not the largest", others, np.zeros_like(others), call=call)
