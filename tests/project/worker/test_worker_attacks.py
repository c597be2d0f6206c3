"""Attacks on the machine from inside a worker, at the strongest level and again at level B.

Each must fail, and the next worker must not notice. What an attack could have reached is watched
from outside: the attacker's own word is not taken.
"""

# ruff: noqa: E501 - one attack per entry

from __future__ import annotations

import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.worker import Bundle, Crash, ForkServer, Layer, Level, Module, Place, StudentError, StudentFault
from grader.worker.inside.confine.syscalls import ALLOWED, MACHINES

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Linux only; not tried: every attack on the operating system"
)

F = Place("student").attribute("f")

PRELUDE = """
import ctypes, errno, mmap, os, signal, socket, subprocess, sys, threading, time
import numpy as np

libc = ctypes.CDLL(None, use_errno=True)

def check(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

"""

#: name -> the body of ``f(target)``. It has succeeded if it returns.
ATTACKS = {
    # files
    "read a file": "return open(target['file']).read()",
    "read by descriptor": "return os.read(os.open(target['file'], 0), 100)",
    "read with numpy": "return np.fromfile(target['file'], np.uint8)",
    "read with libc": "libc.fopen.restype = ctypes.c_void_p\n"
    "    pointer = libc.fopen(target['file'].encode(), b'r')\n    return pointer or check(-1)",
    "map a file": "return np.memmap(target['file'], np.uint8)",
    "write a file": "return open(target['new'], 'w').write('x')",
    "save with numpy": "return np.save(target['new'], np.ones(3))",
    "append to a file": "return open(target['file'], 'a').write('x')",
    "make a folder": "return os.mkdir(target['new'])",
    "delete a file": "return os.remove(target['file'])",
    "rename a file": "return os.rename(target['file'], target['new'])",
    "link a file": "return os.link(target['file'], target['new'])",
    "list a folder": "return os.listdir(os.path.dirname(target['file']))",
    "list the root": "return [name for name in os.listdir('/')][0]",
    "look at a file": "return os.stat(target['file'])",
    "change the folder": "return os.chdir(os.path.dirname(target['file']))",
    "read its environment": "return open('/proc/self/environ').read()",
    "read its maps": "return open('/proc/self/maps').read()",
    "read the judge's memory": "return open(f'/proc/{target[\"judge\"]}/mem', 'rb').read()",
    "read the judge's command line": "return open(f'/proc/{target[\"judge\"]}/cmdline').read()",
    "open a terminal": "return os.open('/dev/tty', os.O_RDWR)",
    "a temporary file": "import tempfile\n    return tempfile.TemporaryFile()",
    "a file in memory": "return os.memfd_create('x')",
    "truncate the output": "return os.ftruncate(1, 0) or os.ftruncate(1, 1 << 30)",
    # network
    "tcp": "return socket.create_connection(('127.0.0.1', target['tcp']), 1)",
    "udp": "return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', target['udp']))",
    "abstract socket": "s = socket.socket(socket.AF_UNIX)\n    return s.connect(target['abstract'])",
    "a name": "return socket.getaddrinfo('example.org', 80)",
    "listen": "return socket.create_server(('127.0.0.1', 0))",
    "a raw socket": "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "a netlink socket": "return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "a pair of sockets": "return socket.socketpair()",
    "pass a descriptor": "return socket.send_fds(socket.socket(fileno=3), [b'x'], [1])",
    # processes
    "fork": "return os.fork()",
    "fork with libc": "return check(libc.fork())",
    "a daemon": "if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)\n    return 1",
    "a subprocess": "return subprocess.run(['/bin/true'])",
    "a shell": "return os.system('true') == 0 or check(-1)",
    "replace itself": "return os.execv('/bin/sh', ['sh', '-c', 'sleep 60'])",
    "spawn": "return os.posix_spawn('/bin/true', ['true'], {})",
    "a thread": "t = threading.Thread(target=time.sleep, args=(0,))\n    t.start()\n    return t",
    "clone": "return check(libc.syscall(56, 17, 0, 0, 0, 0))",
    "leave its session": "return os.setsid()",
    "kill the judge": "return os.kill(target['judge'], 9)",
    "kill its parent": "return os.kill(os.getppid() or target['server'], 9)",
    "kill the server": "return os.kill(target['server'], 9)",
    "kill everything": "return os.kill(-1, 9)",
    "kill its group": "return os.killpg(0, 9)",
    "stop the judge": "return os.kill(target['judge'], signal.SIGSTOP)",
    "trace the judge": "return check(libc.ptrace(16, target['judge'], 0, 0))",
    "be traced": "return check(libc.ptrace(0, 0, 0, 0))",
    "the judge's memory by system call": "buffer = ctypes.create_string_buffer(8)\n"
    "    return check(libc.process_vm_readv(target['judge'], ctypes.byref(buffer), 1, ctypes.byref(buffer), 1, 0))",
    "a handle to the judge": "return check(libc.syscall(434, target['judge'], 0))",
    "the judge's limits": "import resource\n    return resource.prlimit(target['judge'], resource.RLIMIT_CPU, (1, 1))",
    "its own limits": "import resource\n    return resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "outlive its parent": "return check(libc.prctl(1, 0, 0, 0, 0))",
    "be nice to itself": "return os.setpriority(os.PRIO_PROCESS, 0, -20)",
    "another processor": "return os.sched_setaffinity(0, {0})",
    "be root": "return os.setuid(0) if os.getuid() else check(libc.setresuid(0, 0, 0))",
    # native code
    "executable memory": "return mmap.mmap(-1, 4096, prot=7)",
    "memory made executable": "libc.mmap.restype = ctypes.c_void_p\n"
    "    page = libc.mmap(None, ctypes.c_size_t(4096), 3, 0x22, -1, ctypes.c_long(0))\n"
    "    return check(libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(4096), 5))",
    "its code made writable": "address = ctypes.cast(libc.abs, ctypes.c_void_p).value & ~4095\n"
    "    return check(libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), 7))",
    "a library": "return ctypes.CDLL('libBrokenLocale.so.1')",
    "a callback": "return ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)()",
    # the kernel
    "namespaces": "return check(libc.unshare(0x10000000))",
    "mount": "return check(libc.mount(b'none', b'/', b'tmpfs', 0, None))",
    "leave the root": "return os.chroot('/')",
    "io_uring": "buffer = ctypes.create_string_buffer(120)\n    return check(libc.syscall(425, 4, buffer))",
    "bpf": "buffer = ctypes.create_string_buffer(120)\n    return check(libc.syscall(321, 0, buffer, 120))",
    "user faults": "return check(libc.syscall(323, 0))",
    "performance counters": "buffer = ctypes.create_string_buffer(120)\n    return check(libc.syscall(298, buffer, 0, -1, -1, 0))",
    "keys": "return check(libc.syscall(250, 0, -3, 0, 0, 0))",
    "shared memory": "return check(libc.shmget(0, 4096, 0o1600))",
    "a message queue": "return check(libc.msgget(0, 0o1600))",
    "a pipe": "return os.pipe()",
    "another descriptor": "return os.dup(3)",
    "events": "import select\n    return select.epoll()",
    "a timer": "return signal.setitimer(signal.ITIMER_REAL, 60)",
    "an alarm": "return check(-1) if libc.alarm(60) == -1 or not libc.syscall(37, 0) else 1",
    "the terminal's input": "import fcntl, termios\n    return fcntl.ioctl(0, termios.TIOCSTI, b'x')",
    "the system log": "return check(libc.klogctl(3, None, 0))",
    "the clock": "return time.clock_settime(time.CLOCK_REALTIME, 0)",
    "the host's name": "return socket.sethostname('mine')",
    "a looser filter": "return check(libc.prctl(22, 2, ctypes.create_string_buffer(16), 0, 0))",
}

