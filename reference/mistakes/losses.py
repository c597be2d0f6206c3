"""Mistakes of the softmax loss and the SVM loss."""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

import numpy as np

from reference._checks import FloatArray, IntArray
from reference.losses import softmax_loss, svm_loss
from reference.mistakes._record import mistake

LossAndGradient = tuple[float, FloatArray]


def _probabilities(x: FloatArray) -> FloatArray:
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    p: FloatArray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return p


def _right_classes(x: FloatArray, y: IntArray) -> FloatArray:
    """1 for the right class of each example and 0 for all the others."""
    return np.eye(x.shape[1])[y]


def _margins(x: FloatArray, y: IntArray) -> FloatArray:
    """Scores minus those of the right classes plus one, before the hinge."""
    return x - x[np.arange(len(y)), y][:, np.newaxis] + 1


@mistake(
    of="softmax_loss",
    says="The loss is the sum over the examples and not the mean.",
    asks="What happens to your loss when every example of the batch is there twice?",
)
def loss_is_a_sum(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = softmax_loss(x, y)
    return len(y) * loss, dx


@mistake(
    of="softmax_loss",
    says="The gradient is not divided by the number of examples, although the loss is.",
    asks="Of which number do you take the gradient, and which factor stands in front of its sum?",
)
def gradient_is_of_the_sum(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = softmax_loss(x, y)
    return loss, len(y) * dx


@mistake(
    of="softmax_loss",
    says="The gradient is the probabilities alone: the one of the right class is not subtracted.",
    asks="In which direction should the score of the right class move to make the loss smaller?",
)
def one_not_subtracted(x: FloatArray, y: IntArray) -> LossAndGradient:
    return softmax_loss(x, y)[0], _probabilities(x) / len(y)


@mistake(
    of="softmax_loss",
    says="The gradient of the right class is set to one where one should be subtracted from it.",
    asks="Does the gradient of the right class still depend on how probable that class is?",
)
def set_where_it_should_subtract(x: FloatArray, y: IntArray) -> LossAndGradient:
    dx = _probabilities(x)
    dx[np.arange(len(y)), y] = 1
    return softmax_loss(x, y)[0], dx / len(y)


@mistake(
    of="softmax_loss",
    says="One is subtracted from the probabilities of all the classes and not only from the right one's.",
    asks="What should the gradient of all the scores of one example add up to?",
)
def one_subtracted_everywhere(x: FloatArray, y: IntArray) -> LossAndGradient:
    return softmax_loss(x, y)[0], (_probabilities(x) - 1) / len(y)


@mistake(
    of="softmax_loss",
    says="The sign of the gradient is wrong: following it makes the loss larger.",
    asks="If the score of the right class goes up a little, should the loss go up or down?",
)
def gradient_of_the_wrong_sign(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = softmax_loss(x, y)
    return loss, -dx


@mistake(
    of="softmax_loss",
    says="The exponentials of large scores overflow, because the scores are not shifted first.",
    asks="What may you subtract from all the scores of an example without changing any probability?",
)
def scores_not_shifted(x: FloatArray, y: IntArray) -> LossAndGradient:
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        return float(-np.log(p[np.arange(len(y)), y]).mean()), (p - _right_classes(x, y)) / len(y)


@mistake(
    of="softmax_loss",
    says="All the scores are shifted by the maximum of the whole batch, which leaves some rows far behind.",
    asks="What is the sum of the exponentials of an example whose scores all lie 2000 below the maximum?",
)
def shifted_by_the_maximum_of_the_batch(x: FloatArray, y: IntArray) -> LossAndGradient:
    exponentials = np.exp(x - x.max())
    with np.errstate(divide="ignore", invalid="ignore"):
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        return float(-np.log(p[np.arange(len(y)), y]).mean()), (p - _right_classes(x, y)) / len(y)


@mistake(
    of="softmax_loss",
    says="The probabilities are normalized over the examples and not over the classes.",
    asks="Which numbers must add up to one: those of one example, or those of one class?",
)
def normalized_over_the_batch(x: FloatArray, y: IntArray) -> LossAndGradient:
    p = _probabilities(x.T).T
    with np.errstate(divide="ignore"):
        loss = float(-np.log(p[np.arange(len(y)), y]).mean())
    return loss, (p - _right_classes(x, y)) / len(y)


@mistake(
    of="softmax_loss",
    says="The logarithm is missing: the loss is made of the probabilities themselves.",
    asks="Which loss do you expect for an example whose right class has a probability of almost zero?",
)
def logarithm_missing(x: FloatArray, y: IntArray) -> LossAndGradient:
    p = _probabilities(x)
    return float(-p[np.arange(len(y)), y].mean()), softmax_loss(x, y)[1]


@mistake(
    of="softmax_loss",
    says="The minus sign in front of the logarithm is missing, so the loss is negative.",
    asks="Which sign does the logarithm of a probability have?",
)
def minus_sign_missing(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = softmax_loss(x, y)
    return -loss, dx


@mistake(
    of="softmax_loss",
    says="The logarithms of all the classes go into the loss and not only those of the right ones.",
    asks="Which of the probabilities of an example should its loss look at?",
)
def loss_over_all_classes(x: FloatArray, y: IntArray) -> LossAndGradient:
    shifted = x - x.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logarithms.sum() / len(y)), softmax_loss(x, y)[1]


@mistake(
    of="svm_loss",
    says="The loss is the sum over the examples and not the mean.",
    asks="What happens to your loss when every example of the batch is there twice?",
)
def svm_loss_is_a_sum(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = svm_loss(x, y)
    return len(y) * loss, dx


@mistake(
    of="svm_loss",
    says="The gradient is not divided by the number of examples, although the loss is.",
    asks="Of which number do you take the gradient, and which factor stands in front of its sum?",
)
def svm_gradient_is_of_the_sum(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = svm_loss(x, y)
    return loss, len(y) * dx


@mistake(
    of="svm_loss",
    says="The right class competes with itself, which adds one to the loss of every example.",
    asks="What is the margin of the right class against itself, and should it count?",
)
def right_class_counted(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = svm_loss(x, y)
    return loss + 1, dx


@mistake(
    of="svm_loss",
    says="The score of the right class gets no gradient.",
    asks="In how many of the margins of an example does the score of its right class appear?",
)
def right_class_without_gradient(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = svm_loss(x, y)
    return loss, np.maximum(dx, 0)


@mistake(
    of="svm_loss",
    says="The right class is pushed up once and not once for every margin that is violated.",
    asks="In how many of the margins of an example does the score of its right class appear?",
)
def right_class_pushed_once(x: FloatArray, y: IntArray) -> LossAndGradient:
    loss, dx = svm_loss(x, y)
    return loss, np.maximum(dx, -1 / len(y))


@mistake(
    of="svm_loss",
    says="The margin of one is missing: the right class only has to have the highest score.",
    asks="What is your loss when all the scores are equal, and what should it be?",
)
def margin_missing(x: FloatArray, y: IntArray) -> LossAndGradient:
    raised = x + _right_classes(x, y)  # takes the one away from all the wrong classes
    return svm_loss(raised, y)


@mistake(
    of="svm_loss",
    says="The margin is subtracted where it should be added.",
    asks="Should a wrong class that is just below the right one add to the loss?",
)
def margin_subtracted(x: FloatArray, y: IntArray) -> LossAndGradient:
    raised = x + 2 * _right_classes(x, y)
    return svm_loss(raised, y)


@mistake(
    of="svm_loss",
    says="The hinge is missing: classes that are far behind make the loss smaller.",
    asks="What should an example that is classified beyond doubt add to the loss?",
)
def hinge_missing(x: FloatArray, y: IntArray) -> LossAndGradient:
    N, C = x.shape
    margins = _margins(x, y) * (1 - _right_classes(x, y))
    return float(margins.sum() / N), (1 - C * _right_classes(x, y)) / N


@mistake(
    of="svm_loss",
    says="The margins are squared, which makes another loss with another gradient.",
    asks="How fast should the loss grow with the score of a wrong class: evenly, or faster and faster?",
)
def margins_squared(x: FloatArray, y: IntArray) -> LossAndGradient:
    margins = np.maximum(_margins(x, y), 0) * (1 - _right_classes(x, y))
    dx = 2 * margins - 2 * margins.sum(axis=1, keepdims=True) * _right_classes(x, y)
    return float((margins**2).sum() / len(y)), dx / len(y)


@mistake(
    of="svm_loss",
    says="The sizes of the margins stand in the gradient, where only their number counts.",
    asks="A margin is 3 and a score in it grows by a little: by how much does the margin grow?",
)
def margins_in_the_gradient(x: FloatArray, y: IntArray) -> LossAndGradient:
    margins = np.maximum(_margins(x, y), 0) * (1 - _right_classes(x, y))
    dx = margins - margins.sum(axis=1, keepdims=True) * _right_classes(x, y)
    return svm_loss(x, y)[0], dx / len(y)
