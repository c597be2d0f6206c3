"""From a path to a report, in real workers: the promises that only the whole can keep."""

import shutil

import pytest

from grader.assignment import load_assignment
from grader.authoring.drafts import Variant
from grader.authoring.template import build_template, write_template
from grader.demo import write_demo
from grader.model import Outcome
from grader.pipeline import Options, with_grader
from grader.resources import assignment_folder

SEED = "a seed that must not leak"


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(assignment_folder("cs231n_a2"))


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved") / "complete"
    write_template(build_template("cs231n_a2", Variant.SOLVED), folder)
    return folder


def graded(assignment, paths, **options):
    """The reports on several hand-ins, from one collection of the suite."""
    options = Options(seed=SEED, **options)
    return with_grader(assignment, options, lambda grader: [grader.grade(path) for path in paths])


def edited(solved, tmp_path, *edits):
    """The solved hand-in with some lines changed."""
    folder = shutil.copytree(solved, tmp_path / "hand-in")
    for file, old, new in edits:
        path = folder / "cs231n" / file
        text = path.read_text("utf-8")
        assert old in text, (file, old)
        path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.slow
def test_right_work_earns_everything_and_stubs_earn_nothing(assignment, solved, tmp_path):
    stubs = tmp_path / "stubs"
    write_template(build_template("cs231n_a2"), stubs)
    right, empty = graded(assignment, [solved, stubs])
    assert (right.earned, right.maximum, right.undecided) == (84.0, 100.0, 0.0)  # its answers are blank
    assert {check.outcome for check in right.checks} == {Outcome.PASS}
    assert (empty.earned, empty.undecided) == (0.0, 0.0)
    assert {check.outcome for check in empty.checks} == {Outcome.MISSING, Outcome.SKIPPED}
    assert len(empty.checks) == len(right.checks)


@pytest.mark.slow
def test_the_demo_is_what_it_says(assignment, tmp_path):
    complete, mistaken, partial = graded(assignment, write_demo(tmp_path))
    assert complete.earned == complete.maximum == 100
    assert complete.earned > mistaken.earned > partial.earned > 0
    named = {check.diagnosis.mistake for check in mistaken.checks if check.diagnosis}
    assert named >= {"batchnorm_backward.mean-gradient-forgotten", "adam.bias-correction-missing"}
    lost = {section.id for section in mistaken.sections if section.earned < section.maximum}
    assert lost == {"adam", "batchnorm", "dropout", "beyond", "fc-q1", "bn-q3", "bn-q4", "do-q3"}
    assert Outcome.MISSING in {check.outcome for check in partial.checks}


@pytest.mark.slow
def test_a_wrong_layer_is_paid_for_once(assignment, solved, tmp_path):
    wrong = edited(solved, tmp_path, ("layers.py", "x.reshape(N, D) @ w + b", "x.reshape(N, D) @ w"))
    (report,) = graded(assignment, [wrong])
    sections = {section.id: section for section in report.sections}
    assert sections["affine"].earned < sections["affine"].maximum
    for net in ("two_layer_net", "fc_net", "fc_net_options", "conv_net"):
        assert sections[net].earned == sections[net].maximum, net
    followed = [check for check in report.checks if check.follow_through]
    assert followed
    assert all("affine_forward" in check.reason for check in followed)


def test_a_wrong_net_gains_nothing_from_right_layers(assignment, solved, tmp_path):
    wrong = edited(
        solved,
        tmp_path,
        ("layers.py", "x.reshape(N, D) @ w + b", "x.reshape(N, D) @ w"),
        ("classifiers/fc_net.py", "0.5 * reg * float(np.sum(W * W))", "reg * float(np.sum(W * W))"),
    )
    checks = ("public.affine.*", "hidden.affine.*", "*.two_layer_net.loss*", "*.fc_net.loss*")
    (report,) = graded(assignment, [wrong], checks=checks)
    outcomes = {check.id: check.outcome for check in report.checks}
    assert outcomes["hidden.two_layer_net.loss[plain]"] is Outcome.PASS
    assert outcomes["hidden.two_layer_net.loss[regularized]"] is Outcome.FAIL


def test_the_same_seed_gives_the_same_values(assignment, solved, tmp_path):
    wrong = edited(solved, tmp_path, ("layers.py", "x.reshape(N, D) @ w + b", "x.reshape(N, D) @ w"))
    first, again = graded(assignment, [wrong, wrong], checks=("hidden.affine.*",))
    reasons = [[check.reason for check in report.checks] for report in (first, again)]
    assert reasons[0] == reasons[1]
    assert any("wanted" in reason for reason in reasons[0])
    (other,) = with_grader(
        assignment,
        Options(seed="another", checks=("hidden.affine.*",)),
        lambda grader: [grader.grade(wrong)],
    )
    assert [check.reason for check in other.checks] != reasons[0]


def test_naive_layers_cannot_forward_to_the_fast_path(assignment, solved, tmp_path):
    forwarding = """

def conv_forward_naive(x, w, b, conv_param):
    from .fast_layers import conv_forward_fast
    return conv_forward_fast(x, w, b, conv_param)
"""
    folder = shutil.copytree(solved, tmp_path / "hand-in")
    with (folder / "cs231n" / "layers.py").open("a", encoding="utf-8") as file:
        file.write(forwarding)
    (report,) = graded(assignment, [folder], checks=("*.convolution.forward*", "*.fast.conv_known*"))
    by_section = {}
    for check in report.checks:
        by_section.setdefault(check.section, set()).add(check.outcome)
    assert by_section["conv_naive"] == {Outcome.CRASH}
    assert by_section["fast"] == {Outcome.PASS}
    assert any("no fast path" in check.reason for check in report.checks)


@pytest.mark.parametrize("module", ["im2col", "_windows"])
def test_a_fast_path_cannot_stand_on_the_graders_own(assignment, solved, tmp_path, module):
    folder = shutil.copytree(solved, tmp_path / "hand-in")
    (folder / "cs231n" / f"{module}.py").unlink()
    (report,) = graded(assignment, [folder], checks=("*.fast.*", "*.conv_net.loss*"))
    by_section = {}
    for check in report.checks:
        by_section.setdefault(check.section, set()).add(check.outcome)
    assert by_section["fast"] == {Outcome.CRASH, Outcome.SKIPPED}
    assert by_section["conv_net"] == {Outcome.PASS}, "nets are judged on the grader's fast path"


def test_tracebacks_show_the_students_own_lines(assignment, solved, tmp_path):
    wrong = edited(
        solved, tmp_path, ("layers.py", "x.reshape(N, D) @ w + b", "x.reshape(N, D) @ w + undefined")
    )
    (report,) = graded(assignment, [wrong], checks=("hidden.affine.forward*",))
    check = report.checks[0]
    assert check.outcome is Outcome.CRASH
    assert "NameError" in check.reason
    assert check.trace[-1].path == "cs231n/layers.py"
    assert "undefined" in check.trace[-1].text
    assert check.safe_reason == "NameError"


def test_names_that_numpy_removed_are_put_back_and_reported(assignment, solved, tmp_path):
    old = edited(
        solved, tmp_path, ("layers.py", "x.reshape(N, D) @ w + b", "x.reshape(np.int(N), D) @ w + b")
    )
    (report,) = graded(assignment, [old], checks=("hidden.affine.forward*",))
    assert {check.outcome for check in report.checks} == {Outcome.PASS}
    assert any("np.int" in note for note in report.submission.notes)
