"""The self-test: a notebook that tries to get out of its kernel. Every cell of it but the last must fail.

Things to reach for are planted outside, as for the workers that run submissions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from grader.notebooks.model import NotebookLimits
from grader.notebooks.process import run_cells
from grader.worker import ConfinementTooWeak
from grader.worker.examination import targets

_LIMITS: Final = NotebookLimits(
    cell_seconds=30.0, notebook_seconds=180.0, memory_mib=1024, folder_mib=8, printed_mib=1
)

_PRELUDE: Final = """
import ctypes, errno, os, signal, socket, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)
target = {target!r}

def check(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def write_somewhere():
    folders = ["/", "/etc", "/dev", "/proc", "/usr", os.path.dirname(os.__file__), *sys.path]
    for folder in folders:
        if folder.startswith("/") and not folder.startswith("/room"):
            try:
                open(os.path.join(folder, "grader-selftest"), "w").close()
            except OSError:
                continue
            return
    raise OSError(errno.EROFS, "nowhere")

def see_a_process():
    if not [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
        raise OSError(errno.ESRCH, "nobody else")

def signal_the_judge():
    if target["judge"] == os.getpid():
        raise OSError(errno.ESRCH, "that number is this process")
    os.kill(target["judge"], 0)

def fork():
    if os.fork() == 0:
        os._exit(0)

def datagram():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", target["port"]))

def abstract():
    socket.socket(socket.AF_UNIX).connect(target["abstract"])

def find_the_grader():
    import grader.pipeline

def fill_the_folder():
    with open("filling", "wb") as stream:
        for _ in range(1 << 10):
            stream.write(bytes(1 << 20))
"""

ATTEMPTS: Final[Mapping[str, str]] = {
    "open a file outside": "open(target['file'])",
    "reach the judge's root": "os.listdir(f\"/proc/{target['judge']}/root\")",
    "see another process": "see_a_process()",
    "signal the judge": "signal_the_judge()",
    "write outside the folder": "write_somewhere()",
    "fill the folder without end": "fill_the_folder()",
    "connect over TCP": "socket.create_connection(('127.0.0.1', target['port']), 1)",
    "send a datagram": "datagram()",
    "connect to an abstract socket": "abstract()",
    "open a socket of the network": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "start a process": "fork()",
    "run a program": "subprocess.run([sys.executable, '-c', ''])",
    "become another program": "os.execv('/bin/sh', ['sh'])",
    "be traced": "check(libc.ptrace(0, 0, 0, 0))",
    "make a namespace": "check(libc.unshare(0x10000000))",
    "mount": "check(libc.mount(b'none', b'/room/tmp', b'tmpfs', 0, None))",
    "become root": "check(libc.setresuid(0, 0, 0))",
    "take more memory": "bytearray(2 << 30)",
    "import the grader": "find_the_grader()",
}

_STOPPED_BY: Final = frozenset(
    {
        *("BlockingIOError", "ConnectionRefusedError", "FileNotFoundError", "MemoryError"),
        *("ModuleNotFoundError", "NotADirectoryError", "OSError", "PermissionError", "ProcessLookupError"),
    }
)


@cache
def require_confinement() -> None:
    """Find out, once, whether notebooks can be confined on this machine.

    Raises
    ------
    UsageError
        If what it takes to run notebooks is not installed.
    ConfinementTooWeak
        If they cannot be confined, with the reason.
    """
    with targets() as planted, tempfile.TemporaryDirectory(prefix="grader-stage-") as stage:
        problems = attempt_all(planted, Path(stage))
    if problems:
        raise ConfinementTooWeak(
            f"notebooks cannot be confined on this machine: the self-test could {', '.join(problems)}"
        )


def attempt_all(planted: Mapping[str, Any], stage: Path) -> list[str]:
    """Try everything; what was possible and must not be, or that nothing could be tried."""
    prelude = _PRELUDE.replace("{target!r}", repr(dict(planted)))
    outcome = run_cells([prelude, *ATTEMPTS.values(), "assert 1 + 1 == 2"], stage, "", _LIMITS)
    if outcome.document is None or outcome.document.ran != len(ATTEMPTS) + 2:
        return [f"not run a notebook to its end ({outcome})"]
    errors = {failure.place: failure for failure in outcome.document.failures}
    problems = [f"not begin ({errors[0].error})"] if 0 in errors else []
    for place, name in enumerate(ATTEMPTS, start=1):
        if place not in errors:
            problems.append(name)
        elif errors[place].error not in _STOPPED_BY:
            problems.append(f"{name} ({errors[place].error}: {errors[place].message})")
    if len(ATTEMPTS) + 1 in errors:
        problems.append("not add two numbers")
    return problems