#: What may happen instead: the attempt is an error, or the process is gone.
X86_ONLY = {"clone", "io_uring", "bpf", "user faults", "performance counters", "keys", "an alarm"}


class Target:
    """Things worth attacking, and whether they were touched."""

    def __init__(self, folder: Path, server_pid: int) -> None:
        self.folder = folder
        self.file = folder / "answers.txt"
        self.file.write_text("the reference")
        folder.chmod(0o777)
        self.file.chmod(0o666)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(f"\0grader-test-{os.getpid()}-{time.monotonic_ns()}")
        self.abstract.listen()
        self.server_pid = server_pid
        self.hostname = socket.gethostname()
        self.sockets = (self.tcp, self.udp, self.abstract)
        for one in self.sockets:
            one.setblocking(False)

    def description(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "new": str(self.folder / "new"),
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.abstract.getsockname().decode(),
            "judge": os.getpid(),
            "server": self.server_pid,
        }

    def expect_untouched(self) -> None:
        assert self.file.read_text() == "the reference"
        assert [path.name for path in self.folder.iterdir()] == ["answers.txt"]
        for listener in (self.tcp, self.abstract):
            with pytest.raises(BlockingIOError):
                listener.accept()
        with pytest.raises(BlockingIOError):
            self.udp.recv(10)
        assert Path(f"/proc/{self.server_pid}").exists()
        assert socket.gethostname() == self.hostname

    def close(self) -> None:
        for one in self.sockets:
            one.close()


