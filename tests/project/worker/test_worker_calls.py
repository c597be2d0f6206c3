"""Calls, handles, probes: what the judge can have a worker do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.worker import (
    CallOptions,
    Handle,
    Nudges,
    Place,
    StudentError,
    Unsupported,
    Values,
    Worker,
    WorkerFault,
)

LAYERS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)

def flags(x):
    return x.flags.writeable, x.flags.c_contiguous, x.flags.f_contiguous, type(x).__name__, x.strides

def overwrite(x, other, scale=None):
    x *= 0
    return other

def batchnorm(x, bn_param):
    bn_param["running_mean"] = x.mean(axis=0)
    bn_param["seen"] = bn_param.get("seen", 0) + 1
    return x - bn_param["running_mean"]

def draw():
    import random
    return np.random.rand(), random.random(), hash("x")

def give(kind):
    return {
        "none": None, "one": 1.0, "list of two": [1.0, 2.0], "array": np.zeros((2, 2)),
        "three": (1, 2, 3), "two": (1, 2), "none and one": (None, 1.0),
        "generator and one": ((i for i in [1]), 1.0), "nested none": (None, None),
    }[kind]

class Net:
    def __init__(self, size=3, reg=0.0):
        self.params = {"W1": np.arange(size * 2.0).reshape(size, 2), "b1": np.zeros(2)}
        self.also_w1 = self.params["W1"]
        self.reg = reg
        self._hidden = 1

    def loss(self, X, y=None):
        scores = X @ self.params["W1"] + self.params["b1"]
        if y is None:
            return scores
        return float(np.sum(scores ** 2)) + self.reg, {"W1": 2 * X.T @ scores}

    @property
    def broken(self):
        raise RuntimeError("cannot say")
"""

FORWARD, BACKWARD, FLAGS, NET = (
    Place("student").attribute(name) for name in ("affine_forward", "affine_backward", "flags", "Net")
)
HANDLE = CallOptions("handle")


@pytest.fixture
def worker(strongest: Any) -> Iterator[Worker]:
    with strongest.open(LAYERS) as worker:
        yield worker


def call(worker: Worker, name: str, *arguments: Any, **options: Any) -> Any:
    return worker.call(Place("student").attribute(name), *arguments, options=CallOptions(**options))


def test_values_come_back_exactly_and_read_only(worker: Worker, rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 2, 2)), rng.normal(size=(4, 5)), rng.normal(size=5)
    returned = worker.call(FORWARD, x, w, b, options=CallOptions(("value", "handle")))
    out, cache = returned.value
    assert type(out) is np.ndarray
    assert np.array_equal(out, x.reshape(3, 4) @ w + b)
    with pytest.raises(ValueError, match="read-only"):
        out += 1
    assert isinstance(cache, Handle)
    assert cache.kind == "tuple of 3"
    assert returned.wall_seconds > 0
    assert returned.changed == ()


def test_a_handle_goes_back_into_the_worker(worker: Worker, rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=5)
    out, cache = worker.call(FORWARD, x, w, b, options=CallOptions(("value", "handle"))).value
    dx, dw, db = worker.call(BACKWARD, out, cache, options=CallOptions(("value",) * 3)).value
    np.testing.assert_allclose(dx, out @ w.T, rtol=1e-13)
    np.testing.assert_allclose(dw, x.T @ out, rtol=1e-13)
    np.testing.assert_allclose(db, out.sum(axis=0), rtol=1e-13)


def test_every_call_gets_fresh_writable_contiguous_arrays(worker: Worker) -> None:
    fortran = np.asfortranarray(np.ones((3, 4)))
    fortran.flags.writeable = False
    expected = (True, True, False, "ndarray", (32, 8))
    assert worker.call(FLAGS, fortran).value == expected
    assert worker.call(FLAGS, np.ones((6, 8))[::2, ::2]).value == expected


def test_unusual_memory_layouts_can_be_asked_for(worker: Worker) -> None:
    x = np.arange(12.0).reshape(3, 4)

    def flags(layout: Any) -> Any:
        return worker.call(FLAGS, x, options=CallOptions(layouts={0: layout})).value

    assert flags("fortran") == (True, False, True, "ndarray", (8, 24))
    assert flags("strided") == (True, False, False, "ndarray", (64, 16))
    assert flags("read-only") == (False, True, False, "ndarray", (32, 8))
    for layout in ("fortran", "strided", "read-only"):
        out = call(
            worker,
            "affine_forward",
            x,
            np.eye(4),
            np.zeros(4),
            result=("value", "nothing"),
            layouts={0: layout},
        )
        assert np.array_equal(out.value[0], x)
        assert out.value[1] is None


