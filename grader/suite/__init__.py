"""What a graded check is written with.

A check is an ordinary pytest function with the `check` mark and a docstring, whose first line is the
title that people read. It calls functions of the fixture ``subject`` and requires things of what
comes back::

    @check("affine", about="affine_forward")
    def test_forward(subject, draw, reference):
        \"\"\"Affine forward equals x w + b.\"\"\"
        arguments = draw.standard_normal((4, 6)), draw.standard_normal((6, 3)), draw.standard_normal(3)
        expect_forward(subject.layers.affine_forward, reference.affine_forward, arguments)
"""

from grader.suite.against import (
    accepts,
    call_text,
    expect_backward,
    expect_forward,
    expect_loss_function,
)
from grader.suite.compare import (
    Mismatch,
    expect_array,
    expect_entry,
    expect_property,
    expect_scalar,
    expect_shape,
)
from grader.suite.gradients import expect_gradients, expect_loss_gradients, expect_score_gradient
from grader.suite.marks import check
from grader.suite.tolerance import EXACT, GRADIENT, NET_GRADIENT, PRINTED, ROUND_OFF, SINGLE, Tolerance

__all__ = [
    "EXACT",
    "GRADIENT",
    "NET_GRADIENT",
    "PRINTED",
    "ROUND_OFF",
    "SINGLE",
    "Mismatch",
    "Tolerance",
    "accepts",
    "call_text",
    "check",
    "expect_array",
    "expect_backward",
    "expect_entry",
    "expect_forward",
    "expect_gradients",
    "expect_loss_function",
    "expect_loss_gradients",
    "expect_property",
    "expect_scalar",
    "expect_score_gradient",
    "expect_shape",
]
