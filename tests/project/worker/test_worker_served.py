"""Reverse calls: a submission's net on layers that the judge computes, honest and hostile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from grader.worker import (
    Bundle,
    CallOptions,
    Limits,
    Module,
    Place,
    ProtocolViolation,
    Refusal,
    ReverseCall,
    ServeCaps,
    StudentError,
    Timeout,
    Worker,
    WorkerFault,
)

NET = b"""
from .layers import affine_forward, affine_backward
from . import layers

def loss(x, w, b, dout):
    out, cache = affine_forward(x, w, b=b)
    dx, dw, db = affine_backward(dout, cache)
    return out, dx, type(cache).__name__, type(out).__name__, out.flags.writeable

def wrong():
    return layers.affine_forward("text", None, [1])

def weird(kind):
    value = {"generator": (i for i in [1]), "object": object(), "function": wrong}[kind]
    return affine_forward(value)

def again(n):
    for _ in range(n):
        layers.affine_forward(1.0)
    return n

def deeper(n):
    return layers.recurse(n)

def forged(number):
    import _grader_worker.values as values
    return affine_backward(values.Handle(number, "x", "judge"))

def unserved():
    import sys
    loop = sys.modules["_grader_worker.loop"]
    import gc
    worker = next(o for o in gc.get_objects() if type(o) is loop.Worker)
    return worker._ask("os", "system", ("id",), {})

def huge(n):
    import numpy as np
    for _ in range(n):
        affine_forward(np.zeros(2**20))
    return n
"""

SERVED = {"cs231n.layers": ("affine_forward", "affine_backward", "recurse", "relu_forward")}
BUNDLE = Bundle((Module("cs231n.nets", "cs231n/nets.py", NET),), served=SERVED)


def place(name: str) -> Place:
    return Place("cs231n.nets").attribute(name)


class Layers:
    """What the judge computes. Everything it is given is hostile."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.worker: Worker | None = None

    def __call__(self, call: ReverseCall) -> Any:
        self.calls.append(call.function)
        return getattr(self, call.function)(call, *call.positional, **call.keywords)

    def affine_forward(self, call: ReverseCall, x: Any = None, w: Any = None, b: Any = None) -> Any:
        if isinstance(x, str):
            raise Refusal("ValueError", f"x: got {x!r}, wanted an array")
        if not isinstance(w, np.ndarray):
            return 0.0
        return x @ w + b, call.keep((x, w), "tuple of 2")

    def affine_backward(self, call: ReverseCall, dout: Any, cache: Any = None) -> Any:
        assert type(cache) is tuple  # the object itself, not its handle
        x, w = cache
        return dout @ w.T, x.T @ dout, dout.sum(axis=0)

    def recurse(self, call: ReverseCall, n: int) -> Any:
        assert self.worker is not None
        return self.worker.call(place("deeper"), n - 1).value if n else "the bottom"

    def relu_forward(self, call: ReverseCall) -> Any:
        raise ZeroDivisionError("a bug of ours")


@contextmanager
def opened(lab: Any, caps: ServeCaps | None = None) -> Iterator[tuple[Worker, Layers]]:
    layers = Layers()
    with lab.server.open(BUNDLE, serve=layers, serve_caps=caps) as worker:
        layers.worker = worker
        yield worker, layers


def test_a_net_runs_on_the_judges_layers(strongest: Any, rng: np.random.Generator) -> None:
    x, w, b, dout = (
        rng.normal(size=(3, 4)),
        rng.normal(size=(4, 2)),
        rng.normal(size=2),
        rng.normal(size=(3, 2)),
    )
    with opened(strongest) as (worker, layers):
        out, dx, *kinds = worker.call(place("loss"), x, w, b, dout, options=CallOptions(("value",) * 5)).value
    assert np.array_equal(out, x @ w + b)
    assert np.array_equal(dx, dout @ w.T)
    assert kinds == ["Handle", "ndarray", True]
    assert layers.calls == ["affine_forward", "affine_backward"]


def test_a_refusal_is_the_students_error_at_their_line(strongest: Any) -> None:
    with opened(strongest) as (worker, _):
        with pytest.raises(StudentError, match="ValueError: x: got 'text', wanted an array") as caught:
            worker.call(place("wrong"))
        assert caught.value.frames[-1].text == 'return layers.affine_forward("text", None, [1])'
        assert worker.call(place("again"), 3).value == 3


