"""``grader review``: answers that a person has to decide go out as a sheet and come back with decisions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from grader.assignment import load_assignment
from grader.classroom.results import Results
from grader.classroom.tables import write_tables
from grader.errors import UsageError
from grader.report.text import counted
from grader.resources import assignment_folder
from grader.review.decisions import read_decisions, write_decisions
from grader.review.incoming import Signature, decisions
from grader.review.results import apply_decisions, groups, nearly_equal, reports
from grader.review.sheet import read_sheet, rows, write_csv, write_yaml
from grader.rubric.load import load_questions

grades_option = click.option(
    "--grades",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("grades"),
    show_default=True,
    metavar="DIR",
    help="The folder of results.",
)

own_assignment_option = click.option(
    "--assignment", metavar="A", help="Its name, or its folder. [default: the one that was graded]"
)


@click.group("review")
def command() -> None:
    """Decide what the marking of the inline questions leaves open.

    ``export`` writes a sheet, a person fills it in, ``import`` takes it back; ``apply`` works the points
    out anew after a change in the question files. A person's decision wins over the engine for ever.
    """


@command.command("export")
@grades_option
@own_assignment_option
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("review.csv"), show_default=True,
    metavar="FILE", help="A .csv for spreadsheets, or a .yaml.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="All answers, not only those that are undecided.")
@click.option("--question", "only", multiple=True, metavar="Q", help="This question only; may be repeated.")
def export(grades: Path, assignment: str | None, out: Path, everything: bool, only: tuple[str, ...]) -> None:
    """Write the sheet: answer, suggestion, evidence, group."""
    results = Results.existing(grades)
    folder = assignment_folder(assignment or results.assignment)
    questions = load_questions(folder)
    unknown = [name for name in only if name not in questions]
    if unknown:
        raise UsageError(f"{unknown[0]}: no such question; known: {', '.join(questions)}")
    table = []
    for question_id, found in groups(reports(results)).items():
        if only and question_id not in only:
            continue
        for number, group in enumerate(found, start=1):
            wanted = [one for one in group.members if everything or one.answer.open]
            table += rows(questions[question_id], number, group, wanted)
    out.write_bytes(write_yaml(table) if out.suffix.lower() in (".yaml", ".yml") else write_csv(table))
    click.echo(
        f"{out}: {counted(len(table), 'answer')} to decide" if table else f"{out}: nothing is undecided"
    )


@command.command("import")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@grades_option
@own_assignment_option
@click.option("--by", "who", required=True, metavar="NAME", help="Who decided; kept with every decision.")
def import_(sheet: Path, grades: Path, assignment: str | None, who: str) -> None:
    """Take the sheet back: every row with ``yes`` under ``decide``."""
    results = Results.existing(grades)
    folder = assignment_folder(assignment or results.assignment)
    questions = load_questions(folder)
    signature = Signature(who, datetime.now(UTC).isoformat(timespec="seconds"))
    known = read_decisions(grades)
    new = decisions(sheet, read_sheet(sheet), groups(reports(results)), questions, signature)
    write_decisions(grades, [*known, *new])
    _apply(results, folder, f"{counted(len(new), 'decision')} taken over")


@command.command("apply")
@grades_option
@own_assignment_option
def apply_(grades: Path, assignment: str | None) -> None:
    """Work the points out anew, with all decisions and the deductions that the question files have now."""
    results = Results.existing(grades)
    _apply(results, assignment_folder(assignment or results.assignment), "points worked out anew")


def _apply(results: Results, folder: Path, what: str) -> None:
    changed = apply_decisions(results, read_decisions(results.folder), load_questions(folder))
    write_tables(results, load_assignment(folder).title, nearly_equal(results))
    click.echo(f"{what}; {counted(len(changed), 'report')} changed")
