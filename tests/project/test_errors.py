"""Errors carry an exit code, and an assignment's errors carry their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import errors
from grader.errors import (
    AssignmentError,
    ExitCode,
    GraderError,
    GraderFault,
    UnreadableSubmission,
    UsageError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (GraderError, 3),
        (UsageError, 2),
        (GraderFault, 3),
        (AssignmentError, 3),
        (UnreadableSubmission, 4),
    ],
)
def test_every_error_has_the_exit_code_of_the_design(kind: type[GraderError], code: int) -> None:
    assert kind("message").exit_code == code
    assert isinstance(kind("message").exit_code, ExitCode)
    assert str(kind("message")) == "message"


def test_the_tree_in_the_docstring_names_every_error() -> None:
    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, GraderError)
    }
    assert all(name in (errors.__doc__ or "") for name in kinds)
    assert len(kinds) == 5


def test_an_assignment_error_says_where_and_what_to_do() -> None:
    error = AssignmentError("got 1, wanted 2", file=Path("a/b.toml"), line=7, fix="write 2")
    assert str(error) == "a/b.toml:7: got 1, wanted 2 (write 2)"
    assert (error.problem, error.file, error.line, error.fix) == (
        "got 1, wanted 2",
        Path("a/b.toml"),
        7,
        "write 2",
    )
    assert str(AssignmentError("wrong", file="a.toml")) == "a.toml: wrong"
