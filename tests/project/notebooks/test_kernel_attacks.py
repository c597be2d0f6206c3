"""Attacks on the machine from inside a kernel: with everything up, and again without the filter.

Each attack is a cell that has succeeded if it raises nothing. What it could have reached is watched from
outside: the attacker's own word is not taken.
"""

# ruff: noqa: E501 - one attack per entry

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.notebooks.inside.syscalls import PROFILE
from grader.worker.inside.confine.syscalls import MACHINES

from .conftest import Run, errors

PRELUDE = """
import ctypes, errno, mmap, os, signal, socket, subprocess, sys, threading, time, resource

libc = ctypes.CDLL(None, use_errno=True)

def check(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def only_if(condition):
    if not condition:
        raise OSError(errno.ENOENT, "nothing there")

buffer = ctypes.create_string_buffer(120)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
"""

#: What only the filter stops: nothing of it reaches anybody else even without.
WITH_FILTER = {
    "fork": "os.fork() or os._exit(0)",
    "a subprocess": "subprocess.run(['/bin/true'])",
    "a shell": "check(os.system('true') or 0) if os.system('true') == 0 else check(-1)",
    "replace itself": "os.execv(sys.executable, ['python'])",
    "be traced": "check(libc.ptrace(0, 0, 0, 0))",
    "a netlink socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "a packet socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)",
    "an internet socket": "socket.socket(socket.AF_INET)",
    "a kernel crypto socket": "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)",
    "namespaces": "check(libc.unshare(0x10000000))",
    "a namespace with clone": "check(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0))",
    "a file in memory": "os.memfd_create('x')",
    "shared memory": "check(libc.shmget(0, 4096, 0o1600))",
    "io_uring": "check(libc.syscall(425, 4, buffer))",
    "bpf": "check(libc.syscall(321, 0, buffer, 120))",
    "user faults": "check(libc.syscall(323, 0))",
    "performance counters": "check(libc.syscall(298, buffer, 0, -1, -1, 0))",
    "keys": "check(libc.syscall(250, 0, -3, 0, 0, 0))",
    "a handle to a process": "check(libc.syscall(434, os.getpid(), 0))",
    "outlive its parent": "check(libc.prctl(1, 0, 0, 0, 0))",
    "a looser filter": "check(libc.prctl(22, 2, buffer, 0, 0))",
    "type into a terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    "be dumped": "check(libc.prctl(4, 1, 0, 0, 0))",
}

#: What must fail even if the filter had a hole.
BEHIND_IT = {
    "read a file": "open(target['file'])",
    "read it through /proc": "open(f\"/proc/{target['judge']}/root{target['file']}\")",
    "read it from its own root": "open(f\"/proc/self/root{target['file']}\")",
    "read passwords": "open('/etc/shadow')",
    "read the home folders": "only_if([n for n in os.listdir('/home')])",
    "read the judge's environment": "open(f\"/proc/{target['judge']}/environ\")",
    "read the grader": "import grader",
    "read the reference": "import reference",
    "read the suites": "only_if(any('suites' in folders for _, folders, _ in os.walk('/') if 'proc' not in _))",
    "read the disk": "only_if([n for n in os.listdir('/dev') if n not in {'null','zero','full','random','urandom'}])",
    "write beside the room": "open('/x', 'w')",
    "write into the libraries": "open(os.path.join(os.path.dirname(os.__file__), 'x.py'), 'w')",
    "write into the packages": "open(os.path.join(os.path.dirname(__import__('numpy').__file__), 'x.py'), 'w')",
    "write to etc": "open('/etc/passwd', 'a')",
    "make the libraries writable": "check(libc.mount(b'none', os.path.dirname(os.__file__).encode(), None, 32, None))",
    "mount something": "check(libc.mount(b'none', b'/room/tmp', b'tmpfs', 0, None))",
    "unmount its proc": "check(libc.umount2(b'/proc', 2))",
    "leave the root": "os.chroot('/room')",
    "make a device": "os.mknod('/room/tmp/disk', 0o600 | 0o060000, os.makedev(254, 0))",
    "run a program of its own": "open('/room/tmp/p', 'w').write('#!/x'); os.chmod('/room/tmp/p', 0o777); "
    "check(0) if os.access('/room/tmp/p', os.X_OK) and mmap.mmap(os.open('/room/tmp/p', 0), 4, prot=5) else check(-1)",
    "change the system": "open('/proc/sys/kernel/hostname', 'w')",
    "tcp": "socket.create_connection(('127.0.0.1', target['tcp']), 1)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', target['udp']))",
    "abstract socket": "socket.socket(socket.AF_UNIX).connect(target['abstract'])",
    "a socket by its path": "socket.socket(socket.AF_UNIX).connect(target['path'])",
    "a name": "socket.getaddrinfo('example.org', 80)",
    "kill the judge": "only_if(target['judge'] != os.getpid()); os.kill(target['judge'], 9)",
    "stop the keeper": "only_if(os.getppid()); os.kill(os.getppid(), signal.SIGSTOP)",
    "kill its listener": "[os.kill(number, 9) for number in range(2, 30)]",
    "kill everything": "os.kill(-1, 9)",
    "see others": "only_if([n for n in os.listdir('/proc') if n.isdigit() and int(n) != os.getpid()])",
    "trace the judge": "check(libc.ptrace(16, target['judge'], 0, 0))",
    "the judge's memory": "check(libc.process_vm_readv(target['judge'], vector, 1, vector, 1, 0))",
    "the judge's limits": "only_if(target['judge'] != os.getpid()); "
    "resource.prlimit(target['judge'], resource.RLIMIT_CPU, (1, 1))",
    "its own limits": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "be root": "check(libc.setresuid(0, 0, 0))",
    "take capabilities": "check(libc.syscall(126, b'\\x22\\x05\\x08\\x20\\0\\0\\0\\0', b'\\xff' * 24))",
    "the clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "the system log": "check(libc.klogctl(3, buffer, 100))",
    "a module": "check(libc.syscall(175, buffer, 120, b''))",
    "reboot": "check(libc.reboot(0x01234567))",
    "descriptors": "only_if([n for n in range(3) if os.fstat(n).st_rdev != os.stat('/dev/null').st_rdev])",
    "run as fast as it likes": "os.setpriority(os.PRIO_PROCESS, 0, -20)",
}

