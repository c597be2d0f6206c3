"""What the observer sees, what it does not see, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from reference.activations import relu_forward
from reference.affine import affine_forward
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.dropout import DropoutCache, dropout_forward
from reference.fast import convolution as fast_convolution
from reference.fast import pooling as fast_pooling
from reference.losses import softmax_loss
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.normalization import batchnorm_backward_alt, batchnorm_forward
from reference.observations import differing, observe, targets, trusted
from reference.optim import adam
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

SEED = 20240502


def seen(target: str, implementation: Any = None, seed: int = SEED) -> dict[str, Any]:
    return observe(target, implementation or trusted(target), np.random.default_rng(seed))


@pytest.mark.parametrize("target", targets())
def test_the_reference_is_seen_alike_each_time(target: str) -> None:
    first = seen(target)
    np.random.seed(5)  # what the caller does with the global stream has no influence
    np.random.rand(17)
    second = seen(target)
    assert list(first) == list(second)
    for name, value in first.items():
        assert value.dtype == second[name].dtype, name
        np.testing.assert_array_equal(value, second[name], err_msg=name, strict=True)


@pytest.mark.parametrize("target", targets())
def test_the_reference_does_not_raise_and_its_numbers_are_finite(target: str) -> None:
    values = seen(target)
    assert len(values) >= 2
    assert [name for name in values if name.endswith("raised")] == []
    assert [
        name for name, value in values.items() if value.dtype.kind == "f" and not np.isfinite(value).all()
    ] == []
    assert [
        name for name, value in values.items() if name.endswith("writes to its arguments") and value
    ] == []


@pytest.mark.parametrize("target", ["affine_forward", "softmax_loss", "adam", "TwoLayerNet"])
def test_another_state_of_the_generator_gives_other_inputs(target: str) -> None:
    assert differing(seen(target), seen(target, seed=SEED + 1)) != ()


@pytest.mark.parametrize("target", targets())
def test_the_global_stream_and_the_error_state_stay_as_they_were(target: str) -> None:
    np.random.seed(99)
    before = np.random.get_state(legacy=False)["state"]
    with np.errstate(all="raise"):
        errors = np.geterr()
        seen(target)
        assert np.geterr() == errors
    after = np.random.get_state(legacy=False)["state"]
    assert before["pos"] == after["pos"]  # type: ignore[index]
    np.testing.assert_array_equal(before["key"], after["key"])  # type: ignore[index]


def test_the_generator_moves_by_the_same_whatever_the_implementation_does() -> None:
    def crash(*arguments: Any) -> Any:
        raise RuntimeError

    after = []
    for implementation in (affine_forward, crash):
        rng = np.random.default_rng(SEED)
        observe("affine_forward", implementation, rng)
        after.append(rng.random())
    assert after[0] == after[1]


# What goes wrong is seen, not thrown


@pytest.mark.parametrize("error", [ValueError, KeyError, NotImplementedError, ZeroDivisionError])
def test_an_exception_is_seen_by_its_type(error: type[Exception]) -> None:
    def crash(*arguments: Any) -> Any:
        raise error("no")

    values = seen("batchnorm_forward", crash)
    assert {str(value) for value in values.values()} == {error.__name__}
    assert all(name.endswith(": raised") for name in values)


def test_what_was_seen_before_an_exception_is_kept() -> None:
    calls = []

    def second_call_fails(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError
        return batchnorm_forward(*arguments)

    values = seen("batchnorm_forward", second_call_fails)
    right = seen("batchnorm_forward")
    name = "training, then testing: out, first step"
    np.testing.assert_array_equal(values[name], right[name])
    assert str(values["training, then testing: raised"]) == "RuntimeError"
    assert "training, then testing: out, second step" not in values
    np.testing.assert_array_equal(values["testing: out"], right["testing: out"])


def test_the_exit_of_the_program_is_not_caught() -> None:
    def leave(*arguments: Any) -> Any:
        raise SystemExit

    with pytest.raises(SystemExit):
        seen("affine_forward", leave)


def test_a_function_without_a_result_is_seen() -> None:
    assert {str(value) for value in seen("affine_forward", lambda x, w, b: None).values()} == {"TypeError"}


def test_a_result_that_is_no_array_is_seen_by_its_type() -> None:
    values = seen("affine_forward", lambda x, w, b: (None, None))
    assert str(values["rows: out"]) == "NoneType"
    assert differing(values, seen("affine_forward")) != ()


def test_too_few_gradients_are_seen() -> None:
    values = seen("affine_backward", lambda dout, cache: (dout @ cache[1].T, cache[0].T @ dout))
    assert str(values["rows: raised"]) == "ValueError"
    assert "rows: dx" in values


def test_a_write_to_an_argument_is_seen() -> None:
    def in_place(x: Any) -> Any:
        cache = relu_forward(x.copy())[1]
        np.maximum(x, 0, out=x)
        return x, cache

    assert set(differing(seen("relu_forward", in_place), seen("relu_forward"))) == {
        "matrix: writes to its arguments",
        "images: writes to its arguments",
    }


def test_what_is_seen_does_not_change_afterwards() -> None:
    buffer = np.zeros((4, 6))

    def one_buffer(x: Any) -> Any:
        if x.shape != buffer.shape:
            return relu_forward(x)
        np.maximum(x, 0, out=buffer)
        return buffer, None

    values = seen("relu_forward", one_buffer)
    buffer[...] = 7
    assert differing(values, seen("relu_forward")) == ()


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(ValueError, match=r"target: got 'nothing', wanted one of affine_forward, "):
        observe("nothing", affine_forward, np.random.default_rng(SEED))
    with pytest.raises(ValueError, match=r"target: got 'nothing', wanted a function or net"):
        trusted("nothing")


# Right implementations look alike, whatever they do inside


def _other_masks(x: Any, dropout_param: Mapping[str, Any]) -> Any:
    """Dropout that draws from another generator, and keeps where the number is large."""
    if dropout_param["mode"] == "test":
        return dropout_forward(x, dropout_param)
    p, seed = dropout_param["p"], dropout_param.get("seed")
    rng = np.random.default_rng(np.random.randint(10**9) if seed is None else seed)
    mask = (1 - p <= rng.random(x.shape[::-1]).T) / p
    return x * mask, DropoutCache(mask)


def _adam_in_place(w: Any, dw: Any, config: Any = None) -> Any:
    after, config = adam(w, dw, config)
    w[...] = after
    return w, config


class LastLayerFirst(TwoLayerNet):
    """Draws the weights of the last layer first."""

    def __init__(self, *arguments: Any, weight_scale: float = 1e-3, **settings: Any) -> None:
        super().__init__(*arguments, weight_scale=weight_scale, **settings)
        for name in ("W2", "W1"):
            self.params[name] = np.random.normal(0, weight_scale, self.params[name].shape)


class OtherNumbers(FullyConnectedNet):
    """Uses up some of the global stream before everything."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        np.random.rand(7)
        super().__init__(*arguments, **settings)

    def loss(self, X: Any, y: Any = None) -> Any:
        np.random.rand(7)
        return super().loss(X, y)


