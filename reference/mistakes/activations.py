"""Mistakes of ReLU, leaky ReLU and the sigmoid."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.activations import (
    LeakyReluCache,
    ReluCache,
    SigmoidCache,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
)
from reference.mistakes._record import mistake

Output = tuple[FloatArray, Any]


@mistake(
    of="relu_forward",
    says="The input array is overwritten, so whoever handed it in finds it changed.",
    asks="Who else still holds the array that you were given, and may need its negative numbers?",
)
def writes_to_its_input(x: FloatArray) -> Output:
    cache = relu_forward(x.copy())[1]
    np.maximum(x, 0, out=x)
    return x, cache


@mistake(
    of="relu_forward",
    says="Negative numbers change their sign where they should become zero.",
    asks="What does a unit put out whose input is far below zero?",
)
def absolute_value(x: FloatArray) -> Output:
    return np.abs(x), relu_forward(x)[1]


@mistake(
    of="relu_forward",
    says="The smaller of the input and zero is kept, which lets the negative numbers through.",
    asks="Which half of the number line should come out unchanged?",
)
def negative_half_kept(x: FloatArray) -> Output:
    return np.minimum(x, 0), relu_forward(x)[1]


@mistake(
    of="relu_forward",
    says="The output says which inputs are positive, but not how large they are.",
    asks="What is the output for an input of 2, and what for an input of 3?",
)
def step_function(x: FloatArray) -> Output:
    return (x > 0).astype(x.dtype), relu_forward(x)[1]


@mistake(
    of="relu_forward",
    says="Negative numbers are made small where they should become zero: this is a leaky ReLU.",
    asks="What exactly is the maximum of zero and a negative number?",
)
def leaky(x: FloatArray) -> Output:
    return leaky_relu_forward(x)[0], relu_forward(x)[1]


@mistake(
    of="relu_backward",
    says="The upstream gradient passes everywhere, as if no unit had been off.",
    asks="If a unit is off, does its output change when its input changes a little?",
)
def mask_missing(dout: FloatArray, cache: ReluCache) -> FloatArray:
    return dout.copy()


@mistake(
    of="relu_backward",
    says="The mask is taken from the sign of the upstream gradient and not from that of the input.",
    asks="What decides whether a unit is on: what came in from below or what comes back from above?",
)
def mask_from_the_gradient(dout: FloatArray, cache: ReluCache) -> FloatArray:
    return np.maximum(dout, 0)


@mistake(
    of="relu_backward",
    says="The gradient passes where the input was negative and stops where it was positive.",
    asks="Which units had any influence on the output in the forward pass?",
)
def mask_inverted(dout: FloatArray, cache: ReluCache) -> FloatArray:
    return dout - relu_backward(dout, cache)


@mistake(
    of="relu_backward",
    says="The upstream gradient is multiplied by the output of the layer and not by the slope.",
    asks="What is the slope of the function at 3, and does it differ from the slope at 5?",
)
def times_the_output(dout: FloatArray, cache: ReluCache) -> FloatArray:
    return dout * np.maximum(cache.x, 0)


@mistake(
    of="relu_backward",
    says="The slope alone is returned: the upstream gradient is not in it.",
    asks="What does the chain rule multiply the local derivative by?",
)
def upstream_forgotten(dout: FloatArray, cache: ReluCache) -> FloatArray:
    return relu_backward(np.ones_like(dout), cache)


@mistake(
    of="leaky_relu_forward",
    says="Negative numbers become zero: this is an ordinary ReLU.",
    asks="Which slope does the function have on the left side of zero?",
)
def left_side_cut_off(x: FloatArray, alpha: float = 0.01) -> Output:
    return np.maximum(x, 0), leaky_relu_forward(x, alpha)[1]


@mistake(
    of="leaky_relu_forward",
    says="The slope on the left side is fixed, whatever slope was asked for.",
    asks="Where in your code does the argument for the slope appear?",
)
def slope_ignored(x: FloatArray, alpha: float = 0.01) -> Output:
    return leaky_relu_forward(x)[0], leaky_relu_forward(x, alpha)[1]


@mistake(
    of="leaky_relu_forward",
    says="The small slope is subtracted from negative numbers where it should multiply them.",
    asks="What should the output be for an input of -100, and what is yours?",
)
def slope_subtracted(x: FloatArray, alpha: float = 0.01) -> Output:
    return np.where(x > 0, x, x - alpha), leaky_relu_forward(x, alpha)[1]


@mistake(
    of="leaky_relu_backward",
    says="No gradient passes on the left side, as with an ordinary ReLU.",
    asks="How much does the output change with the input on the left side of zero?",
)
def no_gradient_on_the_left(dout: FloatArray, cache: LeakyReluCache) -> FloatArray:
    return np.where(cache.x > 0, dout, 0)


@mistake(
    of="leaky_relu_backward",
    says="The gradient on the left side is the slope alone: the upstream gradient is not in it.",
    asks="What does the chain rule multiply the local derivative by, on either side?",
)
def slope_alone_on_the_left(dout: FloatArray, cache: LeakyReluCache) -> FloatArray:
    return np.where(cache.x > 0, dout, cache.alpha)


@mistake(
    of="leaky_relu_backward",
    says="The two sides are swapped: the small slope stands where the input was positive.",
    asks="On which side of zero is the function steep?",
)
def sides_swapped(dout: FloatArray, cache: LeakyReluCache) -> FloatArray:
    return np.where(cache.x > 0, cache.alpha * dout, dout)


@mistake(
    of="leaky_relu_backward",
    says="The sign of the upstream gradient and not that of the input decides between the two slopes.",
    asks="What decides which branch the forward pass took?",
)
def side_from_the_gradient(dout: FloatArray, cache: LeakyReluCache) -> FloatArray:
    return np.where(dout > 0, dout, cache.alpha * dout)


@mistake(
    of="sigmoid_forward",
    says="The sign in the exponent is wrong, so the function falls where it should rise.",
    asks="Which value should the function approach for very large inputs?",
)
def sign_in_the_exponent(x: FloatArray) -> Output:
    return sigmoid_forward(-x)[0], sigmoid_forward(x)[1]


@mistake(
    of="sigmoid_forward",
    says="The exponential of a large number overflows, and the quotient of two infinities is not a number.",
    asks="Of the two ways to write this function, which has a small exponential for large positive inputs?",
)
def overflow(x: FloatArray) -> Output:
    with np.errstate(over="ignore", invalid="ignore"):
        out = np.exp(x) / (1 + np.exp(x))
    return out, sigmoid_forward(x)[1]


@mistake(
    of="sigmoid_forward",
    says="This is the hyperbolic tangent, which runs from -1 to 1.",
    asks="Between which two values should the output of a sigmoid lie?",
)
def hyperbolic_tangent(x: FloatArray) -> Output:
    return np.tanh(x), sigmoid_forward(x)[1]


@mistake(
    of="sigmoid_backward",
    says="Only one of the two factors of the derivative is there: that of the rest to one is missing.",
    asks="What is the slope of the function where it has almost reached one?",
)
def second_factor_missing(dout: FloatArray, cache: SigmoidCache) -> FloatArray:
    return dout * cache.out


@mistake(
    of="sigmoid_backward",
    says="The output is squared where it should be multiplied by its rest to one.",
    asks="The slope is the same at -2 and at 2: is yours?",
)
def square_of_the_output(dout: FloatArray, cache: SigmoidCache) -> FloatArray:
    return dout * cache.out**2


@mistake(
    of="sigmoid_backward",
    says="The derivative is evaluated at the output, as if the function had been applied twice.",
    asks="Does your formula for the slope want the input of the function or its output?",
)
def applied_twice(dout: FloatArray, cache: SigmoidCache) -> FloatArray:
    return sigmoid_backward(dout, sigmoid_forward(cache.out)[1])


@mistake(
    of="sigmoid_backward",
    says="The slope alone is returned: the upstream gradient is not in it.",
    asks="What does the chain rule multiply the local derivative by?",
)
def slope_alone(dout: FloatArray, cache: SigmoidCache) -> FloatArray:
    return sigmoid_backward(np.ones_like(dout), cache)
