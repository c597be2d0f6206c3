r"""The fully connected network of any depth: hidden layers of one kind, then an affine layer and softmax.

Architecture
------------
For L layers in all, the hidden ones are built alike (brackets: if wanted)::

    {affine - [batch or layer normalization] - ReLU - [dropout]} x (L - 1) - affine - softmax

Layer l has the weights ``Wl`` and biases ``bl``, and with a normalization the scale ``gammal`` and
shift ``betal``; l counts from 1. The last layer has neither normalization nor ReLU nor dropout: its
outputs are scores, and a normalization would take from them the freedom to be certain.

Each part answers a difficulty of depth. The scale of the activations is multiplied by every layer, so
it grows or dies exponentially with L, and the gradients with it: that is why a five-layer net is
so much more sensitive to ``weight_scale`` than a three-layer one, and why normalization, which resets
the scale at each layer, makes it insensitive. Dropout and the penalty are against overfitting.

Backward
--------
As in the two-layer network, the layers' backward passes in reverse order, each taking what the one
after it gives. The penalty adds ``reg W`` to the gradient of every W and nothing to those of b, gamma
and beta.

A bias in front of a batch normalization has no effect, because the mean is subtracted again: its
gradient is zero, and what a gradient check sees there is rounding.

Conventions
-----------
* Weights are drawn layer by layer from NumPy's legacy global stream, in float64, and cast to ``dtype``
  afterwards, so float32 and float64 networks start from the same numbers.
* ``dropout_keep_ratio`` is the probability to keep a unit; 1 means no dropout. With a ``seed``, every
  dropout layer draws its mask from the start of that seed's stream in every pass: deterministic, as a
  gradient check needs it.
* With labels, normalization and dropout work in their training mode (and batch normalization updates
  its running averages), without labels in their test mode.
* The first loss is log(C) plus the penalty, as for any softmax classifier with small weights.

Source: CS231n course notes, "Neural Networks Part 1" to "Part 3"; S. Ioffe and C. Szegedy, "Batch
Normalization" (2015); J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization" (2016);
N. Srivastava et al., "Dropout" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference._checks import FloatArray, IntArray, choice, positive
from reference.affine import affine_backward, affine_forward
from reference.layer_utils import affine_norm_relu_backward, affine_norm_relu_forward
from reference.losses import softmax_loss


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
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: Any = np.float32,
        seed: int | None = None,
    ) -> None:
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params: dict[str, FloatArray] = {}

        # BEGIN SOLUTION: Fill self.params for all layers, named 'W1', 'b1', 'W2', 'b2' and so on. Weights
        #: are drawn with np.random.randn, layer after layer, and scaled to a standard deviation of
        #: weight_scale; biases are zero. With a normalization, each layer but the last also has a scale
        #: 'gamma1', ... of ones and a shift 'beta1', ... of zeros.
        choice("normalization", normalization, None, "batchnorm", "layernorm")
        if not 0 < dropout_keep_ratio <= 1:
            raise ValueError(f"dropout_keep_ratio: got {dropout_keep_ratio!r}, wanted 0 < ratio <= 1")
        dims = [positive("input_dim", input_dim)]
        dims += [positive(f"hidden_dims[{i}]", dim) for i, dim in enumerate(hidden_dims)]
        dims += [positive("num_classes", num_classes)]
        for layer in range(1, self.num_layers + 1):
            fan_in, fan_out = dims[layer - 1], dims[layer]
            self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)
            self.params[f"b{layer}"] = np.zeros(fan_out)
            if normalization is not None and layer < self.num_layers:
                self.params[f"gamma{layer}"] = np.ones(fan_out)
                self.params[f"beta{layer}"] = np.zeros(fan_out)
        # END SOLUTION

        # All dropout layers share one dictionary, which tells them the probability to keep and the mode.
        self.dropout_param: dict[str, Any] = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed

        # Batch normalization keeps running averages, so each of its layers has a dictionary of its own:
        # self.bn_params[0] goes to the first layer of the net, self.bn_params[1] to the second, ...
        self.bn_params: list[dict[str, Any]] = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in range(self.num_layers - 1)]
        if self.normalization == "layernorm":
            self.bn_params = [{} for _ in range(self.num_layers - 1)]

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(
        self, X: FloatArray, y: IntArray | None = None
    ) -> FloatArray | tuple[float, dict[str, FloatArray]]:
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

        # BEGIN SOLUTION: Forward pass: compute the scores of all classes. With dropout, give
        #: self.dropout_param to each dropout layer; with a normalization, give self.bn_params[0] to the
        #: first normalization layer, self.bn_params[1] to the second, and so on. The last layer is
        #: affine only.
        out = X
        caches = []
        for layer in range(1, self.num_layers):
            out, hidden_cache = affine_norm_relu_forward(
                out,
                self.params[f"W{layer}"],
                self.params[f"b{layer}"],
                self.params.get(f"gamma{layer}"),
                self.params.get(f"beta{layer}"),
                self.bn_params[layer - 1] if self.normalization is not None else None,
                self.normalization,
                self.dropout_param if self.use_dropout else None,
            )
            caches.append(hidden_cache)
        last = self.num_layers
        scores, last_cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
        # END SOLUTION

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # BEGIN SOLUTION: Backward pass: the loss in loss, and the gradient of each of self.params in
        #: grads, under its name. Data loss by softmax, plus L2 regularization with the factor 0.5 of the
        #: weights of all layers; biases, scales and shifts are not regularized.
        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, FloatArray] = {}
        reg = float(self.reg)
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, last_cache)
        for layer in reversed(range(1, self.num_layers)):
            dout, dW, db, dgamma, dbeta = affine_norm_relu_backward(dout, caches[layer - 1])
            grads[f"W{layer}"], grads[f"b{layer}"] = dW, db
            if dgamma is not None and dbeta is not None:
                grads[f"gamma{layer}"], grads[f"beta{layer}"] = dgamma, dbeta
        for layer in range(1, self.num_layers + 1):
            W = self.params[f"W{layer}"]
            loss += 0.5 * reg * float(np.sum(W * W))
            grads[f"W{layer}"] = grads[f"W{layer}"] + reg * W
        # END SOLUTION
        return loss, grads
