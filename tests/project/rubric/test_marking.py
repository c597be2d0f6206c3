"""From what was found to points: what is decided, what stays open, and who is never held to account."""

import textwrap

import pytest
from msgspec.structs import replace

from grader.assignment import Written, load_assignment
from grader.demo_answers import MISTAKEN, RIGHT
from grader.resources import assignment_folder
from grader.rubric.find.answers import FoundAnswer, Status
from grader.rubric.find.documents import Block, Document
from grader.rubric.find.hand_in import bounded
from grader.rubric.marking import Marker, digest

ASSIGNMENT = load_assignment(assignment_folder("cs231n_a2"))
HANDOUT = ASSIGNMENT.editions["handout"]
QUESTIONS = HANDOUT.questions
PERSONS = "only a person sets this"


@pytest.fixture(scope="module")
def marker():
    return Marker(ASSIGNMENT)


def found(texts, **fields):
    """Something found for every question: its text, or nothing at all."""
    return {
        name: FoundAnswer(
            question=name,
            **({"status": Status.FOUND, "text": texts[name], "file": "A.ipynb", "cell": 3} | fields)
            if name in texts
            else {"status": Status.ABSENT},
        )
        for name in QUESTIONS
    }


def by_question(answers):
    return {answer.question: answer for answer in answers}


def test_right_answers_earn_all_16_points(marker):
    answers = marker.mark(found(RIGHT), HANDOUT)
    assert [answer.question for answer in answers] == list(QUESTIONS)
    assert sum(answer.earned for answer in answers) == sum(answer.maximum for answer in answers) == 16
    assert not any(answer.open for answer in answers)


def test_an_answer_says_where_it_stands_and_which_words_decided(marker):
    answer = by_question(marker.mark(found(RIGHT), HANDOUT))["bn-q2"]
    assert (answer.file, answer.cell, answer.status, answer.language) == ("A.ipynb", 3, "found", "en")
    spared = [item for item in answer.items if item.evidence]
    assert spared
    words = [answer.text[span.start : span.end] for item in spared for span in item.evidence]
    assert any("larger the batch" in piece for piece in words)
    assert all(piece == piece.strip() for piece in words)


def test_evidence_covers_whole_words(marker):
    text = "The net exploded: gradients vanished with the depth, so the five-layer net is more sensitive."
    answer = by_question(marker.mark(found({"fc-q2": text}), HANDOUT))["fc-q2"]
    edges = {(span.start, span.end) for item in answer.items for span in item.evidence}
    assert edges
    for start, end in edges:
        assert not (start and answer.text[start - 1].isalpha() and answer.text[start].isalpha())
        assert not (end < len(answer.text) and answer.text[end - 1].isalpha() and answer.text[end].isalpha())


def test_mistaken_answers_lose_their_items_only(marker):
    answers = by_question(marker.mark(found(MISTAKEN), HANDOUT))
    applied = {name: [item.id for item in answer.items if item.applies] for name, answer in answers.items()}
    assert applied["bn-q3"] == ["chose-1-or-4"]
    assert applied["do-q3"] == ["incorrect"]
    assert answers["bn-q3"].earned == 2
    assert answers["bn-q1"].earned == 2


@pytest.mark.parametrize("status", [Status.BLANK, Status.PLACEHOLDER, Status.UNCHANGED])
def test_an_empty_place_is_no_points_for_certain(marker, status):
    empty = {name: FoundAnswer(question=name, status=status) for name in QUESTIONS}
    answers = marker.mark(empty, HANDOUT)
    assert sum(answer.earned + answer.undecided for answer in answers) == 0
    assert {answer.status for answer in answers} == {status.value}
    assert not any(answer.open for answer in answers)


def test_a_question_that_is_nowhere_leaves_its_points_open(marker):
    answers = marker.mark(found({}), HANDOUT)
    assert sum(answer.earned for answer in answers) == 0
    assert sum(answer.undecided for answer in answers) == 16
    settable = [
        item for answer in answers for item in answer.items if item.reason != "only a person sets this"
    ]
    assert all("nowhere" in item.reason and item.applies is None for item in settable)


def test_an_assignment_can_want_zero_for_a_question_that_is_nowhere():
    marker = Marker(replace(ASSIGNMENT, written=Written(absent="zero")))
    answers = marker.mark(found({}), HANDOUT)
    assert sum(answer.earned + answer.undecided for answer in answers) == 0


def test_questions_that_only_some_hand_outs_ask_count_where_they_are_found(marker):
    edition = ASSIGNMENT.editions["2021"]
    assert "do-q3" in edition.may_ask
    absent = {answer.question for answer in marker.mark(found({}), edition)}
    there = {answer.question for answer in marker.mark(found(RIGHT), edition)}
    assert "do-q3" not in absent
    assert there == absent | {"do-q3"}


