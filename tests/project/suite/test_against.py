"""Comparisons with the trusted implementation, and what they let pass and do not."""

import numpy as np
import pytest

from grader.subject.interface import FunctionInterface, Slot
from grader.subject.local import LocalFunction
from grader.suite import (
    Mismatch,
    accepts,
    expect_array,
    expect_backward,
    expect_entry,
    expect_forward,
    expect_loss_function,
    expect_score_gradient,
    expect_shape,
)
from reference.affine import affine_backward, affine_forward
from reference.losses import softmax_loss


def function(implementation, takes, gives, name="f"):
    slots = (tuple(Slot.parse(text) for text in texts.split()) for texts in (takes, gives))
    return LocalFunction(FunctionInterface("layers", "layers", name, *slots), implementation)


def forward_with(implementation):
    return function(implementation, "x w b", "out *cache")


def backward_with(implementation):
    return function(implementation, "dout *cache", "dx dw db")


def loss_with(implementation):
    return function(implementation, "x y", "loss dx", name="loss")


@pytest.fixture
def arguments(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), rng.standard_normal(2)


def compare_backward(implementation, arguments, rng, **options):
    passes = forward_with(affine_forward), backward_with(implementation)
    expect_backward(passes, (affine_forward, affine_backward), arguments, draw=rng, **options)


def with_result(place, change):
    """The affine layer's backward pass with one of its results changed."""

    def backward(dout, cache):
        results = list(affine_backward(dout, cache))
        results[place] = change(results[place])
        return tuple(results)

    return backward


def test_a_row_too_many_in_a_vector_passes_unless_shapes_are_asked_for(arguments, rng):
    matrix = with_result(2, lambda db: db[np.newaxis])
    compare_backward(matrix, arguments, rng)
    with pytest.raises(Mismatch, match=r"db has shape \(1, 2\), wanted \(2,\)"):
        compare_backward(matrix, arguments, rng, strict=True)


@pytest.mark.parametrize("place", [0, 1])
def test_an_axis_too_many_in_a_matrix_does_not_pass(arguments, rng, place):
    with pytest.raises(Mismatch, match="shape"):
        compare_backward(with_result(place, lambda gradient: gradient[np.newaxis]), arguments, rng)


def test_a_vector_of_wrong_values_does_not_pass_as_a_matrix(arguments, rng):
    with pytest.raises(Mismatch, match="off by more"):
        compare_backward(with_result(2, lambda db: 2 * db[np.newaxis]), arguments, rng)


def test_only_the_gradients_asked_for_are_looked_at(arguments, rng):
    wrong = with_result(1, lambda dw: 2 * dw)
    compare_backward(wrong, arguments, rng, of=("dx", "db"))
    with pytest.raises(Mismatch, match="dw"):
        compare_backward(wrong, arguments, rng, of=("dw",))


@pytest.mark.parametrize(
    ("layout", "seen"),
    [
        (None, {"C_CONTIGUOUS": True, "WRITEABLE": True}),
        ("fortran", {"C_CONTIGUOUS": False, "WRITEABLE": True}),
        ("strided", {"C_CONTIGUOUS": False, "WRITEABLE": True}),
        ("read-only", {"C_CONTIGUOUS": True, "WRITEABLE": False}),
    ],
)
def test_arrays_lie_in_memory_as_asked_for(arguments, layout, seen):
    flags = []

    def forward(x, w, b):
        flags.append({name: x.flags[name] for name in seen})
        return affine_forward(x, w, b)

    expect_forward(forward_with(forward), affine_forward, arguments, layout=layout)
    assert flags == [seen]


def test_a_form_of_arguments_is_accepted_or_not(arguments):
    x, w, b = arguments
    forward = forward_with(affine_forward)
    assert accepts(forward, (x, w, b), (4, 2))
    assert not accepts(forward, (x, w, b), (2, 4))
    assert not accepts(forward, (x, w.T, b), (4, 2))  # a ValueError


def test_loose_shapes_are_those_that_differ_by_axes_of_length_1(rng):
    wanted = rng.standard_normal(5)
    expect_array("b", wanted.reshape(1, 5, 1), wanted, call="f(x)", loose=True)
    assert expect_shape("b", wanted[np.newaxis], (5,), call="f(x)", loose=True).shape == (5,)
    for other in (wanted[:4], np.zeros((5, 5)), np.float64(0)):
        with pytest.raises(Mismatch, match="shape"):
            expect_array("b", other, wanted, call="f(x)", loose=True)


def test_a_shape_is_one_of_real_numbers():
    with pytest.raises(Mismatch, match="dtype"):
        expect_shape("dx", np.zeros((2, 3), complex), (2, 3), call="f(x)")


def test_an_entry_must_be_there():
    assert expect_entry("config", {"t": 3}, "t", call="f(x)") == 3
    for entries in ({}, None, [3]):
        with pytest.raises(Mismatch) as caught:
            expect_entry("config", entries, "t", call="f(x)")
        assert caught.value.finding.kind == "property"


def compare_loss(implementation, rng, **options):
    arguments = rng.standard_normal((5, 3)), rng.integers(3, size=5)
    expect_loss_function(loss_with(implementation), softmax_loss, arguments, **options)


def test_a_loss_may_be_an_array_of_one_number(rng):
    compare_loss(lambda x, y: (np.array([softmax_loss(x, y)[0]]), softmax_loss(x, y)[1]), rng)


@pytest.mark.parametrize(("factors", "value"), [((2, 1), "loss"), ((1, 2), "dx")])
def test_the_two_results_of_a_loss_are_told_apart(rng, factors, value):
    def wrong(x, y):
        return tuple(factor * result for factor, result in zip(factors, softmax_loss(x, y), strict=True))

    other = {"loss": "dx", "dx": "loss"}[value]
    compare_loss(wrong, rng, of=(other,))
    with pytest.raises(Mismatch) as caught:
        compare_loss(wrong, rng)
    assert caught.value.finding.value == value


def test_the_gradient_of_a_loss_is_that_of_its_own_loss(rng):
    scores, labels = rng.standard_normal((5, 3)), rng.integers(3, size=5)

    def doubled(x, y):
        loss, dx = softmax_loss(x, y)
        return 2 * loss, 2 * dx

    def half_doubled(x, y):
        loss, dx = softmax_loss(x, y)
        return loss, 2 * dx

    expect_score_gradient(loss_with(softmax_loss), scores, labels, draw=rng)
    expect_score_gradient(loss_with(doubled), scores, labels, draw=rng)
    with pytest.raises(Mismatch, match="not the gradient"):
        expect_score_gradient(loss_with(half_doubled), scores, labels, draw=rng)


@pytest.mark.parametrize("place", [0, 1])
def test_a_loss_function_that_returns_nothing_is_missing(rng, place):
    def hollow(x, y):
        results = list(softmax_loss(x, y))
        results[place] = None
        return tuple(results)

    scores, labels = rng.standard_normal((5, 3)), rng.integers(3, size=5)
    with pytest.raises(Mismatch) as caught:
        expect_score_gradient(loss_with(hollow), scores, labels, draw=rng)
    assert caught.value.finding.kind == "missing"
