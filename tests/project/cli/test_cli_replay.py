"""``grader replay``: one check of a report again, on the same inputs."""

from __future__ import annotations

import re

import pytest

from grader.report.json import decode

CHECK = "hidden.affine.backward[rows]"


@pytest.fixture(scope="module")
def report(graded_class):
    return graded_class.results / "bob.zip/report.json"


def test_the_same_inputs_give_the_same_finding(grader, report):
    result = grader("replay", report, CHECK)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    (check,) = [check for check in decode(report.read_bytes()).checks if check.id == CHECK]
    assert re.search(r"dw\[\d+, \d+\] is -?\d", check.reason), "or the next line shows little"
    assert check.reason in text, "the numbers, which depend on the seed"
    assert check.diagnosis is not None
    assert check.diagnosis.says in text
    assert "def test_backward(subject, draw, reference" in text, "how the inputs are drawn"
    assert "The report says" not in text


def test_a_crash_has_its_traceback_and_what_was_printed(grader, report):
    result = grader("replay", report, "hidden.relu.forward[rows]")
    assert result.exit_code == 0, result.output
    assert "crashed" in result.stdout
    assert "ValueError: CANARY" in result.stdout
    assert "cs231n/layers.py:" in result.stdout
    assert "printed meanwhile:" in result.stdout


def test_what_has_changed_is_told(grader, report, right, graded_class):
    result = grader("replay", report, CHECK, right)
    assert result.exit_code == 0, result.output
    assert f"{CHECK}: passed" in result.stdout
    assert "The report says FAIL; something has changed since" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{report}", "affine.backwards"], 2, "no such check; did you mean"),
        (["{report}", "affine"], 2, "several such checks; did you mean"),
        (["{student}", CHECK], 2, "this is no report"),
        (["{lone}", CHECK], 2, "give its path"),
        (["{report}", CHECK, "{tmp}/nobody"], 4, "there is no such file or folder"),
        (["{report}", CHECK, "--assignment", "cs999"], 2, "cs999: no such assignment"),
    ],
)
def test_refusals_are_one_line(grader, report, tmp_path, arguments, code, message):
    (tmp_path / "report.json").write_bytes(report.read_bytes())
    places = {
        "report": report,
        "student": report.with_name("student.json"),
        "lone": tmp_path / "report.json",
        "tmp": tmp_path,
    }
    result = grader("replay", *(argument.format(**places) for argument in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
