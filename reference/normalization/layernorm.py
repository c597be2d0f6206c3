r"""Layer normalization: every example gets mean 0 and variance 1 over its own features.

Forward
-------
Batch norm turned on its side. Each example (row of x) is treated on its own, over its D features::

    mean[n]    = (1/D) sum_d x[n, d]
    var[n]     = (1/D) sum_d (x[n, d] - mean[n])^2            biased: divided by D, not by D - 1
    std[n]     = sqrt(var[n] + eps)                           eps inside the root
    xhat[n, d] = (x[n, d] - mean[n]) / std[n]
    out[n, d]  = gamma[d] xhat[n, d] + beta[d]

Only the statistics change their axis. gamma and beta still belong to the features, one of each per
column, as in batch norm. No example sees another one, so there are no running averages, training
and test are the same, and a batch of one is as good as any.

Backward
--------
gamma and beta are shared by the examples, exactly as in batch norm::

    dbeta[d] = sum_n dout[n, d]       dgamma[d] = sum_n dout[n, d] xhat[n, d]

For dx the derivation of `reference.normalization.batchnorm` holds with rows in place of columns:
the path through the mean inside the variance vanishes again, because the deviations of a row from
its mean add up to 0. One thing is different. There gamma was the same number along the averaged
axis and could be taken out of the sums. Here it changes along it, so the sums are over::

    dxhat[n, d] = dout[n, d] gamma[d]

    a[n] = (1/D) sum_d dxhat[n, d]                            the mean of dxhat
    b[n] = (1/D) sum_d dxhat[n, d] xhat[n, d]                 the mean of dxhat * xhat

    dx[n, d] = (dxhat[n, d] - a[n] - xhat[n, d] b[n]) / std[n]

dgamma and dbeta sum over the examples, a and b over the features: the two axes do not mix.

With D = 1 every xhat is 0, with D = 2 it is (1, -1) or (-1, 1) up to eps: for few features little
of the input is left.

Sources: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization" (2016), section 3; the course
adds eps to the variance as in batch norm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, floats


# BEGIN SOLUTION
class LayerNormCache(NamedTuple):
    """What the backward pass needs; the input itself is not part of it."""

    xhat: FloatArray  # (N, D)
    std: FloatArray  # (N, 1)
    gamma: FloatArray  # (D,)


# END SOLUTION


def layernorm_forward(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, ln_param: Mapping[str, Any]
) -> tuple[FloatArray, LayerNormCache]:
    """Forward pass of layer normalization, the same in training and at test time.

    Every example is normalized with the mean and the variance of its own features. Then gamma scales
    and beta shifts every feature, as in batch normalization.

    Parameters
    ----------
    x : ndarray of shape (N, D)
    gamma : ndarray of shape (D,)
        Scale of every feature.
    beta : ndarray of shape (D,)
        Shift of every feature.
    ln_param : dict
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.

        Other keys, such as ``mode``, have no effect.

    Returns
    -------
    out : ndarray of shape (N, D)
    cache : tuple
        What `layernorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or the examples have no features.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by D.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", 2016.
    """
    eps = float(ln_param.get("eps", 1e-5))
    # BEGIN SOLUTION: Start from your training code of batch norm. Change the axis of the statistics,
    #: and see to it that they broadcast against `x`; gamma and beta stay with the features. Keep in
    #: `cache` what the backward pass will ask for.
    x = floats("x", x, "N", "D")
    D = x.shape[1]
    gamma, beta = floats("gamma", gamma, D), floats("beta", beta, D)
    if D == 0:
        raise ValueError(f"x: got shape {x.shape}, wanted at least one feature to take the mean of")
    centered = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((centered**2).mean(axis=1, keepdims=True) + eps)  # (N, 1)
    xhat = centered / std
    out = gamma * xhat + beta
    cache = LayerNormCache(xhat, std, gamma)
    # END SOLUTION
    return out, cache


def layernorm_backward(dout: FloatArray, cache: LayerNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of layer normalization.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `layernorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Start from your backward pass of batch norm. Before you change an axis, ask of
    #: each sum which examples and which features take part in it, and where gamma has to stand.
    xhat, std, gamma = cache
    dout = floats("dout", dout, *xhat.shape)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    mean_dxhat = dxhat.mean(axis=1, keepdims=True)  # (N, 1)
    mean_dxhat_xhat = (dxhat * xhat).mean(axis=1, keepdims=True)  # (N, 1)
    dx = (dxhat - mean_dxhat - xhat * mean_dxhat_xhat) / std
    # END SOLUTION
    return dx, dgamma, dbeta
