"""Which walls stand, what the level says, and that a wall that does not hold is not counted."""

from __future__ import annotations

import json
import os
import platform
import re
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.worker import (
    Bundle,
    Confinement,
    ConfinementTooWeak,
    ForkServer,
    Layer,
    Level,
    Limits,
    Module,
    Place,
    StudentError,
    Timeout,
    Wall,
)
from grader.worker.confinement import conclude
from grader.worker.examination import examine
from grader.worker.inside.confine import landlock, seccomp
from grader.worker.inside.confine.syscalls import ALLOWED, MACHINES, RULES
from grader.worker.inside.layers import AROUND_SERVER, AROUND_WORKER, STANDS
from grader.worker.inside.selftest import ALLOWED as SUCCEEDED

# Levels -------------------------------------------------------------------------------------------

EVERYTHING = dict.fromkeys(Layer, STANDS)
NAMESPACES = [layer for layer in Layer if layer.value.endswith("namespace")]


def level(*missing: Layer, open_ways: bool = False, failures: Mapping[Layer, str] | None = None) -> Level:
    states = {**EVERYTHING, **dict.fromkeys(missing, "EPERM (no)")}
    return conclude(states, failures or {}, kernel="Linux", open_ways=open_ways).level


def test_a_level_follows_from_what_stands() -> None:
    assert level() is Level.A
    assert level(Layer.LANDLOCK, Layer.UTS_NAMESPACE, Layer.IPC_NAMESPACE, Layer.USER_NAMESPACE) is Level.A
    assert level(*NAMESPACES) is Level.A  # own uid and an empty root: root in a container
    assert level(Layer.OWN_UID) is Level.A  # namespaces: an ordinary user where they are allowed
    assert level(Layer.OWN_UID, Layer.NET_NAMESPACE) is Level.B
    assert level(Layer.OWN_UID, *NAMESPACES) is Level.B
    assert level(Layer.EMPTY_ROOT) is Level.B
    for needed in (Layer.SECCOMP, Layer.LIMITS, Layer.NO_NEW_PRIVILEGES):
        assert level(needed, Layer.OWN_UID, *NAMESPACES, Layer.SANDBOX_EXEC) is Level.D
    assert level(Layer.SECCOMP) is Level.C
    assert level(Layer.SECCOMP, open_ways=True) is Level.D
    assert level(open_ways=True) is Level.D


def test_a_wall_that_fails_the_self_test_counts_as_missing() -> None:
    assert level(failures={Layer.SECCOMP: "the self-test could fork (allowed)"}) is Level.C
    found = conclude(EVERYTHING, {Layer.LANDLOCK: "the self-test could x"}, kernel="k", open_ways=False)
    assert found.level is Level.A
    assert not found.has(Layer.LANDLOCK)
    assert "landlock" not in found.standing
    (line,) = found.missing
    assert line.startswith("landlock: off, the self-test could x (needs Linux 5.13")


def test_levels_compare_like_letters() -> None:
    assert Level.A < Level.B < Level.C < Level.D
    assert sorted(Level) == [Level.A, Level.B, Level.C, Level.D]


def test_the_report_reads_as_lines() -> None:
    states = {
        **EVERYTHING,
        Layer.PID_NAMESPACE: "EPERM (Operation not permitted)",
        Layer.OWN_UID: "EPERM (x)",
    }
    text = str(conclude(states, {}, kernel="Linux", open_ways=False))
    assert text.splitlines() == [
        "isolated by system-call filter (B); no second wall if the kernel's filter has a bug",
        (
            "pid namespace: off, EPERM (Operation not permitted) (containers and Ubuntu 24.04 refuse "
            "these to ordinary processes; not needed for level B)"
        ),
        "own uid: off, EPERM (x) (needs root; not needed for level B)",
    ]
    assert str(Wall(Layer.SECCOMP, stands=True)) == "system-call filter: on"
    assert "NOT isolated" in Level.D.meaning


def test_every_layer_is_put_up_by_somebody() -> None:
    assert {*AROUND_SERVER, *AROUND_WORKER, Layer.SEALED_OUTPUT, Layer.SANDBOX_EXEC} == {*Layer}


# The self-test ------------------------------------------------------------------------------------

