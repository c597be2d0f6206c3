"""What a reader does not see is taken out of an answer and reported."""

import pytest

from grader.rubric.find.answers import Status
from grader.rubric.find.hidden import visible

SIZE = "## Inline Question 2:\nWhy is this relationship observed?\n\n## Answer:\n"


@pytest.mark.parametrize(
    "source",
    [
        "Seen. <!-- secret words -->",
        "Seen.\n<!-- secret words",
        "Seen. <span style='display:none'>secret words</span>",
        "Seen. <span style='color: #ffffff'>secret words</span>",
        'Seen. <font color="white">secret words</font>',
        "Seen. <p style='font-size:0px'>secret <b>words</b></p>",
        "Seen. <div style='opacity:0'>secret <div>words</div></div>",
        "Seen. <div hidden>secret words</div>",
        "Seen. <div style='position:absolute;left:-9999px'>secret words",
        "Seen. <script>secret words</script>",
        "Seen. $\\color{white}{secret words}$",
        "Seen. $\\phantom{secret words}$",
        "Seen. \\textcolor{white}{secret words}",
        "Seen.\n[//]: # (secret words)",
        "Seen.\n[note]: <> (secret words)",
        "Seen." + "".join(chr(0xE0000 + ord(char)) for char in "secret words"),
    ],
)
def test_hidden_words(source, notebook, find):
    found = find("bn-q2", notebook(SIZE + source))
    assert found.text.replace("$", "").strip() == "Seen."
    assert "secret" in " ".join(found.hidden_text)
    assert "words" in " ".join(found.hidden_text)
    assert found.status is Status.FOUND


@pytest.mark.parametrize(
    "source",
    [
        "<span style='color:blue'>Seen</span> and <b>known</b>",
        "<span style='opacity:1'>Seen</span>",
        "<span style='opacity:0.5;font-size:0.9em'>Seen</span>",
        "<span style='background-color:white'>Seen</span>",
        "x < 0 and y > 0, a<b, a<!b",
        "[2]: because of noise",
        "See [1] and [this](https://example.org).",
        "```\n[48]: # Check\n```",
        "👩\u200d🔬 Seen",
    ],
)
def test_what_is_seen_stays(source):
    assert visible(source).text == source
    assert visible(source).hidden == ()


def test_invisible_characters_are_counted_when_they_are_many():
    assert visible("no\u200bise").text == "noise"
    assert visible("no\u200bise").hidden == ()
    (piece,) = visible("noise" + "\u200b\u200c" * 20).hidden
    assert piece.text == "(40 invisible characters)"


def test_the_line_of_what_was_hidden():
    seen = visible("one\ntwo <!-- a\nb --> three\nfour <!-- c -->")
    assert seen.text == "one\ntwo \n three\nfour "
    assert [(piece.line, piece.text) for piece in seen.hidden] == [(1, "a b"), (3, "c")]


def test_in_a_file_hidden_text_belongs_to_its_own_question(find):
    text = f"<!-- elsewhere -->\n\n{SIZE}Seen.\n\n# Layer Normalization\n\n<!-- after -->\nText."
    assert find("bn-q2", text).hidden_text == ()
    assert find("bn-q2", text.replace("Seen.", "Seen. <!-- here -->")).hidden_text == ("here",)


def test_long_hostile_text_takes_no_time(notebook, find):
    for piece in (
        "<!--",
        "<span style='",
        "[",
        "\\color{",
        "](",
        "*_",
        "Answer: ",
        "1. ReLU\n",
        "\\phantom{",
        "「",
    ):
        find("fc-q1", notebook(SIZE + piece * (100_000 // len(piece))))
        find("fc-q1", notebook(SIZE + (piece * (15_000 // len(piece)) + "\n") * 3))
