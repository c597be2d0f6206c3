# ruff: noqa: E501 - a cell of a notebook is easier to read on one line
"""What students do to questions and answers, beside the common layouts. All texts are our own."""

import json

import msgspec
import pytest

from grader.rubric.find.answers import Status
from grader.rubric.find.documents import from_notebook
from grader.rubric.find.markers import marker, question_heading
from grader.submission.contents import Notebook
from grader.submission.inspection import inspect_notebook

SIZE = "## Inline Question 2:\nDescribe it. Why is this relationship observed?\n\n"
WORKS = "When is layer normalization likely to not work well, and why?\n\n"
OPTIONS = "1. Using it in a very deep network\n2. Having a very small dimension of features\n3. Having a high regularization term\n"
LAYER = f"## Inline Question 4:\n{WORKS}{OPTIONS}\n"
CODE = ("code", "plot(1)")
NEXT = "# Layer Normalization\nText of the hand-out."
TEXT = "Small batches give noisy statistics."

KEPT = [
    ("bold labels", "**Training**: noisy.\n\n**Testing**: as before."),
    ("nested lists", "* one\n    * two\n        1. three\n* four"),
    ("table", "| batch | effect |\n|---|---|\n| 5 | noisy |"),
    ("formulas", "With $\\mu = 0$ we get\n\n$$ y = \\frac{x}{\\sqrt{n}} $$"),
    ("fences", "As here:\n```\nx = x / p\n```\nSo it is."),
    ("all in emphasis", "*Small batches are noisy,*\n*large ones are not.*"),
    ("all in emphasis, by lines", "_Small batches are noisy._\n\n_Large ones are not._"),
    ("own headings", "### Observation\nNoise.\n\n## Explanation\nFew examples.\n\n#### In other words\nNoise."),
    ("refusal", "### NOT NEEDED"),
    ("mixed languages", "batch size越大，统计量越准确。So large batches help."),
    ("unaccented spanish", "El tamano del lote influye en la estadistica."),
    ("korean", "배치가 작으면 통계량이 부정확하다."),
    ("right to left", "אצווה קטנה נותנת סטטיסטיקה רועשת."),
    ("links", "See [this page](https://example.org/a_(b)) and https://example.org: noise."),
    ("a question in it", "Noise. But is that all? No, the scale matters as well.\n\nOr does it?"),
]  # fmt: skip


@pytest.mark.parametrize("answer", [text for _, text in KEPT], ids=[name for name, _ in KEPT])
def test_an_answer_is_kept_as_it_was_written(answer, notebook, find):
    assert find("bn-q2", notebook(f"{SIZE}## Answer:\n{answer}", NEXT)).text == answer
    assert find("bn-q2", notebook(SIZE, f"## Answer:\n\n{answer}\n", NEXT)).text == answer
    assert find("bn-q2", f"{SIZE}## Answer:\n\n{answer.replace('## Exp', '### Exp')}\n\n{NEXT}\n").text == (
        answer.replace("## Exp", "### Exp")
    )


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("【", "】"), ("［", "］")])
def test_several_lines_in_brackets(opening, closing, notebook, find):
    lines = ["1 works well", "2 does not: noise", "3 works"]
    kept = "\n".join(f"{opening}{line}{closing}" for line in lines)
    assert find("bn-q4", notebook(f"{LAYER}## Answer:\n{kept}\n")).text == "\n".join(lines)


def test_a_placeholder_and_the_answer_in_a_further_cell(notebook, find):
    for cells in ((f"{SIZE}## Answer:\n[FILL THIS IN]",), (SIZE, "## Answer:\n[FILL THIS IN]")):
        found = find("bn-q2", notebook(*cells, TEXT, "More of it.", NEXT))
        assert (found.text.split("\n"), found.status) == ([TEXT, "More of it."], Status.MOVED)
        assert "the placeholder was left in" in found.notes


def test_translated_options(notebook, find):
    translation = "即：\n\n1. 在深度网络中使用\n2. 特征的维度很小\n3. 具有高正则化项\n\n"
    question = f"## Inline Question 4:\n{WORKS}层规范化在什么时候可能不起作用，为什么？\n\n{OPTIONS}\n{translation}## Answer:\n"
    assert find("bn-q4", notebook(question)).status is Status.BLANK
    assert find("bn-q4", notebook(f"{question}\n2. 不起作用")).text == "2. 不起作用"


def test_markers_of_a_chinese_course(notebook, find):
    question = "## 问题三 3:\n当我们决定减小隐藏层的大小时，我们应该如何修改p？\n\n"
    assert find("do-q3", notebook(f"{question}## 回答:\n[增大p]")).text == "增大p"
    assert find("do-q3", notebook(f"{question}## 回答:\n[FILL THIS IN]")).status is Status.PLACEHOLDER


