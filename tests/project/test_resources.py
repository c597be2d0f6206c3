"""The one finder of data folders, in a checkout and in what a wheel installs."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import resources
from grader.errors import GraderFault, UsageError
from grader.resources import Data, assignment_folder, assignments, checkout, data_folder, template_folder


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages with the grader in it; the finder believes that it is there."""
    package = tmp_path / "grader"
    for folder in ("rubrics/own_a1", "student_template/own_a1", "suites"):
        (package / "_data" / folder).mkdir(parents=True)
    (package / "_data/rubrics/own_a1/assignment.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("")  # somebody else's
    monkeypatch.setattr(resources, "_PACKAGE", package)
    return package


def test_in_a_checkout_the_folders_at_the_top_are_used(root: Path) -> None:
    assert checkout() == root
    assert data_folder(Data.RUBRICS) == root / "rubrics"
    assert data_folder(Data.TEMPLATES) == root / "student_template"
    assert data_folder(Data.SUITES) == root / "tests/suites"


def test_in_an_installed_grader_its_own_data_are_used(installed: Path) -> None:
    assert checkout() is None
    assert data_folder(Data.RUBRICS) == installed / "_data/rubrics"
    assert data_folder(Data.TEMPLATES) == installed / "_data/student_template"
    assert data_folder(Data.SUITES) == installed / "_data/suites"
    assert assignments() == ("own_a1",)
    assert assignment_folder("own_a1") == installed / "_data/rubrics/own_a1"
    assert template_folder("own_a1") == installed / "_data/student_template/own_a1"


def test_a_damaged_installation_is_the_graders_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "grader")
    with pytest.raises(GraderFault, match="install backprop-grader again"):
        data_folder(Data.SUITES)


def test_the_assignment_of_the_course_is_known(root: Path) -> None:
    assert "cs231n_a2" in assignments()
    assert assignment_folder("cs231n_a2") == root / "rubrics/cs231n_a2"
    assert template_folder("cs231n_a2") == root / "student_template/cs231n_a2"


def test_an_own_assignment_is_found_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "assignment.toml").write_text("")
    assert assignment_folder(str(tmp_path)) == tmp_path
    assert template_folder(str(tmp_path)) == tmp_path / "template"


@pytest.mark.parametrize("find", [assignment_folder, template_folder])
def test_an_unknown_assignment_is_a_usage_error(find: type) -> None:
    with pytest.raises(UsageError, match=r"cs999: no such assignment; known: .*cs231n_a2"):
        find("cs999")


def test_every_kind_of_data_is_packed_into_the_wheel(root: Path) -> None:
    """`setup.py` and the finder name the same folders."""
    namespace: dict[str, object] = {}
    (line,) = [
        text for text in (root / "setup.py").read_text("utf-8").splitlines() if text.startswith("DATA = ")
    ]
    exec(line, namespace)  # noqa: S102 - a line of our own
    assert namespace["DATA"] == dict(data.value for data in Data)
