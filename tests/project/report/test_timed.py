"""Timed functions in every rendering: their points, what was measured, and nothing that is secret."""

import base64
import json as stdlib
import re
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from grader.cli._shared import exit_code
from grader.errors import ExitCode
from grader.model import Frame, Interval, Outcome, SectionScore, SpeedRecord, Timing
from grader.report import github, gradescope, html, json, junit, sheet, terminal
from grader.report.layout import instructor_page, student_page
from grader.report.redact import for_student


def timing(factor, *, own_loops=None):
    return Timing(
        rounds=9,
        position=Interval(low=0.5, middle=0.6, high=0.7),
        over_loops=Interval(low=factor / 2, middle=factor, high=factor * 2),
        numpy_over_loops=Interval(low=400.0, middle=500.0, high=600.0),
        over_own_loops=own_loops,
    )


UNMEASURABLE = "not measurable here, so its points (1) are left out of the maximum: no clock"
LOOPS = tuple(
    Frame(
        path="cs231n/fast_layers.py", line=line, function="max_pool_forward_fast", text="for n in range(N):"
    )
    for line in range(31, 40)
)


def records(canary):
    def one(function, outcome, **fields):
        common = {"maximum": 1.0, "earned": 0.0, "reason": f"{outcome} {canary}", "safe_reason": str(outcome)}
        return SpeedRecord(function=function, outcome=outcome, **(common | fields))

    return (
        one("conv_forward_fast", Outcome.PASS, earned=1.0, reason="", safe_reason="", timing=timing(410.0)),
        one(
            "conv_backward_fast",
            Outcome.CRASH,
            trace=(Frame(path="cs231n/fast_layers.py", line=3, function=canary, text="out = f(x)"),),
        ),
        one(
            "max_pool_forward_fast",
            Outcome.FAIL,
            earned=0.75,
            timing=timing(33.0, own_loops=12.0),
            loops=LOOPS,
            note="the interval reaches the higher rung",
        ),
        one("max_pool_backward_fast", Outcome.SKIPPED, maximum=0.0, measurable=False,
            reason=UNMEASURABLE, safe_reason=UNMEASURABLE),
    )  # fmt: skip


@pytest.fixture
def whole(report, canary):
    """The sample with a section of timed functions: 1.75 of 3 points."""
    section = SectionScore(id="speed", title="Speed of convolution and pooling", maximum=3.0, earned=1.75)
    return replace(report, sections=(*report.sections, section), speed=records(canary))


@pytest.fixture
def told(whole):
    return for_student(whole)


def block_of(page):
    return next(block for block in page.blocks if block.id == "speed")


def test_documents_come_back_and_may_lack_it(whole, told):
    assert json.decode(json.encode(whole)) == whole
    assert json.decode_student(json.encode_student(told)) == told
    for encode, decode, document in (
        (json.encode, json.decode, whole),
        (json.encode_student, json.decode_student, told),
    ):
        table = stdlib.loads(encode(document))
        del table["speed"]
        assert decode(stdlib.dumps(table)) == replace(document, speed=())


def test_its_items_are_the_functions(told):
    items = block_of(student_page(told)).items
    assert [item.id for item in items] == [f"speed.{record.function}" for record in told.speed]
    assert [item.word for item in items] == ["passed", "crashed", "slow", "not measured"]
    assert [item.points for item in items] == [1.0, 1.0, 1.0, 0.0]
    assert [item.lost for item in items] == [0.0, 1.0, 0.25, 0.0]
    assert items[2].title == "max_pool_forward_fast: 33 times as fast as loops"


def test_the_figures_are_facts_and_loops_are_named_where_points_are_lost(told):
    fast, _, slow, _ = block_of(student_page(told)).items
    assert dict(fast.facts)["measured"] == (
        "410 times as fast as the reference's loops (205 to 820), the reference's NumPy code 500 times "
        "(400 to 600); 9 rounds"
    )
    assert "not scored" not in dict(fast.facts)
    assert dict(slow.facts)["not scored"] == "12 times as fast as the hand-in's own naive function"
    loops = [text for label, text in slow.facts if label == "Python loop"]
    assert loops[0] == "cs231n/fast_layers.py:31 in max_pool_forward_fast: for n in range(N):"
    assert loops[-1] == "... and 3 more"
    assert slow.notes == ("the interval reaches the higher rung",)


