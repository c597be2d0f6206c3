"""A trusted subject that runs in the judge's own process: the reference, or a known mistake.

It answers exactly as the remote subject of a submission does (`grader.subject.remote`): arguments
are copied in, arrays come back read-only, and what the table calls a handle stays opaque. So the
same checks run on both.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.subject.interface import ClassInterface, Crossing, FunctionInterface, Interface
from grader.worker.inside.arguments import lay_out
from reference.solver import Solver

Array = NDArray[Any]


class LocalSubject:
    """Functions and classes by group: ``subject.layers.affine_forward(x, w, b)``.

    Parameters
    ----------
    interface : Interface
    implementations : Mapping
        Name to function or class.
    """

    def __init__(self, interface: Interface, implementations: Mapping[str, Callable[..., Any]]) -> None:
        groups: dict[str, dict[str, Any]] = {group: {} for group in interface.groups}
        for name, function in interface.functions.items():
            groups[function.group][name] = LocalFunction(function, implementations[name])
        for name, net in interface.classes.items():
            groups[net.group][name] = LocalClass(net, implementations[name])
        for group, members in groups.items():
            setattr(self, group, _Group(members))
        self._implementations = implementations

    def train(
        self, net: LocalNet, data: Mapping[str, Array], *, update_rule: str, seed: int, **options: Any
    ) -> dict[str, list[float]]:
        """Train a net with the solver of the reference and an update rule of the subject.

        Parameters
        ----------
        net : LocalNet
            Its parameters are afterwards those of the best epoch on the validation data.
        data : mapping
            ``X_train``, ``y_train``, ``X_val`` and ``y_val``.
        update_rule : str
            A function of the interface.
        seed : int
            Of the mini-batches: NumPy's global random stream starts there.
        **options
            More arguments of the solver.

        Returns
        -------
        dict
            ``loss_history``, ``train_acc_history`` and ``val_acc_history``. They come from where the
            submission runs, so a verdict asks the trained net for its scores instead.
        """
        rule = self._implementations[update_rule]
        before = np.random.get_state()
        np.random.seed(seed)
        try:
            solver = net.solver(_fresh(dict(data)), update_rule=rule, verbose=False, **options)
            solver.train()
        finally:
            np.random.set_state(before)
        names = ("loss_history", "train_acc_history", "val_acc_history")
        return {name: list(getattr(solver, name)) for name in names}

    def __getattr__(self, name: str) -> Any:
        """Groups are set in the constructor; anything else is a mistake in the check."""
        raise AttributeError(f"the interface has no group {name!r}")


class _Group:
    def __init__(self, members: Mapping[str, Any]) -> None:
        self.__dict__.update(members)


class LocalFunction:
    """One function, called with copies."""

    def __init__(self, interface: FunctionInterface, implementation: Callable[..., Any]) -> None:
        self.interface = interface
        self._implementation = implementation

    def __call__(self, *arguments: Any, layout: str | None = None) -> Any:
        """Call it.

        Parameters
        ----------
        *arguments : object
            Dicts that the interface marks as updated are updated in the caller's dict.
        layout : str, optional
            How arrays lie in memory, if not fresh and in C order: ``"fortran"``, ``"strided"`` or
            ``"read-only"``.
        """
        passed = [
            argument if slot.crossing is Crossing.HANDLE else _fresh(argument)
            for slot, argument in zip(self.interface.takes, arguments, strict=False)
        ]
        if layout is not None:
            passed = [lay_out(value, layout) if isinstance(value, np.ndarray) else value for value in passed]
        result = self._implementation(*passed)
        for slot, original, used in zip(self.interface.takes, arguments, passed, strict=False):
            if slot.crossing is Crossing.UPDATED and isinstance(original, dict):
                original.clear()
                original.update(_sealed(used))
        return self._sealed_result(result)

    def probe(self, arguments: Sequence[Any], of: int, points: Sequence[Array]) -> list[Array]:
        """The first result for each of ``points`` in the place of argument number ``of``."""
        outputs = []
        for point in points:
            varied = [*arguments]
            varied[of] = point
            result = self(*(copy.deepcopy(a) if isinstance(a, dict) else a for a in varied))
            outputs.append(result[0] if isinstance(result, tuple) else result)
        return outputs

    def _sealed_result(self, result: Any) -> Any:
        if len(self.interface.gives) == 1:
            return _sealed(result)
        return tuple(
            value if slot.crossing is Crossing.HANDLE else _sealed(value)
            for slot, value in zip(self.interface.gives, result, strict=True)
        )


class LocalClass:
    """A net class."""

    def __init__(self, interface: ClassInterface, implementation: Callable[..., Any]) -> None:
        self.interface = interface
        self._implementation = implementation

    def __call__(self, **arguments: Any) -> LocalNet:
        """Build a net. A dtype is given by its name, which can cross to another process."""
        dtype = arguments.get("dtype")
        if isinstance(dtype, str):
            arguments["dtype"] = np.dtype(dtype).type
        return LocalNet(self._implementation(**arguments))


class LocalNet:
    """A net: its parameters are read as copies and assigned as copies."""

    def __init__(self, net: Any) -> None:
        self._net = net

    @property
    def params(self) -> MutableMapping[str, Array]:
        """The parameters by name."""
        return _Params(self._net.params)

    @property
    def reg(self) -> float:
        """The strength of the L2 regularization."""
        return float(self._net.reg)

    @reg.setter
    def reg(self, value: float) -> None:
        self._net.reg = value

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Scores without labels; the loss and the gradients by name with them."""
        return _sealed(self._net.loss(_fresh(X)) if y is None else self._net.loss(_fresh(X), _fresh(y)))

    def solver(self, data: Mapping[str, Array], **options: Any) -> Solver:
        """The solver that would train this net."""
        return Solver(self._net, data, **options)

    def probe_loss(self, X: Array, y: Array, parameter: str, points: Sequence[Array]) -> list[float]:
        """The loss for each of ``points`` in the place of one parameter, which is then restored."""
        before = self._net.params[parameter]
        losses = []
        try:
            for point in points:
                self._net.params[parameter] = _fresh(point)
                losses.append(np.asarray(self.loss(X, y)[0]).item())
        finally:
            self._net.params[parameter] = before
        return losses


class _Params(MutableMapping[str, Array]):
    def __init__(self, params: dict[str, Array]) -> None:
        self._params = params

    def select(self, names: Iterable[str]) -> dict[str, Array]:
        """Several parameters at once."""
        return {name: self[name] for name in names}

    def __getitem__(self, name: str) -> Array:
        value: Array = _sealed(self._params[name])
        return value

    def __setitem__(self, name: str, value: Array) -> None:
        self._params[name] = _fresh(value)

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"a check may assign the parameter {name!r}, not delete it")

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


def _fresh(value: Any) -> Any:
    """A writable copy with arrays in C order, as a submission would get it."""
    if isinstance(value, np.ndarray):
        return np.array(value, order="C")
    if isinstance(value, dict):
        return {key: _fresh(entry) for key, entry in value.items()}
    return value


def _sealed(value: Any) -> Any:
    """A copy whose arrays cannot be written to, so that no check can change them by accident."""
    if isinstance(value, np.ndarray):
        result = np.array(value, order="C")
        result.flags.writeable = False
        return result
    if isinstance(value, dict):
        return {key: _sealed(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(_sealed(entry) for entry in value)
    return value
