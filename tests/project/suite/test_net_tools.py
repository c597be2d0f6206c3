"""The tools that the checks of nets are written with: each accepts what is right and rejects what is not."""

import itertools

import numpy as np
import pytest

from grader.errors import GraderFault
from grader.resources import assignment_folder
from grader.subject.interface import load_interface
from grader.subject.local import LocalNet, LocalSubject
from grader.suite import Mismatch
from grader.suite.kinks import MARGIN, conv_net_distance, fully_connected_distance, smooth
from grader.suite.nets import (
    assign,
    conv_net_shapes,
    draw_parameters,
    expect_initialization,
    expect_loss,
    expect_names,
    expect_net_gradients,
    expect_own_gradients,
    expect_penalty,
    fully_connected_shapes,
    layers_of_net,
    untrained,
)
from oracles.nets import Kinks, conv_net_scores, fully_connected_scores
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.observations import trusted

NORMALIZATIONS = [None, "batchnorm", "layernorm"]


# Parameters


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_shapes_are_those_of_the_nets(normalization):
    net = FullyConnectedNet([6, 5], input_dim=4, num_classes=3, normalization=normalization)
    assert fully_connected_shapes([4, 6, 5, 3], normalization) == {k: v.shape for k, v in net.params.items()}
    conv = ThreeLayerConvNet((2, 6, 4), 3, 5, 7, 4)
    assert conv_net_shapes((2, 6, 4), 3, 5, 7, 4) == {k: v.shape for k, v in conv.params.items()}


def test_drawn_parameters_have_no_zeros_and_keep_the_signal(rng):
    dims = [100] * 6
    parameters = draw_parameters(rng, fully_connected_shapes(dims, "layernorm"))
    assert all(value.all() for value in parameters.values())
    out = rng.standard_normal((50, 100))
    for layer in range(1, 6):
        out = np.maximum(out @ parameters[f"W{layer}"], 0)
    assert 0.3 < out.std() < 3


def test_only_what_stands_before_a_normalization_is_wide(rng):
    parameters = draw_parameters(rng, fully_connected_shapes([20, 20, 20], "batchnorm"), wide=True)
    assert parameters["W1"].std() > 1e3 < parameters["b1"].std()
    assert parameters["W2"].std() < 1 > parameters["b2"].std()


def test_untrained_parameters_are_those_of_a_new_net_but_for_the_weights():
    net = FullyConnectedNet([6, 5], input_dim=4, num_classes=3, normalization="batchnorm")
    for name, value in untrained(fully_connected_shapes([4, 6, 5, 3], "batchnorm")).items():
        assert name.startswith("W") or np.array_equal(value, net.params[name])


def test_what_a_net_rests_on():
    assert layers_of_net(labels=False) == ("affine_forward", "relu_forward")
    assert set(layers_of_net("batchnorm", dropout=True)) == {
        "softmax_loss",
        *(f"{a}_{b}" for a in ("affine", "relu", "batchnorm", "dropout") for b in ("forward", "backward")),
    }


# Kinks


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_distance_from_the_kinks_of_a_fully_connected_net(rng, normalization):
    parameters = draw_parameters(rng, fully_connected_shapes([4, 6, 5, 3], normalization))
    X, kinks = rng.standard_normal((5, 2, 2)), Kinks()
    fully_connected_scores(parameters, X, normalization, kinks=kinks)
    assert fully_connected_distance(parameters, X, normalization) == pytest.approx(kinks.distance, rel=1e-9)


@pytest.mark.parametrize("shift", [0.0, -1.0, 3.0])
def test_distance_from_the_kinks_of_a_conv_net(rng, shift):
    # Shifted down most units are dead, shifted up only the ties of the pooling are left.
    parameters = draw_parameters(rng, conv_net_shapes((2, 6, 4), 3, 3, 4, 3))
    parameters["b1"] += shift
    X, kinks = rng.standard_normal((3, 2, 6, 4)), Kinks()
    conv_net_scores(parameters, X, kinks)
    assert conv_net_distance(parameters, X) == pytest.approx(kinks.distance, rel=1e-9)


