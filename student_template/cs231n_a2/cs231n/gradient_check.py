"""Numerical gradients, to check yours against."""

from contextlib import contextmanager

import numpy as np

# The step may be as short as the point where rounding eats one part in a thousand of the quotient.
ROUNDING_ALLOWED = 1e-3


def eval_numerical_gradient(f, x, verbose=True, h=1e-5):
    """Numerical gradient of a function with one number as its value, such as a loss.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns a number. It may also ignore its argument and look at ``x`` where it
        lives: ``eval_numerical_gradient(lambda _: model.loss(X, y)[0], model.params["W1"])``.
    x : ndarray of any shape
        The point. Its entries are changed in place one at a time, and each is put back exactly,
        also when ``f`` raises.
    verbose : bool
        Print every entry with its derivative.
    h : float
        Step of the centred difference.

    Returns
    -------
    grad : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``x`` is no writable floating-point array, ``h`` is lost in the rounding of its dtype, or
        ``f`` does not return a single number.
    """
    _require_steps(x, h)
    grad = np.zeros(x.shape, dtype=x.dtype)
    for index in np.ndindex(x.shape):
        above, below = _both_sides(lambda: _number(f(x)), x, index, h)
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """Numerical gradient of ``sum(df * f(x))``, for a layer ``f`` and an upstream gradient ``df``.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns an array.
    x : ndarray of any shape
        The point. Its entries are changed in place one at a time, and each is put back exactly,
        also when ``f`` raises.
    df : ndarray of the shape of ``f(x)``
        The gradient that arrives from above.
    h : float
        Step of the centred difference.

    Returns
    -------
    grad : ndarray of the shape of ``x``

    Raises
    ------
    ValueError
        If ``x`` is no writable floating-point array, ``h`` is lost in the rounding of its dtype, or
        ``df`` does not have the shape of ``f(x)``.
    """
    _require_steps(x, h)
    df = np.asarray(df)
    grad = np.zeros(x.shape, dtype=x.dtype)
    for index in np.ndindex(x.shape):
        above, below = _both_sides(lambda: _output(f(x), df), x, index, h)
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


def eval_numerical_gradient_blobs(f, inputs, output, h=1e-5):
    """Numerical gradients of a layer that writes its result into a blob instead of returning it.

    A blob is any object with two arrays of one shape: ``vals``, the values, and ``diffs``, the
    gradient of the loss with respect to them.

    Parameters
    ----------
    f : callable
        Called as ``f(*inputs, output)``; fills ``output.vals``.
    inputs : sequence of blobs
        Their ``vals`` are changed in place one entry at a time, and each is put back exactly, also
        when ``f`` raises.
    output : blob
        Its ``diffs`` are the upstream gradient.
    h : float
        Step of the centred difference.

    Returns
    -------
    grads : list of ndarray
        One for each input, of the shape of its ``vals``.

    Raises
    ------
    ValueError
        As for `eval_numerical_gradient_array`.
    """

    def values(_):
        f(*inputs, output)
        return output.vals

    return [eval_numerical_gradient_array(values, blob.vals, output.diffs, h) for blob in inputs]


def grad_check_sparse(f, x, analytic_grad, num_checks=10, h=1e-5):
    """Compare a gradient with centred differences in a few random entries, and print each.

    For arrays that are too large to check whole. The entries come from NumPy's global random stream,
    so ``np.random.seed`` makes a run repeatable.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns a number.
    x : ndarray of any shape
        The point; changed in place and put back exactly, also when ``f`` raises.
    analytic_grad : ndarray of the shape of ``x``
        The gradient to check.
    num_checks : int
        How many entries to look at.
    h : float
        Step of the centred difference.

    Raises
    ------
    ValueError
        As for `eval_numerical_gradient`, or if ``analytic_grad`` does not have the shape of ``x``.
    """
    _require_steps(x, h)
    analytic_grad = _like("analytic_grad", analytic_grad, x.shape)
    for _ in range(num_checks):
        index = tuple(int(np.random.randint(size)) for size in x.shape)
        above, below = _both_sides(lambda: _number(f(x)), x, index, h)
        numeric, analytic = (above - below) / (2 * h), float(analytic_grad[index])
        error = rel_error(numeric, analytic)
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def grad_check_directional(f, x, analytic_grad, rng, num_checks=3, h=1e-5):
    """Compare a gradient with centred differences along random directions through all entries.

    The derivative of ``f`` along a direction d is ``sum(grad * d)``. Two calls of ``f`` check it,
    however large ``x`` is, and every wrong entry takes part in the result.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns a number.
    x : ndarray of any shape
        The point; changed in place and put back exactly, also when ``f`` raises.
    analytic_grad : ndarray of the shape of ``x``
        The gradient to check.
    rng : numpy.random.Generator
        Draws the directions.
    num_checks : int
        How many directions to try.
    h : float
        Step of the centred difference.

    Returns
    -------
    error : float
        `relative_error` of the derivatives along all the directions: an estimate of the relative
        error of the whole gradient.

    Raises
    ------
    ValueError
        As for `grad_check_sparse`.
    """
    _require_steps(x, h)
    analytic_grad = _like("analytic_grad", analytic_grad, x.shape)
    numeric, analytic = np.zeros(num_checks), np.zeros(num_checks)
    for check in range(num_checks):
        direction = rng.standard_normal(x.shape)
        above, below = _both_sides(lambda: _number(f(x)), x, ..., h * direction)
        numeric[check] = (above - below) / (2 * h)
        analytic[check] = np.sum(analytic_grad * direction)
    return relative_error(numeric, analytic)


