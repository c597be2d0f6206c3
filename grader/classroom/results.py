"""The folder of results.

::

    DIR/run.json             the seed and the assignment: the secret of the run
    DIR/index.html           the class, and
    DIR/grades.csv           the same as a table
    DIR/NAME/grading.json    what came of the hand-in NAME; written last, so where it stands all is done
    DIR/NAME/report.json     the report for the instructor
    DIR/NAME/student.json    the report for the student
    DIR/NAME/report.html     the same as a page
    DIR/NAME/notebooks.json  which cells of its notebooks fail, where that was asked for

A file is never half there: it is written under another name first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import msgspec

from grader.classroom.documents import ALWAYS, FORMATS, NOTEBOOKS
from grader.classroom.hand_ins import HandIn
from grader.errors import UsageError
from grader.model import Outcome, Record, Report, SectionScore

GRADING = "grading.json"
RUN = "run.json"

Status = Literal["graded", "unreadable", "not graded"]
T = TypeVar("T", bound=Record)


class Standing(Record, frozen=True, kw_only=True):
    """What came of one hand-in: a line of the class's table."""

    document: Literal["grading"] = "grading"
    schema_version: Literal[1] = 1
    name: str
    hand_in: str
    """Where it is."""
    status: Status
    fingerprint: str = ""
    """Equal for two gradings that must come to the same result; empty if it has to be graded again."""
    problem: str = ""
    """Why there are no points, in a sentence."""
    details: str = ""
    """What went wrong in the grader, for whoever mends it."""
    edition: str = ""
    sections: tuple[SectionScore, ...] = ()
    faults: int = 0
    """Checks, and functions to be timed, that the grader could not judge."""

    @property
    def earned(self) -> float:
        """The points that are certain."""
        return sum(section.earned for section in self.sections if section.counted)

    @property
    def maximum(self) -> float:
        """The points that there are."""
        return sum(section.maximum for section in self.sections if section.counted)

    @property
    def undecided(self) -> float:
        """The points that are open."""
        return sum(section.undecided for section in self.sections if section.counted)

    @classmethod
    def of(cls, report: Report, *, name: str, hand_in: Path, fingerprint: str) -> Standing:
        """The line of a graded submission."""
        faults = sum(check.outcome is Outcome.GRADER_FAULT for check in report.checks)
        faults += sum(record.outcome is Outcome.GRADER_FAULT for record in report.speed)
        return cls(
            name=name,
            hand_in=shown(hand_in),
            status="graded",
            # What the grader failed at may go better the next time.
            fingerprint="" if faults else fingerprint,
            edition=report.submission.edition,
            sections=report.sections,
            faults=faults,
        )


class _Run(Record, frozen=True, kw_only=True):
    document: Literal["run"] = "run"
    schema_version: Literal[1] = 1
    assignment: str
    seed: str


class Results:
    """The folder of results of one assignment.

    Parameters
    ----------
    folder : Path
        It may be new, empty, or hold results of the same assignment.
    assignment : str
        Its id.
    seed : str, optional
        The secret of the run. Without it, that of the results which are there, so that a run that was
        interrupted goes on; and else a new one.
    fresh_seed : callable
        Makes a new one.

    Raises
    ------
    UsageError
        If the folder holds something else.
    """

    def __init__(
        self, folder: Path, *, assignment: str, seed: str | None, fresh_seed: Callable[[], str]
    ) -> None:
        self.folder = folder
        self.assignment = assignment
        earlier = self._earlier(assignment)
        self.seed: str = seed or (earlier.seed if earlier else fresh_seed())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / RUN, _encoded(_Run(assignment=assignment, seed=self.seed)))
        except OSError as error:
            raise UsageError(f"{folder}: the results cannot be written there: {error.strerror}") from error

    @classmethod
    def existing(cls, folder: Path) -> Self:
        """Results that are there.

        Raises
        ------
        UsageError
            If there are none.
        """
        run = _read(folder / RUN, _Run)
        if run is None:
            raise UsageError(
                f"{folder}: no results are here; `grader grade --out {folder} PATH...` makes some"
            )
        return cls(folder, assignment=run.assignment, seed=run.seed, fresh_seed=lambda: run.seed)

    def _earlier(self, assignment: str) -> _Run | None:
        if self.folder.exists() and not self.folder.is_dir():
            raise UsageError(f"{self.folder}: wanted a folder for the results, and this is a file")
        if not self.folder.is_dir() or not any(self.folder.iterdir()):
            return None
        earlier = _read(self.folder / RUN, _Run)
        if earlier is None:
            raise UsageError(f"{self.folder}: this folder holds other files; name a new one with --out")
        if earlier.assignment != assignment:
            raise UsageError(f"{self.folder}: results of {earlier.assignment} are here; name another folder")
        return earlier

    def place(self, name: str) -> Path:
        """The folder of one submission."""
        if Path(name).name != name:
            raise ValueError(f"name: got {name!r}, wanted the name of a folder")
        return self.folder / name

    def reusable(self, hand_in: HandIn, files: Iterable[str]) -> Standing | None:
        """What an earlier run found, if all ``files`` are there; its fingerprint tells whether it holds."""
        place = self.place(hand_in.name)
        standing = _read(place / GRADING, Standing)
        if standing is None or not standing.fingerprint or standing.hand_in != shown(hand_in.path):
            return None
        return standing if all((place / file).is_file() for file in files) else None

    def store(self, standing: Standing, files: Mapping[str, bytes]) -> None:
        """Keep what came of a hand-in, in the place of what was known before."""
        place = self.place(standing.name)
        place.mkdir(exist_ok=True)
        for name in (GRADING, *ALWAYS, *FORMATS.values(), NOTEBOOKS):
            (place / name).unlink(missing_ok=True)
        for name, content in files.items():
            _write(place / name, content)
        _write(place / GRADING, _encoded(standing))

    def standings(self) -> tuple[Standing, ...]:
        """Everything that is known, from this run and from earlier ones, by name."""
        found = (_read(entry / GRADING, Standing) for entry in sorted(self.folder.iterdir()))
        return tuple(standing for standing in found if standing is not None)

    def write(self, name: str, text: str) -> None:
        """Write a file about the class."""
        _write(self.folder / name, text.encode("utf-8"))


def hand_in_of(report: Path) -> Path | None:
    """Where the hand-in of a stored report is, if that is known."""
    standing = _read(report.with_name(GRADING), Standing)
    return Path(standing.hand_in) if standing is not None else None


def shown(path: Path) -> str:
    """A path as text that every encoding can hold."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _encoded(record: Record) -> bytes:
    return (json.dumps(msgspec.to_builtins(record), indent=1) + "\n").encode("ascii")


def _read(file: Path, kind: type[T]) -> T | None:
    """A record, or None if the file is not there or does not hold one."""
    try:
        table: Any = json.loads(file.read_bytes())
        return msgspec.convert(table, kind)
    except (OSError, ValueError):
        # ValidationError is a ValueError.
        return None


def _write(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.part")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, file)
