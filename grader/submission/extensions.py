"""Cython files of a hand-in: never compiled, and named in the report where they are not the course's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

SUFFIX = ".pyx"


def foreign_extensions(
    content: Mapping[str, bytes], known: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:  # fmt: skip
    """A sentence about every Cython file that is not as the course hands it out.

    Parameters
    ----------
    content : mapping
        Path to text, of the files of a hand-in.
    known : mapping
        Name of a file to the digests of the texts that the course has given it.
    """
    for path, text in sorted(content.items()):
        name = PurePosixPath(path).name
        if not name.endswith(SUFFIX) or digest(text) in known.get(name, ()):
            continue
        what = "changed" if name in known else "not part of the hand-out"
        yield f"{path}: {what}; not graded, for nothing of a hand-in is ever compiled"


def digest(text: bytes) -> str:
    """Equal for texts that differ in line ends, blank lines, or white space at the end of lines alone."""
    lines = (line.rstrip() for line in text.splitlines())
    return hashlib.blake2b(b"\n".join(line for line in lines if line), digest_size=16).hexdigest()
