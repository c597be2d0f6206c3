r"""Batch normalization: every feature gets mean 0 and variance 1 over the mini-batch.

Forward
-------
Each feature (column of x) is treated on its own, so the index of the feature is left out. In
training, over the N examples::

    mean    = (1/N) sum_n x[n]
    var     = (1/N) sum_n (x[n] - mean)^2             biased: divided by N, not by N - 1
    std     = sqrt(var + eps)                         eps inside the root: no division by zero
    xhat[n] = (x[n] - mean) / std
    out[n]  = gamma xhat[n] + beta

gamma and beta are learned, so the layer can undo the normalization where that serves the loss.

At test time the answer for one example should not depend on which others come with it. Running
averages, collected in training, take the place of mean and var::

    running_mean = momentum running_mean + (1 - momentum) mean
    running_var  = momentum running_var  + (1 - momentum) var

Both start at 0 (the course's choice): after t steps the start still has the weight momentum^t, half
a percent after 50 steps with momentum 0.9. The paper (algorithm 2) averages over many mini-batches
instead, and multiplies the variance by N / (N - 1) to make it unbiased; the course and this code do
not. PyTorch gives the name momentum to 1 - momentum.

Backward, on paper (`batchnorm_backward_alt`)
---------------------------------------------
gamma and beta are as in an affine layer. Every example uses the same two numbers, hence a sum::

    dbeta  = sum_n dout[n]            dgamma = sum_n dout[n] xhat[n]            dxhat[n] = gamma dout[n]

x[j] reaches xhat[i] on three paths: directly where i = j, through mean, and through std. First the
derivatives of the statistics::

    d mean / d x[j] = 1/N
    d var  / d x[j] = (2/N) (x[j] - mean)  -  (2/N) [sum_n (x[n] - mean)] (d mean / d x[j])
    d std  / d x[j] = (1 / (2 std)) (d var / d x[j]) = xhat[j] / N

The bracket is the path x -> mean -> var, and it vanishes: deviations from a mean add up to 0. (Seen
otherwise: the mean is the point with the least sum of squared distances, so moving it a little does
not change var.) With the quotient rule::

    d xhat[i] / d x[j] = ((i == j) - 1/N - xhat[i] xhat[j] / N) / std
                           direct    mean     std

Multiply by dxhat[i] and add up over i. gamma and std are the same for all i, and two sums remain::

    a = (1/N) sum_i dout[i]           = dbeta / N       the mean of dout
    b = (1/N) sum_i dout[i] xhat[i]   = dgamma / N      the mean of dout * xhat

    dx[j] = (gamma / std) (dout[j] - a - xhat[j] b)

In words: the upstream gradient loses its mean and its part along xhat, because shifting or
stretching a whole column of x does not change xhat. Consequences worth knowing:

* An upstream gradient of all ones gives dx = 0: a test with it accepts a backward pass of zeros.
* A bias added just before batch norm has the gradient sum_n dx[n] = 0. It does nothing; beta has
  taken its place.
* With N = 2, xhat is (1, -1) or (-1, 1) whatever x is, up to eps, so dx = 0 up to eps.

Backward, by the graph (`batchnorm_backward`)
---------------------------------------------
The same result without any algebra: split the forward pass into nodes with simple derivatives, and
walk through them in reverse. Where a node feeds several others, its gradients are added up.

::

    forward                               backward
    mean     = mean of x                  dx        = dcentered + dmean / N              (two branches)
    centered = x - mean                   dmean     = -sum dcentered
    var      = mean of centered^2         dcentered = dxhat inverse + 2 centered dvar / N (two branches)
    std      = sqrt(var + eps)            dvar      = dstd / (2 std)
    inverse  = 1 / std                    dstd      = -dinverse inverse^2
    xhat     = centered inverse           dinverse  = sum dxhat centered
    scaled   = gamma xhat                 dgamma    = sum dscaled xhat,    dxhat = dscaled gamma
    out      = scaled + beta              dbeta     = sum dout,            dscaled = dout

After test mode
---------------
The running averages do not depend on x, so only the direct path is left: dx[j] = (gamma / std)
dout[j]. The course never asks for it (one does not train in test mode), but a saliency map does.
The cache says which of the two it is, and both backward functions follow it.

Sources: S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
Reducing Internal Covariate Shift" (2015), algorithms 1 and 2 and the gradients of section 3; CS231n
course notes, "Neural Networks Part 2", section "Batch Normalization", and "Backpropagation,
Intuitions" for the graph.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference._checks import FloatArray, floats, require_shape


# BEGIN SOLUTION
class BatchNormCache(NamedTuple):
    """The nodes of the forward pass that the backward pass comes through."""

    centered: FloatArray  # (N, D)
    std: FloatArray  # (D,)
    xhat: FloatArray  # (N, D)
    gamma: FloatArray  # (D,)
    of_batch: bool  # mean and std were computed from x (train), not given from outside (test)


def _batchnorm_arguments(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: dict[str, Any]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The three arrays as floating-point numbers, or a ``ValueError`` for shapes that do not fit."""
    x = floats("x", x, "N", "D")
    D = x.shape[1]
    for key in ("running_mean", "running_var"):
        if key in bn_param:
            require_shape(f"bn_param['{key}']", np.shape(bn_param[key]), (D,))
    return x, floats("gamma", gamma, D), floats("beta", beta, D)


# END SOLUTION


