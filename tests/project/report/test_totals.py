"""Whatever the outcomes: every renderer comes to the same total as the report."""

import base64
import json
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import CheckResult, Outcome, SectionScore
from grader.report import github, gradescope, html, junit, layout, sheet, terminal
from grader.report.redact import for_student

WEIGHTS = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.5, 3.0])
NAMES = ("one", "two", "three", "four")


@st.composite
def graded(draw):
    """Sections and checks, with points that follow from the outcomes."""
    sections, checks = [], []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        maximum = draw(st.sampled_from([0.5, 1.0, 2.0, 3.0, 7.0, 10.0]))
        own = draw(st.lists(st.tuples(WEIGHTS, st.sampled_from(Outcome), st.booleans()), max_size=6))
        total = sum(weight for weight, _, _ in own)
        won = sum(weight for weight, outcome, _ in own if outcome is Outcome.PASS)
        unsure = sum(weight for weight, outcome, _ in own if outcome.undecided)
        sections.append(
            SectionScore(
                id=name,
                title=name.title(),
                maximum=maximum,
                earned=maximum * won / total if total else 0.0,
                undecided=maximum * unsure / total if total else maximum,
                counted=draw(st.booleans()),
            )
        )
        checks += [
            CheckResult(
                id=f"{name}.{number}",
                section=name,
                title=f"{name} {number}",
                visibility="hidden" if hidden else "public",
                weight=weight,
                outcome=outcome,
            )
            for number, (weight, outcome, hidden) in enumerate(own)
        ]
    return sections, draw(st.permutations(checks))


def filled(report, case):
    sections, checks = case
    return msgspec.structs.replace(report, sections=tuple(sections), checks=tuple(checks))


@given(case=graded())
def test_both_pages_have_the_reports_totals(report, case):
    whole = filled(report, case)
    for page in (layout.instructor_page(whole), layout.student_page(for_student(whole))):
        assert (page.earned, page.maximum, page.undecided) == (whole.earned, whole.maximum, whole.undecided)
        assert len(page.items) == len(whole.checks)
        assert sorted(item.id for item in page.items) == sorted(check.id for check in whole.checks)


@given(case=graded())
def test_the_instructors_page_explains_each_check_by_its_own_reason(report, case):
    sections, checks = case
    checks = [msgspec.structs.replace(check, reason=f"because of {check.id}") for check in checks]
    page = layout.instructor_page(filled(report, (sections, checks)))
    assert all(item.cause == f"because of {item.id}" for item in page.items)


@given(case=graded())
def test_the_checks_of_a_section_share_all_of_its_points(report, case):
    page = layout.student_page(for_student(filled(report, case)))
    for block in page.blocks:
        won = sum(item.points - item.lost for item in block.items if item.mark != "open")
        unsure = sum(item.points for item in block.items if item.mark == "open")
        assert won == pytest.approx(block.earned)
        if any(item.points for item in block.items):
            assert sum(item.points for item in block.items) == pytest.approx(block.maximum)
            assert unsure == pytest.approx(block.undecided)
        else:
            assert block.undecided == block.maximum


@given(case=graded())
def test_all_formats_come_to_the_same_total(report, case):
    whole = filled(report, case)
    student = for_student(whole)
    counted = [section for section in whole.sections if section.counted]
    results = json.loads(gradescope.results_json(student))
    assert results["score"] == pytest.approx(whole.earned, abs=1e-4)
    assert sum(test.get("score", 0) for test in results["tests"]) == pytest.approx(whole.earned, abs=3e-3)
    result = json.loads(base64.b64decode(github.classroom_result(student)))
    assert sum(test["score"] for test in result["tests"]) == pytest.approx(whole.earned, abs=0.03)
    assert len(result["tests"]) == len(counted)
    assert 0 <= result["max_score"] - whole.maximum < 1
    root = ET.fromstring(junit.junit_xml(student))  # noqa: S314 - our own
    for name, wanted in (
        ("earned", whole.earned),
        ("maximum", whole.maximum),
        ("undecided", whole.undecided),
    ):
        values = [float(each.find(f".//property[@name='points.{name}']").get("value"))
                  for each in root if each.find(".//property[@value='true']") is not None]  # fmt: skip
        assert sum(values) == pytest.approx(wanted, rel=1e-5)


@given(case=graded())
def test_whoever_reads_it_reads_the_same_total(report, case):
    whole = filled(report, case)
    student = for_student(whole)
    total = layout.student_page(student).total
    assert float(total.split(" / ")[0]) == pytest.approx(whole.earned, abs=0.0051)
    assert f"\nTotal {total}\n" in terminal.plain(terminal.instructor(whole))
    assert re.search(rf"\nTOTAL +{re.escape(total)}( \(|\n)", sheet.score_sheet(student))
    assert f'<span class="number">{total}</span>' in html.student(student)
    assert f"**{total}**" in github.step_summary(student)


@given(case=graded())
def test_open_points_are_always_said_to_be_open(report, case):
    whole = filled(report, case)
    student = for_student(whole)
    said = [
        "points are open" in " ".join(terminal.plain(terminal.instructor(whole)).split()),
        "points are open" in " ".join(sheet.score_sheet(student).split()),
        "points are open" in html.student(student),
        "points are open" in github.step_summary(student),
        "::warning" in github.notices(student),
        "Some points are not decided yet" in gradescope.results_json(student).decode(),
    ]
    assert said == [bool(whole.undecided)] * len(said)
