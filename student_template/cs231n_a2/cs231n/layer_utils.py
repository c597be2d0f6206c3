"""Layers that usually come together, as one. A good place for helpers of your own."""

from .fast_layers import *
from .layers import *


def affine_relu_forward(x, w, b):
    """Forward pass of an affine layer followed by ReLU.

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
        What `affine_relu_backward` needs.
    """
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Backward pass of an affine layer followed by ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
    cache : tuple
        From `affine_relu_forward`.

    Returns
    -------
    dx : ndarray of shape (N, d_1, ..., d_k)
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)
    """
    affine_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return affine_backward(da, affine_cache)


def conv_relu_forward(x, w, b, conv_param):
    """Forward pass of a convolution followed by ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_fast`.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
    cache : tuple
        What `conv_relu_backward` needs.
    """
    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(a)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout, cache):
    """Backward pass of a convolution followed by ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
    cache : tuple
        From `conv_relu_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
    """
    conv_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return conv_backward_fast(da, conv_cache)


def conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, bn_param):
    """Forward pass of a convolution, spatial batch normalization and ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    gamma, beta : ndarray of shape (F,)
        Scale and shift of the normalization.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_fast`.
    bn_param : dict
        As in `spatial_batchnorm_forward`, which keeps its running averages there.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
    cache : tuple
        What `conv_bn_relu_backward` needs.
    """
    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    normalized, bn_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
    return out, (conv_cache, bn_cache, relu_cache)


def conv_bn_relu_backward(dout, cache):
    """Backward pass of a convolution, spatial batch normalization and ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
    cache : tuple
        From `conv_bn_relu_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
    dgamma, dbeta : ndarray of shape (F,)
    """
    conv_cache, bn_cache, relu_cache = cache
    dnormalized = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = spatial_batchnorm_backward(dnormalized, bn_cache)
    dx, dw, db = conv_backward_fast(da, conv_cache)
    return dx, dw, db, dgamma, dbeta


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """Forward pass of a convolution, ReLU and max pooling.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad``, as in `conv_forward_fast`.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, as in `max_pool_forward_fast`.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        With the height and width that the pooling leaves.
    cache : tuple
        What `conv_relu_pool_backward` needs.
    """
    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    active, relu_cache = relu_forward(a)
    out, pool_cache = max_pool_forward_fast(active, pool_param)
    return out, (conv_cache, relu_cache, pool_cache)


def conv_relu_pool_backward(dout, cache):
    """Backward pass of a convolution, ReLU and max pooling.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
    cache : tuple
        From `conv_relu_pool_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
    """
    conv_cache, relu_cache, pool_cache = cache
    dactive = max_pool_backward_fast(dout, pool_cache)
    da = relu_backward(dactive, relu_cache)
    return conv_backward_fast(da, conv_cache)
