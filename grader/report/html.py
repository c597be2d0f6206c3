"""Reports as web pages: each a single file without scripts or anything from elsewhere.

The templates escape every value; a policy in the page's head forbids it to load or run anything, so
that even a hole in the templates could do nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.model import Report
from grader.report.layout import instructor_page, student_page
from grader.report.page import Page
from grader.report.redact import StudentReport
from grader.report.text import counted, fraction, one_line, points

_BINS = 10


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """One submission of a class."""

    name: str
    href: str | None = None
    """Its page, relative to the class's page."""
    edition: str = ""
    earned: float = 0.0
    maximum: float = 0.0
    undecided: float = 0.0
    problem: str = ""
    """Why it could not be graded at all; then it has no points, not even zero."""

    @classmethod
    def of(cls, report: Report, href: str | None = None) -> ClassEntry:
        """The entry of a graded submission."""
        return cls(
            name=report.submission.name,
            href=href,
            edition=report.submission.edition,
            earned=report.earned,
            maximum=report.maximum,
            undecided=report.undecided,
        )


def student(report: StudentReport) -> str:
    """The page for the student."""
    return _submission(student_page(report))


def instructor(report: Report) -> str:
    """The page for the instructor: also reasons in full, printed output, and how to repeat the run."""
    return _submission(instructor_page(report))


@dataclass(frozen=True, slots=True)
class NearlyEqual:
    """Long answers to one question in nearly the same words: they may be copied."""

    question: str
    names: tuple[str, ...]


def class_page(title: str, entries: Sequence[ClassEntry], nearly_equal: Sequence[NearlyEqual] = ()) -> str:
    """The page that lists a class, for the instructor."""
    hrefs = {entry.name: entry.href for entry in entries}
    alike = [(one.question, [(name, hrefs.get(name)) for name in one.names]) for one in nearly_equal]
    rows = [_row(entry) for entry in entries]
    graded = [row for row in rows if not row.problem]
    final = [row.share for row in graded if not row.open]
    figures = [
        ("submissions", str(len(rows))),
        ("median", f"{median(final):.0%}" if final else "none yet"),
        ("mean", f"{mean(final):.0%}" if final else "none yet"),
        ("with open points", str(len(graded) - len(final))),
        ("not graded", str(len(rows) - len(graded))),
    ]
    return (
        _environment()
        .get_template("class.html")
        .render(title=one_line(title), rows=rows, figures=figures, bars=_histogram(graded), alike=alike)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    href: str | None
    edition: str
    total: str
    share: float
    open: str
    open_share: float
    problem: str


@dataclass(frozen=True, slots=True)
class _Bar:
    """One column of the histogram."""

    label: str
    final: int
    unsure: int
    height: float
    unsure_height: float

    @property
    def text(self) -> str:
        unsure = f", {self.unsure} of them with open points" if self.unsure else ""
        return f"{self.label}: {counted(self.final + self.unsure, 'submission')}{unsure}"


def _row(entry: ClassEntry) -> _Row:
    known = entry.maximum > 0 and not entry.problem
    return _Row(
        name=one_line(entry.name),
        # Quoted, so that neither a colon nor a question mark in a name turns it into another kind of link.
        href=None if entry.href is None else quote(entry.href),
        edition=one_line(entry.edition),
        total=fraction(entry.earned, entry.maximum) if not entry.problem else "",
        share=entry.earned / entry.maximum if known else 0.0,
        open=points(entry.undecided) if entry.undecided and not entry.problem else "",
        open_share=entry.undecided / entry.maximum if known else 0.0,
        problem=one_line(entry.problem),
    )


def _histogram(rows: Sequence[_Row]) -> list[_Bar]:
    """How many submissions earned up to 10 %, 20 %, ...; heights as parts of the highest column."""
    final, unsure = [0] * _BINS, [0] * _BINS
    for row in rows:
        place = min(int(row.share * _BINS + 1e-9), _BINS - 1)
        (unsure if row.open else final)[place] += 1
    highest = max(map(sum, zip(final, unsure, strict=True)), default=0) or 1
    return [
        _Bar(f"{100 * i // _BINS}-{100 * (i + 1) // _BINS} %", final[i], unsure[i],
             final[i] / highest, unsure[i] / highest)
        for i in range(_BINS)
    ]  # fmt: skip


def _submission(page: Page) -> str:
    return _environment().get_template("submission.html").render(page=page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = points
    return environment
