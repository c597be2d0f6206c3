r"""Layers that usually come together, joined into one forward and one backward function.

A network is a composition, and the backward pass of a composition is the backward passes of its
parts in reverse order. With a = f(x) and out = g(a)::

    dL/da = g_backward(dout)          what arrives at g's input ...
    dL/dx = f_backward(dL/da)         ... is what arrives at f's output

So a joint layer holds no mathematics of its own. Its cache is the tuple of its parts' caches, and
each part's gradient is handed to the part before it. The gradients of the parameters fall out on
the way, in the order in which the forward function takes the parameters.

Order of the parts: the affine layer or convolution first, then the normalization, then ReLU (so
that the normalization decides which share of the units is active), then dropout or pooling.

Sources: CS231n course notes, "Backpropagation, Intuitions", section "Modularity"; S. Ioffe and
C. Szegedy, "Batch Normalization" (2015), section 3.2, for the place of the normalization.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reference._checks import FloatArray, choice
from reference.activations import relu_backward, relu_forward
from reference.affine import affine_backward, affine_forward
from reference.dropout import dropout_backward, dropout_forward
from reference.fast.dispatch import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)


def affine_relu_forward(x: FloatArray, w: FloatArray, b: FloatArray) -> tuple[FloatArray, Any]:
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


def affine_relu_backward(dout: FloatArray, cache: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
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


def conv_relu_forward(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> tuple[FloatArray, Any]:
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


def conv_relu_backward(dout: FloatArray, cache: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
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


def conv_bn_relu_forward(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    conv_param: dict[str, Any],
    bn_param: dict[str, Any],
) -> tuple[FloatArray, Any]:
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


def conv_bn_relu_backward(
    dout: FloatArray, cache: Any
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
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


def conv_relu_pool_forward(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    conv_param: dict[str, Any],
    pool_param: dict[str, Any],
) -> tuple[FloatArray, Any]:
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


def conv_relu_pool_backward(dout: FloatArray, cache: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
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


# BEGIN SOLUTION
class AffineNormReLUCache(NamedTuple):
    """The caches of the parts; ``norm`` and ``dropout`` are None where the part is left out."""

    affine: Any
    norm: Any
    relu: Any
    dropout: Any
    normalization: str | None


def affine_norm_relu_forward(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray | None,
    beta: FloatArray | None,
    norm_param: dict[str, Any] | None,
    normalization: str | None,
    dropout_param: dict[str, Any] | None = None,
) -> tuple[FloatArray, AffineNormReLUCache]:
    """Forward pass of one hidden layer: affine, [normalization], ReLU, [dropout].

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        A mini-batch of N examples; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.
    gamma, beta : ndarray of shape (M,), or None
        Scale and shift of the normalization; not looked at without one.
    norm_param : dict or None
        The ``bn_param`` or ``ln_param`` of the normalization; not looked at without one.
    normalization : 'batchnorm', 'layernorm' or None
    dropout_param : dict, optional
        As in `dropout_forward`; without it there is no dropout.

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        What `affine_norm_relu_backward` needs.

    Raises
    ------
    ValueError
        If ``normalization`` is something else, or is asked for without gamma, beta and norm_param.
    """
    choice("normalization", normalization, None, "batchnorm", "layernorm")
    a, affine_cache = affine_forward(x, w, b)
    norm_cache: Any = None
    dropout_cache: Any = None
    if normalization is not None:
        if gamma is None or beta is None or norm_param is None:
            raise ValueError(f"gamma, beta, norm_param: got None, wanted all three for {normalization!r}")
        norm_forward = batchnorm_forward if normalization == "batchnorm" else layernorm_forward
        a, norm_cache = norm_forward(a, gamma, beta, norm_param)
    out, relu_cache = relu_forward(a)
    if dropout_param is not None:
        out, dropout_cache = dropout_forward(out, dropout_param)
    return out, AffineNormReLUCache(affine_cache, norm_cache, relu_cache, dropout_cache, normalization)


def affine_norm_relu_backward(
    dout: FloatArray, cache: AffineNormReLUCache
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray | None, FloatArray | None]:
    """Backward pass of one hidden layer: affine, [normalization], ReLU, [dropout].

    Parameters
    ----------
    dout : ndarray of shape (N, M)
    cache : tuple
        From `affine_norm_relu_forward`.

    Returns
    -------
    dx : ndarray of shape (N, d_1, ..., d_k)
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)
    dgamma, dbeta : ndarray of shape (M,), or None
        None without a normalization.
    """
    dgamma: FloatArray | None = None
    dbeta: FloatArray | None = None
    if cache.dropout is not None:
        dout = dropout_backward(dout, cache.dropout)
    da = relu_backward(dout, cache.relu)
    if cache.normalization is not None:
        norm_backward = batchnorm_backward if cache.normalization == "batchnorm" else layernorm_backward
        da, dgamma, dbeta = norm_backward(da, cache.norm)
    dx, dw, db = affine_backward(da, cache.affine)
    return dx, dw, db, dgamma, dbeta


# END SOLUTION