HELD = {
    "open a file": "EPERM",
    "list the root": "EPERM",
    "see a file in the root": "EPERM",
    "connect": "EPERM",
    "connect to an abstract socket": "EPERM",
    "send a datagram": "EPERM",
    "fork": "EPERM",
    "signal the judge": "EPERM",
    "signal the parent": "ESRCH",
    "map executable memory": "EPERM",
    "make memory executable": "EPERM",
    "allocate": "MemoryError",
    "grow the output": "EPERM",
    "use another descriptor": "EBADF",
    "be root": "EPERM",
}
ALONE = {
    frozenset({Layer.LANDLOCK, Layer.NO_NEW_PRIVILEGES}): {**HELD, "list the root": "EACCES"},
    frozenset[Layer](): {
        **dict.fromkeys(HELD, SUCCEEDED),
        "open a file": "ENOENT",
        "see a file in the root": "ENOENT",
        "grow the output": "EPERM",
        **dict.fromkeys(("connect", "connect to an abstract socket"), "ECONNREFUSED"),
        "send a datagram": "ENETUNREACH",
        "signal the judge": "ESRCH",
        "signal the parent": "ESRCH",
    },
}


def examined(changes: Mapping[frozenset[Layer] | None, Mapping[str, str]]) -> Any:
    """The findings when workers with some walls behave otherwise; None stands for all walls."""
    own = frozenset(AROUND_WORKER)

    def run(layers: frozenset[Layer], targets: Any) -> Any:
        assert os.access(targets["file"], os.R_OK)
        outcome = {**ALONE.get(layers, HELD), **changes.get(None if layers == own else layers, {})}
        return dict.fromkeys(layers, STANDS), outcome

    around = dict.fromkeys((*AROUND_SERVER, Layer.SEALED_OUTPUT), STANDS)
    return examine(run, around, own)


def test_walls_that_hold_have_no_failures() -> None:
    found = examined({})
    assert found.failures == {}
    assert not found.open_ways


@pytest.mark.parametrize(
    ("own", "attempt", "layer"),
    [
        ({Layer.SECCOMP, Layer.NO_NEW_PRIVILEGES}, "fork", Layer.SECCOMP),
        ({Layer.SECCOMP, Layer.NO_NEW_PRIVILEGES}, "make memory executable", Layer.SECCOMP),
        ({Layer.LIMITS}, "allocate", Layer.LIMITS),
        ({Layer.LANDLOCK, Layer.NO_NEW_PRIVILEGES}, "list the root", Layer.LANDLOCK),
        ({Layer.OWN_UID}, "be root", Layer.OWN_UID),
        (set(), "open a file", Layer.EMPTY_ROOT),
        (set(), "send a datagram", Layer.NET_NAMESPACE),
        (set(), "signal the judge", Layer.PID_NAMESPACE),
        (set(), "grow the output", Layer.SEALED_OUTPUT),
        (None, "use another descriptor", Layer.LIMITS),
        (None, "signal the judge", Layer.SECCOMP),
    ],
)
def test_each_wall_is_tried_by_itself(own: set[Layer] | None, attempt: str, layer: Layer) -> None:
    found = examined({None if own is None else frozenset(own): {attempt: SUCCEEDED}})
    assert set(found.failures) == {layer}
    assert f"the self-test could {attempt}" in found.failures[layer]


def test_a_way_out_past_all_walls_is_seen() -> None:
    assert examined({None: {"connect": SUCCEEDED}}).open_ways


def test_the_real_walls_pass_the_self_test(strongest: Any) -> None:
    confinement: Confinement = strongest.server.confinement
    assert not [line for line in confinement.missing if "self-test" in line]
    if sys.platform == "linux" and platform.machine() in MACHINES:
        assert confinement.level <= Level.B
    assert platform.release() in confinement.kernel


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only; not tried: walls that are switched off")
@pytest.mark.parametrize(
    "removed", [Layer.SECCOMP, Layer.LIMITS, Layer.LANDLOCK, Layer.EMPTY_ROOT, Layer.OWN_UID]
)
def test_a_wall_that_is_switched_off_is_reported(removed: Layer) -> None:
    with ForkServer(layers=frozenset(Layer) - {removed}) as server:
        (line,) = [line for line in server.confinement.missing if line.startswith(removed)]
        assert "switched off" in line


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only; not tried: refusing weak levels")
def test_a_required_level_is_kept_or_refused() -> None:
    with pytest.raises(ConfinementTooWeak, match="confined to level D here, wanted B"):
        ForkServer(layers=frozenset(), require=Level.B)
    with ForkServer(require=Level.B) as server:
        assert server.confinement.level <= Level.B


# Other machines, imitated: a launcher refuses what they refuse, then starts a judge ----------------

