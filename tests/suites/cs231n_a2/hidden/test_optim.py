"""Update rules on secret weights and gradients, several steps in a row.

The memory of a rule (velocity, cache, averages, count) may be found in the dict that it returns or
in the one that it was given. Conventions of the hand-outs: the learning rate goes into the velocity;
Adam counts a step before it uses the count. Where epsilon stands makes no difference here, for no
gradient is near zero.
"""

import copy

import pytest

from grader.suite import EXACT, call_text, check, expect_array, expect_entry, expect_scalar

MOMENTUM, RMSPROP, ADAM = "sgd_momentum", "rmsprop", "adam"
SETTINGS = {
    MOMENTUM: {"learning_rate": 0.3, "momentum": 0.7},
    RMSPROP: {"learning_rate": 0.3, "decay_rate": 0.8},
    ADAM: {"learning_rate": 0.3, "beta1": 0.7, "beta2": 0.85, "t": 0},
}
every_rule = pytest.mark.parametrize(
    "name",
    [
        pytest.param(MOMENTUM, id="momentum", marks=check("momentum", about=MOMENTUM)),
        pytest.param(RMSPROP, id="rmsprop", marks=check("rmsprop", about=RMSPROP)),
        pytest.param(ADAM, id="adam", marks=check("adam", about=ADAM)),
    ],
)


def gradient(draw, *shape):
    """A gradient whose entries are not near zero."""
    return draw.uniform(1.0, 3.0, shape) * draw.choice([-1.0, 1.0], shape)


def memory(draw, name, *shape):
    """What a rule may remember after some steps."""
    if name == MOMENTUM:
        return {"velocity": draw.standard_normal(shape)}
    if name == RMSPROP:
        return {"cache": draw.uniform(1.0, 9.0, shape)}
    return {"m": draw.standard_normal(shape), "v": draw.uniform(1.0, 9.0, shape), "t": 7}


def step(rule, w, dw, config):
    """The weights after a step, and the state: whatever the returned or else the passed dict holds."""
    passed = copy.deepcopy(config)
    next_w, returned = rule(w, dw, passed)
    return next_w, {**(passed or {}), **(returned if isinstance(returned, dict) else {})}


def expect_steps(subject, draw, reference, name, config, *, count, shape=(4, 3)):
    """Require the trusted weights after each of several steps.

    Every step starts from the trusted weights, but from the submission's own memory.

    Returns
    -------
    tuple
        The submission's and the trusted state.
    """
    __tracebackhide__ = True
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    own, right, w = config, copy.deepcopy(config), draw.standard_normal(shape)
    for _ in range(count):
        dw = gradient(draw, *shape)
        next_w, own = step(rule, w, dw, own)
        w, right = trusted(w, dw, right)
        expect_array("next_w", next_w, w, call=call_text(rule))
    return own, right


@every_rule
def test_first_step(subject, draw, reference, name):
    """The first step is right, for weights and for biases, with the learning rate that is asked for."""
    for learning_rate, shape in ((0.3, (4, 3)), (0.02, (5,))):
        config = {**SETTINGS[name], "learning_rate": learning_rate}
        expect_steps(subject, draw, reference, name, config, count=1, shape=shape)


@every_rule
def test_defaults(subject, draw, reference, name):
    """Without a config the rule takes its defaults, and goes on from the config that it returns."""
    expect_steps(subject, draw, reference, name, None, count=3)


@every_rule
def test_several_steps(subject, draw, reference, name):
    """Five steps in a row are right, each with the memory of the one before."""
    for _ in range(2):
        expect_steps(subject, draw, reference, name, SETTINGS[name], count=5)


@every_rule
def test_going_on(subject, draw, reference, name):
    """A step that goes on from given memory is right."""
    for _ in range(2):
        config = {**SETTINGS[name], **memory(draw, name, 4, 3)}
        expect_steps(subject, draw, reference, name, config, count=1)


@every_rule
def test_memory(subject, draw, reference, name):
    """The memory after three steps is right and has the names that the hand-out gives it."""
    own, right = expect_steps(subject, draw, reference, name, SETTINGS[name], count=3)
    call = call_text(getattr(subject.optim, name))
    for key in memory(draw, name, 1):
        entry = expect_entry("config", own, key, call=call)
        if key == "t":
            expect_scalar("config['t']", entry, right["t"], call=call, tolerance=EXACT)
        else:
            expect_array(f"config[{key!r}]", entry, right[key], call=call)


@check("adam", about=ADAM)
def test_adam_after_many_steps(subject, draw, reference):
    """The bias correction fades away: after a thousand steps it is all but gone."""
    for t in (1000, 3):
        config = {**SETTINGS[ADAM], **memory(draw, ADAM, 4, 3), "t": t}
        expect_steps(subject, draw, reference, ADAM, config, count=1)
