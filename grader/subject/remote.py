"""A submission as a subject: its functions run in confined workers, here are only their stand-ins.

Which worker a function runs in depends on its group (`Arm`): while layers are graded, the fast path
raises an error, so that a naive convolution cannot forward to it; nets run where the grader's own
fast path stands. A worker that died is replaced when the next call comes, so the checks that follow
keep their points.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from grader.model import Frame
from grader.subject.allowance import Allowance
from grader.subject.interface import Interface
from grader.subject.outcomes import Crashed, Missing, Observed, OutOfMemory, SubjectError, TimedOut
from grader.subject.remote_function import RemoteFunction
from grader.subject.remote_net import RemoteClass, RemoteNet
from grader.suite.session import Check
from grader.worker import (
    CallOptions,
    Limits,
    MemoryExceeded,
    Place,
    StudentError,
    StudentFault,
    Timeout,
    Worker,
)
from grader.worker import Frame as WorkerFrame

Array = NDArray[Any]
Arm: TypeAlias = Literal["layers", "fast", "nets"]

ARMS: Mapping[str, Arm] = {"fast": "fast", "nets": "nets"}
"""Group to arm; every other group belongs to the layers."""

MOST_DEATHS = 2
"""How many workers a module may kill while it is imported."""


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
        self._allowance = Allowance(limits)
        self._open_worker = open_worker
        self._workers: dict[Arm, Worker] = {}
        self._imported: dict[tuple[Arm, str], SubjectError | None] = {}
        self._died_importing: dict[tuple[Arm, str], list[SubjectError]] = {}
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
        self._allowance.begin(check.seconds)
        self._warnings.clear()

    def renew(self) -> None:
        """A call outside of any check begins: it may take what a check may."""
        self._allowance.begin(None)

    def end(self) -> Observed:
        """What was seen since `begin`."""
        output = ""
        for arm, worker in self._workers.items():
            text, self._printed[arm] = worker.output_since(self._printed.get(arm, 0))
            output += text
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
        SubjectError
            If the module cannot be imported. The import is tried once per worker; one that hangs or
            kills its worker is tried twice, for it costs the time limit.
        """
        arm = ARMS.get(group, "layers")
        deaths = self._died_importing.setdefault((arm, module), [])
        if len(deaths) == MOST_DEATHS:
            raise deaths[-1]
        worker = self._workers.get(arm)
        if worker is None or not worker.alive:
            worker = self._workers[arm] = self._allowance.opened(lambda: self._open_worker(arm))
            self._printed[arm] = 0
            self._imported = {key: error for key, error in self._imported.items() if key[0] != arm}
            if self._prelude is not None:
                self._import(worker, f"{self.package}.{self._prelude}")
        name = f"{self.package}.{module}"
        if (arm, module) not in self._imported:
            self._imported[arm, module] = self._import(worker, name)
        error = self._imported[arm, module]
        if error is not None:
            if not worker.alive:
                deaths.append(error)
            raise error
        return worker, Place(name)

    def _import(self, worker: Worker, name: str) -> SubjectError | None:
        try:
            with self.translated():
                worker.import_module(name, limits=self.limits)
        except SubjectError as error:
            return error
        return None

    @property
    def call_limits(self) -> Limits:
        """Of the next call of the present check: what the calls before it have left."""
        return self._allowance.left

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
            raise TimedOut(self._allowance.says(error)) from error
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
