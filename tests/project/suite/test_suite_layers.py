"""The graded checks of layers, losses, update rules and the fast path: what they accept and what not.

They must accept the reference and right code of any style, reject every known mistake, blame nobody
else for it, and never fall over whatever a submission returns.
"""

from __future__ import annotations

import ast
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from styles import loops, terse, unusual

import reference
from grader.subject.interface import Interface, load_interface
from grader.subject.local import LocalSubject
from grader.subject.outcomes import Crashed, SubjectError
from grader.suite.compare import Mismatch
from grader.suite.session import Check, Run, Suite, with_suite
from reference.mistakes import Mistake, catalogue
from reference.observations import trusted

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "tests" / "suites" / "cs231n_a2"
FILES = (
    *("affine", "relu", "losses", "batchnorm", "layernorm", "dropout", "optim", "convolution"),
    *("pooling", "spatial_norms", "fast", "beyond", "beyond_images", "beyond_norms"),
)
PATHS = [
    path
    for folder in ("public", "hidden")
    for name in FILES
    if (path := SUITE / folder / f"test_{name}.py").exists()
]
SEED = "of the tests"

WHOLE = load_interface(ROOT / "rubrics" / "cs231n_a2" / "interface.toml")
# Plain SGD and the joint layers are handed out in every edition.
HANDED_OUT = {"sgd"} | {name for name, entry in WHOLE.functions.items() if entry.group == "layer_utils"}
GRADED = {name: entry for name, entry in WHOLE.functions.items() if name not in HANDED_OUT}
TRUSTED: dict[str, Callable[..., Any]] = {name: trusted(name) for name in WHOLE.functions}
MISTAKES = [mistake for mistake in catalogue() if mistake.target in GRADED]

NOT_COUNTED = {
    # The hand-outs never show it: the shape of a vector's gradient, the place of epsilon.
    "affine_backward.db-with-a-row-too-many": "comparisons of the notebooks broadcast it away",
    "batchnorm_backward.dgamma-with-a-row-too-many": "comparisons of the notebooks broadcast it away",
    "batchnorm_forward.running-averages-of-another-shape": "it broadcasts wherever it is used",
    "batchnorm_forward.eps-outside-the-root": "no notebook has features for which it shows",
    "layernorm_forward.eps-outside-the-root": "no notebook has features for which it shows",
    "layernorm_forward.eps-ignored": "no notebook sets another epsilon",
    "spatial_groupnorm_forward.eps-outside-the-root": "no notebook has images for which it shows",
    "rmsprop.eps-under-the-root": "too small to show for ordinary gradients",
    "adam.eps-under-the-root-of-the-average": "too small to show for ordinary gradients",
    "spatial_groupnorm_forward.gamma-taken-for-a-vector": "the first hand-out of 2018 had vectors",
    "spatial_groupnorm_backward.dgamma-as-a-vector": "the first hand-out of 2018 had vectors",
    # The notebooks do not try it.
    "relu_forward.writes-to-its-input": "a submission loses no points for it",
    "softmax_loss.scores-not-shifted": "no notebook has scores near 1000",
    "softmax_loss.shifted-by-the-maximum-of-the-batch": "no notebook has scores near 1000",
    "conv_backward_naive.nothing-left-without-padding": "no notebook goes without padding",
    "max_pool_forward_naive.window-sides-swapped": "all windows of the notebooks are square",
    "max_pool_forward_naive.windows-side-by-side": "no windows of the notebooks overlap or leave gaps",
    "max_pool_forward_fast.window-sides-swapped": "all windows of the notebooks are square",
    "max_pool_forward_fast.windows-side-by-side": "no windows of the notebooks overlap or leave gaps",
    "max_pool_backward_naive.overlaps-overwritten": "no windows of the notebooks overlap",
    "max_pool_backward_naive.every-tie-gets-all": "equal maxima are left open, up to their sum",
    "max_pool_backward_fast.every-tie-gets-all": "equal maxima are left open, up to their sum",
}
"""Known mistakes that only the section beyond the notebook sees, and why."""

ACCEPTED = {
    "max_pool_backward_naive.ties-share": "a valid convention where a window has several equal maxima",
    "max_pool_backward_fast.ties-share": "a valid convention where a window has several equal maxima",
}
"""Known mistakes that no check may fail: they differ from the reference by a convention only."""


def subject_with(**replaced: Callable[..., Any]) -> LocalSubject:
    """The reference with other code in some places, whose exceptions are those of a submission."""
    implementations = {name: _crashing(function) for name, function in {**TRUSTED, **replaced}.items()}
    return LocalSubject(Interface(WHOLE.functions, {}), implementations)


