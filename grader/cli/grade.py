"""``grader grade``: grade hand-ins, one or a whole class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.classroom.batch import Listener, grade_class
from grader.classroom.documents import FORMATS, REPORT
from grader.classroom.executors import available_cores
from grader.classroom.fingerprint import run_key
from grader.classroom.hand_ins import class_members, hand_ins
from grader.classroom.judge import Settings
from grader.classroom.results import Results, Standing
from grader.classroom.tables import summary, write_tables
from grader.cli._notebooks import show_notebooks
from grader.cli._shared import (
    assignment_of,
    assignment_option,
    confinement_options,
    console,
    edition_option,
    required_level,
    speed_option,
    speed_wanted,
)
from grader.errors import ExitCode
from grader.notebooks import require_confinement
from grader.pipeline import Options
from grader.report import json, terminal
from grader.report.text import counted, one_line
from grader.review.decisions import read_decisions
from grader.review.results import apply_decisions, nearly_equal
from grader.rubric.load import load_questions
from grader.worker import ConfinementTooWeak


@click.command("grade")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--class", "of_class", is_flag=True, help="Each PATH is a folder full of hand-ins.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("grades"),
    show_default=True,
    metavar="DIR",
    help="Where the results go.",
)
@edition_option
@assignment_option
@click.option("--seed", metavar="S", help="The secret of the inputs. [default: that of DIR, or a new one]")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Judges. [default: one per core]")
@confinement_options
@click.option(
    "--provisional", is_flag=True, help="Let the suggestions for undecided answers count, and say so."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(sorted(FORMATS)),
    help="Write this for each submission, too; may be repeated.",
)
@click.option(
    "--execute-notebooks", is_flag=True, help="Run the notebooks, too, and say which cells fail; no points."
)
@speed_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    of_class: bool,
    out: Path,
    edition: str | None,
    assignment: str,
    seed: str | None,
    jobs: int | None,
    require: str | None,
    unsafe: bool,
    provisional: bool,
    formats: tuple[str, ...],
    execute_notebooks: bool,
    speed: bool | None,
) -> None:
    """Grade one hand-in, or a class.

    A hand-in is a folder, a .zip, a .tar(.gz), a .py or an .ipynb. What is graded already, and has not
    changed, is not graded again; so after an interruption the same command goes on. Exit code 4 if a
    hand-in cannot be read, 3 if the grader failed at one; the others are graded all the same.
    """
    level = required_level(require, unsafe)
    if execute_notebooks:
        require_confinement()  # at once, and not after the first hand-in
    settled = assignment_of(assignment, edition)
    members = [member for path in paths for member in class_members(path, out)] if of_class else paths
    class_ = hand_ins(members)
    results = Results(out, assignment=settled.id, seed=seed, fresh_seed=Options.fresh_seed)
    options = Options(
        seed=results.seed,
        edition=edition,
        require=level,
        provisional=provisional,
        speed=speed_wanted(settled, speed),
    )
    settings = Settings(
        settled.folder,
        options,
        run_key(settled, options),
        tuple(dict.fromkeys(formats)),
        notebooks=execute_notebooks,
    )
    try:
        with _progress(len(class_)) as listener:
            standings = grade_class(
                class_, settings, results, judges=jobs or len(available_cores()), listener=listener
            )
    except ConfinementTooWeak as error:
        raise ConfinementTooWeak(
            f"{error}\n--unsafe grades all the same: do that with code you trust"
        ) from None
    finally:
        made = read_decisions(out)
        if made:
            apply_decisions(results, made, load_questions(settled.folder))
        write_tables(results, settled.title, nearly_equal(results))
    _show(console(), standings, results)
    if execute_notebooks:
        show_notebooks(console(), standings, results)
    ctx.exit(_exit_code(standings))


@contextmanager
def _progress(total: int) -> Iterator[Listener]:
    """A bar on a terminal; nothing elsewhere."""
    screen = console(stderr=True)
    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    ]
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        bar = progress.add_task("grading", total=total, last="")

        def tell(standing: Standing, before: bool) -> None:
            note = "unchanged" if before else standing.status
            progress.update(bar, advance=1, last=f"{one_line(standing.name, 40)}: {note}")

        yield tell


def _show(screen: Console, standings: Sequence[Standing], results: Results) -> None:
    if len(standings) > 1:
        screen.print(summary(standings))
        screen.print(f"\n{_tally(standings)}; {results.folder}/index.html", markup=False, soft_wrap=True)
        return
    only = standings[0]
    if only.status != "graded":
        message = f"Error: {only.problem}"
        click.echo(message if only.status == "unreadable" else f"{message}\n{only.details}", err=True)
        return
    report = (results.place(only.name) / REPORT).read_bytes()
    screen.print(terminal.instructor(json.decode(report)))
    screen.print(f"\n{results.place(only.name)}: written", markup=False, soft_wrap=True)


def _tally(standings: Sequence[Standing]) -> str:
    parts: list[str] = []
    for status in ("graded", "unreadable", "not graded"):
        number = sum(standing.status == status for standing in standings)
        if number:
            parts.append(f"{counted(number, 'hand-in') if not parts else number} {status}")
    return ", ".join(parts)


def _exit_code(standings: Sequence[Standing]) -> ExitCode:
    if any(standing.status == "not graded" or standing.faults for standing in standings):
        return ExitCode.GRADER_FAULT
    if any(standing.status == "unreadable" for standing in standings):
        return ExitCode.UNREADABLE_SUBMISSION
    return ExitCode.DONE
