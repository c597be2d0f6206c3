"""The update rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

from oracles import optim as oracle
from oracles.gradients import relative_error
from oracles.layouts import LAYOUTS
from reference.optim import adagrad, adam, rmsprop, sgd, sgd_momentum


class Rule(NamedTuple):
    update: Callable[..., Any]
    defaults: dict[str, float]
    arrays: tuple[str, ...]  # the keys of the arrays that it remembers, in the oracle's order
    naive: Callable[..., Any]
    numbers: dict[str, float]  # far from the defaults, and with an epsilon whose place matters


RULES = {
    "sgd_momentum": Rule(
        sgd_momentum,
        {"learning_rate": 1e-2, "momentum": 0.9},
        ("velocity",),
        oracle.sgd_momentum,
        {"learning_rate": 0.3, "momentum": 0.7},
    ),
    "rmsprop": Rule(
        rmsprop,
        {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
        ("cache",),
        oracle.rmsprop,
        {"learning_rate": 0.3, "decay_rate": 0.8, "epsilon": 0.2},
    ),
    "adagrad": Rule(
        adagrad,
        {"learning_rate": 1e-2, "epsilon": 1e-8},
        ("cache",),
        oracle.adagrad,
        {"learning_rate": 0.3, "epsilon": 0.2},
    ),
    "adam": Rule(
        adam,
        {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0},
        ("m", "v"),
        oracle.adam,
        {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.2, "t": 3},
    ),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
every_update = pytest.mark.parametrize("update", [sgd, *(rule.update for rule in RULES.values())])


@pytest.fixture(autouse=True)
def floating_point_faults_are_errors() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


def a_start(rng, rule, shape=(3, 4)):
    """Weights and a config in the middle of a run (averages of squares are positive)."""
    return rng.standard_normal(shape), rule.numbers | {key: rng.uniform(0.5, 2, shape) for key in rule.arrays}


def run(update, w, gradients, config):
    """Feed the gradients to the rule one by one."""
    for dw in gradients:
        w, config = update(w, dw, config)
    return w, config


def error_of(update, rule, rng, steps=6):
    """The largest relative error, against the closed form after some steps, of the way and the state.

    The way, ``next_w - w``, rather than the weights: next to these, a short step hides its errors.
    """
    w, config = a_start(rng, rule)
    gradients = list(rng.standard_normal((steps, *w.shape)))
    wanted_w, *wanted = rule.naive(w, gradients, **config)
    next_w, config = run(update, w, gradients, config)
    errors = [relative_error(config[key], values) for key, values in zip(rule.arrays, wanted, strict=True)]
    return max(relative_error(next_w - w, wanted_w - w), *errors)


# ---------------------------------------------------------------------------- what the course prints


def table(start, stop):
    return np.linspace(start, stop, num=20).reshape(4, 5)


PRINTED = {
    "sgd_momentum": (
        {"learning_rate": 1e-3, "velocity": table(0.6, 0.9)},
        {
            "next_w": [
                [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
                [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
                [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
                [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
            ],
            "velocity": [
                [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
                [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
                [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
                [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
            ],
        },
    ),
    "rmsprop": (
        {"learning_rate": 1e-2, "cache": table(0.6, 0.9)},
        {
            "next_w": [
                [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
                [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
                [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
                [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
            ],
            "cache": [
                [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
                [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
                [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
                [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
            ],
        },
    ),
    "adam": (
        {"learning_rate": 1e-2, "m": table(0.6, 0.9), "v": table(0.7, 0.5), "t": 5},
        {
            "next_w": [
                [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
                [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
                [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
                [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
            ],
            "v": [
                [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
                [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
                [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
                [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
            ],
            "m": [
                [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
                [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
                [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
                [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
            ],
        },
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_one_step_has_the_values_that_the_course_prints(name):
    config, printed = PRINTED[name]
    config = dict(config)
    next_w, _ = RULES[name].update(table(-0.4, 0.6), table(-0.6, 0.4), config=config)
    got = config | {"next_w": next_w}
    for key, values in printed.items():
        np.testing.assert_allclose(got[key], values, rtol=0, atol=5.1e-9, strict=True, err_msg=key)


# --------------------------------------------------------------------- several steps, the closed form


@every_rule
def test_several_steps_from_the_middle_of_a_run_equal_the_closed_form(rng, rule):
    assert error_of(rule.update, rule, rng) < 1e-14


@every_rule
def test_several_steps_from_nothing_equal_the_closed_form(rng, rule):
    w, gradients = rng.standard_normal((3, 4)), list(rng.standard_normal((6, 3, 4)))
    next_w, config = run(rule.update, w, gradients, None)
    zeros = {key: np.zeros((3, 4)) for key in rule.arrays}
    wanted_w, *wanted = rule.naive(w, gradients, **rule.defaults, **zeros)
    assert relative_error(next_w - w, wanted_w - w) < 1e-13
    for key, values in zip(rule.arrays, wanted, strict=True):
        assert relative_error(config[key], values) < 1e-14


def test_sgd_by_hand():
    w, dw = np.array([1.0, -2.0]), np.array([4.0, 0.5])
    np.testing.assert_array_equal(sgd(w, dw, {"learning_rate": 0.25})[0], [0, -2.125], strict=True)
    np.testing.assert_allclose(sgd(w, dw)[0], [0.96, -2.005], rtol=1e-15)


def test_adam_by_hand():
    # beta1 = 1/2, beta2 = 3/4, gradients 4 and -2, no epsilon, learning rate 1:
    # m = 2, 0; v = 4, 4; corrected m = 4, 0; corrected v = 16, 64/7: steps -4/4 and 0.
    config = {"learning_rate": 1, "beta1": 0.5, "beta2": 0.75, "epsilon": 0}
    w, config = adam(np.array([10.0]), np.array([4.0]), config)
    np.testing.assert_array_equal(w, [9])
    w, config = adam(w, np.array([-2.0]), config)
    assert (w.item(), config["m"].item(), config["v"].item(), config["t"]) == (9, 0, 4, 2)
    # A third gradient of 7/8: m = 7/16, corrected by 7/8 to 1/2; v = 3 + 49/256, by 37/64.
    w, config = adam(w, np.array([7 / 8]), config)
    np.testing.assert_allclose(w, [9 - 0.5 / np.sqrt((3 + 49 / 256) * 64 / 37)], rtol=1e-15)


# --------------------------------------------------------- the comparison rejects what is subtly wrong


def recursive(step, rule):
    """An update rule with its state in ``config``, from ``step(config, dw) -> (change of w, new state)``."""

    def update(w, dw, config):
        change, state = step(config, dw)
        return w + change, config | dict(zip(rule.arrays, state, strict=True))

    return update


def momentum_outside(c, dw):
    velocity = c["momentum"] * c["velocity"] + dw
    return -c["learning_rate"] * velocity, (velocity,)


def momentum_old_velocity(c, dw):
    return c["velocity"], (c["momentum"] * c["velocity"] - c["learning_rate"] * dw,)


def momentum_as_an_average(c, dw):
    velocity = c["momentum"] * c["velocity"] - (1 - c["momentum"]) * c["learning_rate"] * dw
    return velocity, (velocity,)


def rmsprop_like(place_of_epsilon, new_average=True):
    def step(c, dw):
        cache = c["decay_rate"] * c["cache"] + (1 - c["decay_rate"]) * dw**2
        used = cache if new_average else c["cache"]
        return -c["learning_rate"] * dw / place_of_epsilon(used, c["epsilon"]), (cache,)

    return step


def adagrad_epsilon_inside(c, dw):
    cache = c["cache"] + dw**2
    return -c["learning_rate"] * dw / np.sqrt(cache + c["epsilon"]), (cache,)


def adagrad_forgets(c, dw):
    return -c["learning_rate"] * dw / (np.abs(dw) + c["epsilon"]), (dw**2,)


def adam_like(*, correct=True, count=True, late=False, root_first=True, stores_corrected=False, power=True):
    def step(c, dw):
        t = c["t"] + 1 if not late else c["t"]
        if count:
            c["t"] += 1
        m = c["beta1"] * c["m"] + (1 - c["beta1"]) * dw
        v = c["beta2"] * c["v"] + (1 - c["beta2"]) * dw**2
        one, two = (c["beta1"] ** t, c["beta2"] ** t) if power else (c["beta1"] * t, c["beta2"] * t)
        # The absolute value is for beta2 times t, which may pass 1; beta2 to the power of t never does.
        mhat, vhat = (m / (1 - one), v / np.abs(1 - two)) if correct else (m, v)
        root = np.sqrt(vhat) + c["epsilon"] if root_first else np.sqrt(vhat + c["epsilon"])
        return -c["learning_rate"] * mhat / root, ((mhat, vhat) if stores_corrected else (m, v))

    return step


def outside(average, epsilon):
    return np.sqrt(average) + epsilon


WRONG = {
    "momentum, learning rate outside": ("sgd_momentum", momentum_outside),
    "momentum, the old velocity": ("sgd_momentum", momentum_old_velocity),
    "momentum, an average": ("sgd_momentum", momentum_as_an_average),
    "rmsprop, epsilon inside": ("rmsprop", rmsprop_like(lambda cache, eps: np.sqrt(cache + eps))),
    "rmsprop, no root": ("rmsprop", rmsprop_like(lambda cache, eps: cache + eps)),
    "rmsprop, the old average": ("rmsprop", rmsprop_like(outside, new_average=False)),
    "adagrad, epsilon inside": ("adagrad", adagrad_epsilon_inside),
    "adagrad, no memory": ("adagrad", adagrad_forgets),
    "adam, no correction": ("adam", adam_like(correct=False)),
    "adam, t never incremented": ("adam", adam_like(count=False)),
    "adam, t incremented after use": ("adam", adam_like(late=True)),
    "adam, epsilon inside": ("adam", adam_like(root_first=False)),
    "adam, corrected averages stored": ("adam", adam_like(stores_corrected=True)),
    "adam, times t for to the power of t": ("adam", adam_like(power=False)),
}
RIGHT = {"rmsprop": rmsprop_like(outside), "adam": adam_like()}


@pytest.mark.parametrize(("name", "step"), WRONG.values(), ids=WRONG.keys())
def test_the_comparison_with_the_closed_form_rejects_a_wrong_rule(rng, name, step):
    assert error_of(recursive(step, RULES[name]), RULES[name], rng) > 1e-2


@pytest.mark.parametrize("name", RIGHT)
def test_the_wrong_rules_are_wrong_for_their_reason_only(rng, name):
    assert error_of(recursive(RIGHT[name], RULES[name]), RULES[name], rng) < 1e-14


# ------------------------------------------------------------------------------- what the lecture says


def test_momentum_multiplies_gradients_that_agree_by_ten():
    _, config = run(sgd_momentum, np.zeros(1), [np.ones(1)] * 400, None)
    np.testing.assert_allclose(config["velocity"], [-0.01 / (1 - 0.9)], rtol=1e-12)


def test_momentum_of_zero_is_sgd(rng):
    w, dw = rng.standard_normal((2, 3, 4))
    config = {"momentum": 0, "velocity": rng.standard_normal((3, 4))}
    np.testing.assert_allclose(sgd_momentum(w, dw, config)[0], sgd(w, dw)[0], rtol=1e-14)


def test_adagrad_slows_down_with_the_root_of_the_number_of_steps():
    w, gradients = np.zeros(2), [np.array([1e-3, 1e3])] * 100
    before, config = run(adagrad, w, gradients[:-1], {"epsilon": 0})
    after, _ = adagrad(before, gradients[-1], config)
    np.testing.assert_allclose(before - after, [1e-3, 1e-3], rtol=1e-12)  # 1e-2 / sqrt(100)


def test_first_step_of_rmsprop_is_ten_times_too_long():
    next_w, _ = rmsprop(np.zeros(2), np.array([1e-3, -1e3]), {"epsilon": 0})
    np.testing.assert_allclose(next_w, [-0.1, 0.1], rtol=1e-12)


def test_first_step_of_adam_has_the_length_of_the_learning_rate():
    next_w, _ = adam(np.zeros(4), np.array([1e-3, -1e-3, 1e3, -1e3]), {"epsilon": 0})
    np.testing.assert_allclose(next_w, [-1e-3, 1e-3, -1e-3, 1e-3], rtol=1e-12)


@every_update
def test_a_gradient_of_zero_from_the_start_moves_nothing(update):
    w = np.array([1.0, -2.0])
    next_w, _ = run(update, w, [np.zeros(2)] * 3, None)
    np.testing.assert_array_equal(next_w, w)


# ------------------------------------------------------------------------------------------ the config


@every_rule
def test_defaults_are_those_of_the_course(rng, rule):
    w = rng.standard_normal((3, 4))
    _, config = rule.update(w, np.zeros((3, 4)))
    counted = {"t": 1} if "t" in rule.defaults else {}
    assert {key: config[key] for key in config if key not in rule.arrays} == rule.defaults | counted
    assert set(config) == {*rule.defaults, *rule.arrays}
    for key in rule.arrays:
        np.testing.assert_array_equal(config[key], np.zeros((3, 4)), strict=True)


def test_default_of_sgd():
    assert sgd(np.ones(2), np.ones(2))[1] == {"learning_rate": 1e-2}


@every_update
def test_defaults_are_not_shared_between_calls(update):
    _, one = update(np.ones(2), np.ones(2))
    _, other = update(np.ones(2), np.ones(2))
    assert one is not other
    one["learning_rate"] = 77
    assert update(np.ones(2), np.ones(2))[1]["learning_rate"] < 1


@every_rule
def test_the_callers_config_is_updated_and_returned(rng, rule):
    w, config = a_start(rng, rule)
    before = dict(config)
    _, returned = rule.update(w, rng.standard_normal(w.shape), config)
    assert returned is config
    for key in rule.arrays:
        assert not np.array_equal(config[key], before[key])
    if "t" in before:
        assert config["t"] == before["t"] + 1
    for key in set(before) - {*rule.arrays, "t"}:
        assert config[key] == before[key]


def test_sgd_returns_the_callers_config():
    config = {"learning_rate": 0.5}
    assert sgd(np.ones(2), np.ones(2), config)[1] is config


@every_rule
def test_no_array_is_ever_written_to(rng, rule):
    w, config = a_start(rng, rule)
    dw = rng.standard_normal(w.shape)
    arrays = {"w": w, "dw": dw} | {key: config[key] for key in rule.arrays}
    before = {key: array.copy() for key, array in arrays.items()}
    next_w, config = rule.update(w, dw, config)
    for key, array in arrays.items():
        np.testing.assert_array_equal(array, before[key], err_msg=key)
    for new in (next_w, *(config[key] for key in rule.arrays)):
        assert not any(np.shares_memory(new, old) for old in arrays.values())
        assert new.flags.writeable
    # Nor do the weights and the state share memory with each other.
    assert not any(np.shares_memory(next_w, config[key]) for key in rule.arrays)


def test_sgd_writes_to_no_array():
    w, dw = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    next_w, _ = sgd(w, dw)
    assert (w.tolist(), dw.tolist()) == ([1, 2], [3, 4])
    assert not np.shares_memory(next_w, w)


@every_rule
def test_a_state_of_integer_zeros_will_do(rng, rule):
    gradients = list(rng.standard_normal((2, 3)))
    zeros = {key: np.zeros(3, dtype=int) for key in rule.arrays}
    np.testing.assert_array_equal(
        run(rule.update, np.ones(3), gradients, zeros)[0], run(rule.update, np.ones(3), gradients, None)[0]
    )


# ---------------------------------------------------------------------------------- dtypes and memory


@every_update
@pytest.mark.parametrize("learning_rate", [0.1, np.float64(0.1), np.float32(0.1), 1])
def test_float32_stays_float32(rng, update, learning_rate):
    w, *gradients = rng.standard_normal((4, 3, 4)).astype(np.float32)
    next_w, config = run(update, w, gradients, {"learning_rate": learning_rate})
    arrays = [value for value in config.values() if isinstance(value, np.ndarray)]
    assert {array.dtype for array in (next_w, *arrays)} == {np.dtype(np.float32)}


@every_rule
def test_numpy_numbers_in_the_config_do_not_promote_float32(rng, rule):
    w, dw = rng.standard_normal((2, 3, 4)).astype(np.float32)
    numbers = {key: np.float64(value) for key, value in rule.numbers.items() if key != "t"}
    next_w, config = run(rule.update, w, [dw, dw], numbers)
    assert {next_w.dtype, *(config[key].dtype for key in rule.arrays)} == {np.dtype(np.float32)}


@every_rule
def test_float32_has_the_values_of_float64(rng, rule):
    w, config = a_start(rng, rule)
    gradients = rng.standard_normal((6, *w.shape)).astype(np.float32)
    single = config | {key: config[key].astype(np.float32) for key in rule.arrays}
    wanted, *_ = rule.naive(w, list(gradients), **config)
    next_w, _ = run(rule.update, w.astype(np.float32), gradients, single)
    assert relative_error(next_w, wanted) < 1e-6


@every_update
def test_integer_weights_become_float64(update):
    next_w, config = update(np.array([1, 2]), np.array([3, -4]))
    expected, _ = update(np.array([1.0, 2.0]), np.array([3.0, -4.0]))
    np.testing.assert_array_equal(next_w, expected, strict=True)
    assert all(value.dtype == np.float64 for value in config.values() if isinstance(value, np.ndarray))


@every_update
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 2, 2)])
def test_memory_layout_and_shape_make_no_difference(rng, update, layout, shape):
    w, *gradients = rng.standard_normal((4, *shape))
    flat, _ = run(update, w.ravel(), [gradient.ravel() for gradient in gradients], None)
    next_w, config = run(update, layout(w), [layout(gradient) for gradient in gradients], None)
    np.testing.assert_allclose(next_w, flat.reshape(shape), rtol=1e-15, strict=True)
    assert all(value.shape == shape for value in config.values() if isinstance(value, np.ndarray))


@every_rule
def test_a_state_that_cannot_be_written_to_will_do(rng, rule):
    w, config = a_start(rng, rule)
    dw = rng.standard_normal(w.shape)
    frozen = config | {key: LAYOUTS["read-only"](config[key]) for key in rule.arrays}
    np.testing.assert_array_equal(rule.update(w, dw, frozen)[0], rule.update(w, dw, config)[0])


# ---------------------------------------------------------------------------------------------- errors


@every_update
@pytest.mark.parametrize("shape", [(4,), (4, 1), (1, 3), (3, 4), (), (1, 4, 3)])
def test_a_gradient_of_another_shape_is_refused_and_never_broadcast(update, shape):
    with pytest.raises(ValueError, match=r"^dw: got shape .*, wanted \(4, 3\)$"):
        update(np.ones((4, 3)), np.ones(shape))


@every_rule
@pytest.mark.parametrize("shape", [(4,), (4, 1), (1, 3), ()])
def test_a_state_of_another_shape_is_named(rule, shape):
    for key in rule.arrays:
        with pytest.raises(ValueError, match=rf"^config\['{key}'\]: got shape .*, wanted \(4, 3\)$"):
            rule.update(np.ones((4, 3)), np.ones((4, 3)), {key: np.ones(shape)})


@every_rule
@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, "0.1", None, 1j])
def test_a_number_out_of_range_is_named(rule, bad):
    for key in set(rule.defaults) - {"t"}:
        with pytest.raises(ValueError, match=rf"^config\['{key}'\]: got .*, wanted a number, 0 <= {key} < "):
            rule.update(np.ones(3), np.ones(3), {key: bad})


@pytest.mark.parametrize(
    ("update", "key"),
    [(sgd_momentum, "momentum"), (rmsprop, "decay_rate"), (adam, "beta1"), (adam, "beta2")],
)
@pytest.mark.parametrize("bad", [1, 1.5])
def test_a_share_of_one_or_more_is_named(update, key, bad):
    with pytest.raises(ValueError, match=rf"^config\['{key}'\]: got {bad}, wanted a number, 0 <= {key} < 1$"):
        update(np.ones(3), np.ones(3), {key: bad})


@pytest.mark.parametrize("t", [-1, 1.0, True, None, "1"])
def test_a_count_of_steps_that_is_none_is_named(t):
    with pytest.raises(ValueError, match=r"^config\['t'\]: got .*, wanted a whole number of at least 0$"):
        adam(np.ones(3), np.ones(3), {"t": t})


@every_rule
def test_complex_weights_are_refused(rule):
    with pytest.raises(ValueError, match=r"^w: got dtype complex128, wanted real numbers$"):
        rule.update(np.ones(3, dtype=complex), np.ones(3))


@every_rule
def test_a_refused_step_leaves_the_state_as_it_was(rng, rule):
    w, config = a_start(rng, rule)
    before = dict(config)
    with pytest.raises(ValueError, match=r"^dw: got shape"):
        rule.update(w, np.ones(2), config)
    assert config.keys() == before.keys()
    assert all(config[key] is before[key] for key in before)
