"""The networks: the course's numbers, gradients by three independent ways, and their conventions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from oracles.gradients import numerical_gradient, relative_error
from oracles.nets import (
    Kinks,
    complex_step_gradients,
    conv_net_scores,
    fully_connected_scores,
    softmax_loss_with_penalty,
)
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet

NORMALIZATIONS = [None, "batchnorm", "layernorm"]
SEED = 123  # of the dropout layers


def small_fc(reg=0.0, normalization=None, keep=1.0, hidden_dims=(6, 5), dtype=np.float64):
    """A network of 4 inputs and 3 classes whose parameters are all of ordinary size."""
    model = FullyConnectedNet(
        hidden_dims,
        input_dim=4,
        num_classes=3,
        dropout_keep_ratio=keep,
        normalization=normalization,
        reg=reg,
        dtype=dtype,
        seed=SEED,
    )
    randomize(model, dtype)
    return model


def small_conv(reg=0.0, input_dim=(2, 6, 4), filter_size=3, dtype=np.float64):
    model = ThreeLayerConvNet(
        input_dim, num_filters=3, filter_size=filter_size, hidden_dim=4, num_classes=3, reg=reg, dtype=dtype
    )
    randomize(model, dtype)
    return model


def randomize(model, dtype=np.float64):
    """Give every parameter, biases and scales among them, a value away from zero."""
    rng = np.random.default_rng(5)
    for name, value in model.params.items():
        size = rng.uniform(0.3, 1.0, value.shape) * rng.choice([-1.0, 1.0], value.shape)
        model.params[name] = size.astype(dtype)


def fc_batch():
    rng = np.random.default_rng(38)  # keeps every unit at least 0.01 from its kink
    return rng.standard_normal((5, 2, 2)), np.array([0, 2, 1, 1, 0])


def conv_batch(input_dim=(2, 6, 4)):
    rng = np.random.default_rng(3)
    return rng.standard_normal((3, *input_dim)), np.array([2, 0, 1])


def dropout_masks(N, hidden_dims, keep):
    """What the seed's stream, started anew for every layer, makes of the units."""
    return [(np.random.RandomState(SEED).rand(N, H) < keep) / keep for H in hidden_dims]


def check_against_differences(model, X, y, vanishing=()):
    """Every gradient agrees with centred differences of the model's own loss."""
    _, grads = model.loss(X, y)
    assert set(grads) == set(model.params)
    for name, value in list(model.params.items()):
        assert grads[name].shape == value.shape

        def loss(varied, name=name):
            model.params[name] = varied
            return model.loss(X, y)[0]

        numeric = numerical_gradient(loss, value)
        model.params[name] = value
        if name in vanishing:
            assert np.abs(grads[name]).max() < 1e-12
            assert np.abs(numeric).max() < 1e-9
        else:
            assert relative_error(numeric, grads[name]) < 1e-5, name


def check_against_oracle(model, X, y, scores_of, vanishing=()):
    """Loss and gradients agree with the loops, whose gradients come without backpropagation."""

    def oracle(params):
        return softmax_loss_with_penalty(scores_of(params), y, params, model.reg)

    with np.errstate(all="raise"):
        loss, grads = model.loss(X, y)
    assert isinstance(loss, float)
    assert loss == pytest.approx(oracle(model.params).real, rel=1e-13)
    exact = complex_step_gradients(oracle, model.params)
    for name, value in exact.items():
        if name in vanishing:
            assert np.abs(value).max() < 1e-14
            assert np.abs(grads[name]).max() < 1e-14
        else:
            assert relative_error(value, grads[name]) < 1e-12, name


# The numbers that the course prints


