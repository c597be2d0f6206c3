r"""Spatial group normalization: every image is normalized on its own, some channels at a time.

Forward
-------
The C channels are split into G groups of neighbours: channels 0 ... C/G - 1 are group 0, and so on.
The numbers of one group of one image, K = (C/G) H W of them, share a mean and a variance. With g
for the group and k for a number within it::

    mean[n, g]    = (1/K) sum_k x[n, g, k]
    var[n, g]     = (1/K) sum_k (x[n, g, k] - mean[n, g])^2       biased: divided by K
    std[n, g]     = sqrt(var[n, g] + eps)                         eps inside the root
    xhat[n, g, k] = (x[n, g, k] - mean[n, g]) / std[n, g]
    out[n, c, h, w] = gamma[c] xhat[n, c, h, w] + beta[c]

The statistics belong to the groups, gamma and beta to the channels. Going from one view to the
other is a reshape, (N, C, H, W) <-> (N, G, K), because the channels of a group lie side by side.

The number of groups leads from one known layer to another:

* G = 1: all channels together; layer norm over a whole image.
* G = C: every channel alone; called instance norm.

In between, it keeps what makes layer norm useful (no dependence on the batch, no running averages,
training and test alike) without assuming that all channels are of one kind.

Backward
--------
gamma and beta are shared by the examples and the pixels, so their gradients sum over those::

    dbeta[c] = sum_{n, h, w} dout[n, c, h, w]
    dgamma[c] = sum_{n, h, w} dout[n, c, h, w] xhat[n, c, h, w]

For dx the derivation of `reference.normalization.batchnorm` holds for each group; as in layer norm,
gamma varies within a group and stays inside the sums::

    dxhat[n, c, h, w] = dout[n, c, h, w] gamma[c]                 then seen as dxhat[n, g, k]

    a[n, g] = (1/K) sum_k dxhat[n, g, k]                          the mean of dxhat
    b[n, g] = (1/K) sum_k dxhat[n, g, k] xhat[n, g, k]            the mean of dxhat * xhat

    dx[n, g, k] = (dxhat[n, g, k] - a[n, g] - xhat[n, g, k] b[n, g]) / std[n, g]

Sources: Y. Wu and K. He, "Group Normalization" (2018), section 3; D. Ulyanov, A. Vedaldi and
V. Lempitsky, "Instance Normalization: The Missing Ingredient for Fast Stylization" (2016).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, floats, positive


# BEGIN SOLUTION
class GroupNormCache(NamedTuple):
    """What the backward pass needs; the input itself is not part of it."""

    xhat: FloatArray  # (N, C, H, W)
    std: FloatArray  # (N, G, 1)
    scale: FloatArray  # (1, C, 1, 1), gamma
    gamma_shape: tuple[int, ...]  # (1, C, 1, 1) or (C,), as it came
    beta_shape: tuple[int, ...]  # the same for beta


def _per_channel(argument: str, value: FloatArray, C: int) -> FloatArray:
    """``value`` in shape (1, C, 1, 1), which broadcasts against images."""
    array = floats(argument, value)
    if array.shape not in ((1, C, 1, 1), (C,)):
        raise ValueError(f"{argument}: got shape {array.shape}, wanted (1, {C}, 1, 1) or ({C},)")
    return array.reshape(1, C, 1, 1)


# END SOLUTION


def spatial_groupnorm_forward(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, G: int, gn_param: Mapping[str, Any]
) -> tuple[FloatArray, GroupNormCache]:
    """Forward pass of group normalization for images, the same in training and at test time.

    The channels of every image are split into G groups of C / G neighbours. The numbers of a group,
    over its channels and all pixels, are normalized with their own mean and variance; then gamma
    scales and beta shifts every channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    gamma : ndarray of shape (1, C, 1, 1) or (C,)
        Scale of every channel.
    beta : ndarray of shape (1, C, 1, 1) or (C,)
        Shift of every channel.
    G : int
        Number of groups, a divisor of C.
    gn_param : dict
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.

        Other keys, such as ``mode``, have no effect.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        What `spatial_groupnorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, C is not a multiple of G, or there is nothing in a group.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by the count of a group's numbers.

    References
    ----------
    Y. Wu and K. He, "Group Normalization", 2018.
    """
    eps = float(gn_param.get("eps", 1e-5))
    # BEGIN SOLUTION: Give the groups an axis of their own, so that the numbers of a group can be
    #: averaged in one call, and normalize them. Return to the shape of the images for gamma and
    #: beta, which belong to the channels. Keep in `cache` what the backward pass will ask for.
    x, G = floats("x", x, "N", "C", "H", "W"), positive("G", G)
    N, C, H, W = x.shape
    if C % G:
        raise ValueError(f"G: got {G} groups, wanted a divisor of C = {C}")
    if C * H * W == 0:
        raise ValueError(f"x: got shape {x.shape}, wanted at least one number in every group")
    scale, shift = _per_channel("gamma", gamma, C), _per_channel("beta", beta, C)
    grouped = x.reshape(N, G, C // G * H * W)  # (N, G, K)
    centered = grouped - grouped.mean(axis=2, keepdims=True)
    std = np.sqrt((centered**2).mean(axis=2, keepdims=True) + eps)  # (N, G, 1)
    xhat = (centered / std).reshape(x.shape)
    out = scale * xhat + shift
    cache = GroupNormCache(xhat, std, scale, np.shape(gamma), np.shape(beta))
    # END SOLUTION
    return out, cache


def spatial_groupnorm_backward(
    dout: FloatArray, cache: GroupNormCache
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of group normalization for images.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `spatial_groupnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma : ndarray of shape (1, C, 1, 1) or (C,)
        In the shape that ``gamma`` came in.
    dbeta : ndarray of shape (1, C, 1, 1) or (C,)
        In the shape that ``beta`` came in.

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Decide for each sum whether it runs over a channel (gamma, beta) or over a group
    #: (the statistics), and change the shape in between. The sums over a group are those of layer
    #: norm.
    xhat, std, scale, gamma_shape, beta_shape = cache
    dout = floats("dout", dout, *xhat.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dgamma = (dout * xhat).sum(axis=(0, 2, 3)).reshape(gamma_shape)
    N, G, _ = std.shape
    K = math.prod(xhat.shape[1:]) // G
    dxhat, xhat = (dout * scale).reshape(N, G, K), xhat.reshape(N, G, K)
    mean_dxhat = dxhat.mean(axis=2, keepdims=True)  # (N, G, 1)
    mean_dxhat_xhat = (dxhat * xhat).mean(axis=2, keepdims=True)  # (N, G, 1)
    dx = ((dxhat - mean_dxhat - xhat * mean_dxhat_xhat) / std).reshape(dout.shape)
    # END SOLUTION
    return dx, dgamma, dbeta
