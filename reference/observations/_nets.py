"""What to do with the nets: look at fresh weights; assign known ones, and take scores and losses.

Fresh weights are random, and right implementations may draw them in different orders; so they are
seen as statistics, on a grid so coarse that every right draw lands in the same place. The same goes
for the units that dropout drops. Nets get copies of their settings, which lists of widths are part of.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from reference._checks import FloatArray
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.observations._capture import Case, Cases, Implementation, Seen
from reference.observations._dropout import kept_fraction, scale

WEIGHT_SCALE = 0.1


def _construction(**settings: Any) -> Case:
    """Names, shapes and statistics of fresh parameters."""

    def case(net: Implementation, rng: np.random.Generator) -> Seen:
        params = net(**deepcopy(settings), weight_scale=WEIGHT_SCALE).params
        yield "names of the parameters", sorted(params)
        for name, value in sorted(params.items()):
            yield f"{name}, shape", value.shape
            yield f"{name}, mean", _on_grid(value.mean())
            yield f"{name}, standard deviation", _on_grid(value.std())
            yield f"{name}, all equal", np.all(value == value.flat[0])

    return case


def _on_grid(statistic: float) -> float:
    step = WEIGHT_SCALE / 4
    return float(step * np.round(statistic / step))


def _assign(made: Any, fresh: Any, rng: np.random.Generator) -> None:
    """Give the net known parameters, of the names and shapes that a trusted net has."""
    for name, value in sorted(fresh.params.items()):
        made.params[name] = 0.5 * rng.normal(size=value.shape)


def _use(trusted: Implementation, images: tuple[int, ...], steps: int = 1, **settings: Any) -> Case:
    """Scores, then loss and gradients of a number of training steps, then scores again.

    Parameters
    ----------
    trusted : callable
        The trusted net, which knows the names and shapes of the parameters.
    images : tuple
        Shape of a mini-batch.
    steps : int
    **settings
        How to build the net.
    """

    def case(net: Implementation, rng: np.random.Generator) -> Seen:
        made = net(**deepcopy(settings))
        _assign(made, trusted(**settings), rng)
        X = rng.normal(size=images)
        yield "scores", made.loss(X)
        for step in range(1, steps + 1):
            loss, grads = made.loss(rng.normal(size=images), rng.integers(4, size=images[0]))
            yield f"loss, step {step}", loss
            yield f"names of the gradients, step {step}", sorted(grads)
            for name, gradient in sorted(grads.items()):
                yield f"gradient of {name}, step {step}", gradient
        yield "scores after training", made.loss(X)

    return case


def _open_units(settings: dict[str, Any], rng: np.random.Generator) -> dict[str, FloatArray]:
    """Parameters with which every unit is positive for every input, unless it is dropped."""
    params = FullyConnectedNet(**settings).params
    drawn = {name: 1e-3 * rng.normal(size=value.shape) for name, value in sorted(params.items())}
    # A large bias, or behind a normalization a small scale and a large shift, keeps the ReLUs open.
    return {name: value + (1.0 if name[0] == "b" else 0.0) for name, value in drawn.items()}


def _dropout_in_layer(net: Implementation, rng: np.random.Generator) -> Seen:
    """One hidden layer, one example: which units are kept, what they pass up, and what they pass down."""
    settings = {**_FULL, "hidden_dims": [300], "num_classes": 300, "dropout_keep_ratio": 1 / 3}
    made, params, x = net(**deepcopy(settings)), _open_units(settings, rng), rng.normal(size=(1, 6))
    made.params.update(params)
    _, grads = made.loss(x, np.zeros(1, dtype=int))
    dscores = grads["b2"]
    c = np.argmax(np.abs(dscores))
    values = grads["W2"][:, c] / dscores[c]  # of the hidden units, since dW2 is their product with dscores
    kept = values != 0
    yield "fraction of units kept", kept_fraction(kept)
    yield (
        "kept values over those without dropout",
        scale((values / (x[0] @ params["W1"] + params["b1"]))[kept]),
    )
    yield (
        "kept units' gradient over that without dropout",
        scale((grads["b1"] / (params["W2"] @ dscores))[kept]),
    )
    yield "dropped units without gradient", np.all(grads["b1"][~kept] == 0)
    yield "scores with a gradient", kept_fraction(dscores != 0)


def _dropout_in_depth(normalization: str | None) -> Case:
    """Two hidden layers, one example: the fraction of units that is kept in either."""

    def case(net: Implementation, rng: np.random.Generator) -> Seen:
        settings = {
            **_FULL,
            "hidden_dims": [300, 250],
            "num_classes": 250,
            "dropout_keep_ratio": 1 / 3,
            "normalization": normalization,
        }
        made = net(**deepcopy(settings))
        made.params.update(_open_units(settings, rng))
        _, grads = made.loss(rng.normal(size=(1, 6)), np.zeros(1, dtype=int))
        # A row of a weight's gradient is zero if the unit that it comes from was dropped.
        yield "fraction kept in layer 1", kept_fraction((grads["W2"] != 0).any(axis=1))
        yield "fraction kept in layer 2", kept_fraction((grads["W3"] != 0).any(axis=1))
        yield "scores with a gradient", kept_fraction(grads["b3"] != 0)

    return case


def _tested_with_dropout(net: Implementation, rng: np.random.Generator) -> Seen:
    settings = {**_FULL, "hidden_dims": [5, 7], "dropout_keep_ratio": 0.4}
    made = net(**deepcopy(settings))
    _assign(made, FullyConnectedNet(**settings), rng)
    yield "scores", made.loss(rng.normal(size=(6, 6)))


def _dropout_seeded(net: Implementation, rng: np.random.Generator) -> Seen:
    settings = {**_FULL, "hidden_dims": [50, 40], "dropout_keep_ratio": 0.4}
    X, y = rng.normal(size=(5, 6)), rng.integers(4, size=5)
    for seed, name in ((3, "with a seed the loss repeats"), (None, "without a seed the loss repeats")):
        made = net(**deepcopy(settings), weight_scale=0.5, seed=seed)
        yield name, made.loss(X, y)[0] == made.loss(X, y)[0]


_TWO: dict[str, Any] = {"input_dim": 6, "hidden_dim": 5, "num_classes": 4}
_CONV: dict[str, Any] = {
    "input_dim": (3, 4, 6),
    "num_filters": 5,
    "filter_size": 3,
    "hidden_dim": 6,
    "num_classes": 4,
    "dtype": np.float64,
}
_CONV_LARGE: dict[str, Any] = {
    "input_dim": (3, 8, 10),
    "num_filters": 32,
    "filter_size": 5,
    "hidden_dim": 50,
    "num_classes": 60,
    "dtype": np.float64,
}
_FULL: dict[str, Any] = {"input_dim": 6, "num_classes": 4, "dtype": np.float64}
_FULL_LARGE: dict[str, Any] = {
    "hidden_dims": [60, 80],
    "input_dim": 50,
    "num_classes": 40,
    "dtype": np.float64,
}


def _full(steps: int = 1, **settings: Any) -> Case:
    return _use(FullyConnectedNet, (6, 6), steps, **_FULL, hidden_dims=[5, 7, 3], **settings)


CASES: dict[str, Cases] = {
    "TwoLayerNet": {
        "construction": _construction(input_dim=50, hidden_dim=80, num_classes=40),
        "without regularization": _use(TwoLayerNet, (3, 6), **_TWO, reg=0.0),
        "with regularization": _use(TwoLayerNet, (3, 6), **_TWO, reg=0.4),
        "images": _use(TwoLayerNet, (3, 1, 2, 3), **_TWO, reg=0.0),
    },
    "FullyConnectedNet": {
        "construction": _construction(**_FULL_LARGE),
        "construction with batchnorm": _construction(**_FULL_LARGE, normalization="batchnorm"),
        "construction with layernorm": _construction(**_FULL_LARGE, normalization="layernorm"),
        "without regularization": _full(),
        "with regularization": _full(reg=0.4),
        "one hidden layer": _use(FullyConnectedNet, (3, 6), **_FULL, hidden_dims=[5], reg=0.4),
        "with batchnorm": _full(normalization="batchnorm", steps=2),
        "with batchnorm, layers of one size": _use(
            FullyConnectedNet, (6, 6), steps=2, **_FULL, hidden_dims=[5, 5, 5], normalization="batchnorm"
        ),
        "with layernorm": _full(normalization="layernorm"),
        "with batchnorm and regularization": _full(normalization="batchnorm", reg=0.4),
        "testing with dropout": _tested_with_dropout,
        "dropout": _dropout_in_layer,
        "dropout in two layers": _dropout_in_depth(None),
        "dropout with batchnorm": _dropout_in_depth("batchnorm"),
        "dropout with layernorm": _dropout_in_depth("layernorm"),
        "dropout with a seed": _dropout_seeded,
    },
    "ThreeLayerConvNet": {
        "construction": _construction(**_CONV_LARGE),
        "without regularization": _use(ThreeLayerConvNet, (3, 3, 4, 6), **_CONV, reg=0.0),
        "with regularization": _use(ThreeLayerConvNet, (3, 3, 4, 6), **_CONV, reg=0.4),
    },
}
