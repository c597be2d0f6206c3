"""Max pooling by loops: the notebook's own numbers, and a gradient check.

Which of several equal maxima gets the gradient is left open: no window here holds two.
"""

import numpy as np

from grader.suite import PRINTED, call_text, check, expect_array, expect_gradients

TWO = {"pool_height": 2, "pool_width": 2, "stride": 2}


def distinct(draw, *shape):
    """Numbers of either sign that all keep a distance, so that no window has a tie."""
    count = int(np.prod(shape))
    return draw.permutation(np.linspace(-1.0, 1.0, count)).reshape(shape)


@check("pool_naive", about="max_pool_forward_naive")
def test_forward_known_values(subject):
    """Max pooling forward gives the values printed in the notebook."""
    x = np.linspace(-0.3, 0.4, 96).reshape(2, 3, 4, 4)
    out, _ = subject.layers.max_pool_forward_naive(x, TWO)
    wanted = [
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]],
        ],
    ]
    call = call_text(subject.layers.max_pool_forward_naive)
    expect_array("out", out, wanted, call=call, tolerance=PRINTED)


@check("pool_naive", about="max_pool_backward_naive", needs="max_pool_forward_naive")
def test_backward_gradient(subject, draw):
    """Max pooling backward is the gradient of max pooling forward."""
    passes = subject.layers.max_pool_forward_naive, subject.layers.max_pool_backward_naive
    arguments = {"x": distinct(draw, 2, 2, 6, 6), "pool_param": TWO}
    expect_gradients(*passes, arguments, of=("x",), draw=draw)
