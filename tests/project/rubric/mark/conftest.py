"""The assignment's own questions and the engine for them."""

from pathlib import Path

import pytest

from grader.rubric.engine import Engine
from grader.rubric.load import load_questions

FOLDER = Path(__file__).parents[4] / "rubrics" / "cs231n_a2"


@pytest.fixture(scope="session")
def rubric_folder():
    return FOLDER


@pytest.fixture(scope="session")
def engine():
    return Engine(load_questions(FOLDER))
