"""A class to grade, without anybody's code being run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.classroom.hand_ins import HandIn, hand_ins
from grader.classroom.judge import Settings
from grader.classroom.results import Results
from grader.pipeline import Options
from grader.resources import assignment_folder


@pytest.fixture
def settings() -> Settings:
    return Settings(assignment_folder("cs231n_a2"), Options(seed="a run"), key="key")


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "grades", assignment="cs231n_a2", seed="a run", fresh_seed=str)


@pytest.fixture
def students(tmp_path: Path) -> Callable[..., tuple[HandIn, ...]]:
    """Hand-ins under the names given; what is in them does not matter here."""

    def make(*names: str) -> tuple[HandIn, ...]:
        folder = tmp_path / "class"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text(name)
        return hand_ins(folder / name for name in names)

    return make