def test_two_layer_net_meets_the_course_scores_and_losses():
    D, H, C, N = 5, 50, 7, 3
    model = TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=C, weight_scale=1e-3)
    model.params["W1"] = np.linspace(-0.7, 0.3, num=D * H).reshape(D, H)
    model.params["b1"] = np.linspace(-0.1, 0.9, num=H)
    model.params["W2"] = np.linspace(-0.3, 0.4, num=H * C).reshape(H, C)
    model.params["b2"] = np.linspace(-0.9, 0.1, num=C)
    X = np.linspace(-5.5, 4.5, num=N * D).reshape(D, N).T
    printed = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    np.testing.assert_allclose(model.loss(X), printed, rtol=0, atol=6e-9, strict=True)
    y = np.array([0, 5, 1])
    assert model.loss(X, y)[0] == pytest.approx(3.4702243556, abs=6e-11)
    model.reg = 1.0
    assert model.loss(X, y)[0] == pytest.approx(26.5948426952, abs=6e-11)


@pytest.mark.parametrize(
    ("normalization", "losses"),
    [
        (None, [2.3004790897684924, 7.052114776533016]),
        ("batchnorm", [2.2611955101340957, 6.996533220108303]),
    ],
)
def test_fully_connected_net_meets_the_course_initial_losses(normalization, losses):
    np.random.seed(231)
    X = np.random.randn(2, 15)
    y = np.random.randint(10, size=(2,))
    for reg, printed in zip([0, 3.14], losses, strict=True):
        model = FullyConnectedNet(
            [20, 30],
            input_dim=15,
            num_classes=10,
            reg=reg,
            weight_scale=5e-2,
            dtype=np.float64,
            normalization=normalization,
        )
        assert model.loss(X, y)[0] == pytest.approx(printed, rel=1e-14)


# Gradients


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_two_layer_gradients(reg):
    model = TwoLayerNet(input_dim=4, hidden_dim=6, num_classes=3, reg=reg)
    randomize(model)
    X, y = fc_batch()
    kinks = Kinks()
    fully_connected_scores(model.params, X, kinks=kinks)
    assert kinks.distance > 1e-3  # a hundred steps
    check_against_differences(model, X, y)
    check_against_oracle(model, X, y, lambda params: fully_connected_scores(params, X))


@pytest.mark.parametrize("keep", [1.0, 0.75, 0.5])
@pytest.mark.parametrize("reg", [0.0, 0.7])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_fully_connected_gradients(normalization, reg, keep):
    model = small_fc(reg, normalization, keep)
    X, y = fc_batch()
    masks = None if keep == 1 else dropout_masks(len(X), (6, 5), keep)
    kinks = Kinks()
    fully_connected_scores(model.params, X, normalization, masks, kinks=kinks)
    assert kinks.distance > 1e-3  # a hundred steps
    # The mean that batch normalization subtracts takes the bias with it.
    vanishing = ("b1", "b2") if normalization == "batchnorm" else ()
    check_against_differences(model, X, y, vanishing)
    check_against_oracle(
        model, X, y, lambda params: fully_connected_scores(params, X, normalization, masks), vanishing
    )


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("hidden_dims", [(), (3,), (4, 3, 5, 4)])
def test_any_depth(hidden_dims, normalization):
    model = small_fc(0.3, normalization, hidden_dims=hidden_dims)
    X, y = fc_batch()
    vanishing = [f"b{layer}" for layer in range(1, len(hidden_dims) + 1)] * (normalization == "batchnorm")
    check_against_oracle(
        model, X, y, lambda params: fully_connected_scores(params, X, normalization), vanishing
    )


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_conv_net_gradients(reg):
    model = small_conv(reg)
    X, y = conv_batch()
    kinks = Kinks()
    conv_net_scores(model.params, X, kinks)
    assert kinks.distance > 1e-3  # a hundred steps
    check_against_differences(model, X, y)
    check_against_oracle(model, X, y, lambda params: conv_net_scores(params, X))


@pytest.mark.parametrize(
    ("input_dim", "filter_size"), [((1, 2, 2), 1), ((2, 5, 7), 3), ((1, 6, 5), 4), ((1, 4, 4), 5)]
)
def test_conv_net_of_odd_sizes(input_dim, filter_size):
    model = small_conv(0.1, input_dim, filter_size)
    X, y = conv_batch(input_dim)
    check_against_oracle(model, X, y, lambda params: conv_net_scores(params, X))


