"""``grader ci``: the score sheet in the log of a CI run."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grader.classroom.hand_ins import hand_ins
from grader.cli._shared import (
    assignment_of,
    assignment_option,
    confinement_options,
    edition_option,
    exit_code,
    required_level,
    speed_option,
    speed_wanted,
)
from grader.errors import UsageError
from grader.pipeline import Options, with_grader
from grader.report.github import classroom_result, notices, step_summary
from grader.report.gradescope import results_json
from grader.report.junit import junit_xml
from grader.report.redact import StudentReport, for_student
from grader.report.sheet import score_sheet

_file = click.Path(path_type=Path, dir_okay=False)


@click.command("ci")
@click.argument("path", type=click.Path(path_type=Path))
@edition_option
@assignment_option
@click.option("--seed", metavar="S", help="The secret of the inputs. [default: a new one]")
@click.option("--junit", type=_file, metavar="FILE", help="Write JUnit XML to FILE.")
@click.option("--gradescope", type=_file, metavar="FILE", help="Write Gradescope's results.json to FILE.")
@speed_option
@confinement_options
@click.pass_context
def command(
    ctx: click.Context,
    path: Path,
    edition: str | None,
    assignment: str,
    seed: str | None,
    junit: Path | None,
    gradescope: Path | None,
    speed: bool | None,
    require: str | None,
    unsafe: bool,
) -> None:
    """Print the score sheet of a hand-in.

    It is made for logs: no colour, no questions. On GitHub it also writes the step's summary, its output
    "result" for GitHub Classroom, and the notices with the points. Exit code 1 if a check failed that
    counts.
    """
    settled = assignment_of(assignment, edition)
    (hand_in,) = hand_ins([path])
    for file in (junit, gradescope):
        _require_folder(file)
    options = Options(
        seed=seed or Options.fresh_seed(),
        edition=edition,
        require=required_level(require, unsafe),
        speed=speed_wanted(settled, speed),
    )
    report = with_grader(settled, options, lambda grader: grader.grade(hand_in.path))
    student = for_student(report)
    # Bytes, because a log may be in any encoding, and the sheet has to get through.
    click.echo(score_sheet(student).encode("utf-8", "backslashreplace"), nl=False)
    if junit is not None:
        _write(junit, junit_xml(student))
    if gradescope is not None:
        _write(gradescope, results_json(student))
    _tell_github(student)
    ctx.exit(exit_code(report))


def _tell_github(report: StudentReport) -> None:
    """What GitHub's runner reads; it says by variables where it wants it."""
    summary, output = os.environ.get("GITHUB_STEP_SUMMARY"), os.environ.get("GITHUB_OUTPUT")
    if summary:
        _append(Path(summary), step_summary(report))
    if output:
        _append(Path(output), f"result={classroom_result(report)}\n")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        click.echo(notices(report), nl=False)


def _require_folder(file: Path | None) -> None:
    """Find a wrong path before a minute of grading, not after it."""
    if file is not None and not file.absolute().parent.is_dir():
        raise UsageError(f"{file}: there is no folder {file.parent} to write to")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error


def _append(file: Path, text: str) -> None:
    try:
        with file.open("ab") as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
