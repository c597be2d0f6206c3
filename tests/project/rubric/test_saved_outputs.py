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


GIVES = {
    "affine_forward": ("out", "cache"),
    "affine_backward": ("dx", "dw", "db"),
    "batchnorm_forward": ("out", "cache"),
    "batchnorm_backward": ("dx", "dgamma", "dbeta"),
    "batchnorm_backward_alt": ("dx", "dgamma", "dbeta"),
    "conv_relu_forward": ("out", "cache"),
    "conv_relu_backward": ("dx", "dw", "db"),
    "max_pool_forward_fast": ("out", "cache"),
    "max_pool_backward_fast": ("dx",),
    "svm_loss": ("loss", "dx"),
    "softmax_loss": ("loss", "dx"),
    "sgd": ("next_w", "config"),
    "sgd_momentum": ("next_w", "config"),
    "rmsprop": ("next_w", "config"),
    "dropout_forward": ("out", "cache"),
    "TwoLayerNet": (),
    "FullyConnectedNet": (),
}
FORWARD_AND_BACK = "out, cache = affine_forward(x, w, b)\ndx, dw, db = affine_backward(dout, cache)"
ALTERNATIVE = "dx1, dgamma1, dbeta1 = batchnorm_backward(dout, cache)\ndx2, dgamma2, dbeta2 = batchnorm_backward_alt(dout, cache)"
BOTH_LOSSES = "loss, dx = svm_loss(x, y)\nloss, dx = softmax_loss(x, y)"
POOL = "out, cache = max_pool_forward_fast(x, p)\ndx = max_pool_backward_fast(dout, cache)"


@pytest.mark.parametrize(
    ("source", "output", "about"),
    [
        (FORWARD_AND_BACK, "Testing affine_forward function:\ndifference:  1e-9", "affine_forward"),
        (FORWARD_AND_BACK, "Testing affine_forward:\ndw error:  1e-9", "affine_backward"),
        (FORWARD_AND_BACK, "dx error: 1e-9", "affine_backward"),
        (FORWARD_AND_BACK, "out error: 1e-9", "affine_forward"),
        (ALTERNATIVE, "dx difference:  1e-12", "batchnorm_backward_alt"),
        (ALTERNATIVE.split("\n")[0], "dgamma error:  1e-12", "batchnorm_backward"),
        (BOTH_LOSSES, "Testing svm_loss:\nloss:  8.9", "svm_loss"),
        (BOTH_LOSSES, "Testing softmax_loss:\ndx error:  1e-9", "softmax_loss"),
        ("conv_relu_forward(x)\nconv_relu_backward(d)", "Testing conv_relu:\ndb error: 1e-9", "conv_relu_backward"),
        (POOL, "Testing pool_forward_fast:\ndifference: 0.0", "max_pool_forward_fast"),
        (POOL, "Testing pool_backward_fast:\ndx difference: 0.0", "max_pool_backward_fast"),
        ("from cs231n.optim import sgd_momentum", "velocity error:  1e-9", "sgd_momentum"),
        ("next_w, _ = rmsprop(w, dw, config)", "next_w error:  1e-9", "rmsprop"),
        ("model = TwoLayerNet(input_dim=3)", "W1 relative error: 1e-8", "TwoLayerNet"),
        ("model = FullyConnectedNet([3])", "Running check with reg =  3.14\nInitial loss:  7.0", "FullyConnectedNet"),
        ("model = FullyConnectedNet([3])", "gamma1 relative error: 7e-09", "FullyConnectedNet"),
        ("out, _ = dropout_forward(x, d)", "Mean of train-time output: 9.9", "dropout_forward"),
        ("print(error)", "error: 1e-9", ""),
        (FORWARD_AND_BACK, "speed: 3", "affine_forward"),
        (f"{FORWARD_AND_BACK}\n{POOL}", "speed: 3", ""),
    ],
)  # fmt: skip
def test_what_a_value_is_about(source, output, about, notebooks):
    (value,) = printed_values(notebooks((source, (output,))), GIVES)
    assert value.about == about


