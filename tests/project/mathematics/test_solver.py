"""The solver: what it prints and records, that it learns, and that a resumed run is the same run."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from reference import optim
from reference.checkpoint import load_checkpoint, save_checkpoint
from reference.data.sample import sample_images
from reference.nets import FullyConnectedNet, TwoLayerNet
from reference.solver import Solver


class LinearModel:
    """Scores X @ W with the loss mean((X @ W - onehot(y))^2) / 2: enough for a solver, checked by hand."""

    def __init__(self, D=4, C=3):
        self.params = {"W": np.linspace(-1, 1, D * C).reshape(D, C)}

    def loss(self, X, y=None):
        scores = X @ self.params["W"]
        if y is None:
            return scores
        residue = scores - np.eye(scores.shape[1])[y]
        return np.sum(residue**2) / 2 / len(X), {"W": X.T @ residue / len(X)}


@pytest.fixture
def toy(rng):
    """40 examples for training and 15 for validation, of 4 numbers and 3 classes."""
    X, y = rng.standard_normal((55, 4)), rng.integers(3, size=55)
    return {"X_train": X[:40], "y_train": y[:40], "X_val": X[40:], "y_val": y[40:]}


@pytest.fixture(scope="module")
def images():
    """50 sample images to overfit, and 100 for validation, centred, (N, 3, 32, 32)."""
    X, y = sample_images(150)
    X = X.transpose(0, 3, 1, 2) - X[:50].transpose(0, 3, 1, 2).mean(axis=0)
    return {"X_train": X[:50], "y_train": y[:50], "X_val": X[50:], "y_val": y[50:]}


# Learning


@pytest.mark.parametrize(
    ("hidden_dims", "weight_scale", "learning_rate"),
    [((100, 100), 2e-2, 3e-3), ((100, 100, 100, 100), 5e-2, 5e-3)],
    ids=["three layers", "five layers"],
)
def test_a_network_overfits_fifty_images_in_twenty_epochs(images, hidden_dims, weight_scale, learning_rate):
    np.random.seed(231)
    model = FullyConnectedNet(hidden_dims, weight_scale=weight_scale, dtype=np.float64)
    optim_config = {"learning_rate": learning_rate}
    solver = Solver(model, images, num_epochs=20, batch_size=25, optim_config=optim_config, verbose=False)
    solver.train()
    assert max(solver.train_acc_history) == 1.0
    assert solver.loss_history[-1] < 0.2 < 2 < solver.loss_history[0]


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam", "adagrad"])
def test_every_update_rule_is_found_by_its_name(toy, rule):
    solver = Solver(LinearModel(), toy, update_rule=rule, batch_size=40, num_epochs=100, verbose=False)
    assert solver.update_rule is getattr(optim, rule)
    np.random.seed(2)
    solver.train()
    assert np.mean(solver.loss_history[-10:]) < 0.8 * np.mean(solver.loss_history[:10])


def test_steps_are_those_of_plain_gradient_descent(toy):
    np.random.seed(4)
    solver = Solver(
        LinearModel(),
        toy,
        optim_config={"learning_rate": 0.1},
        lr_decay=0.5,
        batch_size=20,
        num_epochs=3,
        num_train_samples=None,
        verbose=False,
    )
    solver.train()

    np.random.seed(4)
    W, learning_rate, losses, val_accs = LinearModel().params["W"], 0.1, [], []
    for step in range(6):
        rows = np.random.choice(40, 20)
        X, wanted = toy["X_train"][rows], np.eye(3)[toy["y_train"][rows]]
        losses.append(0.5 * np.mean(np.sum((X @ W - wanted) ** 2, axis=1)))
        W = W - learning_rate * np.einsum("nd,nc->dc", X, X @ W - wanted) / 20
        if step in (0, 1, 3, 5):
            val_accs.append(np.mean((toy["X_val"] @ W).argmax(axis=1) == toy["y_val"]))
        if step % 2 == 1:
            learning_rate /= 2
    np.testing.assert_allclose(solver.loss_history, losses, rtol=1e-12)
    np.testing.assert_allclose(solver.val_acc_history, val_accs, rtol=1e-12)
    assert solver.optim_configs["W"]["learning_rate"] == pytest.approx(0.1 / 8)


# Records and words


def test_prints_in_the_form_of_the_course(toy, capsys):
    Solver(LinearModel(), toy, batch_size=20, num_epochs=3, print_every=4).train()
    number = r"\d+\.\d{6}"
    lines = [
        rf"\(Iteration 1 / 6\) loss: {number}",
        rf"\(Epoch 0 / 3\) train acc: {number}; val_acc: {number}",
        rf"\(Epoch 1 / 3\) train acc: {number}; val_acc: {number}",
        rf"\(Epoch 2 / 3\) train acc: {number}; val_acc: {number}",
        rf"\(Iteration 5 / 6\) loss: {number}",
        rf"\(Epoch 3 / 3\) train acc: {number}; val_acc: {number}",
    ]
    assert re.fullmatch("\n".join(lines) + "\n", capsys.readouterr().out)


def test_is_silent_when_told_so(toy, capsys):
    Solver(LinearModel(), toy, verbose=False, batch_size=20, num_epochs=2).train()
    assert capsys.readouterr() == ("", "")


def test_progress_bar(toy, capsys):
    Solver(LinearModel(), toy, progress=True, batch_size=20, num_epochs=3, print_every=2).train()
    out, err = capsys.readouterr()
    assert "6/6" in err
    assert out.count("Iteration") == 3


@pytest.mark.parametrize(
    ("batch_size", "steps", "measured"), [(20, 6, 4), (15, 6, 4), (40, 3, 3), (100, 3, 3)]
)
def test_histories_have_one_loss_per_step_and_accuracies_per_epoch(toy, batch_size, steps, measured):
    # The measurement after the first step is that of the first epoch where an epoch has one step.
    solver = Solver(LinearModel(), toy, batch_size=batch_size, num_epochs=3, verbose=False)
    solver.train()
    assert len(solver.loss_history) == steps
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == measured
    assert all(type(loss) is float for loss in solver.loss_history)
    assert solver.epoch == 3


class Scripted:
    """A model whose accuracy follows a script: it is right on the first so many examples."""

    def __init__(self, right):
        self.right = iter(right)
        self.params = {"w": np.zeros(1)}
        self.bn_params = [{"mode": "train", "running_mean": np.zeros(1)}]

    def loss(self, X, y=None):
        if y is None:
            scores = np.zeros((len(X), 2))
            scores[: next(self.right), 1] = 1
            return scores
        self.bn_params[0]["running_mean"] = self.bn_params[0]["running_mean"] + 1
        return 1.0, {"w": -np.ones(1)}


def test_the_best_parameters_are_kept_and_put_back():
    data = {"X_train": np.zeros((10, 1)), "y_train": np.ones(10, int)}
    data |= {"X_val": np.zeros((10, 1)), "y_val": np.ones(10, int)}
    # Accuracy on the training data (10), then on the validation data, after each of four epochs.
    model = Scripted([10, 2, 10, 7, 10, 7, 10, 3])
    solver = Solver(
        model, data, optim_config={"learning_rate": 1.0}, batch_size=10, num_epochs=4, verbose=False
    )
    solver.train()
    assert solver.val_acc_history == [0.2, 0.7, 0.7, 0.3]
    assert solver.best_val_acc == 0.7
    assert solver.best_params["w"] == 2  # of the first epoch that reached it
    assert model.params["w"] == 2
    assert model.bn_params[0]["running_mean"] == 2  # the running averages belong to the parameters
    model.params["w"] += 5
    model.bn_params[0]["running_mean"] += 5
    assert solver.best_params["w"] == 2


def test_parameters_are_kept_even_when_nothing_is_ever_right():
    data = {"X_train": np.zeros((10, 1)), "y_train": np.ones(10, int)}
    data |= {"X_val": np.zeros((10, 1)), "y_val": np.ones(10, int)}
    model = Scripted([0] * 4)
    Solver(model, data, batch_size=10, num_epochs=2, verbose=False).train()
    assert set(model.params) == {"w"}


def test_check_accuracy(toy):
    model = LinearModel()
    solver = Solver(model, toy, verbose=False)
    right = [int(np.argmax(x @ model.params["W"])) for x in toy["X_train"]]
    expected = sum(a == b for a, b in zip(right, toy["y_train"], strict=True)) / 40
    assert 0 < expected < 1
    for batch_size in (1, 7, 40, 100):
        accuracy = solver.check_accuracy(toy["X_train"], toy["y_train"], batch_size=batch_size)
        assert accuracy == expected
    assert solver.check_accuracy(toy["X_train"], np.array(right)) == 1
    # A sample of more examples than there are is all of them, and draws no random numbers.
    np.random.seed(1)
    assert solver.check_accuracy(toy["X_train"], toy["y_train"], num_samples=40) == expected
    assert np.random.rand() == np.random.RandomState(1).rand()
    np.random.seed(1)
    rows = np.random.choice(40, 8)
    np.random.seed(1)
    sampled = solver.check_accuracy(toy["X_train"], toy["y_train"], num_samples=8)
    assert sampled == solver.check_accuracy(toy["X_train"][rows], toy["y_train"][rows])


def test_accuracies_are_measured_on_samples_of_the_wanted_size(toy):
    solver = Solver(
        LinearModel(),
        toy,
        num_epochs=2,
        batch_size=20,
        num_train_samples=9,
        num_val_samples=7,
        verbose=False,
    )
    solver.train()
    # Only 0 and 1 are both a number of 40ths and of ninths, or of 15ths and of sevenths.
    assert all(accuracy * 9 == pytest.approx(round(accuracy * 9)) for accuracy in solver.train_acc_history)
    assert all(accuracy * 7 == pytest.approx(round(accuracy * 7)) for accuracy in solver.val_acc_history)
    assert any(0 < accuracy < 1 for accuracy in solver.train_acc_history)
    assert any(0 < accuracy < 1 for accuracy in solver.val_acc_history)


def test_a_numpy_learning_rate_keeps_float32_parameters(toy):
    model = FullyConnectedNet([5], 4, 3)
    solver = Solver(
        model,
        toy,
        update_rule=lambda w, dw, config: (w - config["learning_rate"] * dw, config),
        optim_config={"learning_rate": np.float64(0.1)},
        lr_decay=np.float64(0.9),
        batch_size=20,
        num_epochs=2,
        verbose=False,
    )
    solver.train()
    assert {w.dtype for w in model.params.values()} == {np.dtype(np.float32)}
    assert {type(config["learning_rate"]) for config in solver.optim_configs.values()} == {float}


def test_a_finished_solver_trains_on(toy, capsys):
    solver = Solver(LinearModel(), toy, batch_size=20, num_epochs=2)
    solver.train()
    solver.train()
    assert solver.epoch == 4
    assert len(solver.loss_history) == 8
    assert "(Epoch 4 / 4)" in capsys.readouterr().out


# Resuming

ARGUMENTS = {
    "optim_config": {"learning_rate": 1e-2},
    "lr_decay": 0.9,
    "batch_size": 16,
    "num_epochs": 4,
    "num_train_samples": 10,
    "num_val_samples": 10,
    "verbose": False,
}


def batchnorm_net():
    return FullyConnectedNet(
        [6, 5], 4, 3, dropout_keep_ratio=0.7, normalization="batchnorm", weight_scale=0.5
    )


def layernorm_net():
    return FullyConnectedNet([6], 4, 3, normalization="layernorm", weight_scale=0.5, dtype=np.float64)


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam", "adagrad"])
@pytest.mark.parametrize("make", [batchnorm_net, layernorm_net, LinearModel])
def test_a_resumed_run_is_the_run_that_was_never_interrupted(toy, tmp_path, make, rule):
    np.random.seed(1)
    whole = Solver(make(), toy, update_rule=rule, checkpoint_name=tmp_path / "run", **ARGUMENTS)
    whole.train()
    position = np.random.rand()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"run_epoch_{n}.npz" for n in (1, 2, 3, 4)]

    np.random.seed(99)  # other weights, another stream: all must come from the file
    resumed = Solver(make(), toy, update_rule=rule, **ARGUMENTS)
    resumed.resume(tmp_path / "run_epoch_2.npz")
    assert resumed.epoch == 2
    resumed.train()

    assert resumed.loss_history == whole.loss_history
    assert resumed.train_acc_history == whole.train_acc_history
    assert resumed.val_acc_history == whole.val_acc_history
    assert resumed.best_val_acc == whole.best_val_acc
    assert resumed.epoch == whole.epoch == 4
    assert np.random.rand() == position
    assert_same(resumed.best_params, whole.best_params)
    assert_same(resumed.model.params, whole.model.params)
    assert_same(resumed.optim_configs, whole.optim_configs)
    assert_same(getattr(resumed.model, "bn_params", []), getattr(whole.model, "bn_params", []))


def assert_same(a, b):
    """Equal to the last bit, types and all."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert set(a) == set(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, list):
        assert len(a) == len(b)
        for left, right in zip(a, b, strict=True):
            assert_same(left, right)
    elif isinstance(a, np.ndarray):
        np.testing.assert_array_equal(a, b, strict=True)
    else:
        assert a == b


