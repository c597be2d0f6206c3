"""The record of one known mistake, and the decorator that makes it from the wrong code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Implementation: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Mistake:
    """An implementation that is wrong in exactly one way, and what to tell the student who wrote it."""

    id: str  # the target and a name: "batchnorm_backward.mean-gradient-forgotten"
    target: str  # the function or class of the reference that it stands in for
    implementation: Implementation  # callable like the target, with the same signature
    says: str  # one sentence: what is wrong
    asks: str  # one question that leads to the remedy
    equivalent_to: tuple[str, ...] = ()  # ids of the same target whose outputs cannot be told from these


def mistake(
    *, of: str, says: str, asks: str, equivalent_to: tuple[str, ...] = ()
) -> Callable[[Implementation], Mistake]:
    """Turn the decorated function or class into a `Mistake`.

    The id is made from the target and the name of what is decorated, so that a name is written
    only once: ``mean_gradient_forgotten`` and ``MeanGradientForgotten`` both become
    ``<target>.mean-gradient-forgotten``.

    Parameters
    ----------
    of : str
        The target.
    says, asks : str
        One sentence and one question for the student.
    equivalent_to : tuple of str
        Names (the part of the id after the dot) of mistakes of the same target with the same effect.
    """

    def record(implementation: Implementation) -> Mistake:
        name = _kebab(implementation.__name__)
        twins = tuple(f"{of}.{twin}" for twin in equivalent_to)
        return Mistake(f"{of}.{name}", of, implementation, says, asks, twins)

    return record


def _kebab(name: str) -> str:
    """``mean_gradient_forgotten`` or ``MeanGradientForgotten`` as ``mean-gradient-forgotten``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return words.strip("_").replace("_", "-").lower()
