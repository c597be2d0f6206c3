"""The score sheet as plain text, for the log of a CI run: no colour, ASCII marks, nothing that waits.

Each section stands as ``title  x / max``, its checks below it with what they cost. A log is also where a
platform listens for commands, so every line passes through `grader.report.github.harmless`, and text
that the student may have a say in stands behind a bar.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from grader.report.github import harmless
from grader.report.layout import student_page
from grader.report.page import Block, Mark, Page, Row, alike, rows
from grader.report.redact import StudentReport
from grader.report.text import points
from grader.report.written import Tick, Written

_WIDTH = 80
_TICKS: dict[Tick, str] = {"applies": "[v]", "no": "[ ]", "open": "[?]"}
_MARKS: dict[Mark, str] = {"passed": "[+]", "failed": "[x]", "skipped": "[-]", "open": "[?]"}


def score_sheet(report: StudentReport) -> str:
    """The sheet, with a line end after the last line."""
    return harmless("\n".join(_lines(student_page(report)))) + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield from textwrap.wrap(page.title, _WIDTH)
    yield from _fact("submission", page.name)
    yield from _fact("edition", page.edition)
    yield from _fact("confinement", page.confinement)
    for note in page.notes:
        yield from _fact("found", note)
    yield ""
    yield _entry("TOTAL POINTS", page.total)
    if page.open_note:
        yield from textwrap.wrap(page.open_note, _WIDTH)
    for block in page.counted:
        yield from _section(block)
    for block in page.apart:
        yield from _section(block, " (apart, not part of the total)")
    yield ""
    yield "=" * _WIDTH
    yield _entry("TOTAL", f"{page.total}{_open(page.undecided)}")
    yield "[+] passed   [x] points lost   [-] skipped   [?] open, neither earned nor lost"
    if any(block.answer is not None for block in page.blocks):
        yield "[v] applies to the answer   [ ] does not apply"


def _section(block: Block, remark: str = "") -> Iterator[str]:
    yield ""
    yield "-" * _WIDTH
    yield _entry(f"{block.number} {block.title}{remark}", f"{block.fraction}{_open(block.undecided)}")
    if block.answer is not None:
        yield from _answer(block.answer)
        return
    if not block.items:
        yield "  [?] no check ran"
    for row in rows(block.marked("passed")):
        yield from _item(row, block)
    for group in alike(item for item in block.items if item.mark != "passed"):
        for row in group:
            yield from _item(row, block)
        for line in group[0].first.explanation():
            yield from _barred(line, " " * 18)


def _answer(answer: Written) -> Iterator[str]:
    """The marking scheme as course staff write it: every item, and a mark where it applies."""
    if answer.status:
        yield from textwrap.wrap(answer.status, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield f"  {_TICKS['applies' if answer.correct else 'no']} {'- 0 pts':<12}Correct"
    for line in answer.lines:
        review = "needs review: " if line.tick == "open" else ""
        head = f"  {_TICKS[line.tick]} {line.worth:<12}"
        yield from textwrap.wrap(
            f"{review}{line.wording}", _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)
        )
    for note in answer.notes:
        yield from _barred(f"note: {note}", " " * 18)


def _item(row: Row, block: Block) -> Iterator[str]:
    head = f"  {_MARKS[row.first.mark]} {_worth(row, block):<12}"
    word = "" if row.first.mark == "passed" else f"{row.first.word}: "
    hidden = " (hidden)" if row.first.visibility == "hidden" else ""
    yield from textwrap.wrap(
        f"{word}{row.title}{hidden}", _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)
    )


def _worth(row: Row, block: Block) -> str:
    if not block.counted or not row.points:
        return ""
    if row.first.mark == "open":
        return f"{points(row.points)} open"
    return f"- {points(row.lost)} pts"


def _open(undecided: float) -> str:
    return f" ({points(undecided)} open)" if undecided else ""


def _entry(title: str, right: str) -> str:
    """A title, and what it comes to at the right edge."""
    room = max(_WIDTH - len(right) - 2, 20)
    *before, last = textwrap.wrap(title, room, subsequent_indent="  ") or [""]
    return "\n".join([*before, f"{last:<{room}}  {right}".rstrip()])


def _fact(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"{label:<13}{text}", _WIDTH, subsequent_indent=" " * 13)


def _barred(line: str, indent: str) -> list[str]:
    """A line of free text, wrapped behind a bar, as far to the right as it was."""
    left = f"{indent}| {' ' * (len(line) - len(line.lstrip()))}"
    return textwrap.wrap(
        line.strip(), _WIDTH, initial_indent=left, subsequent_indent=left, break_on_hyphens=False
    ) or [f"{indent}|"]
