"""The written part in every rendering: the scheme with ticks, the evidence, and what needs review."""

import json
import unicodedata

import pytest

from grader.model import Outcome
from grader.report import github, gradescope, html, junit, sheet, terminal
from grader.report import json as report_json
from grader.report.layout import instructor_page, student_page
from grader.report.written import pieces, written
from grader.written import ItemMark, Span


def mark(start, end, **fields):
    options = {"applies": True, "suggestion": True, "confidence": 1.0, **fields}
    return ItemMark(id="i", wording="w", deduction=1.0, evidence=(Span(start=start, end=end),), **options)


@pytest.fixture
def blocks(student_with_answers):
    return {block.id: block for block in student_page(student_with_answers).blocks}


def test_every_question_is_a_section_before_those_that_are_apart(student_with_answers):
    page = student_page(student_with_answers)
    ids = [block.id for block in page.blocks]
    assert ids.index("fc-q1") < ids.index("beyond")
    assert page.maximum == sum(
        section.maximum for section in student_with_answers.sections if section.counted
    )


@pytest.mark.parametrize(
    ("question", "outcome", "mark", "lost"),
    [
        ("bn-q3", Outcome.FAIL, "failed", 1.0),
        ("do-q1", Outcome.PASS, "passed", 0.0),
        ("do-q3", Outcome.NEEDS_REVIEW, "open", 0.0),
        ("fc-q1", Outcome.MISSING, "failed", 1.0),
    ],
)
def test_what_became_of_an_answer(blocks, question, outcome, mark, lost):
    (item,) = blocks[question].items
    assert (item.outcome, item.mark, item.lost) == (outcome, mark, lost)


def test_pieces_join_to_the_text_and_name_the_items_that_they_decided():
    text = "one two three"
    found = pieces(text, [mark(0, 7), mark(4, 13)])
    assert "".join(piece.text for piece in found) == text
    assert [(piece.text, piece.numbers) for piece in found] == [
        ("one ", (1,)),
        ("two", (1, 2)),
        (" three", (2,)),
    ]


@pytest.mark.parametrize("span", [(0, 0), (5, 3), (90, 99), (0, 99)])
def test_evidence_out_of_place_loses_no_text(span):
    found = pieces("one two", [mark(*span)])
    assert "".join(piece.text for piece in found) == "one two"


def test_a_student_does_not_see_who_decided_or_what_is_suggested(student_with_answers, canary):
    shown = json.dumps([str(block) for block in student_page(student_with_answers).blocks])
    assert canary not in shown
    assert "suggestion" not in shown
    undecided = next(answer for answer in student_with_answers.answers if answer.question == "do-q3").items[0]
    assert undecided.applies is None
    assert undecided.evidence == ()


def test_an_instructor_sees_both(with_answers, canary):
    page = instructor_page(with_answers)
    blocks = {block.id: block for block in page.blocks}
    assert any("decided by Ada" in note for note in blocks["do-q1"].answer.notes)
    assert any("objection: all options" in note for note in blocks["bn-q3"].answer.notes)
    assert "suggestion: applies" in blocks["do-q3"].answer.lines[0].remark
    assert len(page.claims) == 1
    assert canary in page.claims[0]


def test_provisional_answers_say_so(with_answers):
    answer = with_answers.answers[2]
    items = tuple(ItemMark(**{**_fields(item), "by": "suggestion", "applies": True}) for item in answer.items)
    shown = written(type(answer)(**{**_fields(answer), "items": items}))
    assert "provisional" in shown.tally


def _fields(record):
    return {name: getattr(record, name) for name in record.__struct_fields__}


def test_the_sheet_has_the_scheme_with_a_tick_where_it_applies(student_with_answers):
    text = sheet.score_sheet(student_with_answers)
    for line in (
        "  [v] - 1 pts     About chose-1-or-4.",
        "  [ ] - 1.5 pts   About page-not-selected.",
        "  [?] - 0.5 pts   needs review: About no-capacity.",
        "  [v] - 0 pts     Correct",
        "  no answer: only the placeholder stands there",
    ):
        assert line in text, line
    assert "2 / 3" in text
    assert "(0.5 open)" in text


def test_the_page_marks_the_words_and_ticks_the_items(student_with_answers):
    page = html.student(student_with_answers)
    assert "<mark>1 is layer norm<sup>1</sup></mark>" in page
    assert page.count("badge review") == 1
    assert "<script>alert" not in page


def test_the_instructors_page_shows_suggestions_and_claims(with_answers, student_with_answers):
    page = html.instructor(with_answers)
    assert "suggestion: applies" in page
    assert "saved output shows" in page
    assert "saved output shows" not in html.student(student_with_answers)


def test_the_terminal_lists_lost_and_open_items(with_answers):
    text = terminal.plain(terminal.instructor(with_answers), width=120)
    assert "- 1 pts: About chose-1-or-4." in text
    assert "needs review, - 0.5 pts: About no-capacity." in text
    assert "review" in next(line for line in text.split("\n") if "How to change p" in line)


def test_gradescope_gives_a_part_of_the_points_and_leaves_open_ones_open(student_with_answers):
    tests = {
        test["name"]: test for test in json.loads(gradescope.results_json(student_with_answers))["tests"]
    }
    partly = next(test for name, test in tests.items() if name.startswith("Which preprocessing"))
    assert (partly["score"], partly["max_score"]) == (2, 3)
    unsure = next(test for name, test in tests.items() if name.startswith("How to change p"))
    assert "score" not in unsure
    assert "NOT DECIDED YET" in unsure["output"]


def test_junit_and_github_know_the_questions(student_with_answers):
    xml = junit.junit_xml(student_with_answers).decode()
    assert 'name="question.do-q3"' in xml
    assert xml.count("<skipped") >= 2
    summary = github.step_summary(student_with_answers)
    assert "How to change p" in summary
    assert "1 answer that a person has to decide" in summary.replace("\\", "")


def test_both_documents_come_back_equal(with_answers, student_with_answers):
    assert report_json.decode(report_json.encode(with_answers)) == with_answers
    assert (
        report_json.decode_student(report_json.encode_student(student_with_answers)) == student_with_answers
    )


RENDERINGS = {
    "html": html.student,
    "sheet": sheet.score_sheet,
    "terminal": lambda report: terminal.plain(terminal.check(report)),
    "junit": lambda report: junit.junit_xml(report).decode(),
    "gradescope": lambda report: gradescope.results_json(report).decode(),
    "github": github.step_summary,
    "notices": github.notices,
    "json": lambda report: report_json.encode_student(report).decode(),
}


@pytest.mark.parametrize("renderer", RENDERINGS)
def test_nothing_that_only_instructors_may_know_is_in_any_rendering(student_with_answers, canary, renderer):
    assert canary not in RENDERINGS[renderer](student_with_answers)


@pytest.mark.parametrize("renderer", [name for name in RENDERINGS if name != "json"])
def test_no_text_of_an_answer_acts(student_with_answers, renderer):
    shown = RENDERINGS[renderer](student_with_answers)
    acting = {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not acting
    if renderer in ("sheet", "notices"):
        assert not [line for line in shown.split("\n") if line.lstrip().startswith("::error")]
