r"""Inverted dropout: in training, switch units off at random; at test time, do nothing.

Forward
-------
Each number is kept with probability p, independently of all others, and what is kept is scaled up::

    r[i]    uniform on [0, 1)
    mask[i] = 1[r[i] < p] / p                         0 or 1/p
    out[i]  = x[i] mask[i]                            i: any index

Why divide by p: the expected value of the mask is p (1/p) + (1 - p) 0 = 1, so the mean of every unit
in training is what the next layer will meet at test time, when nothing is dropped. Without the
division, activations at test time would be 1/p times larger than those the net was trained on.
Scaling in training rather than at test time is what "inverted" refers to; it leaves the test-time
code free of any trace of dropout.

No unit can rely on another one being there, so features become redundant and the net overfits less:
a regularizer. It can also be seen as training a crowd of thinned nets that share weights, and
averaging them at test time.

Backward
--------
Given the mask, out is linear in x with the diagonal Jacobian mask, hence::

    dx[i] = dout[i] mask[i]

the same mask that the forward pass drew, including its 1/p. At test time the mask is all ones.

Conventions
-----------
* ``p`` is the probability to KEEP, the course's meaning since 2018 (p = 1: no dropout). In 2016 and
  2017 it was the probability to DROP (p = 0: no dropout); `dropout_forward_drop` takes that one.
* A seed makes the layer deterministic, which a numerical gradient check needs: both sides of the
  difference must see one mask. The draws are those that follow ``np.random.seed(seed)``, but the
  global stream stays where it was. Every call with the same seed draws the same numbers.
* Without a seed the numbers come from the global stream, ``np.random.rand``.

Sources: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: a simple way to
prevent neural networks from overfitting"; CS231n course notes, "Neural Networks Part 2", section
"Regularization".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, batch, choice, entry, floats


# BEGIN SOLUTION
class DropoutCache(NamedTuple):
    """What the backward pass needs: the factor of every element, 1 throughout in test mode."""

    mask: FloatArray


def _uniform(shape: tuple[int, ...], seed: Any) -> FloatArray:
    """Uniform numbers of the legacy stream: the global one, or one of our own that starts at ``seed``."""
    if seed is None:
        return np.random.rand(*shape)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ValueError(f"dropout_param['seed']: got {seed!r}, wanted a whole number, 0 <= seed < 2**32")
    return np.random.RandomState(int(seed)).rand(*shape)


# END SOLUTION


def dropout_forward(x: FloatArray, dropout_param: Mapping[str, Any]) -> tuple[FloatArray, DropoutCache]:
    """Forward pass of inverted dropout, where p is the probability to keep a unit.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)
    dropout_param : dict
        ``mode`` : 'train' or 'test'
            Drop units at random and rescale the rest, or change nothing.
        ``p`` : float, 0 < p <= 1
            Probability to KEEP each unit.
        ``seed`` : int, optional
            Draw the numbers that follow ``np.random.seed(seed)``, which makes the result
            repeatable; the global stream is not touched. Without it, or with None, the numbers
            come from the global stream.

        In training one uniform number is drawn per element, as by ``np.random.rand(*x.shape)``, and
        a unit is kept where its number is below p.

    Returns
    -------
    out : ndarray of the shape and dtype of ``x``
        A new array, also in test mode.
    cache : tuple
        What `dropout_backward` needs, in either mode.

    Raises
    ------
    ValueError
        If the mode is neither, p is out of range, the seed is no seed, or a key is missing.
    """
    # BEGIN SOLUTION: In training mode draw a mask of the shape of `x` and apply it so that the
    #: expected value of every unit stays what it was. In test mode hand `x` on as it is. Keep in
    #: `cache` what the backward pass will ask for.
    x = batch("x", x)
    mode, p = entry("dropout_param", dropout_param, "mode"), entry("dropout_param", dropout_param, "p")
    choice("dropout_param['mode']", mode, "train", "test")
    if not isinstance(p, int | float | np.integer | np.floating) or not 0 < p <= 1:
        raise ValueError(f"dropout_param['p']: got {p!r}, wanted a probability to keep, 0 < p <= 1")
    if mode == "train":
        kept = _uniform(x.shape, dropout_param.get("seed")) < p
        mask = (kept / p).astype(x.dtype)
    else:
        mask = np.ones_like(x)
    out = x * mask
    cache = DropoutCache(mask)
    # END SOLUTION
    return out, cache


def dropout_backward(dout: FloatArray, cache: DropoutCache) -> FloatArray:
    """Backward pass of inverted dropout, in the mode of the forward pass.

    Parameters
    ----------
    dout : ndarray of the shape of ``x``
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `dropout_forward`.

    Returns
    -------
    dx : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``x``.
    """
    # BEGIN SOLUTION: Send the gradient back along the way the values came: which units took part in
    #: the forward pass, and by which factor? Both modes must work.
    (mask,) = cache
    dx = floats("dout", dout, *mask.shape) * mask
    # END SOLUTION
    return dx


def dropout_forward_drop(x: FloatArray, dropout_param: Mapping[str, Any]) -> tuple[FloatArray, DropoutCache]:
    """`dropout_forward` with the meaning of 2016 and 2017: p is the probability to DROP a unit.

    Parameters
    ----------
    x : ndarray of any shape (N, ...)
    dropout_param : dict
        As in `dropout_forward`, but ``0 <= p < 1`` is the probability to drop.

    Returns
    -------
    out : ndarray of the shape and dtype of ``x``
    cache : DropoutCache
        What `dropout_backward` needs.

    Raises
    ------
    ValueError
        As `dropout_forward`.
    """
    p = entry("dropout_param", dropout_param, "p")
    if not isinstance(p, int | float | np.integer | np.floating) or not 0 <= p < 1:
        raise ValueError(f"dropout_param['p']: got {p!r}, wanted a probability to drop, 0 <= p < 1")
    return dropout_forward(x, {**dropout_param, "p": 1 - float(p)})
