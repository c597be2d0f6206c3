r"""Update rules: how a gradient becomes a step.

All act on every weight by itself, so i is any index and is left out. g_t is the gradient of step
t = 1, 2, ...; a is the learning rate. Every rule starts from a state of zeros.

1. **SGD.** Straight down the slope::

       w_t = w_{t-1} - a g_t

2. **Momentum.** The weight is a ball that rolls: gradients push its velocity, and friction mu takes
   a part of it away each step. With v_0 = 0 the velocity is a sum of all the gradients so far::

       v_t = mu v_{t-1} - a g_t                       =  -a sum_{s=1..t} mu^(t-s) g_s
       w_t = w_{t-1} + v_t

   Gradients that agree add up to 1 / (1 - mu) times the step of SGD (10 times for mu = 0.9), and
   those that change sign cancel: faster along a valley, calmer across it. Variant: the learning
   rate is *inside* the velocity (the course, Sutskever et al. 2013). PyTorch has it outside
   (v = mu v + g, w = w - a v); the two agree as long as a does not change.

3. **AdaGrad.** A step size per weight: divide by the root of all the squares so far::

       c_t = c_{t-1} + g_t^2                          =  sum_{s=1..t} g_s^2
       w_t = w_{t-1} - a g_t / (sqrt(c_t) + eps)

   A weight with large gradients takes shorter steps. But c never shrinks: with gradients of equal
   size the step is a / sqrt(t), and learning grinds to a halt. The next rule mends that.

4. **RMSprop.** The sum becomes a running average, which forgets::

       c_t = rho c_{t-1} + (1 - rho) g_t^2            =  (1 - rho) sum_{s=1..t} rho^(t-s) g_s^2
       w_t = w_{t-1} - a g_t / (sqrt(c_t) + eps)

   Variant: the lecture has rho = 0.9, the course 0.99. From c_0 = 0 the first average is only
   (1 - rho) g_1^2, so the first step is 1 / sqrt(1 - rho) = 10 times too long. Again, mended next.

5. **Adam.** RMSprop with momentum (m, the running average of g), and both averages freed of the
   zeros that they started from::

       m_t = b1 m_{t-1} + (1 - b1) g_t                =  (1 - b1) sum_{s=1..t} b1^(t-s) g_s
       v_t = b2 v_{t-1} + (1 - b2) g_t^2              =  (1 - b2) sum_{s=1..t} b2^(t-s) g_s^2
       w_t = w_{t-1} - a mhat_t / (sqrt(vhat_t) + eps)
       mhat_t = m_t / (1 - b1^t)                      vhat_t = v_t / (1 - b2^t)

   The correction is what the sums lack: their weights (1 - b) b^(t-s), s = 1..t, add up to
   1 - b^t, not to 1, so dividing by 1 - b^t makes mhat and vhat true weighted means. At t = 1 they
   are g_1 and g_1^2, and the first step has length a for every weight, whatever the gradient's size.

Conventions
-----------
* eps is added *outside* the root, sqrt(c) + eps, in AdaGrad, RMSprop and Adam. In Adam it is added
  to the root of the corrected vhat (Algorithm 1 of the paper; the paper's faster form, in which the
  correction moves into a, has another eps).
* Adam's t counts the steps that were taken; it is incremented *before* use, so the first step has
  t = 1. (With t = 0 the correction would divide by zero.)
* Every rule is called as ``next_w, config = rule(w, dw, config)``. The caller's dict ``config`` is
  updated, for it is the rule's memory between the steps, but no array is ever written to: new
  arrays take the place of the old ones.

Sources: Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in
deep learning"; Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and
stochastic optimization"; Tieleman & Hinton 2012, "Lecture 6.5 - rmsprop", Coursera: Neural Networks
for Machine Learning; Kingma & Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1;
CS231n course notes, "Neural Networks Part 3", section "Parameter updates".
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from reference._checks import FloatArray, entry, floats, require_shape

# BEGIN SOLUTION
Config: TypeAlias = dict[str, Any]


def _weights(w: FloatArray, dw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The weights and their gradient, of one shape."""
    w, dw = floats("w", w), floats("dw", dw)
    require_shape("dw", dw.shape, w.shape)
    return w, dw


def _state(config: Config, key: str, w: FloatArray) -> FloatArray:
    """``config[key]`` as an array of the shape of ``w``."""
    argument = f"config[{key!r}]"
    state = floats(argument, entry("config", config, key))
    require_shape(argument, state.shape, w.shape)
    return state


