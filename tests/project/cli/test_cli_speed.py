"""``--speed``: off unless asked for, and refused where an assignment has no such check."""

import json
import shutil

import pytest

from grader.assignment import load_assignment
from grader.classroom.fingerprint import run_key
from grader.cli._shared import speed_wanted
from grader.errors import UsageError
from grader.pipeline import Options
from grader.resources import assignment_folder


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(assignment_folder("cs231n_a2"), tmp_path / "cs231n_a2")


def edited(folder, old, new):
    file = folder / "assignment.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return load_assignment(folder)


@pytest.mark.parametrize(
    ("asked", "off", "on"), [(None, False, True), (True, True, True), (False, False, False)]
)
def test_the_option_wins_and_then_the_assignment(folder, asked, off, on):
    assert speed_wanted(load_assignment(folder), asked) is off
    assert speed_wanted(edited(folder, "enabled = false", "enabled = true"), asked) is on


def test_an_assignment_without_the_check_cannot_be_asked_for_it(folder):
    file = folder / "assignment.toml"
    before, _, after = file.read_text("utf-8").partition("[speed]")
    file.write_text(before + "[extensions]" + after.partition("[extensions]")[2], "utf-8")
    assignment = load_assignment(folder)
    assert not speed_wanted(assignment, None)
    with pytest.raises(UsageError, match=r"no \[speed\]"):
        speed_wanted(assignment, True)


def test_with_it_a_hand_in_is_graded_anew(folder):
    assignment = load_assignment(folder)
    keys = {run_key(assignment, Options(seed="s", speed=speed)) for speed in (False, True)}
    assert len(keys) == 2


def test_functions_that_are_missing_earn_nothing_and_it_is_said(grader, hand_in, tmp_path):
    path = hand_in(tmp_path / "one", "right")
    result = grader(
        "grade", path, "--speed", "--edition", "handout", "--out", tmp_path / "out", "--seed", "s"
    )
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out/one/report.json").read_bytes())
    outcomes = [record["outcome"] for record in report["speed"]]
    assert outcomes == ["MISSING", "SKIPPED"] * 2  # no check of what goes backward could run
    assert sum(section["maximum"] for section in report["sections"] if section["counted"]) == 104
    result = grader("ci", path, "--speed", "--edition", "handout", "--seed", "s")
    assert result.exit_code == 1
    assert "Speed of convolution and pooling" in result.output
    assert "Speed of convolution" not in grader("ci", path, "--edition", "handout", "--seed", "s").output
