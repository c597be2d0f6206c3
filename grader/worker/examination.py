"""The self-test: workers without a submission try to get out, one wall at a time.

A wall that says it stands and then does not hold counts as missing. Behind the system-call filter
no other wall can be felt, so each is also tried in a worker that has only that one.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from grader.worker.inside.layers import STANDS, Layer
from grader.worker.inside.selftest import ALLOWED

Attempts = Mapping[str, str]
#: Makes a worker with these of its own walls, has it try everything; the states and the outcome.
Run = Callable[[frozenset[Layer], Mapping[str, Any]], tuple[Mapping[Layer, str], Attempts]]

_NOBODY_LISTENS: Final = 9
_BASE: Final = frozenset({Layer.NO_NEW_PRIVILEGES})


@dataclass(frozen=True, slots=True)
class _Proof:
    """What must fail, and how, in a worker that has one wall of its own."""

    layer: Layer
    own: frozenset[Layer]  # the worker's own walls during the test
    attempts: tuple[str, ...]
    errors: tuple[str, ...]


_PROOFS: Final = (
    _Proof(
        Layer.SECCOMP,
        _BASE | {Layer.SECCOMP},
        (
            *("open a file", "list the root", "connect", "connect to an abstract socket", "send a datagram"),
            *("fork", "signal the judge", "signal the parent", "map executable memory"),
            *("make memory executable", "grow the output"),
        ),
        ("EPERM", "ESRCH"),  # ESRCH: the attempt itself saw that there is no such process
    ),
    _Proof(Layer.LIMITS, frozenset({Layer.LIMITS}), ("allocate",), ("MemoryError",)),
    _Proof(Layer.LANDLOCK, _BASE | {Layer.LANDLOCK}, ("list the root",), ("EACCES",)),
    _Proof(Layer.OWN_UID, frozenset({Layer.OWN_UID}), ("be root",), ("EPERM",)),
    # Around all workers, so a worker without walls of its own feels them.
    _Proof(Layer.EMPTY_ROOT, frozenset(), ("open a file", "see a file in the root"), ("ENOENT",)),
    _Proof(
        Layer.NET_NAMESPACE,
        frozenset(),
        ("connect", "connect to an abstract socket", "send a datagram"),
        ("ENETUNREACH", "ECONNREFUSED", "EADDRNOTAVAIL"),
    ),
    _Proof(Layer.PID_NAMESPACE, frozenset(), ("signal the judge", "signal the parent"), ("ESRCH",)),
    _Proof(Layer.SEALED_OUTPUT, frozenset(), ("grow the output",), ("EPERM",)),
)

_WAYS_OUT: Final = ("open a file", "connect", "connect to an abstract socket", "send a datagram")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the self-test found."""

    states: Mapping[Layer, str]
    """Of a worker with all its walls."""
    failures: Mapping[Layer, str]
    """Walls that do not hold, with what was possible."""
    open_ways: bool
    """Whether a worker with all its walls got to a file or to the network."""


def examine(run: Run, around: Mapping[Layer, str], own: frozenset[Layer]) -> Findings:
    """Try all walls.

    Parameters
    ----------
    run : callable
    around : mapping
        The states of the walls around all workers.
    own : frozenset of Layer
        The walls that workers shall put up around themselves.
    """
    with targets() as planted:
        states, full = run(own, planted)
        standing = {layer for layer, state in {**around, **states}.items() if state == STANDS}
        trials: dict[frozenset[Layer], Attempts] = {}
        failures: dict[Layer, str] = {}
        for proof in _PROOFS:
            if proof.layer not in standing:
                continue
            if proof.own not in trials:
                _, trials[proof.own] = run(proof.own, planted)
            if failed := _failed(proof, trials[proof.own]):
                failures[proof.layer] = failed
    # With everything up, nothing may be possible that the filter and the limits exist to prevent.
    held = {Layer.SECCOMP: _PROOFS[0].attempts, Layer.LIMITS: ("allocate", "use another descriptor")}
    for layer, attempts in held.items():
        if layer in standing and (got := [name for name in attempts if full[name] == ALLOWED]):
            failures.setdefault(layer, f"the self-test could {', '.join(got)}")
    return Findings(states, failures, any(full[name] == ALLOWED for name in _WAYS_OUT))


def _failed(proof: _Proof, outcome: Attempts) -> str:
    """What happened where one of the errors should have."""
    wrong = [f"{name} ({outcome[name]})" for name in proof.attempts if outcome[name] not in proof.errors]
    return f"the self-test could {', '.join(wrong)}" if wrong else ""


@contextmanager
def targets() -> Iterator[dict[str, Any]]:
    """Things to reach for: a file, a listener, an abstract socket, this process."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="grader-selftest-"))
        os.chmod(file.name, 0o644)
        port = _NOBODY_LISTENS
        with suppress(OSError):  # a machine without even a loopback network
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = listener.getsockname()[1]
        abstract = f"\0grader-selftest-{secrets.token_hex(8)}"
        if sys.platform == "linux":
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(abstract)
            local.listen()
        yield {
            "file": file.name,
            "judge": os.getpid(),
            "port": port,
            "abstract": abstract,
            "memory_bytes": 2 << 30,
        }
