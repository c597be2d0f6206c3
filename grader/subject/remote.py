"""A submission as a subject: its functions run in confined workers, here are only their stand-ins.

Which worker a function runs in depends on its group (`Arm`): while layers are graded, the fast path
raises an error, so that a naive convolution cannot forward to it; nets run where the grader's own
fast path stands. A worker that died is replaced when the next call comes, so the checks that follow
keep their points.
"""

from __future__ import annotations

import builtins
import copy
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.model import Frame
from grader.subject.edition import adapt_arguments, adapt_constructor
from grader.subject.interface import ClassInterface, Crossing, FunctionInterface, Interface
from grader.subject.outcomes import BadOutput, Crashed, Missing, Observed, OutOfMemory, TimedOut
from grader.suite.session import Check
from grader.worker import (
    CallOptions,
    Handle,
    Limits,
    MemoryExceeded,
    Place,
    StudentError,
    StudentFault,
    Timeout,
    Unsupported,
    Values,
    Worker,
)
from grader.worker import Frame as WorkerFrame

Array = NDArray[Any]
Arm: TypeAlias = Literal["layers", "fast", "nets"]

NUMERIC = np.ndarray | np.generic | float | int | complex

ARMS: Mapping[str, Arm] = {"fast": "fast", "nets": "nets"}
"""Group to arm; every other group belongs to the layers."""


