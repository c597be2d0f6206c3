"""Resource limits of a process, which bound it because it cannot fork: the filter sees to that."""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    import resource


def address_space() -> int:
    """The bytes of address space that this process has now; 0 where that cannot be told."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def allow_descriptors(count: int) -> None:
    """Bound how many descriptors this process can ever have."""
    _lower(resource.RLIMIT_NOFILE, count)


def enter(
    *, memory_bytes: int | None, cpu_seconds: int, output_bytes: int, descriptors: int, processes: int = 0
) -> None:
    """Set hard limits, which cannot be raised again.

    Parameters
    ----------
    memory_bytes : int, optional
        Of address space, all that is loaded already included. None where the system cannot limit it.
    cpu_seconds : int
        Over the life of the process; at its end the kernel kills.
    output_bytes : int
        The largest file, which is the output.
    descriptors : int
        One more than the highest descriptor in use.
    processes : int
        How many processes and threads its user may have. It does nothing for uid 0.

    Raises
    ------
    OSError
        If the system refuses one of them, as macOS does for the address space.
    """
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_FSIZE": output_bytes,
        "RLIMIT_NOFILE": descriptors,
        "RLIMIT_NPROC": processes,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": 0,
    }
    if memory_bytes is not None:
        wanted["RLIMIT_AS"] = memory_bytes
    for name, value in wanted.items():
        which = getattr(resource, name, None)
        if which is not None:
            _lower(which, value)


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(which, (value, value))
    except ValueError as error:  # how Python reports EINVAL here
        raise OSError(22, f"resource limit {which}: {error}") from error