@pytest.mark.parametrize("kind", ["generator", "object", "function"])
def test_an_argument_that_cannot_travel_is_the_students_type_error(strongest: Any, kind: str) -> None:
    with opened(strongest) as (worker, layers):
        with pytest.raises(StudentError, match=f"TypeError: affine_forward: an argument is {kind}"):
            worker.call(place("weird"), kind)
        assert not layers.calls
        assert worker.call(place("again"), 1).value == 1


def test_a_fault_of_a_served_function_is_ours(strongest: Any) -> None:
    student = Module("m", "m.py", b"from cs231n.layers import relu_forward as f")
    with (
        strongest.server.open(Bundle((student,), served=SERVED), serve=Layers()) as worker,
        pytest.raises(WorkerFault, match="the served function relu_forward failed: ZeroDivisionError"),
    ):
        worker.call(Place("m").attribute("f"))
    assert not worker.alive


def test_calls_nest_both_ways_up_to_a_cap(strongest: Any) -> None:
    with opened(strongest, ServeCaps(nesting=3)) as (worker, layers):
        assert worker.call(place("deeper"), 2).value == "the bottom"
        assert len(layers.calls) == 3
        with pytest.raises(ProtocolViolation, match="nested too deeply"):
            worker.call(place("deeper"), 5)
    assert not worker.alive


@pytest.mark.parametrize(
    ("caps", "name", "argument", "message"),
    [
        (ServeCaps(calls=5), "again", 6, "more calls"),
        (ServeCaps(argument_bytes=30 << 20), "huge", 5, "more calls"),
        (ServeCaps(seconds=1e-9), "again", 1, "more of the judge's time"),
    ],
)
def test_what_the_judge_computes_is_capped(
    strongest: Any, caps: ServeCaps, name: str, argument: int, message: str
) -> None:
    with opened(strongest, caps) as (worker, _), pytest.raises(ProtocolViolation, match=message):
        worker.call(place(name), argument)
    assert strongest.is_well()


def test_kept_results_are_capped_by_a_refusal(strongest: Any) -> None:
    student = b"""
import numpy as np
from cs231n.layers import affine_forward

def f():
    for _ in range(4):
        affine_forward(np.eye(2), np.eye(2), np.zeros(2))
"""
    bundle = Bundle((Module("m", "m.py", student),), served=SERVED)
    with (
        strongest.server.open(bundle, serve=Layers(), serve_caps=ServeCaps(kept=3)) as worker,
        pytest.raises(StudentError, match="RuntimeError: more than 3 results are kept"),
    ):
        worker.call(Place("m").attribute("f"))


@pytest.mark.parametrize(
    "attack", [lambda w: w.call(place("forged"), 1), lambda w: w.call(place("unserved"))]
)
def test_what_was_never_given_out_cannot_be_used(strongest: Any, attack: Callable[[Worker], Any]) -> None:
    with opened(strongest) as (worker, layers), pytest.raises(ProtocolViolation):
        attack(worker)
    assert not layers.calls
    assert strongest.is_well()


def test_the_judges_time_is_not_the_students(strongest: Any) -> None:
    class Slow(Layers):
        def affine_forward(self, call: ReverseCall, *arguments: Any, **keywords: Any) -> Any:
            time.sleep(0.4)
            return 0.0

    with strongest.server.open(BUNDLE, Limits(wall_seconds=0.35), serve=Slow()) as worker:
        returned = worker.call(place("again"), 1)
        assert returned.wall_seconds < 0.35


def test_a_failure_inside_a_nested_call_ends_the_outer_one_alike(strongest: Any) -> None:
    student = b"""
from cs231n.layers import recurse

def f():
    return recurse(0)

def g():
    while True:
        pass
"""
    bundle = Bundle((Module("m", "m.py", student),), served=SERVED)
    holder: list[Worker] = []

    def serve(call: ReverseCall) -> Any:
        return holder[0].call(Place("m").attribute("g"), limits=Limits(wall_seconds=0.2)).value

    with strongest.server.open(bundle, serve=serve) as worker:
        holder.append(worker)
        with pytest.raises(Timeout):
            worker.call(Place("m").attribute("f"))
        assert not worker.alive
