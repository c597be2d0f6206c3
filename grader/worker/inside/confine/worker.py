"""All walls that a worker puts up around itself, in the order that works."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from ..layers import NOT_WANTED, STANDS, Layer
from . import descriptors, identity, landlock, limits, seccomp
from .libc import reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What one worker shall be."""

    layers: frozenset[Layer]
    memory_bytes: int  # of address space, beyond what the server holds
    cpu_seconds: int  # over its whole life
    output_bytes: int
    uid: int  # to take when root


def enter(plan: Plan, *, base_bytes: int, parent: int | None) -> dict[Layer, str]:
    """Put up the walls of ``plan``; the answer per layer, see `STANDS`.

    Parameters
    ----------
    plan : Plan
    base_bytes : int
        The server's own address space.
    parent : int, optional
        The server's pid, if it is in the same pid namespace.
    """
    if os.getsid(0) != os.getpid():
        os.setsid()  # signals to "my group" must not reach the server's

    def put_up_limits() -> None:
        limits.enter(
            memory_bytes=base_bytes + plan.memory_bytes,
            cpu_seconds=plan.cpu_seconds,
            output_bytes=plan.output_bytes,
            descriptors=descriptors.FIRST_CLOSED,
        )

    def drop() -> None:
        identity.drop_capabilities()
        identity.hide_from_siblings()

    steps: tuple[tuple[Layer, Callable[[], None]], ...] = (
        (Layer.OWN_UID, lambda: identity.become(plan.uid)),
        (Layer.NO_CAPABILITIES, drop),
        (Layer.DEATH_SIGNAL, lambda: identity.die_with_parent(parent)),
        (Layer.NO_NEW_PRIVILEGES, identity.refuse_new_privileges),
        # Landlock needs a descriptor for its ruleset, which the limits no longer allow.
        (Layer.LANDLOCK, landlock.enter),
        (Layer.LIMITS, put_up_limits),
        (Layer.SECCOMP, seccomp.enter),
    )
    return {layer: _put_up(step) if layer in plan.layers else NOT_WANTED for layer, step in steps}


def _put_up(step: Callable[[], None]) -> str:
    try:
        step()
    except OSError as error:
        return reason(error)
    return STANDS
