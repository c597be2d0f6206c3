"""``grader demo``: grade three hand-ins that come with the grader."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from rich.table import Table

from grader.cli._shared import assignment_of, console
from grader.demo import write_demo
from grader.model import Outcome, Report
from grader.pipeline import Grader, Options, with_grader
from grader.report import terminal


@click.command("demo")
def command() -> None:
    """Grade a complete, a mistaken and a partial hand-in, and show what their authors would read."""
    out = console()
    assignment = assignment_of("cs231n_a2", None)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_demo(Path(folder))

        def grade_all(grader: Grader) -> list[Report]:
            reports = []
            for path in paths:
                with out.status(f"grading the {path.name} hand-in ..."):
                    reports.append(grader.grade(path))
            return reports

        reports = with_grader(assignment, Options(seed=Options.fresh_seed()), grade_all)
    out.print(terminal.instructor(reports[1]))
    out.print(_overview(reports))
    out.print("Above: the report on the mistaken hand-in. Try it on your own: grader grade PATH")


def _overview(reports: list[Report]) -> Table:
    table = Table(title="Three hand-ins")
    table.add_column("hand-in")
    table.add_column("points", justify="right")
    table.add_column("passed", justify="right")
    table.add_column("mistakes found")
    for report in reports:
        named = {check.diagnosis.mistake for check in report.checks if check.diagnosis}
        passed = sum(check.outcome is Outcome.PASS for check in report.checks)
        table.add_row(
            report.submission.name,
            f"{report.earned:.1f} / {report.maximum:g}",
            f"{passed} of {len(report.checks)}",
            "\n".join(sorted(named)) or "-",
        )
    return table
