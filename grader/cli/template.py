"""``grader template``: make the hand-out of an assignment, or see whether it is up to date."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from grader.authoring.drafts import Variant
from grader.authoring.template import (
    Drift,
    build_template,
    compare_template,
    destination,
    write_template,
)
from grader.errors import ExitCode
from grader.resources import template_folder

_LINES_OF_DIFF = 20
_STYLES = {"+": "green", "-": "red", "@": "cyan"}

_assignment = click.argument("assignment", default="cs231n_a2")


@click.group("template")
def command() -> None:
    """Make the folder that students get, from the reference."""


@command.command()
@_assignment
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="A new folder to write to.")
@click.option("--solved", is_flag=True, help="With the solutions in place of the TODOs.")
def build(assignment: str, to: Path | None, solved: bool) -> None:
    """Write the hand-out of ASSIGNMENT.

    Without --to it goes where the repository keeps it, in student_template.
    """
    variant = Variant.SOLVED if solved else Variant.STUBS
    folder = destination(assignment, to, variant)
    files = build_template(assignment, variant)
    write_template(files, folder)
    click.echo(f"{folder}: {len(files)} files written")


@command.command()
@_assignment
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Compare this folder instead of the repository's student_template.",
)
@click.pass_context
def check(ctx: click.Context, assignment: str, folder: Path | None) -> None:
    """Say whether the hand-out is what would be built.

    Exit code 1 if a file of ASSIGNMENT's hand-out is changed, missing or extra.
    """
    folder = folder or template_folder(assignment)
    files = build_template(assignment)
    drifts = compare_template(files, folder)
    if not drifts:
        click.echo(f"{folder}: up to date, {len(files)} files")
        return
    console = Console(highlight=False, soft_wrap=True)
    for drift in drifts:
        _print(drift, console)
    click.echo(f"{folder}: {len(drifts)} of its files not as built; run 'grader template build'")
    ctx.exit(ExitCode.CHECK_FAILED)


def _print(drift: Drift, console: Console) -> None:
    console.print(Text(f"{drift.kind:8}{drift.path}", style="bold"))
    for line in drift.diff[:_LINES_OF_DIFF]:
        console.print(Text(f"    {line}", style=_STYLES.get(line[:1], "")))
    if len(drift.diff) > _LINES_OF_DIFF:
        console.print(f"    ... {len(drift.diff) - _LINES_OF_DIFF} more lines")
