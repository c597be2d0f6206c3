"""The system calls of a notebook's kernel and of the client that listens to it.

Unlike a worker, a kernel starts threads, opens files and has Unix sockets. What is *not* here is the
point: no process can be started and no program run (threads only), no socket of a network, no ptrace
and no other process's memory, nothing about mounts, namespaces, keys, io_uring, BPF, user faults,
modules, shared memory, or privileges. Which files there are is a matter of the mounts.

x86-64 was run. The arm64 numbers are checked against the kernel's generic table: **not run here**.
"""

from __future__ import annotations

from typing import Final

from grader.worker.inside.confine.syscalls import ALLOWED, RULES, ArgumentRule, Numbers, Profile

_FILES: Final[dict[str, Numbers]] = {
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "ftruncate": (77, 46),
    "truncate": (76, 45),
    "fallocate": (285, 47),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "flock": (73, 32),
    "utimensat": (280, 88),
    "umask": (95, 166),
    "fadvise64": (221, 223),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "flistxattr": (196, 13),
}

_DESCRIPTORS: Final[dict[str, Numbers]] = {
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "close_range": (436, 436),
    "eventfd2": (290, 19),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
}

_SOCKETS: Final[dict[str, Numbers]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "connect": (42, 203),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "shutdown": (48, 210),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
}

_THREADS: Final[dict[str, Numbers]] = {
    "clone": (56, 220),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "getcpu": (309, 168),
    "prctl": (157, 167),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_setscheduler": (144, 119),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
}

#: Signals reach nobody else: the kernel is alone in its pid namespace. It interrupts itself.
_ITSELF: Final[dict[str, Numbers]] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "getsid": (124, 156),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getpriority": (140, 141),
    "sysinfo": (99, 179),
    "prlimit64": (302, 261),
    "getrlimit": (97, 163),
}

_CLONE_THREAD: Final = 0x00010000
_CLONE_TRACED: Final = 0x00002000
_CLONE_NAMESPACES: Final = 0x7E020000
_AF_UNIX: Final = 1
_WHOLE: Final = 0xFFFFFFFF
_SCHED_OTHER: Final = 0
_PR_SET_NAME, _PR_GET_NAME = 15, 16

#: The size and kind of a terminal, what is there to read, blocking and inheriting or not. Nothing that
#: types into a terminal, and no device.
_IOCTLS: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
#: Duplicating, flags and locks. No leases, no signals about files, no seals.
_FCNTLS: Final = (*range(8), 36, 37, 38, 1030)

PROFILE: Final = Profile(
    allowed={**ALLOWED, **_FILES, **_DESCRIPTORS, **_SOCKETS, **_THREADS, **_ITSELF},
    rules={
        "clone": ArgumentRule(0, _CLONE_THREAD | _CLONE_TRACED | _CLONE_NAMESPACES, (_CLONE_THREAD,)),
        "fcntl": ArgumentRule(1, _WHOLE, _FCNTLS),
        "futex": RULES["futex"],
        "ioctl": ArgumentRule(1, _WHOLE, _IOCTLS),
        "prctl": ArgumentRule(0, _WHOLE, (_PR_SET_NAME, _PR_GET_NAME)),
        "prlimit64": ArgumentRule(0, _WHOLE, (0,)),
        "sched_setscheduler": ArgumentRule(1, _WHOLE, (_SCHED_OTHER,)),
        "socket": ArgumentRule(0, _WHOLE, (_AF_UNIX,)),
        "socketpair": ArgumentRule(0, _WHOLE, (_AF_UNIX,)),
    },
    # Its arguments lie in memory, where no filter can look; the C library then takes `clone`.
    denied={"clone3": (435, 435)},
)
