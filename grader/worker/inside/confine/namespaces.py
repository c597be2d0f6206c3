"""Namespaces: a worker that sees no other process, no network and no file system.

They are made once, by the process that becomes the fork server. Real root makes them directly; an
ordinary user first makes a user namespace, which gives the capabilities that the others ask for.
Containers and Ubuntu 24.04 refuse this to ordinary processes, so every one is tried by itself and
may be missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..layers import NOT_NEEDED, NOT_WANTED, STANDS, Layer
from .libc import check, library, reason

_FLAGS: Final = {
    Layer.NET_NAMESPACE: 0x40000000,
    Layer.IPC_NAMESPACE: 0x08000000,
    Layer.UTS_NAMESPACE: 0x04000000,
    Layer.MOUNT_NAMESPACE: 0x00020000,
    Layer.PID_NAMESPACE: 0x20000000,
}
_NEW_USER: Final = 0x10000000
_NEW_PID: Final = 0x20000000


def unshare(flags: int) -> None:
    """unshare(2)."""
    check(library().unshare(flags), "unshare")


def enter(wanted: Collection[Layer]) -> dict[Layer, str]:
    """Make the namespaces that are wanted and possible; the answer per layer, see `STANDS`.

    The pid namespace holds for the children of this process, not for itself.
    """
    states = {Layer.USER_NAMESPACE: _enter_user(wanted)}
    for layer, flag in _FLAGS.items():
        states[layer] = _enter_one(flag) if layer in wanted else NOT_WANTED
    return states


def _enter_one(flag: int) -> str:
    try:
        unshare(flag)
    except OSError as error:
        return reason(error)
    return STANDS


def _enter_user(wanted: Collection[Layer]) -> str:
    if Layer.USER_NAMESPACE not in wanted:
        return NOT_WANTED
    if os.geteuid() == 0 and _in_child(lambda: unshare(_FLAGS[Layer.UTS_NAMESPACE])) == STANDS:
        return NOT_NEEDED  # real root; its workers get an unprivileged uid instead
    # A user namespace that cannot be mapped is a one-way street (nobody's uid, no capabilities),
    # and that is what Ubuntu 24.04 gives. So it is tried by a child first.
    failure = _in_child(_unshare_and_map)
    if failure == STANDS:
        _unshare_and_map()
    return failure


def _unshare_and_map() -> None:
    uid, gid = os.geteuid(), os.getegid()
    unshare(_NEW_USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _in_child(attempt: Callable[[], None]) -> str:
    """What happens when a child process does ``attempt``: `STANDS` or the reason."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        answer = STANDS
        try:
            attempt()
        except OSError as error:
            answer = reason(error)
        finally:
            os.write(writable, answer.encode())
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(child, 0)
    return answer


class PidNamespaces:
    """Gives every child a pid namespace of its own, in which it is process 1 and sees nobody else.

    Must be made before the root is empty, and needs that this process is itself in a pid namespace
    that its own user namespace owns: only then may it come back.
    """

    def __init__(self) -> None:
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Children that are forked in this context get a new pid namespace."""
        unshare(_NEW_PID)
        try:
            yield
        finally:
            check(library().setns(self._own, _NEW_PID), "setns")