class RemoteSubject:
    """A submission's functions and classes by group, like `grader.subject.local.LocalSubject`.

    Parameters
    ----------
    interface : Interface
    open_worker : callable
        Opens a fresh worker for an arm.
    package : str
        The name under which the workers know the submission.
    missing : mapping
        Function or class to why it cannot be called; these are never called.
    signatures : mapping
        Class name to the parameters of its constructor in this submission.
    dropout : "keep" or "drop"
        What p means in this edition. Checks always speak of the keep probability.
    limits : Limits
    sources : mapping
        Path to the lines of the submission's files, for tracebacks.
    prelude : str, optional
        A module of the package to import before any other.
    """

    def __init__(
        self,
        interface: Interface,
        open_worker: Callable[[Arm], Worker],
        *,
        package: str,
        missing: Mapping[str, str],
        signatures: Mapping[str, frozenset[str]],
        dropout: Literal["keep", "drop"],
        limits: Limits,
        sources: Mapping[str, Sequence[str]],
        prelude: str | None = None,
    ) -> None:
        self.package = package
        self._sources = sources
        self._prelude = prelude
        self._put_back: set[str] = set()
        self.missing = missing
        self.signatures = signatures
        self.dropout = dropout
        self.limits = limits
        self._open_worker = open_worker
        self._workers: dict[Arm, Worker] = {}
        self._imported: dict[tuple[Arm, str], Crashed | None] = {}
        self._warnings: list[str] = []
        self._printed: dict[Arm, int] = {}
        groups: dict[str, dict[str, Any]] = {group: {} for group in interface.groups}
        for name, function in interface.functions.items():
            groups[function.group][name] = RemoteFunction(self, function)
        for name, net in interface.classes.items():
            groups[net.group][name] = RemoteClass(self, net)
        for group, members in groups.items():
            setattr(self, group, _Group(members))

    def __getattr__(self, name: str) -> Any:
        """Groups are set in the constructor; anything else is a mistake in the check."""
        raise AttributeError(f"the interface has no group {name!r}")

    # A check's life ---------------------------------------------------------------------------------

    def begin(self, check: Check) -> None:
        """A check begins: its own time limit, if it has one."""
        self._check_seconds = check.seconds
        self._warnings.clear()

    def end(self) -> Observed:
        """What was seen since `begin`."""
        output = ""
        for arm, worker in self._workers.items():
            text = worker.output
            output += text[self._printed.get(arm, 0) :]
            self._printed[arm] = len(text)
        return Observed(tuple(dict.fromkeys(self._warnings)), output)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            if worker.alive and self._prelude is not None:
                self._put_back |= self._names_put_back(worker)
            worker.close()
        self._workers.clear()

    @property
    def put_back(self) -> tuple[str, ...]:
        """Names removed from NumPy that the submission used; known once it is closed."""
        return tuple(sorted(self._put_back))

    def _names_put_back(self, worker: Worker) -> set[str]:
        place = Place(f"{self.package}.{self._prelude}").attribute("used")
        try:
            names = worker.get(place)
        except StudentFault:
            return set()
        return (
            {name for name in names if isinstance(name, str) and name.isidentifier()}
            if isinstance(names, list)
            else set()
        )

    # For the stand-ins --------------------------------------------------------------------------------

    def note(self, warning: str) -> None:
        """Something worth telling that costs no points."""
        self._warnings.append(warning)

    def module(self, group: str, module: str) -> tuple[Worker, Place]:
        """The worker for a group, with a module of the submission imported.

        Raises
        ------
        Crashed
            If the module cannot be imported; the import is tried once per worker.
        """
        arm = ARMS.get(group, "layers")
        worker = self._workers.get(arm)
        if worker is None or not worker.alive:
            worker = self._workers[arm] = self._open_worker(arm)
            self._printed[arm] = 0
            self._imported = {key: error for key, error in self._imported.items() if key[0] != arm}
            if self._prelude is not None:
                self._import(worker, f"{self.package}.{self._prelude}")
        name = f"{self.package}.{module}"
        if (arm, module) not in self._imported:
            self._imported[arm, module] = self._import(worker, name)
        error = self._imported[arm, module]
        if error is not None:
            raise error
        return worker, Place(name)

    def _import(self, worker: Worker, name: str) -> Crashed | None:
        try:
            with self.translated():
                worker.import_module(name, limits=self.limits)
        except Crashed as error:
            return error
        return None

    @property
    def call_limits(self) -> Limits:
        """Of the calls of the present check."""
        seconds = getattr(self, "_check_seconds", None)
        if seconds is None:
            return self.limits
        return Limits(
            wall_seconds=seconds,
            cpu_seconds=seconds,
            memory_mib=self.limits.memory_mib,
            output_bytes=self.limits.output_bytes,
            life_cpu_seconds=self.limits.life_cpu_seconds,
        )

    def train(
        self, net: RemoteNet, data: Mapping[str, Array], *, update_rule: str, seed: int, **options: Any
    ) -> dict[str, list[float]]:
        """Train a net with the grader's solver and the submission's update rule, in its worker.

        See `grader.subject.local.LocalSubject.train`.
        """
        self.require(update_rule)
        self.require(f"{net.name}.loss")
        worker, solver = self.module("nets", "solver")
        with self.translated():
            made = worker.call(
                solver.attribute("Solver"),
                net.handle,
                dict(data),
                keywords={"update_rule": update_rule, "verbose": False, **options},
                options=CallOptions("handle", watch=False, seed=seed),
                limits=self.call_limits,
            ).value
            place = Place(made)
            silent = CallOptions("nothing", watch=False, seed=seed)
            worker.call(place.attribute("train"), options=silent, limits=self.call_limits)
            names = ("loss_history", "train_acc_history", "val_acc_history")
            return {name: worker.get(place.attribute(name)) for name in names}

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what a worker reports into what a subject may raise."""
        try:
            yield
        except StudentError as error:
            raise self._crashed(error) from error
        except MemoryExceeded as error:
            raise OutOfMemory(str(error)) from error
        except Timeout as error:
            raise TimedOut(str(error)) from error
        except StudentFault as error:
            raise Crashed(str(error)) from error

    def _crashed(self, error: StudentError) -> Crashed:
        """An exception of the submission.

        Every word of it was chosen by code that has seen the inputs. So students are told the type,
        if it is one of Python's own, and which of their lines it passed through, with the text that
        the judge has of these; the exception's message is for the instructor.
        """
        trace = tuple(
            Frame(path=frame.path, line=frame.line, function=frame.function, text=self._line(frame))
            for frame in error.frames
        )
        known = isinstance(getattr(builtins, error.type_name, None), type)
        safe = error.type_name if known else "an exception"
        missing = error.missing_module or ""
        if missing and any(missing.partition(".")[0] in frame.text for frame in trace):
            safe += f": the module {missing} is not available here"
        return Crashed(str(error), safe, trace)

    def _line(self, frame: WorkerFrame) -> str:
        lines = self._sources.get(frame.path, ())
        return lines[frame.line - 1].strip() if 0 < frame.line <= len(lines) else ""

    def require(self, name: str) -> None:
        """Raise `Missing` if a function or class cannot be called."""
        if name in self.missing:
            raise Missing(self.missing[name])


class _Group:
    def __init__(self, members: Mapping[str, Any]) -> None:
        self.__dict__.update(members)


class RemoteFunction:
    """One function of the submission."""

    def __init__(self, subject: RemoteSubject, interface: FunctionInterface) -> None:
        self.interface = interface
        self._subject = subject

    def __call__(self, *arguments: Any, layout: str | None = None) -> Any:
        """Call it in its worker.

        Parameters
        ----------
        *arguments : object
            Dicts that the interface marks as updated are updated in the caller's dict.
        layout : str, optional
            How arrays lie in memory, if not fresh and in C order.
        """
        worker, place = self._place()
        slots = self.interface.takes
        updated = [i for i, slot in enumerate(slots[: len(arguments)]) if slot.crossing is Crossing.UPDATED]
        options = CallOptions(
            self._wanted(),
            read_back=updated,
            layouts=self._layouts(arguments, layout),
        )
        sent = adapt_arguments(self.interface.name, arguments, self._subject.dropout)
        with self._subject.translated():
            returned = worker.call(place, *sent, options=options, limits=self._subject.call_limits)
        for key in returned.changed:
            if isinstance(key, int) and key < len(slots):
                self._subject.note(f"{self.interface.name} changes its argument {slots[key].name}")
        result = self._checked(returned.value)
        for position in updated:
            _update(arguments[position], returned.read_back[position], self.interface.name)
        return self._with_state(result, arguments, updated)

    def probe(self, arguments: Sequence[Any], of: int, points: Sequence[Array]) -> Sequence[Any]:
        """The first result for each of ``points`` in the place of argument number ``of``."""
        worker, place = self._place()
        sent = adapt_arguments(self.interface.name, copy.deepcopy(tuple(arguments)), self._subject.dropout)
        pick = 0 if len(self.interface.gives) > 1 else None
        with self._subject.translated():
            outputs = worker.probe(
                place,
                *sent,
                vary=of,
                points=Values(np.stack(points)),
                pick=pick,
                limits=self._subject.call_limits,
            )
        if isinstance(outputs, Unsupported) or len(outputs) != len(points):
            raise BadOutput(f"{self.interface.name} gives {_described(outputs)} for some inputs")
        return list(outputs)

    def _place(self) -> tuple[Worker, Place]:
        self._subject.require(self.interface.name)
        worker, module = self._subject.module(self.interface.group, self.interface.module)
        return worker, module.attribute(self.interface.name)

    def _wanted(self) -> Any:
        wanted = tuple(
            "handle" if slot.crossing is Crossing.HANDLE else "value" for slot in self.interface.gives
        )
        return wanted if len(wanted) > 1 else wanted[0]

    def _layouts(self, arguments: Sequence[Any], layout: str | None) -> dict[Any, Any]:
        if layout is None:
            return {}
        return {i: layout for i, value in enumerate(arguments) if isinstance(value, np.ndarray)}

    def _checked(self, value: Any) -> Any:
        """The result, or why it is none."""
        name = self.interface.name
        if value is None or (isinstance(value, tuple) and all(part is None for part in value)):
            raise Missing(f"{name} returns None")
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, Unsupported):
                wanted = ", ".join(slot.name for slot in self.interface.gives)
                raise BadOutput(f"{name} returned {part.description}, wanted {wanted}")
        return tuple(map(_rebuilt, value)) if isinstance(value, tuple) else _rebuilt(value)

    def _with_state(self, result: Any, arguments: Sequence[Any], updated: Sequence[int]) -> Any:
        """An optimizer's state may stand in the returned dict or in the one that was passed."""
        if self.interface.gives[-1].name != "config" or not isinstance(result, tuple):
            return result
        passed = arguments[updated[0]] if updated and isinstance(arguments[updated[0]], dict) else {}
        returned = result[-1] if isinstance(result[-1], dict) else {}
        state = {**passed, **returned}
        if passed is not returned and updated and isinstance(arguments[updated[0]], dict):
            arguments[updated[0]].update(state)
        return (*result[:-1], state)


