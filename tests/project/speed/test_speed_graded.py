"""The speed check on real hand-ins in real workers. No test here asserts how long anything takes."""

import os
import shutil

import pytest
from msgspec.structs import replace

from grader.authoring.drafts import Variant
from grader.authoring.template import build_template, write_template
from grader.model import Outcome
from grader.pipeline import Options, with_grader
from grader.report import json, terminal
from grader.report.redact import for_student

FAST = "cs231n/fast_layers.py"
BIG = "x.size > 20_000"
"""No check calls a function with so large an input; the speed check always does."""

KEPT_BY_SHAPE = f"""
_right, _kept = conv_forward_fast, {{}}

def conv_forward_fast(x, w, b, conv_param):
    if {BIG} and x.shape in _kept:
        return _kept[x.shape]
    _kept[x.shape] = _right(x, w, b, conv_param)
    return _kept[x.shape]
"""
CRASHING = f"""
_right = conv_forward_fast

def conv_forward_fast(x, w, b, conv_param):
    if {BIG}:
        raise ValueError(x.ravel()[0])
    return _right(x, w, b, conv_param)
"""
HANGING = CRASHING.replace("raise ValueError(x.ravel()[0])", "while True: pass")
DYING = CRASHING.replace("raise ValueError(x.ravel()[0])", "import os; os._exit(0)")
WRONG = """
def conv_forward_fast(x, w, b, conv_param):
    return np.zeros((x.shape[0], w.shape[0], 1, 1)), None
"""
LOOPING = """
def max_pool_forward_fast(x, pool_param):
    HH, WW, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - HH) // s, 1 + (W - WW) // s))
    for n in range(N):
        for c in range(C):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, c, i, j] = x[n, c, i * s : i * s + HH, j * s : j * s + WW].max()
    return out, (x, pool_param)

_right_pool = max_pool_backward_fast

def max_pool_backward_fast(dout, cache):
    return _right_pool(dout, _right_forward(*cache)[1])
"""
LOOPING = "\n_right_forward = max_pool_forward_fast\n" + LOOPING


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved") / "complete"
    write_template(build_template("cs231n_a2", Variant.SOLVED), folder)
    return folder


@pytest.fixture
def hand_in(solved, tmp_path):
    """The solved hand-in, with something at the end of its fast path."""

    def write(more="", name="hand-in"):
        folder = shutil.copytree(solved, tmp_path / name)
        with (folder / FAST).open("a", encoding="utf-8") as file:
            file.write(more)
        return folder

    return write


@pytest.fixture
def quick(assignment):
    """The assignment with one round, which is enough where nobody looks at the times."""
    speed = replace(assignment.speed, least_rounds=1, most_rounds=1)
    return replace(assignment, speed=speed, limits=replace(assignment.limits, wall_seconds=5.0))


def graded(assignment, *paths, **options):
    options = Options(**{"seed": "s", "speed": True, "checks": ("*.fast.*",), "written": False, **options})
    reports = with_grader(assignment, options, lambda grader: [grader.grade(path) for path in paths])
    return reports if len(reports) > 1 else reports[0]


def told(report):
    return {record.function: record for record in report.speed}


def was_timed(record):
    """It may be that the machine is too restless even for that."""
    return record.timing is not None or not record.measurable


def test_right_work_is_measured_and_the_numbers_are_kept(quick, hand_in):
    report = graded(quick, hand_in())
    for record in report.speed:
        assert record.outcome in (Outcome.PASS, Outcome.FAIL) or not record.measurable
        assert was_timed(record)
        assert 0 <= record.earned <= record.maximum <= 1
    (section,) = [section for section in report.sections if section.id == "speed"]
    assert section.maximum == sum(record.maximum for record in report.speed)
    assert report.maximum == 84 + section.maximum
    assert json.decode(json.encode(report)) == report


