"""GitHub: the step summary, the notices of an autograding run, and the result for GitHub Classroom.

The runner reads commands out of everything that a step prints: a line that begins with ``::`` after any
white space, and ``##[`` anywhere in a line. Whatever a student may have a say in must go through
`harmless` before it is printed.
"""

from __future__ import annotations

import base64
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import escape

from grader.model import Outcome
from grader.report.layout import student_page
from grader.report.page import Block, Mark, Page, Row, alike
from grader.report.redact import StudentReport
from grader.report.text import counted
from grader.speed.settings import SECTION

SUMMARY_BYTES = 1_000_000
"""What a summary may take: GitHub refuses more than 1 MiB per step, and other steps write too."""

_OUTPUT_CHARACTERS = 500
_PYTHON_GRADER_VERSION = 3
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>@:$])")
_SIGNS: dict[Mark, str] = {"passed": "✓", "failed": "✗", "skipped": "–", "open": "?"}
_BROKE = {Outcome.CRASH, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.NEEDS_REVIEW, Outcome.GRADER_FAULT}


def harmless(text: str) -> str:
    """The text without anything that the runner would take for a command."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("##[", "# #[").split("\n")
    return "\n".join(map(_harmless_line, lines))


def _harmless_line(line: str) -> str:
    # Comparing in some cultures skips characters without width, so these do not protect the colons.
    shown = [c for c in line if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Mn")]
    return f"| {line}" if shown[:2] == [":", ":"] else line


# Notices ----------------------------------------------------------------------------------------------


def notices(report: StudentReport) -> str:
    """The commands that show the points at the run; empty where there are none to earn.

    The two notices are what GitHub Classroom reads. Open points become a warning: neither of the
    notices can say them.
    """
    page = student_page(report)
    if not page.maximum:
        return ""
    earned, maximum = _round(page.earned), _round(page.maximum)
    lines = [
        command("notice", "Autograding complete", f"Points {earned}/{maximum}"),
        command("notice", "Autograding report", _compact({"totalPoints": earned, "maxPoints": maximum})),
    ]
    if page.open_note:
        lines.append(command("warning", "Not decided yet", page.open_note))
    return "\n".join(lines) + "\n"


def command(name: str, title: str, data: str) -> str:
    """One workflow command, escaped."""
    for character, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        title, data = title.replace(character, code), data.replace(character, code)
    title = title.replace(":", "%3A").replace(",", "%2C")
    return f"::{name} title={title}::{data}"


# GitHub Classroom -------------------------------------------------------------------------------------


def classroom_result(report: StudentReport) -> str:
    """What a grading step gives as its output ``result``: base64 of a JSON object in ASCII.

    Each section is one test. The maximum has to be a whole number there, so it is rounded up.
    """
    page = student_page(report)
    tests = [_classroom_test(block) for block in page.counted]
    statuses = {str(test["status"]) for test in tests}
    table = {
        "version": _PYTHON_GRADER_VERSION,
        "status": next((status for status in ("error", "fail") if status in statuses), "pass"),
        "max_score": math.ceil(page.maximum - 1e-9),
        "tests": tests,
    }
    return base64.b64encode(_compact(table).encode("ascii")).decode("ascii")


def _classroom_test(block: Block) -> dict[str, str | int | float | None]:
    others = [item for item in block.items if item.mark != "passed"]
    lines = [f"{item.name}: {item.word}. {item.cause}" for item in others]
    return {
        "name": block.title,
        "status": _status(block),
        "score": _round(block.earned),
        "message": f"{block.tally}; {block.open_note}" if block.open_note else block.tally,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": round(sum((item.seconds for item in block.items), 0.0), 3),
        "task_id": block.number,
        "output": harmless("\n".join(lines))[:_OUTPUT_CHARACTERS],
    }


def _status(block: Block) -> str:
    # What could not be measured costs nothing.
    outcomes = {item.outcome for item in block.items if item.points or block.id != SECTION}
    if outcomes & _BROKE or block.undecided:
        return "error"
    return "pass" if outcomes == {Outcome.PASS} or not (outcomes or block.maximum) else "fail"


# Step summary -----------------------------------------------------------------------------------------


def step_summary(report: StudentReport, limit: int = SUMMARY_BYTES) -> str:
    """The score sheet in GitHub's Markdown; details are left out, and said to be, beyond ``limit`` bytes."""
    page = student_page(report)
    parts = [*_overview(page)]
    room = limit - _size(parts) - 200
    left_out = 0
    for block in page.blocks:
        for group in alike(item for item in block.items if item.mark != "passed"):
            detail = _detail(block, group)
            if left_out or _size([detail]) > room:
                left_out += sum(len(row.items) for row in group)
            else:
                room -= _size([detail])
                parts.append(detail)
    if left_out:
        parts.append(f"{counted(left_out, 'more check')} did not pass and would not fit here.\n")
    return "\n".join(parts)


def _overview(page: Page) -> Iterator[str]:
    yield f"## {_plain(page.title)}\n"
    how = f"edition {_plain(page.edition)}, {_plain(page.confinement)}"
    yield f"**{_plain(page.name)}**: {page.total} points, {how}\n"
    if page.open_note:
        yield f"> {_plain(page.open_note)}\n"
    yield "| | Section | Points | Checks |\n|--:|---|--:|---|"
    for block in page.counted:
        yield _row(str(block.number), block)
    yield f"| | **Total** | **{page.total}** | |"
    for block in page.apart:
        yield _row("apart", block)
    yield ""


def _row(label: str, block: Block) -> str:
    open_note = f" ({block.open_note})" if block.open_note else ""
    return f"| {label} | {_plain(block.title)} | {block.fraction}{open_note} | {_plain(block.tally)} |"


def _detail(block: Block, group: tuple[Row, ...]) -> str:
    """What is to say about checks that ended alike: their titles, and the explanation in a box."""
    first = group[0].first
    place = _html(f"{block.number} {block.title}")
    head = f"{_SIGNS[first.mark]} {place}: <b>{first.word}</b>"
    titles = "<br>".join(map(_title, group))
    text = escape("\n".join(first.explanation()))
    return f"<details><summary>{head}: {titles}</summary>\n\n<pre>{text}</pre>\n\n</details>\n"


def _title(row: Row) -> str:
    return _html(row.title + (" (hidden)" if row.first.visibility == "hidden" else ""))


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing but text."""
    return _MARKDOWN.sub(r"\\\1", escape(text, quote=False))


def _html(text: str) -> str:
    """Text within an HTML element, where Markdown would still find its marks."""
    return _MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", escape(text))


def _size(parts: Iterable[str]) -> int:
    return sum(len(part.encode("utf-8")) + 1 for part in parts)


def _round(value: float) -> int | float:
    """At most two decimals, and a whole number as one."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
