"""Every comparator accepts what it should and rejects what is subtly wrong."""

import numpy as np
import pytest

from grader.suite import (
    EXACT,
    PRINTED,
    ROUND_OFF,
    SINGLE,
    Mismatch,
    expect_array,
    expect_property,
    expect_scalar,
    expect_shape,
)


def finding(got, wanted, **options):
    with pytest.raises(Mismatch) as caught:
        expect_array("out", got, wanted, call="f(x)", **options)
    return caught.value.finding


@pytest.mark.parametrize("tolerance", [ROUND_OFF, PRINTED, SINGLE, EXACT], ids=lambda t: t.name)
def test_equal_arrays_pass(rng, tolerance):
    wanted = rng.standard_normal((3, 4))
    expect_array("out", wanted.copy(), wanted, call="f(x)", tolerance=tolerance)


@pytest.mark.parametrize(("tolerance", "error"), [(ROUND_OFF, 1e-6), (PRINTED, 1e-5), (SINGLE, 1e-2)])
def test_a_single_entry_off_by_little_is_rejected(rng, tolerance, error):
    wanted = rng.uniform(0.5, 1.0, (3, 4))
    got = wanted.copy()
    got[2, 1] += error
    found = finding(got, wanted, tolerance=tolerance)
    assert found.kind == "values"
    assert found.index == (2, 1)
    assert found.wrong_share == pytest.approx(1 / 12)


def test_reordered_arithmetic_is_accepted(rng):
    x, w = rng.standard_normal((20, 300)), rng.standard_normal((300, 7))
    reversed_sum = x[:, ::-1] @ w[::-1]
    assert not np.array_equal(x @ w, reversed_sum)
    expect_array("out", reversed_sum, x @ w, call="f(x)")


def test_float32_arithmetic_is_told_from_float64(rng):
    x, w = rng.standard_normal((20, 300)), rng.standard_normal((300, 7))
    single = (x.astype(np.float32) @ w.astype(np.float32)).astype(np.float64)
    assert finding(single, x @ w).kind == "values"
    expect_array("out", single, x @ w, call="f(x)", tolerance=SINGLE)


def test_the_worst_entry_is_named_with_both_values():
    found = finding(np.array([1.0, 5.0, 3.5]), np.array([1.0, 2.0, 3.0]))
    assert found.index == (1,)
    assert "out[1] is 5, wanted 2" in found.message
    assert "67 % of the entries" in found.message


def test_the_safe_message_holds_no_value():
    found = finding(np.array([1.25, 7.75]), np.array([1.25, 3.5]))
    assert "7.75" in found.message
    assert "3.5" in found.message
    assert "7.75" not in found.safe_message
    assert "3.5" not in found.safe_message


def test_broadcasting_does_not_hide_a_wrong_shape():
    found = finding(np.zeros((4, 1)), np.zeros((4,)))
    assert found.kind == "shape"
    assert found.pattern == "only axes of length 1 differ"


def test_a_scalar_does_not_stand_for_an_array():
    assert finding(np.float64(0.0), np.zeros((2, 2))).kind == "shape"


def test_none_is_missing_not_wrong():
    assert finding(None, np.zeros(3)).kind == "missing"


def test_text_is_no_number():
    assert finding("0", np.zeros(1)).kind == "dtype"


def test_complex_numbers_are_not_real_ones():
    assert finding(np.zeros(3, complex), np.zeros(3)).kind == "dtype"


@pytest.mark.parametrize(("bad", "word"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_what_is_not_finite_is_named(bad, word):
    got = np.zeros((2, 3))
    got[1, 2] = bad
    found = finding(got, np.zeros((2, 3)))
    assert found.kind == "finite"
    assert found.index == (1, 2)
    assert word in found.message


def test_wanted_nan_and_infinity_must_come():
    wanted = np.array([1.0, np.nan, np.inf])
    expect_array("out", wanted.copy(), wanted, call="f(x)")
    assert finding(np.array([1.0, 0.0, np.inf]), wanted).index == (1,)
    assert finding(np.array([1.0, np.nan, -np.inf]), wanted).index == (2,)


def test_zeros_do_not_pass_for_small_numbers():
    wanted = np.full((3, 3), 1e-6)
    assert finding(np.zeros((3, 3)), wanted).pattern == "every entry is zero"


def test_exact_wants_every_bit():
    assert finding(np.array([1.0 + 1e-15]), np.array([1.0]), tolerance=EXACT).kind == "values"


def test_scalars():
    expect_scalar("loss", 2.0, 2.0, call="f(x)")
    expect_scalar("loss", np.array([2.0]), 2.0, call="f(x)")
    for wrong in (2.001, np.zeros(2), None):
        with pytest.raises(Mismatch):
            expect_scalar("loss", wrong, 2.0, call="f(x)")


def test_shape_is_returned_as_array():
    assert expect_shape("dx", np.ones((2, 3)), (2, 3), call="f(x)").sum() == 6
    with pytest.raises(Mismatch, match="transposed|shape"):
        expect_shape("dx", np.ones((3, 2)), (2, 3), call="f(x)")


def test_property_carries_its_statement_and_value():
    expect_property("rate", True, "never shown", call="f(x)")
    with pytest.raises(Mismatch) as caught:
        expect_property("rate", False, "70 % are zero, wanted 30 %", call="f(x)", got=0.7)
    assert caught.value.got == 0.7
    assert caught.value.finding.kind == "property"