def test_headings_with_numbers_are_no_values(notebooks):
    text = (
        "Running check with reg =  0\nInitial loss:  2.3\nW1 relative error: 1.5e-7\n"
        "Running check with reg =  3.14\nInitial loss:  7.0\n"
        "After batch normalization (gamma=1, beta=0)\n  means:  [ 0.1  0.2]\ndx error: 1e-9\n"
    )
    assert [
        (value.group, value.label, value.value) for value in printed_values(notebooks(("", (text,))))
    ] == [
        ("Running check with reg = 0", "Initial loss", 2.3),
        ("Running check with reg = 0", "W1 relative error", 1.5e-7),
        ("Running check with reg = 3.14", "Initial loss", 7.0),
        ("After batch normalization (gamma=1, beta=0)", "dx error", 1e-9),
    ]


@pytest.mark.parametrize(
    ("line", "label", "value", "kind"),
    [
        ("('dx error: ', 1.7029e-09)", "dx error", 1.7029e-9, "error"),
        ("(u'Initial loss: ', 2.5)", "Initial loss", 2.5, "loss"),
        ("Initial loss (no regularization):  2.302586", "Initial loss (no regularization)", 2.302586, "loss"),
        ("lr 5.5e-03 reg 7.1e-07 hid 152  val accuracy: 0.213", "val accuracy", 0.213, "accuracy"),
        ("best val acc = 52.5%", "best val acc", 0.525, "accuracy"),
        ("W1 max relative error: 1.38e-04", "W1 max relative error", 1.38e-4, "error"),
        ("dx error: nan", "dx error", float("nan"), "error"),
    ],
)
def test_labels(line, label, value, kind, notebooks):
    (found,) = printed_values(notebooks(("", (line,))))
    assert (found.label, found.kind) == (label, kind)
    assert found.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    "line",
    [
        "/home/a/cs231n/layers.py:155: RuntimeWarning: divide by zero",
        "ValueError: operands: 3",
        "Get:1 http://archive.example.org focal/main",
        "  loss += 0.5 * reg * np.sum(W ** 2)",
        "Iteration 100, loss = 3.52",
        "Epoch 3: val accuracy: 0.52",
        "10/10 [====] - 3s 2ms/step - loss: 1.8157",
        "speedup: 2.30x",
        "X_train:  (49000, 3, 32, 32)",
        "means:  [ 0.1  0.2]",
        "lr: 0.1, batch size: 50, and more",
        "model (a: 1) of b",
    ],
)
def test_what_is_no_value(line, notebooks):
    assert printed_values(notebooks(("", (line,)))) == ()


def test_the_net_that_a_claim_is_about(notebooks):
    run = "(Epoch 2 / 2) train acc: 1.0; val_acc: 0.51"
    cells = [
        (
            "# Use a Five-layer Net to overfit 50 training examples.\nnum_train = 50\nFullyConnectedNet([1])",
            (run,),
        ),
        ("num_train = 50\nmodel = FullyConnectedNet([100])", (run,)),
        ("model = TwoLayerNet(hidden_dim=1)", (run,)),
        ("best_model = None\nsolver.train()", (run,)),
        ("solver.train()", (run,)),
    ]
    claims = training_claims(notebooks(*cells))
    assert [claim.about for claim in claims] == [
        "five-layer net",
        "FullyConnectedNet",
        "TwoLayerNet",
        "best_model",
        "",
    ]


def test_the_best_of_all_that_a_cell_shows(notebooks):
    mixed = ("val accuracy: 0.39 (small data)\n", "(Epoch 9 / 9) train acc: 0.7; val_acc: 0.541")
    own = ("Epoch 3: val accuracy: 0.52",)
    found = training_claims(notebooks(("best_model = 0", mixed), ("best_model = 1", own)))
    assert [(claim.value, claim.met) for claim in found] == [(0.541, True), (0.52, True)]
    assert training_claims(notebooks(("best_model = 0", ("val accuracy: 52.0", "test accuracy: 0.6")))) == ()
