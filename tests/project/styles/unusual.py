"""What the hand-outs leave open, or never show, decided otherwise than in the reference.

Epsilon outside the root where the reference has it inside, and the other way round; gradients of
vectors and running averages as matrices with one row; scores that are not shifted; all of several
equal maxima in a window get the gradient; group normalization for gamma of shape (C,) only; masks
from `rand` with ``>``; update rules that leave the passed dict alone or write to the weights they are
given; the inputs overwritten.
"""

import numpy as np

from styles import terse


def affine_forward(x, w, b):
    return terse.affine_forward(x, w, b)


def affine_backward(dout, cache):
    dx, dw, db = terse.affine_backward(dout, cache)
    return dx, dw, db[np.newaxis]


def relu_forward(x):
    x[x < 0] = 0
    return x, x.copy()


def relu_backward(dout, cache):
    dout[cache == 0] = 0
    return dout


def softmax_loss(x, y):
    p = np.exp(x)
    p /= np.sum(p, axis=1, keepdims=True)
    loss = np.sum(-np.log(p[range(len(x)), y])) / len(x)
    p[range(len(x)), y] -= 1
    return np.array([loss]), p / len(x)


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    zeros = np.zeros((1, x.shape[1]))
    running_mean, running_var = bn_param.get("running_mean", zeros), bn_param.get("running_var", zeros)
    if bn_param["mode"] == "test":
        return gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta, None
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    std = np.sqrt(var) + eps
    return gamma * (x - mean) / std + beta, (x - mean, std, gamma, eps)


def batchnorm_backward(dout, cache):
    """By the graph, for epsilon outside of the root; a deviation of zero has no gradient."""
    centred, std, gamma, eps = cache
    dxhat = dout * gamma
    root = np.where(std > eps, std - eps, 1)
    dstd = -np.sum(dxhat * centred, axis=0, keepdims=True) / std**2
    dcentred = dxhat / std + dstd * centred / root / len(dout)
    dx = dcentred - dcentred.mean(axis=0)
    dgamma = np.sum(dout * centred / std, axis=0, keepdims=True)
    return dx, dgamma, np.sum(dout, axis=0, keepdims=True)


def layernorm_forward(x, gamma, beta, ln_param):
    """Batch normalization turned on its side."""
    ones, zeros = np.ones(len(x)), np.zeros(len(x))
    xhat, cache = batchnorm_forward(x.T, ones, zeros, {**ln_param, "mode": "train"})
    return xhat.T * gamma + beta, (cache, xhat.T, gamma)


def layernorm_backward(dout, cache):
    inner, xhat, gamma = cache
    dx, _, _ = batchnorm_backward((dout * gamma).T, inner)
    return dx.T, (dout * xhat).sum(axis=0, keepdims=True), dout.sum(axis=0, keepdims=True)


def dropout_forward(x, dropout_param):
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if dropout_param["mode"] == "train":
        mask = np.random.rand(*x.shape) > 1 - dropout_param["p"]
        x *= mask
        x /= dropout_param["p"]
    return x, (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout if mask is None else np.where(mask, dout / dropout_param["p"], 0)


def conv_backward_naive(dout, cache):
    dx, dw, db = terse.conv_backward_naive(dout, cache)
    return dx, dw, db.reshape(1, -1)


def max_pool_forward_naive(x, pool_param):
    """Square windows side by side, and nothing else."""
    (N, C, H, W), size = x.shape, pool_param["stride"]
    windows = x.reshape(N, C, H // size, size, W // size, size)
    return windows.max(axis=(3, 5)), windows


def max_pool_backward_naive(dout, cache):
    N, C, rows, size, columns, _ = cache.shape
    largest = cache == cache.max(axis=(3, 5), keepdims=True)
    return (largest * dout[:, :, :, None, :, None]).reshape(N, C, rows * size, columns * size)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 2, 3, 1).reshape(-1, C), cache)
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    groups = x.reshape(N * G, -1)
    ones, zeros = np.ones(groups.shape[1]), np.zeros(groups.shape[1])
    xhat, cache = layernorm_forward(groups, ones, zeros, gn_param)
    xhat = xhat.reshape(N, C, H, W)
    out = xhat.transpose(0, 2, 3, 1) * gamma + beta
    return out.transpose(0, 3, 1, 2), (cache, xhat, gamma)


def spatial_groupnorm_backward(dout, cache):
    inner, xhat, gamma = cache
    dxhat = (dout.transpose(0, 2, 3, 1) * gamma).transpose(0, 3, 1, 2)
    dx, _, _ = layernorm_backward(dxhat.reshape(inner[1].shape), inner)
    axes = (0, 2, 3)
    dgamma, dbeta = np.sum(dout * xhat, axis=axes, keepdims=True), np.sum(dout, axis=axes, keepdims=True)
    return dx.reshape(dout.shape), dgamma, dbeta


def sgd_momentum(w, dw, config=None):
    config = dict(config or {})
    velocity = config.get("velocity", np.zeros_like(w))
    velocity *= config.get("momentum", 0.9)
    velocity -= config.get("learning_rate", 1e-2) * dw
    w += velocity
    return w, {**config, "velocity": velocity}


def rmsprop(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}
    cache = config["decay_rate"] * config.get("cache", np.zeros_like(w)) + (1 - config["decay_rate"]) * dw**2
    w -= config["learning_rate"] * dw / np.sqrt(cache + config["epsilon"])
    return w, {**config, "cache": cache}


def adam(w, dw, config=None):
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
    t = config.get("t", 0) + 1
    m = config["beta1"] * config.get("m", np.zeros_like(w)) + (1 - config["beta1"]) * dw
    v = config["beta2"] * config.get("v", np.zeros_like(w)) + (1 - config["beta2"]) * dw**2
    mhat, vhat = m / (1 - config["beta1"] ** t), v / (1 - config["beta2"] ** t)
    w -= config["learning_rate"] * mhat / np.sqrt(vhat + config["epsilon"])
    return w, {**config, "t": t, "m": m, "v": v}


STYLE = {name: value for name, value in globals().items() if callable(value)}
STYLE |= {
    "batchnorm_backward_alt": batchnorm_backward,
    "conv_forward_naive": terse.conv_forward_naive,
    "conv_forward_fast": terse.conv_forward_naive,
    "conv_backward_fast": conv_backward_naive,
    "max_pool_forward_fast": max_pool_forward_naive,
    "max_pool_backward_fast": max_pool_backward_naive,
}
