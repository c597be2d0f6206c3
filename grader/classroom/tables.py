"""What is written and shown for a whole class."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from rich.table import Table
from rich.text import Text

from grader.classroom.results import Results, Standing
from grader.report.html import ClassEntry, NearlyEqual, class_page
from grader.report.text import cell, fraction, one_line, points


def grades_csv(standings: Sequence[Standing]) -> str:
    """One line per hand-in. Where there are no points the cells are empty, which is not zero."""
    sections = dict.fromkeys(section.id for standing in standings for section in standing.sections)
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["submission", "status", "edition", *sections, "total", "maximum", "open", "problem"])
    for standing in standings:
        earned = {section.id: section.earned for section in standing.sections}
        graded = standing.status == "graded"
        table.writerow(
            [
                cell(one_line(standing.name)),
                standing.status,
                cell(one_line(standing.edition)),
                *(_number(earned.get(section)) for section in sections),
                *(
                    _number(value if graded else None)
                    for value in (standing.earned, standing.maximum, standing.undecided)
                ),
                cell(one_line(standing.problem)),
            ]
        )
    return text.getvalue()


def index_html(title: str, standings: Sequence[Standing], nearly_equal: Sequence[NearlyEqual] = ()) -> str:
    """The class as a page, for the instructor."""
    return class_page(title, [_entry(standing) for standing in standings], nearly_equal)


def summary(standings: Sequence[Standing]) -> Table:
    """The class in a terminal."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("submission", overflow="fold")
    table.add_column("edition", no_wrap=True)
    table.add_column("points", no_wrap=True)
    table.add_column("", overflow="fold")
    for standing in standings:
        graded = standing.status == "graded"
        note = f"{points(standing.undecided)} open" if standing.undecided else ""
        table.add_row(
            Text(one_line(standing.name)),
            Text(one_line(standing.edition)),
            Text(fraction(standing.earned, standing.maximum) if graded else standing.status),
            Text(note if graded else one_line(standing.problem), "magenta"),
        )
    return table


def _entry(standing: Standing) -> ClassEntry:
    return ClassEntry(
        name=standing.name,
        href=f"{standing.name}/report.html" if standing.status == "graded" else None,
        edition=standing.edition,
        earned=standing.earned,
        maximum=standing.maximum,
        undecided=standing.undecided,
        problem="" if standing.status == "graded" else f"{standing.status}: {standing.problem}",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):g}"


def write_tables(results: Results, title: str, nearly_equal: Sequence[NearlyEqual] = ()) -> None:
    """Write the tables of everything that is known."""
    standings = results.standings()
    results.write("grades.csv", grades_csv(standings))
    results.write("index.html", index_html(title, standings, nearly_equal))
