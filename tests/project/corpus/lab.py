"""Grades submissions of the corpus, and looks at what they leave behind."""

import base64
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

import msgspec

import grader.pipeline
from corpus.build import ASSIGNMENT, build
from corpus.entry import Entry
from corpus.processes import descriptors, processes_left
from corpus.verdict import TIGHT
from grader.assignment import Assignment, load_assignment
from grader.errors import UnreadableSubmission
from grader.model import Report
from grader.pipeline import Grader, Options
from grader.resources import Data, data_folder
from grader.suite.open import OpenSuite
from grader.suite.session import Suite
from grader.worker import ForkServer, Layer
from grader.worker.stream import JudgeStream

LAYERS = {
    "A": frozenset(Layer),
    #: What an ordinary user has everywhere: the system-call filter and the limits.
    "B": frozenset({Layer.SECCOMP, Layer.NO_NEW_PRIVILEGES, Layer.LIMITS, Layer.DEATH_SIGNAL}),
}
#: Graded after every hostile submission, by the same grader and with the same checks.
NEIGHBOUR = Entry(name="neighbour", kind="honest", what="a right one")
NEIGHBOURS_CHECKS = ("*.affine.*",)


@dataclass
class Graded:
    """What came of one submission."""

    level: str
    report: Report | None = None
    refused: str = ""
    fault: BaseException | None = None
    """What must never leave the grader."""
    seconds: float = 0.0
    neighbour: Report | None = None
    received: int = 0
    """How many bytes its workers sent to the judge."""
    leaks: set[bytes] = field(default_factory=set)
    """In which forms the canary was among them."""
    processes: list[str] = field(default_factory=list)
    """Processes that are there afterwards and were not before."""
    descriptors: int = 0
    """How many more files and sockets the judge holds open than before."""
    visitors: list[str] = field(default_factory=list)
    """Who reached the judge's own sockets."""


@contextmanager
def open_lab(where: Path, canary: str) -> "Iterator[Lab]":
    """A lab with a canary planted all over the judge.

    Parameters
    ----------
    where : Path
        A folder for the hand-ins.
    canary : str
    """
    assignment = load_assignment(data_folder(Data.RUBRICS) / ASSIGNMENT)
    with ExitStack() as stack:
        suite = stack.enter_context(closing(OpenSuite([data_folder(Data.SUITES) / ASSIGNMENT]))).suite
        yield Lab(assignment, suite, stack, where, canary)


class Lab:
    """Graders by level, limits and checks; a submission meets the one that its neighbour meets."""

    def __init__(
        self, assignment: Assignment, suite: Suite, stack: ExitStack, where: Path, canary: str
    ) -> None:
        self._assignment = assignment
        self._suite = suite
        self._stack = stack
        self._where = where
        self._canary = canary
        self._traps = stack.enter_context(planted(canary, where))
        self._neighbour = build(NEIGHBOUR, where, {})
        self._servers: dict[str, ForkServer] = {}
        self._graders: dict[Any, Grader] = {}

    def grade(self, level: str, entry: Entry) -> Graded:
        """Grade one submission and look around."""
        path = build(entry, Path(mkdtemp(dir=self._where)), self._traps.places)
        limits = {**(TIGHT if entry.kind == "hostile" else {}), **entry.limits}
        checker = self._grader(level, limits, entry.checks)
        graded = Graded(level)
        with watched(graded, self._canary):
            try:
                graded.report = checker.grade(path)
            except UnreadableSubmission as error:
                graded.refused = str(error)
            except Exception as error:  # noqa: BLE001 - the test says what it was
                graded.fault = error
        graded.visitors = self._traps.visitors()
        if entry.kind == "hostile":
            if graded.report is None:
                checker = self._grader(level, limits, NEIGHBOURS_CHECKS)
            graded.neighbour = checker.grade(self._neighbour)
        return graded

    def _grader(self, level: str, limits: dict[str, float], checks: tuple[str, ...]) -> Grader:
        key = level, tuple(limits.items()), checks
        if key not in self._graders:
            whole = {name: int(value) if name != "wall_seconds" else value for name, value in limits.items()}
            assignment = msgspec.structs.replace(
                self._assignment, limits=msgspec.structs.replace(self._assignment.limits, **whole)
            )
            # Written answers meet no code of a hand-in; they have tests of their own.
            options = Options(seed=self._canary, checks=checks, written=False)
            made = Grader(assignment, self._suite, self._server(level), options)
            # One run has one seed, so what right and mistaken functions give is worked out once for all.
            first = next(iter(self._graders.values()), made)
            made._reference, made._diagnostician = first._reference, first._diagnostician
            self._graders[key] = made
        return self._graders[key]

    def _server(self, level: str) -> ForkServer:
        if level not in self._servers:
            server = ForkServer(layers=LAYERS[level])
            self._servers[level] = self._stack.enter_context(server)
        return self._servers[level]