def batchnorm_forward(
    x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: dict[str, Any]
) -> tuple[FloatArray, BatchNormCache]:
    """Forward pass of batch normalization.

    In training every feature is normalized with the mean and the variance of the mini-batch, and
    running averages of both are kept::

        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var

    At test time the running averages take the place of the mini-batch's mean and variance. In both
    modes gamma scales and beta shifts the normalized features.

    Parameters
    ----------
    x : ndarray of shape (N, D)
    gamma : ndarray of shape (D,)
        Scale of every feature.
    beta : ndarray of shape (D,)
        Shift of every feature.
    bn_param : dict
        ``mode`` : 'train' or 'test'
            Required.
        ``eps`` : float, default 1e-5
            Added to the variance, inside the square root.
        ``momentum`` : float, default 0.9
            The share that a running average keeps of its old value.
        ``running_mean``, ``running_var`` : ndarray of shape (D,), default zeros
            The running averages. Both keys are written at the end of every call: new arrays in the
            dtype of ``x`` after training, the values they had after test mode. This is the one
            change that is made to an argument.

    Returns
    -------
    out : ndarray of shape (N, D)
    cache : tuple
        What `batchnorm_backward` and `batchnorm_backward_alt` need.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, the mode is neither of the two, or there is no example
        to train on.

    Notes
    -----
    The variance is the biased one: the sum of squares is divided by N, for normalizing as well as for
    the running average. The paper's correction of the running variance by N / (N - 1) is not made.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """
    # BEGIN SOLUTION: Optional: raise the errors for shapes that the docstring promises.
    x, gamma, beta = _batchnorm_arguments(x, gamma, beta, bn_param)
    # END SOLUTION
    mode = bn_param.get("mode")
    eps = float(bn_param.get("eps", 1e-5))
    momentum = float(bn_param.get("momentum", 0.9))

    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))

    if mode == "train":
        # BEGIN SOLUTION: Compute the mean and the (biased) variance of every feature over the
        #: mini-batch, normalize with them, then scale and shift. Keep in `cache` what the backward
        #: pass will ask for. Blend mean and variance into `running_mean` and `running_var`, as the
        #: docstring says, without changing the arrays that came in.
        if N == 0:
            raise ValueError("x: got no examples, wanted at least one to take the mean of")
        mean = x.mean(axis=0)
        centered = x - mean
        var = (centered**2).mean(axis=0)
        std = np.sqrt(var + eps)
        xhat = centered / std
        out = gamma * xhat + beta
        cache = BatchNormCache(centered, std, xhat, gamma, of_batch=True)
        # In the dtype of x, whatever the averages came in: they must not promote later results.
        running_mean = (momentum * running_mean + (1 - momentum) * mean).astype(x.dtype)
        running_var = (momentum * running_var + (1 - momentum) * var).astype(x.dtype)
        # END SOLUTION
    elif mode == "test":
        # BEGIN SOLUTION: Normalize with the running averages instead of the mini-batch's own mean
        #: and variance, then scale and shift as in training. The running averages stay as they are.
        mean, var = running_mean.astype(x.dtype), running_var.astype(x.dtype)
        centered = x - mean
        std = np.sqrt(var + eps)
        xhat = centered / std
        out = gamma * xhat + beta
        cache = BatchNormCache(centered, std, xhat, gamma, of_batch=False)
        # END SOLUTION
    else:
        raise ValueError(f"bn_param['mode']: got {mode!r}, wanted 'train' or 'test'")

    # The next call, in either mode, starts from these.
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var

    return out, cache


def batchnorm_backward(dout: FloatArray, cache: BatchNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of batch normalization, node by node through the computational graph.

    Draw the graph of the forward pass with one simple operation per node, and walk back through it.
    A node that feeds several others collects a gradient from each of them.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `batchnorm_forward`. After test mode the running averages count as constants.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Go through the nodes of your forward pass in reverse order and give every
    #: intermediate result its gradient. Two of them have two branches each: add up what comes back.
    centered, std, xhat, gamma, of_batch = cache
    N, D = xhat.shape
    dout = floats("dout", dout, N, D)
    inverse = 1 / std

    # out = scaled + beta
    dbeta = dout.sum(axis=0)
    dscaled = dout
    # scaled = gamma * xhat
    dgamma = (dscaled * xhat).sum(axis=0)
    dxhat = dscaled * gamma
    # xhat = centered * inverse: the first branch into centered
    dcentered = dxhat * inverse
    dx = dcentered
    if of_batch:
        dinverse = (dxhat * centered).sum(axis=0)
        # inverse = 1 / std
        dstd = -dinverse * inverse**2
        # std = sqrt(var + eps)
        dvar = dstd / (2 * std)
        # var = mean of centered^2: the second branch into centered
        dcentered = dcentered + 2 * centered * (dvar / N)
        # centered = x - mean: the first branch into x
        dmean = -dcentered.sum(axis=0)
        # mean = mean of x: the second branch into x
        dx = dcentered + dmean / N
    # END SOLUTION
    return dx, dgamma, dbeta


def batchnorm_backward_alt(
    dout: FloatArray, cache: BatchNormCache
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backward pass of batch normalization, by a formula simplified on paper.

    The same gradients as `batchnorm_backward` from the same cache, with fewer operations.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to ``out``.
    cache : tuple
        From `batchnorm_forward`. After test mode the running averages count as constants.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma : ndarray of shape (D,)
    dbeta : ndarray of shape (D,)

    Raises
    ------
    ValueError
        If ``dout`` does not have the shape of ``out``.
    """
    # BEGIN SOLUTION: Work out on paper how one element of `x` changes each element of the output,
    #: add up over the output, and simplify until `dx` fits on one line. Look for sums that you
    #: have already computed.
    _, std, xhat, gamma, of_batch = cache
    N, D = xhat.shape
    dout = floats("dout", dout, N, D)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    if of_batch:
        mean_dout, mean_dout_xhat = dbeta / N, dgamma / N
        dx = gamma / std * (dout - mean_dout - xhat * mean_dout_xhat)
    else:
        dx = gamma / std * dout
    # END SOLUTION
    return dx, dgamma, dbeta
