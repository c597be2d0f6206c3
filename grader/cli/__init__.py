"""The command ``grader``: it parses, calls and prints; everything else is elsewhere.

A subcommand is a module of this package that names its click command ``command``. It is imported when
it is asked for, so that ``grader check`` does not wait for what only ``grader template`` needs.
"""

from __future__ import annotations

import importlib
import sys
import traceback

import click

from grader import version
from grader.errors import ExitCode, GraderError

COMMANDS = (
    *("audit", "calibrate", "check", "ci", "data", "demo", "doctor", "grade", "replay", "review", "template"),
    "tour",
)


class _Commands(click.Group):
    """Finds the subcommands, and turns a `GraderError` into one message and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"{__name__}.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - narrows the type
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except GraderError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="backprop-grader")
def cli() -> None:
    """Grade the classic NumPy deep-learning assignment."""


def main() -> None:
    """Run the command line; a bug of ours keeps its traceback and is told apart by its exit code."""
    try:
        cli()
    except Exception:  # noqa: BLE001 - the boundary: whatever it is, it is the grader's fault
        traceback.print_exc()
        sys.exit(ExitCode.GRADER_FAULT)