def test_changed_inputs_are_reported_by_position_and_keyword(worker: Worker) -> None:
    x, other, scale = np.ones(3), np.array([np.nan]), np.ones(2)
    place = Place("student").attribute("overwrite")
    returned = worker.call(place, x, keywords={"other": other, "scale": scale})
    assert returned.changed == (0,)
    assert x.all()  # the judge's own array
    assert worker.call(place, keywords={"x": x, "other": other}).changed == ("x",)
    assert worker.call(place, x, other, options=CallOptions(watch=False)).changed == ()


def test_dicts_are_read_back_after_the_call(worker: Worker) -> None:
    bn_param = {"mode": "train", "seen": 3}
    returned = call(worker, "batchnorm", np.array([[1.0], [3.0]]), bn_param, read_back=(1,))
    assert np.array_equal(returned.value, [[-1.0], [1.0]])
    assert set(returned.read_back) == {1}
    assert returned.read_back[1]["seen"] == 4
    assert np.array_equal(returned.read_back[1]["running_mean"], [2.0])
    assert bn_param == {"mode": "train", "seen": 3}


def test_a_dict_can_live_in_the_worker(worker: Worker) -> None:
    config = worker.keep({"seen": 0})
    for _ in range(3):
        call(worker, "batchnorm", np.ones((2, 1)), config)
    assert worker.get(Place(config).item("seen")) == 3
    assert worker.keys(Place(config)) == ["seen", "running_mean"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", None),
        ("two", (1, 2)),
        ("list of two", (1.0, 2.0)),
        ("none and one", (None, 1.0)),
        ("nested none", (None, None)),
        ("one", Unsupported("float where 2 results are wanted")),
        ("three", Unsupported("tuple of 3 where 2 results are wanted")),
        ("array", Unsupported("ndarray of dtype float64, shape (2, 2) where 2 results are wanted")),
        ("generator and one", (Unsupported("generator"), 1.0)),
    ],
)
def test_another_number_of_results_is_described(worker: Worker, kind: str, expected: Any) -> None:
    assert call(worker, "give", kind, result=("value", "value")).value == expected


def test_results_that_fit_one_by_one_but_not_together_are_described(student: Callable[..., Any]) -> None:
    value = student("import numpy as np\ndef f():\n    return [np.zeros(5 * 2**20)] * 2")
    assert isinstance(value, Unsupported)
    assert "MiB" in value.description


def test_random_numbers_start_alike_and_can_be_seeded(strongest: Any) -> None:
    def draws(**bundle: Any) -> Any:
        with strongest.open(LAYERS, **bundle) as worker:
            return (
                call(worker, "draw").value,
                call(worker, "draw", seed=5).value,
                call(worker, "draw", seed=5).value,
            )

    first, second = draws(seed=1), draws(seed=1)
    assert first == second
    assert first[1][:2] == first[2][:2]
    assert first[1] == draws(seed=2)[1]
    assert first[0][:2] != draws(seed=2)[0][:2]
    assert first[0][0] == np.random.RandomState(1).rand()
    assert first[1][0] == np.random.RandomState(5).rand()


def test_a_net_is_built_looked_into_assigned_and_called(worker: Worker) -> None:
    net = worker.call(NET, keywords={"size": 2, "reg": 0.5}, options=HANDLE).value
    assert net.kind == "Net"
    params = Place(net).attribute("params")
    assert worker.keys(params) == ["W1", "b1"]
    assert worker.get(Place(net).attribute("reg")) == 0.5
    assert np.array_equal(worker.get(params.item("W1")), [[0.0, 1.0], [2.0, 3.0]])
    worker.set(params.item("W1"), np.eye(2))
    worker.set(Place(net).attribute("reg"), 0.0)
    loss = Place(net).attribute("loss")
    X = np.array([[1.0, 2.0]])
    assert np.array_equal(worker.call(loss, X).value, X)
    value, grads = worker.call(loss, X, np.zeros(1, int), options=CallOptions(("value", "value"))).value
    assert value == 5.0
    assert np.array_equal(grads["W1"], 2 * X.T @ X)
    assert worker.describe(params.item("W1")) == "ndarray of dtype float64, shape (2, 2)"
    part = worker.get(params, "handle")
    assert np.array_equal(worker.get(Place(part).item("b1")), [0.0, 0.0])


