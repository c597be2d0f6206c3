"""Update rules: the notebook's own numbers, and the first step from nothing.

Where epsilon stands in RMSprop and Adam is left open here: it is too small to show. Adam's count is
given, for its default changed between the years.
"""

import numpy as np

from grader.suite import (
    EXACT,
    PRINTED,
    call_text,
    check,
    expect_array,
    expect_entry,
    expect_scalar,
    expect_shape,
)

SHAPE = 4, 5


def evenly(start, stop):
    """The notebook's evenly spaced numbers."""
    return np.linspace(start, stop, 20).reshape(SHAPE)


def step(rule, w, dw, config):
    """The weights after a step, and the state: whatever the returned or else the passed dict holds."""
    passed = dict(config)
    next_w, returned = rule(w, dw, passed)
    return next_w, {**passed, **(returned if isinstance(returned, dict) else {})}


def expect_state(rule, config, wanted):
    """Require these arrays in the state."""
    __tracebackhide__ = True
    call = call_text(rule)
    for key, value in wanted.items():
        entry = expect_entry("config", config, key, call=call)
        expect_array(f"config[{key!r}]", entry, value, call=call, tolerance=PRINTED)


def first_gradient(draw):
    """A gradient whose entries keep away from zero."""
    return draw.uniform(1.0, 3.0, SHAPE) * draw.choice([-1.0, 1.0], SHAPE)


@check("momentum", about="sgd_momentum")
def test_momentum_known_values(subject):
    """Momentum gives the weights and the velocity printed in the notebook."""
    rule = subject.optim.sgd_momentum
    config = {"learning_rate": 1e-3, "velocity": evenly(0.6, 0.9)}
    next_w, config = step(rule, evenly(-0.4, 0.6), evenly(-0.6, 0.4), config)
    wanted = [
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]
    velocity = [
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]
    expect_array("next_w", next_w, wanted, call=call_text(rule), tolerance=PRINTED)
    expect_state(rule, config, {"velocity": velocity})


@check("momentum", about="sgd_momentum")
def test_momentum_first_step(subject, draw):
    """From rest, the first step of momentum is that of plain gradient descent."""
    rule, w, dw = subject.optim.sgd_momentum, draw.standard_normal(SHAPE), first_gradient(draw)
    next_w, _ = step(rule, w, dw, {"learning_rate": 0.1})
    expect_array("next_w", next_w, w - 0.1 * dw, call=call_text(rule))


@check("rmsprop", about="rmsprop")
def test_rmsprop_known_values(subject):
    """RMSprop gives the weights and the average printed in the notebook."""
    rule = subject.optim.rmsprop
    config = {"learning_rate": 1e-2, "cache": evenly(0.6, 0.9)}
    next_w, config = step(rule, evenly(-0.4, 0.6), evenly(-0.6, 0.4), config)
    wanted = [
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]
    cache = [
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]
    expect_array("next_w", next_w, wanted, call=call_text(rule), tolerance=PRINTED)
    expect_state(rule, config, {"cache": cache})


@check("rmsprop", about="rmsprop")
def test_rmsprop_first_step(subject, draw):
    """From nothing, the first step of RMSprop has length learning_rate / sqrt(1 - decay_rate)."""
    rule, w, dw = subject.optim.rmsprop, draw.standard_normal(SHAPE), first_gradient(draw)
    next_w, _ = step(rule, w, dw, {"learning_rate": 0.01, "decay_rate": 0.75})
    expect_array("next_w", next_w, w - 0.02 * np.sign(dw), call=call_text(rule))


@check("adam", about="adam")
def test_adam_known_values(subject):
    """Adam gives the weights and both averages printed in the notebook."""
    rule = subject.optim.adam
    config = {"learning_rate": 1e-2, "m": evenly(0.6, 0.9), "v": evenly(0.7, 0.5), "t": 5}
    next_w, config = step(rule, evenly(-0.4, 0.6), evenly(-0.6, 0.4), config)
    wanted = [
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]
    v = [
        [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
        [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
        [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
        [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
    ]
    m = [
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
        [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
        [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
        [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
    ]
    expect_array("next_w", next_w, wanted, call=call_text(rule), tolerance=PRINTED)
    expect_state(rule, config, {"m": m, "v": v})


@check("adam", about="adam")
def test_adam_first_step(subject, draw):
    """From nothing, the first step of Adam has the length of the learning rate."""
    rule, w, dw = subject.optim.adam, draw.standard_normal(SHAPE), first_gradient(draw)
    next_w, _ = step(rule, w, dw, {"learning_rate": 0.01, "t": 0})
    expect_array("next_w", next_w, w - 0.01 * np.sign(dw), call=call_text(rule))


@check("adam", about="adam", weight=0.5)
def test_adam_counts_steps(subject, draw):
    """Adam counts its steps in config['t']."""
    rule, w, config = subject.optim.adam, draw.standard_normal(SHAPE), {"learning_rate": 0.01, "t": 0}
    for _ in range(3):
        w, config = step(rule, w, first_gradient(draw), config)
        w = expect_shape("next_w", w, SHAPE, call=call_text(rule))
    t = expect_entry("config", config, "t", call=call_text(rule))
    expect_scalar("config['t']", t, 3, call=call_text(rule), tolerance=EXACT)
