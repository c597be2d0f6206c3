"""The tables of a class: points where there are some, and empty cells, not zeros, where there are none."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from rich.console import Console

from grader.classroom.results import Standing
from grader.classroom.tables import grades_csv, index_html, summary, write_tables
from grader.model import SectionScore


def section(name: str, earned: float, **more: object) -> SectionScore:
    return SectionScore(id=name, title=name.title(), maximum=4.0, earned=earned, **more)


ALICE = Standing(
    name="alice.zip",
    hand_in="/class/alice.zip",
    status="graded",
    edition="2021",
    sections=(
        section("affine", 4.0),
        section("relu", 1 / 3, undecided=1.0),
        section("beyond", 2.0, counted=False),
    ),
)
BOB = Standing(name="bob", hand_in="/class/bob", status="unreadable", problem="bob: damaged, at byte 3")
CAROL = Standing(name="=carol", hand_in="/class/=carol", status="not graded", problem="@fault\nof ours")
CLASS = (ALICE, BOB, CAROL)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_csv_has_a_column_per_section():
    alice, *_ = rows(grades_csv(CLASS))
    assert alice == {
        "submission": "alice.zip",
        "status": "graded",
        "edition": "2021",
        "affine": "4",
        "relu": "0.3333",
        "beyond": "2",
        "total": "4.3333",
        "maximum": "8",
        "open": "1",
        "problem": "",
    }


def test_what_was_not_graded_has_no_points():
    _, bob, carol = rows(grades_csv(CLASS))
    for row in (bob, carol):
        assert {row[name] for name in ("affine", "relu", "total", "maximum", "open")} == {""}
    assert (bob["status"], bob["problem"]) == ("unreadable", "bob: damaged, at byte 3")


def test_no_cell_is_a_formula():
    _, _, carol = rows(grades_csv(CLASS))
    assert (carol["submission"], carol["problem"]) == ("'=carol", "'@fault of ours")


def test_a_class_of_nobody():
    assert rows(grades_csv(())) == []
    assert "submission" in grades_csv(())


def test_the_page_links_to_what_there_is():
    page = index_html("A title", CLASS)
    assert 'href="alice.zip/report.html"' in page
    assert "bob/report.html" not in page
    assert "unreadable: bob: damaged, at byte 3" in page


def test_the_terminal_says_it_in_words():
    console = Console(width=100, record=True, file=StringIO())
    console.print(summary(CLASS))
    text = console.export_text()
    for words in ("alice.zip", "4.33 / 8", "1 open", "unreadable", "not graded", "damaged"):
        assert words in text


def test_the_tables_are_of_everything_that_is_known(results):
    for standing in CLASS:
        results.store(standing, {})
    write_tables(results, "A title")
    assert [row["submission"] for row in rows((results.folder / "grades.csv").read_text())] == [
        "'=carol",
        "alice.zip",
        "bob",
    ]
    assert "A title" in (results.folder / "index.html").read_text()


@pytest.mark.parametrize("name", ["../escape", "a/b"])
def test_a_name_is_no_path(name, results):
    """Names come from `hand_ins`, which takes them from file names; nothing else may get through."""
    with pytest.raises((ValueError, OSError)):
        results.store(Standing(name=name, hand_in="/x", status="graded"), {})
