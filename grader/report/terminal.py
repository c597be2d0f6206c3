"""Reports in a terminal, through rich: 80 columns are enough, and nothing is said by colour alone.

Both functions give a renderable for a `rich.console.Console`. A terminal that is not Unicode gets ASCII
marks; set the ``errors`` of its stream to ``backslashreplace``, so that other people's names get through.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.model import Outcome, Report
from grader.report.layout import instructor_page, student_page
from grader.report.page import Block, Fact, Mark, Page, Row, alike
from grader.report.redact import StudentReport
from grader.report.text import counted, fraction, points
from grader.speed.settings import SECTION

_STYLES: dict[Mark, str] = {
    "passed": "green",
    "failed": "bold red",
    "skipped": "yellow",
    "open": "bold magenta",
}
_WRITTEN = {Outcome.PASS: "full", Outcome.NEEDS_REVIEW: "review", Outcome.MISSING: "none"}
"""What became of an answer, in the column of the checks; anything else lost points."""

_BAR = 12
_MOST_TITLES = 4


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """What the terminal can show."""

    full: str
    empty: str
    rule: str
    marks: dict[Mark, str]


_UNICODE = _Glyphs("█", "░", "─", {"passed": "✓", "failed": "✗", "skipped": "–", "open": "?"})
_ASCII = _Glyphs("#", ".", "-", {"passed": "+", "failed": "x", "skipped": "-", "open": "?"})


def instructor(report: Report) -> RenderableType:
    """Everything about one submission: score sheet, failing checks, what was skipped, total."""
    return _Screen(instructor_page(report), _graded)


def check(report: StudentReport) -> RenderableType:
    """A student's own check: first what fails, then what passes, then what nobody looked at.

    It shows no points: those depend on checks that may not have run here.
    """
    return _Screen(student_page(report), _checked)


def plain(renderable: RenderableType, width: int = 80) -> str:
    """As text without colour, for files and logs."""
    console = Console(
        file=StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False
    )
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))


@dataclass(frozen=True, slots=True)
class _Screen:
    """A page, composed when the terminal is known."""

    page: Page
    compose: Callable[[Page, _Glyphs], Iterable[RenderableType]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.compose(self.page, _ASCII if options.ascii_only else _UNICODE)


# The instructor's report ------------------------------------------------------------------------------


def _graded(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    yield from _header(page, glyphs)
    yield ""
    yield _score_table(page.counted, glyphs, total=page)
    if page.apart:
        yield from _heading("Reported apart, not part of the total", glyphs)
        yield _score_table(page.apart, glyphs)
    yield from _failures(page, glyphs, with_points=True)
    yield from _timed(page, glyphs)
    yield from _skipped(page, glyphs)
    yield from _open(page, glyphs)
    if page.claims:
        yield from _heading("What the notebooks' saved output shows (never scored)", glyphs)
        yield from map(_bullet, page.claims)
    yield ""
    yield Text(f"Total {page.total}", "bold")
    if page.open_note:
        yield Text(page.open_note, "magenta")


def _timed(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    """All timed functions, those that lost nothing among them: the figures are what was asked for."""
    items = [item for block in page.blocks if block.id == SECTION for item in block.items]
    if not any(item.facts for item in items):
        return
    yield from _heading("How fast (loops and NumPy code are the reference's)", glyphs)
    for item in items:
        worth = fraction(item.points - item.lost, item.points) if item.points else "no points"
        text = Text(f"{item.title}  ").append(worth if item.mark != "open" else "open", "bold")
        yield _row(Text(glyphs.marks[item.mark], _STYLES[item.mark]), text)


def _score_table(blocks: Iterable[Block], glyphs: _Glyphs, total: Page | None = None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("section", ratio=1, overflow="fold")
    table.add_column("", no_wrap=True)
    table.add_column("points", no_wrap=True)
    table.add_column("passed", no_wrap=True)
    for block in blocks:
        checks = f"{len(block.marked('passed'))} of {len(block.items)}"
        if block.answer is not None:
            checks = _WRITTEN.get(block.answer.outcome, "partly")
        table.add_row(
            Text(f"{block.number:2} {block.title}"),
            _bar(block.earned, block.undecided, block.maximum, glyphs),
            _points(block.fraction, block.open_note),
            Text(checks if block.items else "none", "" if block.items else "magenta"),
        )
    if total is not None:
        open_note = f"{points(total.undecided)} open" if total.undecided else ""
        bar = _bar(total.earned, total.undecided, total.maximum, glyphs)
        table.add_row()
        table.add_row(Text("   Total", "bold"), bar, _points(total.total, open_note, "bold"), "")
    return table


def _points(earned: str, open_note: str, style: str = "") -> Text:
    text = Text(earned, style)
    return text.append(f" ({open_note})", "magenta") if open_note else text


def _bar(earned: float, undecided: float, maximum: float, glyphs: _Glyphs) -> Text:
    """Earned points, then open ones, then lost ones; full only if all points are earned."""
    if not maximum:
        return Text("")
    full = min(int(_BAR * earned / maximum + 1e-9), _BAR)
    unsure = min(int(_BAR * (earned + undecided) / maximum + 1e-9), _BAR) - full
    bar = Text(glyphs.full * full, "green")
    bar.append("?" * unsure, "magenta")
    return bar.append(glyphs.empty * (_BAR - full - unsure), "dim")


# The student's check ----------------------------------------------------------------------------------


def _checked(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    yield from _header(page, glyphs)
    failed = sum(item.mark == "failed" for item in page.items)
    yield from _failures(page, glyphs, with_points=False)
    yield from _open(page, glyphs)
    yield from _passed(page, glyphs)
    yield from _unchecked(page, glyphs)
    yield ""
    passed = sum(item.mark == "passed" for item in page.items)
    if not page.items:
        yield Text("No check ran.", "bold")
        return
    verdict = f"{counted(failed, 'check')} failed" if failed else "No check failed"
    yield Text(f"{verdict}, {passed} of {len(page.items)} passed.", "bold red" if failed else "bold")


def _passed(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    blocks = [block for block in page.blocks if block.marked("passed")]
    if not blocks:
        return
    yield from _heading("What passed", glyphs)
    for block in blocks:
        whole = len(block.marked("passed")) == len(block.items)
        mark = Text(glyphs.marks["passed"] if whole else " ", "green")
        apart = "" if block.counted else " (no part of the grade)"
        tally = f"{len(block.marked('passed'))} of {len(block.items)}"
        yield _row(mark, Text(f"{tally:>8}  {block.title}{apart}"))


def _unchecked(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    yield from _heading("What was not checked", glyphs)
    if not any(item.visibility == "hidden" for item in page.items):
        yield _bullet("Hidden checks: your grade also depends on others like these, with secret inputs.")
    if all(block.answer is None for block in page.blocks):
        yield _bullet("Your answers to the inline questions: they are marked when the work is graded.")
    empty = [block.title for block in page.blocks if not block.items]
    if empty:
        yield _bullet(f"No check here is about: {', '.join(empty)}.")
    if page.handed_out:
        yield _bullet(f"Not yours to write in this edition: {', '.join(page.handed_out)}.")
    for cause, checks in page.skipped().items():
        yield _bullet(f"Skipped, because {cause}: {checks}.")


# Parts of both ----------------------------------------------------------------------------------------


def _header(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    yield Rule(Text(page.title, "bold"), characters=glyphs.rule, style="dim", align="left")
    table = _grid()
    table.add_row("submission", Text(page.name, "bold"))
    table.add_row("edition", Text(page.edition))
    table.add_row("confinement", Text("\n".join((page.confinement, *page.missing))))
    if page.notes:
        table.add_row("found", Text("\n".join(page.notes)))
    if page.audience == "instructor":
        for label, text in page.run:
            if label in ("seed", "grader"):
                table.add_row(label, Text(text))
    yield table


def _failures(page: Page, glyphs: _Glyphs, *, with_points: bool) -> Iterator[RenderableType]:
    blocks = [block for block in page.blocks if block.marked("failed")]
    if not blocks:
        return
    yield from _heading("What failed", glyphs)
    for number, block in enumerate(blocks):
        if number:
            yield ""
        apart = "" if block.counted else " (not part of the total)"
        of = f"  {block.fraction}" if with_points and block.counted else ""
        yield Text(f"{block.title}{of}{apart}", "bold")
        told: set[Fact] = set()
        for group in alike(block.marked("failed")):
            yield from _explained(group, glyphs, with_points=with_points and block.counted, told=told)
            told.update(group[0].first.facts)


def _explained(
    group: tuple[Row, ...], glyphs: _Glyphs, *, with_points: bool, told: Container[Fact] = ()
) -> Iterator[RenderableType]:
    """Checks that ended alike, with the cause and everything else that is known and not yet ``told``."""
    first = group[0].first
    lost = sum(row.lost for row in group)
    verdict = f"{first.word} -{points(lost)}: " if with_points and lost else f"{first.word}: "
    text = Text().append(verdict, _STYLES[first.mark])
    hidden = all(item.visibility == "hidden" for row in group for item in row.items)
    if len(group) > 1:
        checks = sum(len(row.items) for row in group)
        text.append(counted(checks, "hidden check" if hidden else "check"))
    else:
        text.append(group[0].title).append(" (hidden)" if hidden else "", "dim")
    yield _row(Text(glyphs.marks[first.mark], _STYLES[first.mark]), text)
    # What is not there at all needs no list of what was asked of it.
    if len(group) > 1 and first.outcome is not Outcome.MISSING:
        shown = [row.title for row in group[:_MOST_TITLES]]
        if len(group) > _MOST_TITLES:
            shown.append(f"... and {sum(len(row.items) for row in group[_MOST_TITLES:])} more")
        yield Padding(Text("\n".join(shown)), (0, 0, 0, 6))
    table = _grid()
    table.add_row("cause", Text(first.cause))
    for label, said in first.facts:
        if label == "pattern" or (label, said) not in told:
            table.add_row(label, Text(said, "cyan" if label == "ask yourself" else ""))
        elif label == "known mistake":
            table.add_row(label, Text("as above", "dim"))
    if first.trace:
        table.add_row("where", Text("\n".join(first.trace)))
    for note in first.notes:
        table.add_row("note", Text(note))
    yield Padding(table, (0, 0, 0, 4))


def _skipped(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    causes = page.skipped()
    if not causes:
        return
    yield from _heading("What was skipped, and why", glyphs)
    for cause, checks in causes.items():
        yield _row(Text(glyphs.marks["skipped"], _STYLES["skipped"]), Text(cause))
        yield Padding(Text(checks, "dim"), (0, 0, 0, 6))


def _open(page: Page, glyphs: _Glyphs) -> Iterator[RenderableType]:
    blocks = [block for block in page.blocks if block.marked("open") or (block.undecided and not block.items)]
    if not blocks:
        return
    yield from _heading("What is not decided (neither earned nor lost)", glyphs)
    for block in blocks:
        yield Text(block.title, "bold")
        if not block.items:
            yield _row(Text(glyphs.marks["open"], _STYLES["open"]), Text("no check ran"))
        for group in alike(block.marked("open")):
            yield from _explained(group, glyphs, with_points=False)


def _heading(title: str, glyphs: _Glyphs) -> Iterator[RenderableType]:
    yield ""
    yield Rule(Text(title, "bold"), characters=glyphs.rule, style="dim", align="left")


def _grid() -> Table:
    """Labels on the left, text that wraps beside them."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True, min_width=13)
    table.add_column(overflow="fold", ratio=1)
    return table


def _row(mark: Text, text: Text) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=3, justify="right")
    table.add_column(overflow="fold", ratio=1)
    table.add_row(mark, text)
    return table


def _bullet(text: str) -> Table:
    return _row(Text("-", "dim"), Text(text))