@pytest.mark.parametrize("make", [small_fc, small_conv])
def test_penalty_alone(make):
    """What reg adds is the penalty and its gradient, for weights only."""
    X, y = fc_batch() if make is small_fc else conv_batch()
    plain, penalized = make(reg=0.0), make(reg=0.7)
    (data_loss, data_grads), (loss, grads) = plain.loss(X, y), penalized.loss(X, y)
    squares = math.fsum(
        float(number) ** 2 for name, W in plain.params.items() if name[0] == "W" for number in W.ravel()
    )
    assert loss - data_loss == pytest.approx(0.35 * squares, rel=1e-12)
    for name, value in plain.params.items():
        expected = 0.7 * value if name[0] == "W" else np.zeros_like(value)
        np.testing.assert_allclose(grads[name] - data_grads[name], expected, rtol=0, atol=1e-14)


# The beginning


@pytest.mark.parametrize("C", [2, 10])
def test_initial_loss_is_log_c_and_rises_with_reg(C):
    X = np.random.default_rng(0).standard_normal((20, 3, 8, 8))
    y = np.arange(20) % C
    for model in (
        TwoLayerNet(input_dim=192, num_classes=C),
        FullyConnectedNet([20], input_dim=192, num_classes=C, weight_scale=1e-3),
        ThreeLayerConvNet(input_dim=(3, 8, 8), num_filters=4, filter_size=3, num_classes=C),
    ):
        first = model.loss(X, y)[0]
        assert first == pytest.approx(math.log(C), abs=1e-3)
        model.reg = 10.0
        assert model.loss(X, y)[0] > first + 0.01


def test_weights_are_drawn_in_layer_order_from_the_legacy_stream():
    np.random.seed(7)
    W1, W2, W3 = np.random.randn(4, 6), np.random.randn(6, 5), np.random.randn(5, 3)
    np.random.seed(7)
    two = TwoLayerNet(input_dim=4, hidden_dim=6, num_classes=5, weight_scale=0.1)
    np.testing.assert_array_equal(two.params["W1"], 0.1 * W1)
    np.testing.assert_array_equal(two.params["W2"], 0.1 * W2)
    np.random.seed(7)
    deep = FullyConnectedNet([6, 5], input_dim=4, num_classes=3, weight_scale=0.1, normalization="layernorm")
    for name, W in {"W1": W1, "W2": W2, "W3": W3}.items():
        np.testing.assert_array_equal(deep.params[name], (0.1 * W).astype(np.float32), strict=True)

    np.random.seed(7)
    shapes = [(3, 2, 5, 5), (3 * 4 * 3, 8), (8, 6)]
    draws = [np.random.randn(*shape) for shape in shapes]
    np.random.seed(7)
    conv = ThreeLayerConvNet((2, 8, 6), 3, 5, 8, 6, weight_scale=0.1, dtype=np.float64)
    for layer, W in enumerate(draws, start=1):
        np.testing.assert_array_equal(conv.params[f"W{layer}"], 0.1 * W)


def test_biases_start_at_zero_and_scales_at_one():
    model = FullyConnectedNet([6, 5], input_dim=4, num_classes=3, normalization="batchnorm")
    shapes = {name: value.shape for name, value in model.params.items()}
    assert shapes == {
        "W1": (4, 6),
        "b1": (6,),
        "gamma1": (6,),
        "beta1": (6,),
        "W2": (6, 5),
        "b2": (5,),
        "gamma2": (5,),
        "beta2": (5,),
        "W3": (5, 3),
        "b3": (3,),
    }
    for name, value in model.params.items():
        if name[0] in "bg":
            assert np.all(value == (1 if name.startswith("gamma") else 0))
    conv = ThreeLayerConvNet((2, 8, 6), 3, 5, 8, 6)
    assert all(not conv.params[f"b{layer}"].any() for layer in (1, 2, 3))


