"""The figures of the calibration, on counts worked out by hand."""

import json
import math

import pytest
from click.testing import CliRunner

from grader.cli.calibrate import command
from grader.errors import UsageError
from grader.rubric.calibrate import Answer, Interval, Tally, calibrate, quadratic_kappa, read_answers

RIGHT = Answer(question="do-q3", answer="Decrease p.", items=("incorrect",), score=0)
WRONG = Answer(
    question="do-q3", answer="Increase p, for there is less capacity.", items=("incorrect",), score=0
)
OPEN = Answer(
    question="do-q2",
    answer="With dropout these curves come out in colours that remind me of an autumn forest.",
    items=("incorrect-insufficient",),
)
SKIPPED = Answer(question="do-q2", answer="x", items=None)


def test_wilson():
    low, high = Interval(8, 10).bounds
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert math.isnan(Interval(0, 0).share)


def test_kappa():
    assert quadratic_kappa([0, 1, 2], [0, 1, 2]) == 1
    assert quadratic_kappa([0, 2], [2, 0]) == pytest.approx(-1)
    assert math.isnan(quadratic_kappa([1, 1], [1, 1]))


def test_a_tally():
    tally = Tally(true_yes=3, false_yes=1, true_no=10, false_no=2, unsure=4, applied=6)
    assert (tally.precision.share, tally.recall.share) == (0.75, 0.6)
    assert (tally.coverage.share, tally.accuracy.share) == (0.8, 13 / 16)
    assert tally.baseline.share == 0.7


def test_what_is_counted(engine):
    found = calibrate(engine, [RIGHT, WRONG, OPEN, SKIPPED])
    assert found.skipped == 1
    assert (found.items["do-q3", "incorrect"].true_yes, found.items["do-q3", "incorrect"].false_no) == (1, 1)
    assert found.items["do-q2", "incorrect-insufficient"].unsure == 1
    assert found.items["do-q2", "incorrect-insufficient"].unsure_right == 1
    assert (found.covered().hits, found.exact().hits, found.exact().of) == (2, 1, 2)
    assert found.worst()[0].answer is WRONG


def test_the_command(tmp_path):
    file = tmp_path / "answers.jsonl"
    rows = [
        {"question": one.question, "answer": one.answer, "items": one.items, "score": one.score}
        for one in (RIGHT, WRONG, OPEN)
    ]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    shown = CliRunner().invoke(command, [str(file)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "wrong: incorrect" in shown.output
    assert "do-q3 no-capacity" in shown.output


def test_a_line_that_is_no_answer_is_named(tmp_path):
    file = tmp_path / "answers.jsonl"
    file.write_text('{"question": "do-q3", "answer": "x", "items": []}\n{"answer": 1}\n', "utf-8")
    with pytest.raises(UsageError, match="answers.jsonl:2"):
        read_answers(file)
