"""Run in a fresh interpreter with a solved hand-out: does its code compute what it should?

Usage: ``python solved_checks.py FOLDER``. Prints a JSON object of numbers, which the tests compare
with values from elsewhere: printed in the course's notebooks, computed by hand, or by differences.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np


def initial_losses() -> list[float]:
    """Of the course's three-layer check, without and with regularization."""
    from cs231n.classifiers.fc_net import FullyConnectedNet

    np.random.seed(231)
    X, y = np.random.randn(2, 15), np.random.randint(10, size=2)
    sizes: dict[str, Any] = {"input_dim": 15, "num_classes": 10, "weight_scale": 5e-2, "dtype": np.float64}
    return [FullyConnectedNet([20, 30], reg=reg, **sizes).loss(X, y)[0] for reg in (0, 3.14)]


def gradient_errors() -> dict[str, float]:
    """Of the layers whose code comes from several parts and helpers."""
    from cs231n import fast_layers, layers
    from cs231n.gradient_check import eval_numerical_gradient_array, relative_error

    random = np.random.default_rng(3)
    x, w, b = random.normal(size=(2, 3, 5, 6)), random.normal(size=(4, 3, 3, 3)), random.normal(size=4)
    conv_param = {"stride": 2, "pad": 1}
    errors = {}
    for name, forward, backward in [
        ("naive", layers.conv_forward_naive, layers.conv_backward_naive),
        ("fast", fast_layers.conv_forward_fast, fast_layers.conv_backward_fast),
    ]:
        out, cache = forward(x, w, b, conv_param)
        dout = random.normal(size=out.shape)
        dw = backward(dout, cache)[1]
        numeric = eval_numerical_gradient_array(lambda w, f=forward: f(x, w, b, conv_param)[0], w, dout)
        errors[name] = relative_error(dw, numeric)
    return errors


def training() -> dict[str, Any]:
    """A small net on the small data set."""
    from cs231n.classifiers.cnn import ThreeLayerConvNet
    from cs231n.data_utils import get_CIFAR10_data, write_sample_cifar10
    from cs231n.solver import Solver

    np.random.seed(0)
    with tempfile.TemporaryDirectory() as folder:
        root = write_sample_cifar10(Path(folder, "cifar"), num_train=100, num_test=5)
        data = get_CIFAR10_data(num_training=50, root=root)
    net = ThreeLayerConvNet(num_filters=4, filter_size=3, hidden_dim=20, weight_scale=1e-2)
    config = {"learning_rate": 3e-3}
    solver = Solver(
        net, data, update_rule="adam", optim_config=config, num_epochs=12, batch_size=25, verbose=False
    )
    solver.train()
    return {"first": solver.loss_history[0], "last": solver.loss_history[-1]}


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    sys.modules["reference"] = sys.modules["grader"] = None  # type: ignore[assignment]  # no help from here
    from cs231n import layers

    out, _ = layers.affine_forward(np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]]), np.array([0.5]))
    bad = ""
    try:
        layers.affine_forward(np.ones((2, 3)), np.ones((4, 5)), np.ones(5))
    except ValueError as error:
        bad = str(error)
    result = {
        "affine": out.tolist(),
        "refused": bad,
        "initial losses": initial_losses(),
        "gradient errors": gradient_errors(),
        "training": training(),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