LAUNCHER = """
import ctypes, json, os, struct, sys

refused, folder, rest = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
I = lambda code, value, yes=0, no=0: struct.pack("=HBBI", code, yes, no, value)
program = [I(0x20, 0)]
for number, errno, argument in refused:
    if argument is None:
        program += [I(0x15, number, 0, 1), I(0x06, 0x00050000 | errno)]
    else:
        program += [I(0x15, number, 0, 4), I(0x20, 16), I(0x15, argument, 0, 1)]
        program += [I(0x06, 0x00050000 | errno), I(0x20, 0)]
program = b"".join([*program, I(0x06, 0x7FFF0000)])
class P(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("p", ctypes.c_void_p)]
buffer = ctypes.create_string_buffer(program, len(program))
head = P(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
libc = ctypes.CDLL(None, use_errno=True)
L = ctypes.c_ulong
assert libc.prctl(38, L(1), L(0), L(0), L(0)) == 0
if program:
    assert libc.prctl(22, L(2), ctypes.byref(head), L(0), L(0)) == 0
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
os.execv(sys.executable, [sys.executable, "-c", rest])
"""

JUDGE = """
import json
from grader.worker import *
with ForkServer() as server:
    code = b"def f(x):\\n    return x + 1\\ndef g():\\n    return open('/etc/passwd').read()"
    with server.open(Bundle((Module("m", "m.py", code),))) as worker:
        value = worker.call(Place("m").attribute("f"), 41).value
        try:
            worker.call(Place("m").attribute("g"))
            read = True
        except StudentError:
            read = False
    report = server.confinement
    print(json.dumps([report.level, report.standing, report.missing, value, read]))
"""

EPERM, ENOSYS, EINVAL = 1, 38, 22
#: (number on x86-64, errno, value of the first argument or None for all)
NO_NAMESPACES = [(number, EPERM, None) for number in (272, 308, 165, 155)]  # unshare setns mount pivot_root
NO_LANDLOCK = [(number, ENOSYS, None) for number in (444, 445, 446)]
NO_SECCOMP = [(157, EINVAL, 22), (317, ENOSYS, None)]
NO_ROOT = [(number, EPERM, None) for number in (116, 119, 117, 161)]  # setgroups setresgid setresuid chroot