def test_smooth_takes_the_first_that_keeps_the_margin():
    distances = iter([0.0, MARGIN / 2, 2 * MARGIN, 5 * MARGIN])
    made = smooth(lambda: {"d": next(distances)}, lambda parameters: parameters["d"])
    assert made == {"d": 2 * MARGIN}
    with pytest.raises(GraderFault, match="smaller net"):
        smooth(dict, lambda parameters: 0.0)


# First weights


def new_net(**changes):
    net = FullyConnectedNet([40], 30, 20, weight_scale=0.1, normalization="batchnorm", dtype=np.float64)
    net.params.update(changes)
    return net


def initialization(net):
    shapes = fully_connected_shapes([30, 40, 20], "batchnorm")
    expect_initialization(LocalNet(net), shapes, 0.1, call="FullyConnectedNet(...)")


def test_right_first_weights_pass():
    for _ in range(20):
        initialization(new_net())


# So far off that no draw hides it: sixteen standard deviations and more, where the check allows seven.
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("W1", lambda W: W.T, "shape"),
        ("W1", lambda W: W + 0.05, "mean"),
        ("W1", lambda W: 1.4 * W, "standard deviation"),
        ("W2", lambda W: 0.6 * W, "standard deviation"),
        ("W2", lambda W: 0 * W + 0.1, "standard deviation"),
        ("b2", lambda b: b + 1e-9, "wanted 0 everywhere"),
        ("gamma1", lambda g: 0 * g, "wanted 1 everywhere"),
        ("beta1", lambda b: b + np.eye(1, 40)[0], "wanted 0 everywhere"),
    ],
)
def test_wrong_first_weights_are_rejected(name, value, words):
    net = new_net(**{name: value(new_net().params[name])})
    with pytest.raises(Mismatch, match=words) as caught:
        initialization(net)
    assert repr(name) in caught.value.finding.message


def test_missing_names():
    expect_names("params", {"W1": 0, "b1": 0, "more": 0}, ("W1", "b1"), call="f()")
    with pytest.raises(Mismatch, match="params lacks b1, W2") as caught:
        expect_names("params", {"W1": 0}, ("W1", "b1", "W2"), call="f()")
    assert caught.value.finding.kind == "property"
    assert list(caught.value.got) == [True, False, False]
    with pytest.raises(Mismatch, match="has none of") as caught:
        expect_names("params", {}, ("W1", "b1"), call="f()")
    assert caught.value.finding.kind == "missing"


# Comparisons


class Twisted(TwoLayerNet):
    """A right net but for a small change of what ``loss`` gives."""

    def __init__(self, change):
        super().__init__(6, 5, 4)
        self.change = change

    def loss(self, X, y=None):
        loss, grads = super().loss(X, y)
        return self.change(self, loss, grads)


def pair(rng, change):
    nets = Twisted(change), TwoLayerNet(6, 5, 4)
    assign(nets, draw_parameters(rng, fully_connected_shapes([6, 5, 4])))
    return nets, rng.standard_normal((7, 6)), rng.integers(4, size=7)


def compare(rng, change):
    nets, X, y = pair(rng, change)
    expect_loss(nets, X, y, call="loss(X, y)")
    expect_net_gradients(nets, X, y, call="loss(X, y)")
    expect_penalty(nets, X, y, 0.5, call="loss(X, y)")


def test_an_equal_net_passes(rng):
    compare(rng, lambda net, loss, grads: (np.array([loss]), {**grads, "b1": grads["b1"][None]}))


@pytest.mark.parametrize(
    "change",
    [
        lambda net, loss, grads: (loss + 1e-5, grads),
        lambda net, loss, grads: (loss, {**grads, "W2": grads["W2"] * (1 + 1e-5)}),
        lambda net, loss, grads: (loss, {**grads, "W1": grads["W1"].T}),
        lambda net, loss, grads: (loss, {"W1": grads["W1"]}),
        lambda net, loss, grads: (0.0, {}),
        lambda net, loss, grads: (loss + 1e-5 * net.reg, grads),
        lambda net, loss, grads: (loss, {**grads, "b2": grads["b2"] + 1e-5 * net.reg * net.params["b2"]}),
    ],
    ids=["loss", "W2", "transposed", "missing", "nothing", "penalty", "bias in the penalty"],
)
def test_a_slightly_different_net_is_rejected(rng, change):
    with pytest.raises(Mismatch):
        compare(rng, change)


