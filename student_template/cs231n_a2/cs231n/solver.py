"""The loop that trains a network."""

import copy
import inspect
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from . import optim


def save_checkpoint(path, state):
    """Write a state.

    Parameters
    ----------
    path : str or Path
        The ``.npz`` file to write; it is replaced as a whole or not at all.
    state : dict
        Of numbers, text, None, arrays of numbers, and dicts (with keys of text) and lists of these.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    arrays = {}
    text = json.dumps({key: _without_arrays(value, key, arrays) for key, value in state.items()})
    unfinished = Path(f"{path}.part")
    with unfinished.open("wb") as file:
        np.savez(file, state=np.frombuffer(text.encode(), dtype=np.uint8), **arrays)
    os.replace(unfinished, path)


def load_checkpoint(path):
    """Read a state.

    Parameters
    ----------
    path : str or Path
        A file that `save_checkpoint` has written.

    Returns
    -------
    state : dict
        As it was written, but for tuples, which are lists now, and the numbers of NumPy, which are
        those of Python.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no checkpoint.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            state = json.loads(arrays["state"].tobytes())
            return {key: _with_arrays(value, arrays) for key, value in state.items()}
    except FileNotFoundError:
        raise
    except (
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} is damaged or no checkpoint ({why})") from error


def _without_arrays(value, name, arrays):
    """``value`` as JSON can hold it; its arrays go into ``arrays`` under the path that leads to them."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {key: _without_arrays(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(item, f"{name}/{index}", arrays) for index, item in enumerate(value)]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        arrays[name] = value
        return {"__array__": name}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"{name}: got a {type(value).__name__}, wanted numbers, text or arrays of numbers")


def _with_arrays(value, arrays):
    """Undo `_without_arrays`."""
    if isinstance(value, dict):
        if "__array__" in value:
            return arrays[value["__array__"]]
        return {key: _with_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_arrays(item, arrays) for item in value]
    return value


class Solver:
    """Trains a model for classification.

    Example::

        solver = Solver(model, data, update_rule="sgd_momentum",
                        optim_config={"learning_rate": 1e-3}, lr_decay=0.95,
                        num_epochs=5, batch_size=200)
        solver.train()

    The random numbers (batches, subsets for the accuracies) come from NumPy's global random stream,
    so ``np.random.seed`` makes a run repeatable.

    Parameters
    ----------
    model : object
        ``model.params`` is a dict of arrays. ``model.loss(X, y)`` returns the loss and a dict of
        gradients with the same keys; ``model.loss(X)`` returns the scores, of shape (N, C).
    data : dict
        ``X_train``, ``y_train``, ``X_val`` and ``y_val``: examples on the first axis, and their labels.
    update_rule : str or callable
        The name of a function of the module ``optim``, or such a function:
        ``next_w, config = update_rule(w, dw, config)``.
    optim_config : dict, optional
        Hyperparameters of the update rule, above all ``learning_rate``.
    lr_decay : float
        Factor of the learning rate after every epoch.
    batch_size : int
        Examples in a mini-batch.
    num_epochs : int
        How long to train.
    num_train_samples, num_val_samples : int or None
        On how many random examples to measure the accuracies; None for all.
    checkpoint_name : str or Path, optional
        Save ``<checkpoint_name>_epoch_<n>.npz`` after every epoch.
    print_every : int
        Print the loss every so many steps.
    verbose : bool
        Print at all.
    progress : bool
        Show a progress bar (needs the package tqdm).

    Attributes
    ----------
    loss_history : list of float
        The loss of every step.
    train_acc_history, val_acc_history : list of float
        The accuracies after the first step and after every epoch.
    best_val_acc : float
        The best validation accuracy so far.
    best_params : dict
        A copy of the parameters that reached it.
    epoch : int
        How many epochs are done.
    optim_configs : dict
        For each parameter the config of its update rule.

    Raises
    ------
    ValueError
        If data are missing or do not fit each other, or there is no such update rule.
    """

    def __init__(
        self,
        model,
        data,
        *,
        update_rule="sgd",
        optim_config=None,
        lr_decay=1.0,
        batch_size=100,
        num_epochs=10,
        num_train_samples=1000,
        num_val_samples=None,
        checkpoint_name=None,
        print_every=10,
        verbose=True,
        progress=False,
    ):
        self.model = model
        self.X_train, self.y_train = _examples(data, "train")
        self.X_val, self.y_val = _examples(data, "val")
        self.update_rule = _update_rule(update_rule)
        # Python numbers: a NumPy float64 as learning rate would turn float32 parameters into float64.
        self.optim_config = {key: _plain(value) for key, value in (optim_config or {}).items()}
        self.lr_decay = float(lr_decay)
        self.batch_size = _at_least_one("batch_size", batch_size)
        self.num_epochs = _at_least_one("num_epochs", num_epochs)
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = _at_least_one("print_every", abs(print_every))  # -1 is as good as 1
        self.verbose = verbose
        self.progress = progress

        self.epoch = 0
        self.best_val_acc = 0.0
        self.best_params = {}
        self.loss_history = []
        self.train_acc_history = []
        self.val_acc_history = []
        self.optim_configs = {name: copy.deepcopy(self.optim_config) for name in model.params}
        self._best_bn_params = []

    def train(self):
        """Train for ``num_epochs`` epochs, then put the best parameters into the model.

        A solver that was interrupted or that has resumed a checkpoint does what is left of them; one
        that had finished starts from its best parameters for another ``num_epochs``.
        """
        steps_per_epoch = self._steps_per_epoch()
        last_epoch = self.num_epochs * (self.epoch // self.num_epochs + 1)
        steps = range(len(self.loss_history), last_epoch * steps_per_epoch)
        bar = steps
        say = print
        if self.progress:
            from tqdm import tqdm  # only who wants a progress bar needs it

            bar, say = tqdm(steps, unit="step"), tqdm.write  # its own write keeps the bar in place
        if not self.verbose:
            say = _say_nothing

        for t in bar:
            self._step()
            if t % self.print_every == 0:
                say(f"(Iteration {t + 1} / {steps.stop}) loss: {self.loss_history[-1]:f}")
            epoch_ends = (t + 1) % steps_per_epoch == 0
            if epoch_ends:
                self.epoch += 1
                self._decay_learning_rates()
            if epoch_ends or t == 0:
                self._measure()
                say(
                    f"(Epoch {self.epoch} / {last_epoch}) train acc: {self.train_acc_history[-1]:f}; "
                    f"val_acc: {self.val_acc_history[-1]:f}"
                )
            if epoch_ends and self.checkpoint_name is not None:
                path = f"{self.checkpoint_name}_epoch_{self.epoch}.npz"
                self.save(path)
                say(f"Saved {path}")

        self.model.params = copy.deepcopy(self.best_params)
        if self._best_bn_params:
            self.model.bn_params = copy.deepcopy(self._best_bn_params)

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """Fraction of examples for which the model gives the right class the highest score.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
        y : ndarray of shape (N,)
        num_samples : int, optional
            If there are more examples, look only at so many of them, drawn at random with replacement.
        batch_size : int
            How many examples to give to the model at once.

        Returns
        -------
        accuracy : float
            Between 0 and 1.
        """
        if num_samples is not None and len(X) > num_samples:
            sample = np.random.choice(len(X), num_samples)
            X, y = X[sample], y[sample]
        right = 0
        for start in range(0, len(X), batch_size):
            scores = self.model.loss(X[start : start + batch_size])
            right += int(np.sum(np.argmax(scores, axis=1) == y[start : start + batch_size]))
        return right / len(X)

    def save(self, path):
        """Write a checkpoint: all that the next steps depend on.

        Parameters
        ----------
        path : str or Path
            The ``.npz`` file to write; it is replaced as a whole or not at all.

        Raises
        ------
        ValueError
            If the config of an update rule holds anything but numbers, text and arrays.
        """
        state = {
            "run": self._run(),
            "epoch": self.epoch,
            "params": self.model.params,
            "bn_params": getattr(self.model, "bn_params", []),
            "optim_configs": self.optim_configs,
            "loss_history": self.loss_history,
            "train_acc_history": self.train_acc_history,
            "val_acc_history": self.val_acc_history,
            "best_val_acc": self.best_val_acc,
            "best_params": self.best_params,
            "best_bn_params": self._best_bn_params,
            "random": np.random.get_state(legacy=False),
        }
        save_checkpoint(path, state)

    def resume(self, path):
        """Take up the run that wrote a checkpoint; `train` then makes the steps that it would have made.

        The model, the data and the arguments of the solver are the caller's to provide as they were.
        NumPy's global random stream is set to where the run had left it.

        Parameters
        ----------
        path : str or Path
            A file that `save` has written.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is no checkpoint, or that of another model, other data or another update rule.
        """
        state = load_checkpoint(path)
        if state.get("run") != self._run():
            raise ValueError(f"{path}: got a checkpoint of the run {state.get('run')}, wanted {self._run()}")
        self.model.params = state["params"]
        if hasattr(self.model, "bn_params"):
            self.model.bn_params = state["bn_params"]
        self.epoch = state["epoch"]
        self.optim_configs = state["optim_configs"]
        self.loss_history = state["loss_history"]
        self.train_acc_history = state["train_acc_history"]
        self.val_acc_history = state["val_acc_history"]
        self.best_val_acc = state["best_val_acc"]
        self.best_params = state["best_params"]
        self._best_bn_params = state["best_bn_params"]
        np.random.set_state(state["random"])

    def _steps_per_epoch(self):
        return max(len(self.X_train) // self.batch_size, 1)

    def _step(self):
        """One step of the update rule on a random mini-batch."""
        batch = np.random.choice(len(self.X_train), self.batch_size)
        loss, grads = self.model.loss(self.X_train[batch], self.y_train[batch])
        missing = sorted(set(self.model.params) - set(grads))
        if missing:
            raise ValueError(
                f"model.loss: got no gradient for {', '.join(missing)}, wanted one per parameter"
            )
        for name, w in self.model.params.items():
            next_w, config = self.update_rule(w, grads[name], self.optim_configs[name])
            self.model.params[name], self.optim_configs[name] = next_w, config
        self.loss_history.append(float(loss))

    def _decay_learning_rates(self):
        for config in self.optim_configs.values():
            if "learning_rate" in config:
                config["learning_rate"] *= self.lr_decay

    def _measure(self):
        """Note both accuracies, and the parameters if they are the best so far."""
        train_acc = self.check_accuracy(self.X_train, self.y_train, num_samples=self.num_train_samples)
        val_acc = self.check_accuracy(self.X_val, self.y_val, num_samples=self.num_val_samples)
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        if not self.best_params or val_acc > self.best_val_acc:
            self.best_val_acc = val_acc
            self.best_params = copy.deepcopy(self.model.params)
            self._best_bn_params = copy.deepcopy(getattr(self.model, "bn_params", []))

    def _run(self):
        """What two runs must have in common for one to take up the other."""
        return {
            "update_rule": getattr(self.update_rule, "__name__", type(self.update_rule).__name__),
            "batch_size": self.batch_size,
            "num_train": len(self.X_train),
            "params": {name: [str(w.dtype), *w.shape] for name, w in self.model.params.items()},
        }


def _plain(value):
    """A NumPy number as the number of Python; all else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def _examples(data, part):
    """The examples and labels of one part of the data."""
    missing = [key for key in (f"X_{part}", f"y_{part}") if key not in data]
    if missing:
        raise ValueError(f"data: got keys {sorted(data)}, wanted {' and '.join(missing)} as well")
    X, y = np.asarray(data[f"X_{part}"]), np.asarray(data[f"y_{part}"])
    if not X.ndim or not len(X) or y.shape != (len(X),):
        raise ValueError(f"data: got X_{part} {X.shape}, y_{part} {y.shape}, wanted (N, ...), (N,), N > 0")
    return X, y


def _update_rule(rule):
    """The update rule of that name."""
    if callable(rule):
        return rule
    rules = {
        name: function
        for name, function in inspect.getmembers(optim, inspect.isfunction)
        if function.__module__ == optim.__name__ and not name.startswith("_")
    }
    if rule not in rules:
        raise ValueError(f"update_rule: got {rule!r}, wanted one of {', '.join(sorted(rules))}")
    return rules[rule]


def _at_least_one(argument, value):
    if value < 1:
        raise ValueError(f"{argument}: got {value}, wanted at least 1")
    return int(value)


def _say_nothing(_):
    """Stands for print where the solver is not verbose."""