def test_only_public_attributes_can_be_named() -> None:
    for name in ("_hidden", "__class__", "a b", "", "a.b"):
        with pytest.raises(ValueError, match="public name"):
            Place("student").attribute(name)


def test_a_failing_property_is_the_students_error(worker: Worker) -> None:
    net = worker.call(NET, options=HANDLE).value
    with pytest.raises(StudentError, match="RuntimeError: cannot say") as caught:
        worker.get(Place(net).attribute("broken"))
    assert caught.value.frames[-1].function == "broken"
    with pytest.raises(StudentError, match="AttributeError"):
        worker.get(Place(net).attribute("absent"))
    with pytest.raises(StudentError, match="KeyError"):
        worker.get(Place(net).attribute("params").item("W9"))
    assert worker.alive


def test_dropped_handles_are_gone_and_others_stay(worker: Worker) -> None:
    first, second = worker.keep([1]), worker.keep([2])
    worker.drop(first)
    assert worker.get(Place(second).item(0)) == 2


def test_a_handle_of_another_worker_is_our_own_mistake(strongest: Any) -> None:
    with strongest.open(LAYERS) as one, strongest.open(LAYERS) as two:
        handle = one.keep({"a": 1})
        two.keep({"a": 2})
        for use in (
            lambda: two.get(Place(handle)),
            lambda: two.call(FLAGS, handle),
            lambda: two.set(Place(two.keep({})).item("a"), handle),
            lambda: two.drop(handle),
        ):
            with pytest.raises(WorkerFault, match="another worker"):
                use()


def test_an_argument_that_cannot_travel_is_our_own_mistake(worker: Worker) -> None:
    with pytest.raises(WorkerFault, match="cannot be sent"):
        worker.call(FLAGS, object())
    assert worker.call(FLAGS, np.ones((2, 2))).value[0]


def test_a_closed_worker_says_so(strongest: Any) -> None:
    worker = strongest.open(LAYERS)
    usage = worker.close()
    assert worker.close() is usage
    assert not worker.alive
    with pytest.raises(WorkerFault, match="has ended"):
        worker.import_module("student")


# Probes ------------------------------------------------------------------------------------------


def test_a_probe_gives_the_outputs_at_all_points(worker: Worker, rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=5)
    points = rng.normal(size=(7, 4, 5))
    outputs = worker.probe(FORWARD, x, w, b, vary=1, points=Values(points), pick=0)
    assert outputs.shape == (7, 3, 5)
    np.testing.assert_allclose(outputs, x @ points + b, rtol=1e-13)
    with pytest.raises(ValueError, match="read-only"):
        outputs[0] = 0


def test_a_probe_nudges_single_entries(worker: Worker, rng: np.random.Generator) -> None:
    x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=5)
    h = 1e-5
    indices, deltas = np.repeat(np.arange(20), 2), np.tile([h, -h], 20)
    outputs = worker.probe(FORWARD, x, w, b, vary=1, points=Nudges(indices, deltas), pick=0)
    dout = rng.normal(size=(3, 5))
    numeric = np.sum((outputs[::2] - outputs[1::2]) * dout, axis=(1, 2)).reshape(4, 5) / (2 * h)
    np.testing.assert_allclose(numeric, x.T @ dout, rtol=1e-8)


def test_a_probe_by_keyword_and_of_a_function_that_changes_its_inputs(worker: Worker) -> None:
    place = Place("student").attribute("overwrite")
    points = np.arange(4.0).reshape(4, 1)
    keywords = {"x": np.ones(2), "other": np.zeros(1)}
    outputs = worker.probe(place, keywords=keywords, vary="other", points=Values(points))
    assert np.array_equal(outputs, points)


