"""Layer normalization: means and deviations as in the notebook, and a gradient check.

Convention: the variance is the biased one (divided by D). Where epsilon stands is left open here: the
examples vary so much that it makes no difference.
"""

import numpy as np

from grader.suite import Tolerance, call_text, check, expect_array, expect_gradients, expect_shape

STATISTICS = Tolerance(
    "statistics of normalized examples",
    1e-4,
    1e-4,
    "epsilon makes a deviation of 4 about 3e-7 smaller; dividing the variance by D - 1 shows as 1e-2",
)


def expect_statistics(forward, x, gamma, beta):
    """Require that every example comes out with mean beta and deviation gamma (numbers, for all features)."""
    __tracebackhide__ = True
    N, D = x.shape
    out, _ = forward(x, np.full(D, gamma), np.full(D, beta), {"mode": "train"})
    call = call_text(forward)
    array = expect_shape("out", out, x.shape, call=call)
    expect_array("mean of out", array.mean(axis=1), np.full(N, beta), call=call, tolerance=STATISTICS)
    deviations = np.full(N, gamma)
    expect_array("standard deviation of out", array.std(axis=1), deviations, call=call, tolerance=STATISTICS)


@check("layernorm", about="layernorm_forward")
def test_statistics(subject, draw):
    """Examples come out with mean 0 and deviation 1 if gamma is 1 and beta is 0."""
    x = 10 * draw.standard_normal((4, 30)) + draw.uniform(-50, 50, (4, 1))
    expect_statistics(subject.layers.layernorm_forward, x, 1.0, 0.0)


@check("layernorm", about="layernorm_forward")
def test_scale_and_shift(subject, draw):
    """Examples come out with mean 5 and deviation 3 if gamma is 3 and beta is 5."""
    x = 10 * draw.standard_normal((4, 30)) + draw.uniform(-50, 50, (4, 1))
    expect_statistics(subject.layers.layernorm_forward, x, 3.0, 5.0)


@check("layernorm", about="layernorm_forward")
def test_examples_alone(subject, draw):
    """The output for an example does not depend on the rest of its batch."""
    forward, x = subject.layers.layernorm_forward, draw.standard_normal((10, 6))
    gamma, beta = draw.uniform(0.5, 2.0, 6), draw.standard_normal(6)
    whole, _ = forward(x, gamma, beta, {})
    part, _ = forward(x[3:6], gamma, beta, {})
    call = call_text(forward)
    whole = expect_shape("out", whole, x.shape, call=call)
    expect_array("out for a part of the batch", part, whole[3:6], call=call)


@check("layernorm", about="layernorm_backward", needs="layernorm_forward", weight=2)
def test_backward_gradient(subject, draw):
    """Layer normalization backward is the gradient of its forward pass."""
    arguments = {
        "x": 5 * draw.standard_normal((4, 6)) + 12,
        "gamma": draw.uniform(0.5, 2.0, 6) * draw.choice([-1.0, 1.0], 6),
        "beta": draw.standard_normal(6),
        "ln_param": {},
    }
    passes = subject.layers.layernorm_forward, subject.layers.layernorm_backward
    expect_gradients(*passes, arguments, of=("x", "gamma", "beta"), draw=draw)
