"""Every submission of the corpus gets its verdict, and none leaves anything behind.

The corpus is graded once per test session: all submissions whose tests were selected, in one run of
the grader with a canary planted in it, at the first test that asks.
"""

import os
import re
import secrets
import sys
import unicodedata

import numpy as np
import pytest

from corpus.entry import entries
from corpus.lab import Graded, forms, grade_all, planted, without_seed
from corpus.verdict import differences
from grader.report import github, gradescope, html, json, junit, sheet, terminal
from grader.report.redact import for_student

pytestmark = pytest.mark.skipif(
    "BACKPROP_GRADER_CORPUS" not in os.environ,
    reason="grading the whole corpus takes many minutes: set BACKPROP_GRADER_CORPUS=1",
)

CORPUS = {entry.name: entry for entry in entries()}
CANARY = secrets.token_hex(20)
"""Stands for everything that is secret: nobody may ever see it in what comes of a submission."""


def cases(*, hostile_only=False, names=None):
    """Submissions at level A, and at level B: a dozen always, the rest where there is time."""
    found = []
    for entry in CORPUS.values():
        if (hostile_only and entry.kind != "hostile") or (names and entry.name not in names):
            continue
        skipped = [pytest.mark.skip(reason=entry.skip)] if entry.skip else []
        slow = [] if entry.also_b else [pytest.mark.slow]
        found.append(pytest.param("A", entry.name, id=f"A-{entry.name}", marks=skipped))
        found.append(pytest.param("B", entry.name, id=f"B-{entry.name}", marks=[*skipped, *slow]))
    return found


every_submission = pytest.mark.parametrize(("level", "name"), cases())
every_hostile_submission = pytest.mark.parametrize(("level", "name"), cases(hostile_only=True))


@pytest.fixture(scope="session")
def all_graded(request, tmp_path_factory):
    """What came of every submission that a selected test asks for, by level and name."""
    if sys.platform != "linux":
        pytest.skip("levels A and B are Linux only; not tried: the whole corpus")
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    pairs = {
        (call.params["level"], call.params["name"]): None
        for call in asked
        if call is not None and call.params.get("name") in CORPUS and "level" in call.params
    }
    jobs = [(level, CORPUS[name]) for level, name in pairs if not CORPUS[name].skip]
    return grade_all(jobs, tmp_path_factory.mktemp("corpus"), CANARY)


@pytest.fixture
def graded(all_graded, level, name) -> Graded:
    """What came of one submission."""
    found = all_graded[level, name]
    if found.report is not None and found.report.confinement.level != level:
        pytest.skip(f"only level {found.report.confinement.level} here; not tried: {name} at level {level}")
    return found


@every_submission
def test_gets_its_verdict(graded, name):
    entry = CORPUS[name]
    assert graded.fault is None
    if entry.refused:
        assert graded.report is None
        assert re.search(entry.refused, graded.refused)
        assert "\n" not in graded.refused
    else:
        assert graded.report is not None, graded.refused
        assert not [*differences(entry, graded.report)]


@every_hostile_submission
def test_leaves_nothing_behind(graded):
    """No process, no open socket, no visitor; and the next hand-in is graded as if nothing had been."""
    assert not graded.processes
    assert graded.descriptors == 0
    assert not graded.visitors
    assert graded.neighbour is not None
    assert graded.neighbour.checks
    assert {check.outcome for check in graded.neighbour.checks} == {"PASS"}


@every_submission
def test_the_canary_is_never_seen(graded):
    assert graded.received or graded.refused
    assert not graded.leaks
    shown = [graded.refused.encode()]
    if graded.report is not None:
        shown.append(json.encode(without_seed(graded.report)))
        shown.append(json.encode_student(for_student(graded.report)))
    for text in shown:
        for form in forms(CANARY):
            assert form not in text


@pytest.mark.parametrize("name", [name for name, entry in CORPUS.items() if entry.loot])
def test_the_search_for_the_canary_can_succeed(name, tmp_path):
    """The very code that must find nothing above finds it where nothing holds it back."""
    entry = CORPUS[name]
    source = (entry.folder / "appended" / "cs231n" / "layers.py").read_text()
    with planted(CANARY, tmp_path) as traps:
        for place, text in traps.places.items():
            source = source.replace(f"{{{{{place}}}}}", text)
        namespace = {"np": np, "__name__": "cs231n.layers", "affine_forward": None}
        exec(compile(source, "layers.py", "exec"), namespace)  # noqa: S102 - our own source
        for function in entry.loot:
            assert CANARY in namespace[function]()


LOUD = ["terminal_escapes", "quotes_hidden_inputs", "weird_nets", "huge_messages"]
RENDERERS = {
    "terminal": lambda report: terminal.plain(terminal.check(report)),
    "html": html.student,
    "sheet": sheet.score_sheet,
    "junit": lambda report: junit.junit_xml(report).decode(),
    "notices": github.notices,
    "summary": github.step_summary,
    "gradescope": lambda report: gradescope.results_json(report).decode(),
}


@pytest.mark.parametrize(("level", "name"), cases(names=LOUD))
@pytest.mark.parametrize("renderer", RENDERERS)
def test_no_text_of_theirs_acts(graded, renderer):
    shown = RENDERERS[renderer](for_student(graded.report))
    acting = {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not acting
    assert "<script>alert" not in shown or renderer in ("terminal", "sheet", "gradescope", "notices")
    assert len(shown) < 3_000_000


def test_the_corpus_is_large_and_mostly_bad():
    hostile = [entry for entry in CORPUS.values() if entry.kind == "hostile"]
    honest = [entry for entry in CORPUS.values() if entry.kind == "honest"]
    assert len(hostile) >= 40
    assert len(honest) >= 24
    assert len(hostile) > len(honest)
    assert sum(entry.also_b for entry in CORPUS.values()) >= 12


def test_every_outcome_is_in_the_corpus():
    """Each verdict that a submission can get is wanted of at least one."""
    wanted = {outcome for entry in CORPUS.values() for outcome in entry.outcomes.values()}
    exact = {"FAIL", "MISSING", "CRASH", "TIMEOUT", "MEMORY", "BAD_OUTPUT", "SKIPPED"}
    assert exact <= wanted
