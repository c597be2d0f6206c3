# ruff: noqa: E501 - a cell of a notebook is easier to read on one line
"""Numbers and claims in the saved outputs of notebooks."""

import pytest

from grader.rubric.outputs import printed_values, training_claims
from grader.submission.contents import Cell, Notebook


@pytest.fixture
def notebooks():
    def build(*cells):
        read = tuple(
            Cell(number=number, type="code", id="", tags=(), source=source, outputs=outputs)
            for number, (source, outputs) in enumerate(cells)
        )
        return {"FC.ipynb": Notebook(error=None, cells=read, definitions={}, imports=(), files={})}

    return build


def test_labelled_values(notebooks):
    text = "Testing affine_backward function:\ndx error:  1.5e-10\ndw error: 2e-11 (relative)\nInitial loss: 2.3\nW1 relative error: 3.0e-07\n"
    found = printed_values(notebooks(("", (text, "Validation set accuracy:  0.52\nacc: 52%"))))
    assert [(value.label, value.value, value.kind) for value in found] == [
        ("dx error", 1.5e-10, "error"),
        ("dw error", 2e-11, "error"),
        ("Initial loss", 2.3, "loss"),
        ("W1 relative error", 3e-7, "error"),
        ("Validation set accuracy", 0.52, "accuracy"),
        ("acc", 0.52, "accuracy"),
    ]
    assert found[0].group == "Testing affine_backward function"
    assert (found[0].file, found[0].cell) == ("FC.ipynb", 0)


def test_the_progress_of_a_training_run_is_no_value(notebooks):
    text = "(Iteration 1 / 40) loss: 2.302\n(Epoch 0 / 20) train acc: 0.2; val_acc: 0.1\n"
    assert printed_values(notebooks(("", (text,)))) == ()


def test_overfitting_fifty_images(notebooks):
    run = (
        "(Epoch 1 / 2) train acc: 0.500000; val_acc: 0.120000\n(Epoch 2 / 2) train acc: {}; val_acc: 0.130000"
    )
    source = "num_train = 50\nsolver.train()"
    met, unmet = training_claims(
        notebooks((source, (run.format("1.000000"),)), (source, (run.format("0.9"),)))
    )
    assert (met.claim, met.value, met.met, met.cell) == ("overfits 50 images", 1.0, True, 0)
    assert (unmet.value, unmet.met, unmet.cell) == (0.9, False, 1)


def test_the_validation_accuracy(notebooks):
    best = ("best_model = None", ())
    low, high = (("", (f"Validation set accuracy:  {value}",)) for value in (0.43, 0.53))
    assert [
        (claim.cell, claim.value, claim.met) for claim in training_claims(notebooks(best, low, high))
    ] == [(2, 0.53, True)]
    assert [(claim.cell, claim.value, claim.met) for claim in training_claims(notebooks(best, low))] == [
        (1, 0.43, False)
    ]
    assert training_claims(notebooks(low, high)) == ()


def test_hostile_output_takes_no_time(notebooks):
    for piece in ("a", "a:", "1", "9" * 400 + "\n", "a: 1e9999\n", " = "):
        printed_values(notebooks(("", (piece * (20_000 // len(piece)),))))
