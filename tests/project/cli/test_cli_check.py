"""``grader check``: a student's own work, public checks only, failures first."""

from __future__ import annotations

import functools
import shutil

import pytest

from grader.worker import ForkServer


@pytest.fixture(scope="module")
def checked(grader, mistaken, tmp_path_factory):
    return grader("check", mistaken)


def test_failures_come_first_with_cause_and_diagnosis(checked):
    assert checked.exit_code == 1, checked.output
    text = checked.stdout
    assert text.index("What failed") < text.index("What was not checked")
    assert "affine_backward(dout, cache): dw" in text
    assert "known mistake" in text
    assert "Is there a mean over the batch" in " ".join(text.split())
    assert "cs231n/layers.py:" in text, "the line that raised"


def test_it_says_what_was_not_checked(checked):
    assert "Hidden checks: your grade also depends on others like these" in " ".join(checked.stdout.split())
    assert "(hidden" not in checked.stdout
    assert "Skipped, because" in checked.stdout


def test_nothing_of_colour_or_points_in_a_pipe(checked):
    assert "\x1b" not in checked.stdout
    assert "/ 100" not in checked.stdout
    assert checked.stderr == ""


def test_the_same_work_gives_the_same_text(checked, grader, mistaken):
    assert grader("check", mistaken).stdout == checked.stdout


def test_without_isolation_it_says_so(monkeypatch, grader, right, tmp_path):
    folder = shutil.copytree(right, tmp_path / "alice")
    monkeypatch.setattr("grader.pipeline.ForkServer", functools.partial(ForkServer, layers=frozenset()))
    monkeypatch.chdir(folder)
    result = grader("check", "--edition", "handout")
    assert result.exit_code == 1, "most of it is missing"
    assert "alice" in result.stdout, "the folder that it was started in"
    assert "NOT isolated (D)" in result.stdout
    assert "Check only code that you trust" in " ".join(result.stdout.split())
    assert "2 of 2  Affine layer" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{}/nobody"], 4, "there is no such file or folder"),
        (["{}"], 4, "no Python file, notebook or document in it"),
        (["{}", "--edition", "1999"], 2, "no such edition"),
    ],
)
def test_refusals_are_one_line(tmp_path, grader, arguments, code, message):
    result = grader("check", *(argument.format(tmp_path) for argument in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
