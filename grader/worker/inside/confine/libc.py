"""The C library, with the error number of every failed call."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38


@cache
def library() -> ctypes.CDLL:
    """The C library of this process. The first call must come before the root is empty."""
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, call: str) -> int:
    """``result``, or an ``OSError`` that names the call when it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def prctl(option: int, argument: int, second: int | ctypes.c_void_p = 0) -> int:
    """prctl(2), with all five arguments at their full width."""
    wide = ctypes.c_ulong
    # Some options insist on zeros, and a plain Python int would leave the upper half undefined.
    arguments = wide(argument), second if isinstance(second, ctypes.c_void_p) else wide(second)
    return check(library().prctl(option, *arguments, wide(0), wide(0)), "prctl")


def syscall(name: str, number: int, *arguments: object) -> int:
    """syscall(2)."""
    return check(int(library().syscall(ctypes.c_long(number), *arguments)), name)


def reason(error: OSError) -> str:
    """An error as people read it: ``EPERM (unshare: Operation not permitted)``."""
    name = errno.errorcode.get(error.errno or 0, "error")
    return f"{name} ({error.strerror or error})"
