"""``grader grade``: a class in a folder of results, one hand-in as a report, and every refusal in a line."""

from __future__ import annotations

import csv
import functools
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from grader.classroom.batch import grade_class
from grader.report.json import decode, decode_student
from grader.worker import ForkServer, Layer

NAMES = {"alice", "bob.zip", "loose", "notes.csv"}


class Inline(Executor):
    """A judge in this process."""

    def __init__(self, judges: int) -> None:
        pass

    def submit(self, function: Any, /, *arguments: Any, **settings: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **settings))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the result
            future.set_exception(error)
        return future


# A class


def test_a_class_is_graded_whatever_is_in_it(graded_class):
    assert graded_class.exit_code == 4, graded_class.stderr
    assert {entry.name for entry in graded_class.results.iterdir()} == {
        *NAMES, "run.json", "index.html", "grades.csv",
    }  # fmt: skip
    with (graded_class.results / "grades.csv").open() as stream:
        rows = {row["submission"]: row for row in csv.DictReader(stream)}
    assert {name: row["status"] for name, row in rows.items()} == {
        "alice": "graded",
        "bob.zip": "graded",
        "loose": "unreadable",
        "notes.csv": "unreadable",
    }
    assert (rows["alice"]["affine"], rows["alice"]["total"], rows["alice"]["maximum"]) == ("4", "4", "100")
    assert 0 < float(rows["bob.zip"]["affine"]) < 4
    assert rows["loose"]["total"] == ""
    assert "no Python file" in rows["loose"]["problem"]


def test_the_table_is_printed_without_colour(graded_class):
    assert "\x1b" not in graded_class.stdout
    assert "4 / 100" in graded_class.stdout
    assert "2 hand-ins graded, 2 unreadable" in graded_class.stdout
    assert graded_class.stderr == "", "no progress bar where there is no terminal"


def test_every_submission_has_its_documents(graded_class):
    bob = graded_class.results / "bob.zip"
    report = decode((bob / "report.json").read_bytes())
    student = decode_student((bob / "student.json").read_bytes())
    assert (report.submission.name, student.name) == ("bob.zip", "bob.zip")
    assert report.run.seed == "SECRET"
    assert report.maximum == 100
    assert any(
        check.diagnosis is not None and check.diagnosis.mistake == "affine_backward.dw-is-a-mean"
        for check in report.checks
    )
    root = ET.fromstring((bob / "junit.xml").read_bytes())  # noqa: S314 - our own
    assert root.tag == "testsuites"
    assert "SECRET" in (bob / "instructor.html").read_text()
    assert {file.name for file in (graded_class.results / "loose").iterdir()} == {"grading.json"}


def test_students_documents_hold_no_secret(graded_class):
    bob = graded_class.results / "bob.zip"
    assert "CANARY" in (bob / "report.json").read_text(), "or this test shows nothing"
    hidden = [
        check
        for check in json.loads((bob / "student.json").read_bytes())["checks"]
        if check["visibility"] == "hidden"
    ]
    assert len(hidden) > 100
    assert "CANARY" not in json.dumps(hidden).replace('print(\\"CANARY', "").replace('f\\"CANARY', "")
    for name in ("student.json", "report.html", "junit.xml"):
        assert "SECRET" not in (bob / name).read_text()


def test_the_page_of_the_class_leads_to_the_others(graded_class):
    page = (graded_class.results / "index.html").read_text()
    assert 'href="bob.zip/report.html"' in page
    assert "loose/report.html" not in page


def test_what_has_not_changed_is_not_graded_again(graded_class, tmp_path, grader, monkeypatch):
    results = shutil.copytree(graded_class.results, tmp_path / "again")
    keep_the_key(monkeypatch, results / "alice")
    report = results / "alice/report.json"
    report.write_text("as it was")
    result = grader("grade", "--class", graded_class.folder, "--out", results)
    assert result.exit_code == 4
    assert report.read_text() == "as it was"
    assert "4 / 100" in result.stdout
    assert json.loads((results / "run.json").read_bytes())["seed"] == "SECRET"


