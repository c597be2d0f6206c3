"""The engine for everything else: a fresh interpreter per worker, half a second each.

macOS cannot fork safely once its own libraries are loaded, Windows cannot fork at all. Neither is
run here; on Linux this engine serves the tests of the weak levels.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from grader.worker import interpreter
from grader.worker.engine import Ending, Process, plan
from grader.worker.inside.layers import AROUND_SERVER, NOT_NEEDED, NOT_WANTED, STANDS, Layer
from grader.worker.limits import Limits
from grader.worker.output import Output

_WINDOWS: Final = os.name == "nt"
_MACOS: Final = os.uname().sysname == "Darwin" if hasattr(os, "uname") else False
_NOT_HERE: Final = "needs a fork server, which is Linux only"
_SANDBOX_EXEC: Final = Path("/usr/bin/sandbox-exec")


class SpawnEngine:
    """Starts one interpreter per worker.

    Parameters
    ----------
    layers : frozenset of Layer
    scipy : bool
    """

    def __init__(self, layers: frozenset[Layer], *, scipy: bool) -> None:
        self._scipy = scipy
        self._folders = interpreter.folders(scipy=scipy)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.states: Mapping[Layer, str] = {
            **{layer: _NOT_HERE if layer in layers else NOT_WANTED for layer in AROUND_SERVER},
            **({Layer.SEALED_OUTPUT: STANDS} if sys.platform == "linux" else {}),
            Layer.SANDBOX_EXEC: _sandbox_exec_state(layers),
        }

    def make(self, layers: frozenset[Layer], limits: Limits) -> Process:
        """Start a worker."""
        ours, theirs = socket.socketpair()
        output = Output(limits.output_bytes, sealed=Layer.SEALED_OUTPUT in layers)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [*self._wrapping(layers), *interpreter.command("solo", theirs.fileno())],
            env=interpreter.environment(),
            pass_fds=() if _WINDOWS else (theirs.fileno(),),
            stdin=subprocess.PIPE,
            stdout=output.descriptor,
            stderr=output.descriptor,
            start_new_session=not _WINDOWS,
        )
        own = {
            **plan(layers - {*AROUND_SERVER}, limits, uid=65534),
            "folders": self._folders,
            "scipy": self._scipy,
            "parent": os.getpid(),
            # Windows cannot inherit a socket by its number.
            "shared_socket": getattr(theirs, "share")(process.pid).hex() if _WINDOWS else None,  # noqa: B009
        }
        with process.stdin or open(os.devnull, "wb") as plans:
            plans.write(json.dumps(own).encode() + b"\n")
        theirs.close()
        self._processes[process.pid] = process
        return Process(ours, output, process.pid, process.pid)

    def end(self, token: Any) -> Ending:
        """Kill a worker and wait for it."""
        process = self._processes.pop(token)
        process.kill()
        if _WINDOWS:
            return Ending(process.wait(), 0.0, 0.0)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits for it again
        unit = 1 << 20 if _MACOS else 1 << 10
        return Ending(process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)

    def close(self) -> None:
        """End every worker."""
        for pid in [*self._processes]:
            self.end(pid)

    def _wrapping(self, layers: frozenset[Layer]) -> list[str]:
        if Layer.SANDBOX_EXEC not in layers or self.states[Layer.SANDBOX_EXEC] != STANDS:
            return []
        return [str(_SANDBOX_EXEC), "-p", profile([*self._folders, sys.prefix, sys.base_prefix])]


def memory_watch(pid: int | None) -> Callable[[], float] | None:
    """What reads a worker's memory while it runs, where the kernel does not limit it."""
    if not _MACOS or pid is None:
        return None
    return lambda: resident_mib(pid)


def resident_mib(pid: int) -> float:
    """The memory that a process has now, in the portable way; not run on macOS."""
    listing = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return float(listing.stdout.strip() or 0) / 1024


def profile(readable: list[str]) -> str:
    """A macOS sandbox profile: no network, nothing written, nothing of the home folder read.

    **Not run here.**
    """
    quoted = " ".join(f"(subpath {json.dumps(folder)})" for folder in [*readable, str(Path(__file__).parent)])
    return (
        "(version 1)(allow default)(deny network*)(deny file-write*)(deny process-fork)"
        f"(deny file-read* (subpath {json.dumps(str(Path.home()))}))(allow file-read* {quoted})"
    )


def _sandbox_exec_state(layers: frozenset[Layer]) -> str:
    if Layer.SANDBOX_EXEC not in layers:
        return NOT_WANTED
    if not _MACOS:
        return NOT_NEEDED
    return STANDS if _SANDBOX_EXEC.exists() else f"{_SANDBOX_EXEC} is not there"
