r"""Spatial batch normalization: batch norm for the channels of a convolution's output.

A convolution applies the same filter everywhere, so all the pixels of a channel are measurements of
one feature. They share a mean and a variance, over the examples and both image axes::

    mean[c] = (1 / (N H W)) sum_{n, h, w} x[n, c, h, w]                   and so on, as in batch norm

A batch of N images of H x W pixels is to this layer what a batch of N H W examples is to batch
norm. No new formula is needed in either direction: put the channel axis last, flatten the others to
rows, call batch norm, and undo both steps::

    (N, C, H, W)  -> transpose ->  (N, H, W, C)  -> reshape ->  (N H W, C)

The channel axis must be moved before it is flattened around: reshaping (N, C, H, W) to (N H W, C)
directly gives an array of the right shape in which the channels are mixed.

Moving numbers about has no derivative of its own: their gradients move back the same way.

Source: S. Ioffe and C. Szegedy, "Batch Normalization" (2015), section 3.2, "Batch-Normalized
Convolutional Networks".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reference._checks import FloatArray, floats
from reference.normalization.batchnorm import BatchNormCache, batchnorm_backward_alt, batchnorm_forward


# BEGIN SOLUTION
class SpatialBatchNormCache(NamedTuple):
    """The shape of the images, and the cache of batch norm on their pixels as rows."""

    shape: tuple[int, ...]  # (N, C, H, W)
    rows: BatchNormCache


def _rows_from_images(images: FloatArray) -> FloatArray:
    N, C, H, W = images.shape
    return images.transpose(0, 2, 3, 1).reshape(N * H * W, C)


def _images_from_rows(rows: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    N, C, H, W = shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


# END SOLUTION


def spatial_batchnorm_forward(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: dict[str, Any]
) -> tuple[FloatArray, SpatialBatchNormCache]:
    """Forward pass of batch normalization for images: every channel is one feature.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    gamma : ndarray of shape (C,)
        Scale of every channel.
    beta : ndarray of shape (C,)
        Shift of every channel.
    bn_param : dict
        ``mode``, ``eps``, ``momentum``, ``running_mean`` and ``running_var``, with the defaults and
        conventions of `batchnorm_forward`. The running averages have shape (C,) and are written to
        this dict.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        What `spatial_batchnorm_backward` needs.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the mode is neither 'train' nor 'test', or there is no
        pixel to train on.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015, section 3.2.
    """
    # BEGIN SOLUTION: Your batch norm can do all of the work: bring the images into a form in which
    #: every row holds one number per channel, and bring the result back. Keep in `cache` what the
    #: backward pass will ask for.
    x = floats("x", x, "N", "C", "H", "W")
    rows, rows_cache = batchnorm_forward(_rows_from_images(x), gamma, beta, bn_param)
    out = _images_from_rows(rows, x.shape)
    cache = SpatialBatchNormCache(x.shape, rows_cache)
    # END SOLUTION
    return out, cache


def spatial_batchnorm_backward(
    dout: FloatArray, cache: SpatialBatchNormCache
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of batch normalization for images.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `spatial_batchnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma : ndarray of shape (C,)
    dbeta : ndarray of shape (C,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: As in the forward pass, rearrange and leave the work to your batch norm.
    dout = floats("dout", dout, *cache.shape)
    drows, dgamma, dbeta = batchnorm_backward_alt(_rows_from_images(dout), cache.rows)
    dx = _images_from_rows(drows, cache.shape)
    # END SOLUTION
    return dx, dgamma, dbeta
