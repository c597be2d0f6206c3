"""What a submission prints: a file of fixed size in memory, which it can fill but not let grow."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from typing import Final

from grader.worker.text import readable

SHOWN: Final = 3000  # characters
_PIECE: Final = 1024


class Output:
    """The standard output and error of one worker.

    Parameters
    ----------
    limit : int
        Its size in bytes.
    sealed : bool
        Whether the kernel shall keep it from growing. Only a test says no.
    """

    def __init__(self, limit: int, *, sealed: bool) -> None:
        self._limit = limit
        self._kept: bytes | None = None  # once it is closed
        if sys.platform == "linux":
            self.descriptor = os.memfd_create("output", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(self.descriptor, limit)
            if not sealed:
                return
            import fcntl  # Windows has none

            seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
        else:  # not run here
            self.descriptor, path = tempfile.mkstemp(prefix="grader-output-")
            with suppress(OSError):
                os.unlink(path)

    def text(self) -> str:
        """The beginning of it, made readable."""
        return self.since(0)[0]

    def since(self, start: int) -> tuple[str, int]:
        """What was printed from byte ``start`` on, its beginning made readable, and where it ends."""
        data = self._written(start)
        return readable(data.decode("utf-8", "replace"), SHOWN), start + len(data)

    def close(self) -> None:
        """Give the memory back; what was printed can still be read."""
        if self._kept is None:
            self._kept = self._written(0)
            os.close(self.descriptor)

    def _written(self, start: int) -> bytes:
        if self._kept is not None:
            return self._kept[start:]
        found = piece = self._read(start)
        # Mostly there is little or nothing.
        while len(piece) == _PIECE and not piece.endswith(b"\0") and len(found) < self._limit:
            piece = self._read(start + len(found))
            found += piece
        return found.rstrip(b"\0")  # what has not been written yet

    def _read(self, start: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self.descriptor, _PIECE, start)
        os.lseek(self.descriptor, start, os.SEEK_SET)  # Windows; not run here
        return os.read(self.descriptor, _PIECE)