@pytest.fixture
def target(tmp_path_factory: pytest.TempPathFactory, lab: Any) -> Iterator[Target]:
    target = Target(tmp_path_factory.mktemp("target"), lab.server.engine.server_pid)
    yield target
    target.close()


def processes_of(uid: int) -> list[str]:
    """What runs under a uid."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError, StopIteration):
            line = next(line for line in status.read_text().splitlines() if line.startswith("Uid"))
            if int(line.split()[1]) == uid:
                found.append(status.parent.name)
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_fails_and_the_next_worker_is_well(name: str, lab: Any, target: Target) -> None:
    if name in X86_ONLY and platform.machine() != "x86_64":
        pytest.skip(f"a system-call number of x86-64; not tried: {name}")
    code = f"{PRELUDE}\ndef f(target):\n    {ATTACKS[name]}\n    return 'unreachable'\n"
    worker = lab.server.open(_bundle(code))
    try:
        worker.import_module("student")
        with pytest.raises(StudentFault):
            worker.call(F, target.description())
    finally:
        usage = worker.close()
    target.expect_untouched()
    assert usage.output == "" or "Error" in usage.output
    assert lab.is_well()


def _bundle(code: str) -> Any:
    return Bundle((Module("student", "student.py", code.encode()),))


SWEEP = """
def f(numbers):
    allowed = []
    for number in numbers:
        ctypes.set_errno(0)
        result = libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
        if result != -1 or ctypes.get_errno() != errno.EPERM:
            allowed.append((number, int(result), ctypes.get_errno()))
    return allowed
"""


def test_every_system_call_that_is_not_listed_is_refused(lab: Any) -> None:
    machine = MACHINES.get(platform.machine())
    if machine is None:
        pytest.skip(f"no list for {platform.machine()}; not tried: the sweep over all system calls")
    listed = {machine.number(call) for call in ALLOWED}
    # The kernel lets its own uprobe trampolines pass every filter; called by others they are fatal.
    numbers = [number for number in range(700) if number not in listed | {335, 336}]
    if platform.machine() == "x86_64":
        numbers += [0x40000000 | number for number in range(550)]  # the x32 ones, listed or not
    assert lab.value(PRELUDE + SWEEP, numbers) == []


def test_listed_calls_with_harmful_arguments_are_refused(lab: Any) -> None:
    code = (
        PRELUDE
        + """
def f(mmap_number, futex_number):
    outcomes = []
    for protection in range(16):
        ctypes.set_errno(0)
        arguments = map(ctypes.c_long, (0, 4096, protection, 0x22, -1, 0))
        outcomes.append(libc.syscall(ctypes.c_long(mmap_number), *arguments) == -1 and ctypes.get_errno() == errno.EPERM)
    word = ctypes.c_int(0)
    for operation in range(16):
        ctypes.set_errno(0)
        libc.syscall(ctypes.c_long(futex_number), ctypes.byref(word), operation | 128, 1, 0, 0, 0)
        outcomes.append(ctypes.get_errno() == errno.EPERM)
    return outcomes
"""
    )
    machine = MACHINES[platform.machine()]
    outcomes = lab.value(code, machine.number("mmap"), machine.number("futex"))
    assert outcomes[:16] == [bool(protection & 4) for protection in range(16)]
    assert outcomes[16:] == [operation not in (0, 1, 9, 10) for operation in range(16)]


def test_the_worker_holds_three_descriptors_and_its_channel(lab: Any) -> None:
    code = (
        PRELUDE
        + """
def f():
    held = []
    for number in range(2000):
        try:
            os.read(number, 0)
            held.append(number)
        except OSError:
            pass
    return held, os.read(0, 10)
