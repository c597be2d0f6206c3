r"""The two-layer network: affine - ReLU - affine - softmax.

Forward
-------
For images X as rows of D numbers, a hidden layer of H units and C classes::

    h      = max(0, X W1 + b1)            (N, D) (D, H) -> (N, H)
    scores = h W2 + b2                    (N, H) (H, C) -> (N, C)
    L      = softmax_loss(scores, y) + (reg / 2) (sum W1^2 + sum W2^2)

Without the ReLU the two products would be one, X (W1 W2), and the network a linear classifier. No
ReLU follows the last layer: scores may be negative.

Backward
--------
The layers know their gradients; a network only runs them in reverse. The penalty is a second path
from each weight to the loss, and gradients of several paths add up::

    dscores = dL/dscores from the softmax loss
    dh, dW2, db2 = affine_backward(dscores)           dW2 += reg W2
    _,  dW1, db1 = affine_relu_backward(dh)           dW1 += reg W1

The half in the penalty is there so that its gradient is reg W and not 2 reg W. Biases carry no
penalty: they move the decision boundary without making it any more complicated.

The beginning
-------------
Weights start as small random numbers: with equal weights all hidden units would have equal gradients
and stay equal for ever. Biases may start at zero, as the weights have made the units different.

With small weights all the scores are close to 0, softmax gives every class the probability 1/C, and
the loss is -log(1/C) = log(C), 2.3026 for ten classes. A different first loss is the cheapest sign of
a mistake; it should rise when reg is raised.

Source: CS231n course notes, "Neural Networks Part 1" (architecture) and "Part 2" (initialization,
regularization).
"""

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray, IntArray, positive
from reference.affine import affine_backward, affine_forward
from reference.layer_utils import affine_relu_backward, affine_relu_forward
from reference.losses import softmax_loss


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
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
    ) -> None:
        self.params: dict[str, FloatArray] = {}
        self.reg = reg

        # BEGIN SOLUTION: Fill self.params with the weights and biases of both layers, under the names
        #: 'W1', 'b1', 'W2' and 'b2'. Weights are drawn with np.random.randn, first layer first, and
        #: scaled to a standard deviation of weight_scale; biases are zero.
        D, H = positive("input_dim", input_dim), positive("hidden_dim", hidden_dim)
        C = positive("num_classes", num_classes)
        self.params["W1"] = weight_scale * np.random.randn(D, H)
        self.params["b1"] = np.zeros(H)
        self.params["W2"] = weight_scale * np.random.randn(H, C)
        self.params["b2"] = np.zeros(C)
        # END SOLUTION

    def loss(
        self, X: FloatArray, y: IntArray | None = None
    ) -> FloatArray | tuple[float, dict[str, FloatArray]]:
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
        # BEGIN SOLUTION: Forward pass: compute the scores of all classes, from the layers that you have.
        hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])
        scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])
        # END SOLUTION

        # Without labels there is nothing to compare the scores with.
        if y is None:
            return scores

        # BEGIN SOLUTION: Backward pass: the loss in loss, and the gradient of each of self.params in
        #: grads, under its name. Data loss by softmax, plus L2 regularization of both weights with the
        #: factor 0.5, which makes its gradient simple.
        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, FloatArray] = {}
        reg = float(self.reg)
        dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, scores_cache)
        _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)
        for name in ("W1", "W2"):
            W = self.params[name]
            loss += 0.5 * reg * float(np.sum(W * W))
            grads[name] = grads[name] + reg * W
        # END SOLUTION
        return loss, grads
