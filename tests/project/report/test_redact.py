"""What a student may see is a list, and only what stands on it gets through."""

import inspect
from typing import get_type_hints

import msgspec
import pytest

from grader.model import CheckResult, Report
from grader.report import github, gradescope, html, json, junit, layout, sheet, terminal
from grader.report.redact import StudentReport, for_student

STUDENT_FACING = [
    terminal.check,
    html.student,
    sheet.score_sheet,
    junit.junit_xml,
    github.notices,
    github.classroom_result,
    github.step_summary,
    gradescope.results_json,
    json.encode_student,
    layout.student_page,
]

ALWAYS = {
    "assignment",
    "title",
    "submission.name",
    "submission.edition",
    "submission.files",
    "submission.handed_out",
    "submission.notes",
    "confinement.level",
    "sections.id",
    "sections.title",
    "run.grader_version",
    "run.started",
    "checks.id",
    "checks.section",
    "checks.title",
    "checks.safe_reason",
    "checks.targets",
    "checks.finding.call",
    "checks.finding.value",
    "checks.finding.pattern",
    "checks.diagnosis.mistake",
    "checks.diagnosis.says",
    "checks.diagnosis.asks",
    "checks.trace.path",
    "checks.trace.text",
}
ONLY_PUBLIC = {"checks.warnings", "checks.trace.function"}


def marked(value, place, fixed):
    """A copy of a record with every free text in it replaced by its own place."""
    if isinstance(value, str):
        return value if place in fixed else f"<{place}>"
    if isinstance(value, tuple):
        return tuple(marked(entry, place, fixed) for entry in value)
    if not isinstance(value, msgspec.Struct):
        return value
    fields = {
        name: marked(getattr(value, name), f"{place}.{name}".lstrip("."), fixed)
        for name in value.__struct_fields__
    }
    return type(value)(**fields)


def full_check(visibility):
    """A check in which every field is filled."""
    text = dict.fromkeys(("id", "section", "title", "reason", "safe_reason", "output"), "text")
    finding = {
        **dict.fromkeys(("call", "value", "message", "safe_message", "pattern"), "x"),
        "kind": "values",
    }
    return msgspec.convert(
        {
            **text,
            "visibility": visibility,
            "weight": 1.0,
            "outcome": "FAIL",
            "finding": {**finding, "index": [0], "wrong_share": 0.5},
            "diagnosis": {"mistake": "x", "says": "x", "asks": "x"},
            "trace": [{"path": "x", "line": 1, "function": "x", "text": "x"}],
            "targets": ["x"],
            "warnings": ["x"],
        },
        CheckResult,
    )


def places_seen(report, visibility):
    """The places of a report whose text is anywhere in the student's document."""
    fixed = {"checks.visibility", "checks.outcome", "checks.finding.kind"}
    filled = msgspec.structs.replace(report, checks=(full_check(visibility),))
    every = marked(filled, "", fixed)
    document = json.encode_student(for_student(every)).decode()
    strings = set(_strings(msgspec.to_builtins(every)))
    assert len(strings) > 30
    return {text.strip("<>") for text in strings if text.startswith("<") and text in document}


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _strings(entry)


def test_of_a_hidden_check_only_the_list_gets_through(report):
    assert places_seen(report, "hidden") == ALWAYS


def test_of_a_public_check_warnings_and_functions_get_through_too(report):
    assert places_seen(report, "public") == ALWAYS | ONLY_PUBLIC


def test_numbers_that_point_at_the_place_get_through(student):
    check = next(check for check in student.checks if check.id == "batchnorm.backward")
    assert (check.finding.index, check.finding.wrong_share) == ((2, 0), 0.88)
    assert student.confinement == "B"


def test_the_share_of_each_check_is_worked_out(student):
    worth = {check.id: check.points for check in student.checks}
    assert worth["affine.values"] == pytest.approx(4 / 3)
    assert worth["fc_net.loss"] == 8.0
    assert worth["unlisted.values"] == 0.0


@pytest.mark.parametrize("render", STUDENT_FACING, ids=lambda function: function.__qualname__)
def test_what_students_see_is_made_of_a_student_report_alone(render, report):
    first = next(iter(inspect.signature(render).parameters))
    assert get_type_hints(render)[first] is StudentReport
    with pytest.raises((AttributeError, TypeError)):
        render(report)


def test_instructor_renderers_take_the_whole_report():
    for render in (terminal.instructor, html.instructor, json.encode, layout.instructor_page):
        assert get_type_hints(render)["report"] is Report