"""
    )
    assert lab.value(code) == ([0, 1, 2, 3], b"")


def test_signal_handlers_are_its_own_business(lab: Any) -> None:
    code = PRELUDE + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef f():\n    return 5\n"
    assert lab.value(code) == 5


# The second wall: what holds if the filter had a hole ----------------------------------------------


def without(*layers: Layer) -> frozenset[Layer]:
    return frozenset(Layer) - {*layers}


NAMESPACES = tuple(layer for layer in Layer if layer.value.endswith("namespace"))
FILES_AND_NETWORK = [
    *("read a file", "write a file", "list a folder", "read the judge's memory", "read its environment"),
    *("delete a file", "tcp", "abstract socket"),
]


@pytest.fixture(scope="module", params=["namespaces", "own uid"])
def second_wall(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    """No system-call filter: either namespaces, or another uid and an empty root as in a container."""
    removed = (Layer.SECCOMP,) if request.param == "namespaces" else (Layer.SECCOMP, *NAMESPACES)
    with ForkServer(layers=without(*removed)) as server:
        needed = [Layer.EMPTY_ROOT, Layer.PID_NAMESPACE if request.param == "namespaces" else Layer.OWN_UID]
        missing = [layer for layer in needed if not server.confinement.has(layer)]
        if missing:
            pytest.skip(f"no {missing[0]} here; not tried: the walls behind the filter")
        yield server


@pytest.mark.parametrize("name", [*FILES_AND_NETWORK, "kill the judge", "trace the judge", "kill everything"])
def test_behind_the_filter_files_tcp_and_processes_are_closed_too(
    name: str, second_wall: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert second_wall.confinement.level > Level.B
    target = Target(tmp_path_factory.mktemp("target"), second_wall.engine.server_pid)  # type: ignore[attr-defined]
    code = f"{PRELUDE}\ndef f(target):\n    {ATTACKS[name]}\n"
    try:
        with second_wall.open(_bundle(code)) as worker:
            worker.import_module("student")
            try:
                value = worker.call(F, target.description()).value
            except StudentFault:
                value = None
        assert value is None  # `kill everything` comes back: there was nobody else to kill
        target.expect_untouched()
    finally:
        target.close()


def test_behind_the_filter_the_limits_refuse_to_fork(second_wall: ForkServer) -> None:
    if not second_wall.confinement.has(Layer.OWN_UID):
        pytest.skip("workers have no uid of their own here; not tried: the limit on processes")
    code = f"{PRELUDE}\ndef f():\n    os.fork()\n"
    with second_wall.open(_bundle(code)) as worker, pytest.raises(StudentError, match="BlockingIOError"):
        worker.call(F)


@pytest.mark.parametrize("removed", [(), NAMESPACES], ids=["namespaces", "own uid"])
def test_with_neither_filter_nor_limits_strays_do_not_outlive_their_worker(
    removed: tuple[Layer, ...],
) -> None:
    code = (
        PRELUDE
        + """
def f():
    for _ in range(5):
        try:
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(60)
                os._exit(0)
        except OSError:
            pass
    return os.getuid()
"""
    )
    with ForkServer(layers=without(Layer.SECCOMP, Layer.LIMITS, *removed)) as server:
        if not server.confinement.has(Layer.OWN_UID):
            pytest.skip("workers have no uid of their own here, by which to find strays; not tried: strays")
        with server.open(_bundle(code)) as worker:
            uid = worker.call(F).value
            assert len(processes_of(uid)) > 3
        deadline = time.monotonic() + 5
        while processes_of(uid) and time.monotonic() < deadline:
            time.sleep(0.01)  # the kernel takes a moment to bury them
        assert processes_of(uid) == []


def test_without_any_wall_the_attacks_do_succeed(tmp_path: Path) -> None:
    # Shows that the attacks above fail because of the walls, not because they are misspelt.
    harmless = [
        *(
            "read a file",
            "read by descriptor",
            "read with numpy",
            "read with libc",
            "map a file",
            "write a file",
        ),
        *("list a folder", "list the root", "look at a file", "read its environment", "a temporary file"),
        *("a file in memory", "tcp", "udp", "abstract socket", "listen", "a pair of sockets", "a subprocess"),
        *(
            "a shell",
            "spawn",
            "a thread",
            "be traced",
            "executable memory",
            "memory made executable",
            "a library",
        ),
        *("a pipe", "another descriptor", "events", "a timer", "a callback", "another processor", "fork"),
    ]
    succeeded = []
    with ForkServer(layers=frozenset()) as server:
        assert server.confinement.level is Level.D
        for name in harmless:
            target = Target(tmp_path / name, 1) if (tmp_path / name).mkdir() is None else None
            assert target is not None
            body = ATTACKS[name] if name != "fork" else "return os.fork() or os._exit(0)"
            with server.open(_bundle(f"{PRELUDE}\ndef f(target):\n    {body}\n    return 1\n")) as worker:
                worker.import_module("student")
                try:
                    worker.call(F, target.description())
                    succeeded.append(name)
                except Crash:
                    pass
            target.close()
    assert succeeded == harmless