def test_defaults_are_those_of_the_course():
    assert {k: v.shape for k, v in TwoLayerNet().params.items()} == {
        "W1": (3072, 100),
        "b1": (100,),
        "W2": (100, 10),
        "b2": (10,),
    }
    conv = ThreeLayerConvNet()
    assert conv.params["W1"].shape == (32, 3, 7, 7)
    assert conv.params["W2"].shape == (32 * 16 * 16, 100)
    assert conv.params["W1"].std() == pytest.approx(1e-3, rel=0.05)
    deep = FullyConnectedNet([100])
    assert deep.params["W1"].std() == pytest.approx(1e-2, rel=0.05)
    assert (deep.normalization, deep.use_dropout, deep.num_layers) == (None, False, 2)


# Modes, dtypes and manners


def test_scores_come_in_test_mode_with_running_averages():
    model = small_fc(normalization="batchnorm", keep=0.5)
    X, y = fc_batch()
    for _ in range(3):
        model.loss(X, y)
    running = [(bn["running_mean"].copy(), bn["running_var"].copy()) for bn in model.bn_params]
    oracle = np.array(fully_connected_scores(model.params, X, "batchnorm", running=running)).real
    np.testing.assert_allclose(model.loss(X), oracle, rtol=1e-12, strict=True)
    for (mean, var), bn in zip(running, model.bn_params, strict=True):
        np.testing.assert_array_equal(bn["running_mean"], mean)  # the test mode leaves them alone
        np.testing.assert_array_equal(bn["running_var"], var)
    # One example at a time gives the same scores, as nothing depends on the batch any more.
    alone = np.concatenate([model.loss(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(alone, oracle, rtol=1e-12, strict=True)


def test_training_updates_the_running_averages_of_each_layer():
    model = small_fc(normalization="batchnorm")
    X, y = fc_batch()
    first = X.reshape(5, 4) @ model.params["W1"] + model.params["b1"]
    model.loss(X, y)
    np.testing.assert_allclose(model.bn_params[0]["running_mean"], 0.1 * first.mean(axis=0), rtol=1e-12)
    assert model.bn_params[0]["running_mean"].shape == (6,)
    assert model.bn_params[1]["running_mean"].shape == (5,)


def test_a_seed_of_zero_is_a_seed():
    assert FullyConnectedNet([5], dropout_keep_ratio=0.5, seed=0).dropout_param["seed"] == 0
    assert "seed" not in FullyConnectedNet([5], dropout_keep_ratio=0.5).dropout_param


def test_dropout_with_a_seed_repeats_itself_and_leaves_the_global_stream_alone():
    model = small_fc(keep=0.5)
    X, y = fc_batch()
    np.random.seed(1)
    before = np.random.rand()
    np.random.seed(1)
    losses = {model.loss(X, y)[0] for _ in range(3)}
    assert len(losses) == 1
    assert np.random.rand() == before


def test_dropout_without_a_seed_varies_in_training_only():
    X, y = fc_batch()
    model = FullyConnectedNet([50], 4, 3, dropout_keep_ratio=0.5, weight_scale=1.0, dtype=np.float64)
    np.random.seed(1)
    losses = [model.loss(X, y)[0] for _ in range(3)]
    assert len(set(losses)) == 3
    np.random.seed(1)
    assert [model.loss(X, y)[0] for _ in range(3)] == losses
    plain = FullyConnectedNet([50], 4, 3, dtype=np.float64)
    plain.params = model.params
    np.testing.assert_array_equal(model.loss(X), plain.loss(X))


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_float32_network_stays_float32(normalization):
    X, y = fc_batch()
    exact = small_fc(0.5, normalization, keep=0.75)
    model = small_fc(0.5, normalization, keep=0.75, dtype=np.float32)
    model.reg = np.float64(0.5)  # such as an entry of np.logspace
    check_float32(model, exact, X, y)


def test_float32_conv_net_stays_float32():
    X, y = conv_batch()
    check_float32(small_conv(0.5, dtype=np.float32), small_conv(0.5), X, y)


def check_float32(model, exact, X, y):
    assert all(value.dtype == np.float32 for value in model.params.values())
    loss, grads = model.loss(X, y)
    exact_loss, exact_grads = exact.loss(X, y)
    assert type(loss) is float
    assert loss == pytest.approx(exact_loss, rel=1e-5)
    for name, value in grads.items():
        assert value.dtype == np.float32, name
        np.testing.assert_allclose(value, exact_grads[name], rtol=1e-3, atol=1e-5)
    assert model.loss(X).dtype == np.float32


def test_two_layer_net_follows_the_dtype_of_its_arrays():
    X, y = fc_batch()
    model = TwoLayerNet(4, 6, 3, reg=0.5)
    model.params = {name: value.astype(np.float32) for name, value in model.params.items()}
    _, grads = model.loss(X.astype(np.float32), y)
    assert {value.dtype for value in grads.values()} == {np.dtype(np.float32)}


def nets_and_batches():
    two = TwoLayerNet(4, 6, 3, reg=0.1)
    randomize(two)
    return [
        (two, *fc_batch()),
        (small_fc(0.1), *fc_batch()),
        (small_fc(0.1, "batchnorm", 0.5), *fc_batch()),
        (small_fc(0.1, "layernorm", 0.5), *fc_batch()),
        (small_conv(0.1), *conv_batch()),
    ]


@pytest.mark.parametrize("index", range(5))
def test_any_layout_and_label_dtype_gives_the_same_and_inputs_stay_as_they_were(index):
    model, X, y = nets_and_batches()[index]
    expected, expected_grads = model.loss(X, y)
    strided = np.zeros((*X.shape[:-1], 2 * X.shape[-1]))[..., ::2]
    strided[...] = X
    reversed_twice = np.ascontiguousarray(X[::-1])[::-1]
    params = {name: value.copy() for name, value in model.params.items()}
    for images, labels in [(strided, y.astype(np.uint8)), (reversed_twice, y.astype(np.int16)[::1])]:
        images.flags.writeable = False
        labels.flags.writeable = False
        loss, grads = model.loss(images, labels)
        assert loss == pytest.approx(expected, rel=1e-13)
        for name, grad in grads.items():
            np.testing.assert_allclose(grad, expected_grads[name], rtol=1e-10, atol=1e-14)
        np.testing.assert_array_equal(images, X)
        np.testing.assert_array_equal(labels, y)
    for name, value in params.items():
        np.testing.assert_array_equal(model.params[name], value)


@pytest.mark.parametrize("index", range(5))
def test_a_batch_of_one(index):
    model, X, y = nets_and_batches()[index]
    loss, grads = model.loss(X[:1], y[:1])
    assert math.isfinite(loss)
    assert all(np.isfinite(grad).all() for grad in grads.values())


def test_whole_numbers_as_input():
    X, y = np.arange(12).reshape(3, 4), np.array([0, 1, 2])
    for model in (small_fc(), TwoLayerNet(4, 6, 3)):
        assert model.loss(X, y)[0] == pytest.approx(model.loss(X.astype(np.float64), y)[0], rel=1e-14)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: FullyConnectedNet([5], normalization="batch"), "normalization: got 'batch'"),
        (lambda: FullyConnectedNet([5], dropout_keep_ratio=0), "dropout_keep_ratio: got 0"),
        (lambda: FullyConnectedNet([5], dropout_keep_ratio=1.5), "dropout_keep_ratio: got 1.5"),
        (lambda: FullyConnectedNet([5, 0]), r"hidden_dims\[1\]: got 0"),
        (lambda: FullyConnectedNet([5], num_classes=0), "num_classes: got 0"),
        (lambda: TwoLayerNet(hidden_dim=0), "hidden_dim: got 0"),
        (lambda: ThreeLayerConvNet((3, 0, 8)), r"input_dim\[1\]: got 0"),
        (lambda: ThreeLayerConvNet((3, 1, 8), filter_size=3), "pool size: got size 2"),
        (lambda: small_fc().loss(np.zeros((2, 5)), np.array([0, 1])), "w: got shape"),
        (lambda: small_fc().loss(np.zeros((2, 4)), np.array([0, 3])), "y: got labels"),
        (lambda: small_conv().loss(np.zeros((2, 2, 6, 6)), np.array([0, 1])), "w: got shape"),
    ],
)
def test_wrong_arguments_are_named(make, named):
    with pytest.raises(ValueError, match=named):
        make()