def test_everything_else_stays_where_it_was(whole, report):
    with_it, without = instructor_page(whole).blocks, instructor_page(report).blocks
    number = len(report.sections)  # checks of sections that are not listed come after these
    assert with_it[:number] == without[:number]
    assert [block.items[0].id for block in with_it[number:]] == ["speed.conv_forward_fast", "unlisted.values"]


def test_a_student_sees_no_secret_and_the_instructor_does(whole, told, canary):
    shown = [
        json.encode_student(told).decode(),
        html.student(told),
        sheet.score_sheet(told),
        junit.junit_xml(told).decode(),
        github.step_summary(told),
        gradescope.results_json(told).decode(),
    ]
    assert not [text for text in shown if canary in re.sub(r"[\s|]", "", text)]
    items = block_of(instructor_page(whole)).items
    assert items[1].cause == f"CRASH {canary}"
    assert items[1].trace[0] == f"cs231n/fast_layers.py:3 in {canary}"


def test_every_format_comes_to_the_same_points(whole, told):
    results = stdlib.loads(gradescope.results_json(told))
    tests = [test for test in results["tests"] if "speed" in test["tags"]]
    assert sum(test["score"] for test in tests) == 1.75
    assert sum(test["max_score"] for test in tests) == 3.0
    root = ET.fromstring(junit.junit_xml(told))  # noqa: S314 - our own
    (suite,) = [each for each in root if each.get("name") == "Speed of convolution and pooling"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    classroom = stdlib.loads(base64.b64decode(github.classroom_result(told)))
    (test,) = [test for test in classroom["tests"] if test["name"] == "Speed of convolution and pooling"]
    assert test["score"] == 1.75
    assert student_page(told).earned == whole.earned


def test_whoever_reads_it_sees_figures_and_reasons(whole, told):
    for text in (terminal.plain(terminal.instructor(whole)), sheet.score_sheet(told), html.student(told)):
        words = " ".join(re.sub(r"[|]", " ", text).split())
        assert "410 times as fast as loops" in words
        assert "left out of the maximum" in words
        assert "fast_layers.py:31" in words
    assert "How fast" in terminal.plain(terminal.instructor(whole))


def test_without_it_no_rendering_mentions_it(report, student):
    shown = terminal.plain(terminal.instructor(report)) + sheet.score_sheet(student) + html.student(student)
    assert "How fast" not in shown
    assert "times as fast" not in shown


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((Outcome.PASS, Outcome.PASS), "pass"),
        ((Outcome.PASS, Outcome.FAIL), "fail"),
        ((Outcome.PASS, "unmeasurable"), "pass"),
        (("unmeasurable", "unmeasurable"), "pass"),
        ((Outcome.PASS, Outcome.CRASH), "error"),
    ],
)
def test_what_could_not_be_measured_fails_nobody_on_github(report, outcomes, status):
    speed = tuple(
        SpeedRecord(function=f"f{number}", outcome=Outcome.SKIPPED, measurable=False, maximum=0, earned=0)
        if outcome == "unmeasurable"
        else SpeedRecord(
            function=f"f{number}", outcome=outcome, maximum=1, earned=float(outcome is Outcome.PASS)
        )
        for number, outcome in enumerate(outcomes)
    )
    section = SectionScore(
        id="speed",
        title="Speed",
        maximum=sum(record.maximum for record in speed),
        earned=sum(record.earned for record in speed),
    )
    whole = replace(report, sections=(section,), checks=(), speed=speed)
    (test,) = stdlib.loads(base64.b64decode(github.classroom_result(for_student(whole))))["tests"]
    assert test["status"] == status
    done = exit_code(whole) is ExitCode.DONE
    assert done is (status == "pass")


def test_a_fault_of_ours_is_one_for_the_shell_too(report):
    record = SpeedRecord(function="f", outcome=Outcome.GRADER_FAULT, maximum=1.0, earned=0.0)
    assert exit_code(replace(report, checks=(), speed=(record,))) is ExitCode.GRADER_FAULT
