"""Assignments are read strictly, and every problem is told at once."""

import shutil

import pytest

from grader.assignment import load_assignment
from grader.errors import AssignmentError
from grader.resources import assignment_folder


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(assignment_folder("cs231n_a2"), tmp_path / "a")


def edit(folder, name, old, new):
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_code_is_worth_84_points_in_every_edition(folder):
    assignment = load_assignment(folder)
    counted = {section.id for section in assignment.sections if section.counted}
    for edition in assignment.editions:
        points = assignment.section_points(edition)
        assert sum(points[section] for section in counted) == 84


def test_what_an_edition_hands_out_is_not_graded(folder):
    assignment = load_assignment(folder)
    assert "svm_loss" in assignment.handed_out("2017")
    assert "svm_loss" not in assignment.graded("2017")
    assert "conv_forward_fast" not in assignment.graded("2021")
    assert "conv_forward_fast" in assignment.graded("handout")
    assert "layernorm_forward" not in assignment.graded("2017")
    assert "layernorm_forward" not in assignment.handed_out("2017")


def test_every_problem_is_told_at_once(folder):
    edit(folder, "assignment.toml", "points = 4", 'points = "four"')
    edit(folder, "assignment.toml", "wall_seconds", "wall_clock_seconds")
    edit(folder, "editions.toml", 'dropout = "keep"', 'dropout = "perhaps"')
    with pytest.raises(AssignmentError) as caught:
        load_assignment(folder)
    text = str(caught.value)
    assert "[[sections]] number 1" in text
    assert "wall_clock_seconds" in text
    assert "editions.toml: [handout]" in text
    assert len(text.splitlines()) == 3


def test_python_2_is_a_matter_of_the_assignment(folder):
    assert load_assignment(folder).python2
    edit(folder, "assignment.toml", "python2 = true", "")
    assert not load_assignment(folder).python2
    edit(folder, "assignment.toml", "compatibility = true", 'compatibility = true\npython2 = "yes"')
    with pytest.raises(AssignmentError, match="python2"):
        load_assignment(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("svm_loss = 0", "svm_los = 0", "no section 'svm_los'"),
        ("affine = 5", "affine = 6", "they add up to 85, wanted 84"),
        ('"sgd"', '"sgdd"', "no function, class or group 'sgdd'"),
    ],
)
def test_editions_must_fit_the_rest(folder, old, new, message):
    edit(folder, "editions.toml", old, new)
    with pytest.raises(AssignmentError, match=message):
        load_assignment(folder)


def test_a_file_that_is_no_toml(folder):
    (folder / "assignment.toml").write_text("title = ", "utf-8")
    with pytest.raises(AssignmentError, match="assignment.toml"):
        load_assignment(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('takes = ["x", "w", "b"], gives', 'takes = "x", gives', "affine_forward needs takes"),
        ('module = "layers"', "module = 3", r"\[layers\] needs module"),
    ],
)
def test_a_malformed_interface(folder, old, new, message):
    edit(folder, "interface.toml", old, new)
    with pytest.raises(AssignmentError, match=message):
        load_assignment(folder)