class SettingsUsedUp(FullyConnectedNet):
    """Changes the list of widths that it was given."""

    def __init__(self, hidden_dims: Any, *arguments: Any, **settings: Any) -> None:
        super().__init__([*hidden_dims], *arguments, **settings)
        hidden_dims.clear()


class SmallFirstLayerOfFilters(ThreeLayerConvNet):
    """Goes through its gradients in another order."""

    def loss(self, X: Any, y: Any = None) -> Any:
        result = super().loss(X, y)
        return (result[0], dict(reversed(result[1].items()))) if isinstance(result, tuple) else result


@pytest.mark.parametrize(
    ("target", "implementation"),
    [
        ("batchnorm_backward", batchnorm_backward_alt),
        ("conv_forward_naive", fast_convolution.conv_forward_strides),
        ("conv_forward_fast", conv_forward_naive),
        ("max_pool_forward_naive", fast_pooling.max_pool_forward_im2col),
        ("max_pool_backward_fast", max_pool_backward_naive),
        ("max_pool_forward_reshape", max_pool_forward_naive),
        ("dropout_forward", _other_masks),
        ("adam", _adam_in_place),
        ("softmax_loss", lambda x, y: (np.float64(softmax_loss(x, y)[0]), softmax_loss(x, y)[1])),
        ("TwoLayerNet", LastLayerFirst),
        ("FullyConnectedNet", OtherNumbers),
        ("FullyConnectedNet", SettingsUsedUp),
        ("ThreeLayerConvNet", SmallFirstLayerOfFilters),
    ],
)
def test_right_variants_are_not_told_apart(target: str, implementation: Any) -> None:
    for seed in range(3):
        assert differing(seen(target, implementation, seed), seen(target, seed=seed)) == ()


@pytest.mark.parametrize("seed", range(20))
def test_statistics_of_random_draws_do_not_depend_on_the_draw(seed: int) -> None:
    """Another seed gives other masks and weights, but the same statistics of them."""
    for target, cases in (
        ("dropout_forward", ("training", "with a seed")),
        ("FullyConnectedNet", ("construction", "dropout")),
        ("ThreeLayerConvNet", ("construction",)),
    ):
        first, other = seen(target), seen(target, seed=seed)
        told = [name for name in differing(first, other) if name.startswith(cases)]
        assert told == []


def test_a_wrong_gradient_by_one_part_in_a_hundred_thousand_is_told_apart() -> None:
    def almost(dout: Any, cache: Any) -> Any:
        dx, dw, db = conv_backward_naive(dout, cache)
        return dx, dw * (1 + 1e-5), db

    told = differing(seen("conv_backward_naive", almost), seen("conv_backward_naive"))
    assert told != ()
    assert all(name.endswith(": dw") for name in told)


# When two values differ


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-7]), True),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-4]), False),
        (np.array([1e-14]), np.array([3e-15]), True),  # rounding where zero is right
        (np.array([1e-9]), np.array([2e-9]), False),
        (np.array([1.0, 2.0]), np.array([[1.0, 2.0]]), False),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0]), True),
        (np.array([np.nan, 1.0]), np.array([1.0, np.nan]), False),
        (np.array([np.inf]), np.array([-np.inf]), False),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0]), True),
        (np.array([np.nan]), np.array([np.inf]), False),
        (np.array(3), np.array(3.0), True),
        (np.array(3), np.array(4), False),
        (np.array("KeyError"), np.array("KeyError"), True),
        (np.array("KeyError"), np.array("ValueError"), False),
        (np.array("KeyError"), np.array(1.0), False),
        (np.array(True), np.array(False), False),
        (np.array(["W1", "b1"]), np.array(["W1", "b1", "b2"]), False),
        (np.zeros((0, 3)), np.zeros((0, 3)), True),
    ],
)
def test_when_two_values_are_the_same(a: Any, b: Any, same: bool) -> None:
    wanted = () if same else ("value",)
    assert differing({"value": a}, {"value": b}) == wanted
    assert differing({"value": b}, {"value": a}) == wanted


def test_a_value_that_only_one_has_differs() -> None:
    one, both = np.array(1.0), {"here": np.array(1.0), "there": np.array(2.0)}
    assert differing({"here": one}, both) == ("there",)
    assert differing(both, {"here": one}) == ("there",)
    assert differing({}, {}) == ()