#: Also a test of the attacks: they are stopped, and not misspelt.
STOPPED = {
    *("PermissionError", "FileNotFoundError", "OSError", "ModuleNotFoundError", "ProcessLookupError"),
    *("ConnectionRefusedError", "BlockingIOError", "gaierror", "ValueError"),
}


class Target:
    """Things worth attacking, and whether they were touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o777)
        self.file = folder / "answers.txt"
        self.file.write_text("the reference")
        self.file.chmod(0o666)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.abstract, self.path = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self.abstract.bind(f"\0grader-test-{os.getpid()}-{time.monotonic_ns()}")
        self.path.bind(str(folder / "socket"))
        self.sockets = (self.tcp, self.udp, self.abstract, self.path)
        for each in self.sockets:
            each.setblocking(False)
            if each is not self.udp:
                each.listen()

    def description(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.abstract.getsockname().decode(),
            "path": str(self.folder / "socket"),
            "judge": os.getpid(),
        }

    def expect_untouched(self) -> None:
        assert self.file.read_text() == "the reference"
        assert sorted(path.name for path in self.folder.iterdir()) == ["answers.txt", "socket"]
        for listener in (self.tcp, self.abstract, self.path):
            with pytest.raises(BlockingIOError):
                listener.accept()
        with pytest.raises(BlockingIOError):
            self.udp.recv(10)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    target = Target(tmp_path)
    yield target
    for each in target.sockets:
        each.close()


def expect_stopped(run: Run, attacks: dict[str, str], target: Target, prelude: str = PRELUDE) -> None:
    outcome = run(f"{prelude}\ntarget = {target.description()!r}", *attacks.values(), "assert 1 + 1 == 2")
    found = errors(outcome)
    assert outcome.document is not None
    assert (outcome.document.ended, outcome.document.ran) == ("", len(attacks) + 2)
    assert 0 not in found
    assert len(attacks) + 1 not in found, "the kernel is well afterwards"
    succeeded = [name for place, name in enumerate(attacks, 1) if place not in found]
    assert succeeded == []
    odd = {name: found[place] for place, name in enumerate(attacks, 1) if found[place] not in STOPPED}
    assert odd == {}
    target.expect_untouched()


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="numbers of x86-64; not tried: attacks on the kernel"
)
def test_every_attack_fails(run: Run, target: Target) -> None:
    expect_stopped(run, {**WITH_FILTER, **BEHIND_IT}, target)


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="numbers of x86-64; not tried: attacks on the kernel"
)
def test_most_fail_even_without_the_filter(bare: Run, target: Target) -> None:
    expect_stopped(bare, BEHIND_IT, target)


def processes_of(uid: int) -> list[str]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError, StopIteration):
            line = next(line for line in status.read_text().splitlines() if line.startswith("Uid"))
            if int(line.split()[1]) == uid:
                found.append(status.parent.name)
    return found


STRAYS = """
import os, time
children = []
for _ in range(2000):
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    children.append(child)
raise ValueError(f"{os.getuid()} {len(children)}")
"""


def test_without_the_filter_a_fork_bomb_is_bounded_and_no_stray_survives(bare: Run) -> None:
    if os.geteuid() != 0:
        pytest.skip("kernels have no uid of their own here, by which to find strays; not tried: strays")
    outcome = bare(STRAYS)
    assert outcome.document is not None
    uid, children = map(int, outcome.document.failures[0].message.split())
    assert 10 < children < 300
    assert uid not in (0, os.getuid())
    deadline = time.monotonic() + 5
    while processes_of(uid) and time.monotonic() < deadline:
        time.sleep(0.05)  # the machine takes a moment to bury them
    assert processes_of(uid) == []


SWEEP = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
wrong = []
for number in {numbers}:
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
    if result != -1 or ctypes.get_errno() != (errno.ENOSYS if number == {denied} else errno.EPERM):
        wrong.append((number, result, ctypes.get_errno()))
assert not wrong, wrong
"""

