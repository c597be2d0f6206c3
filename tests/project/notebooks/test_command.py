"""What ``grader grade --execute-notebooks`` prints and refuses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

import grader.cli.grade
from grader.classroom.results import Results, Standing
from grader.cli import cli
from grader.cli._notebooks import show_notebooks
from grader.errors import UsageError
from grader.notebooks import CellFailure, LineNotRun, NotebookLimits, NotebookRun, NotebooksDocument
from grader.notebooks.model import decode, encode
from grader.worker import ConfinementTooWeak

FAILING = NotebookRun(
    notebook="a/Book\x1b[2J.ipynb",
    status="finished",
    cells=5,
    ran=5,
    failures=(CellFailure(cell=7, line="f(\x07x)", error="ValueError", message="bad \x1b]0;x\x07"),),
    not_run=(LineNotRun(cell=0, line="!ls", reason="no shell commands are run"),),
    seconds=12.3,
)
STOPPED = NotebookRun(
    notebook="b.ipynb", status="stopped", reason="its kernel ended in cell 2", cells=3, ran=1
)
CLEAN = NotebookRun(notebook="c.ipynb", status="finished", cells=1, ran=1)
ASIDE = NotebookRun(notebook="d.ipynb", status="left aside", reason="works with torch")


def shown(folder: Path, **documents: NotebooksDocument) -> str:
    results = Results(folder, assignment="cs231n_a2", seed="x", fresh_seed=str)
    standings = []
    for name, document in documents.items():
        standing = Standing(name=name, hand_in=name, status="graded")
        results.store(standing, {"notebooks.json": encode(document)})
        standings.append(standing)
    screen = Console(file=io.StringIO(), width=120)
    show_notebooks(screen, standings, results)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def document(*runs: NotebookRun, problem: str = "") -> NotebooksDocument:
    return NotebooksDocument(name="hw", limits=NotebookLimits(), notebooks=runs, problem=problem)


def test_one_hand_in_is_shown_cell_by_cell(tmp_path: Path) -> None:
    text = shown(tmp_path, hw=document(FAILING, STOPPED, CLEAN, ASIDE))
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    assert lines == [
        "Notebooks",
        "a/Book\\x1b[2J.ipynb 5 of 5 cells ran in 12 s, 1 failed",
        "cell 7 ValueError: bad \\x1b]0;x\\x07",
        "f(\\x07x)",
        "not run here: 1 line",
        "b.ipynb 1 of 3 cells ran in 0 s; stopped: its kernel ended in cell 2",
        "c.ipynb 1 of 1 cell ran in 0 s",
        "d.ipynb left aside: works with torch",
    ]


def test_a_class_is_shown_hand_in_by_hand_in(tmp_path: Path) -> None:
    text = shown(
        tmp_path,
        alice=document(FAILING, STOPPED, CLEAN, ASIDE),
        bob=document(problem="no room"),
        eve=document(ASIDE),
    )
    assert "1 of 3 notebooks without an error; 1 failing cell" in text
    assert "no room" in text
    assert "no notebook of the assignment" in text


def test_what_was_found_of_an_earlier_version_goes(tmp_path: Path) -> None:
    shown(tmp_path, hw=document(CLEAN))
    results = Results(tmp_path, assignment="cs231n_a2", seed="x", fresh_seed=str)
    results.store(Standing(name="hw", hand_in="hw", status="graded"), {})
    assert not (tmp_path / "hw/notebooks.json").exists()


def test_a_document_of_another_kind_is_refused() -> None:
    for data in (b"", b"[]", b'{"document": "grading"}', encode(document()).replace(b"1,", b"2,", 1)):
        with pytest.raises(UsageError, match="no document about notebooks"):
            decode(data)


def test_the_command_refuses_at_once_where_nothing_confines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise ConfinementTooWeak("notebooks cannot be confined on this machine: pid namespace: EPERM")

    monkeypatch.setattr(grader.cli.grade, "require_confinement", refuse)
    (tmp_path / "layers.py").write_text("")
    arguments = ["grade", str(tmp_path / "layers.py"), "--out", str(tmp_path / "out"), "--execute-notebooks"]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "Error: notebooks cannot be confined on this machine: pid namespace: EPERM\n"
    assert not (tmp_path / "out").exists()
