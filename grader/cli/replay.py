"""``grader replay``: one check of a report again, for the instructor."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from grader.assignment import Assignment
from grader.classroom.hand_ins import hand_ins
from grader.classroom.results import hand_in_of
from grader.cli._shared import assignment_of, console
from grader.errors import UsageError
from grader.model import CheckResult, Outcome, Report
from grader.pipeline import Options, suite_folders, with_grader
from grader.report import json
from grader.report.layout import instructor_page


@click.command("replay")
@click.argument("report", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("check")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--assignment", metavar="A", help="Its name, or its folder. [default: that of the report]")
def command(report: Path, check: str, path: Path | None, assignment: str | None) -> None:
    """Run one check of a report again.

    REPORT is a report.json, CHECK the id of a check in it, or enough of the id. The inputs are the same
    as then. PATH is the hand-in; it may be left out where REPORT lies among the results of `grader grade`.
    The output holds hidden inputs and expected values: it is for the instructor.
    """
    before = json.decode(report.read_bytes())
    old = _chosen(before, check)
    place = path or hand_in_of(report)
    if place is None:
        raise UsageError(f"{report}: where the hand-in is stands nowhere beside it; give its path")
    (hand_in,) = hand_ins([place])
    settled = assignment_of(assignment or before.assignment, before.submission.edition)
    # Which layers are right is known only after all checks of theirs.
    checks = ("*",) if old.follow_through else (old.id,)
    options = Options(seed=before.run.seed, edition=before.submission.edition, checks=checks, written=False)
    after = with_grader(settled, options, lambda grader: grader.grade(hand_in.path))
    screen = console()
    _show_source(screen, settled, options, old.id)
    _show(screen, after, old)


def _chosen(report: Report, wanted: str) -> CheckResult:
    """The check with this id, or the only one whose id ends or begins so."""
    ids = {check.id: check for check in report.checks}
    if wanted in ids:
        return ids[wanted]
    fitting = [identity for identity in ids if wanted in identity]
    if len(fitting) == 1:
        return ids[fitting[0]]
    near = fitting or difflib.get_close_matches(wanted, ids, n=5, cutoff=0.4)
    hint = f"; did you mean {', '.join(near[:8])}" if near else ""
    raise UsageError(
        f"{wanted}: the report has {'several such checks' if fitting else 'no such check'}{hint}"
    )


def _show(screen: Console, report: Report, old: CheckResult) -> None:
    item = next((item for item in instructor_page(report).items if item.id == old.id), None)
    if item is None:
        raise UsageError(f"{old.id}: this check is not in the suite any more")
    screen.print(Text(f"{item.id}: {item.word}", "bold"))
    screen.print(Text(item.title))
    for line in item.explanation():
        screen.print(Padding(Text(line), (0, 0, 0, 4)))
    if item.output:
        screen.print(Text("printed meanwhile:", "dim"))
        screen.print(Padding(Text(item.output), (0, 0, 0, 4)))
    if item.outcome is not old.outcome:
        changed = "there it was not run" if old.outcome is Outcome.SKIPPED else "something has changed since"
        screen.print(Text(f"The report says {old.outcome}; {changed}.", "yellow"))


def _show_source(screen: Console, assignment: Assignment, options: Options, identity: str) -> None:
    """The check itself: how it draws its inputs, and what it asks of the result."""
    visibility, file, name = identity.partition("[")[0].split(".", 2)
    places = [
        place
        for folder in suite_folders(assignment, options)
        for place in folder.rglob(f"test_{file}.py")
        if (place.parent.name == "public") == (visibility == "public")
    ]
    for place in places:
        text = place.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name == f"test_{name}":
                first = min([node.lineno, *(entry.lineno for entry in node.decorator_list)])
                source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
                screen.print(Text(f"{place}:{first}", "dim"), soft_wrap=True)
                screen.print(Syntax(source, "python", background_color="default", word_wrap=True))
                screen.print()
