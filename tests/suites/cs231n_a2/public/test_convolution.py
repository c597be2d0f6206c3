"""Convolution by loops: the notebook's own numbers, and gradient checks."""

import numpy as np

from grader.suite import PRINTED, call_text, check, expect_array, expect_gradients


@check("conv_naive", about="conv_forward_naive")
def test_forward_known_values(subject):
    """Convolution forward gives the values printed in the notebook."""
    x = np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4)
    b = np.linspace(-0.1, 0.2, 3)
    out, _ = subject.layers.conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
    wanted = [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
    call = call_text(subject.layers.conv_forward_naive)
    expect_array("out", out, wanted, call=call, tolerance=PRINTED)


@check("conv_naive", about="conv_forward_naive", weight=0.5)
def test_forward_identity(subject, draw):
    """A filter that is zero but for a one in its middle copies the channel it looks at."""
    x, w = draw.standard_normal((2, 3, 5, 5)), np.zeros((2, 3, 3, 3))
    w[0, 2, 1, 1] = w[1, 0, 1, 1] = 1
    forward = subject.layers.conv_forward_naive
    out, _ = forward(x, w, np.array([0.0, 10.0]), {"stride": 1, "pad": 1})
    wanted = np.stack([x[:, 2], x[:, 0] + 10], axis=1)
    expect_array("out", out, wanted, call=call_text(forward))


@check("conv_naive", about="conv_backward_naive", needs="conv_forward_naive", weight=2)
def test_backward_gradient(subject, draw):
    """Convolution backward is the gradient of convolution forward."""
    arguments = {
        "x": draw.standard_normal((2, 2, 4, 4)),
        "w": draw.standard_normal((2, 2, 3, 3)),
        "b": draw.standard_normal(2),
        "conv_param": {"stride": 1, "pad": 1},
    }
    passes = subject.layers.conv_forward_naive, subject.layers.conv_backward_naive
    expect_gradients(*passes, arguments, of=("x", "w", "b"), draw=draw)
