"""Batch normalization: means and deviations as in the notebook, and gradient checks.

Conventions, as the hand-outs state them: the variance is the biased one (divided by N), and
``running = momentum * running + (1 - momentum) * sample`` with a momentum of 0.9. Where epsilon
stands is left open here: the features vary so much that it makes no difference.
"""

from functools import cache

import numpy as np

from grader.suite import Tolerance, call_text, check, expect_array, expect_gradients, expect_shape

STATISTICS = Tolerance(
    "statistics of normalized features",
    1e-4,
    1e-4,
    "epsilon makes a deviation of 4 about 3e-7 smaller; dividing the variance by N - 1 shows as 2e-3",
)


def hidden_units(stream, W1, W2, N=200):
    """What a small two-layer net makes of random inputs: features with means and deviations near 30."""
    return np.maximum(0, stream.standard_normal((N, len(W1))) @ W1) @ W2


@cache
def notebook_batches():
    """The notebook's fifty-one batches, from NumPy's legacy stream with its seed."""
    stream = np.random.RandomState(231)
    W1, W2 = stream.randn(50, 60), stream.randn(60, 3)
    return [hidden_units(stream, W1, W2) for _ in range(51)]


def expect_statistics(forward, x, gamma, beta):
    """Require that in training every feature comes out with mean beta and deviation gamma."""
    __tracebackhide__ = True
    out, _ = forward(x, gamma, beta, {"mode": "train"})
    call = call_text(forward)
    array = expect_shape("out", out, x.shape, call=call)
    expect_array("mean of out", array.mean(axis=0), beta, call=call, tolerance=STATISTICS)
    expect_array("standard deviation of out", array.std(axis=0), gamma, call=call, tolerance=STATISTICS)


@check("batchnorm", about="batchnorm_forward")
def test_train_statistics(subject, draw):
    """In training, features come out with mean 0 and deviation 1 if gamma is 1 and beta is 0."""
    x = hidden_units(draw, draw.standard_normal((50, 60)), draw.standard_normal((60, 3)))
    expect_statistics(subject.layers.batchnorm_forward, x, np.ones(3), np.zeros(3))


@check("batchnorm", about="batchnorm_forward")
def test_train_scale_and_shift(subject, draw):
    """In training, features come out with mean beta and deviation gamma."""
    x = hidden_units(draw, draw.standard_normal((50, 60)), draw.standard_normal((60, 3)))
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    expect_statistics(subject.layers.batchnorm_forward, x, gamma, beta)


@check("batchnorm", about="batchnorm_forward")
def test_train_then_test(subject):
    """After fifty training batches, test mode gives the means and deviations printed in the notebook."""
    *batches, last = notebook_batches()
    forward, bn_param = subject.layers.batchnorm_forward, {"mode": "train"}
    for x in batches:
        forward(x, np.ones(3), np.zeros(3), bn_param)
    bn_param["mode"] = "test"
    out, _ = forward(last, np.ones(3), np.zeros(3), bn_param)
    call = call_text(forward)
    array = expect_shape("out", out, (200, 3), call=call)
    means, deviations = [-0.03927354, -0.04349152, -0.10452688], [1.01531428, 1.01238373, 0.97819988]
    expect_array("mean of out", array.mean(axis=0), means, call=call, tolerance=STATISTICS)
    expect_array("standard deviation of out", array.std(axis=0), deviations, call=call, tolerance=STATISTICS)


@check("batchnorm", about="batchnorm_forward")
def test_test_mode_alone(subject, draw):
    """In test mode the output for an example does not depend on the rest of its batch."""
    forward, x = subject.layers.batchnorm_forward, draw.standard_normal((10, 4))
    gamma, beta = draw.uniform(0.5, 2.0, 4), draw.standard_normal(4)
    averages = {"running_mean": draw.standard_normal(4), "running_var": draw.uniform(0.5, 2.0, 4)}
    whole, _ = forward(x, gamma, beta, {"mode": "test", **averages})
    part, _ = forward(x[3:6], gamma, beta, {"mode": "test", **averages})
    call = call_text(forward)
    whole = expect_shape("out", whole, x.shape, call=call)
    expect_array("out for a part of the batch", part, whole[3:6], call=call)


def gradient_arguments(draw):
    """Arguments of the forward pass, for a gradient check."""
    return {
        "x": 5 * draw.standard_normal((8, 5)) + 12,
        "gamma": draw.uniform(0.5, 2.0, 5) * draw.choice([-1.0, 1.0], 5),
        "beta": draw.standard_normal(5),
        "bn_param": {"mode": "train"},
    }


@check("batchnorm", about="batchnorm_backward", needs="batchnorm_forward", weight=2)
def test_backward_gradient(subject, draw):
    """Batch normalization backward is the gradient of its forward pass."""
    passes = subject.layers.batchnorm_forward, subject.layers.batchnorm_backward
    expect_gradients(*passes, gradient_arguments(draw), of=("x", "gamma", "beta"), draw=draw)


@check("batchnorm", about="batchnorm_backward_alt", needs="batchnorm_forward")
def test_backward_alt_gradient(subject, draw):
    """The simplified backward pass of batch normalization is the gradient of its forward pass, too."""
    passes = subject.layers.batchnorm_forward, subject.layers.batchnorm_backward_alt
    expect_gradients(*passes, gradient_arguments(draw), of=("x", "gamma", "beta"), draw=draw)
