"""When two gradings must come to the same result: the same hand-in, seed, assignment and grader.

Both halves are hashes. That of the grader is taken over its own source files, so that a new version in
a checkout counts as one before anybody has given it a number.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

import grader
import reference
from grader.assignment import Assignment
from grader.pipeline import Options, suite_folders
from grader.submission.files import read_files


def run_key(assignment: Assignment, options: Options) -> str:
    """The hash of everything but the hand-in."""
    folders = [
        *(Path(file).parent for file in (grader.__file__, reference.__file__) if file is not None),
        assignment.folder,
        *suite_folders(assignment, options),
    ]
    facts = [
        *(grader.version(), platform.python_version(), np.__version__),
        *(options.seed, repr(options.edition), repr(options.public_only), *options.checks),
        repr((options.written, options.provisional, options.speed)),
    ]
    return _digest(fact.encode() for fact in [*facts, *map(_folder, folders)])


def hand_in_key(path: Path) -> str:
    """The hash of a hand-in: its name, and what of it is ever read.

    Raises
    ------
    UnreadableSubmission
    """
    name = path.name.encode("utf-8", "surrogateescape")
    if path.is_file():
        with path.open("rb") as stream:
            return _digest([name, hashlib.file_digest(stream, "blake2b").digest()])
    return _digest([name, *_contents(path)])


def _contents(path: Path) -> Iterator[bytes]:
    files = read_files(path)
    for name, data in sorted(files.content.items()):
        yield name.encode("utf-8", "surrogateescape")
        yield data
    for text in (*sorted(files.other), *files.notes):
        yield text.encode("utf-8", "surrogateescape")


def _folder(folder: Path) -> str:
    """The hash of the files below ``folder``, without what Python makes of them."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    parts = ((str(file.relative_to(folder)).encode(), file.read_bytes()) for file in files)
    return _digest(part for pair in parts for part in pair)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
