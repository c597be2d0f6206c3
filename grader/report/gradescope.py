"""Gradescope's ``results.json``: one test per check, numbered as on the score sheet.

- Public checks are visible at once; hidden ones by default when the instructor publishes the grades.
  Gradescope shows no total while any test is hidden.
- Every test has an explicit status. Without one, a test that is worth nothing would count as passed.
- Points that nobody has decided yet have no score, so they are neither earned nor lost on the sheet;
  the total holds only what is certain, and the output says what is open.
- Instructors read the details in the output of ``run_autograder``, which students do not see. They can
  be put into the document too, as one test that is never shown to students; then these see no total at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from grader.model import Report
from grader.report.layout import instructor_page, student_page
from grader.report.page import Block, Item, Page
from grader.report.redact import StudentReport
from grader.report.text import points

When = Literal["hidden", "after_due_date", "after_published", "visible"]
Table = dict[str, Any]


def results_json(
    report: StudentReport, *, hidden: When = "after_published", details: Report | None = None
) -> bytes:
    """The document.

    Parameters
    ----------
    report : StudentReport
        Everything that a student will ever see comes from here.
    hidden : str
        When students see the hidden checks.
    details : Report, optional
        The same submission in full, for a test that only instructors see.
    """
    page = student_page(report)
    tests = [_test(item, block, hidden) for block in page.blocks for item in block.items]
    tests += [_empty(block) for block in page.blocks if not block.items]
    if details is not None:
        tests.append(_details(instructor_page(details)))
    table = {
        "score": _number(page.earned),
        "execution_time": _number(page.seconds),
        "output": "\n".join(_output(page)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(table, indent=1, ensure_ascii=True, allow_nan=False).encode("ascii")


def _test(item: Item, block: Block, hidden: When) -> Table:
    table: Table = {
        "name": f"{block.title}: {item.name}",
        "number": item.number,
        "status": "passed" if item.mark == "passed" else "failed",
        "visibility": "visible" if item.visibility == "public" else hidden,
        "tags": [block.id, item.visibility],
        "output": "\n".join(_explanation(item, block)),
    }
    if block.counted and item.mark != "open":
        table["score"] = _number(item.points - item.lost)
        table["max_score"] = _number(item.points)
    return table


def _explanation(item: Item, block: Block) -> Iterator[str]:
    if item.mark == "open":
        yield _undecided(item.points)
    if item.mark != "passed":
        yield item.word
    if not block.counted:
        yield "This check is reported apart and changes no points."
    yield from item.explanation()


def _empty(block: Block) -> Table:
    """A section with points and without a check: nothing is known, which is not zero."""
    return {
        "name": f"{block.title}: no check ran",
        "number": str(block.number),
        "status": "failed",
        "visibility": "visible",
        "tags": [block.id],
        "output": _undecided(block.undecided),
    }


def _undecided(number: float) -> str:
    return f"NOT DECIDED YET: {points(number)} of the points are open, neither earned nor lost."


def _details(page: Page) -> Table:
    lines = [f"{label}: {text}" for label, text in page.run]
    lines += [f"confinement lacks: {text}" for text in page.missing]
    for item in page.items:
        if item.mark != "passed":
            lines += ["", f"{item.number} {item.id} ({item.word})", *item.explanation()]
    return {
        "name": "For instructors",
        "status": "passed",
        "visibility": "hidden",
        "output": "\n".join(lines),
    }


def _output(page: Page) -> Iterator[str]:
    """About the submission as a whole; no points, which would give away what the hidden checks said."""
    yield page.title
    yield f"edition {page.edition}, {page.confinement}"
    if page.undecided:
        yield "Some points are not decided yet. They are neither earned nor lost; a person will look at them."
    yield from (f"found: {note}" for note in page.notes)
    if page.handed_out:
        yield f"not graded, because handed out or absent in this edition: {', '.join(page.handed_out)}"


def _number(value: float) -> int | float:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded
