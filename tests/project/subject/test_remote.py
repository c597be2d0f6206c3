"""A submission's stand-ins: copies go in, sealed copies come out, and what cannot be a value says so."""

import numpy as np
import pytest

from grader.assignment import load_assignment
from grader.model import Outcome
from grader.resources import assignment_folder
from grader.subject.outcomes import BadOutput, Crashed, Missing, SubjectError, TimedOut
from grader.subject.remote import RemoteSubject
from grader.suite.session import Check
from grader.worker import Bundle, ForkServer, Limits, Module

INTERFACE = load_assignment(assignment_folder("cs231n_a2")).interface

LAYERS = b"""
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    x += 1
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)

def relu_forward(x):
    x[x < 0] = 0
    return np.matrix(x), None

def relu_backward(dout, cache):
    return (row for row in dout)

def softmax_loss(x, y):
    return 0.5

def svm_loss(x, y):
    return None, None

def batchnorm_forward(x, gamma, beta, bn_param):
    bn_param["running_mean"] = x.mean(axis=0)
    return x, object()

def dropout_forward(x, dropout_param):
    print("hello from the student")
    return x * dropout_param["p"], None

def layernorm_forward(x, gamma, beta, ln_param):
    raise ValueError("secret %r" % x[0, 0])

def conv_forward_naive(x, w, b, conv_param):
    while True:
        pass

def dropout_backward(dout, cache):
    import time
    time.sleep(0.4)
    return dout

def layernorm_backward(dout, cache):
    import os
    os._exit(0)
"""
OPTIM = b"""
def adam(w, dw, config):
    return w, {"m": dw, "t": config["t"] + 1}

def sgd_momentum(w, dw, config):
    config["velocity"] = -dw
    return w - dw, config
"""
NET = b"""
import numpy as np

class TwoLayerNet:
    def __init__(self, input_dim=2, hidden_dim=3, num_classes=2, weight_scale=1e-3, reg=0.0):
        self.params = {"W1": np.ones((2, 2))}
        self.reg = reg

    def loss(self, X, y=None):
        W = self.params["W1"]
        if y is None:
            return X @ W
        return np.array([np.sum(W**2)]), {"W1": 2 * W}
"""


@pytest.fixture(scope="module")
def server():
    with ForkServer() as server:
        yield server


@pytest.fixture
def subject(server):
    def open_worker(arm):
        modules = (
            Module("cs231n.layers", "cs231n/layers.py", LAYERS),
            Module("cs231n.optim", "cs231n/optim.py", OPTIM),
            Module("cs231n.classifiers.fc_net", "cs231n/classifiers/fc_net.py", NET),
        )
        return server.open(Bundle(modules), Limits(wall_seconds=1.0, cpu_seconds=1.0))

    subject = RemoteSubject(
        INTERFACE,
        open_worker,
        package="cs231n",
        missing={"rmsprop": "rmsprop is not in the hand-in"},
        signatures={"TwoLayerNet": frozenset({"input_dim", "hidden_dim", "num_classes", "reg"})},
        dropout="drop",
        limits=Limits(wall_seconds=1.0, cpu_seconds=1.0),
        sources={"cs231n/layers.py": LAYERS.decode().splitlines()},
    )
    subject.begin(check())
    yield subject
    subject.close()


def check(seconds=None):
    return Check("c", "t", "s", 1.0, "hidden", ("f",), (), seconds)


@pytest.fixture
def arguments(rng):
    return rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), rng.standard_normal(2)


def test_values_cross_and_cannot_be_written_to(subject, arguments):
    x, w, b = arguments
    out, cache = subject.layers.affine_forward(x, w, b)
    assert np.allclose(out, x @ w + b)
    with pytest.raises(ValueError, match="read-only"):
        out[0, 0] = 1.0
    assert not isinstance(cache, tuple)


def test_perturbing_the_judges_copy_of_a_parameter_is_impossible(subject):
    net = subject.nets.TwoLayerNet(input_dim=2)
    with pytest.raises(ValueError, match="read-only"):
        net.params["W1"][0, 0] += 1e-5
    net.params["W1"] = np.full((2, 2), 3.0)
    assert np.array_equal(net.params["W1"], np.full((2, 2), 3.0))
    with pytest.raises(TypeError):
        del net.params["W1"]