def test_what_is_lost_beside_a_picture_stays_open(marker):
    note = ("a picture belongs to the answer",)
    texts = {"fc-q1": "See the figure.", "do-q3": RIGHT["do-q3"]}
    answers = by_question(marker.mark(found(texts, notes=note), HANDOUT))
    assert answers["fc-q1"].earned < answers["fc-q1"].earned + answers["fc-q1"].undecided == 1
    assert not any(item.applies for item in answers["fc-q1"].items)
    assert answers["do-q3"].earned == 1  # what it earned without the picture is earned


def test_items_that_only_a_person_sets_are_never_set(marker):
    texts = dict.fromkeys(QUESTIONS, "page not tagged, answer not tagged, no answer")
    answers = marker.mark(found(texts), HANDOUT)
    persons = [
        item for answer in answers for item in answer.items if item.reason == "only a person sets this"
    ]
    assert len(persons) == 7
    assert not any(item.applies or item.suggestion for item in persons)


def test_hidden_text_is_told_and_earns_nothing(marker):
    hidden = found({"do-q3": "no idea"}, hidden_text=("less capacity, increase p",))
    answer = by_question(marker.mark(hidden, HANDOUT))["do-q3"]
    assert answer.earned == 0
    assert "text that no reader of the page sees was left aside" in answer.notes
    assert "capacity" not in answer.text


class Notebooks:
    """A hand-in with nothing but notebooks; ``broken`` makes reading it a fault of ours."""

    def __init__(self, *, broken=False, content=()):
        self.broken = broken
        self.content = dict(content)

    @property
    def files(self):
        if self.broken:
            raise ZeroDivisionError("a bug")
        return type("Files", (), {"content": self.content})

    @property
    def notebooks(self):
        return {}

    @property
    def program(self):
        return type("Program", (), {"files": frozenset()})


def test_a_fault_of_the_grader_costs_nobody_a_point(marker):
    answers = marker.answers(Notebooks(broken=True), HANDOUT).answers
    assert sum(answer.undecided for answer in answers) == 16
    assert "the grader is at fault: ZeroDivisionError: a bug" in answers[0].items[0].reason


def test_an_edition_without_questions_has_no_answers(marker):
    assert marker.answers(Notebooks(), ASSIGNMENT.editions["cs189"]) == ((), ())


def test_suggestions_count_only_where_that_was_asked_for(marker):
    provisional = Marker(ASSIGNMENT, provisional=True)
    sure = marker.answers(Notebooks(), HANDOUT).answers
    counted = provisional.answers(Notebooks(), HANDOUT).answers
    assert all(answer.undecided == answer.maximum for answer in sure)
    assert all(answer.undecided == 0 and answer.provisional for answer in counted)
    assert not any(answer.provisional for answer in sure)
    assert {item.by for answer in counted for item in answer.items} >= {"suggestion"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Increase p.", "increase  P", True),
        ("increase p", "decrease p", False),
        ("p > q", "p < q", False),
        ("批归一化，更好", "批归一化更好", False),  # a comma may part what belongs apart
        ("", "   ", True),
    ],
)
def test_equal_words_have_equal_digests(one, other, same):
    assert (digest(one) == digest(other)) is same


def test_no_answer_has_no_digest():
    assert digest("... !") == ""


def document(path, lines, blocks=2):
    return Document(path, tuple(Block("x\n" * (lines - 1) + "x") for _ in range(blocks)))


def test_what_is_looked_through_is_bounded_and_that_is_said():
    kept = bounded([document("a.md", 10), document("b.md", 10), document("c.md", 10)], most_lines=25)
    assert [[len(block.text) for block in one.blocks] for one in kept] == [[19, 19], [9, 0], [0, 0]]
    assert [bool(one.notes) for one in kept] == [False, True, True]
    assert "b.md: only the first 25 lines" in kept[1].notes[0]
    assert bounded([document("a.md", 10)], most_lines=20) == [document("a.md", 10)]


def test_exports_that_cannot_be_read_are_named_in_the_report(marker):
    hand_in = Notebooks(content={"a.pdf": b"%PDF-1.4 nonsense", "b.md": b"nothing"})
    part = marker.answers(hand_in, HANDOUT)
    assert len(part.notes) == 1
    assert part.notes[0].startswith("a.pdf: cannot be read")


@pytest.mark.parametrize("width", [60, 80, 1000])
def test_where_lines_are_broken_does_not_change_the_marks(marker, width):
    wrapped = {name: textwrap.fill(" ".join(text.split()), width) for name, text in RIGHT.items()}
    assert sum(answer.earned for answer in marker.mark(found(wrapped), HANDOUT)) == 16