def test_a_declaration_before_the_questions(notebook, find):
    declaration = "**Student Declaration (must be completed)**\n\n- [ ] I wrote it\n\n_Your Answer_"
    found = find("bn-q2", notebook(declaration, CODE, f"{SIZE}## Answer:\n{TEXT}"))
    assert (found.text, found.cell) == (TEXT, 2)


def test_plain_lines_of_questions_and_answers(find):
    text = f"Question: [3]\n{WORKS}{OPTIONS}\nAnswer: 2, noise.\n\nQuestion: [4]\nWhat else?\n\nAnswer: None."
    assert find("bn-q4", text).text == "2, noise."


def test_options_without_numbers_or_on_one_line(notebook, find):
    unnumbered = f"## Inline Question 4:\n{WORKS}" + "".join(
        f"{line[3:]}\n\n" for line in OPTIONS.splitlines()
    )
    one_line = f"**nline Question 4:** {WORKS.strip()} {OPTIONS.replace(chr(10), ' ')}\n\n"
    for question in (unnumbered, one_line):
        assert find("bn-q4", notebook(f"{question}## Answer:\n")).status is Status.BLANK
        assert find("bn-q4", notebook(f"{question}**答案：** 2")).text == "2"


def test_an_option_with_a_sentence_added_is_kept_whole(notebook, find):
    said = "2. Having a very small dimension of features makes the statistics too noisy to be of use."
    assert find("bn-q4", notebook(f"{LAYER}{said}")).text == said
    said = "3. TRUE - so much regularization makes the net simple, and a net with a high regularization term is no good."
    assert find("bn-q4", notebook(f"{LAYER}{said}")).text == said


def test_raw_cells(notebook, find):
    found = find("bn-q2", notebook(("raw", SIZE), ("raw", f"## Answer:\n{TEXT}"), CODE))
    assert (found.text, found.status, found.cell) == (TEXT, Status.FOUND, 1)


def _old(*cells):
    """A notebook of nbformat 3, as its file is read."""
    made = []
    for kind, source in cells:
        cell = {"cell_type": kind.rstrip("123456"), "metadata": {}}
        if kind[-1].isdigit():
            cell["level"] = int(kind[-1])
        cell["input" if kind == "code" else "source"] = source.splitlines(keepends=True)
        made.append(cell)
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": made}]}
    read = msgspec.convert(inspect_notebook(json.dumps(document).encode()), Notebook)
    return from_notebook("Old.ipynb", read)


def test_a_notebook_of_format_3(find):
    question = "Describe it. Why is this relationship observed?"
    heads = ("heading2", "Inline Question 2:"), ("markdown", question), ("heading2", "Answer:")
    rest = (
        ("markdown", TEXT),
        ("heading3", "In short"),
        ("markdown", "Noise."),
        ("heading1", "Layer Normalization"),
    )
    found = find("bn-q2", _old(("code", "x = 1"), *heads, *rest, ("markdown", "Handed out."), ("code", "y")))
    assert found.text.split("\n") == [TEXT, "### In short", "Noise."]
    assert found.file == "Old.ipynb"
    assert find("bn-q2", _old(*heads, ("heading1", "Layer Normalization"))).status is Status.BLANK
    same = _old(("markdown", f"{SIZE}## Answer:\n{TEXT}"), ("code", "y"))
    assert (find("bn-q2", same).text, find("bn-q2", same).cell) == (TEXT, 0)


def test_right_to_left_text(notebook, find):
    marks = "\u202bאצווה\u202c \u200fקטנה\u200f \u2067batch\u2069 \u200fנותנת\u200f \u200fרעש\u200f"
    found = find("bn-q2", notebook(f"{SIZE}<div dir='rtl'>\n\n**תשובה:** {marks}\n\n</div>", NEXT))
    assert found.text == "אצווה קטנה batch נותנת רעש"
    assert found.hidden_text == ()
    persian = "دسته\u200cهای کوچک آماره\u200cهای نویزی می\u200cدهند " * 5
    assert find("bn-q2", notebook(f"{SIZE}## پاسخ:\n{persian}", NEXT)).hidden_text == ()
    assert find("bn-q2", notebook(f"{SIZE}## الإجابة:\n[FILL THIS IN]")).status is Status.PLACEHOLDER


def test_an_answer_that_says_the_words_of_its_question(notebook, find):
    first = "Noise makes the difference."
    second = "The experiment does imply a thing about the relationship between batch normalization and batch size: noise."
    for said in (f"{first}\n\n{second}\n\nSo it is.", f"{second}\n\n{first}"):
        for cells in ((SIZE + said,), (SIZE, said), (f"{SIZE}{said}\n\n## Answer:\n[FILL THIS IN]",),
                      (f"{SIZE}## Answer:\n[FILL THIS IN]", said), (f"{SIZE}**Answer:** {said}",)):  # fmt: skip
            assert find("bn-q2", notebook(*cells, NEXT)).text == said, cells


