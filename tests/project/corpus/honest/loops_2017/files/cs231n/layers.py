from builtins import range
import numpy as np


def affine_forward(x, w, b):
    N = x.shape[0]
    M = w.shape[1]
    out = np.zeros((N, M))
    for n in range(N):
        row = x[n].reshape(-1)
        for m in range(M):
            out[n, m] = np.sum(row * w[:, m]) + b[m]
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = np.zeros(x.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(b.shape)
    for n in range(x.shape[0]):
        row = x[n].reshape(-1)
        drow = np.zeros(row.shape)
        for m in range(w.shape[1]):
            drow += dout[n, m] * w[:, m]
            dw[:, m] += dout[n, m] * row
            db[m] += dout[n, m]
        dx[n] = drow.reshape(x[n].shape)
    return dx, dw, db


def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    cache = x
    return out, cache


def relu_backward(dout, cache):
    dx = dout.copy()
    dx[cache <= 0] = 0
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    out, cache = np.zeros_like(x), None
    if mode == 'train':
        mean = np.zeros(D)
        var = np.zeros(D)
        xhat = np.zeros((N, D))
        for d in range(D):
            mean[d] = np.sum(x[:, d]) / N
            var[d] = np.sum((x[:, d] - mean[d]) ** 2) / N
            xhat[:, d] = (x[:, d] - mean[d]) / np.sqrt(var[d] + eps)
            out[:, d] = gamma[d] * xhat[:, d] + beta[d]
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (x, xhat, mean, var, gamma, eps)
    elif mode == 'test':
        for d in range(D):
            out[:, d] = gamma[d] * (x[:, d] - running_mean[d]) / np.sqrt(running_var[d] + eps) + beta[d]
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    x, xhat, mean, var, gamma, eps = cache
    N, D = x.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d in range(D):
        std = np.sqrt(var[d] + eps)
        dgamma[d] = np.sum(dout[:, d] * xhat[:, d])
        dbeta[d] = np.sum(dout[:, d])
        dxhat = dout[:, d] * gamma[d]
        dvar = np.sum(dxhat * (x[:, d] - mean[d])) * -0.5 * std ** -3
        dmean = np.sum(dxhat) * -1 / std + dvar * np.sum(-2 * (x[:, d] - mean[d])) / N
        dx[:, d] = dxhat / std + dvar * 2 * (x[:, d] - mean[d]) / N + dmean / N
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    x, xhat, mean, var, gamma, eps = cache
    N, D = x.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d in range(D):
        dgamma[d] = np.sum(dout[:, d] * xhat[:, d])
        dbeta[d] = np.sum(dout[:, d])
        dx[:, d] = gamma[d] / N / np.sqrt(var[d] + eps) * (N * dout[:, d] - dbeta[d] - xhat[:, d] * dgamma[d])
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    out = None
    if mode == 'train':
        # p is the probability of dropping a unit
        mask = (np.random.rand(*x.shape) >= p) / (1 - p)
        out = x * mask
    elif mode == 'test':
        out = x
    cache = (dropout_param, mask)
    return out.astype(x.dtype, copy=False), cache


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param['mode'] == 'train':
        return dout * mask
    return dout


def conv_forward_naive(x, w, b, conv_param):
    pad, stride = conv_param['pad'], conv_param['stride']
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad:pad + H, pad:pad + W] = x
    Ho = 1 + (H + 2 * pad - HH) // stride
    Wo = 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    win = xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
                    out[n, f, i, j] = np.sum(win * w[f]) + b[f]
    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    pad, stride = conv_param['pad'], conv_param['stride']
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad:pad + H, pad:pad + W] = x
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(N):
        for f in range(F):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    d = dout[n, f, i, j]
                    db[f] += d
                    dw[f] += d * xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
                    dxp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW] += d * w[f]
    return dxp[:, :, pad:pad + H, pad:pad + W], dw, db


def max_pool_forward_naive(x, pool_param):
    hh, ww, stride = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - hh) // stride + 1, (W - ww) // stride + 1))
    for n in range(N):
        for c in range(C):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, c, i, j] = np.max(x[n, c, i * stride:i * stride + hh, j * stride:j * stride + ww])
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    hh, ww, stride = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    dx = np.zeros(x.shape)
    N, C, Ho, Wo = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    win = x[n, c, i * stride:i * stride + hh, j * stride:j * stride + ww]
                    a, b = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, i * stride + a, j * stride + b] += dout[n, c, i, j]
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.zeros((N * H * W, C))
    for c in range(C):
        flat[:, c] = x[:, c, :, :].reshape(-1)
    out_flat, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = np.zeros(x.shape)
    for c in range(C):
        out[:, c, :, :] = out_flat[:, c].reshape(N, H, W)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.zeros((N * H * W, C))
    for c in range(C):
        flat[:, c] = dout[:, c, :, :].reshape(-1)
    dx_flat, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = np.zeros(dout.shape)
    for c in range(C):
        dx[:, c, :, :] = dx_flat[:, c].reshape(N, H, W)
    return dx, dgamma, dbeta


def softmax_loss(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = 0.0
    dx = probs.copy()
    for n in range(N):
        loss -= np.log(probs[n, y[n]]) / N
        dx[n, y[n]] -= 1
    return loss, dx / N
