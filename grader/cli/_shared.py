"""What several commands have in common: options, the terminal, and the verdict as an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console

from grader.assignment import Assignment, load_assignment
from grader.errors import ExitCode, UsageError
from grader.model import Outcome, Report
from grader.resources import assignment_folder
from grader.worker import Level

Command = Callable[..., Any]

edition_option = click.option("--edition", metavar="E", help="Instead of finding out which year it is.")
assignment_option = click.option(
    "--assignment", default="cs231n_a2", show_default=True, metavar="A", help="Its name, or its folder."
)


def confinement_options(command: Command) -> Command:
    """``--require`` and ``--unsafe``, for commands that grade the code of others."""
    unsafe = click.option(
        "--unsafe", is_flag=True, help="Run submissions even where nothing confines them: --require D."
    )
    require = click.option(
        "--require",
        type=click.Choice([level.value for level in Level]),
        help="The weakest confinement to accept. [default: B]",
    )
    return require(unsafe(command))


speed_option = click.option(
    "--speed/--no-speed",
    default=None,
    help="Time the fast functions, too: points of their own. [default: as assignment.toml says]",
)


def speed_wanted(assignment: Assignment, speed: bool | None) -> bool:
    """Whether the fast functions are to be timed.

    Raises
    ------
    UsageError
        If the assignment has no speed check.
    """
    if assignment.speed is None:
        if speed:
            raise UsageError(f"--speed: {assignment.id} has no [speed] in its assignment.toml")
        return False
    return assignment.speed.enabled if speed is None else speed


def required_level(require: str | None, unsafe: bool) -> Level:
    """The level that was asked for.

    Raises
    ------
    UsageError
        If both options say something.
    """
    if unsafe and require is not None:
        raise UsageError("--unsafe means --require D; give one of the two")
    return Level.D if unsafe else Level(require or "B")


def assignment_of(name: str, edition: str | None) -> Assignment:
    """The assignment, if it has such an edition.

    Raises
    ------
    UsageError
    """
    assignment = load_assignment(assignment_folder(name))
    if edition is not None and edition not in assignment.editions:
        raise UsageError(f"{edition}: no such edition; known: {', '.join(assignment.editions)}")
    return assignment


def console(*, stderr: bool = False, file_width: int | None = None) -> Console:
    """A console that shows other people's names whatever the terminal can encode.

    Parameters
    ----------
    stderr : bool
    file_width : int, optional
        Columns for what goes to a file or a pipe, which can take more than the usual 80.
    """
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    width = None if stream.isatty() or "COLUMNS" in os.environ else file_width
    return Console(stderr=stderr, highlight=False, width=width)


def exit_code(report: Report) -> ExitCode:
    """What a report comes to: 3 if the grader could not judge a check, 1 if a check failed.

    Checks of sections that are reported apart change no points and no exit code, and neither does what
    could not be measured.
    """
    counted = {section.id for section in report.sections if section.counted}
    outcomes = {check.outcome for check in report.checks if check.section in counted}
    outcomes |= {record.outcome for record in report.speed if record.measurable}
    if Outcome.GRADER_FAULT in outcomes:
        return ExitCode.GRADER_FAULT
    settled = {Outcome.PASS, Outcome.NEEDS_REVIEW}
    return ExitCode.DONE if outcomes <= settled else ExitCode.CHECK_FAILED
