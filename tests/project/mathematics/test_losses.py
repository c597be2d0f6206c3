"""The softmax and the SVM loss."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from oracles import losses as oracle
from oracles.gradients import numerical_gradient, relative_error
from oracles.layouts import LAYOUTS
from reference.losses import softmax_loss, svm_loss

LOSSES = {"softmax": (softmax_loss, oracle.softmax_loss), "svm": (svm_loss, oracle.svm_loss)}
every_loss = pytest.mark.parametrize(("loss", "naive"), LOSSES.values(), ids=LOSSES.keys())


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def scores(rng, examples=6, classes=5):
    """Scores and labels whose margins are at least 0.25 away from the kink of the hinge."""
    x = rng.integers(-4, 5, (examples, classes)) * 0.5
    y = rng.integers(classes, size=examples)
    x[np.arange(examples), y] -= 0.25
    return x, y


# --------------------------------------------------------------------------------------- both losses


@every_loss
@pytest.mark.parametrize(("examples", "classes"), [(6, 5), (1, 4), (3, 2), (2, 1), (1, 1)])
def test_loss_and_gradient_equal_the_formulas(rng, loss, naive, examples, classes):
    x, y = scores(rng, examples, classes)
    got, dx = loss(x, y)
    wanted, gradient = naive(x, y)
    assert type(got) is float
    assert got == pytest.approx(wanted, rel=1e-14, abs=0)
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-15, strict=True)


@every_loss
def test_gradient_equals_the_differences(rng, loss, naive):
    x, y = scores(rng)
    assert relative_error(loss(x, y)[1], numerical_gradient(lambda x: loss(x, y)[0], x)) < 1e-7


@every_loss
@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda dx, right: 0 * dx, id="zero"),
        pytest.param(lambda dx, right: -dx, id="the wrong sign"),
        pytest.param(lambda dx, right: dx * len(dx), id="without 1/N"),
        pytest.param(lambda dx, right: dx + right / len(dx), id="the right class not subtracted"),
        pytest.param(lambda dx, right: np.where(right, 1 / len(dx), dx), id="the right class set to one"),
        pytest.param(lambda dx, right: np.where(right, 0, dx), id="the right class left out"),
        pytest.param(lambda dx, right: np.roll(dx, 1, axis=0), id="the examples in another order"),
    ],
)
def test_the_comparison_with_differences_rejects_a_wrong_gradient(rng, loss, naive, wrong):
    x, y = scores(rng)
    right = np.eye(x.shape[1], dtype=bool)[y]
    gradient = wrong(loss(x, y)[1], right)
    assert relative_error(gradient, numerical_gradient(lambda x: loss(x, y)[0], x)) > 1e-2


@every_loss
def test_each_row_of_the_gradient_sums_to_zero(rng, loss, naive):
    x, y = scores(rng)
    _, dx = loss(x, y)
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-16)
    assert np.abs(dx).max() > 0.05  # not because all is zero


@every_loss
def test_adding_a_constant_to_an_example_changes_nothing(rng, loss, naive):
    x, y = scores(rng)
    shifted = x + 8.0 * np.arange(6)[:, np.newaxis]  # exact in binary
    assert loss(shifted, y)[0] == loss(x, y)[0]
    np.testing.assert_array_equal(loss(shifted, y)[1], loss(x, y)[1])


@every_loss
def test_the_mean_over_a_batch_given_twice_is_the_same(rng, loss, naive):
    x, y = scores(rng)
    once, dx_once = loss(x, y)
    twice, dx_twice = loss(np.concatenate([x, x]), np.concatenate([y, y]))
    assert twice == pytest.approx(once, rel=1e-14)
    np.testing.assert_allclose(dx_twice, np.concatenate([dx_once, dx_once]) / 2, rtol=1e-14)


@every_loss
def test_float32_stays_float32(rng, loss, naive):
    x, y = scores(rng)
    got, dx = loss(x.astype(np.float32), y)
    wanted, gradient = naive(x, y)  # the scores are exact in float32
    assert type(got) is float
    assert got == pytest.approx(wanted, rel=1e-6)
    assert dx.dtype == np.float32
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-7)


@every_loss
def test_integer_scores_become_float64(loss, naive):
    x, y = np.array([[1, -2, 3], [0, 0, 5]], dtype=np.int8), np.array([0, 2])
    got, dx = loss(x, y)
    wanted, gradient = naive(x, y)
    assert got == pytest.approx(wanted, rel=1e-14)
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-15, strict=True)


@every_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.uint32, np.int64, np.uint64])
def test_labels_of_any_integer_dtype(rng, loss, naive, dtype):
    x, y = scores(rng, examples=300, classes=5)  # 300 examples: an index that no 8 bits can hold
    got, dx = loss(x, y.astype(dtype))
    wanted, gradient = naive(x, y)
    assert got == pytest.approx(wanted, rel=1e-13)
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-15)


@every_loss
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference(rng, loss, naive, layout):
    x, y = scores(rng)
    got, dx = loss(layout(x), layout(y))
    wanted, gradient = naive(x, y)
    assert got == pytest.approx(wanted, rel=1e-14)
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-15)


@every_loss
def test_inputs_are_not_changed(rng, loss, naive):
    x, y = scores(rng)
    x_before, y_before = x.copy(), y.copy()
    _, dx = loss(x, y)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)
    assert not np.shares_memory(dx, x)


@every_loss
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones(3), [0, 1, 2], r"^x: got shape \(3,\), wanted \(N, C\)$"),
        (np.ones((2, 3, 1)), [0, 1], r"^x: got shape \(2, 3, 1\), wanted \(N, C\)$"),
        (np.ones((0, 3)), np.empty(0, int), r"^x: got shape \(0, 3\), wanted \(N, C\) with at least one"),
        (np.ones((2, 0)), [0, 0], r"^x: got shape \(2, 0\), wanted \(N, C\) with at least one"),
        (np.ones((2, 3)), [0], r"^y: got shape \(1,\), wanted \(2,\)$"),
        (np.ones((2, 3)), [[0], [1]], r"^y: got shape \(2, 1\), wanted \(2,\)$"),
        (np.ones((2, 3)), [0.0, 1.0], r"^y: got dtype float64, wanted an integer dtype$"),
        (np.ones((2, 3)), [True, False], r"^y: got dtype bool, wanted an integer dtype$"),
        (np.ones((2, 3)), [0, 3], r"^y: got labels from 0 to 3, wanted 0 <= label < C = 3$"),
        (np.ones((2, 3)), [-1, 1], r"^y: got labels from -1 to 1, wanted 0 <= label < C = 3$"),
    ],
)
def test_wrong_arguments_are_named(loss, naive, x, y, message):
    with pytest.raises(ValueError, match=message):
        loss(x, np.array(y))


# ------------------------------------------------------------------------------ what the course prints


@pytest.fixture
def course_batch():
    np.random.seed(231)
    return 0.001 * np.random.randn(50, 10), np.random.randint(10, size=50)


def test_svm_has_the_loss_that_the_course_prints(course_batch):
    x, y = course_batch
    loss, dx = svm_loss(x, y)
    assert loss == pytest.approx(8.999602749096233, rel=1e-15)
    assert relative_error(dx, numerical_gradient(lambda x: svm_loss(x, y)[0], x)) < 1e-9


def test_softmax_has_the_loss_that_the_course_prints(course_batch):
    x, y = course_batch
    loss, dx = softmax_loss(x, y)
    assert loss == pytest.approx(2.302545844500738, rel=1e-15)
    assert relative_error(dx, numerical_gradient(lambda x: softmax_loss(x, y)[0], x)) < 1e-8


# ------------------------------------------------------------------------------------------ softmax


def test_softmax_by_hand():
    # p = (1/4, 3/4) and (2/3, 1/3)
    x = np.log([[1.0, 3.0], [2.0, 1.0]])
    loss, dx = softmax_loss(x, np.array([0, 0]))
    assert loss == pytest.approx((math.log(4) + math.log(1.5)) / 2, rel=1e-15)
    np.testing.assert_allclose(dx, [[-3 / 8, 3 / 8], [-1 / 6, 1 / 6]], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_near_1000(dtype):
    x = np.array([[1000, 1001, 999], [-1000, 1000, 0], [-1000, -999, -1002]], dtype=dtype)
    y = np.array([1, 0, 2])
    loss, dx = softmax_loss(x, y)
    wanted, gradient = oracle.softmax_loss(x, y)
    assert loss == pytest.approx(wanted, rel=1e-6 if dtype is np.float32 else 1e-14)
    np.testing.assert_allclose(dx, gradient, rtol=0, atol=1e-7 if dtype is np.float32 else 1e-15)


def test_loss_is_finite_where_the_probability_rounds_to_zero():
    loss, dx = softmax_loss(np.array([[0.0, 2000.0]]), np.array([0]))
    assert loss == 2000
    np.testing.assert_array_equal(dx, [[-1, 1]])


def test_loss_of_a_certain_and_right_answer_is_zero():
    loss, dx = softmax_loss(np.array([[0.0, 2000.0]]), np.array([1]))
    assert (loss, math.copysign(1, loss)) == (0, 1)  # and not -0.0
    np.testing.assert_array_equal(dx, [[0, 0]])


def test_probabilities_that_are_barely_numbers_are_no_fault():
    # e^-744 is among the smallest numbers there are; to take a third of it means to underflow.
    _, dx = softmax_loss(np.array([[0.0, -744.0], [0.0, 0.0], [0.0, 0.0]]), np.array([0, 0, 0]))
    np.testing.assert_allclose(dx, [[0, 0], [-1 / 6, 1 / 6], [-1 / 6, 1 / 6]], rtol=0, atol=1e-16)


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_equal_scores_cost_log_c_and_c_minus_1(classes):
    x, y = np.full((3, classes), 7.0), np.array([0, 1, 1])
    assert softmax_loss(x, y)[0] == pytest.approx(math.log(classes), rel=1e-14)
    assert svm_loss(x, y)[0] == classes - 1


# ---------------------------------------------------------------------------------------------- SVM


def test_svm_by_hand():
    x = np.array([[3.0, 5.0, 2.5], [1.0, 9.0, 2.0]])
    loss, dx = svm_loss(x, np.array([0, 1]))  # margins 3 and 0.5; none
    assert loss == 1.75
    np.testing.assert_array_equal(dx, [[-1, 0.5, 0.5], [0, 0, 0]])


def test_a_margin_of_exactly_zero_has_no_gradient():
    loss, dx = svm_loss(np.array([[2.0, 1.0, 1.5]]), np.array([0]))
    assert loss == 0.5
    np.testing.assert_array_equal(dx, [[-1, 0, 1]])
