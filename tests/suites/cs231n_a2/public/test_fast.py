"""Fast convolution and pooling: the numbers that the notebook gives for the loops, and gradient checks."""

import numpy as np

from grader.suite import PRINTED, call_text, check, expect_array, expect_gradients

TWO = {"pool_height": 2, "pool_width": 2, "stride": 2}


def distinct(draw, *shape):
    """Numbers of either sign that all keep a distance, so that no window has a tie."""
    count = int(np.prod(shape))
    return draw.permutation(np.linspace(-1.0, 1.0, count)).reshape(shape)


@check("fast", about="conv_forward_fast")
def test_conv_known_values(subject):
    """Fast convolution forward gives the values that the notebook prints for the loops."""
    x = np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4)
    b = np.linspace(-0.1, 0.2, 3)
    out, _ = subject.fast.conv_forward_fast(x, w, b, {"stride": 2, "pad": 1})
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
    expect_array("out", out, wanted, call=call_text(subject.fast.conv_forward_fast), tolerance=PRINTED)


@check("fast", about="conv_backward_fast", needs="conv_forward_fast")
def test_conv_gradient(subject, draw):
    """Fast convolution backward is the gradient of fast convolution forward."""
    arguments = {
        "x": draw.standard_normal((3, 2, 5, 5)),
        "w": draw.standard_normal((4, 2, 3, 3)),
        "b": draw.standard_normal(4),
        "conv_param": {"stride": 1, "pad": 1},
    }
    passes = subject.fast.conv_forward_fast, subject.fast.conv_backward_fast
    expect_gradients(*passes, arguments, of=("x", "w", "b"), draw=draw)


@check("fast", about="max_pool_forward_fast", weight=0.5)
def test_pool_known_values(subject):
    """Fast max pooling forward keeps the largest number of each window."""
    x = np.array([[[[1.0, 5.0, -3.0, -4.0], [2.0, 0.0, -1.0, -2.0]]]])
    out, _ = subject.fast.max_pool_forward_fast(x, TWO)
    call = call_text(subject.fast.max_pool_forward_fast)
    expect_array("out", out, [[[[5.0, -1.0]]]], call=call)


@check("fast", about="max_pool_backward_fast", needs="max_pool_forward_fast")
def test_pool_gradient(subject, draw):
    """Fast max pooling backward is the gradient of fast max pooling forward."""
    passes = subject.fast.max_pool_forward_fast, subject.fast.max_pool_backward_fast
    arguments = {"x": distinct(draw, 2, 3, 6, 6), "pool_param": TWO}
    expect_gradients(*passes, arguments, of=("x",), draw=draw)
