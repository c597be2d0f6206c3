"""The course documents' own answers are found; skipped where the documents are not at hand."""

import pytest

from grader.rubric.find.answers import Finder
from grader.rubric.find.documents import from_text

pytestmark = pytest.mark.shared

WANTED = {
    "000": {
        "fc-q1": (3, "Sigmoid:", "situation."),
        "fc-q2": (1, "It seems", "initialization scale."),
        "fc-q3": (1, "AdaGrad will", "pretty well."),
        "bn-q1": (1, "After adding", "less significant."),
        "bn-q2": (1, "Training loss", "than no norm."),
        "bn-q3": (1, "1 and 2", "is batch norm."),
        "bn-q4": (1, "3. Having", "layer normalization."),
        "do-q1": (1, "If we", "remain the same."),
        "do-q2": (1, "Dropout improves", "validation set."),
        "do-q3": (1, "In order", "will be kept."),
    },
    "001": {
        "fc-q1": (13, "Sigmoid and", "= 0$."),
        "fc-q2": (1, "The five-layer", "initialization scale."),
        "fc-q3": (1, "The reason", "proper interval."),
    },
    "002": {"fc-q1": (5, "ALL the", "close to zero."), "fc-q2": (1, "Because", "larger variance.")},
    "003": {
        "bn-q1": (1, "Batch Normalization", "때문이다."),
        "bn-q2": (1, "Batch size", "때문이다."),
        "bn-q3": (5, "Batch normalization : 3", "4"),
        "bn-q4": (1, "2번의", "있다."),
    },
    "004": {},
}


@pytest.mark.parametrize("start", sorted(WANTED))
def test_the_answers_of_the_course_documents(start, shared, wording):
    (path,) = (shared / "seeds").glob(f"{start}_*.txt")
    found = Finder(wording).find([from_text(path.name, path.read_text("utf-8"))])
    answered = {item.question: item.text for item in found if item.status.answered}
    assert answered.keys() == WANTED[start].keys()
    for question, (lines, first, last) in WANTED[start].items():
        text = answered[question].removeprefix("1. ")
        assert text.startswith(first)
        assert text.endswith(last)
        assert text.count("\n") + 1 == lines