def test_a_probe_of_a_parameter_changes_it_under_every_name_and_puts_it_back(worker: Worker) -> None:
    net = worker.call(NET, options=HANDLE).value
    X, y = np.ones((1, 3)), np.zeros(1, int)
    weight = Place(net).attribute("params").item("W1")
    before = worker.get(weight)
    loss = Place(net).attribute("loss")
    outputs = worker.probe(loss, X, y, vary=weight, points=Values(np.stack([before, 2 * before])), pick=0)
    assert outputs.tolist() == [117.0, 468.0]
    assert np.array_equal(worker.get(weight), before)
    worker.set(weight.item(0), np.array([7.0, 7.0]))
    assert np.array_equal(worker.get(Place(net).attribute("also_w1").item(0)), [7.0, 7.0])


def test_a_large_probe_is_fetched_in_portions(worker: Worker) -> None:
    points = Values(np.arange(300.0)[:, None, None] * np.ones((300, 64, 64)))
    outputs = worker.probe(FORWARD, np.eye(64), np.eye(64), np.zeros(64), vary=1, points=points, pick=0)
    assert np.array_equal(outputs, points.points)


def test_outputs_that_are_not_alike_come_as_a_list(strongest: Any) -> None:
    code = "import numpy as np\ndef f(x):\n    return np.zeros(int(x[0])) if x[0] else None"
    with strongest.open(code) as worker:
        points = Values(np.array([[2.0], [1.0], [0.0]]))
        outputs = worker.probe(Place("student").attribute("f"), np.zeros(1), vary=0, points=points)
    assert [None if output is None else output.shape for output in outputs] == [(2,), (1,), None]


def test_a_probe_does_not_touch_the_judges_arrays(worker: Worker) -> None:
    x = np.ones(3)
    x.flags.writeable = False
    worker.probe(Place("student").attribute("overwrite"), x, x, vary=0, points=Values(np.zeros((2, 3))))
    assert x.all()


# What one call leaves behind ----------------------------------------------------------------------


def test_settings_of_one_call_do_not_change_the_next(strongest: Any) -> None:
    code = """
    import sys, warnings
    import numpy as np

    np.seterr(all="raise")
    warnings.simplefilter("error")

    def spoil():
        np.seterr(all="raise")
        warnings.simplefilter("error")
        sys.stdout = None

    def f(x):
        print("printed")
        warnings.warn("a warning")
        return 1 / x, np.exp(x + 1e9)
    """
    with strongest.open(code) as worker:
        for _ in range(2):
            worker.call(Place("student").attribute("spoil"))
            a, b = worker.call(Place("student").attribute("f"), np.zeros(2)).value
            assert np.isinf(a).all()
            assert np.isinf(b).all()
        assert worker.output.count("printed") == 2
        assert 'warnings.warn("a warning")' in worker.output  # the warning shows the student's line


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda w: w.call(FLAGS, 1.0, options=CallOptions(layouts={0: "fortran"})), "layouts: got 0"),
        (
            lambda w: w.call(FLAGS, np.ones(3), options=CallOptions(layouts={"x": "fortran"})),
            "layouts: got 'x'",
        ),
        (lambda w: w.call(FLAGS, np.ones(3), options=CallOptions(read_back=(1,))), "read_back: got 1"),
        (lambda w: w.call(FLAGS, options=CallOptions(seed=-1)), "seed: got -1"),
        (lambda w: w.probe(FLAGS, 1.0, vary=0, points=Values(np.ones((2, 1)))), "vary: got 0"),
        (lambda w: w.probe(FLAGS, np.ones(3), vary="x", points=Values(np.ones((2, 3)))), "vary: got 'x'"),
        (lambda w: w.probe(FLAGS, np.ones(3), vary=0, points=Values(np.ones((2, 4)))), r"got shape \(2, 4\)"),
        (
            lambda w: w.probe(FLAGS, np.ones(3), vary=0, points=Nudges(np.array([3]), np.ones(1))),
            "got 3, wanted",
        ),
        (lambda w: Nudges(np.array([[1]]), np.ones(1)), "indices, deltas: got shapes"),
    ],
)
def test_a_mistake_of_the_check_is_not_blamed_on_the_student(worker: Worker, use: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        use(worker)
    assert worker.alive


def test_what_a_student_closes_stays_open(strongest: Any) -> None:
    code = """
    import sys
    def f():
        print('a')
        sys.stdout.close()
        print('b', flush=True)
        return 1
    """
    with strongest.open(code) as worker:
        for _ in range(2):
            assert worker.call(Place("student").attribute("f")).value == 1
        assert worker.output == "a\nb\na\nb\n"
