"""Update rules: how a gradient becomes a step.

What is marked TODO is for you to write; the docstrings say what it has to do.
"""

import numpy as np


def sgd(w, dw, config=None):
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


def sgd_momentum(w, dw, config=None):
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

    # TODO: Compute the new velocity from the old one and the gradient, move the weights by it, and
    # store it in `config` as a new array.
    next_w = None
    return next_w, config


def rmsprop(w, dw, config=None):
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

    # TODO: Update the running average of the squared gradient, scale the step of every weight by
    # it, and store the new average in `config` as a new array.
    next_w = None
    return next_w, config


def adam(w, dw, config=None):
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

    # TODO: Count the step, update both running averages, correct each for its start at zero, and
    # take the step. Store the two averages, as new arrays and without the correction, and the count
    # in `config`.
    next_w = None
    return next_w, config
