"""Plain loops over everything, lists and dicts as caches."""

import math

import numpy as np


def affine_forward(x, w, b):
    rows = [np.ravel(example) for example in x]
    out = np.zeros((len(rows), len(b)))
    for n, row in enumerate(rows):
        for m in range(len(b)):
            out[n, m] = sum(row[d] * w[d, m] for d in range(len(row))) + b[m]
    return out, [rows, w, x.shape]


def affine_backward(dout, cache):
    rows, w, shape = cache
    dx, dw, db = np.zeros((len(rows), len(w))), np.zeros(w.shape), np.zeros(w.shape[1])
    for n, row in enumerate(rows):
        for m, gradient in enumerate(dout[n]):
            dx[n] += gradient * w[:, m]
            dw[:, m] += gradient * row
            db[m] += gradient
    return dx.reshape(shape), dw, db


def relu_forward(x):
    out = x.copy()
    for index in np.ndindex(x.shape):
        if out[index] < 0:
            out[index] = 0
    return out, {"x": x}


def relu_backward(dout, cache):
    dx = np.zeros(dout.shape)
    for index in np.ndindex(dout.shape):
        dx[index] = dout[index] if cache["x"][index] >= 0 else 0
    return dx


def softmax_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for n, scores in enumerate(x):
        exponentials = [math.exp(score - max(scores)) for score in scores]
        for c, exponential in enumerate(exponentials):
            dx[n, c] = exponential / sum(exponentials) / len(x)
        loss -= math.log(exponentials[y[n]] / sum(exponentials)) / len(x)
        dx[n, y[n]] -= 1 / len(x)
    return loss, dx


def svm_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for n, scores in enumerate(x):
        for c, score in enumerate(scores):
            margin = score - scores[y[n]] + 1
            if c != y[n] and margin > 0:
                loss += margin
                dx[n, c] += 1
                dx[n, y[n]] -= 1
    return loss / len(x), dx / len(x)


def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    out, xhat, std = np.zeros((N, D)), np.zeros((N, D)), np.zeros(D)
    for d in range(D):
        mean, var = running_mean[d], running_var[d]
        if mode == "train":
            mean = sum(x[n, d] for n in range(N)) / N
            var = sum((x[n, d] - mean) ** 2 for n in range(N)) / N
            running_mean[d] = momentum * running_mean[d] + (1 - momentum) * mean
            running_var[d] = momentum * running_var[d] + (1 - momentum) * var
        std[d] = math.sqrt(var + eps)
        for n in range(N):
            xhat[n, d] = (x[n, d] - mean) / std[d]
            out[n, d] = gamma[d] * xhat[n, d] + beta[d]
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return out, [xhat, std, gamma]


def batchnorm_backward(dout, cache):
    xhat, std, gamma = cache
    N, D = dout.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d in range(D):
        for n in range(N):
            dgamma[d] += dout[n, d] * xhat[n, d]
            dbeta[d] += dout[n, d]
        for n in range(N):
            dx[n, d] = gamma[d] / std[d] / N * (N * dout[n, d] - dbeta[d] - xhat[n, d] * dgamma[d])
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    xhat, stds = np.zeros(x.shape), []
    for n, example in enumerate(x):
        mean = sum(example) / len(example)
        var = sum((value - mean) ** 2 for value in example) / len(example)
        stds.append(math.sqrt(var + ln_param.get("eps", 1e-5)))
        xhat[n] = (example - mean) / stds[n]
    return xhat * gamma + beta, [xhat, stds, gamma]


