"""A race without a machine: contenders that say themselves how long they took, and a clock that they move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import reference
from grader.assignment import load_assignment
from grader.resources import assignment_folder
from grader.speed.inputs import Pair
from grader.speed.own_loops import own_loops
from grader.speed.rounds import Field, Track, run_rounds
from grader.speed.settings import Rung, Speed
from grader.speed.stopwatch import Timed

SMALL = Pair(
    kind="conv",
    module="convolution",
    names=("x", "w", "b"),
    shapes=((2, 2, 5, 5), (3, 2, 3, 3), (3,)),
    parameter=MappingProxyType({"stride": 1, "pad": 1}),
    out=(2, 3, 5, 5),
)
SPEED = Speed(
    points=4.0,
    ladder=(Rung(at=0.25, share=0.25), Rung(at=0.5, share=0.5), Rung(at=0.75, share=1.0)),
    least_rounds=6,
    most_rounds=12,
    seconds=100.0,
)

Answer = Callable[[Any, Any], Any]


@dataclass
class Clock:
    """Seconds that pass only when a contender says so."""

    time: float = 0.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Contender:
    """Gives right results, unless told otherwise, in as many seconds as it is told."""

    clock: Clock
    seconds: Callable[[int], float]
    change: Answer = lambda result, number: result
    wall: float = 1.0
    """Wall seconds for every CPU second."""
    calls: list[str] = field(default_factory=list)
    number: int = 0
    cache: Any = None

    def forward(self, arguments: tuple[Any, ...]) -> Timed:
        self.number += 1
        out, self.cache = reference.conv_forward_fast(*arguments)
        return self._timed("forward", out)

    def backward(self, dout: Any) -> Timed:
        return self._timed("backward", reference.conv_backward_fast(dout, self.cache))

    def release(self) -> None:
        self.calls.append("release")

    def _timed(self, which: str, result: Any) -> Timed:
        self.calls.append(which)
        seconds = self.seconds(self.number)
        self.clock.time += seconds * self.wall
        return Timed(self.change(result, self.number), seconds, seconds * self.wall)


@dataclass
class Race:
    """What a test changes, and what came of it."""

    loops: Callable[[int], float] = lambda number: 1.0
    numpy: Callable[[int], float] = lambda number: 0.01
    own: Callable[[int], float] = lambda number: 0.01
    echo: Callable[[int], float] = lambda number: 0.0
    change: Answer = lambda result, number: result
    change_numpy: Answer = lambda result, number: result
    wall: float = 1.0
    clock: Clock = field(default_factory=Clock)

    def run(
        self, speed: Speed = SPEED, passes: tuple[str, ...] = ("forward", "backward")
    ) -> dict[str, Track]:
        self.contenders = Field(
            loops=Contender(self.clock, self.loops),
            numpy=Contender(self.clock, self.numpy, self.change_numpy),
            own=Contender(self.clock, self.own, self.change, wall=self.wall),
            echo=Contender(self.clock, self.echo),
        )
        draw = np.random.default_rng(1)
        return run_rounds(SMALL, self.contenders, passes, speed, draw, seconds=speed.seconds, now=self.clock)

    def own_loops(self, passes: tuple[str, ...]) -> dict[str, float]:
        """How long a naive function takes that behaves like ``change``, in a second of its own."""
        naive, echo = Contender(self.clock, self.loops, self.change), Contender(self.clock, self.echo)
        return own_loops(SMALL, naive, echo, passes, np.random.default_rng(1))


@pytest.fixture
def race() -> type[Race]:
    """Makes a race."""
    return Race


@pytest.fixture
def speed() -> Speed:
    """Three rungs, six to twelve rounds, a hundred seconds."""
    return SPEED


@pytest.fixture(scope="session")
def assignment():
    return load_assignment(assignment_folder("cs231n_a2"))
