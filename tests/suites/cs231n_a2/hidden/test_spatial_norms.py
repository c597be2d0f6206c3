"""Normalization of images on secret inputs.

Conventions: biased variances; running averages as for rows. Where epsilon stands makes no difference
here, for the images have deviations of about 10^4. The shape of gamma and beta in group normalization
changed within 2018, from (C,) to (1, C, 1, 1): these checks give (1, C, 1, 1), or (C,) to code that
takes nothing else, and take the gradients of gamma and beta in either shape. The exact shapes are
asked for beyond the notebook only.
"""

import numpy as np
import pytest

from grader.suite import (
    accepts,
    call_text,
    check,
    expect_array,
    expect_backward,
    expect_entry,
    expect_forward,
    expect_shape,
)

SIZE = 1e4
BATCHES = {"two-images": (2, 3, 4, 5), "many-images": (6, 2, 3, 4)}
every_batch = pytest.mark.parametrize("shape", BATCHES.values(), ids=BATCHES)


def images(draw, shape):
    """Images that differ in mean and deviation, and so do their channels."""
    N, C = shape[:2]
    centre, spread = draw.standard_normal((N, C, 1, 1)), draw.uniform(0.5, 2.0, (N, C, 1, 1))
    return SIZE * (centre + spread * draw.standard_normal(shape))


def scale_and_shift(draw, *shape):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape), draw.standard_normal(shape)


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
@every_batch
def test_batch_train(subject, draw, reference, shape):
    """In training every channel is normalized over all images and pixels, then scaled and shifted."""
    forward, trusted = subject.layers.spatial_batchnorm_forward, reference.spatial_batchnorm_forward
    for _ in range(2):
        arguments = images(draw, shape), *scale_and_shift(draw, shape[1]), {"mode": "train"}
        expect_forward(forward, trusted, arguments)


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
def test_batch_running_averages(subject, draw):
    """Spatial batch normalization keeps running averages of every channel, from batch to batch."""
    forward, gamma_beta = subject.layers.spatial_batchnorm_forward, scale_and_shift(draw, 3)
    bn_param, mean, var = {"mode": "train"}, np.zeros(3), np.zeros(3)
    call = call_text(forward)
    for _ in range(2):
        x = images(draw, (2, 3, 4, 5))
        out, _ = forward(x, *gamma_beta, bn_param)
        expect_shape("out", out, x.shape, call=call)
        mean, var = 0.9 * mean + 0.1 * x.mean(axis=(0, 2, 3)), 0.9 * var + 0.1 * x.var(axis=(0, 2, 3))
        for key, wanted in (("running_mean", mean), ("running_var", var)):
            entry = expect_entry("bn_param", bn_param, key, call=call)
            expect_array(f"bn_param[{key!r}]", entry, wanted, call=call, loose=True)


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
def test_batch_test_mode(subject, draw, reference):
    """Test mode of spatial batch normalization normalizes with the running averages."""
    for _ in range(2):
        averages = SIZE * draw.standard_normal(3), SIZE**2 * draw.uniform(0.5, 2.0, 3)
        bn_param = {"mode": "test", "running_mean": averages[0], "running_var": averages[1]}
        arguments = images(draw, (2, 3, 4, 5)), *scale_and_shift(draw, 3), bn_param
        forward, trusted = subject.layers.spatial_batchnorm_forward, reference.spatial_batchnorm_forward
        expect_forward(forward, trusted, arguments)


@check("spatial_batchnorm", about="spatial_batchnorm_backward", needs="spatial_batchnorm_forward")
@pytest.mark.parametrize("of", [("dx",), ("dgamma", "dbeta")], ids=["input", "scale-and-shift"])
@every_batch
def test_batch_backward(subject, draw, reference, shape, of):
    """Spatial batch normalization backward gives dx in the order of the images, and dgamma and dbeta."""
    passes = subject.layers.spatial_batchnorm_forward, subject.layers.spatial_batchnorm_backward
    trusted = reference.spatial_batchnorm_forward, reference.spatial_batchnorm_backward
    for _ in range(2):
        arguments = images(draw, shape), *scale_and_shift(draw, shape[1]), {"mode": "train"}
        expect_backward(passes, trusted, arguments, draw=draw, of=of)


GROUPS = {"2-groups-of-3": ((2, 6, 4, 5), 2), "3-groups-of-2": ((4, 6, 3, 5), 3)}
every_group = pytest.mark.parametrize(("shape", "G"), GROUPS.values(), ids=GROUPS)


def vector_shape(subject, C):
    """The shape in which the submission takes gamma and beta: (1, C, 1, 1), or else (C,).

    The images have another height and width than channels, so that a vector in disguise does not
    fit them by accident.
    """
    x, as_images = np.arange(2 * C * 7 * 5.0).reshape(2, C, 7, 5), (1, C, 1, 1)
    arguments = x, np.ones(as_images), np.zeros(as_images), C, {}
    return as_images if accepts(subject.layers.spatial_groupnorm_forward, arguments, x.shape) else (C,)


def grouped(subject, draw, shape, G):
    """Fresh arguments of group normalization, with gamma and beta as the submission takes them."""
    return images(draw, shape), *scale_and_shift(draw, *vector_shape(subject, shape[1])), G, {}


@check("groupnorm", about="spatial_groupnorm_forward")
@every_group
def test_group_forward(subject, draw, reference, shape, G):
    """Groups of neighbouring channels are normalized for every image, then every channel is scaled."""
    forward, trusted = subject.layers.spatial_groupnorm_forward, reference.spatial_groupnorm_forward
    for _ in range(2):
        expect_forward(forward, trusted, grouped(subject, draw, shape, G))


@check("groupnorm", about="spatial_groupnorm_forward", weight=0.5)
@pytest.mark.parametrize("G", [1, 4], ids=["one-group", "every-channel-a-group"])
def test_group_forward_extremes(subject, draw, reference, G):
    """Group normalization works for one group of all channels and for groups of one channel."""
    forward, trusted = subject.layers.spatial_groupnorm_forward, reference.spatial_groupnorm_forward
    for _ in range(2):
        expect_forward(forward, trusted, grouped(subject, draw, (2, 4, 3, 5), G))


def expect_group_gradients(subject, draw, reference, shape, G, of):
    """Require some of the trusted gradients, twice with equal shapes and new values."""
    __tracebackhide__ = True
    passes = subject.layers.spatial_groupnorm_forward, subject.layers.spatial_groupnorm_backward
    trusted = reference.spatial_groupnorm_forward, reference.spatial_groupnorm_backward
    for _ in range(2):
        expect_backward(passes, trusted, grouped(subject, draw, shape, G), draw=draw, of=of)


@check("groupnorm", about="spatial_groupnorm_backward", needs="spatial_groupnorm_forward", weight=1.5)
@every_group
def test_group_backward_input(subject, draw, reference, shape, G):
    """Group normalization backward gives dx, with gamma inside the sums over a group."""
    expect_group_gradients(subject, draw, reference, shape, G, of=("dx",))


@check("groupnorm", about="spatial_groupnorm_backward", needs="spatial_groupnorm_forward")
@every_group
def test_group_backward_scale_and_shift(subject, draw, reference, shape, G):
    """Group normalization backward gives dgamma and dbeta, summed over images and pixels."""
    expect_group_gradients(subject, draw, reference, shape, G, of=("dgamma", "dbeta"))