@contextmanager
def watched(graded: Graded, canary: str) -> Iterator[None]:
    """Note what passes over the sockets, and what is there afterwards that was not before."""
    wanted, tails = forms(canary), {}
    longest = max(map(len, wanted))
    read_into = JudgeStream.read_into

    def noting(stream: JudgeStream, target: memoryview) -> int:
        count = read_into(stream, target)
        window = tails.get(id(stream), b"") + bytes(target[:count])
        graded.leaks.update(form for form in wanted if form in window)
        tails[id(stream)] = window[-longest:]
        graded.received += count
        return count

    before, open_before, begin = processes_left(set()), descriptors(), time.perf_counter()
    JudgeStream.read_into = noting
    try:
        yield
    finally:
        JudgeStream.read_into = read_into
        graded.seconds = time.perf_counter() - begin
        graded.processes = list(processes_left(set(before)).values())
        graded.descriptors = descriptors() - open_before


def forms(secret: str) -> tuple[bytes, ...]:
    """A text as it is, and in the ways that programs like to write it."""
    data = secret.encode()
    written = (data, data[::-1], data.hex().encode(), base64.b64encode(data)[:-4])
    return (*written, secret.encode("utf-16-le"), secret.encode("utf-32-le"))


@dataclass(frozen=True)
class Traps:
    """What lies about in the judge for a submission to find or to reach."""

    places: dict[str, str]
    stream: socket.socket
    datagrams: socket.socket
    abstract: socket.socket

    def visitors(self) -> list[str]:
        """Who has come since this was asked last."""
        found = []
        for name in ("stream", "abstract"):
            try:
                connection, address = getattr(self, name).accept()
            except BlockingIOError:
                continue
            connection.close()
            found.append(f"{name}: {address}")
        with suppress(BlockingIOError):
            found.append(f"datagram: {self.datagrams.recv(100)!r}")
        return found


@contextmanager
def planted(canary: str, where: Path) -> Iterator[Traps]:
    """The canary in the environment, the arguments, a module and a file; sockets that listen."""
    secret = where / "secret.txt"
    secret.write_text(canary)
    for folder in (where, *where.parents):
        if folder.stat().st_uid == os.getuid() and folder.stat().st_mode & 0o777 == 0o700:
            folder.chmod(0o755)  # that the file cannot be read is to be the walls' merit
    name = f"grader-corpus-{os.getpid()}-{token_hex(4)}"
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, GRADER_CANARY=canary))
        stack.enter_context(patch.object(sys, "argv", [*sys.argv, canary]))
        stack.enter_context(patch.object(grader.pipeline, "CANARY", canary, create=True))
        stream = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        abstract.bind(f"\0{name}")
        abstract.listen()
        for trap in (stream, datagrams, abstract):
            trap.setblocking(False)
        places = {
            "secret": str(secret),
            "judge": str(os.getpid()),
            "checkout": str(Path(grader.pipeline.__file__).parents[1]),
            "port": str(stream.getsockname()[1]),
            "udp": str(datagrams.getsockname()[1]),
            "abstract": name,
        }
        yield Traps(places, stream, datagrams, abstract)


def without_seed(report: Report) -> Report:
    """The report as it may be read aloud: the instructor's record holds the seed on purpose."""
    return msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, seed=""))


__all__ = ["Graded", "forms", "open_lab", "planted", "without_seed"]
