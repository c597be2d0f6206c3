"""A hand-in, read: its files, what they contain, its edition, and the program that workers will run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from grader.assignment import Assignment
from grader.submission import inspection, notebook_file
from grader.submission.assemble import REPLACED, HandOut, Program, assemble
from grader.submission.contents import Notebook, PythonSummary, SyntaxProblem
from grader.submission.edition import constructors, detect_edition, signatures
from grader.submission.files import Files, read_files
from grader.submission.locate import locate_package
from grader.submission.python2 import find_python2
from grader.worker import Bundle, ForkServer, Limits, Module, Place, StudentFault, Worker

T = TypeVar("T", PythonSummary, Notebook)

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20.0)
"""For reading one file."""

ALL_FILES_SECONDS = 60.0
"""For reading all of them. Real hand-ins take less than one."""

INSPECTION = Module("_inspection", "_inspection.py", Path(inspection.__file__).read_bytes())
READING = (
    Module("_notebook_file", "_notebook_file.py", Path(notebook_file.__file__).read_bytes()),
    INSPECTION,
)
"""What reads files inside a worker; the second imports the first."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A hand-in that has been read."""

    name: str
    edition: str
    edition_reason: str
    program: Program
    signatures: Mapping[str, frozenset[str]]
    """Class to the names of its constructor's parameters, if they are known."""
    notebooks: Mapping[str, Notebook]
    files: Files

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, chosen, restored, replaced or left aside."""
        unread = [f"{path}: {book.error}" for path, book in self.notebooks.items() if book.error]
        edition = f"edition {self.edition}: {self.edition_reason}"
        return (edition, *self.program.notes, *unread, *self.files.notes)


def read_submission(
    path: Path,
    assignment: Assignment,
    reader: Reader,
    hand_out: Callable[[str], HandOut],
    *,
    edition: str | None = None,
) -> Submission:
    """Read a hand-in.

    Parameters
    ----------
    path : Path
        A folder, an archive, or a single file.
    assignment : Assignment
    reader : Reader
        All parsing of the student's files happens in its worker.
    hand_out : callable
        Edition to what it hands out.
    edition : str, optional
        Instead of finding out.

    Raises
    ------
    UnreadableSubmission
    """
    files = read_files(path)
    sources = {name: data for name, data in files.content.items() if name.endswith(".py")}
    summaries = {name: reader.python(data) for name, data in sources.items()}
    notebooks = {
        name: reader.notebook(data) for name, data in files.content.items() if name.endswith(".ipynb")
    }
    names = frozenset(assignment.interface.names)
    package = locate_package(summaries, names, assignment.package)
    python2 = find_python2(package, summaries, notebooks, names, replaced=REPLACED, wanted=assignment.python2)
    summaries = {name: python2.settled(summary) for name, summary in summaries.items()}
    used = [summaries[module] for module in package.modules.values()]
    in_notebooks = [python2.settled(reader.python(source)) for source in _sources_in(notebooks.values())]
    defined = [*in_notebooks, *used]
    chosen, reason = detect_edition(assignment, signatures(defined), package.aliases, edition)
    program = assemble(
        assignment, chosen, package, sources, summaries, notebooks, hand_out(chosen), reader, python2
    )
    return Submission(
        files.name,
        chosen,
        reason,
        program,
        constructors(defined),
        notebooks,
        files,
    )


class Reader:
    """Runs `grader.submission.inspection` in a confined worker; a new one where a file killed it.

    Parameters
    ----------
    server : ForkServer
    limits : Limits
        Of the worker. The worker may serve on afterwards, as the first to run what it has read.
    """

    def __init__(self, server: ForkServer, limits: Limits) -> None:
        self._server = server
        self._limits = limits
        self._worker: Worker | None = None
        self._seconds_left = ALL_FILES_SECONDS

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()

    def release(self) -> Worker | None:
        """The worker, if it is well; from now on it is the caller's to close."""
        worker, self._worker = self._worker, None
        return worker if worker is not None and worker.alive else None

    def python(self, source: bytes) -> PythonSummary:
        """The summary of a Python file."""
        try:
            return self._decoded("python_as_json", source, PythonSummary)
        except StudentFault as fault:
            problem = SyntaxProblem(line=None, text="", message=f"cannot be parsed: {fault}", python2=False)
            return PythonSummary(error=problem, functions={}, classes={}, imports=())

    def notebook(self, source: bytes) -> Notebook:
        """The contents of a notebook."""
        try:
            return self._decoded("notebook_as_json", source, Notebook)
        except StudentFault as fault:
            problem = f"cannot be read: {fault}"
            return Notebook(error=problem, cells=(), definitions={}, imports=(), files={})

    def replace_functions(self, source: bytes, replacements: dict[str, str]) -> str | None:
        """The source with some functions replaced, or None if that cannot be done."""
        try:
            return self._asked("replaced_as_array", source, replacements).decode("utf-8", "replace")
        except StudentFault:
            return None

    def _decoded(self, function: str, source: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(self._asked(function, source), type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise StudentFault(f"its contents cannot be told ({error})") from error

    def _asked(self, function: str, source: bytes, *more: dict[str, str]) -> bytes:
        """The answer, within what is left of the time for all files."""
        if self._seconds_left <= 0:
            raise StudentFault(f"reading the files before it took {ALL_FILES_SECONDS:g} s")
        if self._worker is None or not self._worker.alive:
            self._worker = self._server.open(Bundle((), READING), self._limits)
        limits = replace(LIMITS, wall_seconds=min(LIMITS.wall_seconds, self._seconds_left))
        begin = time.monotonic()
        try:
            place = Place(INSPECTION.name).attribute(function)
            value = self._worker.call(place, np.frombuffer(source, np.uint8), *more, limits=limits).value
        finally:
            self._seconds_left -= time.monotonic() - begin
        if not isinstance(value, np.ndarray) or value.dtype != np.uint8:
            raise StudentFault("its contents cannot be told")
        return value.tobytes()


def _sources_in(notebooks: Iterable[Notebook]) -> Iterator[bytes]:
    """What notebooks hold that can tell the edition: classes, and files that cells write."""
    for notebook in notebooks:
        yield from (written.source.encode() for written in notebook.files.values())
        yield from (entry.source.encode() for entry in notebook.definitions.values() if entry.form is None)