class RemoteClass:
    """A net class of the submission."""

    def __init__(self, subject: RemoteSubject, interface: ClassInterface) -> None:
        self.interface = interface
        self._subject = subject

    def __call__(self, **arguments: Any) -> RemoteNet:
        """Build a net in the worker."""
        name = self.interface.name
        self._subject.require(name)
        worker, module = self._subject.module(self.interface.group, self.interface.module)
        known = self._subject.signatures.get(name, frozenset())
        sent = adapt_constructor(name, arguments, known, self._subject.dropout)
        with self._subject.translated():
            dtype = sent.get("dtype")
            if isinstance(dtype, str):  # the type itself, as a student's own code would pass it
                sent["dtype"] = worker.get(Place("numpy").attribute(dtype), "handle")
            options = CallOptions("handle", watch=False)
            handle = worker.call(
                module.attribute(name), keywords=sent, options=options, limits=self._subject.call_limits
            ).value
        if not isinstance(handle, Handle):
            raise BadOutput(f"{name}(...) gives {_described(handle)}, wanted a net")
        return RemoteNet(self._subject, name, worker, handle)


class RemoteNet:
    """A net in a worker."""

    def __init__(self, subject: RemoteSubject, name: str, worker: Worker, handle: Handle) -> None:
        self.handle = handle
        self._subject = subject
        self.name = name
        self._worker = worker

    @property
    def params(self) -> MutableMapping[str, Array]:
        """The parameters by name: read-only copies, assigned entry by entry."""
        return _RemoteParams(self._subject, self.name, self._worker, Place(self.handle).attribute("params"))

    @property
    def reg(self) -> float:
        """The strength of the L2 regularization."""
        with self._subject.translated():
            value = self._worker.get(Place(self.handle).attribute("reg"))
        if not isinstance(value, float | int | np.generic):
            raise BadOutput(f"{self.name}.reg is {_described(value)}, wanted a number")
        return float(value)

    @reg.setter
    def reg(self, value: float) -> None:
        with self._subject.translated():
            self._worker.set(Place(self.handle).attribute("reg"), value)

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Scores without labels; the loss and the gradients by name with them."""
        self._subject.require(f"{self.name}.loss")
        arguments = (X,) if y is None else (X, y)
        with self._subject.translated():
            returned = self._worker.call(
                Place(self.handle).attribute("loss"), *arguments, limits=self._subject.call_limits
            )
        for key in returned.changed:
            self._subject.note(f"{self.name}.loss changes its argument {'Xy'[int(key)]}")
        value = returned.value
        if value is None or (isinstance(value, tuple) and value and value[0] is None):
            raise Missing(f"{self.name}.loss returns None")
        if y is None:
            return self._scores(value)
        if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[1], dict):
            raise BadOutput(f"{self.name}.loss(X, y) returned {_described(value)}, wanted loss, grads")
        loss, grads = value
        if not isinstance(loss, NUMERIC):
            raise BadOutput(f"{self.name}.loss(X, y) returned {_described(loss)} for the loss")
        grads = {key: _rebuilt(gradient) for key, gradient in grads.items()}
        for key, gradient in grads.items():
            if gradient is not None and not isinstance(gradient, NUMERIC):
                raise BadOutput(f"{self.name}.loss(X, y) returned {_described(gradient)} for grads[{key!r}]")
        return loss, grads

    def _scores(self, value: Any) -> Any:
        if isinstance(value, Unsupported | tuple | dict):
            raise BadOutput(f"{self.name}.loss(X) returned {_described(value)}, wanted scores")
        return _rebuilt(value)

    def probe_loss(self, X: Array, y: Array, parameter: str, points: Sequence[Array]) -> list[float]:
        """The loss for each of ``points`` in the place of one parameter, which is then restored."""
        with self._subject.translated():
            losses = self._worker.probe(
                Place(self.handle).attribute("loss"),
                X,
                y,
                vary=Place(self.handle).attribute("params").item(parameter),
                points=Values(np.stack(points)),
                pick=0,
                limits=self._subject.call_limits,
            )
        if not isinstance(losses, np.ndarray) or losses.size != len(points):
            raise BadOutput(f"{self.name}.loss gives {_described(losses)} instead of numbers")
        return [float(loss) for loss in np.reshape(losses, -1)]


class _RemoteParams(MutableMapping[str, Array]):
    def __init__(self, subject: RemoteSubject, net: str, worker: Worker, place: Place) -> None:
        self._subject = subject
        self._net = net
        self._worker = worker
        self._place = place

    def __getitem__(self, name: str) -> Array:
        with self._subject.translated():
            value = self._worker.get(self._place.item(name))
        if not isinstance(value, np.ndarray):
            raise BadOutput(f"{self._net}.params[{name!r}] is {_described(value)}, wanted an array")
        return value

    def __setitem__(self, name: str, value: Array) -> None:
        with self._subject.translated():
            self._worker.set(self._place.item(name), value)

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"a check may assign the parameter {name!r}, not delete it")

    def __iter__(self) -> Iterator[str]:
        with self._subject.translated():
            return iter([str(key) for key in self._worker.keys(self._place)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in list(iter(self))


def _update(passed: Any, read_back: Any, name: str) -> None:
    if not isinstance(passed, dict):
        return
    if not isinstance(read_back, dict):
        raise BadOutput(f"{name} leaves {_described(read_back)} in the place of the dict it was given")
    passed.clear()
    passed.update(read_back)


def _rebuilt(value: Any) -> Any:
    """A list of numbers, or of rows that fit each other, as the array that it stands for."""
    if not isinstance(value, list):
        return value
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        return value
    return array if array.dtype.kind in "biufc" else value


def _described(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, Unsupported):
        return value.description
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    return f"{type(value).__name__}"