def test_an_interrupted_run_goes_on_where_it_was(toy):
    class Interrupted(LinearModel):
        steps = 0

        def loss(self, X, y=None):
            self.steps += y is not None
            if self.steps == 4:
                raise KeyboardInterrupt
            return super().loss(X, y)

    arguments = ARGUMENTS | {"num_train_samples": None, "num_val_samples": None}
    np.random.seed(1)
    solver = Solver(Interrupted(), toy, **arguments)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert len(solver.loss_history) == 3
    solver.train()
    assert solver.epoch == 4
    assert len(solver.loss_history) == 8
    assert len(solver.val_acc_history) == 5


def test_a_checkpoint_holds_plain_arrays_under_speaking_names(toy, tmp_path):
    model = LinearModel()
    solver = Solver(model, toy, update_rule="adam", num_epochs=1, batch_size=20, verbose=False)
    solver.train()
    solver.save(tmp_path / "c.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["c.npz"]
    with np.load(tmp_path / "c.npz", allow_pickle=False) as arrays:
        assert {"params/W", "best_params/W", "optim_configs/W/m", "optim_configs/W/v"} <= set(arrays)
        assert all(value.dtype.kind in "uif" for value in arrays.values())
        np.testing.assert_array_equal(arrays["params/W"], model.params["W"])
    state = load_checkpoint(tmp_path / "c.npz")
    assert state["optim_configs"]["W"]["t"] == 2
    assert state["loss_history"] == solver.loss_history


def test_states_come_back_as_they_were(tmp_path):
    state = {
        "numbers": [1, 2.5, 0.1 + 0.2, 1e-310, math.inf, -0.0, True, None, "ä", 2**70],
        "nested": {"a/b": {"c": np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::2]}},
        "scalar": np.array(3, dtype=np.uint8),
        "numpy": np.float64(0.1),
    }
    save_checkpoint(tmp_path / "s.npz", state)
    assert_same(load_checkpoint(tmp_path / "s.npz"), state | {"numpy": 0.1})


