"""Starts the confined processes for one notebook, and reads the one document that comes out.

Whatever is read is bounded in size and time and decoded strictly: its author may be the student.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final, Literal, Self, cast

import msgspec

from grader.model import Record
from grader.notebooks.inside.plan import Plan
from grader.notebooks.installation import installation
from grader.notebooks.model import NotebookLimits
from grader.worker import ConfinementTooWeak, interpreter
from grader.worker.output import Output

_BOOT: Final = Path(__file__).with_name("boot.py")
_WALLS_SECONDS: Final = 60.0
_START_SECONDS: Final = 90.0
_DOCUMENT_BYTES: Final = 8 << 20
_STATUS_BYTES: Final = 1 << 16
_WHAT_IT_TAKES: Final = (
    "it takes Linux 5.12 and namespaces, which containers and Ubuntu 24.04 refuse to ordinary processes"
)
_PARTIES: Final = {"room", "listener", "kernel"}
_PROCESSES: Final = 256
#: Users that live for a moment; no file belongs to one. Workers use the same range.
_UIDS: Final = range(61184, 65520)


class Failure(Record, frozen=True, kw_only=True):
    """A cell that failed, as the listener says it."""

    place: int
    error: str
    message: str


class Document(Record, frozen=True, kw_only=True):
    """What the listener says of a notebook."""

    ran: int
    ended: Literal["", "time", "kernel", "stuck", "printed", "nonsense"]
    detail: str
    kernel: str
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one notebook's processes."""

    document: Document | None
    """None if there is none that can be believed to be one."""
    seconds: float
    late: bool = False
    """Whether nothing came in time."""


def run_cells(
    cells: Sequence[str],
    stage: Path,
    cwd: str,
    limits: NotebookLimits,
    *,
    aliases: Mapping[str, str] | None = None,
    compatibility: str = "",
    filtered: bool = True,
) -> Outcome:
    """Run code cells in a kernel of their own.

    Parameters
    ----------
    cells : sequence of str
    stage : Path
        What the working folder begins with.
    cwd : str
        Where in its folder ``work`` the notebook runs.
    limits : NotebookLimits
    aliases : mapping, optional
        Other names of the hand-in's modules.
    compatibility : str
        Code that puts names back into NumPy.
    filtered : bool
        Whether there shall be a system-call filter. Only tests say no.

    Raises
    ------
    ConfinementTooWeak
        If some wall does not stand.
    """
    if sys.platform != "linux":
        raise ConfinementTooWeak(f"notebooks can be confined on Linux only, and this is {sys.platform}")
    here = installation()
    with tempfile.TemporaryDirectory(prefix="grader-kernel-") as root:
        plan = Plan(
            parent=os.getpid(),
            root=root,
            stage=str(stage),
            binds=[*here.binds],
            links=here.links,
            covered=[*here.covered],
            folders=[*here.folders],
            cwd=cwd,
            uid=secrets.choice(_UIDS),
            key=secrets.token_hex(32),
            aliases={**(aliases or {})},
            compatibility=compatibility,
            cells=[*cells],
            cell_seconds=limits.cell_seconds,
            notebook_seconds=limits.notebook_seconds,
            memory_bytes=limits.memory_mib << 20,
            folder_bytes=(limits.folder_mib << 20) + _size_of(stage),
            printed_bytes=limits.printed_mib << 20,
            processes=_PROCESSES + _own_processes(),
            filtered=filtered,
        )
        with _Processes() as processes:
            return processes.outcome(plan)


class _Processes:
    """The keeper, and all that descends from it: it ends when this is left, or when the judge ends."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._errors = Output(1 << 16, sealed=True)
        self._status, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-s", "-S", "-P", "-B", "-X", "utf8", str(_BOOT), str(theirs)],
                env={**interpreter.environment(), "MALLOC_ARENA_MAX": "2"},
                pass_fds=(theirs,),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors.descriptor,
                start_new_session=True,  # an interrupt at the terminal is for the judge
            )
        except BaseException:
            os.close(self._status)
            self._errors.close()
            raise
        finally:
            os.close(theirs)
        self._input = cast(IO[bytes], self._process.stdin)
        self._output = cast(IO[bytes], self._process.stdout)

    def __enter__(self) -> Self:
        """The processes."""
        return self

    def __exit__(self, *details: object) -> None:
        """End all of them."""
        self._process.kill()
        self._process.wait()
        os.close(self._status)
        self._output.close()
        self._errors.close()

    def outcome(self, plan: Plan) -> Outcome:
        """Run the notebook, and wait for what comes of it."""
        with suppress(BrokenPipeError), self._input:  # if it has ended, the walls are what is missing
            self._input.write(json.dumps(asdict(plan)).encode())
        self._require_walls()
        patience = _START_SECONDS + plan.notebook_seconds
        answer = _read(self._output.fileno(), _DOCUMENT_BYTES, self._begin + patience)
        seconds = time.monotonic() - self._begin
        return Outcome(_decoded(answer, len(plan.cells)), seconds, late=seconds >= patience)

    def _require_walls(self) -> None:
        lines = _read(self._status, _STATUS_BYTES, self._begin + _WALLS_SECONDS).splitlines()
        said = [json.loads(line) for line in lines]
        problems = [entry["error"] for entry in said if "error" in entry]
        if not problems and {entry["stands"] for entry in said} != _PARTIES:
            problems = [self._errors.text() or "the processes do not come up"]
        if problems:
            raise ConfinementTooWeak(
                f"notebooks cannot be confined on this machine: {'; '.join(problems)} ({_WHAT_IT_TAKES})"
            )


def _read(descriptor: int, limit: int, deadline: float) -> bytes:
    """All that comes until the end, the limit or the deadline."""
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while limit > 0 and selector.select(max(0.0, deadline - time.monotonic())):
            part = os.read(descriptor, min(limit, 1 << 16))
            if not part:
                break
            parts.append(part)
            limit -= len(part)
    return b"".join(parts)


def _decoded(answer: bytes, cells: int) -> Document | None:
    """The document, if it is one and can be true."""
    try:
        document = msgspec.json.decode(answer, type=Document)
    except (msgspec.DecodeError, RecursionError):
        return None
    places = [failure.place for failure in document.failures]
    if not 0 <= document.ran <= cells or not all(0 <= place < cells for place in places):
        return None
    return document if len(set(places)) == len(places) else None


def _size_of(stage: Path) -> int:
    """How much room the files need, in whole pages."""
    sizes = [entry.stat().st_size for entry in stage.rglob("*")]
    return sum((size | 0xFFF) + 1 for size in sizes) + (1 << 20)


def _own_processes() -> int:
    """How many processes and threads this user has, where the kernel gets no user of its own."""
    if os.geteuid() == 0:
        return 0
    count = 0
    for tasks in Path("/proc").glob("[0-9]*/task"):
        with suppress(OSError):
            if tasks.stat().st_uid == os.geteuid():
                count += len(os.listdir(tasks))
    return count
