"""Mistakes of the joint layers: parts in the wrong order, left out, or with each other's caches."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.activations import relu_backward, relu_forward
from reference.affine import affine_backward, affine_forward
from reference.dropout import dropout_forward
from reference.fast.dispatch import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.layer_utils import (
    affine_norm_relu_backward,
    affine_norm_relu_forward,
    affine_relu_backward,
    affine_relu_forward,
    conv_bn_relu_backward,
    conv_bn_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from reference.mistakes._record import mistake
from reference.normalization import spatial_batchnorm_backward, spatial_batchnorm_forward

Output = tuple[FloatArray, Any]
Gradients = tuple[FloatArray, FloatArray, FloatArray]
NormGradients = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
OptionalGradients = tuple[FloatArray, FloatArray, FloatArray, FloatArray | None, FloatArray | None]

# Affine, ReLU


@mistake(
    of="affine_relu_forward",
    says="The ReLU is missing: the output is that of the affine layer.",
    asks="Can the output of this layer be negative?",
)
def affine_without_relu(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return affine_forward(x, w, b)[0], affine_relu_forward(x, w, b)[1]


@mistake(
    of="affine_relu_forward",
    says="The ReLU acts on the input of the affine layer and not on its output.",
    asks="Which of the two layers comes first?",
)
def relu_before_affine(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return affine_forward(np.maximum(x, 0), w, b)[0], affine_relu_forward(x, w, b)[1]


@mistake(
    of="affine_relu_backward",
    says="The upstream gradient goes to the affine layer past the ReLU.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def affine_past_relu(dout: FloatArray, cache: Any) -> Gradients:
    return affine_backward(dout, cache[0])


@mistake(
    of="affine_relu_backward",
    says="Only the gradient of the input passes through the ReLU, not those of weights and biases.",
    asks="Which gradient arrives at the output of the affine layer?",
)
def parameters_past_relu(dout: FloatArray, cache: Any) -> Gradients:
    return affine_relu_backward(dout, cache)[0], *affine_backward(dout, cache[0])[1:]


# Convolution, ReLU


@mistake(
    of="conv_relu_forward",
    says="The ReLU is missing: the output is that of the convolution.",
    asks="Can the output of this layer be negative?",
)
def convolution_without_relu(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> Output:
    return conv_forward_fast(x, w, b, conv_param)[0], conv_relu_forward(x, w, b, conv_param)[1]


@mistake(
    of="conv_relu_forward",
    says="The ReLU acts on the input of the convolution and not on its output.",
    asks="Which of the two layers comes first?",
)
def relu_before_convolution(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any]
) -> Output:
    out, _ = conv_forward_fast(np.maximum(x, 0), w, b, conv_param)
    return out, conv_relu_forward(x, w, b, conv_param)[1]


@mistake(
    of="conv_relu_backward",
    says="The upstream gradient goes to the convolution past the ReLU.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def convolution_past_relu(dout: FloatArray, cache: Any) -> Gradients:
    return conv_backward_fast(dout, cache[0])


@mistake(
    of="conv_relu_backward",
    says="Only the gradient of the input passes through the ReLU, not those of filters and biases.",
    asks="Which gradient arrives at the output of the convolution?",
)
def filters_past_relu(dout: FloatArray, cache: Any) -> Gradients:
    return conv_relu_backward(dout, cache)[0], *conv_backward_fast(dout, cache[0])[1:]


# Convolution, batch normalization, ReLU


@mistake(
    of="conv_bn_relu_forward",
    says="The normalization comes after the ReLU.",
    asks="In which order does the name of this layer list its parts?",
)
def normalization_after_relu(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    conv_param: dict[str, Any],
    bn_param: dict[str, Any],
) -> Output:
    cache = conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, dict(bn_param))[1]
    a, _ = conv_relu_forward(x, w, b, conv_param)
    return spatial_batchnorm_forward(a, gamma, beta, bn_param)[0], cache


@mistake(
    of="conv_bn_relu_forward",
    says="The normalization is left out.",
    asks="Which of the parameters of this layer does your output depend on?",
)
def convolution_without_normalization(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    conv_param: dict[str, Any],
    bn_param: dict[str, Any],
) -> Output:
    cache = conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, bn_param)[1]
    return conv_relu_forward(x, w, b, conv_param)[0], cache


@mistake(
    of="conv_bn_relu_backward",
    says="The gradient goes to the normalization past the ReLU.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def normalization_past_relu(dout: FloatArray, cache: Any) -> NormGradients:
    conv_cache, bn_cache, _ = cache
    da, dgamma, dbeta = spatial_batchnorm_backward(dout, bn_cache)
    return *conv_backward_fast(da, conv_cache), dgamma, dbeta


@mistake(
    of="conv_bn_relu_backward",
    says="The gradient goes to the convolution past the normalization.",
    asks="Which gradient arrives at the output of the convolution?",
)
def convolution_past_normalization(dout: FloatArray, cache: Any) -> NormGradients:
    _, _, _, dgamma, dbeta = conv_bn_relu_backward(dout, cache)
    conv_cache, _, relu_cache = cache
    return *conv_backward_fast(relu_backward(dout, relu_cache), conv_cache), dgamma, dbeta


# Convolution, ReLU, pooling


@mistake(
    of="conv_relu_pool_forward",
    says="The ReLU is missing: the maxima of the convolution come out as they are.",
    asks="Can the output of this layer be negative?",
)
def pooling_without_relu(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any], pool_param: dict[str, Any]
) -> Output:
    cache = conv_relu_pool_forward(x, w, b, conv_param, pool_param)[1]
    return max_pool_forward_fast(conv_forward_fast(x, w, b, conv_param)[0], pool_param)[0], cache


@mistake(
    of="conv_relu_pool_forward",
    says="The pooling is missing: the output is as large as that of the convolution.",
    asks="Which height and width should your output have?",
)
def relu_without_pooling(
    x: FloatArray, w: FloatArray, b: FloatArray, conv_param: dict[str, Any], pool_param: dict[str, Any]
) -> Output:
    cache = conv_relu_pool_forward(x, w, b, conv_param, pool_param)[1]
    return conv_relu_forward(x, w, b, conv_param)[0], cache


@mistake(
    of="conv_relu_pool_backward",
    says="The gradient goes from the pooling to the convolution past the ReLU.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def pooling_past_relu(dout: FloatArray, cache: Any) -> Gradients:
    conv_cache, _, pool_cache = cache
    return conv_backward_fast(max_pool_backward_fast(dout, pool_cache), conv_cache)


@mistake(
    of="conv_relu_pool_backward",
    says="Only the gradient of the images passes through the ReLU, not those of filters and biases.",
    asks="Which gradient arrives at the output of the convolution?",
)
def filters_past_relu_under_pooling(dout: FloatArray, cache: Any) -> Gradients:
    conv_cache, _, pool_cache = cache
    _, dw, db = conv_backward_fast(max_pool_backward_fast(dout, pool_cache), conv_cache)
    return conv_relu_pool_backward(dout, cache)[0], dw, db


# Affine, normalization, ReLU, dropout


@mistake(
    of="affine_norm_relu_forward",
    says="The normalization is never applied, whatever the caller asks for.",
    asks="Where in your code does the argument for the kind of normalization appear?",
)
def hidden_layer_without_normalization(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray | None,
    beta: FloatArray | None,
    norm_param: dict[str, Any] | None,
    normalization: str | None,
    dropout_param: dict[str, Any] | None = None,
) -> Output:
    cache = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization, dropout_param)[1]
    return affine_norm_relu_forward(x, w, b, None, None, None, None, dropout_param)[0], cache


@mistake(
    of="affine_norm_relu_forward",
    says="Layer normalization is done as batch normalization.",
    asks="Which branches does your code have for the kinds of normalization?",
)
def batchnorm_for_either_kind(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray | None,
    beta: FloatArray | None,
    norm_param: dict[str, Any] | None,
    normalization: str | None,
    dropout_param: dict[str, Any] | None = None,
) -> Output:
    cache = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization, dropout_param)[1]
    kind = normalization and "batchnorm"
    return affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, kind, dropout_param)[0], cache


@mistake(
    of="affine_norm_relu_forward",
    says="Dropout is never applied, whatever the caller asks for.",
    asks="Where in your code does the argument for dropout appear?",
)
def hidden_layer_without_dropout(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray | None,
    beta: FloatArray | None,
    norm_param: dict[str, Any] | None,
    normalization: str | None,
    dropout_param: dict[str, Any] | None = None,
) -> Output:
    cache = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization, dropout_param)[1]
    return affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization)[0], cache


@mistake(
    of="affine_norm_relu_forward",
    says="Dropout comes before the normalization, which then also normalizes what dropout left.",
    asks="Should the mean of a feature depend on which units happen to be dropped?",
)
def dropout_before_normalization(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray,
    gamma: FloatArray | None,
    beta: FloatArray | None,
    norm_param: dict[str, Any] | None,
    normalization: str | None,
    dropout_param: dict[str, Any] | None = None,
) -> Output:
    out, cache = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization, dropout_param)
    if normalization is None or dropout_param is None:
        return out, cache
    dropped, _ = dropout_forward(affine_forward(x, w, b)[0], dropout_param)
    identity, zero = np.eye(dropped.shape[1]), np.zeros(dropped.shape[1])
    return affine_norm_relu_forward(dropped, identity, zero, gamma, beta, norm_param, normalization)[0], cache


@mistake(
    of="affine_norm_relu_backward",
    says="The gradient goes past the dropout.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def past_dropout(dout: FloatArray, cache: Any) -> OptionalGradients:
    return affine_norm_relu_backward(dout, cache._replace(dropout=None))


@mistake(
    of="affine_norm_relu_backward",
    says="The gradient goes past the ReLU.",
    asks="Through which layers does the gradient pass, and in which order?",
)
def past_relu(dout: FloatArray, cache: Any) -> OptionalGradients:
    return affine_norm_relu_backward(dout, cache._replace(relu=relu_forward(np.ones_like(dout))[1]))


@mistake(
    of="affine_norm_relu_backward",
    says="The gradient goes past the normalization on its way to the affine layer.",
    asks="Which gradient arrives at the output of the affine layer?",
)
def past_normalization(dout: FloatArray, cache: Any) -> OptionalGradients:
    _, _, _, dgamma, dbeta = affine_norm_relu_backward(dout, cache)
    dx, dw, db, _, _ = affine_norm_relu_backward(dout, cache._replace(normalization=None))
    return dx, dw, db, dgamma, dbeta
