"""Runs the notebooks of a hand-in, each in a confined kernel of its own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from grader.assignment import Assignment
from grader.notebooks.choose import why_left_aside
from grader.notebooks.examine import require_confinement
from grader.notebooks.model import CellFailure, LineNotRun, NotebookLimits, NotebookRun
from grader.notebooks.process import Document, Outcome, run_cells
from grader.notebooks.skip import without_what_is_not_run
from grader.notebooks.stage import Unfit, furnish, package_root
from grader.submission.contents import Cell, Notebook
from grader.submission.read import Submission

_LINE: Final = 200
_ERROR, _MESSAGE = 80, 500

# Read, never imported: it would change the judge's own NumPy.
_COMPATIBILITY: Final = Path(__file__).parents[1] / "submission" / "compatibility.py"


def execute_notebooks(
    submission: Submission, assignment: Assignment, limits: NotebookLimits | None = None
) -> tuple[NotebookRun, ...]:
    """Run the notebooks of a hand-in from top to bottom.

    Parameters
    ----------
    submission : Submission
    assignment : Assignment
    limits : NotebookLimits, optional

    Returns
    -------
    tuple of NotebookRun
        For every notebook, by path.

    Raises
    ------
    UsageError
        If what it takes to run notebooks is not installed.
    ConfinementTooWeak
        If notebooks cannot be confined on this machine.
    """
    require_confinement()
    own, unused = _own_names(submission, assignment), _unused(submission, assignment)
    runs = []
    for path, notebook in sorted(submission.notebooks.items()):
        if reason := why_left_aside(path, notebook, own, unused):
            runs.append(
                NotebookRun(notebook=path, status="left aside", reason=reason, cells=len(_code(notebook)))
            )
        else:
            runs.append(_run(path, notebook, submission, assignment, limits or NotebookLimits()))
    return tuple(runs)


def _run(
    path: str, notebook: Notebook, submission: Submission, assignment: Assignment, limits: NotebookLimits
) -> NotebookRun:
    cells = _code(notebook)
    prepared = [without_what_is_not_run(cell.source) for cell in cells]
    parent = str(PurePosixPath(path).parent)
    cwd = "" if parent == "." else parent
    with tempfile.TemporaryDirectory(prefix="grader-stage-") as stage:
        try:
            furnish(
                Path(stage), submission.files.content, submission.program, assignment.package, notebook, cwd
            )
        except Unfit as error:
            return NotebookRun(notebook=path, status="left aside", reason=str(error), cells=len(cells))
        outcome = run_cells(
            [source for source, _ in prepared],
            Path(stage),
            cwd,
            limits,
            aliases=submission.program.aliases,
            compatibility=_COMPATIBILITY.read_text("utf-8") if assignment.compatibility else "",
        )
    reason = _why_stopped(outcome, cells, limits)
    document = outcome.document
    return NotebookRun(
        notebook=path,
        status="stopped" if reason else "finished",
        reason=reason,
        cells=len(cells),
        ran=document.ran if document else 0,
        failures=_failures(document, cells),
        not_run=tuple(
            LineNotRun(cell=cell.number, line=line[:_LINE], reason=why)
            for cell, (_, lines) in zip(cells, prepared, strict=True)
            for line, why in lines
        ),
        seconds=outcome.seconds,
    )


def _code(notebook: Notebook) -> list[Cell]:
    return [cell for cell in notebook.cells if cell.type == "code" and cell.source.strip()]


def _failures(document: Document | None, cells: list[Cell]) -> tuple[CellFailure, ...]:
    return tuple(
        CellFailure(
            cell=cells[failure.place].number,
            line=_first_line(cells[failure.place]),
            error=failure.error[:_ERROR] or "an error without a name",
            message=failure.message[:_MESSAGE],
        )
        for failure in (document.failures if document else ())
    )


def _first_line(cell: Cell) -> str:
    return next(line.strip() for line in cell.source.splitlines() if line.strip())[:_LINE]


def _why_stopped(outcome: Outcome, cells: list[Cell], limits: NotebookLimits) -> str:
    """Why not every cell was run; empty if every one was."""
    document = outcome.document
    if document is None:
        return "it did not end in time" if outcome.late else "its kernel sent more than could be taken in"
    if document.ran == len(cells) and not document.ended:
        return ""
    place = f"cell {cells[min(document.ran, len(cells) - 1)].number}"
    reasons: Mapping[str, str] = {
        "": f"the cells after {place} were not run",
        "time": f"{limits.notebook_seconds:g} s were over in {place}",
        "kernel": f"its kernel ended in {place}{_ending(document.kernel)}",
        "stuck": f"{place} could not be interrupted when its {limits.cell_seconds:g} s were over",
        "printed": f"{place} printed too much: more than {limits.printed_mib} MiB",
        "nonsense": f"its kernel sent something else than an answer in {place}: {document.detail[:_MESSAGE]}",
    }
    return reasons[document.ended]


def _ending(status: str) -> str:
    if not re.fullmatch("-?[0-9]{1,6}", status):
        return ""
    number = int(status)
    return f", by signal {-number}" if number < 0 else f", with exit code {number}"


def _own_names(submission: Submission, assignment: Assignment) -> frozenset[str]:
    aliases = (alias.partition(".")[0] for alias in submission.program.aliases)
    return frozenset({assignment.package, *aliases, *assignment.interface.names})


def _unused(submission: Submission, assignment: Assignment) -> frozenset[str]:
    """Folders in which another copy of the package stands than the one that is graded."""
    root = package_root(submission.program, assignment.package, submission.files.content)
    aliases = submission.program.aliases
    names = {assignment.package, *(name for name, real in aliases.items() if real == assignment.package)}
    folders = {PurePosixPath(path).parent for path in submission.files.content if path.endswith(".py")}
    return frozenset(str(folder.parent) for folder in folders if folder.name in names and str(folder) != root)
