"""The rounds: loops, NumPy and the submission in turn, on fresh inputs, with every result looked at.

A round has one forward call of each, in an order that turns from round to round, and then one backward
call of each with the caches of the former. So work that is moved from one pass to the other is moved
from one stopwatch to the other, and nothing is known before it has to be computed.

What a call costs beside the function (copying the arrays in and out) is measured by an echo in the same
round and taken off, but never more than half of the call: a small difference of two large numbers would
say more about the noise than about the function.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Protocol

import numpy as np

import reference
from grader.errors import GraderFault
from grader.speed.inputs import Array, Pair
from grader.speed.ladder import Sample
from grader.speed.settings import PASSES, Speed
from grader.speed.stopwatch import CannotMeasure, Timed
from grader.speed.verdict import Decision, Unmeasurable, decide
from grader.subject.outcomes import BadOutput, SubjectError
from grader.suite.compare import VECTORS, Mismatch, expect_array

_SLACK: Final = 0.005
"""Seconds by which a CPU clock may be ahead of the wall clock: of what a worker does between two calls."""


class Contender(Protocol):
    """Whoever takes part."""

    def forward(self, arguments: tuple[Any, ...]) -> Timed:
        """The forward pass; what it keeps is for the next backward pass."""

    def backward(self, dout: Array) -> Timed:
        """The backward pass."""

    def release(self) -> None:
        """Forget what was kept."""


@dataclass(frozen=True, slots=True)
class Field:
    """Everybody who takes part."""

    loops: Contender
    numpy: Contender
    own: Contender
    echo: Contender

    @property
    def timed(self) -> Mapping[str, Contender]:
        """Those whose times are compared."""
        return {"loops": self.loops, "numpy": self.numpy, "own": self.own}

    @property
    def everybody(self) -> Iterator[Contender]:
        """All of them."""
        yield from (self.echo, *self.timed.values())


@dataclass(slots=True)
class Track:
    """What is known of one function."""

    samples: list[Sample] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)
    end: Decision | Unmeasurable | SubjectError | Mismatch | None = None
    """How it ended; nothing as long as it goes on."""


def run_rounds(
    pair: Pair,
    contestants: Field,
    wanted: Collection[str],
    speed: Speed,
    draw: np.random.Generator,
    *,
    seconds: float,
    now: Callable[[], float] = time.monotonic,
) -> dict[str, Track]:
    """Time the functions of a pair until it is clear where they stand.

    Parameters
    ----------
    pair : Pair
    contestants : Field
    wanted : collection of str
        ``"forward"``, without which nothing goes backward, and ``"backward"`` if that is to be timed, too.
    speed : Speed
    draw : numpy.random.Generator
        Of the inputs.
    seconds : float
        After this no round begins.
    now : callable

    Returns
    -------
    dict of Track
        By pass.

    Raises
    ------
    GraderFault
        If a yardstick does not give what the reference gives here.
    CannotMeasure
        If a clock does not go as clocks do.
    """
    tracks = {which: Track() for which in PASSES if which in wanted}
    begin, own_wall = now(), 0.0
    for number in count():
        rotation = number % len(contestants.timed)
        own_wall += _round(pair, contestants, tracks, draw, rotation, warming_up=number == 0)
        spent = now() - begin
        last = number >= speed.most_rounds or spent >= seconds
        own_part = own_wall / max(spent, 1e-9)
        for track in tracks.values():
            if track.end is None:
                track.end = decide(track.samples, speed, last=last, own_part=own_part)
        if all(track.end is not None for track in tracks.values()):
            return tracks
    raise AssertionError("unreachable")  # count() has no end


def _round(
    pair: Pair,
    contestants: Field,
    tracks: Mapping[str, Track],
    draw: np.random.Generator,
    rotation: int,
    *,
    warming_up: bool,
) -> float:
    """One round; the wall seconds that the submission took of it."""
    arguments, dout = pair.arguments(draw), pair.upstream(draw)
    out, cache = reference.__dict__[pair.name("forward", "fast")](*arguments)
    own_wall = 0.0
    for which, track in tracks.items():
        if track.end is not None and (which == "backward" or tracks.get("backward", track).end is not None):
            continue
        names = ("out",) if which == "forward" else pair.gradients
        right = out if which == "forward" else reference.__dict__[pair.name(which, "fast")](dout, cache)
        call = _Call(pair.name(which, "fast"), which, arguments if which == "forward" else dout, names, right)
        try:
            own_wall += _pass(contestants, track, call, rotation, warming_up=warming_up)
        except (SubjectError, Mismatch) as error:
            # Whatever was decided before: what is wrong once earns nothing.
            for failed in tracks.values() if which == "forward" else (track,):
                failed.end = error
            break
    for contender in contestants.everybody:
        contender.release()
    return own_wall


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that all make, and what it has to give."""

    name: str
    which: str
    given: Any
    names: tuple[str, ...]
    right: Any

    def of(self, contender: Contender) -> Timed:
        """One contender's."""
        return contender.forward(self.given) if self.which == "forward" else contender.backward(self.given)

    def require(self, value: Any) -> None:
        """Raise `Mismatch` if a result is not the right one."""
        got = value if isinstance(value, tuple) else (value,)
        right = self.right if isinstance(self.right, tuple) else (self.right,)
        if len(got) != len(right):
            raise BadOutput(f"{self.name} gives {len(got)} results, wanted {len(right)}")
        text = f"{self.name}({'dout, cache' if self.which == 'backward' else '...'}), while it was timed"
        for name, mine, wanted in zip(self.names, got, right, strict=True):
            expect_array(name, mine, wanted, call=text, loose=name in VECTORS)


def _pass(contestants: Field, track: Track, call: _Call, rotation: int, *, warming_up: bool) -> float:
    """The calls of one pass by all, noted in ``track``; the wall seconds of the submission's."""
    echo = call.of(contestants.echo)
    others = [*contestants.timed.items()]
    times: dict[str, float] = {}
    own_wall = 0.0
    for name, contender in (*others[rotation:], *others[:rotation]):
        if warming_up and name == "loops":
            continue  # nothing about them is cold for long
        done = call.of(contender)
        if name == "own":
            own_wall = done.wall
            call.require(done.value)
        else:
            _require_right(call, name, done)
        times[name] = net_seconds(done, echo)
    if track.end is None and not warming_up:
        track.echoes.append(echo.seconds)
        track.samples.append(Sample(**times))
    return own_wall


def net_seconds(done: Timed, echo: Timed) -> float:
    """What a call took without what it costs beside the function, as the echo has it."""
    return max(done.seconds - echo.seconds, done.seconds / 2, 1e-9)


def _require_right(call: _Call, name: str, done: Timed) -> None:
    """Raise if our own code, or its clock, does something that it cannot do."""
    try:
        call.require(done.value)
    except Mismatch as error:
        raise GraderFault(f"the yardstick {name!r} of the speed check is wrong: {error}") from error
    if not 0 < done.seconds <= 1.1 * done.wall + _SLACK:
        raise CannotMeasure(
            f"the CPU clock of a process says {done.seconds:.4f} s where {done.wall:.4f} s went by"
        )
