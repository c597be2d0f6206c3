"""Beyond the notebook: what the course does not try of the normalizations.

Epsilon stands where the notebooks have it, inside the root; here are inputs for which it shows.
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
"""Of the inputs, so that nothing depends on epsilon but the checks of epsilon."""


def parameters(draw, *shape):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape), draw.standard_normal(shape)


def grouped(subject, draw, N):
    """Arguments of group normalization, with gamma and beta in the shape that the submission takes."""
    x, as_images = SIZE * draw.standard_normal((N, 6, 4, 5)), (1, 6, 1, 1)
    probe = x, np.ones(as_images), np.zeros(as_images), 3, {}
    taken = as_images if accepts(subject.layers.spatial_groupnorm_forward, probe, x.shape) else (6,)
    return x, *parameters(draw, *taken), 3, {}


@check("beyond", about="batchnorm_forward")
def test_one_example_batchnorm(subject, draw):
    """In training a batch of one comes out of batch normalization as beta."""
    forward, (gamma, beta) = subject.layers.batchnorm_forward, parameters(draw, 4)
    out, _ = forward(draw.standard_normal((1, 4)), gamma, beta, {"mode": "train"})
    expect_array("out", out, beta[np.newaxis], call=call_text(forward))


@check("beyond", about="layernorm_forward")
def test_layernorm_mode(subject, draw, reference):
    """Layer normalization does the same in test mode as in training."""
    arguments = SIZE * draw.standard_normal((5, 7)), *parameters(draw, 7), {"mode": "test"}
    expect_forward(subject.layers.layernorm_forward, reference.layernorm_forward, arguments)


@check("beyond", about="batchnorm_forward")
def test_running_average_shapes(subject, draw):
    """The running averages of batch normalization have exactly the shape of gamma and beta."""
    forward, bn_param = subject.layers.batchnorm_forward, {"mode": "train"}
    x = SIZE * draw.standard_normal((8, 4))
    out, _ = forward(x, *parameters(draw, 4), bn_param)
    call = call_text(forward)
    expect_shape("out", out, x.shape, call=call)
    for key, wanted in (("running_mean", 0.1 * x.mean(axis=0)), ("running_var", 0.1 * x.var(axis=0))):
        entry = expect_entry("bn_param", bn_param, key, call=call)
        expect_array(f"bn_param[{key!r}]", entry, wanted, call=call)


@check("beyond", about="spatial_groupnorm_forward")
def test_groupnorm_forward(subject, draw, reference):
    """Group normalization takes gamma and beta in shape (1, C, 1, 1), also where H is C."""
    arguments = SIZE * draw.standard_normal((2, 6, 6, 5)), *parameters(draw, 1, 6, 1, 1), 2, {}
    forward, trusted = subject.layers.spatial_groupnorm_forward, reference.spatial_groupnorm_forward
    expect_forward(forward, trusted, arguments)


@check("beyond", about="spatial_groupnorm_backward", needs="spatial_groupnorm_forward")
def test_groupnorm_backward(subject, draw, reference):
    """Group normalization gives dgamma and dbeta in exactly the shape in which gamma and beta came."""
    arguments = grouped(subject, draw, 2)
    passes = subject.layers.spatial_groupnorm_forward, subject.layers.spatial_groupnorm_backward
    trusted = reference.spatial_groupnorm_forward, reference.spatial_groupnorm_backward
    expect_backward(passes, trusted, arguments, draw=draw, strict=True)


@pytest.mark.parametrize(
    ("name", "param"),
    [
        pytest.param(name, param, id=name, marks=check("beyond", about=f"{name}_forward"))
        for name, param in (("batchnorm", {"mode": "train"}), ("layernorm", {}))
    ],
)
def test_epsilon(subject, draw, reference, name, param):
    """Epsilon is added to the variance, inside the root; it is 1e-5, or what the caller asks for."""
    forward, trusted = (getattr(group, f"{name}_forward") for group in (subject.layers, reference))
    for size, settings in ((0.01, {}), (1.0, {"eps": 0.1})):
        x = size * draw.standard_normal((9, 5))
        expect_forward(forward, trusted, (x, *parameters(draw, 5), {**param, **settings}))


@check("beyond", about="spatial_groupnorm_forward")
def test_epsilon_groupnorm(subject, draw, reference):
    """Epsilon is added to the variance of a group, inside the root; it is what the caller asks for."""
    forward, trusted = subject.layers.spatial_groupnorm_forward, reference.spatial_groupnorm_forward
    for size, settings in ((0.01, {}), (1.0, {"eps": 0.1})):
        x, gamma, beta, G, _ = grouped(subject, draw, 2)
        expect_forward(forward, trusted, (size / SIZE * x, gamma, beta, G, settings))