def rel_error(x, y):
    """Largest relative error of any element: ``max(|x - y| / max(1e-8, |x| + |y|))``.

    Parameters
    ----------
    x, y : array_like of one shape

    Returns
    -------
    error : float
        Between 0 (equal) and 1 (opposite signs, or one of them zero); NaN if either holds a NaN.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.
    """
    x = np.asarray(x, dtype=np.float64)
    y = _like("y", y, x.shape)
    errors = np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))
    return float(np.max(errors, initial=0.0))


def relative_error(x, y, floor=1e-12):
    """Relative error of two arrays as a whole: ``|x - y| / max(|x| + |y|, floor)`` with 2-norms.

    Parameters
    ----------
    x, y : array_like of one shape
    floor : float
        The size below which an array counts as zero.

    Returns
    -------
    error : float
        Between 0 (equal) and 1 (opposite, or one of them zero); NaN if either holds a NaN.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.
    """
    x = np.asarray(x, dtype=np.float64)
    y = _like("y", y, x.shape)
    scale = np.linalg.norm(x.ravel()) + np.linalg.norm(y.ravel())
    return float(np.linalg.norm((x - y).ravel()) / np.maximum(scale, floor))


def _both_sides(f, x, index, step):
    """``f`` with ``step`` added to ``x[index]`` and with it taken away."""
    with _restored(x, index) as here:
        x[index] = here + step
        above = f()
        x[index] = here - step
        below = f()
    return above, below


@contextmanager
def _restored(x, index):
    """The entries ``x[index]``, which get their old values back when the block is left."""
    # A copy, because x[...] is a view. Adding the step back would not do: (x + h) - h is not always x.
    here = np.array(x[index])
    try:
        yield here
    finally:
        x[index] = here


def _require_steps(x, h):
    """Raise unless ``x`` can be moved by ``h`` in place, and ``h`` survives the rounding of its dtype."""
    if not isinstance(x, np.ndarray):
        raise ValueError(
            f"x: got {type(x).__name__}, wanted an ndarray: it is changed in place while f looks"
        )
    if x.dtype.kind != "f":
        raise ValueError(
            f"x: got dtype {x.dtype}, which cannot take a step of {h}; wanted x.astype(np.float64)"
        )
    if not x.flags.writeable:
        raise ValueError(
            "x: got a read-only array, wanted one that can be changed in place, such as x.copy()"
        )
    if not np.isfinite(x).all():
        raise ValueError("x: got entries that are infinite or not a number, wanted a finite point")
    if not (np.isfinite(h) and h > 0):
        raise ValueError(f"h: got {h!r}, wanted a positive number")
    largest = np.max(np.abs(x), initial=1.0)
    if np.spacing(largest) > ROUNDING_ALLOWED * h:
        shortest = float(np.spacing(largest)) / ROUNDING_ALLOWED
        raise ValueError(
            f"h: got {h!r} for {x.dtype} entries of up to {float(largest):.3g}, where rounding swamps the "
            f"difference; wanted at least {shortest:.1e}" + (", or float64" if x.itemsize < 8 else "")
        )


def _number(value):
    """The value of ``f`` as a float."""
    array = np.asarray(value)
    if array.size != 1:
        raise ValueError(f"f: got a value of shape {array.shape}, wanted a single number")
    return float(array.reshape(()))


def _output(value, df):
    """A copy of the value of ``f``, which may be a buffer that the next call writes to."""
    array = np.array(value)
    if array.shape != df.shape:
        raise ValueError(f"df: got shape {df.shape}, wanted that of f(x), {array.shape}")
    return array


def _like(argument, value, shape):
    """``value`` as an array, which must have the given shape."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{argument}: got shape {array.shape}, wanted {shape}")
    return array
