"""The affine layer: the hand-out's own numbers, and a gradient check."""

import numpy as np

from grader.suite import PRINTED, check, expect_array, expect_gradients

CALL = "affine_forward(x, w, b)"


@check("affine", about="affine_forward")
def test_forward_known_values(subject):
    """Affine forward gives the values printed in the notebook."""
    x = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6)
    w = np.linspace(-0.2, 0.3, 360).reshape(120, 3)
    b = np.linspace(-0.3, 0.1, 3)
    out, _ = subject.layers.affine_forward(x, w, b)
    wanted = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    expect_array("out", out, wanted, call=CALL, tolerance=PRINTED)


@check("affine", about="affine_backward", needs="affine_forward")
def test_backward_gradient(subject, draw):
    """Affine backward is the gradient of affine forward."""
    expect_gradients(
        subject.layers.affine_forward,
        subject.layers.affine_backward,
        {
            "x": draw.standard_normal((10, 2, 3)),
            "w": draw.standard_normal((6, 5)),
            "b": draw.standard_normal(5),
        },
        of=("x", "w", "b"),
        draw=draw,
    )
