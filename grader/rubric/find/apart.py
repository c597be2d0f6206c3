"""Reads HTML and PDF files in a process of their own, with limits on time, memory and output."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

import msgspec

from grader.model import Record
from grader.rubric.find import export
from grader.rubric.find.documents import Block, Document, from_blocks, from_text

LARGEST_FILE = 20 << 20
SECONDS = 90.0

_KINDS = {".html": "html", ".htm": "html", ".pdf": "pdf"}
_TEXTS = {".md", ".markdown", ".rmd", ".qmd", ".txt", ".py"}


class _Block(Record, frozen=True, kw_only=True):
    text: str
    code: bool
    cell: int | None


class _Read(Record, frozen=True, kw_only=True):
    cells: bool
    blocks: tuple[_Block, ...]
    error: str | None = None
    note: str | None = None


def read_document(path: str, data: bytes, *, seconds: float = SECONDS) -> Document | None:
    """A document that answers may stand in, of any kind but a notebook.

    Parameters
    ----------
    path : str
        Its name tells what it is.
    data : bytes
    seconds : float
        How long an HTML or PDF file may take.

    Returns
    -------
    Document or None
        None for a file of another kind. A file that cannot be read is a document without blocks,
        and its ``notes`` say why.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _TEXTS:
        return from_text(path, data[:LARGEST_FILE].decode("utf-8-sig", "replace"))
    if suffix not in _KINDS:
        return None
    if len(data) > LARGEST_FILE:
        return _unread(path, f"larger than {LARGEST_FILE >> 20} MiB")
    return _read(path, _KINDS[suffix], data, seconds)


def _read(path: str, kind: str, data: bytes, seconds: float) -> Document:
    command = [sys.executable, "-I", "-B", str(Path(export.__file__)), kind]
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
        source.write(data)
        source.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the document is only its input
                command, stdin=source, stdout=output, stderr=subprocess.DEVNULL, env={}, cwd="/",
                timeout=seconds, check=False, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return _unread(path, f"it takes longer than {seconds:g} s")
        if done.returncode != 0:
            return _unread(path, "its parser was stopped or ran out of memory or time")
        output.seek(0)
        written = output.read(export.OUTPUT_BYTES + 1)
    try:
        read = msgspec.json.decode(written, type=_Read)
    except msgspec.DecodeError as error:
        return _unread(path, str(error))
    if read.error is not None:
        return _unread(path, read.error)
    blocks = tuple(Block(block.text, block.code, block.cell) for block in read.blocks)
    notes = () if read.note is None else (f"{path}: {read.note}",)
    return from_blocks(path, blocks, cells=read.cells, notes=notes)


def _unread(path: str, reason: str) -> Document:
    return Document(path, (), notes=(f"{path}: cannot be read, {reason}",))
