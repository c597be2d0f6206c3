"""What a worker costs: ``python benchmarks/worker.py``.

Prints forks per second, round-trip times, and trivial submissions per second (a fresh worker, one
module, sixteen calls) with one and with two judges.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from grader.worker import Bundle, CallOptions, ForkServer, Layer, Module, Place, Values

SOURCE = b"""
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)

def echo(x):
    return x
"""
BUNDLE = Bundle((Module("layers", "layers.py", SOURCE),))
FORWARD, BACKWARD, ECHO = (
    Place("layers").attribute(name) for name in ("affine_forward", "affine_backward", "echo")
)
PAIR = CallOptions(("value", "handle"))
TRIPLE = CallOptions(("value",) * 3)
FASTEST = CallOptions(watch=False)


def milliseconds(action: Callable[[], object], count: int) -> float:
    """The median time of ``action``."""
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def trivial_submission(server: ForkServer, draw: np.random.Generator) -> None:
    """Open a worker, import a module, make sixteen calls, look at the results, close it."""
    with server.open(BUNDLE) as worker:
        worker.import_module("layers")
        for _ in range(8):
            x, w, b = draw.normal(size=(8, 12)), draw.normal(size=(12, 5)), draw.normal(size=5)
            out, cache = worker.call(FORWARD, x, w, b, options=PAIR).value
            assert np.allclose(out, x @ w + b)
            dx, _, _ = worker.call(BACKWARD, out, cache, options=TRIPLE).value
            assert np.allclose(dx, out @ w.T)


def submissions_per_second(core: int | None, seconds: float) -> float:
    """What one judge gets through."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    draw = np.random.default_rng(0)
    with ForkServer(core=core) as server:
        done, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            trivial_submission(server, draw)
            done += 1
        return done / (time.perf_counter() - begin)


def several_judges(cores: Sequence[int | None], seconds: float) -> float:
    """What several judge processes get through together."""
    with multiprocessing.get_context("spawn").Pool(len(cores)) as pool:
        return sum(pool.starmap(submissions_per_second, [(core, seconds) for core in cores]))


def show(what: str, value: float, unit: str) -> None:
    """One line of the table."""
    print(f"{what:<58} {value:>9.3f} {unit}", flush=True)


def forks() -> None:
    """Workers made and ended."""
    for name, removed in (("all walls", set[Layer]()), ("without the filter", {Layer.SECCOMP})):
        begin = time.perf_counter()
        with ForkServer(layers=frozenset(Layer) - removed) as server:
            level = server.confinement.level
            show(f"start and self-test, {name} (level {level})", time.perf_counter() - begin, "s")
            took = milliseconds(lambda server=server: server.open(BUNDLE).close(), 200)  # type: ignore[misc]
            show(f"workers opened and closed, {name}", 1e3 / took, "per second")


def round_trips(placing: str, core: int | None) -> None:
    """Calls and probes of one worker."""
    with ForkServer(core=core) as server, server.open(BUNDLE) as worker:
        worker.import_module("layers")
        small = (np.ones((8, 12)), np.ones((12, 5)), np.ones(5))
        took = milliseconds(lambda: worker.call(FORWARD, *small, options=PAIR), 2000)
        show(f"affine forward 8x12x5, {placing}", took, "ms")
        values = {
            "a scalar": 1.0,
            "1 kB": np.ones(128),
            "100 kB": np.ones(12_800),
            "10 MB": np.ones(1_310_720),
        }
        for label, value in values.items():
            count = 30 if label == "10 MB" else 2000
            took = milliseconds(lambda value=value: worker.call(ECHO, value, options=FASTEST), count)  # type: ignore[misc]
            show(f"echo of {label}, {placing}", took, "ms")
        points = Values(np.ones((1200, 30, 20)))
        took = milliseconds(lambda: worker.probe(ECHO, np.ones((30, 20)), vary=0, points=points), 5)
        show(f"probe of 1200 points of 600 entries, {placing}", took, "ms")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="per throughput measurement")
    seconds = parser.parse_args().seconds
    cores = sorted(os.sched_getaffinity(0))
    forks()
    round_trips("not pinned", None)
    os.sched_setaffinity(0, {cores[0]})
    round_trips("on one core", cores[0])
    os.sched_setaffinity(0, {*cores})
    show("trivial submissions, one judge", several_judges([None], seconds), "per second")
    show("trivial submissions, one judge, pinned", several_judges(cores[:1], seconds), "per second")
    if len(cores) > 1:
        show("trivial submissions, two judges", several_judges([None, None], seconds), "per second")
        show("trivial submissions, two judges, pinned", several_judges(cores[:2], seconds), "per second")


if __name__ == "__main__":
    main()