def elsewhere(refused: list[tuple[int, int, int | None]], root: Path) -> Any:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("system-call numbers of x86-64; not tried: imitations of other machines")
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, json.dumps(refused), str(root), JUDGE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_root_in_a_container_without_namespaces_is_level_a(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root; not tried: root in a container")
    level, standing, missing, value, read = elsewhere(NO_NAMESPACES, root)
    assert (level, value, read) == ("A", 42, False)
    assert {"own uid", "empty root", "system-call filter"} <= {*standing}
    assert sum("EPERM" in line for line in missing) == 6  # six namespaces


def test_an_ordinary_user_without_namespaces_is_level_b(root: Path) -> None:
    level, standing, missing, value, read = elsewhere(NO_NAMESPACES + NO_ROOT, root)
    assert (level, value, read) == ("B", 42, False)
    assert "landlock" in standing or any(line.startswith("landlock: off") for line in missing)
    assert not {"own uid", "empty root", "pid namespace"} & {*standing}


def test_an_old_kernel_without_landlock_says_so(root: Path) -> None:
    level, _, missing, value, read = elsewhere(NO_NAMESPACES + NO_ROOT + NO_LANDLOCK, root)
    assert (level, value, read) == ("B", 42, False)
    (line,) = [line for line in missing if line.startswith("landlock")]
    assert line.startswith("landlock: off, ENOSYS (landlock: Function not implemented) (needs Linux 5.13")


def test_without_the_filter_an_ordinary_user_is_not_isolated(root: Path) -> None:
    level, _standing, missing, value, read = elsewhere(
        NO_NAMESPACES + NO_ROOT + NO_LANDLOCK + NO_SECCOMP, root
    )
    assert (level, value) == ("D", 42)
    assert any(line.startswith("system-call filter: off, EINVAL") for line in missing)
    # The limit on descriptors happens to be in the way of a file; nothing else is.
    assert not read


# The interpreter per worker, which serves macOS and Windows -----------------------------------------


ALONE_CODE = b"""
state = []

def f(x):
    state.append(x)
    print('hello')
    return state

def g():
    while True:
        pass

def h():
    raise ValueError('x')
"""


def test_without_a_fork_server_a_worker_is_a_fresh_interpreter() -> None:
    bundle = Bundle((Module("m", "m.py", ALONE_CODE),))
    with ForkServer(forking=False) as server:
        for _ in range(2):
            with server.open(bundle) as worker:
                assert worker.call(Place("m").attribute("f"), 1).value == [1]
                assert worker.output == "hello\n"
                with pytest.raises(StudentError, match="ValueError: x"):
                    worker.call(Place("m").attribute("h"))
                with pytest.raises(Timeout):
                    worker.call(Place("m").attribute("g"), limits=Limits(cpu_seconds=0.2, wall_seconds=20))
        if sys.platform == "linux" and platform.machine() in MACHINES:
            assert server.confinement.level <= Level.B
    with ForkServer(forking=False, layers=frozenset()) as server:
        assert server.confinement.level is Level.D
        with server.open(bundle) as worker:
            assert worker.call(Place("m").attribute("f"), 1).value == [1]


def test_the_macos_profile_names_what_it_denies() -> None:
    from grader.worker.spawning import profile

    text = profile(["/opt/python"])  # not run here: there is no macOS
    for wanted in ("(deny network*)", "(deny file-write*)", "(deny process-fork)", '(subpath "/opt/python")'):
        assert wanted in text


# The filter's program, run by a small interpreter of its own, for machines that are not here --------


def answer(program: bytes, audit: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would answer to a call."""
    data = struct.pack("=IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator, place = 0, 0
    while True:
        code, yes, no, value = instructions[place]
        place += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            place += yes if accumulator == value else no
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"instruction {code:#x}")


ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000


@pytest.mark.parametrize("name", ["x86_64", "aarch64"])
def test_the_program_answers_as_the_list_says(name: str) -> None:
    machine = MACHINES[name]
    program = seccomp.program(machine)
    listed = {machine.number(call): call for call in ALLOWED if machine.number(call) is not None}
    assert len(listed) == sum(numbers[machine.column] is not None for numbers in ALLOWED.values())
    for number in [*range(1000), *(0x40000000 | number for number in range(1000)), 2**31, 2**32 - 1]:
        call = listed.get(number)
        if call in RULES:
            rule = RULES[call]
            for value in (*range(300), 0x80000000, 2**32 - 1):
                arguments = (0,) * rule.argument + (value,)
                wanted = ALLOW if value & rule.mask in rule.values else REFUSE
                assert answer(program, machine.audit, number, arguments) == wanted
        else:
            assert answer(program, machine.audit, number) == (ALLOW if call else REFUSE)
    for other in {0, 0x40000003, *(each.audit for each in MACHINES.values())} - {machine.audit}:
        assert answer(program, other, 0) == KILL


def test_dangerous_calls_are_not_on_the_list() -> None:
    words = ("open", "socket", "connect", "send", "recv", "fork", "clone", "exec", "kill", "ptrace", "ioctl")
    words += (
        "mount",
        "prctl",
        "prlimit",
        "setrlimit",
        "seccomp",
        "bpf",
        "uring",
        "memfd",
        "stat",
        "dup",
        "fcntl",
    )
    assert not [call for call in ALLOWED if any(word in call for word in words)]
    assert len(ALLOWED) <= 44


def numbers_in(header: str) -> dict[str, int]:
    text = Path(header).read_text()
    # In the generic table some names stand for a 32-bit and a 64-bit call of one number.
    return {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("x86_64", ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"]),
        ("aarch64", ["/usr/include/asm-generic/unistd.h"]),
    ],
)
def test_the_numbers_are_those_of_the_kernels_headers(name: str, headers: list[str]) -> None:
    present = [header for header in headers if Path(header).exists()]
    if not present:
        pytest.skip(f"no kernel headers; not tried: the system-call numbers of {name}")
    numbers = numbers_in(present[0])
    machine = MACHINES[name]
    for call in ALLOWED:
        assert machine.number(call) == numbers.get(call), call
    assert (machine.capset, machine.pivot_root) == (numbers["capset"], numbers["pivot_root"])
    assert numbers.get("landlock_create_ruleset", 444) == 444


def test_landlock_handles_all_that_each_version_knows() -> None:
    def words(abi: int) -> tuple[int, ...]:
        data = landlock.attributes(abi)
        return struct.unpack(f"={len(data) // 8}Q", data)

    assert [words(abi) for abi in (1, 2, 3)] == [(0x1FFF,), (0x3FFF,), (0x7FFF,)]
    assert words(4) == (0x7FFF, 3)
    assert words(5) == (0xFFFF, 3)
    assert words(6) == words(7) == words(99) == (0xFFFF, 3, 3)
    with pytest.raises(OSError, match="ABI 0"):
        landlock.attributes(0)
