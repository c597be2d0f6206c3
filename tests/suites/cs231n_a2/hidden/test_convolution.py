"""Convolution by loops on secret images, for what the notebooks use: square images and filters, padding.

Other shapes, no padding, and strides that do not divide are tried beyond the notebook only.
"""

import pytest

from grader.suite import check, expect_backward, expect_forward

# Images (N, C, H, W), filters (F, C, HH, WW), stride, padding.
GEOMETRIES = {
    "stride-1": ((2, 3, 5, 5), (4, 3, 3, 3), 1, 1),
    "stride-2": ((3, 2, 7, 7), (2, 2, 3, 3), 2, 1),
    "large-filter": ((2, 1, 4, 4), (3, 1, 5, 5), 1, 2),
}
every_geometry = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
small_geometries = pytest.mark.parametrize(
    "geometry", list(GEOMETRIES.values())[:2], ids=list(GEOMETRIES)[:2]
)


def inputs(draw, geometry):
    """Fresh arguments of a forward pass."""
    images, filters, stride, pad = geometry
    x, w, b = (draw.standard_normal(shape) for shape in (images, filters, filters[:1]))
    return x, w, b, {"stride": stride, "pad": pad}


def expect_gradients_of(subject, draw, reference, geometry, of):
    """Require one of the trusted gradients, twice with equal shapes and new values."""
    __tracebackhide__ = True
    passes = subject.layers.conv_forward_naive, subject.layers.conv_backward_naive
    trusted = reference.conv_forward_naive, reference.conv_backward_naive
    for _ in range(2):
        expect_backward(passes, trusted, inputs(draw, geometry), draw=draw, of=of)


@check("conv_naive", about="conv_forward_naive")
@every_geometry
def test_forward(subject, draw, reference, geometry):
    """Convolution forward multiplies every window of every padded image by every filter."""
    for _ in range(2):
        arguments = inputs(draw, geometry)
        expect_forward(subject.layers.conv_forward_naive, reference.conv_forward_naive, arguments)


@check("conv_naive", about="conv_backward_naive", needs="conv_forward_naive")
@small_geometries
def test_backward_images(subject, draw, reference, geometry):
    """Convolution backward gives dx: every window gets its share, and the margin is cut off."""
    expect_gradients_of(subject, draw, reference, geometry, of=("dx",))


@check("conv_naive", about="conv_backward_naive", needs="conv_forward_naive")
@small_geometries
def test_backward_filters(subject, draw, reference, geometry):
    """Convolution backward gives dw, summed over all windows of all images."""
    expect_gradients_of(subject, draw, reference, geometry, of=("dw",))


@check("conv_naive", about="conv_backward_naive", needs="conv_forward_naive", weight=0.5)
def test_backward_biases(subject, draw, reference):
    """Convolution backward gives db, summed over images and pixels."""
    expect_gradients_of(subject, draw, reference, GEOMETRIES["stride-1"], of=("db",))


@check("conv_naive", about="conv_backward_naive", needs="conv_forward_naive", weight=0.5)
def test_backward_large_filter(subject, draw, reference):
    """Convolution backward is right for filters that are larger than the image, too."""
    expect_gradients_of(subject, draw, reference, GEOMETRIES["large-filter"], of=("dx", "dw", "db"))
