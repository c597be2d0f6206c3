"""Right nets of another making: other structure, other order of the draws, other types of results.

What the course leaves open they do otherwise than the reference, so a check that one of them fails
asks for more than it may.
"""

from __future__ import annotations

import numpy as np

from reference.activations import relu_backward, relu_forward
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.losses import softmax_loss
from reference.normalization import (
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive


def affine(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b


def drawn(shape, scale):
    return np.random.normal(0.0, scale, size=shape)


class TwoLayerNet:
    """Everything spelled out, without a layer; the loss is an array without dimensions."""

    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        last = drawn((hidden_dim, num_classes), weight_scale)
        self.params = {"b2": np.zeros(num_classes), "W2": last, "b1": np.zeros(hidden_dim)}
        self.params["W1"] = drawn((input_dim, hidden_dim), weight_scale)

    def loss(self, X, y=None):
        rows, (W1, b1, W2, b2) = X.reshape(len(X), -1), (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        a = rows.dot(W1) + b1
        hidden = a * (a > 0)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        p = np.exp(scores - scores.max(1)[:, None])
        p /= p.sum(1)[:, None]
        right = p[range(len(y)), y]
        loss = np.array(-np.log(right).mean() + self.reg / 2 * ((W1**2).sum() + (W2**2).sum()))
        p[range(len(y)), y] -= 1
        p /= len(y)
        da = p.dot(W2.T) * (a > 0)
        return loss, {
            "W1": rows.T.dot(da) + self.reg * W1,
            "b1": np.ones(len(y)).dot(da),
            "W2": hidden.T.dot(p) + self.reg * W2,
            "b2": np.ones(len(y)).dot(p),
        }


class FullyConnectedNet:
    """A recursion over the layers; masks by `binomial`; weights from the last layer to the first."""

    def __init__(
        self,
        hidden_dims,
        input_dim=3072,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.keep, self.kind, self.reg, self.dtype, self.seed = (
            dropout_keep_ratio,
            normalization,
            reg,
            dtype,
            seed,
        )
        self.params, dims = {}, [input_dim, *hidden_dims, num_classes]
        self.depth = len(dims) - 1
        self.state = [{} for _ in hidden_dims]
        for i in reversed(range(self.depth)):
            self.params[f"W{i + 1}"] = drawn((dims[i], dims[i + 1]), weight_scale)
            self.params[f"b{i + 1}"] = np.zeros(dims[i + 1])
            if normalization and i + 1 < self.depth:
                self.params[f"beta{i + 1}"] = np.zeros(dims[i + 1])
                self.params[f"gamma{i + 1}"] = np.ones(dims[i + 1])
        self.params = {name: value.astype(dtype) for name, value in self.params.items()}

    def loss(self, X, y=None):
        if y is None:
            return self._pass(X.astype(self.dtype), 1, None, {})
        if self.seed is not None:
            np.random.seed(self.seed)
        grads = {}
        self._pass(X.astype(self.dtype), 1, y, grads)
        value = grads.pop("loss")
        for name, W in self.params.items():
            if name[0] == "W":
                value = value + np.float64(0.5) * self.reg * np.linalg.norm(W) ** 2
                grads[name] = grads[name] + self.reg * W
        return np.float64(value), grads

    def _pass(self, x, layer, y, grads):
        """Scores; or, with labels, the gradient with respect to x."""
        W, b = self.params[f"W{layer}"], self.params[f"b{layer}"]
        out = affine(x, W, b)
        if layer == self.depth:
            if y is None:
                return out
            grads["loss"], dout = softmax_loss(out, y)
        else:
            out, back = self._after(out, layer, training=y is not None)
            result = self._pass(out, layer + 1, y, grads)
            if y is None:
                return result
            dout = back(result, grads)
        grads[f"W{layer}"] = x.reshape(len(x), -1).T @ dout
        grads[f"b{layer}"] = dout.sum(axis=0)
        return dout @ W.T

    def _after(self, a, layer, training):
        """What follows the affine layer, and the way back through it."""
        cache = None
        if self.kind is not None:
            self.state[layer - 1]["mode"] = "train" if training else "test"
            scale_and_shift = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
            a, cache = self.normalize(a, *scale_and_shift, self.state[layer - 1])
        mask = (a > 0).astype(a.dtype)
        if training and self.keep != 1:
            mask = mask * np.random.binomial(1, self.keep, a.shape) / self.keep

        def back(dout, grads):
            dout = dout * mask
            if cache is not None:
                dout, dgamma, dbeta = self.normalize_backward(dout, cache)
                grads[f"gamma{layer}"], grads[f"beta{layer}"] = dgamma[None], dbeta[None]
            return dout

        return a * mask, back

    def normalize(self, a, gamma, beta, state):
        forward = batchnorm_forward if self.kind == "batchnorm" else layernorm_forward
        return forward(a, gamma, beta, state)

    def normalize_backward(self, dout, cache):
        backward = batchnorm_backward_alt if self.kind == "batchnorm" else layernorm_backward
        return backward(dout, cache)


class EpsilonOutsideTheRoot(FullyConnectedNet):
    """Divides by the deviation plus epsilon, and by the bare deviation in test mode."""

    def normalize(self, a, gamma, beta, state):
        axis = 0 if self.kind == "batchnorm" else 1
        mean, var = a.mean(axis=axis, keepdims=True), a.var(axis=axis, keepdims=True)
        epsilon = 1e-5
        if axis == 0 and state["mode"] == "test":
            mean, var, epsilon = state["mean"], state["var"], 0
        elif axis == 0:
            state["mean"] = 0.9 * state.get("mean", 0) + 0.1 * mean
            state["var"] = 0.9 * state.get("var", 0) + 0.1 * var
        deviation, centred = np.sqrt(var), a - mean
        out = gamma * centred / (deviation + epsilon) + beta
        return out, (axis, gamma, centred, deviation, deviation + epsilon)

    def normalize_backward(self, dout, cache):
        axis, gamma, centred, deviation, divisor = cache
        scaled = dout * gamma
        dvar = -(scaled * centred).sum(axis, keepdims=True) / divisor**2 / (2 * deviation)
        da = scaled / divisor + 2 * centred * dvar / centred.shape[axis]
        da -= da.mean(axis, keepdims=True)
        return da, (dout * centred / divisor).sum(0), dout.sum(0)


class ThreeLayerConvNet:
    """Out of naive layers; float64 gradients even for a float32 net."""

    def __init__(
        self,
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
    ):
        C, H, W = input_dim
        shapes = [
            (hidden_dim, num_classes),
            (num_filters * (H // 2) * (W // 2), hidden_dim),
            (num_filters, C, filter_size, filter_size),
        ]
        biases = [num_classes, hidden_dim, num_filters]
        self.reg, self.params = reg, {}
        for layer, shape, size in zip((3, 2, 1), shapes, biases, strict=True):
            self.params[f"W{layer}"] = drawn(shape, weight_scale).astype(dtype)
            self.params[f"b{layer}"] = np.zeros(size, dtype)

    def loss(self, X, y=None):
        p = {name: value.astype(np.float64) for name, value in self.params.items()}
        conv_param = {"stride": 1, "pad": (p["W1"].shape[3] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        a, conv = conv_forward_naive(X, p["W1"], p["b1"], conv_param)
        active, relu = relu_forward(a)
        pooled, pool = max_pool_forward_naive(active, pool_param)
        b = affine(pooled, p["W2"], p["b2"])
        hidden = np.maximum(b, 0)
        scores = affine(hidden, p["W3"], p["b3"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = {"b3": dscores.sum(0), "W3": hidden.T @ dscores}
        db = (dscores @ p["W3"].T) * (hidden > 0)
        grads |= {"W2": pooled.reshape(len(X), -1).T @ db, "b2": db.sum(0)}
        dpooled = (db @ p["W2"].T).reshape(pooled.shape)
        da = relu_backward(max_pool_backward_naive(dpooled, pool), relu)
        _, grads["W1"], grads["b1"] = conv_backward_naive(da, conv)
        for name in ("W1", "W2", "W3"):
            loss += 0.5 * self.reg * np.sum(p[name] ** 2)
            grads[name] += self.reg * p[name]
        return loss, grads
