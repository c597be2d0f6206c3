"""The files of a hand-in as bytes: from a folder, a zip or a tar archive.

Nothing is ever extracted to disk. Members are read one by one with a size limit, so a bomb costs no
more than the limit; links, absolute paths and paths that climb out are left aside and reported.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from grader.errors import UnreadableSubmission

MIB = 1024 * 1024

READ_SUFFIXES = {".py", ".ipynb", ".md", ".html", ".htm", ".pdf", ".txt", ".pyx"}
"""Everything else (data, pictures, compiled files, pickles) is named, never opened."""

SKIPPED_FOLDERS = {
    "__MACOSX", "__pycache__", ".git", ".ipynb_checkpoints", ".venv", "venv", "env", ".idea", ".vscode",
    "node_modules", "site-packages", "datasets",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a hand-in is read."""

    members: int = 20_000
    read_files: int = 2_000
    total_bytes: int = 200 * MIB
    unpacked_bytes: int = 2048 * MIB
    """Of a tar archive: skipping a member means unpacking it."""
    source_bytes: int = 1 * MIB
    """Largest Python file. Real ones have under 100 kB."""
    document_bytes: int = 20 * MIB
    """Largest notebook or document; pictures in the output make them big."""

    def for_suffix(self, suffix: str) -> int:
        """The largest file with this suffix that is read."""
        return self.source_bytes if suffix in {".py", ".pyx"} else self.document_bytes


@dataclass(frozen=True, slots=True)
class Files:
    """What was read."""

    name: str
    content: dict[str, bytes]
    """By path within the hand-in, with forward slashes."""
    other: tuple[str, ...] = ()
    """Files that are there but are not read."""
    notes: tuple[str, ...] = ()
    """What was left aside, and why."""


@dataclass(slots=True)
class _Reading:
    limits: Limits
    content: dict[str, bytes] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    total: int = 0

    def offer(self, path: str, stream: IO[bytes]) -> None:
        """Read one member, if it is wanted and within the limits."""
        limit = self.limits.for_suffix(PurePosixPath(path).suffix.lower())
        if len(self.content) >= self.limits.read_files:
            self.notes.append(f"{path}: not read, more than {self.limits.read_files} files")
            return
        data = stream.read(limit + 1)
        if len(data) > limit:
            self.notes.append(f"{path}: not read, larger than {limit // MIB} MiB")
            return
        self.total += len(data)
        if self.total > self.limits.total_bytes:
            raise UnreadableSubmission(
                f"{path}: the hand-in holds more than {self.limits.total_bytes // MIB} MiB to read"
            )
        self.content[path] = data


def read_files(path: Path, limits: Limits | None = None) -> Files:
    """Read a hand-in.

    Parameters
    ----------
    path : Path
        A folder, a single ``.py`` or ``.ipynb`` file, a ``.zip`` or a ``.tar`` (also compressed).
    limits : Limits, optional

    Raises
    ------
    UnreadableSubmission
        If there is nothing at ``path``, or it is damaged, empty, or of an unknown kind.
    """
    reading = _Reading(limits or Limits())
    if path.is_dir():
        _read_folder(path, reading)
    elif not path.is_file():
        raise UnreadableSubmission(f"{path}: there is no such file or folder")
    elif path.suffix.lower() in READ_SUFFIXES:
        with path.open("rb") as stream:
            reading.offer(path.name, stream)
    elif zipfile.is_zipfile(path):
        _read_zip(path, reading)
    elif ".tar" in path.suffixes or path.suffix == ".tgz":
        _read_tar(path, reading)
    else:
        raise UnreadableSubmission(
            f"{path}: wanted a folder, a .zip, a .tar(.gz), a .py or an .ipynb; got none of these"
        )
    if not reading.content:
        raise UnreadableSubmission(f"{path}: no Python file, notebook or document in it")
    return Files(path.name, reading.content, tuple(reading.other), tuple(reading.notes))


def _read_folder(folder: Path, reading: _Reading) -> None:
    for file in _walk(folder, reading):
        relative = file.relative_to(folder).as_posix()
        if _wanted(relative, reading):
            try:
                with file.open("rb") as stream:
                    reading.offer(relative, stream)
            except OSError as error:
                reading.notes.append(f"{relative}: not read, {error.strerror}")


def _walk(folder: Path, reading: _Reading) -> Iterator[Path]:
    """Regular files below ``folder``, in a fixed order, following no link."""
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            reading.notes.append(f"{entry.name}: a link, not followed")
        elif entry.is_dir():
            if entry.name not in SKIPPED_FOLDERS:
                yield from _walk(entry, reading)
        elif entry.is_file():
            yield entry


def _read_zip(path: Path, reading: _Reading) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _require_few(path, len(members), reading)
            for member in members:
                if member.is_dir() or not _safe(member.filename, reading):
                    continue
                if _is_link(member):
                    reading.notes.append(f"{member.filename}: a link, not followed")
                elif _wanted(member.filename, reading):
                    with archive.open(member) as stream:
                        reading.offer(member.filename, stream)
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError
    ) as error:  # fmt: skip
        # RuntimeError is how zipfile says "encrypted".
        raise UnreadableSubmission(f"{path}: the zip archive cannot be read ({error})") from error


def _read_tar(path: Path, reading: _Reading) -> None:
    try:
        with tarfile.open(path) as archive:
            unpacked = 0
            for count, member in enumerate(archive):
                _require_few(path, count, reading)
                unpacked += member.size
                if unpacked > reading.limits.unpacked_bytes:
                    limit = reading.limits.unpacked_bytes // MIB
                    raise UnreadableSubmission(f"{path}: the archive unpacks to more than {limit} MiB")
                if member.isdir() or not _safe(member.name, reading):
                    continue
                if not member.isfile():
                    reading.notes.append(f"{member.name}: a link or device, not followed")
                elif _wanted(member.name, reading):
                    stream = archive.extractfile(member)
                    if stream is not None:
                        reading.offer(str(PurePosixPath(member.name)), stream)
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise UnreadableSubmission(f"{path}: the tar archive cannot be read ({error})") from error


def _require_few(path: Path, count: int, reading: _Reading) -> None:
    if count > reading.limits.members:
        raise UnreadableSubmission(f"{path}: the archive has more than {reading.limits.members} members")


def _safe(name: str, reading: _Reading) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or ":" in (parts[0] if parts else ""):
        reading.notes.append(f"{name}: left aside, the path leads out of the archive")
        return False
    return True


def _is_link(member: zipfile.ZipInfo) -> bool:
    return (member.external_attr >> 16) & 0o170000 == 0o120000


def _wanted(name: str, reading: _Reading) -> bool:
    path = PurePosixPath(name)
    if SKIPPED_FOLDERS.intersection(path.parts[:-1]) or path.name.startswith("._"):
        return False
    if path.suffix.lower() not in READ_SUFFIXES:
        reading.other.append(name)
        return False
    return True
