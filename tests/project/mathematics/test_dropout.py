"""Inverted dropout, with either meaning of p."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import pytest

from oracles.elementwise import dropout_mask
from oracles.gradients import numerical_gradient, relative_error
from oracles.layouts import LAYOUTS
from reference.dropout import dropout_backward, dropout_forward, dropout_forward_drop


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def train(p, seed=None):
    """A training configuration that cannot be written to."""
    return MappingProxyType({"mode": "train", "p": p} | ({} if seed is None else {"seed": seed}))


def at_test_time(p, **more):
    return MappingProxyType({"mode": "test", "p": p} | more)


def global_stream():
    name, keys, *rest = np.random.get_state()
    return name, keys.tolist(), rest


# ----------------------------------------------------------------------------------------- training


@pytest.mark.parametrize("p", [0.2, 0.5, 0.75, 1])
@pytest.mark.parametrize("shape", [(1,), (1, 6), (5, 4), (2, 3, 4, 5)])
def test_mask_is_the_one_of_the_legacy_stream(rng, shape, p):
    x, dout = rng.standard_normal((2, *shape))
    mask = dropout_mask(shape, p, seed=231)
    out, cache = dropout_forward(x, train(p, seed=231))
    np.testing.assert_allclose(out, x * mask, rtol=1e-15, strict=True)
    np.testing.assert_allclose(dropout_backward(dout, cache), dout * mask, rtol=1e-15, strict=True)


def test_the_oracle_has_the_numbers_that_the_mersenne_twister_is_known_for():
    # 0.417022 is the first number after np.random.seed(1), 0.720324 the second.
    assert dropout_mask((2,), 0.418, seed=1).tolist() == [1 / 0.418, 0]
    assert dropout_mask((2,), 0.417, seed=1).tolist() == [0, 0]
    assert dropout_mask((2,), 0.7204, seed=1).tolist() == [1 / 0.7204, 1 / 0.7204]


@pytest.mark.parametrize("p", [0.1, 0.3, 0.7, 0.9])
def test_share_of_units_kept_is_p_and_the_mean_is_kept(p):
    n = 100_000
    out, _ = dropout_forward(np.full((100, n // 100), 10.0), train(p, seed=7))
    deviation = np.sqrt(p * (1 - p) / n)
    assert abs(np.mean(out != 0) - p) < 4 * deviation
    assert abs(np.mean(out) - 10) < 4 * 10 * deviation / p
    # What the bounds are worth: neither the other meaning of p nor a missing 1/p fits in them.
    assert abs((1 - p) - p) > 4 * deviation
    assert abs(10 * p - 10) > 4 * 10 * deviation / p


def test_every_unit_keeps_its_mean_over_many_draws():
    x = np.array([[-3.0, -1.0, 0.5], [1.0, 2.0, 4.0]])
    mean = np.mean([dropout_forward(x, train(0.4, seed))[0] for seed in range(4000)], axis=0)
    deviation = np.abs(x) * np.sqrt((1 - 0.4) / 0.4 / 4000)
    assert np.all(np.abs(mean - x) < 4 * deviation)


def test_examples_and_features_are_dropped_independently():
    kept = dropout_forward(np.ones((50, 40)), train(0.5, seed=3))[0] != 0
    assert len(np.unique(kept, axis=0)) == 50
    assert len(np.unique(kept, axis=1).T) == 40


def test_what_is_kept_is_divided_by_p():
    out, _ = dropout_forward(np.full((20, 20), 3.0), train(0.25, seed=1))
    assert set(out.ravel()) == {0.0, 12.0}


def test_keeping_all_changes_nothing(rng):
    x = rng.standard_normal((3, 4))
    np.testing.assert_array_equal(dropout_forward(x, train(1.0, seed=1))[0], x)
    np.testing.assert_array_equal(dropout_forward(x, train(1.0))[0], x)


# ---------------------------------------------------------------------------------------- test mode


@pytest.mark.parametrize("p", [0.2, 0.7, 1.0])
@pytest.mark.parametrize("seed", [{}, {"seed": 123}])
def test_test_mode_is_the_identity_in_both_directions(rng, p, seed):
    x, dout = rng.standard_normal((2, 3, 4))
    out, cache = dropout_forward(x, at_test_time(p, **seed))
    np.testing.assert_array_equal(out, x, strict=True)
    np.testing.assert_array_equal(dropout_backward(dout, cache), dout, strict=True)
    assert not np.shares_memory(out, x)


def test_test_mode_draws_no_numbers(rng):
    before = global_stream()
    dropout_forward(rng.standard_normal((3, 4)), at_test_time(0.5))
    assert global_stream() == before


# ----------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("dropout_param", [train(0.2, 123), train(0.8, 5), at_test_time(0.2)], ids=str)
def test_gradient_equals_the_differences(rng, dropout_param):
    x, dout = rng.standard_normal((2, 10, 10))
    dx = dropout_backward(dout, dropout_forward(x, dropout_param)[1])
    numerical = numerical_gradient(lambda x: dropout_forward(x, dropout_param)[0], x, dout)
    assert relative_error(dx, numerical) < 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda dout, dx: 0 * dx, id="zero"),
        pytest.param(lambda dout, dx: dout, id="no mask"),
        pytest.param(lambda dout, dx: dx * 0.6, id="without 1/p"),
        pytest.param(lambda dout, dx: dx / 0.6, id="1/p twice"),
        pytest.param(lambda dout, dx: dout * (dx == 0) / 0.6, id="what was dropped, kept"),
        pytest.param(lambda dout, dx: dout * dropout_mask((5, 6), 0.6, seed=2), id="another mask"),
    ],
)
def test_the_comparison_with_differences_rejects_a_wrong_gradient(rng, wrong):
    x, dout = rng.standard_normal((2, 5, 6))
    param = train(0.6, seed=1)
    gradient = wrong(dout, dropout_backward(dout, dropout_forward(x, param)[1]))
    assert relative_error(gradient, numerical_gradient(lambda x: dropout_forward(x, param)[0], x, dout)) > 0.1


# --------------------------------------------------------------------------------------------- seeds


def test_a_seed_repeats_the_mask_and_leaves_the_global_stream_alone(rng):
    x = rng.standard_normal((6, 7))
    before = global_stream()
    first, _ = dropout_forward(x, train(0.5, seed=11))
    again, _ = dropout_forward(x, train(0.5, seed=11))
    other, _ = dropout_forward(x, train(0.5, seed=12))
    assert global_stream() == before
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("none", [{}, {"seed": None}], ids=["no seed", "None"])
def test_without_a_seed_the_global_stream_is_used_and_moves_on(none):
    np.random.seed(99)
    x, param = np.ones((4, 5)), {"mode": "train", "p": 0.5, **none}
    outs = [dropout_forward(x, param)[0] for _ in range(3)]
    np.testing.assert_array_equal(np.stack(outs), dropout_mask((3, 4, 5), 0.5, seed=99))


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(17), np.uint8(17)])
def test_any_whole_number_of_32_bits_is_a_seed(seed):
    out, _ = dropout_forward(np.ones((5, 5)), train(0.5, seed))
    np.testing.assert_array_equal(out, dropout_mask((5, 5), 0.5, int(seed)))


# -------------------------------------------------------------------------------- the meaning "drop"


def test_drop_is_keep_with_the_other_probability(rng):
    x, dout = rng.standard_normal((2, 8, 9))
    dropped, cache = dropout_forward_drop(x, train(0.25, seed=4))
    np.testing.assert_array_equal(dropped, x * dropout_mask((8, 9), 0.75, seed=4))
    np.testing.assert_array_equal(dropout_backward(dout, cache), dout * dropout_mask((8, 9), 0.75, seed=4))
    assert not np.array_equal(dropped, dropout_forward(x, train(0.25, seed=4))[0])


@pytest.mark.parametrize("p", [0.1, 0.9])
def test_share_of_units_dropped_is_p(p):
    out, _ = dropout_forward_drop(np.ones((100, 1000)), train(p, seed=7))
    assert abs(np.mean(out == 0) - p) < 4 * np.sqrt(p * (1 - p) / 100_000)


def test_dropping_none_changes_nothing_and_test_mode_is_the_identity(rng):
    x = rng.standard_normal((3, 4))
    np.testing.assert_array_equal(dropout_forward_drop(x, train(0, seed=1))[0], x)
    np.testing.assert_array_equal(dropout_forward_drop(x, at_test_time(0.9))[0], x)


# -------------------------------------------------------------------------------- dtypes and memory


@pytest.mark.parametrize("forward", [dropout_forward, dropout_forward_drop])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    "param",
    [train(0.3, 1), train(0.3), train(np.float64(0.3), 1), at_test_time(0.3)],
    ids=str,
)
def test_dtype_is_kept(forward, dtype, param):
    x = np.ones((4, 5), dtype=dtype)
    out, cache = forward(x, param)
    assert out.dtype == dtype
    assert dropout_backward(x, cache).dtype == dtype


def test_integers_become_float64():
    out, cache = dropout_forward(np.arange(1, 7).reshape(2, 3), train(0.5, seed=231))
    mask = dropout_mask((2, 3), 0.5, seed=231)
    np.testing.assert_array_equal(out, [[1, 2, 3], [4, 5, 6]] * mask, strict=True)
    np.testing.assert_array_equal(dropout_backward(np.full((2, 3), 3), cache), 3 * mask, strict=True)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_makes_no_difference(rng, layout):
    x, dout = rng.standard_normal((2, 3, 4, 5))
    mask = dropout_mask((3, 4, 5), 0.5, seed=8)
    out, cache = dropout_forward(layout(x), train(0.5, seed=8))
    np.testing.assert_array_equal(out, x * mask)
    np.testing.assert_array_equal(dropout_backward(layout(dout), cache), dout * mask)


@pytest.mark.parametrize("param", [train(0.5, 1), train(1, 1), at_test_time(0.5)], ids=str)
def test_inputs_are_not_changed_and_results_are_arrays_of_their_own(rng, param):
    x, dout = rng.standard_normal((2, 3, 4))
    x_before, dout_before, param_before = x.copy(), dout.copy(), dict(param)
    out, cache = dropout_forward(x, param)
    dx = dropout_backward(dout, cache)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, dout_before)
    assert dict(param) == param_before
    assert not np.shares_memory(out, x)
    assert not np.shares_memory(dx, dout)


# ---------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("p", [0, -0.1, 1.1, 2, np.nan, np.inf, "0.5", None, 0.5j], ids=repr)
def test_keep_probability_out_of_range_is_named(mode, p):
    with pytest.raises(
        ValueError, match=r"^dropout_param\['p'\]: got .*, wanted a probability to keep, 0 < p <= 1$"
    ):
        dropout_forward(np.ones((2, 3)), {"mode": mode, "p": p})


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("p", [1, -0.1, 1.1, np.nan, "0.5", None], ids=repr)
def test_drop_probability_out_of_range_is_named_in_its_own_meaning(mode, p):
    with pytest.raises(
        ValueError, match=r"^dropout_param\['p'\]: got .*, wanted a probability to drop, 0 <= p < 1$"
    ):
        dropout_forward_drop(np.ones((2, 3)), {"mode": mode, "p": p})


@pytest.mark.parametrize("forward", [dropout_forward, dropout_forward_drop])
@pytest.mark.parametrize("mode", ["Train", "eval", "", None, True, 1])
def test_unknown_mode_is_named(forward, mode):
    with pytest.raises(ValueError, match=r"^dropout_param\['mode'\]: got .*, wanted 'train' or 'test'$"):
        forward(np.ones((2, 3)), {"mode": mode, "p": 0.5})


@pytest.mark.parametrize("forward", [dropout_forward, dropout_forward_drop])
@pytest.mark.parametrize(("missing", "given"), [("p", {"mode": "test"}), ("mode", {"p": 0.5})])
def test_missing_key_is_named(forward, missing, given):
    with pytest.raises(ValueError, match=rf"^dropout_param: got keys .*, wanted the key '{missing}'$"):
        forward(np.ones((2, 3)), given)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match=r"^dropout_param\['seed'\]: got .*, wanted a whole number"):
        dropout_forward(np.ones((2, 3)), train(0.5, seed))


@pytest.mark.parametrize("param", [train(0.5, 1), at_test_time(0.5)], ids=str)
def test_shapes_that_do_not_fit_are_named(param):
    with pytest.raises(ValueError, match=r"^x: got a scalar, wanted an array"):
        dropout_forward(np.float64(1.0), param)
    _, cache = dropout_forward(np.ones((2, 3)), param)
    for shape in [(3,), (1, 3), (2, 1), (3, 2), ()]:
        with pytest.raises(ValueError, match=r"^dout: got shape .*, wanted \(2, 3\)$"):
            dropout_backward(np.ones(shape), cache)
