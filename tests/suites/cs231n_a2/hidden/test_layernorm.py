"""Layer normalization on secret inputs.

Convention: the variance is the biased one (divided by D). Where epsilon stands makes no difference
here, for the examples have deviations of about 10^4. The gradients of gamma and beta may have shape
(1, D).
"""

import numpy as np
import pytest

from grader.suite import call_text, check, expect_array, expect_backward, expect_forward

SIZE = 1e4
shapes = pytest.mark.parametrize(("N", "D"), [(4, 9), (11, 6), (5, 5)], ids=["wide", "tall", "square"])


def examples(draw, N, D):
    """Examples with means and deviations of their own."""
    centre, spread = draw.standard_normal((N, 1)), draw.uniform(0.5, 2.0, (N, 1))
    return SIZE * (centre + spread * draw.standard_normal((N, D)))


def scale_and_shift(draw, D):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, D) * draw.choice([-1.0, 1.0], D), draw.standard_normal(D)


@check("layernorm", about="layernorm_forward")
@shapes
def test_forward(subject, draw, reference, N, D):
    """Every example is normalized over its own features, then scaled and shifted."""
    for _ in range(2):
        arguments = examples(draw, N, D), *scale_and_shift(draw, D), {}
        expect_forward(subject.layers.layernorm_forward, reference.layernorm_forward, arguments)


@check("layernorm", about="layernorm_forward", weight=0.5)
def test_forward_constant_example(subject, draw):
    """An example whose features are all equal comes out as beta: epsilon prevents a division by zero."""
    x, (gamma, beta) = examples(draw, 4, 8), scale_and_shift(draw, 8)
    x[1], x[3] = 3.0, 0.0
    forward = subject.layers.layernorm_forward
    out, _ = forward(x, gamma, beta, {})
    constant = out[[1, 3]] if np.shape(out) == x.shape else out
    wanted = np.tile(beta, (2, 1))
    expect_array("out of constant examples", constant, wanted, call=call_text(forward))


def expect_both_gradients(subject, draw, reference, N, D, of):
    """Require trusted gradients, twice with equal shapes and new values."""
    __tracebackhide__ = True
    passes = subject.layers.layernorm_forward, subject.layers.layernorm_backward
    trusted = reference.layernorm_forward, reference.layernorm_backward
    for _ in range(2):
        arguments = examples(draw, N, D), *scale_and_shift(draw, D), {}
        expect_backward(passes, trusted, arguments, draw=draw, of=of)


@check("layernorm", about="layernorm_backward", needs="layernorm_forward", weight=1.5)
@shapes
def test_backward_input(subject, draw, reference, N, D):
    """Layer normalization backward gives dx, with gamma inside the sums over the features."""
    expect_both_gradients(subject, draw, reference, N, D, of=("dx",))


@check("layernorm", about="layernorm_backward", needs="layernorm_forward")
@shapes
def test_backward_scale_and_shift(subject, draw, reference, N, D):
    """Layer normalization backward gives dgamma and dbeta, summed over the examples."""
    expect_both_gradients(subject, draw, reference, N, D, of=("dgamma", "dbeta"))
