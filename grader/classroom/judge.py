"""What runs in a judge's process: one hand-in after the other, by the same checks.

An executor calls functions, and nothing else; but collecting the checks and starting a fork server
takes a second, so the process keeps its `Judge` from one call to the next. The checks live inside a
pytest session, which stays open on a thread of its own while the main thread runs them.
"""

from __future__ import annotations

import atexit
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from grader.assignment import load_assignment
from grader.classroom.documents import NOTEBOOKS, documents
from grader.classroom.fingerprint import hand_in_key
from grader.classroom.results import Standing, Status, shown
from grader.errors import UnreadableSubmission
from grader.model import Report
from grader.pipeline import Grader, Options, fork_server, suite_folders
from grader.suite.open import OpenSuite


@dataclass(frozen=True, slots=True)
class Settings:
    """What all hand-ins of a run have in common."""

    assignment: Path
    """The folder of the assignment."""
    options: Options
    key: str
    """Of `grader.classroom.fingerprint.run_key`."""
    formats: tuple[str, ...] = ()
    notebooks: bool = False
    """Whether to run the notebooks, too."""


@dataclass(frozen=True, slots=True)
class Job:
    """A hand-in to grade."""

    name: str
    path: Path
    known: str | None = None
    """The fingerprint of what is known of it already."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    standing: Standing | None
    """None if it is what it was, and so is its grade."""
    files: dict[str, bytes] = field(default_factory=dict)


class Judge:
    """A grader that stays open. One per process.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    AssignmentError
        If the checks cannot be collected.
    ConfinementTooWeak
        If the machine cannot confine submissions as the options require.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        assignment, options = load_assignment(settings.assignment), settings.options
        self._server = fork_server(assignment, options)
        try:
            self._session = OpenSuite(suite_folders(assignment, options))
        except BaseException:
            self._server.close()
            raise
        self.grader = Grader(assignment, self._session.suite, self._server, options)

    def close(self) -> None:
        """End the workers and the session."""
        self._server.close()
        self._session.close()


def grade_one(settings: Settings, job: Job) -> Answer:
    """Grade one hand-in.

    Whatever goes wrong with the hand-in is part of the answer. What is raised means that nothing can be
    graded here.
    """
    try:
        fingerprint = f"{settings.key}-{hand_in_key(job.path)}"
        if fingerprint == job.known:
            return Answer(None)
    except UnreadableSubmission as error:
        return without_points(job, "unreadable", str(error))
    judge = _judge(settings)
    try:
        report = _renamed(judge.grader.grade(job.path), job.name)
        standing = Standing.of(report, name=job.name, hand_in=job.path, fingerprint=fingerprint)
        files = documents(report, settings.formats)
        if settings.notebooks:
            files[NOTEBOOKS] = judge.grader.run_notebooks(job.path, job.name)
    except UnreadableSubmission as error:
        return without_points(job, "unreadable", str(error))
    except Exception as error:  # noqa: BLE001 - the boundary: a fault of ours is no zero
        close_judge()  # it may be what is broken
        return without_points(job, "not graded", _said(error), traceback.format_exc())
    if standing.faults:
        close_judge()
    return Answer(standing, files)


def without_points(job: Job, status: Status, problem: str, details: str = "") -> Answer:
    """The answer about a hand-in that could not be graded."""
    standing = Standing(
        name=job.name,
        hand_in=shown(job.path),
        status=status,
        problem=_clean(problem),
        details=_clean(details),
    )
    return Answer(standing)


def close_judge() -> None:
    """End this process's judge; the next hand-in gets a new one."""
    while _OPEN:
        _OPEN.pop().close()


_OPEN: list[Judge] = []
"""The judge of this process, if there is one."""


def _judge(settings: Settings) -> Judge:
    if not _OPEN or _OPEN[0].settings != settings:
        close_judge()
        _OPEN.append(Judge(settings))
        atexit.register(close_judge)
    return _OPEN[0]


def _renamed(report: Report, name: str) -> Report:
    """The report under the name that tells the hand-in from the others of its class."""
    return replace(report, submission=replace(report.submission, name=name))


def _said(error: Exception) -> str:
    return f"the grader is at fault: {type(error).__name__}: {error}"


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