def test_a_state_that_cannot_be_held_is_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "s.npz"
    save_checkpoint(path, {"a": 1})
    for value in (object(), {1, 2}, np.array([object()]), np.array(["text"])):
        with pytest.raises(ValueError, match="optim/W/x: got a"):
            save_checkpoint(path, {"optim": {"W": {"x": value}}})
    assert load_checkpoint(path) == {"a": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.npz"]


def test_files_that_are_no_checkpoint_are_refused(toy, tmp_path):
    path = tmp_path / "c.npz"
    with pytest.raises(FileNotFoundError, match=r"c\.npz"):
        load_checkpoint(path)
    solver = Solver(LinearModel(), toy, **ARGUMENTS)
    solver.save(path)
    whole = path.read_bytes()
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, state=np.array([{"run": 1}], dtype=object))
    damaged = tmp_path / "damaged.npz"
    for content in (b"", b"PK", b"\x80\x04.", whole[: len(whole) // 2], whole[:-30], pickled.read_bytes()):
        damaged.write_bytes(content)
        with pytest.raises(ValueError, match=r"damaged\.npz is damaged or no checkpoint"):
            load_checkpoint(damaged)


@pytest.mark.parametrize(
    "other",
    [
        lambda data: Solver(LinearModel(), data, **ARGUMENTS, update_rule="adam"),
        lambda data: Solver(LinearModel(), data, **(ARGUMENTS | {"batch_size": 8})),
        lambda data: Solver(TwoLayerNet(4, 5, 3), data, **ARGUMENTS),
        lambda data: Solver(
            LinearModel(), data | {"X_train": data["X_val"], "y_train": data["y_val"]}, **ARGUMENTS
        ),
    ],
    ids=["rule", "batch size", "model", "data"],
)
def test_the_checkpoint_of_another_run_is_refused(toy, tmp_path, other):
    Solver(LinearModel(), toy, **ARGUMENTS).save(tmp_path / "c.npz")
    solver = other(toy)
    params = solver.model.params
    with pytest.raises(ValueError, match="got a checkpoint of the run"):
        solver.resume(tmp_path / "c.npz")
    assert solver.model.params is params


def test_checkpoint_files_are_announced(toy, tmp_path, capsys):
    arguments = ARGUMENTS | {"verbose": True, "num_epochs": 1}
    Solver(LinearModel(), toy, checkpoint_name=tmp_path / "run", **arguments).train()
    assert capsys.readouterr().out.endswith(f"Saved {tmp_path / 'run_epoch_1.npz'}\n")


# Arguments


def test_an_unknown_update_rule_is_named_with_those_there_are(toy):
    for name in ("momentum", "_weights", "np", "floats"):
        wanted = f"update_rule: got '{name}', wanted one of .*adam.*rmsprop, sgd, sgd_momentum"
        with pytest.raises(ValueError, match=wanted):
            Solver(LinearModel(), toy, update_rule=name)


def test_an_unknown_keyword_is_named(toy):
    with pytest.raises(TypeError, match="learning_rate"):
        Solver(LinearModel(), toy, learning_rate=1e-3)


@pytest.mark.parametrize("argument", ["batch_size", "num_epochs", "print_every"])
def test_counts_are_at_least_one(toy, argument):
    with pytest.raises(ValueError, match=f"{argument}: got 0, wanted at least 1"):
        Solver(LinearModel(), toy, **{argument: 0})


@pytest.mark.parametrize("key", ["X_train", "y_train", "X_val", "y_val"])
def test_missing_and_misfit_data_are_named(toy, key):
    with pytest.raises(ValueError, match=f"wanted {key} as well"):
        Solver(LinearModel(), {name: value for name, value in toy.items() if name != key})
    with pytest.raises(ValueError, match=f"{key} "):
        Solver(LinearModel(), toy | {key: toy[key][:-1]})


def test_a_missing_gradient_is_named(toy):
    class Forgetful(LinearModel):
        def loss(self, X, y=None):
            return super().loss(X) if y is None else (0.0, {})

    with pytest.raises(ValueError, match=r"model\.loss: got no gradient for W"):
        Solver(Forgetful(), toy, verbose=False).train()
