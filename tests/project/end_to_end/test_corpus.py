"""Every submission of the corpus gets its verdict, and none leaves anything behind.

The corpus is graded once per test session: all submissions whose tests were selected, in one run of
the grader with a canary planted in it, at the first test that asks.
"""

import base64
import secrets
import sys

import pytest

from corpus.build import contents
from corpus.entry import entries
from corpus.lab import Graded, grade_all, without_seed
from corpus.verdict import differences
from grader.report import json
from grader.report.redact import for_student

CORPUS = {entry.name: entry for entry in entries()}
CANARY = secrets.token_hex(20)
"""Stands for everything that is secret: nobody may ever see it in what comes of a submission."""


def cases(*, hostile_only=False):
    """Every submission at level A, and at level B: a dozen always, the rest where there is time."""
    for entry in CORPUS.values():
        if hostile_only and entry.kind != "hostile":
            continue
        skipped = [pytest.mark.skip(reason=entry.skip)] if entry.skip else []
        slow = [] if entry.also_b else [pytest.mark.slow]
        yield pytest.param("A", entry.name, id=f"A-{entry.name}", marks=skipped)
        yield pytest.param("B", entry.name, id=f"B-{entry.name}", marks=[*skipped, *slow])


every_submission = pytest.mark.parametrize(("level", "name"), [*cases()])
every_hostile_submission = pytest.mark.parametrize(("level", "name"), [*cases(hostile_only=True)])


@pytest.fixture(scope="session")
def all_graded(request, tmp_path_factory):
    """What came of every submission that a selected test asks for, by level and name."""
    if sys.platform != "linux":
        pytest.skip("levels A and B are Linux only; not tried: the whole corpus")
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    jobs = dict.fromkeys(
        (params["level"], params["name"]) for params in asked if params.get("name") in CORPUS and "level" in params
    )
    jobs = [(level, CORPUS[name]) for level, name in jobs if not CORPUS[name].skip]
    return grade_all(jobs, tmp_path_factory.mktemp("corpus"), CANARY)


@pytest.fixture
def graded(all_graded, level, name) -> Graded:
    """What came of one submission."""
    return all_graded[level, name]


@every_submission
def test_gets_its_verdict(graded, name, level):
    entry = CORPUS[name]
    assert graded.fault is None
    if entry.refused:
        assert graded.report is None
        pytest.importorskip("re").search(entry.refused, graded.refused) or pytest.fail(graded.refused)
        return
    assert graded.report is not None, graded.refused
    if graded.report.confinement.level != level:
        pytest.skip(f"only level {graded.report.confinement.level} here; not tried: level {level}")
    assert not [*differences(entry, graded.report)]


@every_hostile_submission
def test_leaves_no_trace(graded):
    """No process, no open socket, no visitor; and the next hand-in is graded as if nothing had been."""
    assert not graded.processes
    assert not graded.descriptors
    assert not graded.visitors
    assert graded.neighbour is not None
    assert {check.outcome for check in graded.neighbour.checks} == {"PASS"}


@every_submission
def test_the_canary_is_never_seen(graded):
    shown = [graded.received, graded.refused.encode()]
    if graded.report is not None:
        shown.append(json.encode(without_seed(graded.report)))
        shown.append(json.encode_student(for_student(graded.report)))
    for text in shown:
        for form in forms(CANARY.encode()):
            assert form not in text


def forms(secret):
    """A text as it is, and in the ways that programs like to write it."""
    return (
        secret,
        secret[::-1],
        secret.hex().encode(),
        base64.b64encode(secret)[:-4],
        secret.decode().encode("utf-16-le"),
        secret.decode().encode("utf-32-le"),
    )


@pytest.mark.parametrize("name", [name for name, entry in CORPUS.items() if entry.loot])
def test_the_search_for_the_canary_can_succeed(name):
    """What a spy finds where nothing holds it back: the very code that must find nothing above."""
    assert contents(CORPUS[name])


def test_the_corpus_is_large_and_mostly_bad():
    hostile = [entry for entry in CORPUS.values() if entry.kind == "hostile"]
    honest = [entry for entry in CORPUS.values() if entry.kind == "honest"]
    assert len(hostile) >= 40
    assert len(honest) >= 24
    assert len(hostile) > len(honest)
    assert sum(entry.also_b for entry in CORPUS.values()) >= 12
