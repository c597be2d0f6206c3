"""Run in a fresh interpreter with a hand-out folder: calls every exercise as the course would.

Usage: ``python handout_calls.py FOLDER``. Prints a JSON object: for every function and net, what came
back: ``null``, or a list of these for a tuple, or the name of a type.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from typing import Any

import numpy as np

EXERCISES = [
    "layers",
    "layer_utils",
    "fast_layers",
    "im2col",
    "optim",
    "classifiers.fc_net",
    "classifiers.cnn",
]


def arguments() -> dict[str, tuple[Any, ...]]:
    """What each function is called with."""
    x, w, b = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)
    images, filters, biases = np.ones((2, 4, 6, 6)), np.ones((3, 4, 3, 3)), np.ones(3)
    conv_param = {"stride": 1, "pad": 1}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    y = np.array([0, 1])
    calls: dict[str, tuple[Any, ...]] = {
        "affine_forward": (x, w, b),
        "relu_forward": (x,),
        "softmax_loss": (x, y),
        "svm_loss": (x, y),
        "batchnorm_forward": (x, np.ones(3), np.ones(3), {"mode": "train"}),
        "batchnorm_backward_alt": (x, None),
        "layernorm_forward": (x, np.ones(3), np.ones(3), {}),
        "dropout_forward": (x, {"mode": "train", "p": 0.5}),
        "spatial_batchnorm_forward": (images, np.ones(4), np.ones(4), {"mode": "train"}),
        "spatial_groupnorm_forward": (images, np.ones((1, 4, 1, 1)), np.ones((1, 4, 1, 1)), 2, {}),
        "affine_relu_forward": (x, w, b),
        "conv_relu_forward": (images, filters, biases, conv_param),
        "conv_bn_relu_forward": (images, filters, biases, biases, biases, conv_param, {"mode": "train"}),
        "conv_relu_pool_forward": (images, filters, biases, conv_param, pool_param),
        "affine_relu_backward": (x, (None, None)),
        "conv_relu_backward": (images, (None, None)),
        "conv_bn_relu_backward": (images, (None, None, None)),
        "conv_relu_pool_backward": (images, (None, None, None)),
        "get_im2col_indices": ((2, 4, 6, 6), 3, 3),
        "im2col_indices": (images, 3, 3),
        "col2im_indices": (np.ones((36, 72)), (2, 4, 6, 6)),
        "sgd": (x, x),
        "sgd_momentum": (x, x),
        "rmsprop": (x, x),
        "adam": (x, x),
    }
    for kind in ("naive", "im2col", "strides", "fast"):
        calls[f"conv_forward_{kind}"] = (images, filters, biases, conv_param)
    for kind in ("naive", "reshape", "im2col", "fast"):
        calls[f"max_pool_forward_{kind}"] = (images, pool_param)
    for name in [name for name in calls if "_forward" in name]:
        calls.setdefault(name.replace("_forward", "_backward"), (x, None))
    return calls


def nets(modules: list[Any]) -> dict[str, tuple[Any, Any]]:
    """Each net, with a batch for it."""
    classes = {
        name: value for module in modules for name, value in vars(module).items() if isinstance(value, type)
    }
    flat = np.ones((2, 12))
    classes["ThreeLayerConvNet"]((3, 8, 8))  # its loss starts from the parameters, which a stub lacks
    return {
        "TwoLayerNet": (classes["TwoLayerNet"](12, 5, 4), flat),
        "FullyConnectedNet": (
            classes["FullyConnectedNet"]([5, 6], 12, 4, dropout_keep_ratio=0.5, normalization="batchnorm"),
            flat,
        ),
    }


def shape_of(value: Any) -> Any:
    """What came back, as JSON."""
    if value is None:
        return None
    return [shape_of(item) for item in value] if isinstance(value, tuple) else type(value).__name__


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    sys.modules["reference"] = sys.modules["grader"] = None  # type: ignore[assignment]  # no help from here
    modules = [importlib.import_module(f"cs231n.{name}") for name in EXERCISES]
    functions = {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    calls = arguments()
    result = {name: shape_of(function(*calls[name])) for name, function in functions.items()}
    for name, (net, X) in nets(modules).items():
        result[name] = [shape_of(net.loss(X)), shape_of(net.loss(X, np.array([0, 1])))]
    json.dump({"results": result, "never called": sorted(calls.keys() - functions.keys())}, sys.stdout)


if __name__ == "__main__":
    main()
