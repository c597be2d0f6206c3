r"""The three-layer convolutional network: conv - ReLU - 2x2 max pool - affine - ReLU - affine - softmax.

Architecture
------------
With F filters of size f x f, a hidden layer of M units and C classes::

    conv      (N, C_in, H, W) -> (N, F, H, W)          W1 (F, C_in, f, f), stride 1, pad (f - 1) / 2
    ReLU
    max pool  (N, F, H, W)    -> (N, F, H/2, W/2)      2 x 2 windows, stride 2
    affine    (N, F H/2 W/2)  -> (N, M)                W2 (F H/2 W/2, M)
    ReLU
    affine    (N, M)          -> (N, C)                W3 (M, C)
    softmax

The padding keeps the size: the output of a convolution is 1 + (H + 2 pad - f) / stride high, which is
H for an odd f and pad = (f - 1) / 2. (For an even f no padding on both sides does; then one row and
one column are lost.) The pooling halves it, and leaves out the last row of an odd height.

Why convolve? All places of an image share the filters, so the layer has F (C_in f^2 + 1) parameters
where an affine layer of as many outputs would have F H W (C_in H W + 1), and what it learns in one
place it knows in all others. Most parameters are in W2, not in the convolution.

Backward
--------
The layers' backward passes in reverse order. What the first affine layer gives back has the shape of
the pooled images, as it flattened them itself. The penalty adds ``reg W`` to the gradients of the
three weights, the filters among them. Gradients of filters are sums over all places, so they are
larger than those of an affine layer by nature; a gradient check must be relative.

The first loss is log(C) plus the penalty, as for any softmax classifier with small weights.

Source: CS231n course notes, "Convolutional Neural Networks", sections "Convolutional Layer" and
"Layer Patterns".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray, IntArray, positive, window_count
from reference.affine import affine_backward, affine_forward
from reference.layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from reference.losses import softmax_loss


class ThreeLayerConvNet:
    """A convolutional network: conv - ReLU - 2x2 max pool - affine - ReLU - affine - softmax.

    It works on mini-batches of images of shape (N, C, H, W): N images of C channels, H high and W
    wide. The convolution has stride 1 and the padding that keeps the size of the images.

    Parameters
    ----------
    input_dim : tuple (C, H, W)
        The shape of one image.
    num_filters : int
        F, the number of filters of the convolution.
    filter_size : int
        Height and width of a filter.
    hidden_dim : int
        The number of units of the hidden affine layer.
    num_classes : int
        The number of scores.
    weight_scale : float
        Standard deviation of the initial weights.
    reg : float
        Strength of the L2 penalty on the weights.
    dtype : type
        Of all parameters and computations. float32 is fast, gradient checks need float64.

    Attributes
    ----------
    params : dict
        ``W1`` (F, C, filter_size, filter_size) and ``b1`` of the convolution, ``W2`` and ``b2`` of the
        hidden affine layer, ``W3`` and ``b3`` of the last.
    reg, dtype

    Raises
    ------
    ValueError
        If a dimension is not a whole number of at least 1, or the images are too small.
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: Any = np.float32,
    ) -> None:
        self.params: dict[str, FloatArray] = {}
        self.reg = reg
        self.dtype = dtype

        # BEGIN SOLUTION: Fill self.params with 'W1', 'b1' of the convolution, 'W2', 'b2' of the hidden
        #: affine layer and 'W3', 'b3' of the last. Weights are drawn with np.random.randn in this order
        #: and scaled to a standard deviation of weight_scale; biases are zero. Stride and padding of the
        #: convolution are those that `loss` uses, which keep the height and width of the images; the
        #: pooling halves them.
        C, H, W = (positive(f"input_dim[{i}]", size) for i, size in enumerate(input_dim))
        F, f = positive("num_filters", num_filters), positive("filter_size", filter_size)
        pad = (f - 1) // 2
        H, W = (window_count("filter_size", size, f, 1, pad) for size in (H, W))  # after the convolution
        H, W = (window_count("pool size", size, 2, 2) for size in (H, W))  # after the pooling
        M = positive("hidden_dim", hidden_dim)
        shapes = [(F, C, f, f), (F * H * W, M), (M, positive("num_classes", num_classes))]
        for layer, (shape, biases) in enumerate(zip(shapes, (F, M, num_classes), strict=True), start=1):
            self.params[f"W{layer}"] = weight_scale * np.random.randn(*shape)
            self.params[f"b{layer}"] = np.zeros(biases)
        # END SOLUTION

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(
        self, X: FloatArray, y: IntArray | None = None
    ) -> FloatArray | tuple[float, dict[str, FloatArray]]:
        """Scores, or the loss and its gradient.

        Parameters
        ----------
        X : ndarray of shape (N, C, H, W)
            A mini-batch of N images.
        y : ndarray of integers of shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray of shape (N, num_classes)
            If ``y`` is not given: ``scores[n, c]`` for class c of image n.
        loss, grads : float, dict
            If ``y`` is given: the softmax loss with ``0.5 * reg * sum(W * W)`` for all three weights,
            and its gradient with respect to each of ``params``, under the same names.

        Raises
        ------
        ValueError
            If the shapes do not fit each other or a label is no class.
        """
        X = X.astype(self.dtype)
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]

        # The padding that keeps the height and width of the images, for a filter of odd size.
        filter_size = W1.shape[2]
        conv_param = {"stride": 1, "pad": (filter_size - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

        # BEGIN SOLUTION: Forward pass: compute the scores of all classes, from the joint layers of
        #: layer_utils and with the conv_param and pool_param above.
        pooled, conv_cache = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        hidden, hidden_cache = affine_relu_forward(pooled, W2, b2)
        scores, scores_cache = affine_forward(hidden, W3, b3)
        # END SOLUTION

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # BEGIN SOLUTION: Backward pass: the loss in loss, and the gradient of each of self.params in
        #: grads, under its name. Data loss by softmax, plus L2 regularization with the factor 0.5 of all
        #: three weights.
        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, FloatArray] = {}
        reg = float(self.reg)
        dhidden, grads["W3"], grads["b3"] = affine_backward(dscores, scores_cache)
        dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, hidden_cache)
        _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, conv_cache)
        for name, W in (("W1", W1), ("W2", W2), ("W3", W3)):
            loss += 0.5 * reg * float(np.sum(W * W))
            grads[name] = grads[name] + reg * W
        # END SOLUTION
        return loss, grads
