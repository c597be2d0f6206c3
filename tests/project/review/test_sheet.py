"""The sheet goes out, a person fills it in, and it comes back: all of it, or nothing and every reason."""

import csv
import io

import pytest
import yaml
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import UsageError
from grader.report import json
from grader.review.decisions import read_decisions
from grader.review.incoming import Signature, decisions
from grader.review.results import groups, reports
from grader.review.sheet import COLUMNS, read_sheet, said_yes


def run(*arguments):
    return CliRunner().invoke(cli, ["review", *map(str, arguments)])


@pytest.fixture
def exported(results, tmp_path):
    def export(name="review.csv", *options):
        file = tmp_path / name
        outcome = run("export", "--grades", results.folder, "--out", file, *options)
        assert outcome.exit_code == 0, outcome.output
        return file

    return export


def table_of(file):
    if file.suffix == ".yaml":
        return yaml.safe_load(file.read_text("utf-8"))
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))


def filled_in(file, changes, *, delimiter=",", bom=True):
    """The file with some cells changed: the name of a hand-in to cells."""
    table = table_of(file)
    for row in table:
        row.update(changes.get((row["submission"], row["question"]), {}))
    if file.suffix == ".yaml":
        file.write_text(yaml.safe_dump(table, allow_unicode=True), "utf-8")
    else:
        with file.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(table)
    return file


def earned(results, name, question):
    report = json.decode((results.place(name) / "report.json").read_bytes())
    return next(one.earned for one in report.answers if one.question == question)


def test_what_is_undecided_is_exported_with_suggestion_evidence_and_group(exported):
    table = table_of(exported())
    rows = {(row["submission"], row["question"]): row for row in table}
    assert ("bob", "do-q3") in rows
    assert ("ada", "do-q3") not in rows  # the engine was sure
    row = rows["bob", "do-q3"]
    assert row["answer"] == "It depends on the data set."
    assert row["alike"].startswith("2 answers")
    assert row["group"] == rows["eve", "do-q3"]["group"]
    assert row["undecided"]
    assert "incorrect: - 1" in row["items of the question"]
    assert (row["decide"], row["whole group"]) == ("", "")


def test_possible_copying_is_said(exported):
    rows = {(row["submission"], row["question"]): row for row in table_of(exported("all.csv", "--all"))}
    for name in ("ada", "bob", "eve", "joe"):
        assert rows[name, "do-q2"]["alike"].endswith("possible copying: ada, bob, eve, joe")
        assert "copying" not in rows[name, "do-q3"]["alike"]
    # One word denies what the others say, so that no decision can serve them all.
    assert rows["joe", "do-q2"]["group"] != rows["ada", "do-q2"]["group"]
    assert len(rows) == 10


def test_one_question_can_be_exported_alone(exported):
    assert {row["question"] for row in table_of(exported("q.csv", "--all", "--question", "do-q3"))} == {
        "do-q3"
    }


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("review.csv", {}),
        ("review.csv", {"delimiter": ";", "bom": False}),
        ("review.csv", {"delimiter": "\t"}),
        ("review.yaml", {}),
    ],
)
def test_a_decision_comes_back_whatever_program_saved_the_sheet(exported, results, name, options):
    decision = {"decide": "Yes", "items": "no-capacity", "why": "says nothing of it; fine"}
    sheet = filled_in(exported(name), {("bob", "do-q3"): decision}, **options)
    outcome = run("import", sheet, "--grades", results.folder, "--by", "Ada")
    assert outcome.exit_code == 0, outcome.output
    assert "1 decision taken over; 1 report changed" in outcome.output
    (made,) = read_decisions(results.folder)
    assert (made.decision.who, made.decision.items) == ("Ada", ("no-capacity",))
    assert made.decision.why == "says nothing of it; fine"
    assert made.decision.when.startswith("20")
    assert earned(results, "bob", "do-q3") == 0.5
    assert earned(results, "eve", "do-q3") == 0.0
    assert "0.5" in (results.folder / "grades.csv").read_text()