def keep_the_key(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """Let the grader count as unchanged: its files belong to the key, and may just be edited."""
    known = json.loads((place / "grading.json").read_bytes())["fingerprint"]
    monkeypatch.setattr("grader.cli.grade.run_key", lambda *_: known.partition("-")[0])


# One hand-in, on a terminal


def test_one_hand_in_on_a_terminal(tmp_path, mistaken, in_a_process, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    process = in_a_process("grade", mistaken, "--out", tmp_path / "grades", stdout=slave, stderr=slave)
    os.close(slave)
    said = everything_from(master)
    assert process.wait(timeout=30) == 0, said
    assert "grading" in said, "the progress bar"
    assert "\x1b[" in said
    for words in ("Affine layer", "known mistake", "ask yourself", "not implemented", "/ 100"):
        assert words in said
    assert (tmp_path / "grades/bob/report.html").is_file()


def everything_from(master: int) -> str:
    """What comes out of a terminal until nobody holds its other end any more."""
    said, deadline = b"", time.monotonic() + 120
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # how Linux says that nobody holds the other end any more
                break
            if not piece:
                break
            said += piece
    os.close(master)
    return said.decode()


# Interruption


def processes_of(session: int) -> list[str]:
    """The command lines of what still runs in a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] not in "ZX":
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except (OSError, IndexError):
                continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc; not tried elsewhere")
def test_an_interrupted_run_leaves_results_and_no_process(
    tmp_path, hand_in, grader, in_a_process, monkeypatch
):
    folder, results = tmp_path / "class", tmp_path / "grades"
    hand_in(folder / "a", "right")
    hand_in(folder / "b", "slow")
    # Where tests run in the background, interrupts may be ignored, and a new process would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = in_a_process(
        "grade", "--class", folder, "--out", results, "--jobs", 1, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 60
    while not (results / "a/grading.json").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    assert processes_of(process.pid), "or the next lines show nothing"
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
    assert process.wait(timeout=10) != 0
    deadline = time.monotonic() + 5
    while processes_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(process.pid) == []
    assert (results / "a/report.html").is_file()
    assert not (results / "b/grading.json").exists()
    assert "a/report.html" in (results / "index.html").read_text()
    keep_the_key(monkeypatch, results / "a")
    shutil.rmtree(folder / "b")
    first = (results / "a/report.json").read_bytes()
    assert grader("grade", "--class", folder, "--out", results).exit_code == 0
    assert (results / "a/report.json").read_bytes() == first


# Refusals


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{}/nobody"], 4, "there is no such file or folder"),
        (["--class", "{}/empty"], 2, "there are no hand-ins in this folder"),
        (["--class", "{}/file.py"], 2, "wanted the folder of a class"),
        (["{}/empty"], 4, "no Python file, notebook or document in it"),
        (["{}/file.py", "--edition", "1999"], 2, "1999: no such edition; known: handout"),
        (["{}/file.py", "--assignment", "cs999"], 2, "cs999: no such assignment"),
        (["{}/file.py", "--unsafe", "--require", "A"], 2, "give one of the two"),
        (["{}/file.py", "--out", "{}/full"], 2, "holds other files"),
        (["{}/file.py", "--out", "{}/file.py"], 2, "this is a file"),
    ],
)
def test_refusals_are_one_line(tmp_path, monkeypatch, grader, arguments, code, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.tex").write_text("")
    (tmp_path / "file.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("grader.cli.grade.grade_class", functools.partial(grade_class, executor=Inline))
    result = grader("grade", *(argument.format(tmp_path) for argument in arguments))
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [[], ["x", "--jobs", "0"], ["x", "--require", "E"], ["x", "--format", "pdf"]]
)
def test_wrong_options(grader, arguments):
    result = grader("grade", *arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


def weak(assignment: Any, options: Any) -> ForkServer:
    return ForkServer(require=options.require, layers=frozenset({Layer.LIMITS}))


def test_nobody_is_graded_below_level_b(tmp_path, monkeypatch, grader, right):
    monkeypatch.setattr("grader.cli.grade.grade_class", functools.partial(grade_class, executor=Inline))
    monkeypatch.setattr("grader.classroom.judge.fork_server", weak)
    result = grader("grade", right, "--out", tmp_path / "grades")
    assert result.exit_code == 3
    assert "can be confined to level D here, wanted B" in result.stderr
    assert "system-call filter: off" in result.stderr
    assert "without it, do not grade others" in result.stderr, "the fix"
    assert "--unsafe" in result.stderr
    assert not (tmp_path / "grades/alice").exists()


def test_a_fault_of_the_grader_is_no_zero(tmp_path, monkeypatch, grader, right):
    def fail(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("grader.cli.grade.grade_class", functools.partial(grade_class, executor=Inline))
    monkeypatch.setattr("grader.classroom.judge._judge", fail)
    monkeypatch.setattr("grader.classroom.judge.hand_in_key", lambda path: "key")
    with pytest.raises(RuntimeError):
        raise grader("grade", right, "--out", tmp_path / "one").exception

    class Broken:
        class grader:  # noqa: N801 - stands for the attribute
            grade = staticmethod(fail)

    monkeypatch.setattr("grader.classroom.judge._judge", lambda settings: Broken)
    result = grader("grade", right, "--out", tmp_path / "two")
    assert result.exit_code == 3
    assert "the grader is at fault: RuntimeError: a bug of ours" in result.stderr
    assert "Traceback" in result.stderr
    (row,) = csv.DictReader((tmp_path / "two/grades.csv").read_text().splitlines())
    assert (row["status"], row["total"]) == ("not graded", "")
