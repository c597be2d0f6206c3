"""Gradescope's results.json."""

import json

import msgspec
import pytest

from grader.report.gradescope import results_json

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
WHEN = {"hidden", "after_due_date", "after_published", "visible"}


@pytest.fixture(scope="module")
def table(student):
    data = results_json(student)
    assert data.isascii()
    return json.loads(data)


def named(table, number):
    return next(test for test in table["tests"] if test.get("number") == number)


def is_number(value):
    return type(value) in (int, float)


def test_the_document_has_the_documented_form(table):
    assert is_number(table["score"])
    assert is_number(table["execution_time"])
    assert table["stdout_visibility"] == "hidden"
    assert {table[key] for key in ("output_format", "test_output_format", "test_name_format")} <= FORMATS
    for test in table["tests"]:
        assert set(test) <= {"name", "number", "status", "visibility", "tags", "output", "score", "max_score"}
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in WHEN
        assert type(test["number"]) is str
        assert ("score" in test) == ("max_score" in test)
        assert "\r" not in test["output"]
        if "score" in test:
            assert is_number(test["score"])
            assert 0 <= test["score"] <= test["max_score"]


def test_there_is_a_test_for_every_check_and_every_empty_section(table, student):
    numbers = [test["number"] for test in table["tests"]]
    assert len(numbers) == len(set(numbers)) == len(student.checks) + 1
    assert named(table, "8")["name"] == "Fast convolution and pooling: no check ran"


def test_public_checks_are_visible_and_hidden_ones_wait(table, student):
    shown = {test["number"]: test["visibility"] for test in table["tests"]}
    assert shown["1.2"] == "visible"
    assert shown["1.3"] == "after_published"
    hidden = json.loads(results_json(student, hidden="hidden"))
    assert named(hidden, "1.3")["visibility"] == "hidden"
    assert named(hidden, "1.2")["visibility"] == "visible"


def test_the_score_is_what_is_certain(table):
    assert table["score"] == 13.3333
    assert named(table, "1.1")["score"] == named(table, "1.1")["max_score"] == 1.3333
    assert named(table, "1.2")["score"] == 0


@pytest.mark.parametrize("number", ["5.2", "7.1", "8"])
def test_open_points_are_neither_earned_nor_lost(table, number):
    test = named(table, number)
    assert "score" not in test
    assert test["status"] == "failed"
    assert test["output"].startswith("NOT DECIDED YET: ")


def test_what_is_apart_changes_no_score(table):
    test = named(table, "9.1")
    assert "score" not in test
    assert "changes no points" in test["output"]


def test_the_output_about_the_whole_gives_no_points_away(table):
    assert "edition 2021, level B: isolated" in table["output"]
    assert "Some points are not decided yet" in table["output"]
    assert "13" not in table["output"]


def test_details_are_one_more_test_that_students_never_see(student, report):
    plain, full = json.loads(results_json(student)), json.loads(results_json(student, details=report))
    assert full["tests"][:-1] == plain["tests"]
    last = full["tests"][-1]
    assert last["visibility"] == "hidden"
    assert "score" not in last
    assert report.run.seed in last["output"]
    assert {test["visibility"] for test in plain["tests"]} == {"visible", "after_published"}


def test_a_submission_without_anything_has_a_score(student):
    empty = json.loads(results_json(msgspec.structs.replace(student, sections=(), checks=())))
    assert (empty["score"], empty["tests"]) == (0, [])
