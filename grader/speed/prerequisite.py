"""What has to be right before a function is timed: its values, as the checks found them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from grader.model import CheckResult, Outcome


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a function is not timed."""

    outcome: Outcome
    reason: str


def obstacle(name: str, results: Iterable[CheckResult], counted: Container[str]) -> Obstacle | None:
    """Why a function is not timed; None if it may be.

    Parameters
    ----------
    name : str
        The function.
    results : iterable of CheckResult
        Of the hand-in.
    counted : container of str
        The ids of the sections that make up the grade: what is asked beyond the notebook stops nobody.

    Returns
    -------
    Obstacle or None
        A function that no check was about may be timed: every round looks at its values, too.
    """
    about = [check for check in results if name in check.targets and check.section in counted]
    others = [check for check in about if check.outcome is not Outcome.PASS]
    if not others:
        return None
    if all(check.outcome.undecided for check in others):
        return Obstacle(Outcome.GRADER_FAULT, "not timed: nobody could judge whether its values are right")
    missing = [check for check in others if check.outcome is Outcome.MISSING]
    if missing:
        return Obstacle(Outcome.MISSING, missing[0].safe_reason)
    failed = f"{len(others)} of {len(about)} checks of {name} did not pass"
    return Obstacle(Outcome.SKIPPED, f"not timed, so nothing is earned: {failed}")