def _crashing(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:
            raise Crashed(f"{type(error).__name__}: {error}") from error

    return call


def run(suite: Suite, check: Check, subject: LocalSubject, seed: str = SEED) -> Run:
    with np.errstate(all="ignore"):
        return suite.run(check.id, subject, seed=seed, reference=reference)


def failures(suite: Suite, checks: list[Check], subject: LocalSubject, seed: str = SEED) -> dict[str, str]:
    runs = [run(suite, check, subject, seed) for check in checks]
    return {found.check.id: str(found.error) for found in runs if found.error is not None}


def in_suite(use: Callable[[Suite], Any]) -> Any:
    return with_suite(PATHS, use)


def counted(checks: tuple[Check, ...]) -> list[Check]:
    return [check for check in checks if check.section != "beyond"]


# What is accepted


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_the_reference_passes_every_check(seed):
    assert in_suite(lambda suite: failures(suite, list(suite.checks), subject_with(), seed)) == {}


@pytest.mark.parametrize("style", [loops, terse, unusual], ids=lambda style: style.__name__)
@pytest.mark.parametrize("seed", ["one", "two"])
def test_right_code_of_any_style_passes_what_counts(style, seed):
    assert set(style.STYLE) <= set(GRADED) | set(vars(style))
    replaced = {name: function for name, function in style.STYLE.items() if name in GRADED}
    assert len(replaced) > 20
    assert (
        in_suite(lambda suite: failures(suite, counted(suite.checks), subject_with(**replaced), seed)) == {}
    )


@pytest.mark.parametrize("style", [loops, terse], ids=lambda style: style.__name__)
def test_careful_code_passes_beyond_the_notebook_as_well(style):
    replaced = {name: function for name, function in style.STYLE.items() if name in GRADED}
    assert in_suite(lambda suite: failures(suite, list(suite.checks), subject_with(**replaced))) == {}


def test_chance_does_not_decide_about_dropout():
    def use(suite: Suite) -> dict[str, str]:
        checks = [check for check in suite.checks if check.section == "dropout"]
        found: dict[str, str] = {}
        for number in range(20):
            for style in (TRUSTED, terse.STYLE, unusual.STYLE):
                replaced = {name: style[name] for name in ("dropout_forward", "dropout_backward")}
                found |= failures(suite, checks, subject_with(**replaced), f"chance {number}")
        return found

    assert in_suite(use) == {}


# What is rejected


@pytest.fixture(scope="module")
def verdicts() -> dict[str, tuple[list[str], list[str]]]:
    """For each known mistake the checks that count and those beyond the notebook that reject it.

    Of those that count the first is enough, so the list has at most one entry.
    """

    def use(suite: Suite) -> dict[str, tuple[list[str], list[str]]]:
        found = {}
        for mistake in MISTAKES:
            subject = subject_with(**{mistake.target: mistake.implementation})
            about = [check for check in suite.checks if mistake.target in check.about]
            ordinary = next((c for c in counted(tuple(about)) if run(suite, c, subject).error), None)
            beyond = [c for c in about if c.section == "beyond" and ordinary is None]
            rejecting = [check.id for check in beyond if run(suite, check, subject).error]
            found[mistake.id] = ([ordinary.id] if ordinary else [], rejecting)
        return found

    return in_suite(use)


def test_the_catalogue_covers_every_graded_function():
    assert {mistake.target for mistake in MISTAKES} == set(GRADED)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_every_known_mistake_loses_points_in_its_section(verdicts, mistake: Mistake):
    ordinary, beyond = verdicts[mistake.id]
    if mistake.id in ACCEPTED:
        assert (ordinary, beyond) == ([], [])
    elif mistake.id in NOT_COUNTED:
        assert ordinary == []
        assert beyond
    else:
        assert ordinary


def test_the_exceptions_are_known_mistakes():
    assert set(NOT_COUNTED) | set(ACCEPTED) <= {mistake.id for mistake in MISTAKES}


def _stale(function: Callable[..., Any]) -> Callable[..., Any]:
    """Right the first time, and the same answer again for arguments of equal shapes."""
    kept: dict[Any, Any] = {}

    def call(*arguments: Any) -> Any:
        key = str([np.shape(argument) for argument in arguments if isinstance(argument, np.ndarray)])
        if key not in kept:
            kept[key] = function(*arguments)
        result = kept[key]
        for argument in arguments:  # what the function would write to its dict
            if isinstance(argument, dict) and isinstance(result[-1], dict):
                argument.update(result[-1])
        return result

    return call


def test_an_answer_kept_by_shape_is_rejected():
    """Every function is called again with arguments of the same shapes and other values."""

    def rejected(suite: Suite, name: str) -> bool:
        checks = [c for c in counted(suite.checks) if name in c.about and c.visibility == "hidden"]
        return any(run(suite, c, subject_with(**{name: _stale(TRUSTED[name])})).error for c in checks)

    assert in_suite(lambda suite: [name for name in GRADED if not rejected(suite, name)]) == []


# Whom the checks blame


def test_checks_say_which_functions_they_call():
    """So a mistake in one function fails no check that is neither about it nor needs it."""

    def use(suite: Suite) -> dict[str, str]:
        wrong = {}
        for check in suite.checks:
            called: set[str] = set()
            run(suite, check, subject_with(**{name: _noting(name, called) for name in TRUSTED}))
            if not set(check.about) <= called <= {*check.about, *check.needs}:
                wrong[check.id] = f"calls {called}"
        return wrong

    assert in_suite(use) == {}


def _noting(name: str, called: set[str]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        called.add(name)
        return TRUSTED[name](*arguments)

    return call


GARBAGE = (
    *(None, 0.0, np.array([]), np.full((3, 2), np.nan)),
    *(np.zeros((2, 2), complex), np.zeros((1, 2, 3), bool)),
)


def test_whatever_comes_back_is_the_fault_of_the_submission():
    """A check that fell over would be called a fault of the grader, and cost no points."""

    def use(suite: Suite) -> dict[str, str]:
        wrong = {}
        for check, name, place, garbage in _spoils(suite):
            error = run(suite, check, subject_with(**{name: _spoiled(name, place, garbage)})).error
            if error is not None and not isinstance(error, Mismatch | SubjectError):
                wrong[f"{check.id}, {name}, result {place}: {garbage}"] = repr(error)
        return wrong

    assert in_suite(use) == {}


def _spoils(suite: Suite) -> Iterator[tuple[Check, str, int, Any]]:
    """Every result of every function in every check, spoiled in two of the ways, in turn."""
    turn = itertools.count()
    for check in {check.id.partition("[")[0]: check for check in suite.checks}.values():
        for name in (*check.about, *check.needs):
            for place in range(len(GRADED[name].gives)):
                for _ in range(2):
                    yield check, name, place, GARBAGE[next(turn) % len(GARBAGE)]


def _spoiled(name: str, place: int, garbage: Any) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        result = TRUSTED[name](*arguments)
        if not isinstance(result, tuple):
            return garbage
        return *result[:place], garbage, *result[place + 1 :]

    return call


def test_an_empty_body_is_missing():
    """A function that returns nothing is not told that its numbers are wrong."""

    def kinds(suite: Suite, name: str) -> set[str]:
        nothing = (None,) * len(GRADED[name].gives)
        subject = subject_with(**{name: lambda *_: nothing if len(nothing) > 1 else None})
        about = [check for check in suite.checks if name in check.about]
        return {_kind(run(suite, check, subject).error) for check in about}

    found = in_suite(lambda suite: {name: kinds(suite, name) for name in GRADED})
    # A check of both passes may as well end in the backward pass, which has no cache to work with.
    assert all({"missing"} <= kinds <= {"missing", "Crashed"} for kinds in found.values()), found


def _kind(error: BaseException | None) -> str:
    return error.finding.kind if isinstance(error, Mismatch) else type(error).__name__


# What the files promise


@pytest.mark.parametrize(
    "path", [path for path in PATHS if path.parent.name == "public"], ids=lambda p: p.stem
)
def test_public_checks_do_without_the_reference(path):
    """Students get these files."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "reference" not in names
    assert modules <= {"grader.suite", "numpy", "math", "functools", "pytest"}


def test_every_graded_function_has_public_and_hidden_checks():
    def use(suite: Suite) -> dict[str, set[str]]:
        seen = defaultdict(set)
        for check in counted(suite.checks):
            for name in check.about:
                seen[name].add(check.visibility)
        return dict(seen)

    assert in_suite(use) == {name: {"public", "hidden"} for name in GRADED}


def test_the_checks_are_fast():
    """The whole of them on the reference, so that students' loops stay affordable."""

    def use(suite: Suite) -> float:
        subject, started = subject_with(), time.process_time()
        assert failures(suite, list(suite.checks), subject) == {}
        return time.process_time() - started

    assert in_suite(use) < 3
