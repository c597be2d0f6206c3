"""``grader check``: what a student runs on their own work."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from grader.classroom.hand_ins import hand_ins
from grader.cli._shared import assignment_of, assignment_option, console, edition_option, exit_code
from grader.pipeline import Options, with_grader
from grader.report import terminal
from grader.report.redact import for_student
from grader.worker import Level

SEED = "public"
"""The public checks are no secret, and the same work should meet the same inputs each time."""


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@edition_option
@assignment_option
@click.pass_context
def command(ctx: click.Context, path: Path, edition: str | None, assignment: str) -> None:
    """Check your own work.

    The public checks run on the work at PATH (this folder, if none is given), in a process of its own, as
    when it is graded. Exit code 1 if a check failed.
    """
    settled = assignment_of(assignment, edition)
    (hand_in,) = hand_ins([path])
    options = Options(seed=SEED, edition=edition, public_only=True, written=False)
    report = with_grader(settled, options, lambda grader: grader.grade(hand_in.path))
    screen = console()
    screen.print(terminal.check(for_student(report)))
    level = Level(report.confinement.level)
    if level > Level.B:
        screen.print()
        screen.print(Text(f"Note: {level.meaning}. Check only code that you trust.", "yellow"))
    ctx.exit(exit_code(report))
