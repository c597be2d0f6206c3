"""The errors that the grader raises on purpose, and the exit code that each ends a command with.

::

    GraderError                  anything below; a command prints its message and nothing else
    ├── UsageError               2: the command cannot do what it was asked for
    ├── GraderFault              3: the grader is at fault, or its installation; never a zero
    │   └── AssignmentError      3: an assignment's own files are wrong; its author has to act
    └── UnreadableSubmission     4: the hand-in cannot be read, so it cannot be judged

Any other exception that leaves a command is a bug of the grader: it keeps its traceback and ends
with the code of `GraderFault`.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command says to the shell."""

    DONE = 0
    CHECK_FAILED = 1
    """Something that was checked is not as it should be: a submission's check, or a template's file."""
    USAGE = 2
    GRADER_FAULT = 3
    UNREADABLE_SUBMISSION = 4


class GraderError(Exception):
    """Base of all errors whose message is meant for the person at the terminal."""

    exit_code: ClassVar[ExitCode] = ExitCode.GRADER_FAULT


class UsageError(GraderError):
    """The command cannot do what it was asked for; the message says what can be asked instead."""

    exit_code = ExitCode.USAGE


class GraderFault(GraderError):
    """The grader or its installation is at fault: nothing can be said about any submission."""

    exit_code = ExitCode.GRADER_FAULT


class AssignmentError(GraderFault):
    """A file of the assignment (settings, suite, rubric, solution markers) is wrong.

    Parameters
    ----------
    problem : str
        What was got and what was wanted.
    file : Path or str, optional
        Where to look.
    line : int, optional
        The line in ``file``, from 1.
    fix : str, optional
        What to do about it.
    """

    def __init__(
        self, problem: str, *, file: Path | str | None = None, line: int | None = None, fix: str | None = None
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.fix = fix
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(place + problem + ("" if fix is None else f" ({fix})"))


class UnreadableSubmission(GraderError):
    """The hand-in cannot be read at all: no such path, no archive, no assignment in it."""

    exit_code = ExitCode.UNREADABLE_SUBMISSION
