r"""The two losses on top of a classifier: softmax (cross-entropy) and multiclass SVM (hinge).

Both take the scores ``x[n, c]`` that the net gives class c for example n and the right classes
``y[n]``. Both are means over the batch, so that the learning rate need not change with its size, and
both hand back the gradient ``dx = dL/dx`` at once: a loss is where backpropagation starts.

Softmax
-------
The scores are read as unnormalized log-probabilities, and the loss is the negative
log-probability of the right class::

    p[n, c] = e^x[n,c] / sum_j e^x[n,j]
    L       = (1/N) sum_n -log p[n, y[n]]  =  (1/N) sum_n ( log sum_j e^x[n,j] - x[n, y[n]] )

The second form is the one to differentiate. The log of the sum gives e^x[n,c] / sum_j e^x[n,j],
which is p[n, c] again, and the other term gives -1 for the right class alone::

    dx[n, c] = (1/N) ( p[n, c] - 1[c = y[n]] )

So each row of dx sums to zero: what the loss takes from one class it gives to the others. (A
gradient check of p itself with dout = 1 everywhere sees this zero and nothing else; it passes
whatever the code does.)

*Stability.* e^1000 overflows, and e^-1000 rounds to 0, whose log is -inf. Adding a constant to all
the scores of an example changes no p, so the largest score of each row is subtracted first: every
exponent is then <= 0 and one of them is 0, and the sum lies between 1 and C. The loss is computed
from the second form, never as log(p), and stays finite where p has rounded to 0.

SVM
---
The right class shall win by a margin of 1 against each other class; what is missing is the loss::

    margin[n, c] = max(0, x[n, c] - x[n, y[n]] + 1)   for c != y[n]
    L            = (1/N) sum_n sum_{c != y[n]} margin[n, c]

Each positive margin grows with x[n, c] and shrinks with x[n, y[n]], at slope 1. The right class
takes part in all the margins of its row, so it collects one -1 from each positive one::

    dx[n, c]    =  (1/N) 1[margin[n, c] > 0]                            c != y[n]
    dx[n, y[n]] = -(1/N) (number of classes c with margin[n, c] > 0)

Conventions: the margin is 1, the hinge is not squared, and at the kink (a margin of exactly 0) the
gradient is 0. The regularization of the weights is the net's business and not in here.

A first check of any classifier: with scores close to 0 the softmax loss is log C and the SVM loss is
C - 1, for 10 classes 2.303 and 9.

Sources: CS231n course notes, "Linear classification", sections "Multiclass Support Vector Machine
loss" and "Softmax classifier" (with "Practical issues: Numeric stability"); Weston & Watkins 1999,
"Support vector machines for multi-class pattern recognition".
"""

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray, IntArray, floats, labels


# BEGIN SOLUTION
def _scores_and_labels(x: FloatArray, y: IntArray) -> tuple[FloatArray, IntArray]:
    """The scores and labels, which fit each other and are not empty (a mean needs an example)."""
    x = floats("x", x, "N", "C")
    N, C = x.shape
    if N == 0 or C == 0:
        raise ValueError(f"x: got shape {x.shape}, wanted (N, C) with at least one example and one class")
    return x, labels("y", y, N, C)


# END SOLUTION


def softmax_loss(x: FloatArray, y: IntArray) -> tuple[float, FloatArray]:
    """Softmax (cross-entropy) loss of a batch of scores, and its gradient.

    The loss is the mean over the examples of the negative log-probability of the right class. It
    neither overflows nor becomes infinite for large scores.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores: ``x[n, c]`` for class c of example n.
    y : ndarray of integers of shape (N,)
        The right classes, ``0 <= y[n] < C``.

    Returns
    -------
    loss : float
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the batch is empty, or a label is no class.
    """
    # BEGIN SOLUTION: Turn the scores into log-probabilities without overflow for scores around 1000,
    #: take the mean loss of the right classes from these, and differentiate it with respect to
    #: every score. `x` must not change.
    x, y = _scores_and_labels(x, y)
    N = x.shape[0]
    rows = np.arange(N)
    with np.errstate(under="ignore"):  # e^-1000 rounds to 0, and 0 is right
        shifted = x - x.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))  # (N,)
        dx = np.exp(shifted - log_sum[:, np.newaxis])  # the probabilities
        dx[rows, y] -= 1
        dx /= N
    loss = float(np.mean(log_sum - shifted[rows, y]))
    # END SOLUTION
    return loss, dx


def svm_loss(x: FloatArray, y: IntArray) -> tuple[float, FloatArray]:
    """Multiclass SVM (hinge) loss of a batch of scores with a margin of 1, and its gradient.

    The loss of an example is the sum of its margins over the wrong classes, where the margin of a
    class is ``max(0, its score - score of the right class + 1)``; the result is the mean over the
    examples. A margin of exactly 0 has gradient 0.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores: ``x[n, c]`` for class c of example n.
    y : ndarray of integers of shape (N,)
        The right classes, ``0 <= y[n] < C``.

    Returns
    -------
    loss : float
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the batch is empty, or a label is no class.
    """
    # BEGIN SOLUTION: Compute the margins of all wrong classes at once and take their mean loss.
    #: Then ask, for each score, which margins it takes part in and with which sign.
    x, y = _scores_and_labels(x, y)
    N = x.shape[0]
    rows = np.arange(N)
    margins = np.maximum(x - x[rows, y][:, np.newaxis] + 1, 0)
    margins[rows, y] = 0  # the right class does not compete with itself
    loss = float(margins.sum() / N)
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    dx /= N
    # END SOLUTION
    return loss, dx