def _number(config: Config, key: str, below: float = math.inf) -> float:
    """``config[key]`` as a Python float: a NumPy float64 would turn float32 arrays into float64."""
    value = entry("config", config, key)
    if not isinstance(value, int | float | np.integer | np.floating) or not 0 <= value < below:
        raise ValueError(f"config[{key!r}]: got {value!r}, wanted a number, 0 <= {key} < {below:g}")
    return float(value)


def _steps(config: Config) -> int:
    """``config["t"]``, the number of steps taken so far."""
    t = entry("config", config, "t")
    if isinstance(t, bool) or not isinstance(t, int | np.integer) or t < 0:
        raise ValueError(f"config['t']: got {t!r}, wanted a whole number of at least 0")
    return int(t)


# END SOLUTION


def sgd(w: FloatArray, dw: FloatArray, config: Config | None = None) -> tuple[FloatArray, Config]:
    """One step of plain stochastic gradient descent: against the gradient, learning rate times as far.

    Parameters
    ----------
    w : ndarray of any shape
        Weights.
    dw : ndarray of the shape of ``w``
        Gradient of the loss with respect to ``w``.
    config : dict, optional
        ``learning_rate`` : float, default 1e-2

    Returns
    -------
    next_w : ndarray of the shape of ``w``
        A new array; ``w`` is not changed.
    config : dict
        The dict that was passed in, or a new one, with the defaults filled in.

    Raises
    ------
    ValueError
        If ``dw`` does not have the shape of ``w``.
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)

    if np.shape(dw) != np.shape(w):
        raise ValueError(f"dw: got shape {np.shape(dw)}, wanted {np.shape(w)}")
    # A Python float: a NumPy float64 would turn float32 weights into float64.
    next_w = w - float(config["learning_rate"]) * dw
    return next_w, config


def sgd_momentum(w: FloatArray, dw: FloatArray, config: Config | None = None) -> tuple[FloatArray, Config]:
    """One step of stochastic gradient descent with momentum.

    The learning rate scales the gradient on its way into the velocity, and the weights move by the
    new velocity.

    Parameters
    ----------
    w : ndarray of any shape
        Weights.
    dw : ndarray of the shape of ``w``
        Gradient of the loss with respect to ``w``.
    config : dict, optional
        ``learning_rate`` : float, default 1e-2
        ``momentum`` : float, default 0.9
            What is left of the velocity after each step, 0 <= momentum < 1; with 0 this is `sgd`.
        ``velocity`` : ndarray of the shape of ``w``, default zeros
            The rule's memory: replaced by the new velocity.

    Returns
    -------
    next_w : ndarray of the shape of ``w``
        A new array; ``w``, ``dw`` and the arrays in ``config`` are not changed.
    config : dict
        The dict that was passed in, or a new one, ready for the next step.

    Raises
    ------
    ValueError
        If the shapes do not fit each other or a number is out of range.
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    config.setdefault("velocity", np.zeros_like(w))

    # BEGIN SOLUTION: Compute the new velocity from the old one and the gradient, move the weights by
    #: it, and store it in `config` as a new array.
    w, dw = _weights(w, dw)
    momentum, learning_rate = _number(config, "momentum", below=1), _number(config, "learning_rate")
    velocity = momentum * _state(config, "velocity", w) - learning_rate * dw
    next_w = w + velocity
    config["velocity"] = velocity
    # END SOLUTION
    return next_w, config


