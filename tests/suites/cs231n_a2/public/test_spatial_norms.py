"""Normalization of images: means and deviations as in the notebook, and gradient checks.

Conventions: biased variances, a momentum of 0.9, as for rows. Where epsilon stands is left open here.
The shape of gamma and beta in group normalization changed within 2018, from (C,) to (1, C, 1, 1):
these checks give (1, C, 1, 1), or (C,) to code that takes nothing else, and take the gradients of
gamma and beta in either shape.
"""

import numpy as np

from grader.suite import (
    Tolerance,
    accepts,
    call_text,
    check,
    expect_array,
    expect_gradients,
    expect_shape,
)

STATISTICS = Tolerance(
    "statistics of normalized channels",
    1e-4,
    1e-4,
    "epsilon makes a deviation of 4 about 3e-7 smaller; N - 1 in place of N shows as 4e-3",
)


def expect_channels(forward, x, gamma, beta):
    """Require that in training every channel comes out with mean beta and deviation gamma."""
    __tracebackhide__ = True
    out, _ = forward(x, gamma, beta, {"mode": "train"})
    call = call_text(forward)
    array = expect_shape("out", out, x.shape, call=call)
    expect_array("mean of out", array.mean(axis=(0, 2, 3)), beta, call=call, tolerance=STATISTICS)
    deviation = array.std(axis=(0, 2, 3))
    expect_array("standard deviation of out", deviation, gamma, call=call, tolerance=STATISTICS)


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
def test_batch_statistics(subject, draw):
    """Channels come out of spatial batch normalization with mean 0 and deviation 1."""
    x = 4 * draw.standard_normal((2, 3, 4, 5)) + 10
    expect_channels(subject.layers.spatial_batchnorm_forward, x, np.ones(3), np.zeros(3))


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
def test_batch_scale_and_shift(subject, draw):
    """Channels come out of spatial batch normalization with mean beta and deviation gamma."""
    x = 4 * draw.standard_normal((2, 3, 4, 5)) + 10
    gamma, beta = np.array([3.0, 4.0, 5.0]), np.array([6.0, 7.0, 8.0])
    expect_channels(subject.layers.spatial_batchnorm_forward, x, gamma, beta)


@check("spatial_batchnorm", about="spatial_batchnorm_forward")
def test_batch_test_mode(subject, draw):
    """Test mode of spatial batch normalization uses the running averages it is given."""
    forward, x = subject.layers.spatial_batchnorm_forward, 4 * draw.standard_normal((2, 3, 4, 5)) + 10
    averages = {"running_mean": np.array([9.0, 10.0, 11.0]), "running_var": np.array([4.0, 16.0, 100.0])}
    out, _ = forward(x, np.ones(3), np.zeros(3), {"mode": "test", **averages})
    wanted = (x - np.array([9.0, 10.0, 11.0]).reshape(3, 1, 1)) / np.array([2.0, 4.0, 10.0]).reshape(3, 1, 1)
    expect_array("out", out, wanted, call=call_text(forward), tolerance=STATISTICS)


@check("spatial_batchnorm", about="spatial_batchnorm_backward", needs="spatial_batchnorm_forward")
def test_batch_backward_gradient(subject, draw):
    """Spatial batch normalization backward is the gradient of its forward pass."""
    arguments = {
        "x": 5 * draw.standard_normal((2, 3, 4, 5)) + 12,
        "gamma": draw.uniform(0.5, 2.0, 3) * draw.choice([-1.0, 1.0], 3),
        "beta": draw.standard_normal(3),
        "bn_param": {"mode": "train"},
    }
    passes = subject.layers.spatial_batchnorm_forward, subject.layers.spatial_batchnorm_backward
    expect_gradients(*passes, arguments, of=("x", "gamma", "beta"), draw=draw)


def vector_shape(forward, x, G):
    """The shape in which the submission takes gamma and beta: (1, C, 1, 1), or else (C,)."""
    C = x.shape[1]
    images = 1, C, 1, 1
    return images if accepts(forward, (x, np.ones(images), np.zeros(images), G, {}), x.shape) else (C,)


@check("groupnorm", about="spatial_groupnorm_forward")
def test_group_statistics(subject, draw):
    """The groups of an image come out with mean 0 and deviation 1 if gamma is 1 and beta is 0."""
    forward, x, G = subject.layers.spatial_groupnorm_forward, 4 * draw.standard_normal((2, 6, 4, 5)) + 10, 2
    shape = vector_shape(forward, x, G)
    out, _ = forward(x, np.ones(shape), np.zeros(shape), G, {"mode": "train"})
    call = call_text(forward)
    groups = expect_shape("out", out, x.shape, call=call).reshape(2 * G, -1)
    expect_array("mean of out", groups.mean(axis=1), np.zeros(4), call=call, tolerance=STATISTICS)
    deviation = groups.std(axis=1)
    expect_array("standard deviation of out", deviation, np.ones(4), call=call, tolerance=STATISTICS)


@check("groupnorm", about="spatial_groupnorm_forward")
def test_group_scale_and_shift(subject, draw):
    """In group normalization every channel has its own gamma and beta."""
    forward, x, G = subject.layers.spatial_groupnorm_forward, 4 * draw.standard_normal((2, 6, 4, 5)) + 10, 2
    shape = vector_shape(forward, x, G)
    gamma, beta = draw.uniform(0.5, 2.0, 6), draw.standard_normal(6)
    plain, _ = forward(x, np.ones(shape), np.zeros(shape), G, {})
    out, _ = forward(x, gamma.reshape(shape), beta.reshape(shape), G, {})
    call = call_text(forward)
    plain = expect_shape("out", plain, x.shape, call=call)
    wanted = gamma.reshape(6, 1, 1) * plain + beta.reshape(6, 1, 1)
    expect_array("out", out, wanted, call=call)


@check("groupnorm", about="spatial_groupnorm_backward", needs="spatial_groupnorm_forward", weight=2)
def test_group_backward_gradient(subject, draw):
    """Group normalization backward is the gradient of its forward pass."""
    forward, backward = subject.layers.spatial_groupnorm_forward, subject.layers.spatial_groupnorm_backward
    x = 5 * draw.standard_normal((2, 6, 4, 5)) + 12
    shape = vector_shape(forward, x, 2)
    arguments = {
        "x": x,
        "gamma": draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape),
        "beta": draw.standard_normal(shape),
        "G": 2,
        "gn_param": {},
    }
    expect_gradients(forward, backward, arguments, of=("x", "gamma", "beta"), draw=draw)