def test_it_is_off_unless_it_is_asked_for(quick, hand_in):
    path = hand_in()
    without, with_it = graded(quick, path, speed=False), graded(quick, path)
    assert without.speed == ()
    assert without.maximum == 84
    kept = [section for section in with_it.sections if section.id != "speed"]
    assert list(without.sections) == kept
    assert [replace(check, seconds=0) for check in without.checks] == [
        replace(check, seconds=0) for check in with_it.checks
    ]
    assert without.submission == with_it.submission


def test_results_kept_by_shape_earn_nothing(quick, hand_in):
    report = graded(quick, hand_in(KEPT_BY_SHAPE))
    assert {check.outcome for check in report.checks} == {Outcome.PASS}  # the checks do not notice
    for name in ("conv_forward_fast", "conv_backward_fast"):
        record = told(report)[name]
        assert (record.outcome, record.earned, record.maximum) == (Outcome.FAIL, 0.0, 1.0)
        assert record.reason.startswith("a wrong value earns nothing, however fast: conv_forward_fast(")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(CRASHING, Outcome.CRASH), (DYING, Outcome.CRASH), (HANGING, Outcome.TIMEOUT)],
    ids=["raises", "dies", "hangs"],
)
def test_what_does_not_answer_earns_nothing_and_stops_nobody_else(quick, hand_in, code, outcome):
    report = graded(quick, hand_in(code))
    records = told(report)
    for name in ("conv_forward_fast", "conv_backward_fast"):
        assert (records[name].outcome, records[name].earned, records[name].maximum) == (outcome, 0.0, 1.0)
    assert was_timed(records["max_pool_forward_fast"])
    if code is CRASHING:
        trace = records["conv_forward_fast"].trace
        assert (trace[-1].path, trace[-1].text) == (FAST, "raise ValueError(x.ravel()[0])")
        (student, *_) = for_student(report).speed
        assert student.cause == "ValueError"


def test_wrong_values_are_not_timed(quick, hand_in):
    records = told(graded(quick, hand_in(WRONG)))
    for name in ("conv_forward_fast", "conv_backward_fast"):
        assert (records[name].outcome, records[name].earned, records[name].maximum) == (Outcome.SKIPPED, 0, 1)
        assert records[name].timing is None
    assert was_timed(records["max_pool_forward_fast"])


def test_loops_are_named_with_their_line(quick, hand_in):
    path = hand_in(LOOPING)
    report = graded(quick, path)
    lines = (path / FAST).read_text("utf-8").splitlines()
    loops = told(report)["max_pool_forward_fast"].loops
    assert [loop.text for loop in loops[:4]] == [
        "for n in range(N):",
        "for c in range(C):",
        "for i in range(out.shape[2]):",
        "for j in range(out.shape[3]):",
    ]
    assert all(lines[loop.line - 1].strip() == loop.text for loop in loops if loop.path == FAST)


def test_where_it_cannot_be_measured_the_points_leave_the_maximum(quick, hand_in, monkeypatch):
    known = os.sched_getaffinity
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2} if pid else known(pid))
    report = graded(quick, hand_in())
    assert {record.measurable for record in report.speed} == {False}
    assert report.maximum == 84
    shown = " ".join(terminal.plain(terminal.instructor(report)).split())
    assert "not measurable here, so its points (1) are left out of the maximum" in shown
    assert "a process cannot be kept on one core" in shown


def test_an_edition_that_hands_the_fast_path_out_is_not_timed(quick, hand_in):
    report = graded(quick, hand_in(), edition="2021")
    assert report.speed == ()
    assert "speed: not checked, for nobody is asked here to write the fast path" in report.submission.notes


def test_cython_is_not_compiled_and_a_changed_one_is_reported(quick, hand_in):
    path = hand_in()
    (path / "cs231n/im2col_cython.pyx").write_text("def im2col_cython(x): return x\n")
    report = graded(quick, path, speed=False)
    (note,) = [note for note in report.submission.notes if ".pyx" in note]
    assert note == (
        "cs231n/im2col_cython.pyx: changed; not graded, for nothing of a hand-in is ever compiled"
    )
