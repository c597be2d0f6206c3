"""Every question file's own examples come out as the file says, and leave no item untried."""

from pathlib import Path

import pytest

from grader.rubric.load import load_questions

QUESTIONS = load_questions(Path(__file__).parents[4] / "rubrics" / "cs231n_a2")
EXAMPLES = [(name, example) for name, question in QUESTIONS.items() for example in question.examples]
HARD_TO_SHOW = {("bn-q1", "insufficient-justification"), ("do-q3", "partly-correct")}
"""Items that the engine only ever suggests, or leaves to a person."""


@pytest.mark.parametrize(("question", "example"), EXAMPLES)
def test_comes_out_as_the_file_says(engine, question, example):
    marked = engine.mark(question, example.answer)
    assert (set(marked.applied), set(marked.unsure)) == (set(example.items), set(example.unsure))


def test_the_ten_questions_are_worth_16_points():
    assert len(QUESTIONS) == 10
    assert sum(question.maximum for question in QUESTIONS.values()) == 16


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_item_has_an_example_that_earns_it_and_one_that_escapes_it(question):
    for item in question.items:
        if not item.person_only and (question.id, item.id) not in HARD_TO_SHOW:
            assert any(item.id in example.items for example in question.examples), item.id
            assert any(item.id not in example.items for example in question.examples), item.id


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("answer", ["", "  \n", "...", "![](attachment:image.png)", "**TODO**", "不知道"])
def test_a_blank_answer_gets_the_blank_items(engine, question, answer):
    marked = engine.mark(question, answer)
    assert (set(marked.applied), marked.score) == (set(QUESTIONS[question].blank), 0)


def test_items_for_a_person_are_never_set(engine):
    for name, question in QUESTIONS.items():
        person = {item.id for item in question.items if item.person_only}
        for example in question.examples:
            assert not person & {one.item for one in engine.mark(name, example.answer).items}
