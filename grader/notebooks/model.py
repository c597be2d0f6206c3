"""What came of running a hand-in's notebooks. It says what fails; it is never a source of points."""

from __future__ import annotations

import json
from typing import Literal

import msgspec

from grader.errors import UsageError
from grader.model import Record


class NotebookLimits(Record, frozen=True, kw_only=True):
    """What a notebook may use."""

    cell_seconds: float = 300.0
    """By the clock on the wall; then the cell is interrupted and the next one runs."""
    notebook_seconds: float = 1500.0
    """For all cells together."""
    memory_mib: int = 2560
    """Of address space; Jupyter and its libraries take about 400 of it."""
    folder_mib: int = 128
    """What may be written to the working folder, which is in memory."""
    printed_mib: int = 64
    """What the cells may print and show together."""


class CellFailure(Record, frozen=True, kw_only=True):
    """A cell that ended with an error."""

    cell: int
    """Its number among all cells of the notebook, from 0."""
    line: str
    """Its first line, from the hand-in."""
    error: str
    """The name of the error, as the kernel says it."""
    message: str
    """The first line of what it says."""


class LineNotRun(Record, frozen=True, kw_only=True):
    """A line that makes sense only where the student worked."""

    cell: int
    line: str
    reason: str


class NotebookRun(Record, frozen=True, kw_only=True):
    """One notebook, run from top to bottom."""

    notebook: str
    """Its path in the hand-in."""
    status: Literal["finished", "stopped", "left aside"]
    """``finished``: every cell ran, whether or not some failed. ``stopped``: not all of them did.
    ``left aside``: none did."""
    reason: str = ""
    """Why it was stopped or left aside."""
    cells: int = 0
    """Its code cells."""
    ran: int = 0
    """How many of them were run."""
    failures: tuple[CellFailure, ...] = ()
    not_run: tuple[LineNotRun, ...] = ()
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether every cell ran without an error."""
        return self.status == "finished" and not self.failures


class NotebooksDocument(Record, frozen=True, kw_only=True):
    """``notebooks.json``: the notebooks of one hand-in."""

    document: Literal["notebooks"] = "notebooks"
    schema_version: Literal[1] = 1
    name: str
    """The hand-in's."""
    limits: NotebookLimits
    notebooks: tuple[NotebookRun, ...] = ()
    problem: str = ""
    """Why none could be run, if it is the grader's fault and not the hand-in's."""


def encode(document: NotebooksDocument) -> bytes:
    """The document as a file, in pure ASCII."""
    return (json.dumps(msgspec.to_builtins(document), indent=1) + "\n").encode("ascii")


def decode(data: bytes) -> NotebooksDocument:
    """Read the file back.

    Raises
    ------
    UsageError
        If it is none, or of another version.
    """
    try:
        return msgspec.convert(json.loads(data), NotebooksDocument)
    except ValueError as error:  # ValidationError is one
        raise UsageError(f"this is no document about notebooks: {error}") from error
