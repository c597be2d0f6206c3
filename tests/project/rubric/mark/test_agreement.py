"""How far the engine agrees with people on real answers, which are not part of the repository."""

import pytest

from grader.rubric.calibrate import calibrate, read_answers

pytestmark = pytest.mark.shared


def test_agreement_on_marked_answers(engine, shared):
    found = calibrate(engine, read_answers(shared / "calibration" / "answers.jsonl"))
    tally = found.tally()
    assert len(found.answers) >= 90
    assert tally.precision.share >= 0.85
    assert tally.recall.share >= 0.85
    assert tally.accuracy.share >= 0.96
    assert found.covered().share >= 0.75
    assert found.exact().share >= 0.93
