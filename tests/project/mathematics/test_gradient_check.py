"""The gradient checker is itself checked: it finds right gradients right, and slightly wrong ones wrong."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from reference.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    eval_numerical_gradient_blobs,
    grad_check_directional,
    grad_check_sparse,
    rel_error,
    relative_error,
)


def smooth(x):
    """A number that depends on every entry of x, and differently on each."""
    return float(np.sum(np.sin(x) * weights(x)) + np.sum(x) ** 2 / 10)


def smooth_gradient(x):
    return np.cos(x) * weights(x) + np.sum(x) / 5


def weights(x):
    return np.linspace(1.0, 2.0, x.size).reshape(x.shape)


def layer(x):
    """A layer of another shape than its input."""
    return np.stack([np.sin(x), x**3])


def layer_gradient(x, df):
    return df[0] * np.cos(x) + df[1] * 3 * x**2


def layouts(rng):
    plain = rng.standard_normal((3, 4))
    wide = rng.standard_normal((3, 8))
    return [
        plain,
        np.asfortranarray(plain),
        wide[:, ::2],
        plain.T,
        plain[::-1],
        np.array(0.3),
        np.zeros((0, 2)),
    ]


@pytest.mark.parametrize("layout", range(7))
def test_numerical_gradients_of_any_layout_are_right_and_leave_x_as_it_was(rng, layout):
    x = layouts(rng)[layout]
    before = x.tobytes()
    df = rng.standard_normal((2, *x.shape))
    with np.errstate(all="raise"):
        whole = eval_numerical_gradient(smooth, x, verbose=False)
        array = eval_numerical_gradient_array(layer, x, df)
        directional = grad_check_directional(smooth, x, smooth_gradient(x), rng)
    np.testing.assert_allclose(whole, smooth_gradient(x), rtol=1e-8, atol=1e-9, strict=True)
    np.testing.assert_allclose(array, layer_gradient(x, df), rtol=1e-8, atol=1e-9, strict=True)
    assert directional < 1e-9
    assert x.tobytes() == before


def test_functions_may_look_at_x_where_it_lives(rng):
    params = {"W": rng.standard_normal((2, 3))}
    numeric = eval_numerical_gradient(lambda _: smooth(params["W"]), params["W"], verbose=False)
    np.testing.assert_allclose(numeric, smooth_gradient(params["W"]), rtol=1e-8)


def test_a_function_may_return_the_same_buffer_every_time(rng):
    x, df, buffer = rng.standard_normal(4), rng.standard_normal(4), np.empty(4)

    def into_buffer(x):
        np.multiply(x, x, out=buffer)
        return buffer

    np.testing.assert_allclose(eval_numerical_gradient_array(into_buffer, x, df), 2 * x * df, rtol=1e-8)
    # Nor does it matter that a layer hands back its input.
    np.testing.assert_allclose(eval_numerical_gradient_array(lambda x: x, x, df), df, rtol=1e-8)


def test_the_step_is_centred():
    # A centred difference of a parabola has no error but rounding, a forward difference has h.
    x = np.array([1.0, -3.0])
    np.testing.assert_allclose(
        eval_numerical_gradient(lambda x: np.sum(x * x), x, verbose=False, h=0.5), [2.0, -6.0], rtol=1e-14
    )
    np.testing.assert_allclose(
        eval_numerical_gradient_array(lambda x: x * x, x, [1, 10], h=0.5), [2.0, -60.0]
    )


def test_verbose_prints_every_entry(capsys):
    eval_numerical_gradient(lambda x: np.sum(x * x), np.array([[1.0, 2.0]]), h=0.5)
    assert capsys.readouterr().out == "(0, 0) 2.0\n(0, 1) 4.0\n"


def test_blobs(rng):
    x, w = (SimpleNamespace(vals=rng.standard_normal((2, 3)), diffs=np.zeros((2, 3))) for _ in range(2))
    out = SimpleNamespace(vals=np.zeros((2, 3)), diffs=rng.standard_normal((2, 3)))

    def multiply(x, w, out):
        out.vals = x.vals * w.vals

    dx, dw = eval_numerical_gradient_blobs(multiply, (x, w), out)
    np.testing.assert_allclose(dx, out.diffs * w.vals, rtol=1e-8, strict=True)
    np.testing.assert_allclose(dw, out.diffs * x.vals, rtol=1e-8, strict=True)
    assert not x.diffs.any()


# Wrong gradients are found


def by_elements(x, analytic, rng):
    return rel_error(eval_numerical_gradient(smooth, x, verbose=False), analytic)


def by_norm(x, analytic, rng):
    return relative_error(eval_numerical_gradient(smooth, x, verbose=False), analytic)


def by_direction(x, analytic, rng):
    return grad_check_directional(smooth, x, analytic, rng)


@pytest.mark.parametrize("measure", [by_elements, by_norm, by_direction])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: g * (1 + 1 / 2000),
        lambda g: g * np.where(np.arange(g.size).reshape(g.shape) == 7, 1 + 1 / 200, 1),
        lambda g: g + 1e-3,
        lambda g: -g,
        lambda g: np.zeros_like(g),
        lambda g: g[::-1],
        lambda g: g.T.reshape(g.shape),
        lambda g: np.where(g == g.max(), np.nan, g),
    ],
    ids=["two-thousandth", "one entry", "shifted", "sign", "zero", "reversed", "transposed", "nan"],
)
def test_a_slightly_wrong_gradient_is_rejected(rng, measure, spoil):
    x = rng.standard_normal((3, 4))
    right = smooth_gradient(x)
    assert measure(x, right, rng) < 1e-7
    assert not measure(x, spoil(right), rng) < 1e-5


def test_sparse_check_prints_the_entries_and_repeats_itself(rng, capsys):
    x = rng.standard_normal((3, 4))
    before = x.copy()
    wrong = smooth_gradient(x) * (1 + 1 / 2000)
    np.random.seed(3)
    grad_check_sparse(smooth, x, smooth_gradient(x), num_checks=5)
    right_lines = capsys.readouterr().out.splitlines()
    np.random.seed(3)
    grad_check_sparse(smooth, x, wrong, num_checks=5)
    wrong_lines = capsys.readouterr().out.splitlines()
    assert len(right_lines) == len(wrong_lines) == 5
    for good, bad in zip(right_lines, wrong_lines, strict=True):
        assert good.startswith("numerical: ")
        assert good.split("analytic")[0] == bad.split("analytic")[0]
        assert float(good.split()[-1]) < 1e-7
        assert float(bad.split()[-1]) == pytest.approx(1 / 4000, rel=1e-3)
    np.testing.assert_array_equal(x, before)


# x comes back, whatever happens


@pytest.mark.parametrize("value", [0.1, -0.0, 1 / 3, 1e-300, 12345.678])
def test_entries_come_back_bit_for_bit(value):
    x = np.array([value, 2 * value])
    before = x.tobytes()
    eval_numerical_gradient(lambda x: 0.0, x, verbose=False)
    eval_numerical_gradient_array(lambda x: 0.0 * x, x, np.ones(2))
    assert x.tobytes() == before


@pytest.mark.parametrize("calls", range(4))
@pytest.mark.parametrize("check", ["whole", "array", "blobs", "sparse", "directional"])
def test_x_is_restored_when_f_raises(rng, check, calls):
    x = rng.standard_normal((3, 8))[:, ::2]
    before = x.tobytes()
    left = iter(range(calls))

    def f(x):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return smooth(x)

    def blob_f(x, out):
        out.vals = np.array(f(x.vals))

    run = {
        "whole": lambda: eval_numerical_gradient(f, x, verbose=False),
        "array": lambda: eval_numerical_gradient_array(f, x, 1.0),
        "blobs": lambda: eval_numerical_gradient_blobs(
            blob_f, [SimpleNamespace(vals=x)], SimpleNamespace(diffs=np.array(1.0))
        ),
        "sparse": lambda: grad_check_sparse(f, x, smooth_gradient(x)),
        "directional": lambda: grad_check_directional(f, x, smooth_gradient(x), rng),
    }[check]
    with pytest.raises(KeyboardInterrupt):
        run()
    assert x.tobytes() == before


# Arguments


@pytest.mark.parametrize(
    ("x", "h", "named"),
    [
        (np.arange(3), 1e-5, "x: got dtype int64"),
        (np.ones(3, dtype=bool), 1e-5, "x: got dtype bool"),
        ([1.0, 2.0], 1e-5, "x: got list"),
        (np.ones(3, dtype=np.float32), 1e-5, r"wanted at least 1\.2e-04, or float64"),
        (np.full(3, 1e-3, dtype=np.float32), 1e-5, "or float64"),  # x may be small, f(x) need not
        (np.full(3, 100, dtype=np.float32), 1e-3, r"wanted at least 7\.6e-03, or float64"),
        (np.full(3, 1e12), 1e-5, "h: got 1e-05 for float64 entries of up to 1e"),
        (np.ones(3), 0.0, "h: got 0.0"),
        (np.ones(3), -1e-5, "h: got -1e-05"),
        (np.ones(3), math.nan, "h: got nan"),
        (np.array([1.0, math.nan]), 1e-5, "not a number"),
        (np.array([1.0, math.inf]), 1e-5, "infinite"),
        (np.broadcast_to(1.0, 3), 1e-5, "read-only"),
    ],
)
def test_points_that_cannot_be_checked_are_refused(x, h, named):
    for run in (
        lambda: eval_numerical_gradient(np.sum, x, verbose=False, h=h),
        lambda: eval_numerical_gradient_array(lambda x: x, x, np.ones(3), h=h),
        lambda: grad_check_sparse(np.sum, x, np.ones(3), h=h),
        lambda: grad_check_directional(np.sum, x, np.ones(3), np.random.default_rng(0), h=h),
    ):
        with pytest.raises(ValueError, match=named):
            run()


def test_float32_with_a_step_that_it_can_resolve():
    x = np.array([0.5, -1.5], dtype=np.float32)
    numeric = eval_numerical_gradient(lambda x: np.sum(x * x), x, verbose=False, h=1e-2)
    assert numeric.dtype == np.float32
    np.testing.assert_allclose(numeric, 2 * x, rtol=1e-4)


def test_values_of_the_wrong_shape_are_refused():
    x = np.ones(3)
    with pytest.raises(ValueError, match=r"f: got a value of shape \(3,\)"):
        eval_numerical_gradient(lambda x: x, x, verbose=False)
    with pytest.raises(ValueError, match=r"df: got shape \(3, 1\), wanted that of f\(x\), \(3,\)"):
        eval_numerical_gradient_array(lambda x: x, x, np.ones((3, 1)))
    with pytest.raises(ValueError, match="analytic_grad: got shape"):
        grad_check_sparse(np.sum, x, np.ones((3, 1)))
    with pytest.raises(ValueError, match="analytic_grad: got shape"):
        grad_check_directional(np.sum, x, np.ones(1), np.random.default_rng(0))


# Measures


def test_rel_error_is_the_largest_of_the_elements_with_a_floor():
    assert rel_error([1.0, 2.0], [1.0, 2.002]) == pytest.approx(0.002 / 4.002)
    assert rel_error([0.0, 1.0], [0.0, 1.0]) == 0
    assert rel_error(1e-9, -1e-9) == pytest.approx(0.2)  # 2e-9 over the floor of 1e-8
    assert rel_error(1.0, -1.0) == 1
    assert rel_error([], []) == 0
    assert math.isnan(rel_error([1.0, math.nan], [1.0, 1.0]))


def test_relative_error_is_that_of_the_whole():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error([3.0, 4.0], [0.0, 0.0]) == 1
    assert relative_error([[3.0, 0.0]], [[3.0, 4.0]]) == pytest.approx(4 / 8)
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(1e-13, 0.0) == pytest.approx(0.1)  # below the floor of 1e-12
    assert relative_error(1e-13, 0.0, floor=1e-20) == 1
    assert math.isnan(relative_error([math.nan], [1.0]))


@pytest.mark.parametrize("measure", [rel_error, relative_error])
def test_shapes_are_not_broadcast(measure):
    with pytest.raises(ValueError, match=r"y: got shape \(3,\), wanted \(3, 1\)"):
        measure(np.ones((3, 1)), np.ones(3))
