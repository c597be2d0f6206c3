"""``grader audit``: whether the suite can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from grader.audit import SEED, audit
from grader.audit_page import Line, lines, markdown, remarks
from grader.cli._shared import assignment_of, assignment_option, console
from grader.errors import ExitCode, UsageError
from grader.resources import checkout

NAMED = 0.95
"""The part of the rejected mistakes that the diagnosis has to name."""


@click.command("audit")
@assignment_option
@click.option("--short", is_flag=True, help="Try one mistake of every function only.")
@click.option("--seed", default=SEED, show_default=True, metavar="S", help="Of the inputs and the sample.")
@click.option("--write", is_flag=True, help="Write docs/audit.md of this checkout.")
@click.pass_context
def command(ctx: click.Context, assignment: str, short: bool, seed: str, write: bool) -> None:
    """Try the suite on known mistakes.

    The reference, the template and every mistake of the catalogue are graded; the kill matrix says what
    the checks reject and the diagnosis names. Exit code 1 if the reference loses or the template earns
    points, if a mistake is not rejected or costs points in a section of another function, or if fewer than
    95 % are named.
    """
    page = _page() if write else None
    if write and short:
        raise UsageError("--write wants the whole audit; leave out --short")
    settled = assignment_of(assignment, None)
    with _progress() as listener:
        found = audit(settled, seed=seed, short=short, listener=listener)
    *by_function, total = lines(found)
    screen = console()
    screen.print(_table([*by_function, total]))
    for remark in remarks(found):
        screen.print(Text(f"- {remark}"))
    for problem in found.problems:
        screen.print(Text(f"- {problem}", "bold red"))
    screen.print(
        Text(
            f"\n{total.rejected} of {total.mistakes} known mistakes are rejected"
            f" ({_share(total.rejected, total.mistakes)}),"
            f" {total.named} named ({_share(total.named, total.mistakes)}).",
            "bold",
        )
    )
    if page is not None:
        page.write_text(markdown(found, settled.title), "utf-8")
        screen.print(f"{page}: written", markup=False, soft_wrap=True)
    if found.problems or total.named < NAMED * total.mistakes:
        ctx.exit(ExitCode.CHECK_FAILED)


def _page() -> Path:
    root = checkout()
    if root is None:
        raise UsageError("--write: there is no docs folder here, for this is no checkout of the grader")
    return root / "docs" / "audit.md"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing elsewhere."""
    screen = console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        bar = progress.add_task("mistakes", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)


def _table(rows: list[Line]) -> Table:
    table = Table(title="Known mistakes", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("function", no_wrap=True)
    for title in ("mistakes", "rejected", "cost points", "named"):
        table.add_column(title, justify="right")
    for row in rows:
        numbers = (row.mistakes, row.rejected, row.cost_points, row.named)
        style = "" if row.mistakes == row.rejected == row.named else "yellow"
        table.add_row(Text(row.function, style), *map(str, numbers))
    return table


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none to try"
