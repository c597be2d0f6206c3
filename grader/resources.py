"""Where the data folders are: suites, rubrics and templates.

In the repository they stand at the top, where people look for them. In an installed wheel they travel
as ``grader/_data`` (``setup.py`` puts them there). Nothing else may know which of the two is the case.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from grader.errors import GraderFault, UsageError

_PACKAGE = Path(__file__).parent


class Data(Enum):
    """The data folders. The value is (place in a checkout, place under ``grader/_data``)."""

    RUBRICS = ("rubrics", "rubrics")
    TEMPLATES = ("student_template", "student_template")
    SUITES = ("tests/suites", "suites")


def checkout() -> Path | None:
    """The repository that this package is run from, or None if it is installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and not (_PACKAGE / "_data").is_dir() else None


def data_folder(data: Data) -> Path:
    """The folder of one kind of data.

    Raises
    ------
    GraderFault
        If it is not there.
    """
    in_checkout, in_wheel = data.value
    root = checkout()
    folder = _PACKAGE / "_data" / in_wheel if root is None else root / in_checkout
    if not folder.is_dir():
        raise GraderFault(f"{folder}: this folder of the grader is missing; install backprop-grader again")
    return folder


def assignments() -> tuple[str, ...]:
    """The names of the assignments that come with the grader."""
    settings = data_folder(Data.RUBRICS).glob("*/assignment.toml")
    return tuple(sorted(file.parent.name for file in settings))


def assignment_folder(assignment: str) -> Path:
    """The folder with the settings, rubric and question files of an assignment.

    Parameters
    ----------
    assignment : str
        Its name, or the path of an instructor's own folder with an ``assignment.toml``.

    Raises
    ------
    UsageError
        If there is no such assignment.
    """
    if assignment in assignments():
        return data_folder(Data.RUBRICS) / assignment
    if (Path(assignment) / "assignment.toml").is_file():
        return Path(assignment).resolve()
    known = ", ".join(assignments()) or "none"
    raise UsageError(
        f"{assignment}: no such assignment; known: {known}, or give a folder with an assignment.toml"
    )


def template_folder(assignment: str) -> Path:
    """Where the generated hand-out of an assignment belongs (it may not be there yet).

    Raises
    ------
    UsageError
        If there is no such assignment.
    """
    if assignment in assignments():
        return data_folder(Data.TEMPLATES) / assignment
    return assignment_folder(assignment) / "template"
