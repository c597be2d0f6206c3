"""What the confined inspection says of a hand-in's files, as typed records.

It arrives as JSON text from a process that has met the student's files, so it is decoded strictly:
anything that is not exactly of this form is an error, never a surprise later on.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from grader.model import Record


class FunctionSummary(Record, frozen=True, kw_only=True):
    """A function by its syntax."""

    parameters: tuple[str, ...]
    keyword_only: tuple[str, ...]
    variadic: bool
    line: int
    form: str
    """A fingerprint of its code, blind to layout, comments and docstrings."""
    hollow: bool
    """Whether it only sets names to None and returns them, as stubs do."""


class SyntaxProblem(Record, frozen=True, kw_only=True):
    """Why a file cannot be parsed."""

    line: int | None
    text: str
    message: str
    python2: bool


Sign: TypeAlias = tuple[int, str]
"""A line, and what stands there."""


class PythonSummary(Record, frozen=True, kw_only=True):
    """A Python file."""

    error: SyntaxProblem | None
    """Why it cannot be parsed. The rest may be known all the same: as that of a file in Python 2."""
    functions: dict[str, FunctionSummary]
    classes: dict[str, dict[str, FunctionSummary]]
    imports: tuple[str, ...]
    bases: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Class to the names of what it inherits from."""
    bound: tuple[str, ...] = ()
    """Other names that it gives a value to: by an assignment, an import, or within ``if`` or ``try``."""
    stars: bool = False
    """Whether it imports all names of some module."""
    python2: tuple[Sign, ...] = ()
    """What only Python 2 has: `grader.submission.python2` says what follows from it."""
    python3: tuple[Sign, ...] = ()
    """What only Python 3 has."""
    rewritten: bool = False
    """Whether all this could be told only after statements of Python 2 had been rewritten."""
    python2_error: SyntaxProblem | None = None
    """Why it cannot be parsed as Python 2 either."""


class Cell(Record, frozen=True, kw_only=True):
    """A notebook's cell."""

    number: int
    type: str
    id: str
    tags: tuple[str, ...]
    source: str
    outputs: tuple[str, ...]


class Definition(Record, frozen=True, kw_only=True):
    """A function or class that a code cell defines."""

    cell: int
    source: str
    form: FunctionSummary | None


class WrittenFile(Record, frozen=True, kw_only=True):
    """A file that a ``%%writefile`` cell writes."""

    cell: int
    source: str


class Notebook(Record, frozen=True, kw_only=True):
    """A notebook."""

    error: str | None
    cells: tuple[Cell, ...]
    definitions: dict[str, Definition]
    imports: tuple[str, ...]
    files: dict[str, WrittenFile]
    python: str = ""
    """"2" or "3": of the Python that ran it last, if that is known."""
