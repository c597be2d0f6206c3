"""The walls that the kernel and its listener each put up around themselves, in the order that works."""

from __future__ import annotations

import os
from typing import Final

from grader.worker.inside.confine import identity, limits, seccomp

from .plan import Plan
from .syscalls import PROFILE

_DESCRIPTORS: Final = 256
_LISTENER_BYTES: Final = 1 << 30  # of address space: mostly libraries and the stacks of threads
_SPARE_SECONDS: Final = 120  # of computing, for starting and for threads
_LISTENER_FILE_BYTES: Final = 1 << 24


def put_up(plan: Plan, *, listener: bool, parent: int | None) -> None:
    """Confine this process for good.

    Parameters
    ----------
    plan : Plan
    listener : bool
        Whether this is the listener, which needs little.
    parent : int, optional
        The parent's pid, if it is in the same pid namespace.

    Raises
    ------
    OSError
        If one of the walls does not stand.
    """
    os.setsid()
    if os.geteuid() == 0:
        identity.become(plan.uid)
    identity.drop_capabilities()
    identity.hide_from_siblings()
    identity.die_with_parent(parent)
    identity.refuse_new_privileges()
    limits.enter(
        memory_bytes=limits.address_space() + (_LISTENER_BYTES if listener else plan.memory_bytes),
        cpu_seconds=2 * int(plan.notebook_seconds) + _SPARE_SECONDS,
        output_bytes=_LISTENER_FILE_BYTES if listener else plan.folder_bytes,
        descriptors=_DESCRIPTORS,
        processes=plan.processes,
    )
    if plan.filtered:
        seccomp.enter(PROFILE)


def keep_only(descriptors: dict[int, int]) -> None:
    """Close all descriptors but these, and give these the numbers that they are wanted under.

    Parameters
    ----------
    descriptors : dict
        Wanted number, from 0 without a gap, to the descriptor.
    """
    # Each may sit on a number that is about to be overwritten.
    high = {number: _above(descriptor, len(descriptors)) for number, descriptor in descriptors.items()}
    for number, descriptor in high.items():
        os.dup2(descriptor, number)
    os.closerange(len(descriptors), _DESCRIPTORS)


def _above(descriptor: int, limit: int) -> int:
    copies = [os.dup(descriptor)]
    while copies[-1] < limit:
        copies.append(os.dup(descriptor))
    return copies[-1]
