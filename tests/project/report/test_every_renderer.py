"""What holds for all renderers: no secret reaches a student, and no text of theirs acts."""

import base64
import json as stdlib
import re
import unicodedata

import pytest
from rich.console import Console

from grader.report import github, gradescope, html, json, junit, sheet, terminal


def coloured(renderable):
    console = Console(width=80, force_terminal=True, color_system="truecolor", legacy_windows=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def gradescope_seen(report, **options):
    """What a student sees of it after publication."""
    table = stdlib.loads(gradescope.results_json(report, **options))
    table["tests"] = [test for test in table["tests"] if test["visibility"] != "hidden"]
    return stdlib.dumps(table, ensure_ascii=False)


FOR_STUDENTS = {
    "json": lambda report: stdlib.dumps(stdlib.loads(json.encode_student(report)), ensure_ascii=False),
    "terminal": lambda report: terminal.plain(terminal.check(report)),
    "wide terminal": lambda report: terminal.plain(terminal.check(report), width=300),
    "html": html.student,
    "sheet": sheet.score_sheet,
    "junit": lambda report: junit.junit_xml(report).decode(),
    "notices": github.notices,
    "summary": github.step_summary,
    "classroom": lambda report: base64.b64decode(github.classroom_result(report)).decode(),
    "gradescope": gradescope_seen,
}
FOR_INSTRUCTORS = {
    "json": lambda report: json.encode(report).decode(),
    "terminal": lambda report: terminal.plain(terminal.instructor(report)),
    "html": html.instructor,
}
SHOWN = [*FOR_STUDENTS.keys() - {"json"}]


@pytest.mark.parametrize("name", FOR_STUDENTS)
def test_no_secret_reaches_a_student(name, student, canary):
    shown = FOR_STUDENTS[name](student)
    assert len(shown) > 100
    assert canary not in re.sub(r"[\s|]", "", shown)


@pytest.mark.parametrize("name", FOR_INSTRUCTORS)
def test_the_instructor_sees_them(name, report, canary):
    shown = re.sub(r"\s", "", FOR_INSTRUCTORS[name](report))
    assert shown.count(canary) > 5
    assert "0.123456" in shown


def test_details_on_gradescope_are_the_instructors_alone(report, student, canary):
    assert canary in gradescope.results_json(student, details=report).decode()
    assert canary not in gradescope_seen(student, details=report)


@pytest.mark.parametrize("name", SHOWN)
def test_no_character_of_a_student_acts(name, student):
    shown = FOR_STUDENTS[name](student)
    acting = {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not acting
    assert "\ufffe" not in shown


def test_nor_on_the_instructors_page(report):
    shown = html.instructor(report) + terminal.plain(terminal.instructor(report))
    assert not {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("compose", ["instructor", "check"])
def test_a_terminal_gets_no_escape_but_colour(compose, report, student):
    shown = coloured(terminal.instructor(report) if compose == "instructor" else terminal.check(student))
    rest = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert rest != shown
    assert not {unicodedata.category(c) for c in rest if c != "\n"} & {"Cc", "Cf", "Cs"}


@pytest.mark.parametrize("name", [name for name in SHOWN if name not in ("notices", "classroom")])
def test_every_outcome_but_a_pass_is_told_with_its_cause(name, student):
    shown = re.sub(r"[\s|]", "", FOR_STUDENTS[name](student))
    for word in ("wrong", "not implemented", "crashed", "out of time", "out of memory", "unusable result"):
        assert word.replace(" ", "") in shown, word
    for word in ("grader fault", "needs review", "does not run, and this check needs it"):
        assert word.replace(" ", "") in shown, word
    for fact in ("every entry is 0.5 times", "divided by the number of examples", "Is there a mean over"):
        assert fact.replace(" ", "") in shown, fact
    assert "cs231n/layers.py:21" in shown
