"""Whose process it is: another uid, no capabilities, no new privileges, and it dies with its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from typing import Final

from .libc import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl, syscall
from .seccomp import machine

_CAPABILITY_VERSION_3: Final = 0x20080522


def become(uid: int) -> None:
    """Take an unprivileged uid and gid for good. Needs root."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def drop_capabilities() -> None:
    """Give up all capabilities. Without exec, which the filter refuses, none can come back."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    nothing = ctypes.create_string_buffer(24)  # effective, permitted, inheritable; twice 32 bits
    syscall("capset", machine().capset, header, nothing)


def refuse_new_privileges() -> None:
    """No setuid program can help any more; the filters ask for this."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def hide_from_siblings() -> None:
    """Other processes of the same user may neither trace this one nor read its memory."""
    prctl(PR_SET_DUMPABLE, 0)


def die_with_parent(parent: int | None) -> None:
    """Be killed when the parent ends.

    Changing the uid clears this, so it has to come after.

    Parameters
    ----------
    parent : int, optional
        The parent's pid, to notice that it ended before this was set. None if the parent lives
        in another pid namespace, whose end is the end of this one anyway.

    Raises
    ------
    SystemExit
        If the parent has ended already.
    """
    prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if parent is not None and os.getppid() != parent:
        raise SystemExit("the parent ended first")
