"""Standard output of a worker: text goes to the sealed output, and stops quietly when it is full.

A print must never change a score, so nothing here raises: what is too much, or cannot be written,
is dropped.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress


class Console(io.TextIOBase):
    """A text stream on a descriptor, with a limit.

    Parameters
    ----------
    descriptor : int
    limit : int
        Bytes.
    """

    def __init__(self, descriptor: int, limit: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._left = limit

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute
        """As text streams have it."""
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """As text streams have it."""
        return "backslashreplace"

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def writable(self) -> bool:
        """Always."""
        return True

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Stays open: the next call prints too."""

    def write(self, text: str, /) -> int:
        """Write what fits."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left:
            # The first slice bounds the work for a giant text, the second counts its bytes.
            data = text[: self._left].encode("utf-8", "backslashreplace")[: self._left]
            self._left -= len(data)
            with suppress(OSError):
                os.write(self._descriptor, data)
        return len(text)


def install(descriptor: int, limit: int) -> Console:
    """Make one console both standard output and standard error."""
    console = Console(descriptor, limit)
    use(console)
    return console


def use(console: Console) -> None:
    """Put the console back where student's code may have put something else."""
    sys.stdout = sys.stderr = console
