"""What ``--execute-notebooks`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.documents import NOTEBOOKS
from grader.classroom.results import Results, Standing
from grader.notebooks import CellFailure, NotebookRun, NotebooksDocument
from grader.notebooks.model import decode
from grader.report.text import counted, one_line


def show_notebooks(screen: Console, standings: Iterable[Standing], results: Results) -> None:
    """One line per notebook, and below it the cells that fail; of a class, one line per hand-in."""
    files = [results.place(standing.name) / NOTEBOOKS for standing in standings]
    documents = [decode(file.read_bytes()) for file in files if file.is_file()]
    if not documents:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, title="Notebooks", title_justify="left")
    rows = _of_hand_in(documents[0]) if len(files) == 1 else (_of_class(each) for each in documents)
    for row in rows:
        table.add_row(*map(Text, row))
    screen.print()
    screen.print(table)


def _of_class(document: NotebooksDocument) -> tuple[str, str]:
    runs = [run for run in document.notebooks if run.status != "left aside"]
    said = f"{sum(run.clean for run in runs)} of {counted(len(runs), 'notebook')} without an error"
    if failing := sum(len(run.failures) for run in runs):
        said += f"; {counted(failing, 'failing cell')}"
    if not runs:
        said = "no notebook of the assignment"
    return one_line(document.name), one_line(document.problem) or said


def _of_hand_in(document: NotebooksDocument) -> Iterator[tuple[str, str]]:
    if document.problem:
        yield "", one_line(document.problem)
    for run in document.notebooks:
        yield one_line(run.notebook, 80), _said(run)
        for failure in run.failures:
            yield f"  cell {failure.cell}", _shown(failure)
        if run.not_run:
            yield "", f"not run here: {counted(len(run.not_run), 'line')}"


def _said(run: NotebookRun) -> str:
    if run.status == "left aside":
        return f"left aside: {one_line(run.reason)}"
    said = f"{run.ran} of {counted(run.cells, 'cell')} ran in {run.seconds:.0f} s"
    if run.failures:
        said += f", {len(run.failures)} failed"
    return f"{said}; stopped: {one_line(run.reason)}" if run.reason else said


def _shown(failure: CellFailure) -> str:
    error = one_line(failure.error, 60)
    message = f"{error}: {one_line(failure.message, 160)}" if failure.message else error
    return f"{message}\n{one_line(failure.line, 80)}"
