"""Fully connected networks.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np

from ..layer_utils import *
from ..layers import *


class TwoLayerNet:
    """A network with one hidden layer: affine - ReLU - affine - softmax.

    The class holds parameters and computes loss and gradients; a `Solver` trains it.

    Parameters
    ----------
    input_dim : int
        D, the number of values of one example.
    hidden_dim : int
        H, the number of hidden units.
    num_classes : int
        C.
    weight_scale : float
        Standard deviation of the initial weights.
    reg : float
        Strength of the L2 penalty on the weights.

    Attributes
    ----------
    params : dict
        ``W1`` (D, H), ``b1`` (H,), ``W2`` (H, C) and ``b2`` (C,).
    reg : float

    Raises
    ------
    ValueError
        If a dimension is not a whole number of at least 1.
    """

    def __init__(
        self,
        input_dim=3 * 32 * 32,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
    ):
        self.params = {}
        self.reg = reg

        # TODO: Fill self.params with the weights and biases of both layers, under the names 'W1',
        # 'b1', 'W2' and 'b2'. Weights are drawn with np.random.randn, first layer first, and scaled
        # to a standard deviation of weight_scale; biases are zero.

    def loss(self, X, y=None):
        """Scores, or the loss and its gradient.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
            A mini-batch of N examples; D = d_1 * ... * d_k.
        y : ndarray of integers of shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray of shape (N, C)
            If ``y`` is not given: ``scores[n, c]`` for class c of example n.
        loss, grads : float, dict
            If ``y`` is given: the softmax loss with ``0.5 * reg * sum(W * W)`` for both weights, and
            its gradient with respect to each of ``params``, under the same names.

        Raises
        ------
        ValueError
            If the shapes do not fit each other or a label is no class.
        """
        # TODO: Forward pass: compute the scores of all classes, from the layers that you have.
        scores = None

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # TODO: Backward pass: the loss in loss, and the gradient of each of self.params in grads,
        # under its name. Data loss by softmax, plus L2 regularization of both weights with the
        # factor 0.5, which makes its gradient simple.
        loss = None
        grads = None
        return loss, grads


class FullyConnectedNet:
    """A network with any number of hidden layers.

    Its architecture, for L layers in all, is::

        {affine - [batch or layer normalization] - ReLU - [dropout]} x (L - 1) - affine - softmax

    Parameters
    ----------
    hidden_dims : sequence of int
        The number of units of each hidden layer; L - 1 of them.
    input_dim : int
        The number of values of one example.
    num_classes : int
        C.
    dropout_keep_ratio : float
        The probability to keep a unit, 0 < p <= 1; with 1 there is no dropout.
    normalization : 'batchnorm', 'layernorm' or None
        What stands before each ReLU.
    reg : float
        Strength of the L2 penalty on the weights.
    weight_scale : float
        Standard deviation of the initial weights.
    dtype : type
        Of all parameters and computations. float32 is fast, gradient checks need float64.
    seed : int, optional
        Makes the dropout layers deterministic, for gradient checks.

    Attributes
    ----------
    params : dict
        ``W1``, ``b1``, ..., and with a normalization ``gamma1``, ``beta1``, ... for all layers but
        the last.
    num_layers : int
        L.
    bn_params : list of dict
        One for each hidden layer if there is a normalization, else empty. Batch normalization keeps
        its running averages there.
    dropout_param : dict
        For all dropout layers; empty without dropout.
    normalization, use_dropout, reg, dtype

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        # TODO: Fill self.params for all layers, named 'W1', 'b1', 'W2', 'b2' and so on. Weights are
        # drawn with np.random.randn, layer after layer, and scaled to a standard deviation of
        # weight_scale; biases are zero. With a normalization, each layer but the last also has a
        # scale 'gamma1', ... of ones and a shift 'beta1', ... of zeros.

        # All dropout layers share one dictionary, which tells them the probability to keep and the mode.
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed

        # Batch normalization keeps running averages, so each of its layers has a dictionary of its own:
        # self.bn_params[0] goes to the first layer of the net, self.bn_params[1] to the second, ...
        self.bn_params = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in range(self.num_layers - 1)]
        if self.normalization == "layernorm":
            self.bn_params = [{} for _ in range(self.num_layers - 1)]

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """Scores, or the loss and its gradient.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
            A mini-batch of N examples, d_1 * ... * d_k = input_dim.
        y : ndarray of integers of shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray of shape (N, C)
            If ``y`` is not given: the scores in test mode.
        loss, grads : float, dict
            If ``y`` is given: the softmax loss in training mode with ``0.5 * reg * sum(W * W)`` for
            every weight, and its gradient with respect to each of ``params``, under the same names.

        Raises
        ------
        ValueError
            If the shapes do not fit each other or a label is no class.
        """
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"

        # Dropout and batch normalization do different things in training and in testing.
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode

        # TODO: Forward pass: compute the scores of all classes. With dropout, give
        # self.dropout_param to each dropout layer; with a normalization, give self.bn_params[0] to
        # the first normalization layer, self.bn_params[1] to the second, and so on. The last layer
        # is affine only.
        scores = None

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # TODO: Backward pass: the loss in loss, and the gradient of each of self.params in grads,
        # under its name. Data loss by softmax, plus L2 regularization with the factor 0.5 of the
        # weights of all layers; biases, scales and shifts are not regularized.
        loss = None
        grads = None
        return loss, grads
