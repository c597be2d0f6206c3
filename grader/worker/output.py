"""What a submission prints: a file of fixed size in memory, which it can fill but not let grow."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from typing import Final

from grader.worker.text import readable

SHOWN: Final = 3000  # characters


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
        if hasattr(os, "pread"):
            data = os.pread(self.descriptor, self._limit, 0)
        else:  # Windows; not run here
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            data = os.read(self.descriptor, self._limit)
        data = data.rstrip(b"\0")  # what has not been written yet
        return readable(data.decode("utf-8", "replace"), SHOWN)

    def close(self) -> None:
        """Give it back."""
        os.close(self.descriptor)
