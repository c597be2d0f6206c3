"""Batch normalization on secret inputs, with at least eight examples.

Conventions, as the hand-outs state them: the variance is the biased one (divided by N), for the
running average too, and ``running = momentum * running + (1 - momentum) * sample`` with a momentum
of 0.9 and zeros to start from. Where epsilon stands (inside the root, says the notebook) makes no
difference here, for the features have deviations of about 10^4. Running averages and the gradients
of gamma and beta may have shape (1, D).
"""

import numpy as np
import pytest

from grader.suite import (
    call_text,
    check,
    expect_array,
    expect_backward,
    expect_entry,
    expect_forward,
    expect_shape,
)

SIZE = 1e4
shapes = pytest.mark.parametrize(("N", "D"), [(8, 5), (20, 3)], ids=["8x5", "20x3"])


def features(draw, N, D):
    """Features with means and deviations of their own."""
    centre, spread = draw.standard_normal(D), draw.uniform(0.5, 2.0, D)
    return SIZE * (centre + spread * draw.standard_normal((N, D)))


def scale_and_shift(draw, D):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, D) * draw.choice([-1.0, 1.0], D), draw.standard_normal(D)


def running_averages(draw, D):
    """Running averages of the size that the features have."""
    return SIZE * draw.standard_normal(D), SIZE**2 * draw.uniform(0.5, 2.0, D)


def expect_averages(forward, arguments, mean, var):
    """Require these running averages in the dict after a call."""
    __tracebackhide__ = True
    call, bn_param = call_text(forward), arguments[-1]
    out, _ = forward(*arguments)
    expect_shape("out", out, arguments[0].shape, call=call)
    for key, wanted in (("running_mean", mean), ("running_var", var)):
        entry = expect_entry("bn_param", bn_param, key, call=call)
        expect_array(f"bn_param[{key!r}]", entry, wanted, call=call, loose=True)


@check("batchnorm", about="batchnorm_forward")
@shapes
def test_train(subject, draw, reference, N, D):
    """In training every feature is normalized over the batch, then scaled and shifted."""
    for _ in range(2):
        arguments = features(draw, N, D), *scale_and_shift(draw, D), {"mode": "train"}
        expect_forward(subject.layers.batchnorm_forward, reference.batchnorm_forward, arguments)


@check("batchnorm", about="batchnorm_forward", weight=0.5)
def test_train_constant_feature(subject, draw):
    """A feature that is constant over the batch comes out as beta: epsilon prevents a division by zero."""
    x, (gamma, beta) = features(draw, 8, 4), scale_and_shift(draw, 4)
    x[:, 1], x[:, 3] = 3.0, 0.0
    forward = subject.layers.batchnorm_forward
    out, _ = forward(x, gamma, beta, {"mode": "train"})
    call = call_text(forward)
    constant = out[:, [1, 3]] if np.shape(out) == x.shape else out
    expect_array("out of constant features", constant, np.tile(beta[[1, 3]], (8, 1)), call=call)


@check("batchnorm", about="batchnorm_forward")
def test_running_averages(subject, draw):
    """Every training batch moves the running averages a tenth of the way to its own mean and variance."""
    forward, (gamma, beta) = subject.layers.batchnorm_forward, scale_and_shift(draw, 4)
    bn_param, mean, var = {"mode": "train"}, np.zeros(4), np.zeros(4)
    for _ in range(3):
        x = features(draw, 10, 4)
        mean, var = 0.9 * mean + 0.1 * x.mean(axis=0), 0.9 * var + 0.1 * x.var(axis=0)
        expect_averages(forward, (x, gamma, beta, bn_param), mean, var)


@check("batchnorm", about="batchnorm_forward", weight=0.5)
def test_running_averages_go_on(subject, draw):
    """Training goes on from the running averages that it is given, with the momentum that it is given."""
    forward, (gamma, beta) = subject.layers.batchnorm_forward, scale_and_shift(draw, 4)
    for momentum in (0.6, 0.95):
        (mean, var), x = running_averages(draw, 4), features(draw, 10, 4)
        bn_param = {"mode": "train", "momentum": momentum, "running_mean": mean, "running_var": var}
        mean = momentum * mean + (1 - momentum) * x.mean(axis=0)
        var = momentum * var + (1 - momentum) * x.var(axis=0)
        expect_averages(forward, (x, gamma, beta, bn_param), mean, var)