def layernorm_backward(dout, cache):
    xhat, stds, gamma = cache
    dx, dgamma, dbeta = np.zeros(dout.shape), np.zeros(len(gamma)), np.zeros(len(gamma))
    for n, gradient in enumerate(dout):
        dgamma, dbeta = dgamma + gradient * xhat[n], dbeta + gradient
        dxhat = gradient * gamma
        # The Jacobian of one example, written out.
        D = len(gamma)
        jacobian = (np.eye(D) - 1 / D - np.outer(xhat[n], xhat[n]) / D) / stds[n]
        dx[n] = jacobian @ dxhat
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = np.ones(x.shape)
    if mode == "train":
        for index in np.ndindex(x.shape):
            mask[index] = 1 / p if np.random.random() <= p else 0
    return x * mask, (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * mask if dropout_param["mode"] == "train" else dout


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    padded[:, :, pad : pad + H, pad : pad + W] = x
    H_out, W_out = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, H_out, W_out))
    for n, f, i, j in np.ndindex(out.shape):
        total = b[f]
        for c, p, q in np.ndindex(C, HH, WW):
            total += padded[n, c, i * stride + p, j * stride + q] * w[f, c, p, q]
        out[n, f, i, j] = total
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        db[f] += dout[n, f, i, j]
        for c, p, q in np.ndindex(w.shape[1:]):
            row, column = i * stride + p - pad, j * stride + q - pad
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                dw[f, c, p, q] += dout[n, f, i, j] * x[n, c, row, column]
                dx[n, c, row, column] += dout[n, f, i, j] * w[f, c, p, q]
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        out[n, c, i, j] = max(x[n, c, i * stride + p, j * stride + q] for p, q in np.ndindex(height, width))
    return out, (x, pool_param, out)


def max_pool_backward_naive(dout, cache):
    x, pool_param, out = cache
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        for p, q in np.ndindex(height, width):
            if x[n, c, i * stride + p, j * stride + q] == out[n, c, i, j]:
                dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j]
                break
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    rows = np.zeros((N * H * W, C))
    for c in range(C):
        rows[:, c] = x[:, c].flatten()
    normalized, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    out = np.zeros(x.shape)
    for c in range(C):
        out[:, c] = normalized[:, c].reshape(N, H, W)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows, dgamma, dbeta = batchnorm_backward(dout.swapaxes(0, 1).reshape(C, -1).T, cache)
    return rows.T.reshape(C, N, H, W).swapaxes(0, 1), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C = x.shape[:2]
    xhat, std = np.zeros(x.shape), np.zeros((N, G))
    for n in range(N):
        for g in range(G):
            group = x[n, g * C // G : (g + 1) * C // G]
            std[n, g] = math.sqrt(group.var() + gn_param.get("eps", 1e-5))
            xhat[n, g * C // G : (g + 1) * C // G] = (group - group.mean()) / std[n, g]
    scale, shift = (np.reshape(value, (1, C, 1, 1)) for value in (gamma, beta))
    return xhat * scale + shift, [xhat, std, scale, np.shape(gamma)]


def spatial_groupnorm_backward(dout, cache):
    xhat, std, scale, shape = cache
    N, C = dout.shape[:2]
    G = std.shape[1]
    dx = np.zeros(dout.shape)
    for n in range(N):
        for g in range(G):
            group = slice(g * C // G, (g + 1) * C // G)
            dxhat, normalized = dout[n, group] * scale[0, group], xhat[n, group]
            centred = dxhat - dxhat.mean() - normalized * (dxhat * normalized).mean()
            dx[n, group] = centred / std[n, g]
    dgamma, dbeta = (dout * xhat).sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))
    return dx, dgamma.reshape(shape), dbeta.reshape(shape)


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    velocity = config.get("velocity", np.zeros_like(w))
    next_w, next_velocity = w.copy(), np.zeros_like(w)
    for index in np.ndindex(w.shape):
        push = config.get("learning_rate", 1e-2) * dw[index]
        next_velocity[index] = config.get("momentum", 0.9) * velocity[index] - push
        next_w[index] += next_velocity[index]
    config["velocity"] = next_velocity
    return next_w, config


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    rate, decay = config.get("learning_rate", 1e-2), config.get("decay_rate", 0.99)
    average = np.array(config.get("cache", np.zeros_like(w)))
    next_w = w.copy()
    for index in np.ndindex(w.shape):
        average[index] = decay * average[index] + (1 - decay) * dw[index] ** 2
        next_w[index] -= rate * dw[index] / (math.sqrt(average[index]) + config.get("epsilon", 1e-8))
    config["cache"] = average
    return next_w, config


STYLE = {name: value for name, value in globals().items() if callable(value)}
STYLE |= {
    "batchnorm_backward_alt": batchnorm_backward,
    "conv_forward_fast": conv_forward_naive,
    "conv_backward_fast": conv_backward_naive,
    "max_pool_forward_fast": max_pool_forward_naive,
    "max_pool_backward_fast": max_pool_backward_naive,
}
