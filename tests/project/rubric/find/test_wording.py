"""The data that questions are recognised by."""

import pytest

from grader.errors import AssignmentError
from grader.resources import assignment_folder
from grader.rubric.find.documents import from_text
from grader.rubric.find.lines import lines_of
from grader.rubric.find.plain import plain
from grader.rubric.find.recognise import Recogniser
from grader.rubric.find.wording import load_wording


def test_every_phrase_recognises_its_own_question_and_no_other(wording):
    recogniser = Recogniser(wording.questions)
    for question in wording.questions:
        for phrase in question.recognise:
            for text in (phrase, f"## **{phrase.upper()}**?", f"> $p$ *{phrase}*, and so on?"):
                found = recogniser.anchors(lines_of(from_text("a.md", text), wording))
                assert {anchor.question for anchor in found} == {question.id}, phrase


def test_phrases_are_few_words(wording):
    own = {"en": 25, "other": 60}
    for question in wording.questions:
        for phrase in question.recognise:
            words = plain(phrase).split()
            assert len(words) <= (own["en"] if phrase.isascii() else own["other"]), phrase


QUESTIONS = ("fc-q1", "fc-q2", "fc-q3", "bn-q1", "bn-q2", "bn-q3", "bn-q4", "do-q1", "do-q2", "do-q3")


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_ten_questions_in_all_languages(question, wording):
    phrases = next(item.recognise for item in wording.questions if item.id == question)
    han = [phrase for phrase in phrases if any("\u4e00" <= char <= "\u9fff" for char in phrase)]
    hangul = [phrase for phrase in phrases if any("\uac00" <= char <= "\ud7a3" for char in phrase)]
    assert len(han) >= 2
    assert len(hangul) >= 2
    assert len(phrases) - len(han) - len(hangul) >= 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('[questions.x]\nrecognise = {en = ["a"]}\nnumber = 3\n', "unknown field"),
        ("[questions.x]\noptions = []\n", "recognise"),
        ("[questions.x]\nrecognise = {en = []}\n", "no phrase"),
        ("questions = \n", "line 1"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_it(change, message, tmp_path):
    path = tmp_path / "recognise.toml"
    path.write_text(change, "utf-8")
    with pytest.raises(AssignmentError, match=message) as raised:
        load_wording(path)
    assert "recognise.toml" in str(raised.value)


def test_the_file_of_the_assignment_is_read():
    assert len(load_wording(assignment_folder("cs231n_a2") / "recognise.toml").questions) == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Why** does `it` _happen_?", "why does it happen"),
        ("<b>Why</b> \\textit{does} it [happen](https://a.b)", "why does it happen"),
        ("批归一化 Batch Norm", "批 归 一 化 batch norm"),
        ("¿Qué sucederá, mañana?", "que sucedera manana"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
    ],
)
def test_words(text, words):
    assert plain(text) == words
