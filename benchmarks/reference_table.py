"""How right the reference is: docs/reference.md, function by function.

    python benchmarks/reference_table.py > docs/reference.md

Three figures for each function: the analytic gradient against centred differences; the output against
an oracle that shares no code with it (loops, closed forms, SciPy, decimals: ``tests/project/oracles``);
and, for float32 input, whether everything stays float32 and how far it is from float64.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "project"))

import reference
from oracles import affine, convolution, elementwise, losses, nets, normalization, optim
from oracles.gradients import relative_error
from reference.tour import gradient_errors, layer_cases

HEAD = """# How right the reference is

Made by `python benchmarks/reference_table.py > docs/reference.md`. All errors are relative and norm-wise.

- **gradient**: the analytic gradient against centred differences (h = 1e-5) under a random upstream
  gradient, the worst over all arguments (for nets: against a complex step through plain loops, which has
  no error of its own). The bound is 1e-7 for a layer and 1e-5 for a net.
- **oracle**: the output against an implementation that shares no code with it. The bound is 1e-10.
- **float32**: the output and gradients for float32 input against those for float64; `kept` means that
  all of them come back as float32. (Losses are Python floats by definition.)

| function | gradient | oracle | float32 | dtype |
|---|---:|---:|---:|---|"""

POOL = {"pool_height": 2, "pool_width": 3, "stride": 2}


def oracle_of(case, y):
    """The oracle's output for a case of the tour, or None where the mask is random by design."""
    a = case.arguments
    x = a["x"]
    name = case.name.removesuffix("_naive").removesuffix("_fast")
    makers = {
        "affine": lambda: affine.affine_forward(x, a["w"], a["b"]),
        "relu": lambda: elementwise.each(elementwise.relu, x),
        "leaky_relu": lambda: elementwise.each(lambda v: elementwise.leaky_relu(v, 0.01), x),
        "sigmoid": lambda: elementwise.each(elementwise.sigmoid, x),
        "softmax_loss": lambda: losses.softmax_loss(x, y)[0],
        "svm_loss": lambda: losses.svm_loss(x, y)[0],
        "batchnorm": lambda: normalization.batchnorm(x, a["gamma"], a["beta"]),
        "batchnorm_alt": lambda: normalization.batchnorm(x, a["gamma"], a["beta"]),
        "layernorm": lambda: normalization.layernorm(x, a["gamma"], a["beta"]),
        "dropout": lambda: x * elementwise.dropout_mask(x.shape, 0.6, 5),
        "conv": lambda: convolution.convolution(x, a["w"], a["b"], 2, 1),
        "max_pool": lambda: convolution.max_pool(x, *POOL.values())[0],
        "spatial_batchnorm": lambda: normalization.spatial_batchnorm(x, a["gamma"], a["beta"]),
        "spatial_groupnorm": lambda: normalization.groupnorm(x, a["gamma"], a["beta"], 2),
    }
    return makers[name]()


def layer_rows() -> Iterator[tuple[str, ...]]:
    """One row per layer and loss."""
    doubles = layer_cases(np.random.default_rng(0))
    singles = layer_cases(np.random.default_rng(0), np.float32)
    labels = labels_of_tour()
    for case, single in zip(doubles, singles, strict=True):
        gradient = max(gradient_errors(case, np.random.default_rng(1)).values())
        out = np.asarray(case.forward(**case.arguments)[0])
        oracle = relative_error(out, np.asarray(oracle_of(case, labels)))
        dout = np.random.default_rng(2).standard_normal(out.shape)
        exact = [out, *case.gradients(dout).values()]
        small = [single.forward(**single.arguments)[0], *single.gradients(dout.astype(np.float32)).values()]
        error = max(relative_error(np.asarray(s, float), e) for s, e in zip(small, exact, strict=True))
        arrays = [value for value in small if isinstance(value, np.ndarray)]
        kept = all(value.dtype == np.float32 for value in arrays)
        yield case.name, f"{gradient:.0e}", f"{oracle:.0e}", f"{error:.0e}", "kept" if kept else "LOST"


def labels_of_tour():
    """The labels of the tour's loss cases, read back from the gradient of the softmax loss."""
    case = next(case for case in layer_cases(np.random.default_rng(0)) if case.name == "softmax_loss")
    return case.gradients(np.ones(()))["x"].argmin(axis=1)


