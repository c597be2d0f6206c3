"""What the listener knows of the notebook so far, in pieces of bounded size."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Final

_NAME, _MESSAGE = 80, 500
_LONGEST_SEARCHED: Final = 10_000


class Ended(Exception):
    """The notebook cannot go on.

    Parameters
    ----------
    why : {"time", "kernel", "stuck", "printed", "nonsense"}
    detail : str
    """

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = detail


class Progress:
    """Which cells ran and which of them failed.

    Parameters
    ----------
    printed_bytes : int
        How much may be printed.
    """

    def __init__(self, printed_bytes: int) -> None:
        self._printed_left = printed_bytes
        self._failures: list[dict[str, Any]] = []
        self.ran = 0

    def printed(self, size: int) -> None:
        """Count what a cell printed or showed."""
        self._printed_left -= size

    @property
    def printed_too_much(self) -> bool:
        """Whether more was printed than may be."""
        return self._printed_left < 0

    def fails(self, place: int, name: Any, message: Any) -> None:
        """Note a cell's error: its name, and the first line of what it says."""
        lines = [line.strip() for line in text(message, _LONGEST_SEARCHED).splitlines()]
        first = next((line for line in lines if line), "")
        self._failures.append({"place": place, "error": text(name, _NAME), "message": first[:_MESSAGE]})

    def document(self, ended: Ended | None, kernel: str) -> dict[str, Any]:
        """All of it, for the judge."""
        return {
            "ran": self.ran,
            "ended": ended.why if ended else "",
            "detail": text(ended.detail, _MESSAGE) if ended else "",
            "kernel": kernel,
            "failures": self._failures,
        }


class News:
    """How the kernel's process ended, once it has.

    Parameters
    ----------
    descriptor : int
        A pipe from process 1.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._text: str | None = None

    @property
    def status(self) -> str | None:
        """Exit code, or minus the signal; None while it runs."""
        if self._text is None:
            with suppress(BlockingIOError):
                self._text = os.read(self._descriptor, 20).decode("ascii")
        return self._text


def text(value: Any, limit: int) -> str:
    """The beginning of a text that any encoding can hold; nothing of what is no text."""
    return value[:limit].encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else ""