def rmsprop(w: FloatArray, dw: FloatArray, config: Config | None = None) -> tuple[FloatArray, Config]:
    """One step of RMSprop: steps scaled, per weight, by a running average of squared gradients.

    Conventions: the average is updated before it is used; epsilon is added outside the root.

    Parameters
    ----------
    w : ndarray of any shape
        Weights.
    dw : ndarray of the shape of ``w``
        Gradient of the loss with respect to ``w``.
    config : dict, optional
        ``learning_rate`` : float, default 1e-2
        ``decay_rate`` : float, default 0.99
            Share of the old average in the new one, 0 <= decay_rate < 1.
        ``epsilon`` : float, default 1e-8
            A small number that keeps the division away from zero.
        ``cache`` : ndarray of the shape of ``w``, default zeros
            The rule's memory, the average: replaced by the new one.

    Returns
    -------
    next_w : ndarray of the shape of ``w``
        A new array; ``w``, ``dw`` and the arrays in ``config`` are not changed.
    config : dict
        The dict that was passed in, or a new one, ready for the next step.

    Raises
    ------
    ValueError
        If the shapes do not fit each other or a number is out of range.

    References
    ----------
    Tieleman & Hinton 2012, "Lecture 6.5 - rmsprop".
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))

    # BEGIN SOLUTION: Update the running average of the squared gradient, scale the step of every
    #: weight by it, and store the new average in `config` as a new array.
    w, dw = _weights(w, dw)
    learning_rate, epsilon = _number(config, "learning_rate"), _number(config, "epsilon")
    decay_rate = _number(config, "decay_rate", below=1)
    cache = decay_rate * _state(config, "cache", w) + (1 - decay_rate) * dw**2
    next_w = w - learning_rate * dw / (np.sqrt(cache) + epsilon)
    config["cache"] = cache
    # END SOLUTION
    return next_w, config


def adam(w: FloatArray, dw: FloatArray, config: Config | None = None) -> tuple[FloatArray, Config]:
    """One step of Adam, the complete rule with bias correction.

    Conventions: ``t`` counts the steps taken and is incremented before it is used, so that the first
    step is number 1; epsilon is added outside the root, to the root of the corrected average.

    Parameters
    ----------
    w : ndarray of any shape
        Weights.
    dw : ndarray of the shape of ``w``
        Gradient of the loss with respect to ``w``.
    config : dict, optional
        ``learning_rate`` : float, default 1e-3
        ``beta1`` : float, default 0.9
            Share of the old average of the gradient in the new one, 0 <= beta1 < 1.
        ``beta2`` : float, default 0.999
            The same for the average of the squared gradient.
        ``epsilon`` : float, default 1e-8
            A small number that keeps the division away from zero.
        ``m``, ``v`` : ndarrays of the shape of ``w``, default zeros
            The rule's memory, the averages (not corrected): replaced by the new ones.
        ``t`` : int, default 0
            Number of steps taken so far: replaced by one more.

    Returns
    -------
    next_w : ndarray of the shape of ``w``
        A new array; ``w``, ``dw`` and the arrays in ``config`` are not changed.
    config : dict
        The dict that was passed in, or a new one, ready for the next step.

    Raises
    ------
    ValueError
        If the shapes do not fit each other or a number is out of range.

    References
    ----------
    Kingma & Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1.
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)

    # BEGIN SOLUTION: Count the step, update both running averages, correct each for its start at
    #: zero, and take the step. Store the two averages, as new arrays and without the correction,
    #: and the count in `config`.
    w, dw = _weights(w, dw)
    learning_rate, epsilon = _number(config, "learning_rate"), _number(config, "epsilon")
    beta1, beta2 = _number(config, "beta1", below=1), _number(config, "beta2", below=1)
    t = _steps(config) + 1
    m = beta1 * _state(config, "m", w) + (1 - beta1) * dw
    v = beta2 * _state(config, "v", w) + (1 - beta2) * dw**2
    corrected_m = m / (1 - beta1**t)
    corrected_v = v / (1 - beta2**t)
    next_w = w - learning_rate * corrected_m / (np.sqrt(corrected_v) + epsilon)
    config.update(m=m, v=v, t=t)
    # END SOLUTION
    return next_w, config


def adagrad(w: FloatArray, dw: FloatArray, config: Config | None = None) -> tuple[FloatArray, Config]:
    """One step of AdaGrad: steps scaled, per weight, by the root of the sum of all squared gradients.

    Parameters
    ----------
    w : ndarray of any shape
        Weights.
    dw : ndarray of the shape of ``w``
        Gradient of the loss with respect to ``w``.
    config : dict, optional
        ``learning_rate`` : float, default 1e-2
        ``epsilon`` : float, default 1e-8
            A small number that keeps the division away from zero, added outside the root.
        ``cache`` : ndarray of the shape of ``w``, default zeros
            The rule's memory, the sum: replaced by the new one.

    Returns
    -------
    next_w : ndarray of the shape of ``w``
        A new array; ``w``, ``dw`` and the arrays in ``config`` are not changed.
    config : dict
        The dict that was passed in, or a new one, ready for the next step.

    Raises
    ------
    ValueError
        If the shapes do not fit each other or a number is out of range.
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))

    w, dw = _weights(w, dw)
    learning_rate, epsilon = _number(config, "learning_rate"), _number(config, "epsilon")
    cache = _state(config, "cache", w) + dw**2
    next_w = w - learning_rate * dw / (np.sqrt(cache) + epsilon)
    config["cache"] = cache
    return next_w, config
