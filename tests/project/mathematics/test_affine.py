"""The affine layer, and the gradient checker that all the layers are tested with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from oracles import affine as oracle
from oracles.gradients import directional_derivative, numerical_gradient, relative_error
from oracles.layouts import LAYOUTS, read_only
from reference.affine import affine_backward, affine_forward

SHAPES = {  # x without its first axis: D is the product
    "a row of features": (5,),
    "an image": (2, 3, 4),
    "one feature": (1,),
    "an axis of one": (3, 1, 2),
}


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def arguments(rng, examples=4, example=(2, 3), outputs=3):
    """x, w, b and an upstream gradient."""
    return (
        rng.standard_normal((examples, *example)),
        rng.standard_normal((int(np.prod(example)), outputs)),
        rng.standard_normal(outputs),
        rng.standard_normal((examples, outputs)),
    )


# ---------------------------------------------------------------------------------------- forward


def test_forward_has_the_values_that_the_course_prints():
    x = np.linspace(-0.1, 0.5, num=2 * 120).reshape(2, 4, 5, 6)
    w = np.linspace(-0.2, 0.3, num=120 * 3).reshape(120, 3)
    b = np.linspace(-0.3, 0.1, num=3)
    printed = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    out, _ = affine_forward(x, w, b)
    np.testing.assert_allclose(out, printed, rtol=0, atol=5.1e-9, strict=True)


def test_forward_of_two_examples_worked_by_hand():
    x = np.array([[1.0, 2.0], [-3.0, 0.5]])
    w = np.array([[10.0, 0.0, -1.0], [1.0, 4.0, 2.0]])
    b = np.array([0.25, 0.0, -100.0])
    out, _ = affine_forward(x, w, b)
    np.testing.assert_array_equal(out, [[12.25, 8.0, -97.0], [-29.25, 2.0, -96.0]], strict=True)


@pytest.mark.parametrize("example", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("examples", [1, 4])
def test_forward_equals_the_loops(rng, examples, example):
    x, w, b, _ = arguments(rng, examples, example)
    assert relative_error(affine_forward(x, w, b)[0], oracle.affine_forward(x, w, b)) < 1e-15


# --------------------------------------------------------------------------------------- backward


@pytest.mark.parametrize("example", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("examples", [1, 4])
def test_backward_equals_the_loops(rng, examples, example):
    x, w, b, dout = arguments(rng, examples, example)
    gradients = affine_backward(dout, affine_forward(x, w, b)[1])
    for got, wanted in zip(gradients, oracle.affine_backward(dout, x, w), strict=True):
        assert relative_error(got, wanted) < 1e-15


@pytest.mark.parametrize("example", SHAPES.values(), ids=SHAPES.keys())
def test_backward_equals_the_differences(rng, example):
    x, w, b, dout = arguments(rng, example=example)
    dx, dw, db = affine_backward(dout, affine_forward(x, w, b)[1])
    assert relative_error(dx, numerical_gradient(lambda x: affine_forward(x, w, b)[0], x, dout)) < 1e-7
    assert relative_error(dw, numerical_gradient(lambda w: affine_forward(x, w, b)[0], w, dout)) < 1e-7
    assert relative_error(db, numerical_gradient(lambda b: affine_forward(x, w, b)[0], b, dout)) < 1e-7


def test_backward_of_a_large_layer_along_a_random_direction(rng):
    x, w, b, dout = arguments(rng, examples=20, example=(3, 8, 8), outputs=50)
    dx, dw, _ = affine_backward(dout, affine_forward(x, w, b)[1])
    along_x, along_w = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
    slope_x = directional_derivative(lambda x: affine_forward(x, w, b)[0], x, along_x, dout)
    slope_w = directional_derivative(lambda w: affine_forward(x, w, b)[0], w, along_w, dout)
    assert relative_error(np.sum(dx * along_x), slope_x) < 1e-7
    assert relative_error(np.sum(dw * along_w), slope_w) < 1e-7


# ------------------------------------------------------------------------------ dtypes and memory


def test_float32_stays_float32(rng):
    doubles = arguments(rng)
    x, w, b, dout = (array.astype(np.float32) for array in doubles)
    out, cache = affine_forward(x, w, b)
    singles = (out, *affine_backward(dout, cache))
    exact = (oracle.affine_forward(x, w, b), *oracle.affine_backward(dout, x, w))
    for got, wanted in zip(singles, exact, strict=True):
        assert got.dtype == np.float32
        assert relative_error(got, wanted) < 1e-6


def test_integers_become_float64():
    x, w, b = np.arange(6).reshape(2, 3), np.ones((3, 2), dtype=np.int8), np.array([1, -1])
    out, cache = affine_forward(x, w, b)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, [[4, 2], [13, 11]])
    assert {gradient.dtype for gradient in affine_backward(np.ones((2, 2), int), cache)} == {
        np.dtype(np.float64)
    }


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference(rng, layout):
    x, w, b, dout = arguments(rng)
    out, cache = affine_forward(layout(x), layout(w), layout(b))
    assert relative_error(out, oracle.affine_forward(x, w, b)) < 1e-15
    gradients = affine_backward(layout(dout), cache)
    for got, wanted in zip(gradients, oracle.affine_backward(dout, x, w), strict=True):
        assert relative_error(got, wanted) < 1e-15


def test_inputs_and_cache_are_not_changed(rng):
    given = arguments(rng)
    x, w, b, dout = (array.copy() for array in given)
    _, cache = affine_forward(x, w, b)
    first = affine_backward(dout, cache)
    second = affine_backward(dout, cache)
    for before, after in zip(given, (x, w, b, dout), strict=True):
        np.testing.assert_array_equal(before, after)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.shares_memory(one, other)


# ----------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        ((), (3, 2), (2,), r"^x: got a scalar, wanted an array with N examples"),
        ((4, 3), (4, 2), (2,), r"^w: got shape \(4, 2\), wanted \(3, M\)$"),
        ((4, 3), (3,), (2,), r"^w: got shape \(3,\), wanted \(3, M\)$"),
        ((4, 2, 2), (2, 2), (2,), r"^w: got shape \(2, 2\), wanted \(4, M\)$"),
        ((4, 3), (3, 2), (3,), r"^b: got shape \(3,\), wanted \(2,\)$"),
        ((4, 3), (3, 2), (1, 2), r"^b: got shape \(1, 2\), wanted \(2,\)$"),
        ((4, 3), (3, 2), (1,), r"^b: got shape \(1,\), wanted \(2,\)$"),
    ],
)
def test_shapes_that_do_not_fit_are_named(x, w, b, message):
    with pytest.raises(ValueError, match=message):
        affine_forward(np.ones(x), np.ones(w), np.ones(b))


@pytest.mark.parametrize("shape", [(4,), (4, 1), (1, 2), (2, 4)])
def test_upstream_gradient_of_another_shape_is_refused_and_never_broadcast(rng, shape):
    x, w, b, _ = arguments(rng, outputs=2)
    _, cache = affine_forward(x, w, b)
    with pytest.raises(ValueError, match=r"^dout: got shape .*, wanted \(4, 2\)$"):
        affine_backward(np.ones(shape), cache)


def test_complex_numbers_are_refused():
    with pytest.raises(ValueError, match=r"^w: got dtype complex128, wanted real numbers$"):
        affine_forward(np.ones((1, 2)), np.ones((2, 2), dtype=complex), np.ones(2))


# ----------------------------------------------------- the checker: what passes, and what must not


def test_numerical_gradient_of_a_cubic():
    x = np.array([[0.5, -2.0], [3.0, 0.0]])
    dout = np.array([[1.0, -3.0], [0.25, 7.0]])
    assert relative_error(numerical_gradient(lambda x: x**3, x, dout), 3 * x**2 * dout) < 1e-9


def test_numerical_gradient_of_a_number():
    x = np.array([1.0, -2.0, 3.0])
    assert relative_error(numerical_gradient(lambda x: float(np.sum(x**2)), x), 2 * x) < 1e-9


def test_numerical_gradient_adds_up_all_paths(rng):
    x, dout = rng.standard_normal(3), rng.standard_normal((2, 3))
    assert relative_error(numerical_gradient(lambda x: np.stack([x, 10 * x]), x, dout), [1, 10] @ dout) < 1e-9


def test_directional_derivative_is_the_gradient_times_the_direction(rng):
    x, direction, dout = rng.standard_normal((3, 4, 5))
    slope = directional_derivative(np.sin, x, direction, dout)
    assert relative_error(slope, np.sum(np.cos(x) * direction * dout)) < 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda dx, dw, db: (0 * dx, 0 * dw, 0 * db), id="all zero"),
        pytest.param(lambda dx, dw, db: (-dx, -dw, -db), id="the wrong sign"),
        pytest.param(lambda dx, dw, db: (dx / 4, dw / 4, db / 4), id="a mean for a sum"),
        pytest.param(lambda dx, dw, db: (1.00001 * dx, 1.00001 * dw, 1.00001 * db), id="off by 0.001 %"),
    ],
)
def test_checker_rejects_a_wrong_affine_gradient(rng, wrong):
    x, w, b, dout = arguments(rng)
    right = affine_backward(dout, affine_forward(x, w, b)[1])
    functions = (
        lambda x: affine_forward(x, w, b)[0],
        lambda w: affine_forward(x, w, b)[0],
        lambda b: affine_forward(x, w, b)[0],
    )
    for gradient, f, variable in zip(wrong(*right), functions, (x, w, b), strict=True):
        assert relative_error(gradient, numerical_gradient(f, variable, dout)) > 1e-6


def test_checker_rejects_a_single_wrong_element(rng):
    x, w, b, dout = arguments(rng)
    dx, _, _ = affine_backward(dout, affine_forward(x, w, b)[1])
    numerical = numerical_gradient(lambda x: affine_forward(x, w, b)[0], x, dout)
    dx[1, 0, 2] += 1e-4
    assert relative_error(dx, numerical) > 1e-6


def test_checker_leaves_its_input_alone_and_copes_with_aliases():
    x = read_only(np.array([1.0, 2.0]))
    np.testing.assert_allclose(
        numerical_gradient(lambda x: x, x, np.array([3.0, 5.0])), [3.0, 5.0], rtol=1e-9
    )
    buffer = np.empty(2)

    def reuses_its_buffer(x):
        buffer[:] = x**2
        return buffer

    gradient = numerical_gradient(reuses_its_buffer, x, np.ones(2))
    np.testing.assert_allclose(gradient, [2.0, 4.0], rtol=1e-9)
    slope = directional_derivative(reuses_its_buffer, x, np.ones(2), np.ones(2))
    np.testing.assert_allclose(slope, 6.0, rtol=1e-9)


def test_relative_error_by_hand():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error([3.0, 0.0], [0.0, 4.0]) == pytest.approx(5 / 7)
    assert relative_error([1.0], [-1.0]) == 1
    assert relative_error(np.zeros((2, 2)), np.zeros((2, 2))) == 0
    assert relative_error([0.0, 0.0], [0.0, 1e-300]) == 1
    assert relative_error([3e300, 0.0], [0.0, 4e300]) == pytest.approx(5 / 7)


def test_relative_error_never_accepts_what_is_no_number():
    assert relative_error([np.nan], [np.nan]) == np.inf
    assert relative_error([np.inf], [np.inf]) == np.inf
    assert relative_error([1.0, np.nan], [1.0, 2.0]) == np.inf


def test_relative_error_never_broadcasts():
    with pytest.raises(ValueError, match="shapes differ"):
        relative_error(np.zeros((4, 1)), np.zeros(4))


def test_relative_error_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        relative_error(np.zeros((0, 3)), np.zeros((0, 3)))


def test_checker_refuses_float32():
    x = np.ones(2, dtype=np.float32)
    with pytest.raises(TypeError, match="needs float64"):
        numerical_gradient(np.sin, x, np.ones(2))
    with pytest.raises(TypeError, match="needs float64"):
        directional_derivative(np.sin, x, x, np.ones(2))


def test_checker_refuses_shapes_that_would_broadcast():
    x = np.ones((3, 2))
    with pytest.raises(ValueError, match="dout: got shape"):
        numerical_gradient(np.sin, x, np.ones(2))
    with pytest.raises(ValueError, match="dout: got shape"):
        numerical_gradient(np.sin, x)
    with pytest.raises(ValueError, match="dout: got shape"):
        directional_derivative(np.sin, x, x, np.ones(2))
    with pytest.raises(ValueError, match="direction: got shape"):
        directional_derivative(np.sin, x, np.ones(2), x)
