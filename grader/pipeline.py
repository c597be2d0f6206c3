"""From a path to a report: the only file that names every stage.

::

    path -> read -> run in workers, judged by the suite -> follow-through -> rubric -> score -> report
                 |-> time the fast functions, where that is asked for
                 `-> run the notebooks, where that is asked for: which cells fail
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

import reference
from grader import version
from grader.arms import PUT_BACK
from grader.assignment import Assignment
from grader.diagnosis import Diagnostician
from grader.errors import GraderError
from grader.grading import grade
from grader.model import (
    CheckResult,
    ConfinementRecord,
    Report,
    RunRecord,
    SpeedRecord,
    SubmissionRecord,
)
from grader.notebooks import NotebookLimits, NotebooksDocument, execute_notebooks
from grader.notebooks.model import encode
from grader.resources import Data, data_folder
from grader.rubric.claims import claims
from grader.rubric.marking import Marker, WrittenPart
from grader.score import score
from grader.speed.stage import time_submission
from grader.subject.local import LocalSubject
from grader.subject.remembered import Remembered
from grader.submission.extensions import foreign_extensions
from grader.submission.handout import hand_out
from grader.submission.read import READING, Reader, Submission, read_submission
from grader.submitted import on_trusted_layers, submitted, worker_limits
from grader.suite.session import Check, Suite, generator, with_suite
from grader.worker import Confinement, ForkServer, Level, Worker
from reference.observations import trusted

T = TypeVar("T")

_NOT_TIMED = ("speed: not checked, for nobody is asked here to write the fast path",)


@dataclass(frozen=True, slots=True)
class Options:
    """How a run of the grader goes.

    Parameters
    ----------
    seed : str
        The run's secret: the same seed gives the same inputs. Fresh by default.
    edition : str, optional
        Instead of finding it out for every submission.
    require : Level, optional
        Refuse to grade where submissions cannot be confined to this level.
    public_only : bool
        Run the public checks alone.
    checks : sequence of str
        Run only the checks whose id fits one of these patterns, in which ``*`` stands for anything.
    written : bool
        Whether to mark the inline questions.
    provisional : bool
        Whether the engine's suggestions count where nobody has decided; the report says so.
    speed : bool
        Whether to time the fast functions, if the assignment has a speed check.
    """

    seed: str
    edition: str | None = None
    require: Level | None = None
    public_only: bool = False
    checks: Sequence[str] = ("*",)
    written: bool = True
    provisional: bool = False
    speed: bool = False

    @staticmethod
    def fresh_seed() -> str:
        """A seed that nobody can guess."""
        return secrets.token_hex(16)


class Grader:
    """Grades one submission after the other. Made by `with_grader`."""

    def __init__(self, assignment: Assignment, suite: Suite, server: ForkServer, options: Options) -> None:
        self.assignment = assignment
        self._suite = suite
        self._server = server
        self._options = options
        # Not those of `reference` itself: the mistakes read the caches of these.
        self._trusted = {name: trusted(name) for name in assignment.interface.names}
        self._reference = Remembered(reference)
        self._diagnostician = Diagnostician(suite, self._subject_with, self._reference, options.seed)
        self._hand_out = cache(lambda edition: hand_out(assignment, edition))
        self._visible = cache(self._visible_in)

    @property
    def confinement(self) -> Confinement:
        """How well submissions are confined on this machine."""
        return self._server.confinement

    def grade(self, path: Path) -> Report:
        """Grade the hand-in at ``path``.

        Raises
        ------
        UnreadableSubmission
        """
        started, clock = datetime.now(UTC), time.perf_counter()
        submission, first = self._read(path)
        subject = submitted(self.assignment, submission, self._server, first)
        on_right_layers = on_trusted_layers(self.assignment, submission, self._server)
        try:
            results = grade(
                self._suite,
                subject,
                graded=self.assignment.graded(submission.edition),
                seed=self._options.seed,
                reference=self._reference,
                diagnostician=self._diagnostician,
                visible=self._visible(submission.edition).__contains__,
                follow_through=on_right_layers,
                nets=self.assignment.interface.classes,
                total_seconds=self.assignment.limits.total_seconds,
            )
        finally:
            subject.close()
            on_right_layers.close()
            if first is not None:  # where there was nothing to run
                first.close()
        speed = self._timed(submission, results)
        edition = self.assignment.editions[submission.edition]
        answers, unread = (
            self._marker.answers(submission, edition) if self._options.written else WrittenPart()
        )
        run = RunRecord(
            seed=self._options.seed,
            grader_version=version(),
            numpy_version=np.__version__,
            started=started.isoformat(timespec="seconds"),
            seconds=time.perf_counter() - clock,
        )
        return Report(
            assignment=self.assignment.id,
            title=self.assignment.title,
            submission=SubmissionRecord(
                name=submission.name,
                edition=submission.edition,
                files=tuple(sorted(submission.files.content)),
                notes=(
                    *submission.notes,
                    *foreign_extensions(submission.files.content, self.assignment.extensions),
                    *unread,
                    *(_NOT_TIMED if self._options.speed and not speed else ()),
                    *_notes_put_back(subject.put_back),
                ),
                handed_out=tuple(sorted(self.assignment.handed_out(submission.edition))),
            ),
            sections=score(self.assignment, submission.edition, results, answers, speed),
            checks=results,
            confinement=_confinement_record(self.confinement),
            run=run,
            answers=answers,
            claims=claims(submission.notebooks, results, self.assignment.interface),
            speed=speed,
        )

    def _timed(self, submission: Submission, results: Sequence[CheckResult]) -> tuple[SpeedRecord, ...]:
        """The speed check, where it is asked for."""
        if not self._options.speed:
            return ()
        return time_submission(
            self.assignment,
            submission,
            results,
            limits=worker_limits(self.assignment),
            open_server=lambda core: fork_server(self.assignment, self._options, core=core),
            open_subject=lambda server: submitted(self.assignment, submission, server),
            draw=generator(self._options.seed, "speed"),
        )

    @cached_property
    def _marker(self) -> Marker:
        """Made when the first hand-in has answers to be marked: its question files take a second to read."""
        return Marker(self.assignment, provisional=self._options.provisional)

    def run_notebooks(self, path: Path, name: str) -> bytes:
        """Run the notebooks of the hand-in at ``path``; nothing of it is worth points.

        Parameters
        ----------
        path : Path
        name : str
            What the hand-in is called.

        Returns
        -------
        bytes
            A `NotebooksDocument`, which also says so if the grader could not.
        """
        submission, worker = self._read(path)
        if worker is not None:
            worker.close()
        document = NotebooksDocument(name=name, limits=NotebookLimits())
        try:
            runs = execute_notebooks(submission, self.assignment, document.limits)
        except GraderError as error:
            return encode(msgspec.structs.replace(document, problem=str(error)))
        return encode(msgspec.structs.replace(document, notebooks=runs))

    def _read(self, path: Path) -> tuple[Submission, Worker | None]:
        """The hand-in, and the worker that read it, if it is well."""
        reader = Reader(self._server, worker_limits(self.assignment))
        try:
            submission = read_submission(
                path, self.assignment, reader, self._hand_out, edition=self._options.edition
            )
            return submission, reader.release()
        finally:
            reader.close()

    def _subject_with(self, replaced: Mapping[str, Callable[..., Any]]) -> LocalSubject:
        return LocalSubject(self.assignment.interface, {**self._trusted, **replaced})

    def _visible_in(self, edition: str) -> frozenset[Check]:
        """The checks that the options ask for and the edition knows."""
        without = self.assignment.editions[edition].without
        return frozenset(
            check
            for check in self._suite.checks
            if (check.visibility == "public" or not self._options.public_only)
            and any(_fits(check.id, pattern) for pattern in self._options.checks)
            and not any(_fits(check.id, pattern) for pattern in without)
        )


def with_grader(assignment: Assignment, options: Options, use: Callable[[Grader], T]) -> T:
    """Collect the checks, start the fork server, and call ``use`` with a grader.

    Parameters
    ----------
    assignment : Assignment
    options : Options
    use : callable

    Raises
    ------
    AssignmentError
        If the checks cannot be collected.
    ConfinementTooWeak
        If the machine cannot confine submissions as ``options.require`` asks.
    """

    def run(suite: Suite) -> T:
        with fork_server(assignment, options) as server:
            return use(Grader(assignment, suite, server, options))

    return with_suite(suite_folders(assignment, options), run)


def suite_folders(assignment: Assignment, options: Options) -> tuple[Path, ...]:
    """Where the checks are that the options ask for."""
    folder = data_folder(Data.SUITES) / assignment.id
    # Public checks first: what a submission keeps of their inputs is known anyway.
    return (folder / "public",) if options.public_only else (folder / "public", folder / "hidden")


def fork_server(assignment: Assignment, options: Options, *, core: int | None = None) -> ForkServer:
    """What makes the workers; on one processor core, if one is named.

    Raises
    ------
    ConfinementTooWeak
        If the machine cannot confine submissions as ``options.require`` asks.
    """
    return ForkServer(require=options.require, scipy="scipy" in assignment.modules, ahead=READING, core=core)


def _fits(check_id: str, pattern: str) -> bool:
    # The brackets of "forward[rows]" are meant as such.
    return fnmatchcase(check_id, pattern.replace("[", "[[]"))


def _notes_put_back(names: Sequence[str]) -> tuple[str, ...]:
    listed = ", ".join(PUT_BACK[name] for name in names if name in PUT_BACK)
    if not listed:
        return ()
    return (f"uses {listed}, which newer NumPy versions refuse: put back, no loss of points",)


def _confinement_record(confinement: Confinement) -> ConfinementRecord:
    return ConfinementRecord(
        level=confinement.level.value,
        layers=confinement.standing,
        missing=confinement.missing,
        kernel=confinement.kernel,
    )
