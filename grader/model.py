"""The result model: what a graded submission is, whatever renders it.

Everything here is a frozen record. A `Report` is the whole truth, for the instructor; what a
student may see is made from it by `grader.report.redact`, never by a renderer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from grader.record import Record
from grader.written import PrintedClaim, WrittenAnswer

__all__ = [
    "CheckResult",
    "ConfinementRecord",
    "Diagnosis",
    "Finding",
    "Frame",
    "Interval",
    "Outcome",
    "Record",
    "Report",
    "RunRecord",
    "SectionScore",
    "SpeedRecord",
    "SubmissionRecord",
    "Timing",
    "Visibility",
]

SCHEMA_VERSION = 2


class Outcome(StrEnum):
    """What came of one check. Only `PASS` earns its weight; only the last three say nothing about it."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    MISSING = "MISSING"
    CRASH = "CRASH"
    TIMEOUT = "TIMEOUT"
    MEMORY = "MEMORY"
    BAD_OUTPUT = "BAD_OUTPUT"
    SKIPPED = "SKIPPED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    GRADER_FAULT = "GRADER_FAULT"

    @property
    def undecided(self) -> bool:
        """Whether the points of the check are open, neither earned nor lost."""
        return self in (Outcome.NEEDS_REVIEW, Outcome.GRADER_FAULT)


Visibility = Literal["public", "hidden"]


class Finding(Record, frozen=True, kw_only=True):
    """How a value differs from what was wanted."""

    call: str
    """The call that gave the value, as a person would write it."""
    value: str
    """Which result of the call, for example ``dx``."""
    kind: Literal["missing", "shape", "dtype", "finite", "values", "property"]
    message: str
    """One sentence with the numbers, for whoever may see them."""
    safe_message: str
    """The same without any number that belongs to a hidden check."""
    pattern: str | None = None
    """What the wrong entries have in common, for example ``every entry is twice what was wanted``."""
    index: tuple[int, ...] | None = None
    """Where the worst entry is."""
    wrong_share: float | None = None
    """The part of the entries that is wrong, from 0 to 1."""
    relative_error: float | None = None
    """As the notebooks print it: the largest |got - wanted| / max(1e-8, |got| + |wanted|), at most 1."""


class Diagnosis(Record, frozen=True, kw_only=True):
    """A known mistake that gives exactly the values that the submission gave."""

    mistake: str
    """The id in the catalogue, ``target.name``."""
    says: str
    asks: str


class Frame(Record, frozen=True, kw_only=True):
    """A line of the submission that an exception passed through."""

    path: str
    line: int
    function: str = ""
    text: str = ""
    """The line, from the judge's own copy of the file; never from the process that ran it."""


class CheckResult(Record, frozen=True, kw_only=True):
    """One graded check."""

    id: str
    section: str
    title: str
    visibility: Visibility
    weight: float
    outcome: Outcome
    reason: str = ""
    """Why the outcome is not PASS, for the instructor."""
    safe_reason: str = ""
    """The same for the student: no hidden input or expected value in it."""
    finding: Finding | None = None
    diagnosis: Diagnosis | None = None
    trace: tuple[Frame, ...] = ()
    """After a crash: the way through the submission's own files, the innermost line last."""
    targets: tuple[str, ...] = ()
    """The functions that the check is about."""
    follow_through: bool = False
    """Whether the check passed on reference layers after it could not on the student's own."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    output: str = ""
    """What the student's code printed meanwhile: for the instructor only."""


class Interval(Record, frozen=True, kw_only=True):
    """A median that was measured, and between which values it lies at 95 %."""

    low: float
    middle: float
    high: float


class Timing(Record, frozen=True, kw_only=True):
    """How fast a function is, beside two yardsticks that ran in turn with it."""

    rounds: int
    position: Interval
    """Between the reference's loops (0) and its NumPy code (1), on a logarithmic scale."""
    over_loops: Interval
    """How many times as fast as the reference's loops."""
    numpy_over_loops: Interval
    """The same of the reference's NumPy code."""
    over_own_loops: float | None = None
    """How many times as fast as the submission's own naive function; changes no points."""


class SpeedRecord(Record, frozen=True, kw_only=True):
    """What came of timing one function."""

    function: str
    outcome: Outcome
    """PASS for the top of the ladder, FAIL for less or for a wrong value; SKIPPED if it was not timed."""
    measurable: bool = True
    """Whether it could be measured here; if not, there are no points to earn."""
    maximum: float
    earned: float
    reason: str = ""
    """Why the outcome is not PASS, for the instructor."""
    safe_reason: str = ""
    """The same for the student."""
    timing: Timing | None = None
    note: str = ""
    """How the rung was decided, where that was close."""
    loops: tuple[Frame, ...] = ()
    """Loops in Python among the code that the function uses: a hint."""
    trace: tuple[Frame, ...] = ()
    """After a crash, as of a check."""

    @property
    def undecided(self) -> float:
        """Its points, where nobody could judge."""
        return self.maximum if self.outcome.undecided else 0.0


class SectionScore(Record, frozen=True, kw_only=True):
    """The points of one section of the rubric."""

    id: str
    title: str
    maximum: float
    earned: float
    undecided: float = 0.0
    """Points that nobody can decide yet (a grader fault, an answer that needs review)."""
    counted: bool = True
    """Whether the section belongs to the total, or is reported apart."""


class ConfinementRecord(Record, frozen=True, kw_only=True):
    """How well the submission's code was confined while it ran."""

    level: str
    """A to D, see `grader.worker.confinement`."""
    layers: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """One line per missing layer, with the reason and the fix."""
    kernel: str = ""


class SubmissionRecord(Record, frozen=True, kw_only=True):
    """What was found in the hand-in."""

    name: str
    edition: str
    files: tuple[str, ...] = ()
    handed_out: tuple[str, ...] = ()
    """The functions that the edition gives to its students, or does not have: nobody checked them."""
    notes: tuple[str, ...] = ()
    """What was restored, replaced, chosen among several, or not found."""


class RunRecord(Record, frozen=True, kw_only=True):
    """How to repeat the run. Instructor only."""

    seed: str
    grader_version: str
    numpy_version: str
    started: str
    seconds: float = 0.0


class Report(Record, frozen=True, kw_only=True):
    """One submission, graded."""

    assignment: str
    title: str
    submission: SubmissionRecord
    sections: tuple[SectionScore, ...]
    checks: tuple[CheckResult, ...]
    confinement: ConfinementRecord
    run: RunRecord
    answers: tuple[WrittenAnswer, ...] = ()
    """To the inline questions that the edition asks; each has a section of its own, with its id."""
    claims: tuple[PrintedClaim, ...] = ()
    """What the saved outputs of the notebooks show, where that is worth a look."""
    speed: tuple[SpeedRecord, ...] = ()
    """Of the fast functions, where that was asked for; together they are the section ``speed``."""
    schema_version: int = SCHEMA_VERSION

    @property
    def maximum(self) -> float:
        """The points of the counted sections."""
        return sum(section.maximum for section in self.sections if section.counted)

    @property
    def earned(self) -> float:
        """The points that are certain."""
        return sum(section.earned for section in self.sections if section.counted)

    @property
    def undecided(self) -> float:
        """The points that are open."""
        return sum(section.undecided for section in self.sections if section.counted)
