"""[speed] of assignment.toml: off unless it says otherwise, and read as strictly as the rest."""

import shutil

import pytest

from grader.assignment import load_assignment
from grader.errors import AssignmentError
from grader.resources import assignment_folder
from grader.speed.settings import FUNCTIONS


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(assignment_folder("cs231n_a2"), tmp_path / "a")


def edit(folder, old, new):
    file = folder / "assignment.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_it_is_off_by_default(assignment, folder):
    assert not assignment.speed.enabled
    assert not load_assignment(edit(folder, "[speed]\nenabled = false", "[speed]")).speed.enabled


def test_an_assignment_need_not_have_it(folder):
    file = folder / "assignment.toml"
    before, _, after = file.read_text("utf-8").partition("[speed]")
    file.write_text(before + "[extensions]" + after.partition("[extensions]")[2], "utf-8")
    assert load_assignment(folder).speed is None


def test_it_times_the_functions_of_the_fast_path(assignment):
    assert set(FUNCTIONS) == {
        name for name, entry in assignment.interface.functions.items() if entry.group == "fast"
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("points = 4\n# A hand-in is", "points = 0\n# A hand-in is", "points: got 0"),
        ("least_rounds = 6", "least_rounds = 60", "least_rounds: got 60, wanted 1 to most_rounds"),
        ("least_rounds = 6", "least_rounds = 0", "least_rounds: got 0"),
        ("seconds = 60.0", "seconds = 0", "seconds: got 0"),
        ("seconds = 60.0", "secs = 60.0", "secs"),
        ("{ at = 0.3, share = 0.5 }", "{ at = 0.1, share = 0.5 }", "wanted both numbers to grow"),
        ("{ at = 0.3, share = 0.5 }", "{ at = 0.3, share = 0.2 }", "wanted both numbers to grow"),
        ("{ at = 0.6, share = 1.0 }", "{ at = 0.6, share = 0.9 }", "has to earn the share 1"),
        ('id = "relu"', 'id = "speed"', "there is another of that id"),
    ],
)
def test_what_cannot_be_right_is_said(folder, old, new, problem):
    with pytest.raises(AssignmentError, match=problem):
        load_assignment(edit(folder, old, new))


def test_a_function_that_the_interface_does_not_have_cannot_be_timed(folder):
    file = folder / "interface.toml"
    file.write_text(file.read_text("utf-8").replace("conv_forward_fast =", "conv_forward_quick ="), "utf-8")
    with pytest.raises(AssignmentError, match="no function 'conv_forward_fast'"):
        load_assignment(folder)