HARMFUL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
calls = {calls}
wrong = []
for name, arguments in calls:
    ctypes.set_errno(0)
    result = libc.syscall(*map(ctypes.c_long, arguments))
    if result != -1 or ctypes.get_errno() != errno.EPERM:
        wrong.append((name, arguments, result, ctypes.get_errno()))
assert not wrong, wrong
"""


def test_system_calls_that_are_not_listed_and_harmful_arguments_are_refused(run: Run) -> None:
    machine = MACHINES.get(platform.machine())
    if machine is None:
        pytest.skip(f"no list for {platform.machine()}; not tried: the sweep over all system calls")
    listed = {machine.number(call, PROFILE) for call in PROFILE.allowed}
    # The kernel lets its own uprobe trampolines pass every filter; called by others they are fatal.
    numbers = [number for number in range(700) if number not in listed | {335, 336}]
    if platform.machine() == "x86_64":
        numbers += [0x40000000 | number for number in range(550)]  # the x32 ones, listed or not

    def number(call: str) -> int:
        found = machine.number(call, PROFILE)
        assert found is not None
        return found

    calls = [
        *(("clone", (number("clone"), flags, 0, 0, 0, 0)) for flags in (17, 0x4100, 0x10000000, 0x20010000)),
        *(("socket", (number("socket"), family, 1, 0)) for family in (0, 2, 10, 16, 17, 38, 40)),
        *(("socketpair", (number("socketpair"), family, 1, 0, 0)) for family in (0, 2, 10)),
        *(("ioctl", (number("ioctl"), 0, command, 0)) for command in (0x5412, 0x5402, 0x541C, 0x8933)),
        *(("fcntl", (number("fcntl"), 0, command, 0)) for command in (8, 10, 1024, 1033)),
        *(("prctl", (number("prctl"), option, 0, 0, 0, 0)) for option in (1, 4, 8, 22, 38, 53)),
        ("prlimit64", (number("prlimit64"), 1, 0, 0, 0)),
        ("sched_setscheduler", (number("sched_setscheduler"), 0, 1, 0)),
    ]  # fmt: skip
    denied = machine.number("clone3", PROFILE)
    outcome = run(SWEEP.format(numbers=numbers, denied=denied), HARMFUL.format(calls=calls))
    assert outcome.document is not None
    assert (outcome.document.ran, outcome.document.failures) == (2, ())


def test_dangerous_calls_are_not_on_the_list() -> None:
    words = (
        *("exec", "fork", "ptrace", "process_", "pidfd", "mount", "unshare", "setns", "chroot", "pivot"),
        *("bpf", "uring", "keyctl", "add_key", "request_key", "userfaultfd", "perf_", "module", "kexec"),
        *("reboot", "seccomp", "personality", "setuid", "setres", "setgid", "setgroups", "cap", "memfd"),
        *("shm", "msg", "sem", "open_by_handle", "name_to_handle", "quotactl", "swap", "acct", "settime"),
        *("mknod", "iopl", "ioperm", "modify_ldt", "fanotify", "syslog", "sethostname", "landlock"),
    )
    harmless = {"sendmsg", "recvmsg", "getcwd"}
    assert not [c for c in PROFILE.allowed if any(word in c for word in words) and c not in harmless]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_those_of_the_kernels_headers(name: str, header: str) -> None:
    import re

    if not Path(header).exists():
        pytest.skip(f"no kernel headers; not tried: the system-call numbers of {name}")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text())
    # In the generic table some names stand for a 32-bit and a 64-bit call of one number.
    numbers = {call: int(number) for call, number in found}
    if name == "aarch64":
        numbers["newfstatat"] = numbers["fstatat"]
    for call in (*PROFILE.allowed, *PROFILE.denied):
        assert MACHINES[name].number(call, PROFILE) == numbers.get(call), call
