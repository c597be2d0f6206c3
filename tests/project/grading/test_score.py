"""Points come from the rubric, by weight, and a fault of the grader costs nobody any."""

import pytest

from grader.assignment import load_assignment
from grader.model import CheckResult, Outcome
from grader.resources import assignment_folder
from grader.score import score

ASSIGNMENT = load_assignment(assignment_folder("cs231n_a2"))


def result(section, outcome, weight=1.0, **more):
    name = f"{section}.{outcome}.{weight}.{len(more)}"
    return CheckResult(
        id=name, section=section, title="", visibility="hidden", weight=weight, outcome=outcome, **more
    )


def points(results, edition="handout"):
    return {entry.id: entry for entry in score(ASSIGNMENT, edition, results)}


def test_a_sections_points_are_shared_by_weight():
    got = points([result("affine", Outcome.PASS, 3.0), result("affine", Outcome.FAIL, 1.0)])["affine"]
    assert (got.earned, got.maximum, got.undecided) == (3.0, 4.0, 0.0)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PASS and not o.undecided])
def test_nothing_but_passing_earns(outcome):
    got = points([result("affine", outcome)])["affine"]
    assert (got.earned, got.undecided) == (0.0, 0.0)


@pytest.mark.parametrize("outcome", [Outcome.GRADER_FAULT, Outcome.NEEDS_REVIEW])
def test_what_is_undecided_is_neither_earned_nor_lost(outcome):
    got = points([result("affine", Outcome.PASS), result("affine", outcome)])["affine"]
    assert (got.earned, got.undecided, got.maximum) == (2.0, 2.0, 4.0)


def test_a_section_without_checks_is_open_not_lost():
    got = points([])["affine"]
    assert (got.earned, got.undecided) == (0.0, 4.0)


def test_sections_that_an_edition_does_not_have_are_left_out():
    assert "layernorm" in points([])
    assert "layernorm" not in points([], "2017")


def test_beyond_the_notebook_is_not_counted():
    assert not points([result("beyond", Outcome.PASS)])["beyond"].counted
