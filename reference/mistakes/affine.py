"""Mistakes of the affine layer."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from reference._checks import FloatArray
from reference.affine import AffineCache, affine_backward, affine_forward
from reference.mistakes._record import mistake

Output = tuple[FloatArray, AffineCache]
Gradients = tuple[FloatArray, FloatArray, FloatArray]


@mistake(
    of="affine_forward",
    says="The biases are never added.",
    asks="What should the layer put out for an example that is zero everywhere?",
)
def bias_missing(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return affine_forward(x, w, 0 * b)[0], affine_forward(x, w, b)[1]


@mistake(
    of="affine_forward",
    says="The examples are not flattened, so only inputs that are matrices already go through.",
    asks="Which shape must a batch of images have before it can be multiplied by a matrix with D rows?",
)
def input_not_flattened(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return x @ w + b, affine_forward(x, w, b)[1]


@mistake(
    of="affine_forward",
    says="The examples are flattened with the first axis running fastest, which shuffles their numbers.",
    asks="In which order do the numbers of an image lie in memory, and which order does your reshape read?",
)
def flattened_in_column_order(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return x.reshape(len(x), -1, order="F") @ w + b, affine_forward(x, w, b)[1]


@mistake(
    of="affine_forward",
    says="The weight matrix is transposed before the product.",
    asks="The weights have shape (D, M): which of the two axes must meet the D numbers of an example?",
)
def weights_transposed(x: FloatArray, w: FloatArray, b: FloatArray) -> Output:
    return x.reshape(len(x), -1) @ w.T + b, affine_forward(x, w, b)[1]


@mistake(
    of="affine_backward",
    says="The gradient of the input comes back flattened and not in the shape of the input.",
    asks="Which shape does the layer below expect for the gradient of what it handed up?",
)
def dx_not_reshaped(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, db = affine_backward(dout, cache)
    return dx.reshape(len(dx), -1), dw, db


@mistake(
    of="affine_backward",
    says="The gradient of the input is multiplied by the weights where their transpose is needed.",
    asks="By way of which outputs does one input reach the loss, and which row of the weights holds them?",
)
def dx_with_weights_as_they_are(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx = (dout @ cache.w).reshape(cache.x.shape)
    return dx, *affine_backward(dout, cache)[1:]


@mistake(
    of="affine_backward",
    says="The gradient of the weights is divided by the number of examples, which the loss has done already.",
    asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
)
def dw_is_a_mean(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


@mistake(
    of="affine_backward",
    says="The gradient of the weights comes back transposed.",
    asks="Does your gradient of the weights have the shape of the weights?",
)
def dw_transposed(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw.T, db


@mistake(
    of="affine_backward",
    says="The gradient of the biases is the mean over the examples and not the sum.",
    asks="If two examples each push a bias by the same amount, how far is it pushed in total?",
)
def db_is_a_mean(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


@mistake(
    of="affine_backward",
    says="The gradient of the biases is summed over the outputs of each example and not over the examples.",
    asks="Every output has one bias: which axis of the upstream gradient must be left when you are done?",
)
def db_over_the_wrong_axis(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=1)


@mistake(
    of="affine_backward",
    says="The gradient of the biases is not summed over the examples.",
    asks="How many examples does one bias take part in, and what does the chain rule do with several paths?",
)
def db_not_summed(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout


@mistake(
    of="affine_backward",
    says="The gradient of the biases is a matrix with one row and not a vector.",
    asks="Does your gradient of the biases have as many dimensions as the biases?",
)
def db_with_a_row_too_many(dout: FloatArray, cache: AffineCache) -> Gradients:
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=0, keepdims=True)
