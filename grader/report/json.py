"""``report.json``: both documents, written and read back.

The files are pure ASCII, because some platforms pass them through encoders that know no more, and
because a student's text may hold characters that UTF-8 has no bytes for. Reading is strict: an unknown
key, a missing one or a wrong type is an error with its place. An older document is brought up to date
one version at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import msgspec

from grader.errors import UsageError
from grader.model import SCHEMA_VERSION, Report
from grader.report.redact import STUDENT_SCHEMA_VERSION, StudentReport

Table = dict[str, Any]
Upgrade = Callable[[Table], Table]
T = TypeVar("T")

UPGRADES: Mapping[int, Upgrade] = {1: lambda table: {**table, "answers": [], "claims": []}}
"""From a version of ``report.json`` to the next: ``{1: function}`` makes version 2 of version 1."""

STUDENT_UPGRADES: Mapping[int, Upgrade] = {1: lambda table: {**table, "answers": []}}


def encode(report: Report) -> bytes:
    """The instructor's document."""
    return _written(report, Report)


def decode(data: bytes | str) -> Report:
    """Read the instructor's document.

    Raises
    ------
    UsageError
        If it is no report, or of a version that this grader does not know.
    """
    return _read(data, Report, SCHEMA_VERSION, UPGRADES)


def encode_student(report: StudentReport) -> bytes:
    """The student's document."""
    return _written(report, StudentReport)


def decode_student(data: bytes | str) -> StudentReport:
    """Read the student's document; errors as in `decode`."""
    return _read(data, StudentReport, STUDENT_SCHEMA_VERSION, STUDENT_UPGRADES)


def upgraded(table: Table, current: int, steps: Mapping[int, Upgrade]) -> Table:
    """The document in the current version.

    Parameters
    ----------
    table : dict
    current : int
        The version that this grader writes.
    steps : mapping
        From a version to the function that makes the next one.

    Raises
    ------
    UsageError
        If there is no way from the document's version to the current one.
    """
    version = table.get("schema_version")
    if type(version) is not int or not 1 <= version <= current:
        raise UsageError(f"schema_version: got {version!r}, wanted 1 to {current}; a newer grader wrote this")
    for number in range(version, current):
        table = {**steps[number](table), "schema_version": number + 1}
    return table


def _written(report: Report | StudentReport, kind: type[object]) -> bytes:
    # Both would be written without complaint; only one of them is for students.
    if type(report) is not kind:
        raise TypeError(f"report: got {type(report).__name__}, wanted {kind.__name__}")
    table = msgspec.to_builtins(report)
    text = json.dumps(table, ensure_ascii=True, allow_nan=False)
    try:  # the standard library indents in Python, one token after the other
        text = msgspec.json.format(text, indent=1)
    except msgspec.DecodeError:  # half a character, which a student's text may hold
        text = json.dumps(table, indent=1, ensure_ascii=True, allow_nan=False)
    return (text + "\n").encode("ascii")


def _read(data: bytes | str, kind: type[T], current: int, steps: Mapping[int, Upgrade]) -> T:
    try:
        table = json.loads(data, parse_constant=_refuse)
    except ValueError as error:
        raise UsageError(f"this is no report: {error}") from error
    if not isinstance(table, dict):
        raise UsageError("this is no report: wanted a JSON object")
    try:
        return msgspec.convert(upgraded(table, current, steps), kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"this is no report: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
