"""The two losses on secret scores. Scores near 1000 are tried beyond the notebook only."""

import numpy as np
import pytest

from grader.suite import check, expect_loss_function

sizes = pytest.mark.parametrize(("N", "C"), [(6, 4), (3, 11)], ids=["few-classes", "many-classes"])
results = pytest.mark.parametrize("result", ["loss", "dx"])


def spread_scores(draw, N, C):
    """Scores no two of which differ by one or nearly one, where a margin of the SVM has its kink.

    They are multiples of 0.07, and 14 times 0.07 is 0.98. Some margins of most rows are zero, some not.
    """
    return 0.07 * draw.choice(60, size=(N, C), replace=False), draw.integers(C, size=N)


@check("softmax_loss", about="softmax_loss")
@sizes
@results
def test_softmax(subject, draw, reference, N, C, result):
    """The softmax loss and its gradient are means over the examples, twice with new values."""
    for _ in range(2):
        arguments = draw.standard_normal((N, C)), draw.integers(C, size=N)
        expect_loss_function(subject.layers.softmax_loss, reference.softmax_loss, arguments, of=(result,))


@check("softmax_loss", about="softmax_loss", weight=0.5)
def test_softmax_of_clear_scores(subject, draw, reference):
    """The softmax loss is right where the scores are clear, and one class is right for all examples."""
    for _ in range(2):
        arguments = draw.uniform(-9, 9, (5, 6)), np.full(5, draw.integers(6))
        expect_loss_function(subject.layers.softmax_loss, reference.softmax_loss, arguments)


@check("svm_loss", about="svm_loss")
@sizes
@results
def test_svm(subject, draw, reference, N, C, result):
    """The SVM loss and its gradient are means over the examples, twice with new values."""
    for _ in range(2):
        arguments = spread_scores(draw, N, C)
        expect_loss_function(subject.layers.svm_loss, reference.svm_loss, arguments, of=(result,))


@check("svm_loss", about="svm_loss", weight=0.5)
def test_svm_of_clear_scores(subject, draw, reference):
    """The SVM loss is zero for examples whose right class is far ahead, and large for the opposite."""
    for shift in (100.0, -100.0):
        scores, labels = spread_scores(draw, 5, 6)
        scores[np.arange(5), labels] += shift
        expect_loss_function(subject.layers.svm_loss, reference.svm_loss, (scores, labels))