def optimizer_rows() -> Iterator[tuple[str, ...]]:
    """Five steps of each rule against the closed form of its sums."""
    rng = np.random.default_rng(3)
    w, steps = rng.standard_normal((3, 4)), [rng.standard_normal((3, 4)) for _ in range(5)]
    zero = np.zeros_like(w)
    cases = {
        "sgd": ({"learning_rate": 0.1}, lambda **_: w - 0.1 * sum(steps)),
        "sgd_momentum": (
            {"learning_rate": 0.1, "momentum": 0.9},
            lambda **c: optim.sgd_momentum(w, steps, velocity=zero, **c)[0],
        ),
        "rmsprop": (
            {"learning_rate": 0.1, "decay_rate": 0.9, "epsilon": 1e-8},
            lambda **c: optim.rmsprop(w, steps, cache=zero, **c)[0],
        ),
        "adam": (
            {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8},
            lambda **c: optim.adam(w, steps, m=zero, v=zero, t=0, **c)[0],
        ),
        "adagrad": (
            {"learning_rate": 0.1, "epsilon": 1e-8},
            lambda **c: optim.adagrad(w, steps, cache=zero, **c)[0],
        ),
    }
    for name, (settings, oracle) in cases.items():
        double, single = (after(name, settings, w, steps, dtype) for dtype in (np.float64, np.float32))
        error = relative_error(double - w, oracle(**settings) - w)
        kept = "kept" if single.dtype == np.float32 else "LOST"
        yield name, "-", f"{error:.0e}", f"{relative_error(single.astype(float), double):.0e}", kept


def after(name, settings, w, steps, dtype):
    """The weights after all steps of a rule."""
    rule, config, weights = getattr(reference, name), dict(settings), w.astype(dtype)
    for step in steps:
        weights, config = rule(weights, step.astype(dtype), config)
    return weights


def net_rows() -> Iterator[tuple[str, ...]]:
    """Loss and gradients of each net, with regularization, against loops and a complex step."""
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((8, 6)), rng.integers(4, size=8)
    images = rng.standard_normal((3, 2, 4, 4))
    fc = {"hidden_dims": [7, 5], "input_dim": 6, "num_classes": 4, "reg": 0.3, "weight_scale": 0.5}

    def fc_scores(norm):
        return lambda p: nets.fully_connected_scores(p, X, normalization=norm)

    cases = [
        ("TwoLayerNet", lambda dtype: two_layer(dtype), X, y, fc_scores(None)),
        (
            "FullyConnectedNet",
            lambda dtype: reference.FullyConnectedNet(**fc, dtype=dtype),
            X,
            y,
            fc_scores(None),
        ),
    ]
    for norm in ("batchnorm", "layernorm"):
        build = lambda dtype, norm=norm: reference.FullyConnectedNet(**fc, normalization=norm, dtype=dtype)  # noqa: E731
        name = f"FullyConnectedNet, {norm}" if norm else "FullyConnectedNet"
        cases.append((name, build, X, y, fc_scores(norm)))
    cases.append(("ThreeLayerConvNet", conv_net, images, y[:3], lambda p: nets.conv_net_scores(p, images)))
    for name, build, inputs, labels, scores in cases:
        yield net_row(name, build, inputs, labels, scores)


def two_layer(dtype):
    """A small two-layer net in a dtype: the class itself has no such argument."""
    net = reference.TwoLayerNet(6, 7, 4, weight_scale=0.5, reg=0.3)
    net.params = {name: value.astype(dtype) for name, value in net.params.items()}
    return net


def conv_net(dtype):
    """A small convolutional net."""
    return reference.ThreeLayerConvNet(
        (2, 4, 4),
        num_filters=3,
        filter_size=3,
        hidden_dim=5,
        num_classes=4,
        weight_scale=0.5,
        reg=0.3,
        dtype=dtype,
    )


def net_row(name, build, X, y, scores) -> tuple[str, ...]:
    """One net: its gradients, its loss and its float32 twin."""
    np.random.seed(5)
    net = build(np.float64)
    loss, grads = net.loss(X, y)

    def oracle(params):
        return nets.softmax_loss_with_penalty(scores(params), y, params, net.reg)

    exact = nets.complex_step_gradients(oracle, net.params)
    used = [key for key in grads if np.linalg.norm(exact[key]) > 1e-12]  # a bias before batch norm
    gradient = max(relative_error(grads[key], exact[key]) for key in used)
    np.random.seed(5)
    single = build(np.float32)
    small_loss, small = single.loss(X.astype(np.float32), y)
    error = max(relative_error(small[key].astype(float), grads[key]) for key in used)
    kept = "kept" if all(value.dtype == np.float32 for value in small.values()) else "LOST"
    forward = abs(loss - oracle(net.params).real) / abs(loss)
    return name, f"{gradient:.0e}", f"{forward:.0e}", f"{max(error, abs(small_loss - loss) / loss):.0e}", kept


if __name__ == "__main__":
    print(HEAD)
    for rows in (layer_rows(), optimizer_rows(), net_rows()):
        for row in rows:
            print(f"| {' | '.join(row)} |")
