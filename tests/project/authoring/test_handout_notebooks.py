"""The four notebooks of the hand-out: places for answers that a grader finds again, and nothing run yet."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import nbformat
import pytest

NOTEBOOKS = [
    "FullyConnectedNets.ipynb",
    "BatchNormalization.ipynb",
    "Dropout.ipynb",
    "ConvolutionalNetworks.ipynb",
]
QUESTIONS = {
    "FullyConnectedNets.ipynb": ["fc-q1", "fc-q2", "fc-q3"],
    "BatchNormalization.ipynb": ["bn-q1", "bn-q2", "bn-q3", "bn-q4"],
    "Dropout.ipynb": ["do-q1", "do-q2", "do-q3"],
    "ConvolutionalNetworks.ipynb": [],
}


def cells(files: dict[str, str], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files[name])["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("variant", ["stubs", "solved"])
def test_the_notebook_is_valid_and_not_run(name: str, variant: str, request: pytest.FixtureRequest) -> None:
    made = json.loads(request.getfixturevalue(variant)[name])
    nbformat.validate(made)
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_has_an_id_of_its_own_that_the_script_gives(
    name: str, stubs: dict[str, str], solved: dict[str, str]
) -> None:
    ids = [cell["id"] for cell in cells(stubs, name)]
    assert len(set(ids)) == len(ids)
    assert not [each for each in ids if re.search(r"-[0-9a-f]{8}(-\d+)?$", each)]
    assert ids == [cell["id"] for cell in cells(solved, name)]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_question_is_followed_by_the_place_for_its_answer(name: str, stubs: dict[str, str]) -> None:
    made = cells(stubs, name)
    answers = [
        number for number, cell in enumerate(made) if "inline-answer" in cell["metadata"].get("tags", [])
    ]
    assert [made[number]["id"] for number in answers] == [f"{each}-answer" for each in QUESTIONS[name]]
    for question, number in zip(QUESTIONS[name], answers, strict=True):
        above, answer = made[number - 1], made[number]
        assert (above["id"], above["cell_type"], answer["cell_type"]) == (
            f"{question}-question",
            "markdown",
            "markdown",
        )
        assert above["metadata"]["tags"] == ["inline-question", question]
        assert answer["metadata"]["tags"] == ["inline-answer", question]
        assert source(answer) == "## Answer:\n\n[Write your answer here]"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_cells_are_python(name: str, stubs: dict[str, str], solved: dict[str, str]) -> None:
    for files in (stubs, solved):
        for cell in cells(files, name):
            if cell["cell_type"] == "code":
                ast.parse(re.sub(r"^%.*$", "", source(cell), flags=re.MULTILINE))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_notebooks_import_is_handed_out(name: str, stubs: dict[str, str]) -> None:
    for cell in cells(stubs, name):
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(re.sub(r"^%.*$", "", source(cell), flags=re.MULTILINE))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cs231n"):
                tree = ast.parse(stubs[f"{str(node.module).replace('.', '/')}.py"])
                there = {getattr(item, "name", None) for item in tree.body} | {
                    target.id
                    for item in tree.body
                    if isinstance(item, ast.Assign)
                    for target in item.targets
                    if isinstance(target, ast.Name)
                }
                assert {item.name for item in node.names} <= there, node.module
