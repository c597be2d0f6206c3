"""The sheet that a person fills in: one row an answer, as CSV for spreadsheets or as YAML.

Three columns are the person's: ``decide`` (yes, or nothing), ``items`` (those that apply; the engine's
suggestion stands there already, and nothing means that none applies) and ``whole group`` (yes: the
decision is about every answer of the group). ``why`` is kept with the decision.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from grader.errors import UsageError
from grader.report.text import cell, points
from grader.review.groups import Answered, Group
from grader.rubric.schema import Question

COLUMNS = (
    "question", "submission", "group", "alike", "decide", "items", "whole group", "why", "answer", "found",
    "points", "undecided", "because", "items of the question", "text id",
)  # fmt: skip
_NEEDED = ("question", "submission", "decide", "items", "whole group", "text id")
_YES, _NO = {"yes", "y", "x", "true", "1", "ja", "si", "sí", "是", "예"}, {"", "no", "n", "false", "0"}

Row = dict[str, str]


def rows(question: Question, number: int, group: Group, wanted: Iterable[Answered]) -> list[Row]:
    """The rows of a group's answers.

    Parameters
    ----------
    question : Question
    number : int
        Of the group.
    group : Group
    wanted : iterable of Answered
        Those of the group that get a row.
    """
    scheme = "\n".join(f"{item.id}: - {points(item.deduction)} {item.wording}" for item in question.items)
    alike = [] if len(group.members) == 1 else [f"{len(group.members)} answers"]
    if group.may_be_copied:
        alike.append(f"possible copying: {', '.join(group.resembling)}")
    return [
        {
            "question": question.id,
            "submission": one.submission,
            "group": f"{question.id}.{number}",
            "alike": "; ".join(alike),
            "decide": "",
            "items": ", ".join(item.id for item in one.answer.items if item.suggestion),
            "whole group": "",
            "why": "",
            "answer": one.answer.text,
            "found": _found(one),
            "points": f"{points(one.answer.suggested)} of {points(one.answer.maximum)} suggested",
            "undecided": ", ".join(item.id for item in one.answer.open),
            "because": _because(one),
            "items of the question": scheme,
            "text id": one.answer.digest,
        }
        for one in wanted
    ]


def write_csv(table: Sequence[Row]) -> bytes:
    """The sheet for a spreadsheet; its first character tells Excel that it is UTF-8."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in table)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def write_yaml(table: Sequence[Row]) -> bytes:
    """The sheet as YAML."""
    text = yaml.safe_dump(list(table), allow_unicode=True, sort_keys=False, width=100)
    return text.encode("utf-8", "backslashreplace")


def read_sheet(file: Path) -> list[tuple[str, Row]]:
    """The rows of a sheet, each with its place for error messages.

    Raises
    ------
    UsageError
        If the file is no sheet.
    """
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); save it as CSV in UTF-8") from error
    found = _from_yaml(file, text) if file.suffix.lower() in (".yaml", ".yml") else _from_csv(text)
    for place, row in found[:1]:
        missing = [name for name in _NEEDED if name not in row]
        if missing:
            raise UsageError(f"{file}: {place}: no column {missing[0]!r}; keep the header of the export")
    return found


def said_yes(value: str) -> bool | None:
    """Whether a cell says yes; None if it says neither yes nor no."""
    word = value.strip().casefold()
    return True if word in _YES else False if word in _NO else None


def _from_csv(text: str) -> list[tuple[str, Row]]:
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)  # spreadsheets of some countries write semicolons
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    return [
        (f"line {reader.line_num}", {str(name): value or "" for name, value in row.items() if name})
        for row in reader
    ]


def _from_yaml(file: Path, text: str) -> list[tuple[str, Row]]:
    try:
        table: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{file}: {error}") from error
    if not isinstance(table, list) or not all(isinstance(row, Mapping) for row in table):
        raise UsageError(f"{file}: wanted a list of rows as the export wrote it")
    return [
        (f"row {number}", {str(name): _text(value) for name, value in row.items()})
        for number, row in enumerate(table, start=1)
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _found(one: Answered) -> str:
    answer = one.answer
    place = "" if answer.file is None else f" in {answer.file}"
    cell_number = "" if answer.cell is None else f", cell {answer.cell}"
    return "; ".join([f"{answer.status}{place}{cell_number}", *answer.notes, *answer.objections])


def _because(one: Answered) -> str:
    """What the engine says of every item that is undecided or applies, with the words it goes by."""
    lines = []
    for item in one.answer.items:
        if item.applies is None or item.applies:
            words = " ... ".join(one.answer.text[span.start : span.end] for span in item.evidence)
            state = "undecided" if item.applies is None else "applies"
            lines.append(
                f"{item.id}: {state}, {item.reason or 'by these words'}{f': {words}' if words else ''}"
            )
    return "\n".join(lines)
