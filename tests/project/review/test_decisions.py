"""Decisions are kept, win over the engine, and reach whom they were made for."""

import pytest
from msgspec.structs import replace

from grader.classroom.tables import write_tables
from grader.errors import UsageError
from grader.model import Report
from grader.report import json
from grader.review.apply import decided
from grader.review.decisions import FILE, Made, decision_for, read_decisions, write_decisions
from grader.review.results import apply_decisions, groups, nearly_equal, reports
from grader.written import Decision

from .conftest import report_of


def made(submission, question, digests, *items, group=False, when="2026-03-02"):
    decision = Decision(items=items, who="Ada", when=when, why="read it", group=group)
    return Made(submission=submission, question=question, digests=tuple(digests), decision=decision)


def answer(report: Report, question: str):
    return next(one for one in report.answers if one.question == question)


@pytest.fixture
def open_answer(all_reports):
    found = answer(all_reports["bob"], "do-q3")
    assert found.open, "the sample needs an answer that the engine leaves open"
    return found


def test_a_decision_wins_and_its_points_count(all_reports, questions, open_answer):
    new = decided(all_reports["bob"], [made("bob", "do-q3", [open_answer.digest], "no-capacity")], questions)
    after = answer(new, "do-q3")
    assert (after.earned, after.undecided) == (0.5, 0.0)
    assert {item.id for item in after.items if item.applies} == {"no-capacity"}
    assert {item.by for item in after.items} == {"person"}
    assert after.decision.why == "read it"
    section = next(section for section in new.sections if section.id == "do-q3")
    assert (section.earned, section.undecided) == (0.5, 0.0)


def test_a_decision_wins_over_an_engine_that_was_sure(all_reports, questions):
    before = answer(all_reports["ada"], "do-q3")
    assert (before.earned, before.undecided) == (0.0, 0.0)
    new = decided(all_reports["ada"], [made("ada", "do-q3", [before.digest])], questions)
    assert answer(new, "do-q3").earned == 1.0


def test_items_that_only_a_person_sets_can_be_set(all_reports, questions):
    before = answer(all_reports["ada"], "do-q2")
    persons = [item.id for item in questions["do-q2"].items if item.person_only]
    for name in persons:
        new = decided(all_reports["ada"], [made("ada", "do-q2", [before.digest], name)], questions)
        assert [item.id for item in answer(new, "do-q2").items if item.applies] == [name]


def test_it_survives_regrading(marker, all_reports, questions, open_answer):
    known = [made("bob", "do-q3", [open_answer.digest])]
    again = report_of(marker, "bob", {"do-q2": "x", "do-q3": "It  depends on the data set."})
    assert answer(decided(again, known, questions), "do-q3").earned == 1.0


def test_another_text_is_marked_anew_and_that_is_said(marker, questions, open_answer):
    known = [made("bob", "do-q3", [open_answer.digest])]
    again = report_of(marker, "bob", {"do-q2": "x", "do-q3": "Decrease p."})
    after = answer(decided(again, known, questions), "do-q3")
    assert after.decision is None
    assert after.earned == 0.0
    assert "an earlier decision was about another text of this answer" in after.notes


def test_it_reaches_others_only_if_it_was_made_for_the_group(all_reports, questions, open_answer):
    digests = [open_answer.digest, answer(all_reports["eve"], "do-q3").digest]
    alone = [made("bob", "do-q3", digests)]
    for_all = [made("bob", "do-q3", digests, group=True)]
    assert answer(decided(all_reports["eve"], alone, questions), "do-q3").decision is None
    assert answer(decided(all_reports["eve"], for_all, questions), "do-q3").earned == 1.0
    assert answer(decided(all_reports["joe"], for_all, questions), "do-q3").decision is None


