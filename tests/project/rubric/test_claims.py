"""Saved output beside what the grader found: told where the two cannot both be true, and nowhere else."""

import pytest

from grader.assignment import load_assignment
from grader.model import CheckResult, Finding, Outcome
from grader.resources import assignment_folder
from grader.rubric.claims import claims
from grader.submission.contents import Cell, Notebook

INTERFACE = load_assignment(assignment_folder("cs231n_a2")).interface
SOURCE = "dx, dw, db = affine_backward(dout, cache)\nprint('dx error: ', rel_error(dx_num, dx))"


def notebooks(output, source=SOURCE):
    cell = Cell(number=4, type="code", id="", tags=(), source=source, outputs=(output,))
    book = Notebook(error=None, python="", cells=(cell,), definitions={}, imports=(), files={})
    return {"FullyConnectedNets.ipynb": book}


def check(outcome, value="dx", *, visibility="public", target="affine_backward", error=0.3):
    finding = Finding(
        call="affine_backward(dout, cache)", value=value, kind="values", message="m", safe_message="s",
        relative_error=error,
    )  # fmt: skip
    return CheckResult(
        id=f"{visibility}.affine.{outcome}{value}", section="affine", title="t", visibility=visibility,
        weight=1.0, outcome=outcome, targets=(target,), reason="r",
        finding=finding if outcome is Outcome.FAIL else None,
    )  # fmt: skip


def told(output, *checks, source=SOURCE):
    return claims(notebooks(output, source), checks, INTERFACE)


def test_a_small_printed_error_of_what_is_wrong_now_is_told_with_both_numbers():
    (claim,) = told("Testing affine_backward function:\ndx error: 1e-10\n", check(Outcome.FAIL))
    assert (claim.file, claim.cell, claim.kind) == ("FullyConnectedNets.ipynb", 4, "stale")
    assert claim.says == "dx error: 1e-10 (Testing affine_backward function)"
    assert claim.finds == "affine_backward is now wrong, relative error 0.3"


def test_a_large_printed_error_of_what_is_right_now_is_older_than_the_code():
    (claim,) = told("dx error: 0.5\n", check(Outcome.PASS))
    assert claim.finds == "affine_backward is right now: the output is older than the code"


@pytest.mark.parametrize(
    ("output", "checks"),
    [
        ("dx error: 1e-10\n", [check(Outcome.PASS)]),  # both say the same
        ("dx error: 0.5\n", [check(Outcome.FAIL)]),
        ("dx error: 1e-3\n", [check(Outcome.FAIL)]),  # neither small nor large
        ("dx error: 1e-10\n", [check(Outcome.FAIL, "dw")]),  # another result is wrong
        ("dx error: 1e-10\n", [check(Outcome.FAIL, visibility="hidden")]),  # the notebook did not try that
        ("dx error: 1e-10\n", [check(Outcome.FAIL, target="relu_backward")]),
        ("dx error: 0.5\n", [check(Outcome.PASS), check(Outcome.FAIL, "dw")]),
        ("dx error: 0.5\n", []),
        ("dx error: nan\n", [check(Outcome.PASS)]),
        ("all is well\n", [check(Outcome.FAIL)]),
    ],
)
def test_what_can_both_be_true_is_not_told(output, checks):
    assert told(output, *checks) == ()


def test_output_of_code_that_calls_nothing_of_the_assignment_is_nobodys():
    assert told("dx error: 1e-10\n", check(Outcome.FAIL), source="print('dx error: 1e-10')") == ()


NET = "model = TwoLayerNet()\nprint('W1 relative error: 1e-9')"


def test_a_net_is_wrong_only_if_it_passes_no_check():
    output = "W1 relative error: 1e-9\n"
    wrong = check(Outcome.FAIL, "grads['W1']", target="TwoLayerNet", error=None)
    (claim,) = told(output, wrong, source=NET)
    assert claim.finds == "TwoLayerNet is now wrong"
    assert told(output, wrong, check(Outcome.PASS, target="TwoLayerNet"), source=NET) == ()


def test_what_a_cell_prints_about_one_function_is_one_claim():
    (claim,) = told("dx error: 0.5\ndw error: 0.6\ndb error: 0.7\n", check(Outcome.PASS))
    assert claim.says == "dx error: 0.5 and 2 more such numbers"


@pytest.mark.parametrize(("accuracy", "met"), [("0.520000", True), ("0.430000", False)])
def test_what_training_exercises_show_is_listed(accuracy, met):
    source = "best_model = None\nprint('Validation set accuracy: ', acc)"
    (claim,) = told(f"Validation set accuracy:  {accuracy}\n", source=source)
    assert claim.kind == "training"
    assert claim.met is met
    assert claim.says == f"validation accuracy (best_model): {float(accuracy):.1%}"
    assert claim.finds == "the exercise asks for 50 %"
