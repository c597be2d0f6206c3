"""What a worker tries, to find out whether its walls stand: by doing it.

Run once per server, in workers that never see a submission. Every attempt answers with the name of
the error that stopped it, or `ALLOWED`.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

ALLOWED: Final = "allowed"


def attempt_all(plan: Mapping[str, Any]) -> dict[str, str]:
    """Try everything.

    Parameters
    ----------
    plan : mapping
        ``file``: a file that exists, and that the judge can read; ``judge``: its pid; ``port`` and
        ``abstract``: where it listens; ``memory_bytes``: more than the worker may have.
    """
    attempts: dict[str, Callable[[], object]] = {
        "open a file": lambda: os.close(os.open(plan["file"], os.O_RDONLY)),
        "list the root": lambda: os.listdir("/"),
        "see a file in the root": _see_files,
        "connect": lambda: _connect((socket.AF_INET, ("127.0.0.1", plan["port"]))),
        "connect to an abstract socket": lambda: _connect((socket.AF_UNIX, plan["abstract"])),
        "send a datagram": lambda: _send_datagram(plan["port"]),
        "fork": _fork,
        "signal the judge": lambda: _signal(plan["judge"]),
        "signal the parent": _signal_parent,
        "map executable memory": lambda: mmap.mmap(-1, 4096, prot=7),
        "make memory executable": _make_executable,
        "allocate": lambda: _allocate(plan["memory_bytes"]),
        "grow the output": lambda: os.ftruncate(1, 1 << 30),
        "use another descriptor": _use_descriptors,
        "be root": _be_root,
    }
    return {name: _try(attempt) for name, attempt in attempts.items()}


def _try(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except MemoryError:
        return "MemoryError"
    return ALLOWED


def _see_files() -> None:
    if not os.listdir("/"):
        raise OSError(errno.ENOENT, "the root is empty")


def _connect(where: tuple[int, Any]) -> None:
    family, address = where
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(0.5)
        connection.connect(address)


def _send_datagram(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.sendto(b"x", ("127.0.0.1", port))


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _signal(pid: int) -> None:
    # In a pid namespace of its own the worker is process 1, and so is the judge in a container's.
    if pid == os.getpid():
        raise OSError(errno.ESRCH, "that number is this process")
    os.kill(pid, 0)


def _signal_parent() -> None:
    parent = os.getppid()
    if parent == 0:  # outside of this pid namespace: there is no way to name it
        raise OSError(errno.ESRCH, "no parent in sight")
    os.kill(parent, 0)


def _allocate(size: int) -> None:
    # Without a limit the pages exist on paper only: the test must not eat the machine's memory.
    np.empty(size, np.uint8)[0] = 1


def _make_executable() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    nowhere, size = ctypes.c_void_p(None), ctypes.c_size_t(4096)
    page = library.mmap(nowhere, size, 3, 0x22, -1, ctypes.c_long(0))
    if library.mprotect(ctypes.c_void_p(page), size, 5) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")


def _use_descriptors() -> None:
    for descriptor in range(4, 1024):
        try:
            os.read(descriptor, 0)  # of nothing: fails only if it is not open
        except OSError:
            continue
        return
    raise OSError(errno.EBADF, "none is open")


def _be_root() -> None:
    if os.geteuid() != 0:
        raise PermissionError(errno.EPERM, "another uid")