def test_the_latest_wins_and_ones_own_before_the_groups(all_reports, open_answer):
    digests = [open_answer.digest]
    first, second = (
        made("bob", "do-q3", digests, when="1"),
        made("bob", "do-q3", digests, "incorrect", when="2"),
    )
    others = made("eve", "do-q3", digests, group=True, when="3")
    assert decision_for("bob", open_answer, [first, second]).when == "2"
    assert decision_for("bob", open_answer, [first, others]).when == "1"
    assert decision_for("joe", open_answer, [first, others]).when == "3"
    assert decision_for("joe", open_answer, [first]) is None


def test_no_text_is_nobodys_group(all_reports):
    nothing = answer(all_reports["zoe"], "do-q3")
    assert nothing.digest == ""
    for_all = made("eve", "do-q3", [""], group=True)
    assert decision_for("zoe", nothing, [for_all]) is None
    assert decision_for("zoe", nothing, [made("zoe", "do-q3", [""])]) is not None


def test_a_changed_deduction_scores_everybody_anew(all_reports, questions):
    items = tuple(
        replace(item, deduction=0.25) if item.id == "incorrect" else item for item in questions["do-q3"].items
    )
    cheaper = questions | {"do-q3": replace(questions["do-q3"], items=items)}
    assert answer(decided(all_reports["ada"], [], questions), "do-q3").earned == 0.0
    assert answer(decided(all_reports["ada"], [], cheaper), "do-q3").earned == 0.75


def test_reports_without_decisions_stay_as_they_are(all_reports, questions):
    for report in all_reports.values():
        assert decided(report, [], questions) == report


def test_applying_rewrites_only_what_changes(results, questions, all_reports, open_answer):
    known = [made("bob", "do-q3", [open_answer.digest], "no-capacity")]
    untouched = (results.place("ada") / "report.json").stat().st_mtime_ns
    notebooks = results.place("bob") / "notebooks.json"
    notebooks.write_text("{}")
    assert apply_decisions(results, known, questions) == ("bob",)
    assert notebooks.read_text() == "{}", "decisions change nothing about them"
    assert (results.place("ada") / "report.json").stat().st_mtime_ns == untouched
    stored = json.decode((results.place("bob") / "report.json").read_bytes())
    assert answer(stored, "do-q3").earned == 0.5
    standing = next(one for one in results.standings() if one.name == "bob")
    assert standing.earned == stored.earned
    assert standing.fingerprint == "f"
    assert "decided" not in (results.place("bob") / "sheet.txt").read_text()
    assert apply_decisions(results, known, questions) == ()


def test_groups_of_a_folder(results):
    found = groups(reports(results))
    members = [sorted(one.submission for one in group.members) for group in found["do-q3"]]
    assert ["bob", "eve"] in members
    copied = [group for group in found["do-q2"] if group.may_be_copied]
    assert {group.resembling for group in copied} == {("ada", "bob", "eve", "joe")}
    alike = [sorted(one.submission for one in group.members) for group in copied]
    assert ["joe"] in alike  # one decision cannot serve it and the others


def test_the_class_page_names_whose_answers_are_nearly_equal(results):
    found = nearly_equal(results)
    assert [one.names for one in found] == [("ada", "bob", "eve", "joe")]
    write_tables(results, "A class", found)
    page = (results.folder / "index.html").read_text()
    assert found[0].question in page
    assert all(page.count(f'href="{name}/report.html"') == 2 for name in found[0].names)
    assert page.count('href="zoe/report.html"') == 1
    write_tables(results, "A class")
    assert "nearly the same words" not in (results.folder / "index.html").read_text()


def test_decisions_are_kept_in_order(tmp_path):
    known = [made("bob", "do-q3", ["d"]), made("ada", "do-q2", ["é"], "incorrect-insufficient", group=True)]
    write_decisions(tmp_path, known)
    assert read_decisions(tmp_path) == tuple(known)
    assert read_decisions(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("content", ["", "[]", '{"document": "run"}', '{"made": [{}]}'])
def test_a_damaged_file_is_never_written_over(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(UsageError, match=r"decisions\.json: cannot be read"):
        read_decisions(tmp_path)
