"""One-liners, einsum, and other formulas for the same thing."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

EPS = 1e-5


def affine_forward(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dw = np.tensordot(x.reshape(len(x), -1), dout, axes=(0, 0))
    return np.dot(dout, w.T).reshape(x.shape), dw, np.ones(len(dout)) @ dout


def relu_forward(x):
    return (x + abs(x)) / 2, x > 0


def relu_backward(dout, cache):
    return cache * dout


def softmax_loss(x, y):
    log_p = x - np.logaddexp.reduce(x, axis=1, keepdims=True)
    right = np.eye(x.shape[1])[y]
    return np.asarray(-(right * log_p).sum() / len(x)), (np.exp(log_p) - right) / len(x)


def svm_loss(x, y):
    right = np.eye(x.shape[1], dtype=bool)[y]
    margins = np.where(right, 0, np.clip(x - x[right][:, None] + 1, 0, None))
    wrong = np.sign(margins)
    return np.float64(margins.sum(axis=1).mean()), (wrong - right * wrong.sum(axis=1)[:, None]) / len(x)


def _normalize(x, axes, eps=EPS):
    """Centred inputs over their deviation, and the inverse deviation."""
    mean = np.mean(x, axis=axes, keepdims=True)
    inverse = (np.mean(np.square(x), axis=axes, keepdims=True) - mean**2 + eps) ** -0.5
    return (x - mean) * inverse, inverse


def _normalize_backward(dxhat, xhat, inverse, axes):
    along = (xhat * dxhat).mean(axis=axes, keepdims=True)
    return inverse * (dxhat - dxhat.mean(axis=axes, keepdims=True) - xhat * along)


def batchnorm_forward(x, gamma, beta, bn_param):
    D = x.shape[1]
    for key in ("running_mean", "running_var"):
        bn_param.setdefault(key, np.zeros(D))
    if bn_param["mode"] == "test":
        inverse = (bn_param["running_var"] + bn_param.get("eps", EPS)) ** -0.5
        return (gamma * inverse) * x + (beta - gamma * bn_param["running_mean"] * inverse), None
    momentum = bn_param.get("momentum", 0.9)
    bn_param["running_mean"] += (1 - momentum) * (x.mean(axis=0) - bn_param["running_mean"])
    bn_param["running_var"] += (1 - momentum) * (x.var(axis=0) - bn_param["running_var"])
    xhat, inverse = _normalize(x, 0, bn_param.get("eps", EPS))
    return xhat * gamma + beta, (xhat, inverse, gamma)


def batchnorm_backward(dout, cache):
    xhat, inverse, gamma = cache
    dx = _normalize_backward(dout * gamma, xhat, inverse, 0)
    return dx, np.einsum("nd,nd->d", dout, xhat), np.einsum("nd->d", dout)


def layernorm_forward(x, gamma, beta, ln_param):
    xhat, inverse = _normalize(x.T, 0, ln_param.get("eps", EPS))
    return (gamma[:, None] * xhat + beta[:, None]).T, (xhat, inverse, gamma)


def layernorm_backward(dout, cache):
    xhat, inverse, gamma = cache
    dx = _normalize_backward((dout * gamma).T, xhat, inverse, 0)
    return dx.T, (dout.T * xhat).sum(axis=1), dout.T.sum(axis=1)


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, None
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    mask = np.random.binomial(1, dropout_param["p"], size=x.shape) / dropout_param["p"]
    return x * mask, mask


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache


def _windows(x, height, width, stride, pad=0):
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    return sliding_window_view(padded, (height, width), axis=(2, 3))[:, :, ::stride, ::stride]


def _scatter(windows, shape, stride, pad=0):
    """Add windows (N, C, H', W', height, width) up in images of this shape."""
    N, C, H, W = shape
    out = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    _, _, H_out, W_out, height, width = windows.shape
    for p, q in np.ndindex(height, width):
        out[:, :, p : p + stride * H_out : stride, q : q + stride * W_out : stride] += windows[..., p, q]
    return out[:, :, pad : H + pad, pad : W + pad]


def conv_forward_naive(x, w, b, conv_param):
    windows = _windows(x, *w.shape[2:], **conv_param)
    return np.einsum("ncijpq,fcpq->nfij", windows, w) + b.reshape(-1, 1, 1), (x, w, conv_param)


def conv_backward_naive(dout, cache):
    x, w, conv_param = cache
    dw = np.einsum("ncijpq,nfij->fcpq", _windows(x, *w.shape[2:], **conv_param), dout)
    dx = _scatter(np.einsum("nfij,fcpq->ncijpq", dout, w), x.shape, **conv_param)
    return dx, dw, np.einsum("nfij->f", dout)


def _of(pool_param):
    return pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]


def max_pool_forward_naive(x, pool_param):
    return _windows(x, *_of(pool_param)).max(axis=(4, 5)), (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    windows = _windows(x, *_of(pool_param))
    first = windows.reshape(*dout.shape, -1).argmax(axis=-1)
    places = np.eye(windows[0, 0, 0, 0].size)[first].reshape(windows.shape)
    return _scatter(places * dout[..., None, None], x.shape, pool_param["stride"])


def _as_rows(images):
    return np.moveaxis(images, 1, -1).reshape(-1, images.shape[1])


def _as_images(rows, shape):
    N, C, H, W = shape
    return np.moveaxis(rows.reshape(N, H, W, C), -1, 1)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(_as_rows(x), gamma, beta, bn_param)
    return _as_images(out, x.shape), cache


def spatial_batchnorm_backward(dout, cache):
    drows, dgamma, dbeta = batchnorm_backward(_as_rows(dout), cache)
    return _as_images(drows, dout.shape), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    xhat, inverse = _normalize(x.reshape(N, G, C // G, H, W), (2, 3, 4), gn_param.get("eps", EPS))
    scale, shift = gamma.reshape(1, C, 1, 1), beta.reshape(1, C, 1, 1)
    return scale * xhat.reshape(x.shape) + shift, (xhat, inverse, scale, gamma.shape)


def spatial_groupnorm_backward(dout, cache):
    xhat, inverse, scale, shape = cache
    dx = _normalize_backward((scale * dout).reshape(xhat.shape), xhat, inverse, (2, 3, 4))
    dgamma = np.einsum("nchw,nchw->c", dout, xhat.reshape(dout.shape))
    return dx.reshape(dout.shape), dgamma.reshape(shape), np.einsum("nchw->c", dout).reshape(shape)


def sgd_momentum(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0} | (config or {})
    v = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + v, config | {"velocity": v}


def rmsprop(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": 0.0} | (config or {})
    cache = config["cache"] + (1 - config["decay_rate"]) * (dw * dw - config["cache"])
    step = config["learning_rate"] * dw / (cache**0.5 + config["epsilon"])
    return w - step, config | {"cache": cache}


def adam(w, dw, config=None):
    """The step size corrected instead of the averages, with the epsilon that this form needs."""
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8} | (config or {})
    config = {"m": 0.0, "v": 0.0, "t": 0} | config
    b1, b2, t = config["beta1"], config["beta2"], config["t"] + 1
    m, v = b1 * config["m"] + (1 - b1) * dw, b2 * config["v"] + (1 - b2) * dw * dw
    size = config["learning_rate"] * (1 - b2**t) ** 0.5 / (1 - b1**t)
    step = size * m / (v**0.5 + config["epsilon"] * (1 - b2**t) ** 0.5)
    return w - step, config | {"m": m, "v": v, "t": t}


STYLE = {
    name: value
    for name, value in globals().items()
    if callable(value) and not name.startswith("_") and name != "sliding_window_view"
}
STYLE |= {
    "batchnorm_backward_alt": batchnorm_backward,
    "conv_forward_fast": conv_forward_naive,
    "conv_backward_fast": conv_backward_naive,
    "max_pool_forward_fast": max_pool_forward_naive,
    "max_pool_backward_fast": max_pool_backward_naive,
}
