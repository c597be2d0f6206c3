# ruff: noqa: E501 - a cell of a notebook is easier to read on one line
"""What is no answer is not taken for one."""

import msgspec
import pytest

from grader.resources import template_folder
from grader.rubric.find.answers import Finder, Status
from grader.rubric.find.documents import from_notebook
from grader.submission.contents import Notebook
from grader.submission.inspection import inspect_notebook

SIZE = "## Inline Question 2:\nWhy is this relationship observed?\n\n"
OPTIONS = "1. Using it in a very deep network\n2. Having a very small dimension of features\n3. Having a high regularization term\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("## Answer:\n", Status.BLANK),
        ("## Answer: :\n\n\n", Status.BLANK),
        ("", Status.BLANK),
        ("## Answer:\n[FILL THIS IN]\n", Status.PLACEHOLDER),
        ("$\\color{blue}{\\textit Your Answer:}$ *Fill this in*", Status.PLACEHOLDER),
        ("## 回答:\n[FILL THIS IN]", Status.PLACEHOLDER),
        ("## Answer:\n\n[Write your answer here]", Status.PLACEHOLDER),
        ("## Answer:\n-", Status.TOO_SHORT),
        ("## Answer:\n?", Status.TOO_SHORT),
        ("## Answer:\nx", Status.TOO_SHORT),
        ("为什么会观察到这种关系？\n\n## Answer:\n", Status.BLANK),
        ("Could you explain it with a plot?\n\n## Answer:\n[FILL THIS IN]", Status.PLACEHOLDER),
        ("## Answer:\n<!-- noisy statistics -->", Status.BLANK),
    ],
)
def test_no_answer_in_its_place(rest, status, notebook, find):
    after = "# Layer Normalization\nBatch normalization has proved to be effective."
    found = find(
        "bn-q2",
        notebook(("code", "pass"), SIZE + rest, after, ("code", "pass"), "## Answer:\nto another question"),
    )
    assert found.status is status
    assert found.cell == 1


def test_the_options_alone_are_no_answer(notebook, find):
    question = f"When is layer normalization likely to not work well, and why?\n\n{OPTIONS}"
    assert find("bn-q4", notebook(f"{question}\n## Answer:\n")).status is Status.BLANK
    assert find("bn-q4", notebook(f"{question}\n## Answer:\n{OPTIONS}")).status is Status.UNCHANGED
    assert find("bn-q4", notebook(question)).text == ""
    line = question.replace("\n", " ")
    assert find("bn-q4", notebook(f"## Inline Question 4:\n{line}\n\n## Answer:\n")).text == ""


def test_a_question_that_is_not_there(notebook, find):
    other = "## Inline Question 1:\nWhy does the loss of a random classifier start near log(10)?\n\n## Answer:\nTen classes."
    assert find("bn-q2", notebook(other)).status is Status.ABSENT
    assert find("fc-q1", notebook("**Answer:**\nA net of three layers.")).status is Status.ABSENT


def test_a_question_of_another_sheet_ends_an_answer(find):
    text = f"{SIZE}## Answer:\nNoise.\n\n## Inline Question 9:\nHow many layers has your net?\n\n## Answer:\nNine."
    assert find("bn-q2", text).text == "Noise."


def test_handed_out_text_after_an_answer_is_no_part_of_it(find):
    text = "5.1 Inline Question 2:\n\nWhy is this relationship observed?\n\n5.2 Answer:\n\nNoise.\n\n"
    section = "Layer Normalization\n\nBatch normalization has proved to be effective."
    assert find("bn-q2", text + section).text == "Noise."
    assert find("bn-q2", text + "6 Train a good model!\n\nMore.").text == "Noise."
    assert find("bn-q2", text + "5 Batch Norm - Inline Q2 1 / 2\n\n- 0 pts Correct").text == "Noise."
    assert find("bn-q2", text + "- ✓ - 1 pts no justification").text == "Noise."


def test_the_hand_out_itself_answers_nothing(wording):
    folder = template_folder("cs231n_a2")
    documents = []
    for path in sorted(folder.glob("*.ipynb")):
        read = inspect_notebook(path.read_bytes())
        documents.append(from_notebook(path.name, _record(read)))
    found = Finder(wording).find(documents)
    assert {item.status for item in found} == {Status.PLACEHOLDER}
    assert [item.question for item in found] == [item.id for item in wording.questions]


def test_the_hand_out_without_its_tags_is_recognised_by_its_words(wording):
    folder = template_folder("cs231n_a2")
    documents = []
    for path in sorted(folder.glob("*.ipynb")):
        read = inspect_notebook(path.read_bytes())
        for cell in read["cells"]:
            cell |= {"id": "", "tags": []}
            if cell["type"] == "markdown":
                cell["source"] = cell["source"].replace("[Write your answer here]", "An answer of mine.")
        documents.append(from_notebook(path.name, _record(read)))
    found = Finder(wording).find(documents)
    assert {(item.status, item.text) for item in found} == {(Status.FOUND, "An answer of mine.")}


def _record(read):
    return msgspec.convert(read, Notebook)
