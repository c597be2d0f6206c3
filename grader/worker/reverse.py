"""Functions that the judge computes for a submission's code: reverse calls.

A net can be judged on layers that are known to be right by serving these from here. The submission
sees functions; their caches stay in the judge and are handles to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from grader.worker.inside.values import Handle, Value
from grader.worker.inside.wire import Malformed

Kind: TypeAlias = Literal["ValueError", "TypeError", "RuntimeError", "IndexError", "KeyError"]


class Refusal(Exception):
    """What a served function raises when the submission called it wrongly.

    The submission's code sees an ordinary exception of that kind at its own line. Any other
    exception of a served function is taken for a fault of ours.

    Parameters
    ----------
    kind : str
        A built-in exception.
    message : str
        The submission can read it: nothing secret.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class ServeCaps:
    """How much a submission may have the judge compute."""

    calls: int = 2000  # per request of the judge
    argument_bytes: int = 1 << 29  # over the life of the worker; kept caches cannot hold more
    seconds: float = 60.0  # of the judge's time, over the life of the worker
    nesting: int = 4
    kept: int = 10_000


@dataclass(frozen=True, slots=True)
class ReverseCall:
    """One call from the submission. The arguments are hostile data: arrays, numbers, text, and
    objects that were kept before."""  # noqa: D209, D205 - one thought

    module: str
    function: str
    positional: tuple[Any, ...]
    keywords: dict[str, Any]
    keep: Callable[[object, str], Handle]
    """Keeps an object in the judge and gives the handle that may be sent in its place."""


Serve: TypeAlias = Callable[[ReverseCall], Value]


class Kept:
    """The judge's objects that a submission holds handles to.

    Parameters
    ----------
    most : int
    """

    def __init__(self, most: int) -> None:
        self._objects: dict[int, object] = {}
        self._most = most

    def keep(self, value: object, kind: str) -> Handle:
        """A handle to ``value``."""
        if len(self._objects) >= self._most:
            raise Refusal("RuntimeError", f"more than {self._most} results are kept")
        number = len(self._objects) + 1
        self._objects[number] = value
        return Handle(number, kind, "judge")

    def resolve(self, value: Any) -> Any:
        """``value`` with the objects in the place of the judge's handles.

        Raises
        ------
        Malformed
            For a handle that was never given out: an accident cannot make one.
        """
        if isinstance(value, Handle):
            if value.owner != "judge" or value.number not in self._objects:
                raise Malformed("a handle that was never given out")
            return self._objects[value.number]
        if isinstance(value, list):
            return [self.resolve(entry) for entry in value]
        if isinstance(value, tuple):
            return tuple(self.resolve(entry) for entry in value)
        if isinstance(value, dict):
            return {key: self.resolve(entry) for key, entry in value.items()}
        return value
