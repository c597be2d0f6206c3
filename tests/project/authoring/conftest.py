"""The hand-out of the course's assignment, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.drafts import Variant
from grader.authoring.layout import Layout, load_layout
from grader.authoring.sources import Sources
from grader.authoring.template import build_template, write_template
from grader.resources import assignment_folder

ASSIGNMENT = "cs231n_a2"


@pytest.fixture(scope="session")
def layout() -> Layout:
    return load_layout(assignment_folder(ASSIGNMENT))


@pytest.fixture(scope="session")
def sources(layout: Layout) -> Sources:
    return Sources.of_package(layout.sources)


@pytest.fixture(scope="session")
def stubs() -> dict[str, str]:
    """What students get: text by path."""
    return build_template(ASSIGNMENT)


@pytest.fixture(scope="session")
def solved() -> dict[str, str]:
    """The same with the solutions."""
    return build_template(ASSIGNMENT, Variant.SOLVED)


@pytest.fixture(scope="session")
def stub_folder(stubs: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stubs")
    write_template(stubs, folder)
    return folder


@pytest.fixture(scope="session")
def solved_folder(solved: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solved")
    write_template(solved, folder)
    return folder
