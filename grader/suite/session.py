"""Runs the graded checks: collected once, run again for every subject.

The checks are ordinary pytest items. Starting pytest costs half a second, so it is started once per
judge process: `with_suite` starts it, and inside its test loop hands a `Suite` to a function of the
caller, which may run the items as often as it likes, each time with another subject.

A check asks for these fixtures:

``subject``
    The functions under test (`grader.subject`): a submission, the reference, or a known mistake.
``draw``
    A ``numpy.random.Generator`` that depends on the run's secret seed and on the check, on nothing
    else: every submission of a run meets the same inputs, and a replay meets them again.
``reference``
    The trusted implementation. Its answers are kept, so that a class pays for them once.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from grader.errors import AssignmentError, GraderFault
from grader.model import Visibility

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check:
    """What a check says of itself in its ``check`` marker and its docstring."""

    id: str
    title: str
    section: str
    weight: float
    visibility: Visibility
    about: tuple[str, ...]
    """The functions it is about; a known mistake of one of these may explain a failure."""
    needs: tuple[str, ...]
    """Functions that must at least run before this check can say anything."""
    seconds: float | None
    """Wall-clock limit of its own, instead of the assignment's."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of running one check: the exception that ended it, if any."""

    check: Check
    error: BaseException | None
    seconds: float
    stage: str = "call"


class Suite:
    """The collected checks. Made by `with_suite`; lives as long as its function runs."""

    def __init__(self, items: Sequence[pytest.Item], state: _State) -> None:
        self._items = {check.id: (check, item) for check, item in _checks(items)}
        self._state = state
        self.checks = tuple(check for check, _ in self._items.values())
        """All checks in file order."""

    def run(self, check_id: str, subject: Any, *, seed: str, reference: Any) -> Run:
        """Run one check on one subject.

        Parameters
        ----------
        check_id : str
        subject : object
            What the fixture ``subject`` gives.
        seed : str
            The run's secret; ``draw`` depends on it.
        reference : object
            What the fixture ``reference`` gives.
        """
        check, item = self._items[check_id]
        with self._state.serving(subject, generator(seed, check_id), reference):
            started = time.perf_counter()
            _run_item(item)
            seconds = time.perf_counter() - started
            error, stage = self._state.error, self._state.stage
        return Run(check, error, seconds, stage)


def with_suite(paths: Iterable[Path], use: Callable[[Suite], T]) -> T:
    """Collect the checks under ``paths``, call ``use`` with them, and return what it returns.

    Raises
    ------
    AssignmentError
        If the checks cannot be collected; pytest's own words are kept.
    """
    state = _State()
    driver = _Driver(use, state)
    files = [str(path) for path in paths]
    unused = ("cacheprovider", "logging", "randomly", "terminal", "xdist")
    options = [word for plugin in unused for word in ("-p", f"no:{plugin}")]
    options += ["--import-mode=importlib", "--strict-markers", "-c", _no_config()]
    before = set(sys.modules)
    try:
        with _alone():
            pytest.main([*options, "--rootdir", str(_common(files)), *files], plugins=[driver])
    finally:
        # pytest names modules by their place below the folder, so another suite's would pass for these.
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], files):
                del sys.modules[name]
    if driver.failure is not None:
        raise driver.failure
    if not driver.finished:
        raise AssignmentError(
            "\n".join(state.collection_errors) or f"no checks could be collected in {files}"
        )
    result: T = driver.result
    return result


def generator(seed: str, check_id: str) -> np.random.Generator:
    """The random stream of one check: secret, and independent of every other check's."""
    digest = hashlib.blake2b(f"{seed}\0{check_id}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


@dataclass(slots=True)
class _State:
    """What the fixtures hand out at this moment."""

    subject: Any = None
    draw: Any = None
    reference: Any = None
    error: BaseException | None = None
    stage: str = "call"
    collection_errors: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self, subject: Any, draw: np.random.Generator, reference: Any) -> Iterator[None]:
        self.subject, self.draw, self.reference = subject, draw, reference
        self.error, self.stage = None, "call"
        try:
            yield
        finally:
            self.subject = self.draw = self.reference = None