@check("batchnorm", about="batchnorm_forward")
def test_test_mode(subject, draw, reference):
    """Test mode normalizes with the running averages, then scales and shifts."""
    for _ in range(2):
        (mean, var), x = running_averages(draw, 4), features(draw, 9, 4)
        bn_param = {"mode": "test", "running_mean": mean, "running_var": var}
        arguments = x, *scale_and_shift(draw, 4), bn_param
        expect_forward(subject.layers.batchnorm_forward, reference.batchnorm_forward, arguments)


@check("batchnorm", about="batchnorm_forward", weight=0.5)
def test_test_mode_keeps_averages(subject, draw):
    """Test mode does not change the running averages."""
    forward, (mean, var) = subject.layers.batchnorm_forward, running_averages(draw, 4)
    bn_param = {"mode": "test", "running_mean": mean.copy(), "running_var": var.copy()}
    arguments = features(draw, 9, 4), *scale_and_shift(draw, 4), bn_param
    expect_averages(forward, arguments, mean, var)


@check("batchnorm", about="batchnorm_forward")
def test_train_then_test(subject, draw, reference):
    """What training leaves in the dict is what test mode uses."""
    forward, gamma_beta = subject.layers.batchnorm_forward, scale_and_shift(draw, 4)
    bn_param, mean, var = {"mode": "train"}, np.zeros(4), np.zeros(4)
    for _ in range(3):
        x = features(draw, 10, 4)
        forward(x, *gamma_beta, bn_param)
        mean, var = 0.9 * mean + 0.1 * x.mean(axis=0), 0.9 * var + 0.1 * x.var(axis=0)
    bn_param["mode"] = "test"
    x = features(draw, 8, 4)
    out, _ = forward(x, *gamma_beta, bn_param)
    trusted_param = {"mode": "test", "running_mean": mean, "running_var": var}
    wanted, _ = reference.batchnorm_forward(x, *gamma_beta, trusted_param)
    expect_array("out", out, wanted, call=call_text(forward))


def expect_both_gradients(subject, draw, reference, backward, N, D, of):
    """Require trusted gradients, twice with equal shapes and new values."""
    __tracebackhide__ = True
    passes = subject.layers.batchnorm_forward, getattr(subject.layers, backward)
    trusted = reference.batchnorm_forward, getattr(reference, backward)
    for _ in range(2):
        arguments = features(draw, N, D), *scale_and_shift(draw, D), {"mode": "train"}
        expect_backward(passes, trusted, arguments, draw=draw, of=of)


@check("batchnorm", about="batchnorm_backward", needs="batchnorm_forward", weight=1.5)
@shapes
def test_backward_input(subject, draw, reference, N, D):
    """Batch normalization backward gives dx: through the values, their mean and their variance."""
    expect_both_gradients(subject, draw, reference, "batchnorm_backward", N, D, of=("dx",))


@check("batchnorm", about="batchnorm_backward", needs="batchnorm_forward")
def test_backward_scale_and_shift(subject, draw, reference):
    """Batch normalization backward gives dgamma and dbeta."""
    of = "dgamma", "dbeta"
    expect_both_gradients(subject, draw, reference, "batchnorm_backward", 9, 4, of=of)


@check("batchnorm", about="batchnorm_backward_alt", needs="batchnorm_forward", weight=0.75)
@shapes
def test_backward_alt_input(subject, draw, reference, N, D):
    """The simplified backward pass gives the same dx."""
    expect_both_gradients(subject, draw, reference, "batchnorm_backward_alt", N, D, of=("dx",))


@check("batchnorm", about="batchnorm_backward_alt", needs="batchnorm_forward", weight=0.5)
def test_backward_alt_scale_and_shift(subject, draw, reference):
    """The simplified backward pass gives the same dgamma and dbeta."""
    of = "dgamma", "dbeta"
    expect_both_gradients(subject, draw, reference, "batchnorm_backward_alt", 9, 4, of=of)
