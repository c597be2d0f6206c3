"""The form of an answer changes nothing: case, lines, emphasis, announcements, full-width signs, script."""

import re
from pathlib import Path

import pytest

from grader.rubric.calibrate import read_answers

FOLDER = Path(__file__).parent / "answers"
ANSWERS = [answer for file in sorted(FOLDER.glob("*.jsonl")) for answer in read_answers(file)][::8]
SIGNS = str.maketrans("，：；（）", ",:;()")
FORMS = {
    "small letters": str.lower,
    "lines": lambda text: re.sub(r"\. (?=[A-Z])", ".\n", text).replace("。", "。\n"),
    "announced": lambda text: "**Your Answer:** " + text,
    "coloured": lambda text: "$\\color{blue}{\\textit{Your Answer:}}$\n\n" + text,
    "points": lambda text: "\n".join("- " + line for line in text.split("\n") if line.strip()),
    "emphasis": lambda text: re.sub(r"\b(gradients?|sensitive|noisy|increase|training)\b", r"**\1**", text),
    "formulas": lambda text: re.sub(r"\b(p|x)\b", r"$\1$", text),
    "breaks": lambda text: text.replace("\n", "<br>"),
    "half-width signs": lambda text: text.translate(SIGNS),
    "spaces": lambda text: re.sub(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])", " ", text),
}


@pytest.mark.parametrize("form", FORMS)
def test_changes_nothing(engine, form):
    changed = []
    for one in ANSWERS:
        other = FORMS[form](one.answer)
        if one.answer.strip() and other != one.answer:
            before, after = (engine.mark(one.question, text) for text in (one.answer, other))
            if (before.applied, before.unsure) != (after.applied, after.unsure):
                changed.append(other)
    assert len(changed) <= len(ANSWERS) // 100, changed
