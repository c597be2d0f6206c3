"""``grader ci``: the score sheet for a log, the files for the platforms, and the exit code."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from msgspec.structs import replace

from grader.cli._shared import exit_code
from grader.model import Outcome, Report
from grader.report.json import decode


@dataclass
class Run:
    result: Result
    folder: Path


@pytest.fixture(scope="module")
def graded(grader, mistaken, tmp_path_factory) -> Run:
    """One run that writes everything."""
    folder = tmp_path_factory.mktemp("ci")
    (folder / "summary.md").write_text("# from an earlier step\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
        patch.setenv("GITHUB_OUTPUT", str(folder / "output"))
        patch.setenv("GITHUB_ACTIONS", "true")
        result = grader("ci", mistaken, "--seed", "SECRET", "--junit", folder / "junit.xml",
                        "--gradescope", folder / "results.json")  # fmt: skip
    return Run(result, folder)


def test_the_sheet_is_plain_text(graded):
    assert graded.result.exit_code == 1
    assert graded.result.stderr == ""
    text = graded.result.stdout
    assert "\x1b" not in text
    assert "TOTAL POINTS" in text
    assert "/ 100" in text
    assert "[x]" in text
    assert "known mistake" in text


def test_a_log_is_for_students_too(graded):
    everything = [graded.result.stdout, *(file.read_text() for file in graded.folder.iterdir())]
    assert len(everything) == 5
    assert not any("SECRET" in text for text in everything)


def test_junit(graded):
    root = ET.parse(graded.folder / "junit.xml").getroot()  # noqa: S314 - our own
    assert root.tag == "testsuites"
    assert int(root.attrib["failures"]) > 0
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase"))


def test_gradescope(graded):
    table = json.loads((graded.folder / "results.json").read_bytes())
    assert 0 < table["score"] < 4
    assert len(table["tests"]) > 300


def test_github(graded):
    summary = (graded.folder / "summary.md").read_text()
    assert summary.startswith("# from an earlier step\n")
    assert "| Section |" in summary
    name, _, value = (graded.folder / "output").read_text().strip().partition("=")
    assert name == "result"
    assert json.loads(base64.b64decode(value))["max_score"] == 100
    assert "::notice title=Autograding complete::Points " in graded.result.stdout


def test_without_github_there_are_no_commands(grader, right, monkeypatch):
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    result = grader("ci", right, "--require", "D")
    assert "::" not in result.stdout
    assert result.exit_code == 1, "100 points are more than the affine layer"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{}/nobody"], 4, "there is no such file or folder"),
        (["{}/empty"], 4, "no Python file"),
        (["{}/empty", "--edition", "1999"], 2, "no such edition"),
    ],
)
def test_refusals_are_one_line(tmp_path, grader, arguments, code, message):
    (tmp_path / "empty").mkdir()
    result = grader("ci", *(argument.format(tmp_path) for argument in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_place_that_cannot_be_written_to_is_found_before_grading(tmp_path, grader, right):
    result = grader("ci", right, "--junit", tmp_path / "no/such/folder/junit.xml")
    assert result.exit_code == 2
    assert "there is no folder" in result.stderr
    assert "TOTAL" not in result.stdout


# The verdict


@pytest.fixture(scope="module")
def report(graded_class) -> Report:
    return decode((graded_class.results / "alice/report.json").read_bytes())


def outcomes(report: Report, counted: Outcome, apart: Outcome = Outcome.PASS) -> Report:
    """The report, with one outcome for all checks that count and one for the others."""
    beyond = {section.id for section in report.sections if not section.counted}
    assert beyond
    checks = [replace(c, outcome=apart if c.section in beyond else counted) for c in report.checks]
    return replace(report, checks=tuple(checks))


@pytest.mark.parametrize("outcome", [*Outcome])
def test_one_check_that_did_not_pass_decides(report, outcome):
    passing = outcomes(report, Outcome.PASS)
    first = replace(passing.checks[0], outcome=outcome)
    code = exit_code(replace(passing, checks=(first, *passing.checks[1:])))
    assert code == {Outcome.PASS: 0, Outcome.NEEDS_REVIEW: 0, Outcome.GRADER_FAULT: 3}.get(outcome, 1)


def test_a_fault_of_the_grader_outweighs_a_failure(report):
    failing = outcomes(report, Outcome.FAIL)
    first = replace(failing.checks[0], outcome=Outcome.GRADER_FAULT)
    assert exit_code(replace(failing, checks=(first, *failing.checks[1:]))) == 3


def test_what_is_reported_apart_decides_nothing(report):
    assert exit_code(outcomes(report, Outcome.PASS, Outcome.FAIL)) == 0
    assert exit_code(outcomes(report, Outcome.FAIL, Outcome.PASS)) == 1
