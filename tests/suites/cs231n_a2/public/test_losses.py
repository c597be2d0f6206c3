"""The two losses: the notebook's own numbers, gradient checks, and the loss of scores that say nothing."""

import math

import numpy as np

from grader.suite import PRINTED, call_text, check, expect_scalar, expect_score_gradient


def notebook_scores():
    """The notebook's scores and labels, from NumPy's legacy stream with its seed."""
    stream = np.random.RandomState(231)
    return 0.001 * stream.randn(50, 10), stream.randint(10, size=50)


def spread_scores(draw, N, C):
    """Scores no two of which differ by one or nearly one, where a margin of the SVM has its kink.

    They are multiples of 0.07, and 14 times 0.07 is 0.98.
    """
    scores = 0.07 * draw.choice(60, size=(N, C), replace=False)
    return scores, draw.integers(C, size=N)


@check("softmax_loss", about="softmax_loss")
def test_softmax_known_loss(subject):
    """The softmax loss of small random scores is the one printed in the notebook."""
    loss, _ = subject.layers.softmax_loss(*notebook_scores())
    call = call_text(subject.layers.softmax_loss)
    expect_scalar("loss", loss, 2.302545844500738, call=call, tolerance=PRINTED)


@check("softmax_loss", about="softmax_loss", weight=0.5)
def test_softmax_of_equal_scores(subject):
    """With equal scores for all C classes the softmax loss is log C."""
    loss, _ = subject.layers.softmax_loss(np.zeros((5, 7)), np.array([0, 6, 3, 3, 1]))
    expect_scalar("loss", loss, math.log(7), call=call_text(subject.layers.softmax_loss))


@check("softmax_loss", about="softmax_loss")
def test_softmax_gradient(subject, draw):
    """The softmax gradient is that of the softmax loss."""
    scores, labels = draw.standard_normal((8, 5)), draw.integers(5, size=8)
    expect_score_gradient(subject.layers.softmax_loss, scores, labels, draw=draw)


@check("svm_loss", about="svm_loss")
def test_svm_known_loss(subject):
    """The SVM loss of small random scores is the one printed in the notebook."""
    loss, _ = subject.layers.svm_loss(*notebook_scores())
    call = call_text(subject.layers.svm_loss)
    expect_scalar("loss", loss, 8.999602749096233, call=call, tolerance=PRINTED)


@check("svm_loss", about="svm_loss", weight=0.5)
def test_svm_of_equal_scores(subject):
    """With equal scores for all C classes the SVM loss is C - 1."""
    loss, _ = subject.layers.svm_loss(np.zeros((5, 7)), np.array([0, 6, 3, 3, 1]))
    expect_scalar("loss", loss, 6.0, call=call_text(subject.layers.svm_loss))


@check("svm_loss", about="svm_loss")
def test_svm_gradient(subject, draw):
    """The SVM gradient is that of the SVM loss."""
    scores, labels = spread_scores(draw, 6, 5)
    expect_score_gradient(subject.layers.svm_loss, scores, labels, draw=draw)
