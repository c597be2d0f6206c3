"""Convolutional networks.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np

from ..fast_layers import *
from ..layer_utils import *
from ..layers import *


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
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
    ):
        self.params = {}
        self.reg = reg
        self.dtype = dtype

        # TODO: Fill self.params with 'W1', 'b1' of the convolution, 'W2', 'b2' of the hidden affine
        # layer and 'W3', 'b3' of the last. Weights are drawn with np.random.randn in this order and
        # scaled to a standard deviation of weight_scale; biases are zero. Stride and padding of the
        # convolution are those that `loss` uses, which keep the height and width of the images; the
        # pooling halves them.

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
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

        # TODO: Forward pass: compute the scores of all classes, from the joint layers of
        # layer_utils and with the conv_param and pool_param above.
        scores = None

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # TODO: Backward pass: the loss in loss, and the gradient of each of self.params in grads,
        # under its name. Data loss by softmax, plus L2 regularization with the factor 0.5 of all
        # three weights.
        loss = None
        grads = None
        return loss, grads
