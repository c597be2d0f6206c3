r"""Activation functions: what stands between two affine layers so that they do not collapse into one.

Each acts on every number by itself, so the Jacobian is diagonal and the chain rule needs no sum::

    out[i] = f(x[i])                    dx[i] = dout[i] f'(x[i])          i: any index

What sets one activation apart from another is therefore the factor f' that it multiplies into the
gradient on the way down. A net of k layers multiplies k of them; where they are zero, or small again
and again, the layers below learn nothing. Three functions, three answers:

=============  ==================  ==========================  =====================================
               f(x)                f'(x)                       where the gradient stops
=============  ==================  ==========================  =====================================
sigmoid        1 / (1 + e^-x)      f(x) (1 - f(x)) <= 1/4      close to 0 for large |x|, either sign
ReLU           max(x, 0)           1 if x > 0, else 0          exactly 0 for every x <= 0
leaky ReLU     max(x, alpha x)     1 if x > 0, else alpha      nowhere, as long as alpha > 0
=============  ==================  ==========================  =====================================

Sigmoid: saturation
-------------------
From f = (1 + e^-x)^-1 the chain rule gives::

    f'(x) = e^-x / (1 + e^-x)^2 = [1 / (1 + e^-x)] [e^-x / (1 + e^-x)] = f(x) f(-x),  f(-x) = 1 - f(x)

This is at most 1/4, at x = 0, and falls like e^-|x|: at |x| = 10 it is 0.00005. A unit whose input
is far out on either side is *saturated*: right or wrong, it passes almost nothing down.

Computing it takes care twice. e^-x overflows for x far below 0, so only e^-|x|, which lies in
(0, 1], is ever formed. And 1 - f(x) loses all its digits where f(x) rounds to 1 (x > 37 in double
precision), so f(-x) is computed by itself::

    z = e^-|x|       f(x) = 1 / (1 + z), f(-x) = z / (1 + z)    if x >= 0, the other way round if not

ReLU: dead units
----------------
The gradient passes unchanged or not at all. A unit that is off for one example may be on for the
next, which does no harm. But if a large step makes its input negative for *every* example, no
example sends it a gradient, its weights never change again and it stays off: the unit is dead.

Leaky ReLU
----------
Keeping a slope alpha (here 0.01) on the left leaves such a unit a way back. The gradient is small
there, but it does not depend on how far out x is.

Conventions
-----------
At the kink, x = 0, any number between the two slopes is a subgradient. Here it is the slope of the
left side, 0 or alpha, for "on" means x > 0.

Sources: CS231n course notes, "Neural Networks Part 1", section "Commonly used activation functions";
Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reference._checks import FloatArray, batch, floats


# BEGIN SOLUTION
class ReluCache(NamedTuple):
    """What the backward pass needs: the input, whose sign says which units were on."""

    x: FloatArray


# END SOLUTION


class SigmoidCache(NamedTuple):
    """The two factors of the derivative, f(x) and f(-x) = 1 - f(x)."""

    out: FloatArray
    rest: FloatArray


class LeakyReluCache(NamedTuple):
    """The input and the slope of the left side."""

    x: FloatArray
    alpha: float


def relu_forward(x: FloatArray) -> tuple[FloatArray, ReluCache]:
    """Forward pass of the rectified linear unit: ``out = max(x, 0)``, element by element.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)

    Returns
    -------
    out : ndarray of the shape of ``x``
    cache : tuple
        What `relu_backward` needs.

    Raises
    ------
    ValueError
        If ``x`` is a scalar or does not hold real numbers.
    """
    # BEGIN SOLUTION: Replace every negative number by zero, in a new array: `x` must not change.
    #: Keep in `cache` what tells the units that are on from those that are off.
    x = batch("x", x)
    out = np.maximum(x, 0)
    cache = ReluCache(x)
    # END SOLUTION
    return out, cache


def relu_backward(dout: FloatArray, cache: ReluCache) -> FloatArray:
    """Backward pass of the rectified linear unit.

    A unit counts as on where ``x > 0``; at ``x = 0``, where the function has a kink, it is off.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `relu_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    # BEGIN SOLUTION: Decide for each element whether a small change of the input would have changed
    #: the output, and let the upstream gradient through accordingly.
    (x,) = cache
    dout = floats("dout", dout, *x.shape)
    dx = np.where(x > 0, dout, 0)
    # END SOLUTION
    return dx


def sigmoid_forward(x: FloatArray) -> tuple[FloatArray, SigmoidCache]:
    """Forward pass of the logistic sigmoid: ``out = 1 / (1 + exp(-x))``, element by element.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)
        Any size of number: nothing overflows on either side.

    Returns
    -------
    out : ndarray of the shape of ``x``
        Between 0 and 1.
    cache : SigmoidCache
        What `sigmoid_backward` needs.

    Raises
    ------
    ValueError
        If ``x`` is a scalar or does not hold real numbers.
    """
    x = batch("x", x)
    with np.errstate(under="ignore"):  # far out e^-|x| rounds to 0, and 0 is right
        z = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, z) / (1 + z)
    rest = np.where(x >= 0, z, 1) / (1 + z)
    return out, SigmoidCache(out, rest)


def sigmoid_backward(dout: FloatArray, cache: SigmoidCache) -> FloatArray:
    """Backward pass of the logistic sigmoid: ``dx = dout f(x) f(-x)``.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : SigmoidCache
        From `sigmoid_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    out, rest = cache
    dout = floats("dout", dout, *out.shape)
    with np.errstate(under="ignore"):  # a saturated unit passes nothing down
        return dout * out * rest


def leaky_relu_forward(x: FloatArray, alpha: float = 0.01) -> tuple[FloatArray, LeakyReluCache]:
    """Forward pass of the leaky rectified linear unit: ``out = max(x, alpha x)``, element by element.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)
    alpha : float
        Slope of the left side, from 0 (an ordinary ReLU) to 1 (the identity).

    Returns
    -------
    out : ndarray of the shape of ``x``
    cache : LeakyReluCache
        What `leaky_relu_backward` needs.

    Raises
    ------
    ValueError
        If ``x`` is a scalar or does not hold real numbers, or ``alpha`` is out of range.
    """
    x = batch("x", x)
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha: got {alpha!r}, wanted a number, 0 <= alpha <= 1")
    alpha = float(alpha)  # a NumPy float64 would turn float32 arrays into float64
    out = np.where(x > 0, x, alpha * x)
    return out, LeakyReluCache(x, alpha)


def leaky_relu_backward(dout: FloatArray, cache: LeakyReluCache) -> FloatArray:
    """Backward pass of the leaky rectified linear unit: ``dx = dout`` if ``x > 0``, else ``alpha dout``.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : LeakyReluCache
        From `leaky_relu_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    x, alpha = cache
    dout = floats("dout", dout, *x.shape)
    return np.where(x > 0, dout, alpha * dout)
