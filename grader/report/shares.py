"""How many points a single check is worth: its section's points, shared among the checks by weight.

This is for display. The points of a section are what its record says, however they came about.
"""

from __future__ import annotations

from collections import defaultdict

from grader.model import Report


def shares(report: Report) -> tuple[float, ...]:
    """The points of every check of the report, in its order; 0 where the section has none to share."""
    weights: dict[str, float] = defaultdict(float)
    for check in report.checks:
        weights[check.section] += check.weight
    maxima = {section.id: section.maximum for section in report.sections}
    return tuple(
        maxima.get(check.section, 0.0) * check.weight / weights[check.section] if check.weight else 0.0
        for check in report.checks
    )
