"""``grader audit``: it holds for the suite, and it finds fault with a bad one."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.audit import Audit, audit
from grader.audit_page import lines, markdown, remarks
from grader.model import Outcome
from grader.resources import assignment_folder
from reference.mistakes import mistakes_of


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(assignment_folder("cs231n_a2"))


@pytest.fixture(scope="module")
def found(assignment) -> Audit:
    return audit(assignment, short=True)


@pytest.mark.slow
def test_the_suite_holds(found):
    assert found.problems == ()
    assert found.reference_fails == ()
    assert found.template_points == 0
    assert {*found.template_outcomes} <= {Outcome.MISSING, Outcome.SKIPPED}
    assert len(found.verdicts) >= 30
    assert all(verdict.killed for verdict in found.verdicts)
    named = sum(verdict.named for verdict in found.wanted)
    assert named >= 0.95 * len(found.wanted), [verdict.mistake.id for verdict in found.unnamed]


@pytest.mark.slow
def test_what_is_not_tried_is_counted(found):
    targets = {mistake.target for mistake in found.not_graded}
    assert {"sigmoid_forward", "sgd", "im2col_indices"} <= targets
    assert not targets & {verdict.mistake.target for verdict in found.verdicts}
    assert any("in functions that nobody has to write" in remark for remark in remarks(found))


@pytest.mark.slow
def test_the_command_prints_the_matrix(found, grader, monkeypatch):
    monkeypatch.setattr("grader.cli.audit.audit", lambda *_, **__: found)
    result = grader("audit", "--short")
    assert result.exit_code == 0, result.output
    assert "known mistakes are rejected (100.0 %)" in result.stdout
    assert "batchnorm_backward_alt" in result.stdout


@pytest.mark.slow
def test_the_page(found, grader, monkeypatch, tmp_path):
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr("grader.cli.audit.audit", lambda *_, **__: found)
    monkeypatch.setattr("grader.cli.audit.checkout", lambda: tmp_path)
    assert grader("audit", "--write").exit_code == 0
    page = (tmp_path / "docs/audit.md").read_text()
    assert page == markdown(found, load_assignment(assignment_folder("cs231n_a2")).title)
    assert all(f"| `{verdict.mistake.id}` |" in page for verdict in found.wanted)
    assert str(tmp_path) not in page


@pytest.mark.parametrize("arguments", [["--write", "--short"], ["--assignment", "cs999"]])
def test_refusals_are_one_line(grader, arguments):
    result = grader("audit", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


# A bad suite

BAD_SUITE = '''
from grader.suite import check


@check("affine", about="affine_forward", needs="relu_forward")
def test_nosy(subject, draw, reference):
    """Blames the affine layer for ReLU as well."""
    x, w, b = draw.normal(size=(3, 4)), draw.normal(size=(4, 2)), draw.normal(size=2)
    assert abs(subject.layers.affine_forward(x, w, b)[0] - reference.affine_forward(x, w, b)[0]).max() < 1e-9
    assert abs(subject.layers.relu_forward(x)[0] - reference.relu_forward(x)[0]).max() < 1e-9


@check("relu", about="relu_forward")
def test_lenient(subject, draw):
    """Whatever comes back will do."""
    subject.layers.relu_forward(draw.normal(size=(3, 4)))


@check("momentum", about="sgd_momentum")
def test_unfair(subject):
    """Nobody passes."""
    assert subject is None


@check("softmax_loss", about="softmax_loss")
def test_blind():
    """Everybody passes."""
'''


@pytest.fixture(scope="module")
def bad(assignment, tmp_path_factory) -> Audit:
    folder: Path = tmp_path_factory.mktemp("suite") / "hidden"
    folder.mkdir()
    (folder / "test_bad.py").write_text(textwrap.dedent(BAD_SUITE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.audit.suite_folders", lambda *_: (folder,))
        return audit(assignment)


def test_an_unfair_check_is_found(bad):
    assert bad.reference_fails == ("hidden.bad.unfair",)
    assert "the reference fails hidden.bad.unfair" in bad.problems


def test_a_blind_check_is_found(bad):
    survivors = {verdict.mistake.id for verdict in bad.survivors}
    assert {mistake.id for mistake in mistakes_of("softmax_loss")} <= survivors
    assert "affine_forward.bias-missing" not in survivors
    assert "softmax_loss.scores-not-shifted: no check rejects it" in bad.problems


def test_points_for_the_template_are_found(bad):
    assert bad.template_points > 0
    assert Outcome.PASS in bad.template_stray
    assert any(problem.startswith("the template earns") for problem in bad.problems)


def test_a_check_that_blames_others_is_found(bad):
    elsewhere = {verdict.mistake.target for verdict in bad.verdicts if verdict.elsewhere}
    assert elsewhere == {"relu_forward"}
    assert any("relu_forward" in problem and "elsewhere (affine)" in problem for problem in bad.problems)


def test_a_bad_suite_ends_with_1(bad, grader, monkeypatch):
    monkeypatch.setattr("grader.cli.audit.audit", lambda *_, **__: bad)
    result = grader("audit")
    assert result.exit_code == 1
    assert "no check rejects it" in result.stdout


def test_the_sum_is_that_of_the_lines(bad):
    *by_function, total = lines(bad)
    assert total.mistakes == sum(line.mistakes for line in by_function) == len(bad.wanted)
    assert total.rejected == sum(line.rejected for line in by_function) < total.mistakes


def test_a_convention_that_is_rejected_is_a_problem(bad, monkeypatch):
    wrong = next(verdict for verdict in bad.verdicts if verdict.killed)
    monkeypatch.setattr("grader.audit.CONVENTIONS", {wrong.mistake.id: "a matter of taste"})
    problems = replace(bad).problems
    assert f"{wrong.mistake.id}: rejected, though it is a matter of taste" in problems
