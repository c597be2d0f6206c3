"""Notebooks and documents for the tests of finding answers. All texts are our own."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.resources import assignment_folder
from grader.rubric.find.answers import Finder, FoundAnswer
from grader.rubric.find.documents import Document, from_notebook, from_text
from grader.rubric.find.wording import Wording, load_wording
from grader.submission.contents import Cell, Notebook


@pytest.fixture(scope="session")
def wording() -> Wording:
    return load_wording(assignment_folder("cs231n_a2") / "recognise.toml")


def _cell(number: int, given: Any) -> Cell:
    """A cell from its text (Markdown), or from a pair of its type and text, or from all fields."""
    fields: dict[str, Any] = {"type": "markdown", "id": "", "tags": (), "outputs": ()}
    if isinstance(given, str):
        fields["source"] = given
    elif isinstance(given, tuple):
        fields["type"], fields["source"] = given
    else:
        fields |= given
    return Cell(number=number, **fields)


@pytest.fixture
def notebook() -> Callable[..., Document]:
    def build(*cells: Any, path: str = "Work.ipynb") -> Document:
        read = tuple(_cell(number, given) for number, given in enumerate(cells))
        return from_notebook(path, Notebook(error=None, cells=read, definitions={}, imports=(), files={}))

    return build


@pytest.fixture
def find(wording: Wording) -> Callable[..., FoundAnswer]:
    """The answer to one question, in documents or in the text of a Markdown file."""

    def found(question: str, *documents: Document | str) -> FoundAnswer:
        read = [from_text("notes.md", item) if isinstance(item, str) else item for item in documents]
        return next(item for item in Finder(wording).find(read) if item.question == question)

    return found


@pytest.fixture
def answered(wording: Wording) -> Callable[..., dict[str, str]]:
    """All answers in some documents, by question."""

    def found(*documents: Document) -> dict[str, str]:
        return {item.question: item.text for item in Finder(wording).find(documents) if item.status.answered}

    return found
