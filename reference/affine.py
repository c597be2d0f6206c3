r"""The affine (fully connected) layer: every output is a weighted sum of every input, plus a bias.

Forward
-------
Each example is flattened to a row of D numbers. For example n and output m::

    out[n, m] = sum_d x[n, d] w[d, m] + b[m]          in matrices: out = x w + b

Backward
--------
Let L be the loss and ``dout[n, m] = dL/dout[n, m]`` the gradient that arrives from above. Every
gradient of this library follows from one rule: *add up dout times the local derivative over all
the paths from the variable to the loss.*

The scalar case first: with out = x w + b there is one path, so dL/dx = dout w, dL/dw = dout x and
dL/db = dout. With indices, w[d, m] touches out[n, m] for every example n, and x[n, d] touches
out[n, m] for every output m::

    dw[d, m] = sum_n dout[n, m] x[n, d]               dw = x^T dout       (D, N) (N, M) -> (D, M)
    dx[n, d] = sum_m dout[n, m] w[d, m]               dx = dout w^T       (N, M) (M, D) -> (N, D)
    db[m]    = sum_n dout[n, m]                       db = sum of the rows of dout

Each gradient has the shape of its variable, which is often enough to find the order of a product.

Source: CS231n course notes, "Backpropagation, Intuitions", section "Gradients for vectorized
operations".
"""

from __future__ import annotations

import math
from typing import NamedTuple

from reference._checks import FloatArray, batch, floats


# BEGIN SOLUTION
class AffineCache(NamedTuple):
    """What the backward pass needs: the arguments of the forward pass."""

    x: FloatArray  # (N, d_1, ..., d_k)
    w: FloatArray  # (D, M)
    b: FloatArray  # (M,)


# END SOLUTION


def affine_forward(x: FloatArray, w: FloatArray, b: FloatArray) -> tuple[FloatArray, AffineCache]:
    """Forward pass of an affine layer: ``out = x w + b`` with every example flattened to a row.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        A mini-batch of N examples; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        What `affine_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.
    """
    # BEGIN SOLUTION: Flatten every example to a row of D numbers, multiply by the weights and add
    #: the biases. Keep in `cache` what the backward pass will ask for.
    x = batch("x", x)
    N, D = x.shape[0], math.prod(x.shape[1:])
    w = floats("w", w, D, "M")
    b = floats("b", b, w.shape[1])
    out = x.reshape(N, D) @ w + b
    cache = AffineCache(x, w, b)
    # END SOLUTION
    return out, cache


def affine_backward(dout: FloatArray, cache: AffineCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of an affine layer.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `affine_forward`.

    Returns
    -------
    dx : ndarray of shape (N, d_1, ..., d_k)
        In the shape that ``x`` came in.
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Find the gradient of each of the three inputs. Each has the shape of its
    #: variable; the sums over examples and outputs become matrix products.
    x, w, _ = cache
    N, D = x.shape[0], w.shape[0]
    dout = floats("dout", dout, N, w.shape[1])
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(N, D).T @ dout
    db = dout.sum(axis=0)
    # END SOLUTION
    return dx, dw, db
