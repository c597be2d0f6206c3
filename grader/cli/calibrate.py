"""``grader calibrate``: how far the marking of the inline questions can be trusted."""

from __future__ import annotations

import math
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from grader.cli._shared import assignment_of, assignment_option, console
from grader.rubric.calibrate import Calibration, Interval, Tally, calibrate, read_answers
from grader.rubric.engine import Engine
from grader.rubric.load import load_questions

WIDTH = 100
"""Characters of an answer that are shown in the list of disagreements."""


@click.command("calibrate")
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@assignment_option
@click.option(
    "--worst", default=10, show_default=True, metavar="N", help="How many disagreements are listed."
)
def command(answers: Path, assignment: str, worst: int) -> None:
    """Compare the engine's marks with those of people.

    ANSWERS holds one JSON object a line with the keys question, answer, items (those that apply) and,
    if known, score. Nothing of it is kept.
    """
    engine = Engine(load_questions(assignment_of(assignment, None).folder))
    found = calibrate(engine, read_answers(answers))
    maximum = {name: question.maximum for name, question in engine.questions.items()}
    screen = console(file_width=130)
    screen.print(_questions(found, maximum))
    screen.print(_items(found))
    _confusion(found)
    _worst(found, worst)
    if found.skipped:
        screen.print(f"\n{found.skipped} left out: people disagreed, or the question is unknown.")


def _questions(found: Calibration, maximum: dict[str, float]) -> Table:
    titles = (
        "answers",
        "decided",
        "exact",
        "full marks",
        "kappa",
        "items",
        "none",
        "prec.",
        "recall",
    )
    table = _table("Questions (95 % intervals in brackets)", "question", titles)
    table.caption = (
        "decided: share of answers whose every item is; exact: their scores, beside full marks for all;"
        " items: share that is right, beside none deducted"
    )
    names = [name for name in maximum if found.of(name)]
    for name in (*names, None):
        tally = found.tally(name)
        figures = (
            str(len(found.of(name))),
            _share(found.covered(name)),
            _share(found.exact(name)),
            _share(found.exact_baseline(maximum, name), bounds=False),
            _number(found.kappa(name)),
            _share(tally.accuracy),
            _share(tally.baseline, bounds=False),
            _share(tally.precision),
            _share(tally.recall),
        )
        table.add_row(Text(name or "all", "bold" if name is None else ""), *figures)
    return table


def _items(found: Calibration) -> Table:
    titles = ("cover", "right", "prec.", "recall", "yes ✓", "yes ✗", "no ✓", "no ✗", "?", "? ✓")
    table = _table("Items", "item", titles)
    table.caption = (
        "cover: share decided; right, prec., recall: of what was decided, deductions being the positives;"
        " yes, no: deductions made and not made, right ✓ or wrong ✗; ?: unsure, and with the right suggestion"
    )
    for (question, item), tally in sorted(found.items.items()):
        table.add_row(f"{question} {item}", *_row(tally))
    table.add_row(Text("all", "bold"), *_row(found.tally()))
    return table


def _row(tally: Tally) -> tuple[str, ...]:
    counts = (
        tally.true_yes,
        tally.false_yes,
        tally.true_no,
        tally.false_no,
        tally.unsure,
        tally.unsure_right,
    )
    shares = (_share(share) for share in (tally.accuracy, tally.precision, tally.recall))
    return (_share(tally.coverage, bounds=False), *shares, *map(str, counts))


def _confusion(found: Calibration) -> None:
    screen = console()
    screen.print(Text("\nPoints given by people → by the engine", "bold"))
    for question in sorted({one.answer.question for one in found.answers}):
        cells = [
            f"{theirs:g} → {'unsure' if ours is None else format(ours, 'g')}: {count}"
            for (theirs, ours), count in sorted(found.confusion(question).items(), key=str)
        ]
        screen.print(Text(f"{question}  {',  '.join(cells)}"))


def _worst(found: Calibration, count: int) -> None:
    screen = console()
    for one in found.worst(count):
        state = f"wrong: {', '.join(one.wrong)}" if one.wrong else f"unsure: {', '.join(one.marked.unsure)}"
        screen.print(
            Text(
                f"\n{one.answer.question}: people {one.score:g},"
                f" suggested {one.marked.suggested_score:g}; {state}",
                "bold",
            )
        )
        screen.print(Text(" ".join(one.marked.text.split())[:WIDTH]))


def _table(title: str, first: str, titles: tuple[str, ...]) -> Table:
    table = Table(title=title, box=None, padding=(0, 1, 0, 0), pad_edge=False, caption_justify="left")
    table.add_column(first, min_width=8)
    for name in titles:
        table.add_column(name, justify="right", min_width=5 if len(name) > 1 else 2)
    return table


def _share(interval: Interval, *, bounds: bool = True) -> str:
    if not interval.of:
        return "-"
    low, high = interval.bounds
    return f"{interval.share:.3f}" + (f" [{low:.2f} {high:.2f}]" if bounds else "")


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
