# ruff: noqa: E501 - a cell of a notebook is easier to read on one line
"""Every layout of question and answer that was seen in hand-ins, with texts of our own."""

import pytest

from grader.rubric.find.answers import Status

ADAM = "would Adam have the same issue?"
SIZE = "Why is this relationship observed?"
KEEP = "What happens if the division is left out, and why?"
STEPS = """Which one is the counterpart of batch normalization, and which one of layer normalization?

1. Rescale every image such that within each row of its pixels the values of all RGB channels add up to 1.
2. Rescale every image such that over all of its pixels the values of all RGB channels add up to 1.
3. Subtract from every image of the data set the mean image of the data set.
4. Replace every RGB value by 0 or 1, depending on whether it lies below or above a given threshold.
"""
TEXT = "Small batches give noisy statistics."
CODE = ("code", "solver.train()")
NEXT = "# Layer Normalization\nText of the hand-out."

SAME_CELL = [
    ("heading", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n{TEXT}"),
    ("another number", f"## Inline Question 7:\n{SIZE}\n\n## Answer:\n{TEXT}"),
    ("trailing space and placeholder above", f"## Inline Question 2: \n{SIZE}\n\n## Answer: \n[FILL THIS IN]\n{TEXT}"),
    ("placeholder below", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n{TEXT}\n\n[FILL THIS IN]"),
    ("text on the marker's line", f"## Inline Question 2:\n{SIZE}\n\n## Answer: {TEXT}"),
    ("bold marker", f"**Inline Question 2:** {SIZE}\n\n**Answer:** {TEXT}"),
    ("bold marker without colon", f"**Inline Question 2**\n{SIZE}\n\n**Answer** {TEXT}"),
    ("plain marker", f"Inline Question 2:\n{SIZE}\n\nAnswer: {TEXT}"),
    ("plain marker alone", f"Inline Question 2:\n{SIZE}\n\nAnswer\n\n{TEXT}"),
    ("mistyped heading", f"**nline Question 2:**\n{SIZE}\n\n## Answer:\n{TEXT}"),
    ("heading with words", f"### Inline Question 2(Batch size):\n{SIZE}\n\n### Answer:\n{TEXT}"),
    ("colour", f"## Inline Question 2:\n{SIZE}\n\n$\\color{{blue}}{{\\textit Your Answer:}}$ {TEXT}"),
    ("colour, two spaces", f"#### Inline Question 2 in B.ipynb\n> {SIZE}\n\n$\\color{{blue}}{{\\textit  Answer:}}$\n{TEXT}"),
    ("HTML colour", f"## Inline Question 2:\n{SIZE}\n\n<font color='blue'>Answer:</font> {TEXT}"),
    ("chinese marker", f"## Inline Question 2:\n{SIZE}\n\n## 回答:\n[{TEXT}]"),
    ("chinese bold marker", f"**Inline Question 2:** {SIZE}\n\n**答案：** {TEXT}"),
    ("korean marker", f"## Inline Question 2:\n{SIZE}\n\n**답:** {TEXT}"),
    ("spanish marker", f"## Pregunta 2:\n{SIZE}\n\n## Respuesta:\n{TEXT}"),
    ("brackets kept", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n[{TEXT}]"),
    ("one bracket kept", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n[{TEXT}"),
    ("full-width brackets", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n【{TEXT}】"),
    ("question in a quote", f"> ## Inline Question 2:\n> {SIZE}\n\n## Answer:\n{TEXT}"),
    ("answer in a quote", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n\n> {TEXT}"),
    ("question mistyped", f"## Inline Question 2:\nWhy is this relatonship obsreved?\n\n## Answer:\n{TEXT}"),
    ("question decorated", f"## Inline Question 2:\n*Why is **this** `relationship` observed*?\n\n## Answer:\n{TEXT}"),
    ("question in HTML", f"<b>Inline Question 2</b><br>Why is <i>this relationship</i> observed?\n\n## Answer:\n{TEXT}"),
    ("marker deleted", f"## Inline Question 2:\n{SIZE}\n\n{TEXT}"),
    ("marker deleted, next line", f"## Inline Question 2:\n{SIZE}\n{TEXT}"),
    ("placeholder's words kept", f"## Inline Question 2:\n{SIZE}\n\n## Answer:\n[FILL THIS IN: {TEXT}]"),
    ("on the question's line", f"## Inline Question 2:\n{SIZE} {TEXT}\n\n## Answer:\n"),
    ("marker on the question's line", f"**Inline Question 2:** {SIZE} **Answer:** {TEXT}"),
    ("table", f"| {SIZE} | {TEXT} |"),
    ("nested list", f"- Inline Question 2: {SIZE}\n  - {TEXT}"),
    ("translation below", f"## Inline Question 2:\n{SIZE}\n\n为什么会观察到这种关系？\n\n## Answer:\n{TEXT}"),
    ("translation above", f"## Inline Question 2:\n为什么会观察到这种关系？\n\n{SIZE}\n\n## Answer:\n{TEXT}"),
    ("translation instead", f"## 问题 2:\n为什么会观察到这种关系？\n\n## 回答:\n{TEXT}"),
    ("carriage returns", f"## Inline Question 2:\r\n{SIZE}\r\n\r\n## Answer:\r\n{TEXT}"),
    ("picture in the question", f"## Inline Question 2:\n{SIZE}\n\n![plot](a.png)\n\n## Answer:\n{TEXT}"),
]  # fmt: skip


@pytest.mark.parametrize("source", [text for _, text in SAME_CELL], ids=[name for name, _ in SAME_CELL])
def test_an_answer_in_the_cell_of_its_question(source, notebook, find):
    found = find("bn-q2", notebook(CODE, source, NEXT, CODE))
    assert found.text.removeprefix("> ").removeprefix("- ") == TEXT
    assert (found.status, found.cell, found.file) == (Status.FOUND, 1, "Work.ipynb")


@pytest.mark.parametrize("source", [text for _, text in SAME_CELL], ids=[name for name, _ in SAME_CELL])
def test_the_same_layouts_in_a_markdown_file(source, find):
    found = find(
        "bn-q2",
        f"# Notes\n\nIntroduction.\n\n{source}\n\n# Layer Normalization\n\nBatch normalization has proved.",
    )
    assert found.text.removeprefix("> ").removeprefix("- ") == TEXT
    assert (found.status, found.cell, found.file) == (Status.FOUND, None, "notes.md")


def test_a_quoted_question_in_two_parts_and_no_marker(find):
    text = f"> Inline Question 1:\n> {KEEP[:42]}\n```\nout / p\n```\n> {KEEP[42:]}\n\n{TEXT}\n\n> Inline Question 2:\n> {SIZE}\n\nNoise."
    assert find("do-q1", text).text == TEXT
    assert find("bn-q2", text).text == "Noise."


def test_code_within_an_answer_in_a_file(find):
    answer = f"{TEXT}\n\n```\nx = 1\n```\n\nAnd so on."
    assert find("bn-q2", f"{SIZE}\n\n## Answer:\n{answer}\n\n# Other\n").text == answer


def test_the_next_cell(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", f"## Answer:\n{TEXT}", NEXT))
    assert (found.text, found.status, found.cell) == (TEXT, Status.FOUND, 1)


def test_a_further_cell_after_an_empty_marker(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", "## Answer:", TEXT, NEXT))
    assert (found.text, found.status, found.cell) == (TEXT, Status.MOVED, 2)


def test_a_next_cell_without_a_marker(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", TEXT, NEXT))
    assert (found.text, found.cell) == (TEXT, 1)
    assert "no marker before the answer" in found.notes


def test_a_raw_cell(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", ("raw", f"Answer: {TEXT}")))
    assert (found.text, found.cell) == (TEXT, 1)


def test_a_code_cell_of_comments(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", ("code", f"# Answer:\n# {TEXT}\n")))
    assert (found.text, found.cell) == (TEXT, 1)


def test_code_between_question_and_answer(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}", CODE, f"## Answer:\n{TEXT}"))
    assert (found.text, found.status, found.cell) == (TEXT, Status.MOVED, 2)


def test_above_the_marker(notebook, find):
    found = find("bn-q2", notebook(f"## Inline Question 2:\n{SIZE}\n\n{TEXT}\n\n## Answer:\n[FILL THIS IN]"))
    assert (found.text, found.status) == (TEXT, Status.MOVED)


def test_within_the_list_of_options(notebook, find):
    source = STEPS.replace("add up to 1.\n3.", "add up to 1.  layer\n3.")
    source = source.replace("image of the data set.\n4", "image of the data set. -> batch norm\n4")
    found = find("bn-q3", notebook(f"## Inline Question 3:\n{source}\n\n## Answer:\n[FILL THIS IN]"))
    assert found.status is Status.MOVED
    assert found.text.split("\n") == ["2. layer", "3. batch norm"]


def test_a_ticked_option(notebook, find):
    source = STEPS.replace("3. Subtract", "3. ✓ Subtract")
    found = find("bn-q3", notebook(f"## Inline Question 3:\n{source}\n## Answer:\n"))
    assert found.text.startswith("3. ✓")
    assert "Rescale" not in found.text


@pytest.mark.parametrize("answer", ["[2]", "2 3", "2", "(2), because of few features"])
def test_very_short_choices(answer, notebook, find):
    found = find(
        "bn-q4",
        notebook(
            f"## Inline Question 4:\nWhen is layer normalization likely to not work well?\n\n## Answer:\n{answer}"
        ),
    )
    assert (found.text, found.status) == (answer.strip("[]"), Status.FOUND)


@pytest.mark.parametrize("answer", ["减小p", "p 증가", "ja!", "up"])
def test_very_short_sentences(answer, notebook, find):
    found = find(
        "do-q3",
        notebook(
            f"How should we modify p, if at all, if we decide to decrease the size of the hidden layers\n\n## Answer:\n{answer}"
        ),
    )
    assert found.text == answer
    assert found.status is (Status.TOO_SHORT if answer.isascii() else Status.FOUND)


def test_a_choice_that_repeats_its_option_is_kept(notebook, find):
    options = "1. Using it in a very deep network\n2. Having a very small dimension of features\n3. Having a high regularization term"
    source = f"When is layer normalization likely to not work well?\n{options}\n\n## Answer:\n2. Having a very small dimension of features"
    assert find("bn-q4", notebook(source)).text == "2. Having a very small dimension of features"


OWN_HEADINGS = "### Definitions first:\n\n- **Batch**: over examples\n\n## Result\n3 it is.\n\n### Explanation\nBy the mean image."


def test_headings_of_the_answer_do_not_end_it(notebook, find):
    found = find("bn-q3", notebook(f"## Inline Question 3:\n{STEPS}\n## Answer:\n{OWN_HEADINGS}", NEXT))
    assert found.text == OWN_HEADINGS


def test_lower_headings_do_not_end_it_in_a_file(find):
    answer = OWN_HEADINGS.replace("## Result", "### Result").replace("####", "###")
    assert (
        find(
            "bn-q3", f"## Inline Question 3:\n{STEPS}\n## Answer:\n{answer}\n\n## My next chapter\n\nOther."
        ).text
        == answer
    )


@pytest.mark.parametrize(
    "first", ["Answer 2 is analogous to layer norm.", "_Answers down below. See also: this page._"]
)
def test_text_that_begins_like_a_marker(first, notebook, find):
    found = find(
        "bn-q3", notebook(f"## Inline Question 3:\n{STEPS}\n## Answer:\n\n{first}\nAnd 3 to batch norm.")
    )
    assert found.text == f"{first}\nAnd 3 to batch norm."


def test_the_number_of_a_list_is_no_part_of_the_marker(notebook, find):
    found = find("do-q1", notebook(KEEP, "# Answer\n1. The scale differs.\n2. Predictions are off."))
    assert found.text == "1. The scale differs.\n2. Predictions are off."


def test_answer_and_explanation_are_one(notebook, find):
    source = (
        f"**Inline Question 1**\n{STEPS}\n$\\color{{blue}}{{\\textit Your Answer:}}$ *Fill this in* 3 and 2\n\n"
        "$\\color{blue}{\\textit Your Explanation:}$ *Fill this in*\nOne runs over examples."
    )
    found = find("bn-q3", notebook(source))
    assert found.text.split() == ["3", "and", "2", "One", "runs", "over", "examples."]


def test_a_question_that_stands_twice(find):
    text = f"**Inline Question 2**\n{SIZE}\n\n$\\color{{blue}}{{\\textit Your Answer:}}$ *Fill this in*\n\n---\n\n**Inline Question 2**\n{SIZE}\n\n$\\color{{blue}}{{\\textit Your Answer:}}$ {TEXT}"
    assert find("bn-q2", text).text == TEXT


def test_a_question_quoted_in_its_answer(notebook, find):
    source = f"## Inline Question 3:\nWhat in the rule makes the updates so small, and {ADAM}\n\n## Answer:\nThe cache grows.\n\nWould Adam have the same issue? No, it forgets."
    found = find("fc-q3", notebook(source))
    assert found.text == "The cache grows.\n\nWould Adam have the same issue? No, it forgets."


def test_a_question_quoted_in_a_cell_of_its_own(notebook, find):
    answer = "## Answer:\nThe cache grows.\n\nWould Adam have the same issue? No, it forgets."
    question = f"## Inline Question 3:\nWhat in the rule makes the updates so small, and {ADAM}"
    assert find("fc-q3", notebook(question, answer)).text == answer.removeprefix("## Answer:\n")


def test_code_and_formulas_belong_to_the_question(notebook, find):
    question = f"AdaGrad, like Adam, is a per-parameter optimization method.\n\n```\ncache += dw**2\n```\n\nNow {ADAM}"
    found = find(
        "fc-q3",
        notebook(
            f"## Inline Question 2:\n\n{question}\n\n## Answer: \nThe cache grows: $c = \\sum g^2$.\n```\ncache = b * cache\n```\n"
        ),
    )
    assert found.text == "The cache grows: $c = \\sum g^2$.\n```\ncache = b * cache\n```"


def test_a_picture_is_reported(notebook, find):
    only = find("bn-q2", notebook(f"{SIZE}\n\n## Answer:\n![image](attachment:image.png)"))
    assert (only.status, only.text, only.notes) == (
        Status.TOO_SHORT,
        "",
        ("a picture belongs to the answer",),
    )
    both = find("bn-q2", notebook(f"{SIZE}\n\n## Answer:\n{TEXT}\n![[Pasted image 1.png]]"))
    assert (both.status, both.text) == (Status.FOUND, TEXT)


def test_line_breaks_of_html(notebook, find):
    assert (
        find("bn-q2", notebook(f"{SIZE}\n\n## Answer:\nNoise<br>rules, if a<b and c>d.")).text
        == "Noise\nrules, if a<b and c>d."
    )


def test_cells_that_name_their_question(notebook, find):
    question = {
        "source": "Eine Frage in einer anderen Sprache",
        "id": "bn-q2-question",
        "tags": ("inline-question", "bn-q2"),
    }
    answer = {"source": f"## Answer:\n\n{TEXT}", "id": "bn-q2-answer", "tags": ("inline-answer", "bn-q2")}
    assert find("bn-q2", notebook(question, answer)).text == TEXT


def test_old_templates_without_numbers(notebook, answered):
    document = notebook(
        "# Inline question: \nDid you notice anything about the comparative difficulty of training the three-layer net?\n\n# Answer:\nFive is harder.",
        CODE,
        "# Question:\nDescribe it, and try to give a reason why the experiment gave the results that it did.",
        "# Answer:\nIt is robust.",
        CODE,
        "# Question\nExplain what you see in this experiment. What does it suggest about dropout?",
        "# Answer\nIt regularizes.",
    )  # fmt: skip
    assert answered(document) == {
        "fc-q2": "Five is harder.",
        "bn-q1": "It is robust.",
        "do-q2": "It regularizes.",
    }