@pytest.mark.parametrize("factor", [1.0, 1.001])
def test_own_gradients(rng, factor):
    class Scaled(TwoLayerNet):
        def loss(self, X, y=None):
            loss, grads = super().loss(X, y)
            return loss, {**grads, "W2": factor * grads["W2"]}

    X, y = rng.standard_normal((3, 6)), rng.integers(4, size=3)
    net = subject(TwoLayerNet=Scaled).nets.TwoLayerNet(input_dim=6, hidden_dim=5, num_classes=4, reg=0.5)
    parameters = smooth(
        lambda: draw_parameters(rng, fully_connected_shapes([6, 5, 4])),
        lambda made: fully_connected_distance(made, X),
    )
    assign([net], parameters)
    if factor == 1:
        expect_own_gradients(net, X, y, draw=rng, call="loss(X, y)")
    else:
        with pytest.raises(Mismatch, match="grads.'W2'. is not the gradient"):
            expect_own_gradients(net, X, y, draw=rng, call="loss(X, y)")


# Training


def subject(**replaced):
    interface = load_interface(assignment_folder("cs231n_a2") / "interface.toml")
    return LocalSubject(interface, {name: trusted(name) for name in interface.names} | replaced)


def train(local, seed=3, rule="adam"):
    """A trained net and its histories; the random stream must not notice."""
    draw = np.random.default_rng(1)
    net = local.nets.FullyConnectedNet(hidden_dims=[8], input_dim=6, num_classes=4, dtype="float64")
    assign([net], draw_parameters(draw, fully_connected_shapes([6, 8, 4])))
    X, y = draw.standard_normal((20, 6)), draw.integers(4, size=20)
    data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
    settings = {"optim_config": {"learning_rate": 0.01}, "num_epochs": 3, "batch_size": 5}
    before = np.random.get_state()[1].copy()
    histories = local.train(net, data, update_rule=rule, seed=seed, **settings)
    assert np.array_equal(np.random.get_state()[1], before)
    return net, histories


def test_training_repeats_itself_and_leaves_the_random_stream_alone():
    nets, histories = zip(*(train(subject(), seed) for seed in (3, 3, 4)), strict=True)
    assert histories[0] == histories[1] != histories[2]
    assert np.array_equal(nets[0].params["W1"], nets[1].params["W1"])
    assert [len(histories[0][f"{name}_history"]) for name in ("loss", "train_acc", "val_acc")] == [12, 4, 4]


def test_training_uses_the_update_rule_of_the_subject():
    steps = []

    def standing_still(w, dw, config=None):
        steps.append(config["learning_rate"])
        return w, config

    net, _ = train(subject(adam=standing_still), rule="adam")
    assert steps == [0.01] * 12 * 4
    assert np.array_equal(net.params["W1"], train(subject(adam=standing_still))[0].params["W1"])
    assert not np.array_equal(net.params["W1"], train(subject())[0].params["W1"])


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_a_dtype_is_given_by_its_name(name):
    seen = []

    class Watched(FullyConnectedNet):
        def __init__(self, **settings):
            seen.append(settings["dtype"])
            super().__init__(**settings)

    net = subject(FullyConnectedNet=Watched).nets.FullyConnectedNet(hidden_dims=[3], dtype=name)
    assert seen == [getattr(np, name)]
    assert {net.params[key].dtype for key in net.params} == {np.dtype(name)}


def test_every_margin_is_wider_than_a_step_moves_a_unit(rng):
    """Units of nets as large as those of the checks move by a tenth of the margin at most."""
    dims, X = [15, 20, 30, 10], rng.standard_normal((8, 15))
    for normalization, _ in itertools.product(NORMALIZATIONS, range(2)):
        parameters = draw_parameters(rng, fully_connected_shapes(dims, normalization))
        for name, value in parameters.items():
            direction = rng.standard_normal(value.shape)
            moved = {**parameters, name: value + 1e-5 * direction / np.linalg.norm(direction)}
            off = np.abs(hidden_units(moved, X, normalization) - hidden_units(parameters, X, normalization))
            assert off.max() < MARGIN / 10


def hidden_units(parameters, X, normalization):
    """All numbers that go into a ReLU, one after the other."""
    found = []

    class Noting(Kinks):
        def near(self, value):
            found.append(value.real)

    fully_connected_scores(parameters, X, normalization, kinks=Noting())
    return np.array(found)