def test_a_decision_serves_its_group_if_that_is_said(exported, results):
    decision = {"decide": "x", "items": "none", "whole group": "yes"}
    sheet = filled_in(exported(), {("bob", "do-q3"): decision})
    assert "2 reports changed" in run("import", sheet, "--grades", results.folder, "--by", "Ada").output
    assert earned(results, "bob", "do-q3") == earned(results, "eve", "do-q3") == 1.0
    assert earned(results, "joe", "do-q3") == 1.0  # earned by itself
    assert earned(results, "ada", "do-q3") == 0.0


def test_rows_that_nobody_decided_are_left_alone(exported, results):
    assert "0 decisions" in run("import", exported(), "--grades", results.folder, "--by", "Ada").output
    assert read_decisions(results.folder) == ()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"decide": "perhaps"}, "decide: got 'perhaps', wanted yes or nothing"),
        ({"decide": "yes", "items": "no-capacity, nonsense"}, "items: got 'nonsense', wanted some of"),
        ({"decide": "yes", "whole group": "some"}, "whole group: got 'some'"),
        ({"decide": "yes", "question": "do-q9"}, "question: got 'do-q9', wanted one of"),
        ({"decide": "yes", "submission": "nobody"}, "submission: got 'nobody'"),
        ({"decide": "yes", "text id": "0"}, "the answer of bob has changed since the export"),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_nothing_is_taken(exported, results, cells, problem):
    good = {"decide": "yes", "items": "none"}
    sheet = filled_in(exported(), {("bob", "do-q3"): cells, ("eve", "do-q3"): good})
    outcome = run("import", sheet, "--grades", results.folder, "--by", "Ada")
    assert outcome.exit_code == 2
    assert "nothing was taken over" in outcome.output
    assert problem in outcome.output
    assert "line " in outcome.output
    assert read_decisions(results.folder) == ()


def test_items_that_exclude_each_other_are_refused(results, questions):
    question = questions["bn-q2"]
    both = ", ".join(question.at_most_one_of[0])
    row = {"question": "bn-q2", "submission": "x", "decide": "yes", "items": both, "whole group": "",
           "text id": "d"}  # fmt: skip
    found = {"bn-q2": groups(reports(results))["do-q3"]}
    row["submission"] = "bob"
    row["text id"] = next(
        one.answer.digest for group in found["bn-q2"] for one in group.members if one.submission == "bob"
    )
    with pytest.raises(UsageError, match="exclude each other"):
        decisions(results.folder, [("row 1", row)], found, questions, Signature("a", "b"))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"\xff\xfe\x00", "save it as CSV in UTF-8"),
        ("a.csv", b"question,submission\nx,y\n", "no column 'decide'"),
        ("a.yaml", b"{", "a.yaml"),
        ("a.yaml", b"5", "wanted a list of rows"),
    ],
)
def test_a_file_that_is_no_sheet(results, tmp_path, name, content, problem):
    file = tmp_path / name
    file.write_bytes(content)
    outcome = run("import", file, "--grades", results.folder, "--by", "Ada")
    assert outcome.exit_code == 2
    assert problem in outcome.output


def test_a_folder_without_results(tmp_path):
    for arguments in (("export",), ("apply",)):
        outcome = run(*arguments, "--grades", tmp_path)
        assert outcome.exit_code == 2
        assert "no results are here" in outcome.output


def test_an_unknown_question(results, tmp_path):
    outcome = run("export", "--grades", results.folder, "--out", tmp_path / "r.csv", "--question", "x")
    assert outcome.exit_code == 2
    assert "x: no such question; known: bn-q1" in outcome.output


@pytest.mark.parametrize(
    ("text", "meant"), [("YES", True), ("是", True), (" ", False), ("No", False), ("?", None)]
)
def test_yes_and_no(text, meant):
    assert said_yes(text) is meant


def test_cells_are_no_formulas(results, tmp_path, exported):
    file = exported("all.csv", "--all")
    for row in read_sheet(file):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row[1].values())
