"""Every submission of the corpus gets its verdict, and none leaves anything behind.

All but the long ones are graded at level A, and a dozen at level B; with ``BACKPROP_GRADER_CORPUS=1`` all
of them at both, which takes many minutes.
"""

import os
import re
import secrets
import sys
import unicodedata

import numpy as np
import pytest

from corpus.entry import entries
from corpus.lab import forms, open_lab, planted, without_seed
from corpus.verdict import differences
from grader.report import github, gradescope, html, json, junit, sheet, terminal
from grader.report.redact import for_student

CORPUS = {entry.name: entry for entry in entries()}
CANARY = secrets.token_hex(20)
"""Stands for everything that is secret: nobody may ever see it in what comes of a submission."""


def cases():
    """Submissions at level A, and at level B where it is asked for."""
    whole = "BACKPROP_GRADER_CORPUS" in os.environ
    for entry in CORPUS.values():
        for level in "AB" if whole else "AB" * entry.also_b or "A" * (not entry.long):
            marks = [pytest.mark.skip(reason=entry.skip)] if entry.skip else [pytest.mark.slow]
            yield pytest.param(level, entry, id=f"{level}-{entry.name}", marks=marks)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """What grades the submissions of this process."""
    if sys.platform != "linux":
        pytest.skip("levels A and B are Linux only; not tried: the whole corpus")
    with open_lab(tmp_path_factory.mktemp("corpus"), CANARY) as lab:
        yield lab


@pytest.mark.parametrize(("level", "entry"), [*cases()])
def test_gets_its_verdict_and_leaves_nothing_behind(lab, level, entry):
    graded = lab.grade(level, entry)
    if graded.report is not None and graded.report.confinement.level != level:
        real = graded.report.confinement.level
        pytest.skip(f"only level {real} here; not tried: {entry.name} at level {level}")
    require_verdict(entry, graded)
    require_silence(graded)
    if entry.kind == "hostile":
        require_nothing_left(graded)
    if entry.name in LOUD:
        require_no_text_that_acts(graded)


def require_verdict(entry, graded):
    """The outcome of every check, or the refusal, is as it should be."""
    assert graded.fault is None
    if entry.refused:
        assert graded.report is None
        assert re.search(entry.refused, graded.refused)
        assert "\n" not in graded.refused
    else:
        assert graded.report is not None, graded.refused
        assert not [*differences(entry, graded.report)]


def require_nothing_left(graded):
    """No process, no open socket, no visitor; and the next hand-in is graded as if nothing had been."""
    assert not graded.processes
    assert graded.descriptors == 0
    assert not graded.visitors
    assert graded.neighbour is not None
    assert graded.neighbour.checks
    assert {check.outcome for check in graded.neighbour.checks} == {"PASS"}


def require_silence(graded):
    """The canary is nowhere in what came from the workers or stands in a report."""
    assert graded.received or graded.refused
    assert not graded.leaks
    shown = [graded.refused.encode()]
    if graded.report is not None:
        shown.append(json.encode(without_seed(graded.report)))
        shown.append(json.encode_student(for_student(graded.report)))
    for text in shown:
        for form in forms(CANARY):
            assert form not in text


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


def require_no_text_that_acts(graded):
    """No control character and no mark-up of theirs gets through any renderer."""
    for renderer, render in RENDERERS.items():
        shown = render(for_student(graded.report))
        acting = {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert not acting, renderer
        assert "<script>alert" not in shown or renderer in ("terminal", "sheet", "gradescope", "notices")
        assert len(shown) < 3_000_000


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