def test_a_changed_input_is_a_warning_and_does_not_reach_the_judge(subject, arguments):
    x = arguments[0].copy()
    out, _ = subject.layers.relu_forward(x)
    assert np.array_equal(x, arguments[0])
    assert type(out) is np.ndarray
    assert subject.end().warnings == ("relu_forward changes its argument x",)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda s, x: s.layers.relu_backward(x, None), BadOutput, "generator"),
        (lambda s, x: s.layers.softmax_loss(x, np.zeros(4, int)), BadOutput, "wanted loss, dx"),
        (lambda s, x: s.layers.svm_loss(x, np.zeros(4, int)), Missing, "returns None"),
        (lambda s, x: s.optim.rmsprop(x, x, {}), Missing, "not in the hand-in"),
        (lambda s, x: s.layers.max_pool_forward_naive(x, {}), Crashed, "max_pool_forward_naive"),
        (lambda s, x: s.layers.conv_forward_naive(x, x, x, {}), TimedOut, "no answer after"),
        (lambda s, x: s.nets.FullyConnectedNet(hidden_dims=[2]), Crashed, "FullyConnectedNet"),
        (lambda s, x: s.nets.TwoLayerNet(weight_scale=1.0), BadOutput, "no parameter weight_scale"),
    ],
    ids=["generator", "arity", "none", "missing", "absent", "loop", "no class", "no parameter"],
)
def test_what_is_no_value_says_what_it_is(subject, arguments, call, error, says):
    with pytest.raises(error, match=says):
        call(subject, arguments[0])


def test_after_a_timeout_the_next_call_works(subject, arguments):
    with pytest.raises(TimedOut):
        subject.layers.conv_forward_naive(*arguments, {})
    out, _ = subject.layers.affine_forward(*arguments)
    assert out.shape == (4, 2)


def test_a_check_may_have_a_limit_of_its_own(subject, arguments):
    subject.begin(check(seconds=0.1))
    with pytest.raises(TimedOut, match=r"0\.1 s"):
        subject.layers.conv_forward_naive(*arguments, {})


def test_a_students_exception_keeps_hidden_inputs_from_students(subject, arguments):
    with pytest.raises(Crashed) as caught:
        subject.layers.layernorm_forward(arguments[0], 1.0, 0.0, {})
    error = caught.value
    assert f"{arguments[0][0, 0]}"[:6] in str(error)
    assert error.safe == "ValueError"
    assert error.trace[-1].text.startswith("raise ValueError")
    assert error.outcome is Outcome.CRASH


def test_a_dict_that_is_to_be_updated_is_read_back(subject, arguments):
    bn_param = {"mode": "train"}
    subject.layers.batchnorm_forward(arguments[0], np.ones(3), np.zeros(3), bn_param)
    assert np.allclose(bn_param["running_mean"], arguments[0].mean(axis=0))


def test_optimizer_state_is_found_in_either_dict(subject, arguments):
    w = arguments[0]
    config = {"learning_rate": 0.1}
    _, state = subject.optim.sgd_momentum(w, w, config)
    assert np.array_equal(state["velocity"], -w)
    assert np.array_equal(config["velocity"], -w)
    _, state = subject.optim.adam(w, w, {"learning_rate": 0.1})
    assert state["t"] == 1  # the hand-outs' default of t differs, so it is given
    assert state["learning_rate"] == 0.1


def test_p_is_translated_for_editions_that_drop(subject):
    out, _ = subject.layers.dropout_forward(np.ones((2, 2)), {"mode": "train", "p": 0.75})
    assert np.allclose(out, 0.25)
    assert "hello from the student" in subject.end().output


def test_probes_evaluate_and_the_judge_differentiates(subject, arguments):
    x, w, b = arguments
    outputs = subject.layers.affine_forward.probe([x, w, b], 1, [w, 2 * w])
    assert np.allclose(outputs[1] - outputs[0], x @ w)
    net = subject.nets.TwoLayerNet(input_dim=2)
    losses = net.probe_loss(np.ones((1, 2)), np.zeros(1, int), "W1", [np.ones((2, 2)), np.zeros((2, 2))])
    assert losses == [4.0, 0.0]
    assert np.array_equal(net.params["W1"], np.ones((2, 2)))


def test_an_unknown_group_is_the_checks_mistake_not_the_students(subject):
    with pytest.raises(AttributeError, match="no group 'layer'"):
        _ = subject.layer
    assert not issubclass(AttributeError, SubjectError)


def test_the_limit_is_the_checks_not_the_calls(subject, arguments):
    """Three calls of 0.4 s each exceed one second together; the next check starts anew."""
    for _ in range(2):
        subject.begin(check())
        for _ in range(2):
            subject.layers.dropout_backward(arguments[0], None)
        with pytest.raises(TimedOut, match="no answer after 1 s"):
            subject.layers.dropout_backward(arguments[0], None)


def test_what_one_worker_took_counts_when_another_has_replaced_it(subject, arguments):
    for _ in range(2):
        subject.layers.dropout_backward(arguments[0], None)
    with pytest.raises(Crashed):
        subject.layers.layernorm_backward(arguments[0], None)
    with pytest.raises(TimedOut):
        subject.layers.dropout_backward(arguments[0], None)
