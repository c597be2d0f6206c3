"""How well submissions are confined on this machine: which walls stand, which do not, and why.

=====  =====================================================================  =========================
level  what stands                                                            typical place
=====  =====================================================================  =========================
A      system-call filter, limits, and a second wall: namespaces with an      grading server, root in a
       empty root, or an own uid with an empty root                           container
B      system-call filter and limits                                          Ubuntu 24.04 user, CI
C      no filter, but no file can be opened and no network reached            macOS self-check
D      a separate process and timeouts                                        Windows
=====  =====================================================================  =========================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grader.worker.inside.layers import NOT_NEEDED, NOT_WANTED, STANDS, Layer


class Level(StrEnum):
    """Best first, so that they compare like letters: ``level <= Level.B`` is at least B."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def meaning(self) -> str:
        """One sentence, to be shown wherever the level is."""
        return _MEANINGS[self]


_MEANINGS: Final = {
    Level.A: "isolated (A)",
    Level.B: "isolated by system-call filter (B); no second wall if the kernel's filter has a bug",
    Level.C: "partly confined (C): for checking your own code, not for grading others",
    Level.D: "NOT isolated (D): a submission can do whatever you can",
}

_NOT_FOR_B: Final = "not needed for level B"
_FIXES: Final[Mapping[Layer, str]] = {
    Layer.SECCOMP: "needs Linux on x86-64 or arm64 with seccomp filters; without it, do not grade others",
    Layer.LIMITS: "needs Linux; elsewhere memory is watched, not limited",
    Layer.LANDLOCK: f"needs Linux 5.13 or later with landlock among its security modules; {_NOT_FOR_B}",
    Layer.PID_NAMESPACE: f"containers and Ubuntu 24.04 refuse these to ordinary processes; {_NOT_FOR_B}",
    Layer.EMPTY_ROOT: f"needs a mount namespace or root; {_NOT_FOR_B}",
    Layer.OWN_UID: f"needs root; {_NOT_FOR_B}",
    Layer.DEATH_SIGNAL: "start the fork server in the main thread; until then it ends with its channel",
}


@dataclass(frozen=True, slots=True)
class Wall:
    """One layer, as it is on this machine."""

    layer: Layer
    stands: bool
    reason: str = ""
    """Why it does not stand: an error number, a failed self-test, or that it was switched off."""
    fix: str = ""
    """What could be done about it."""

    def __str__(self) -> str:
        """One line for people."""
        if self.stands:
            return f"{self.layer}: on"
        return f"{self.layer}: off, {self.reason}" + (f" ({self.fix})" if self.fix else "")


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a report says about how its submission was confined."""

    level: Level
    walls: tuple[Wall, ...]
    kernel: str

    @property
    def standing(self) -> tuple[str, ...]:
        """The layers that are on."""
        return tuple(wall.layer.value for wall in self.walls if wall.stands)

    @property
    def missing(self) -> tuple[str, ...]:
        """One line per layer that is off."""
        return tuple(str(wall) for wall in self.walls if not wall.stands)

    def has(self, layer: Layer) -> bool:
        """Whether a layer stands."""
        return any(wall.layer is layer and wall.stands for wall in self.walls)

    def __str__(self) -> str:
        """The level first, then one line per missing layer."""
        return "\n".join((self.level.meaning, *self.missing))


def conclude(
    states: Mapping[Layer, str], failures: Mapping[Layer, str], *, kernel: str, open_ways: bool
) -> Confinement:
    """The level that follows from what stands.

    Parameters
    ----------
    states : mapping
        What each layer answered when it was put up.
    failures : mapping
        Layers that answered well and then failed the self-test, with what happened: these are off.
    kernel : str
    open_ways : bool
        Whether the self-test reached a file or the network from a fully confined worker.
    """
    walls = tuple(_wall(layer, failures.get(layer) or states.get(layer, NOT_WANTED)) for layer in Layer)
    walls = tuple(wall for wall in walls if wall.reason != NOT_NEEDED)
    on = {wall.layer for wall in walls if wall.stands}
    return Confinement(_level(on, open_ways=open_ways), walls, kernel)


def _wall(layer: Layer, state: str) -> Wall:
    if state == STANDS:
        return Wall(layer, stands=True)
    return Wall(layer, stands=False, reason=state, fix=_FIXES.get(layer, _NOT_FOR_B))


def _level(on: set[Layer], *, open_ways: bool) -> Level:
    if not {Layer.SECCOMP, Layer.NO_NEW_PRIVILEGES, Layer.LIMITS} <= on or open_ways:
        return Level.D if open_ways or not _confined_without_filter(on) else Level.C
    namespaces = {Layer.PID_NAMESPACE, Layer.NET_NAMESPACE, Layer.EMPTY_ROOT}
    own_user = {Layer.OWN_UID, Layer.EMPTY_ROOT}
    return Level.A if namespaces <= on or own_user <= on else Level.B


def _confined_without_filter(on: set[Layer]) -> bool:
    """Files and network closed by other means. Landlock does not close the network: UDP gets out."""
    closed = {Layer.EMPTY_ROOT, Layer.NET_NAMESPACE, Layer.PID_NAMESPACE, Layer.LIMITS}
    return closed <= on or Layer.SANDBOX_EXEC in on
