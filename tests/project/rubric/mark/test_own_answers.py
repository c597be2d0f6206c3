"""How far the engine agrees with answers written for this project, and marked by the scheme.

``a.jsonl`` and ``b.jsonl`` were written by people who had not seen the engine, ``c.jsonl`` with the aim of
saying the same things in as many ways as possible. These figures only show that nothing is lost again:
what was tuned on them cannot be measured with them.
"""

from collections import Counter
from pathlib import Path

import pytest

from grader.rubric.calibrate import calibrate, read_answers
from grader.rubric.load import load_questions

FOLDER = Path(__file__).parent / "answers"
QUESTIONS = load_questions(Path(__file__).parents[4] / "rubrics" / "cs231n_a2")
FILES = sorted(FOLDER.glob("*.jsonl"))
ANSWERS = [answer for file in FILES for answer in read_answers(file)]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_agreement(engine, file):
    found = calibrate(engine, read_answers(file))
    tally = found.tally()
    assert len(found.answers) > 100
    assert tally.precision.share >= 0.85
    assert tally.recall.share >= 0.85
    assert tally.accuracy.share >= 0.96
    assert found.covered().share >= 0.75
    assert found.exact().share >= 0.93


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_agrees(engine, name):
    found = calibrate(engine, [answer for answer in ANSWERS if answer.question == name])
    tally = found.tally()
    assert tally.precision.share >= 0.9
    assert tally.recall.share >= 0.9
    assert found.covered().share >= 0.8
    assert found.exact().share >= 0.95


def test_no_answer_stands_there_twice():
    twice = [key for key, n in Counter((one.question, one.answer) for one in ANSWERS).items() if n > 1]
    assert [answer for _, answer in twice if answer.strip() and len(answer) > 60] == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_item_is_earned_and_escaped_at_least_twice(name):
    answers = [answer for answer in ANSWERS if answer.question == name]
    for item in QUESTIONS[name].items:
        if not item.person_only:
            earned = sum(item.id in (answer.items or ()) for answer in answers)
            assert earned >= 2, item.id
            assert len(answers) - earned >= 2, item.id


@pytest.mark.parametrize("name", QUESTIONS)
def test_full_marks_are_seldom_taken_away(engine, name):
    """The worst fault: an answer without a fault loses points without a person."""
    full = [answer for answer in ANSWERS if answer.question == name and not answer.items]
    lost = [answer.answer for answer in full if engine.mark(name, answer.answer).applied]
    assert len(lost) <= len(full) // 50, lost