class _Driver:
    """The pytest plugin: fixtures, the marker, and a test loop that calls ``use`` instead."""

    def __init__(self, use: Callable[[Suite], Any], state: _State) -> None:
        self.use = use
        self.state = state
        self.result: Any = None
        self.finished = False
        self.failure: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(section, about, needs, weight, seconds): a graded check")

    @pytest.fixture
    def subject(self) -> Any:
        return self.state.subject

    @pytest.fixture
    def draw(self) -> Any:
        return self.state.draw

    @pytest.fixture
    def reference(self) -> Any:
        return self.state.reference

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.state.collection_errors.append(f"{report.nodeid}: {report.longreprtext}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.state.collection_errors or not session.items:
            return True
        try:
            self.result = self.use(Suite(session.items, self.state))
            self.finished = True
        except BaseException as error:  # noqa: BLE001 - carried out of pytest, raised by with_suite
            self.failure = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a check. Its failure is kept here, where pytest would spend 20 ms on formatting it."""
        wanted = pyfuncitem._fixtureinfo.argnames
        try:
            pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted})
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, it becomes an outcome
            self.state.error = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and self.state.error is None:
            self.state.error = call.excinfo.value
            self.state.stage = call.when


def _run_item(item: pytest.Item) -> None:
    # Fresh fixtures for every run of the same item.
    item._initrequest()  # type: ignore[attr-defined]
    runtestprotocol(item, log=False, nextitem=None)


def _checks(items: Sequence[pytest.Item]) -> Iterator[tuple[Check, pytest.Item]]:
    seen: set[str] = set()
    for item in items:
        marker = item.get_closest_marker("check")
        if marker is None:
            raise AssignmentError(f"{item.nodeid}: no @check(section, about=...) on this test")
        file, name = item.path.stem.removeprefix("test_"), item.name.removeprefix("test_")
        identity = f"{_visibility(item)}.{file}.{name}"
        if identity in seen:
            raise AssignmentError(f"{item.nodeid}: a second check with the id {identity!r}; rename one")
        seen.add(identity)
        yield _describe(item, identity, marker.kwargs), item


def _describe(item: pytest.Item, identity: str, marks: Mapping[str, Any]) -> Check:
    function = getattr(item, "function", None)
    docstring = (getattr(function, "__doc__", None) or "").strip()
    if not docstring:
        raise AssignmentError(f"{item.nodeid}: no docstring; its first line is the title that students read")
    return Check(
        id=identity,
        title=docstring.splitlines()[0].rstrip("."),
        section=marks["section"],
        weight=float(marks["weight"]),
        visibility=_visibility(item),
        about=_names(marks["about"]),
        needs=_names(marks["needs"]),
        seconds=marks["seconds"],
    )


def _visibility(item: pytest.Item) -> Visibility:
    """By the folder; what is not said to be public is hidden."""
    return "public" if item.path.parent.name == "public" else "hidden"


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _common(files: Sequence[str]) -> Path:
    if not files:
        raise GraderFault("with_suite was given no folder of checks")
    first = Path(files[0])
    return first if first.is_dir() else first.parent


@contextmanager
def _alone() -> Iterator[None]:
    """Without the pytest options and plugins that somebody has set for a project of their own."""
    own = {"PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    before = {name: os.environ.get(name) for name in own}
    try:
        _set_environment(own)
        yield
    finally:
        _set_environment(before)


def _set_environment(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _lies_in(module: ModuleType, folders: Sequence[str]) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and any(Path(file).is_relative_to(folder) for folder in folders)


def _no_config() -> str:
    """A configuration file that says nothing.

    A suite must not inherit the settings of whatever project the grader happens to be started in.
    """
    return str(Path(__file__).with_name("pytest.ini"))