def test_another_answer_that_says_the_words_of_a_question(notebook, answered):
    other = (
        "The experiment does imply a thing about the relationship between batch normalization and batch size."
    )
    found = answered(notebook(f"{SIZE}## Answer:\n{TEXT}", f"{LAYER}## Answer:\n2.\n\n{other}\n\nIt is so."))
    assert found == {"bn-q2": TEXT, "bn-q4": f"2.\n\n{other}\n\nIt is so."}


def test_a_title_of_ones_own_is_no_marker_where_text_stands_above_it(notebook, find):
    said = "### Observation\nSmall batches are noisy.\n\n### Explanation\nThey hold few examples."
    assert find("bn-q2", notebook(SIZE + said, NEXT)).text == said
    assert find("bn-q2", notebook(f"{SIZE}### Explanation\nFew examples.", NEXT)).text == "Few examples."
    assert find("bn-q4", notebook(f"{LAYER}### Explanation\nThe second: noise.")).text == "The second: noise."


GOES_ON = "As the plot shows, the noise is gone."


@pytest.mark.parametrize(
    "end", ["We see it in the next example:", "The code below shows it.", "见下面的例子。"]
)
def test_where_an_answer_goes_on_behind_its_code(end, notebook, find):
    found = find("bn-q2", notebook(SIZE, f"## Answer:\n{TEXT} {end}", CODE, CODE, GOES_ON, CODE, NEXT))
    assert found.text == f"{TEXT} {end}"
    assert found.notes == ("more of it may stand behind code, in cell 4",)


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (TEXT, GOES_ON),  # nothing says that more comes
        (f"{TEXT} See below:", f"## My experiment\n{GOES_ON}"),
        (
            f"{TEXT} See below:",
            "Batch normalization has proved to be effective in making networks easier to train.",
        ),
        (f"{TEXT} See below:", f"{LAYER}## Answer:\n2"),
        (f"{TEXT} See below:", "## Answer:\nto another question"),
        ("[FILL THIS IN]", GOES_ON),
    ],
)
def test_what_stands_behind_code_is_another_thing(answer, after, notebook, find):
    found = find("bn-q2", notebook(SIZE, f"## Answer:\n{answer}", CODE, after))
    assert found.text == ("" if "FILL" in answer else answer)
    assert found.notes == ()


def test_pictures_in_html(notebook, find):
    picture = '<img src="attachment:a.png" style="width:300px;height:200px">'
    found = find("bn-q2", notebook(f"{SIZE}## Answer:\n{TEXT}\n{picture}\nAnd so on.", NEXT))
    assert found.text.split() == f"{TEXT} And so on.".split()
    assert "a picture belongs to the answer" in found.notes
    assert find("bn-q2", notebook(f"{SIZE}## Answer:\n{picture}")).status is Status.TOO_SHORT


def test_a_note_of_obsidian(find):
    question = "> Inline Question 2:\n> Describe it. Why is this relationship observed?\n\n"
    note = f"---\ntags: [course]\n---\n# Normalization\n\n![[Pasted image 1.png]]\n\n{question}![[Pasted image 2.png]]\n"
    found = find("bn-q2", f"{note}{TEXT}\n\n# Dropout\n\n{TEXT}")
    assert found.text.strip() == TEXT
    assert find("bn-q2", f"{note}\n# Dropout\n\n{TEXT}").text.strip() == ""


def test_a_long_export(find):
    log = "".join(f"    (Iteration {number} / 9000) loss: 2.3\n" for number in range(9000))
    assert find("bn-q2", f"# Notes\n\n{log}\n{SIZE}## Answer:\n{TEXT}\n").text == TEXT


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Answer - yes", "yes"), ("**Ans.** yes", "yes"), ("Antwort: ja", "ja"), ("**Réponse :** oui", "oui"),
        ("## Resposta:", ""), ("ответ: да", "да"), ("**答え：** はい", "はい"), ("Trả lời: có", "có"),
    ],
)  # fmt: skip
def test_markers_of_other_kinds(line, rest):
    assert marker(line) is not None
    assert marker(line).rest == rest


@pytest.mark.parametrize(
    "line",
    [
        "Answer-based methods",
        "answering it is hard",
        "Ans they say",
        "The answer - I think - is no",
        "Resposta e outra",
    ],
)
def test_lines_that_are_no_markers(line):
    assert marker(line) is None


def test_headings_of_questions():
    for line in ("Question 4", "Question: [3]", "Inline Question 4:", "问题 4", "问题三 3:", "질문 2"):
        assert question_heading(line), line
    for line in ("Question 2 asks for more", "In question 2", "questions", "My question 3"):
        assert not question_heading(line), line
