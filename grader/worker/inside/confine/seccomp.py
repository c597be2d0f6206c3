"""The system-call filter: an allow-list in the kernel, which nothing in the process can undo.

It needs no privilege, and with the profile of a worker it alone stops every system-level attack that
was measured. That profile works because the fork server has loaded everything beforehand: computing
with NumPy opens no file.

A call that is not allowed fails with EPERM, which Python turns into a ``PermissionError`` with a
traceback; a call made for another architecture (32-bit, x32) ends the process or fails likewise.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from functools import cache
from typing import Final

from .libc import PR_SET_SECCOMP, library, prctl
from .syscalls import MACHINES, WORKER, ArgumentRule, Machine, Profile

_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_NO_SUCH_CALL: Final = 0x00050000 | errno.ENOSYS
_KILL_PROCESS: Final = 0x80000000

_READ_IMPLIES_EXEC: Final = 0x0400000
_CURRENT_PERSONALITY: Final = 0xFFFFFFFF

# Classic BPF: load a word of seccomp_data, mask it, compare it, answer.
_LOAD, _AND, _EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in seccomp_data


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


@cache  # made once by the server, not by every worker
def program(machine: Machine, profile: Profile = WORKER) -> bytes:
    """The filter as BPF instructions.

    The numbers of x32 calls have bit 30 set, so they equal none of the list and are refused.
    """
    parts = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, machine.audit, 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
    ]
    answers = {call: _answer(profile.rules.get(call)) for call in profile.allowed}
    answers |= {call: [_instruction(_RETURN, _NO_SUCH_CALL)] for call in profile.denied}
    for call, answer in answers.items():
        number = machine.number(call, profile)
        if number is not None:
            # Not this call: jump over its answer, with the number still loaded.
            parts += [_instruction(_EQUAL, number, 0, len(answer)), *answer]
    return b"".join([*parts, _instruction(_RETURN, _REFUSE)])


def _answer(rule: ArgumentRule | None) -> list[bytes]:
    if rule is None:
        return [_instruction(_RETURN, _ALLOW)]
    count = len(rule.values)
    return [
        _instruction(_LOAD, _ARGUMENTS + 8 * rule.argument),
        _instruction(_AND, rule.mask),
        *(_instruction(_EQUAL, value, count - place) for place, value in enumerate(rule.values)),
        _instruction(_RETURN, _REFUSE),
        _instruction(_RETURN, _ALLOW),
    ]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def machine() -> Machine:
    """What this machine is, for the filter.

    Raises
    ------
    OSError
        If there is no list for it.
    """
    name = os.uname().machine
    if sys.platform != "linux" or name not in MACHINES or sys.maxsize < 2**32:
        raise OSError(errno.ENOSYS, f"no system-call list for {sys.platform} on {name}")
    return MACHINES[name]


def enter(profile: Profile = WORKER) -> None:
    """Filter this process for good. ``no_new_privs`` must be set.

    Parameters
    ----------
    profile : Profile
        What may pass.

    Raises
    ------
    OSError
        If the kernel cannot filter.
    """
    instructions = program(machine(), profile)
    # Under this old personality every readable mapping could be run, whatever the filter looks at.
    personality = library().personality
    personality(personality(_CURRENT_PERSONALITY) & ~_READ_IMPLIES_EXEC)
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    head = _Program(len(instructions) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.cast(ctypes.byref(head), ctypes.c_void_p))
