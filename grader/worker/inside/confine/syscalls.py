"""The system calls that a worker may make, and their numbers.

The list is what the interpreter, NumPy's arithmetic and the worker's own loop were seen to need
after everything had been loaded, and nothing else. What is *not* here is the point: no open, no
socket, no fork, clone or exec, no kill, no ptrace, no ioctl, no prlimit, no memfd.

x86-64 was run. The arm64 numbers are checked against the kernel's generic table, but no arm64
machine has run them: **not run here**.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Numbers = tuple[int | None, int | None]
"""Of one call: on x86-64 and on arm64; None where the machine does not have it."""

ALLOWED: Final[dict[str, Numbers]] = {
    # The descriptors that the worker already holds: the channel and the sealed output. The vector
    # forms of read and write cannot carry descriptors, so no socket call is needed.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    # Memory; executable mappings are refused by their arguments, see below.
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # Signal handlers of its own. It can send no signal.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    # Clocks and sleeping.
    "gettimeofday": (96, 169),
    "time": (201, None),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "times": (100, 153),
    "getrusage": (98, 165),
    # Who am I: used by logging, tempfile, platform and the like.
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    # Locks, scheduling, randomness, the end.
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getrandom": (318, 278),
    "exit": (60, 93),
    "exit_group": (231, 94),
}


@dataclass(frozen=True, slots=True)
class ArgumentRule:
    """Allow a call only if one argument, masked, is one of the values (low 32 bits)."""

    argument: int
    mask: int
    values: tuple[int, ...]


_PROT_EXEC: Final = 4
_FUTEX_WAIT, _FUTEX_WAKE, _FUTEX_WAIT_BITSET, _FUTEX_WAKE_BITSET = 0, 1, 9, 10

#: Calls that are allowed only with harmless arguments.
RULES: Final[dict[str, ArgumentRule]] = {
    # No memory that can be run: no shellcode, no library loaded by hand.
    "mmap": ArgumentRule(2, _PROT_EXEC, (0,)),
    "mprotect": ArgumentRule(2, _PROT_EXEC, (0,)),
    # Plain waiting and waking; the requeueing and priority operations are where the bugs were.
    "futex": ArgumentRule(1, 0x7F, (_FUTEX_WAIT, _FUTEX_WAKE, _FUTEX_WAIT_BITSET, _FUTEX_WAKE_BITSET)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What a filter lets pass. Everything else fails with EPERM."""

    allowed: Mapping[str, Numbers]
    rules: Mapping[str, ArgumentRule]
    denied: Mapping[str, Numbers] = field(default_factory=dict)
    """Calls to be answered with ENOSYS, upon which the C library takes an older one that can be checked."""


WORKER: Final = Profile(ALLOWED, RULES)
"""The profile of the workers that run submissions."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture, as the kernel's filter sees it."""

    name: str
    audit: int  # AUDIT_ARCH_*
    column: int  # in Numbers
    capset: int
    pivot_root: int

    def number(self, call: str, profile: Profile = WORKER) -> int | None:
        """The number of a call that a profile names."""
        return (profile.allowed.get(call) or profile.denied[call])[self.column]


MACHINES: Final = {
    "x86_64": Machine("x86_64", 0xC000003E, 0, capset=126, pivot_root=155),
    "aarch64": Machine("aarch64", 0xC00000B7, 1, capset=91, pivot_root=41),
}
MACHINES["arm64"] = MACHINES["aarch64"]
