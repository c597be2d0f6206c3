"""Numerical gradients and the measure by which two gradients are compared.

A gradient check has four traps, and each decision here answers one of them:

* An upstream gradient of all ones hides mistakes, because a softmax or a batch norm that returns
  zeros passes with it. The caller therefore always gives a (random) ``dout``.
* A float32 input cannot resolve a step of 1e-5, so float32 is refused rather than measured badly.
* A function that keeps a reference to its input sees later steps; every call here gets an array of
  its own, and ``x`` itself is never written to.
* ``|a - b| / |a|`` is undefined when both vanish; `relative_error` calls two zero arrays equal and
  a zero array against a non-zero one as wrong as possible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def numerical_gradient(
    f: Callable[[Array], Any], x: Array, dout: Array | float = 1.0, h: float = 1e-5
) -> NDArray[np.float64]:
    """Gradient of ``sum(f(x) * dout)`` with respect to ``x``, one element at a time.

    Each element is the centred difference ``sum((f(x + h e) - f(x - h e)) * dout) / (2 h)``. The
    difference is taken before the sum, so large outputs that do not depend on the element cancel
    exactly.

    Parameters
    ----------
    f : callable
        A function of one array that returns an array of the shape of ``dout``, or a number when
        ``dout`` is left at 1.
    x : ndarray of float64
    dout : ndarray of the shape of f(x), or a number when f returns one
    h : float
    """
    x = np.asarray(x)
    if x.dtype != np.float64:
        raise TypeError(f"x: got dtype {x.dtype}, a step of {h} needs float64")
    upstream = np.asarray(dout, dtype=np.float64)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        # Copies: f may hand back its input, or the same buffer twice.
        out_above, out_below = np.array(f(above)), np.array(f(below))
        if not out_above.shape == out_below.shape == upstream.shape:
            raise ValueError(f"dout: got shape {upstream.shape}, f returns {out_above.shape}")
        # The step that was taken, which rounding makes a little different from 2 h.
        step = (x[index] + h) - (x[index] - h)
        gradient[index] = np.sum((out_above - out_below) * upstream) / step
    return gradient


def directional_derivative(
    f: Callable[[Array], Any], x: Array, direction: Array, dout: Array | float = 1.0, h: float = 1e-5
) -> float:
    """Derivative of ``sum(f(x) * dout)`` along ``direction``: two calls of f, however large x is.

    Compare it with ``sum(gradient * direction)``. A random direction has a part along every
    element, so a single wrong element shows, but not which one it is.
    """
    x, direction = np.asarray(x), np.asarray(direction)
    if x.dtype != np.float64:
        raise TypeError(f"x: got dtype {x.dtype}, a step of {h} needs float64")
    if direction.shape != x.shape:
        raise ValueError(f"direction: got shape {direction.shape}, wanted {x.shape}")
    upstream = np.asarray(dout, dtype=np.float64)
    out_above, out_below = np.array(f(x + h * direction)), np.array(f(x - h * direction))
    if not out_above.shape == out_below.shape == upstream.shape:
        raise ValueError(f"dout: got shape {upstream.shape}, f returns {out_above.shape}")
    return float(np.sum((out_above - out_below) * upstream) / (2 * h))


def relative_error(a: Any, b: Any) -> float:
    """``norm(a - b) / (norm(a) + norm(b))`` over all the elements at once: 0 equal, 1 opposite.

    Norm-wise rather than element-wise: an element that is nearly zero by chance carries the
    round-off of its large neighbours, and would need a tolerance that lets real mistakes through.

    Two zero arrays have error 0; shapes that differ are an error, never broadcast; a NaN or an
    infinity gives ``inf``, which no tolerance accepts; empty arrays are an error, for they would
    check nothing.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    if a.size == 0:
        raise ValueError(f"nothing to compare: shape {a.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    largest = max(np.abs(a).max(), np.abs(b).max())
    if largest == 0.0:
        return 0.0
    with np.errstate(under="ignore"):  # squares of numbers far below the largest one
        a, b = a / largest, b / largest
        return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))
