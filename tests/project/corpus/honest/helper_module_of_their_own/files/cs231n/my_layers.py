import numpy as np
from numpy import maximum, random as rnd


def affine_forward(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b[np.newaxis], dict(x=x, w=w)


def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    return np.inner(dout, w).reshape(x.shape), x.reshape(len(x), -1).transpose() @ dout, np.add.reduce(dout)


def rectify(x):
    return maximum(0, x), x


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, None
    if dropout_param.get("seed") is not None:
        rnd.seed(dropout_param["seed"])
    keep = rnd.binomial(1, dropout_param["p"], size=x.shape) / dropout_param["p"]
    return x * keep, keep


def dropout_backward(dout, keep):
    return dout if keep is None else keep * dout
