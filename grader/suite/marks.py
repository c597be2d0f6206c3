"""The mark that makes a test function a graded check."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def check(
    section: str,
    *,
    about: str | Sequence[str],
    needs: str | Sequence[str] = (),
    weight: float = 1.0,
    seconds: float | None = None,
) -> pytest.MarkDecorator:
    """Mark a test function as a graded check.

    Parameters
    ----------
    section : str
        The id of a section of ``assignment.toml``.
    about : str or sequence of str
        Functions whose work this check judges.
    needs : str or sequence of str
        Functions that must run (rightly or not) for the check to mean anything.
    weight : float
        Its share of the section's points, relative to the section's other checks.
    seconds : float, optional
        A wall-clock limit for this check.
    """
    return pytest.mark.check(section=section, about=about, needs=needs, weight=weight, seconds=seconds)
