"""Landlock with no rule at all: no path may be opened, no TCP port used, no signal sent out.

What it covers grows with the kernel's ABI version. It never covers UDP or ``stat``, so it is a
second wall behind the system-call filter and not a network sandbox of its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Final

from .libc import syscall

# These three have the same numbers on every architecture.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION_QUERY: Final = 1

# All rights that an ABI knows: 13 from the start, then refer, truncate and (5) device ioctls.
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NET_RIGHTS: Final = 0b11  # bind and connect, TCP
_SCOPES: Final = 0b11  # abstract sockets and signals


def version() -> int:
    """The kernel's ABI version.

    Raises
    ------
    OSError
        If it has none (ENOSYS) or it is switched off (EOPNOTSUPP).
    """
    null = ctypes.c_void_p(None)
    return syscall("landlock", _CREATE_RULESET, null, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_QUERY))


def attributes(abi: int) -> bytes:
    """The ruleset for an ABI version: everything handled, so that everything is refused."""
    if abi < 1:
        raise OSError(errno.ENOSYS, f"landlock ABI {abi}")
    words = [(1 << _FILE_RIGHTS[min(abi, max(_FILE_RIGHTS))]) - 1]
    if abi >= 4:
        words.append(_NET_RIGHTS)
    if abi >= 6:
        words.append(_SCOPES)
    return struct.pack(f"={len(words)}Q", *words)


def enter() -> None:
    """Confine this process for good. ``no_new_privs`` must be set."""
    ruleset = attributes(version())
    size = ctypes.c_size_t(len(ruleset))
    descriptor = syscall("landlock", _CREATE_RULESET, ctypes.c_char_p(ruleset), size, ctypes.c_uint(0))
    try:
        syscall("landlock", _RESTRICT_SELF, ctypes.c_int(descriptor), ctypes.c_uint(0))
    finally:
        os.close(descriptor)
