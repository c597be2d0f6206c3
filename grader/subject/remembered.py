"""The trusted implementation, whose answers are kept: a class of submissions pays for them once."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any


class Remembered:
    """A module whose functions compute every answer once.

    Inputs come from the run's seed and the check, so all submissions of a run ask the same
    questions. A function that updates a dict among its arguments does so on every call.

    Parameters
    ----------
    module : module
        Its public functions; classes are handed through, since a net has a state.
    most : int
        Answers to keep; then the table starts anew.
    """

    def __init__(self, module: ModuleType, most: int = 20_000) -> None:
        self._module = module
        self._most = most
        self._answers: dict[tuple[str, bytes], tuple[Any, list[Any]]] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if isinstance(value, type) or not callable(value):
            return value
        return self._function(name, value)

    def _function(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def remembered(*arguments: Any) -> Any:
            key = name, _digest(arguments)
            if key not in self._answers:
                if len(self._answers) >= self._most:
                    self._answers.clear()
                result = function(*arguments)
                self._answers[key] = _own(result), [dict(a) for a in arguments if isinstance(a, dict)]
            result, states = self._answers[key]
            for argument, state in zip((a for a in arguments if isinstance(a, dict)), states, strict=True):
                argument.update(state)
            return _own(result)

        return remembered


def _own(value: Any) -> Any:
    """The value with dicts of its own: a caller may hand a returned state in again, to be updated."""
    if type(value) is tuple:
        return tuple(_own(part) for part in value)
    return dict(value) if type(value) is dict else value


def _digest(arguments: tuple[Any, ...]) -> bytes:
    # The pickle is only hashed, never loaded; it is the judge's own data.
    return hashlib.blake2b(pickle.dumps(arguments, protocol=5), digest_size=16).digest()
