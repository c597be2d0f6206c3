"""Which known mistake a failed check shows.

The check that failed is run again, in the judge, on the reference with one mistake of the catalogue
put in its place. The inputs are the same, for they depend on the run's seed and the check alone. If
the check fails there too, on the same value, and the value is the one that the submission gave, then
that mistake is named. No match, no claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.model import Diagnosis
from grader.subject.received import NUMERIC
from grader.suite.compare import Mismatch
from grader.suite.session import Suite
from reference.mistakes import Mistake, mistakes_of


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed, with the mismatch that ended it."""

    check_id: str
    suspects: tuple[str, ...]
    """Functions that may be at fault."""
    mismatch: Mismatch


class Diagnostician:
    """Names known mistakes. What the mistakes give is worked out once per check and run.

    Parameters
    ----------
    suite : Suite
    subject_with : callable
        Builds a local subject from the reference with some functions replaced:
        ``subject_with({"affine_forward": implementation})``.
    reference : object
        What the fixture ``reference`` gives.
    seed : str
        The run's secret.
    """

    def __init__(
        self,
        suite: Suite,
        subject_with: Callable[[Mapping[str, Any]], Any],
        reference: Any,
        seed: str,
    ) -> None:
        self._suite = suite
        self._subject_with = subject_with
        self._reference = reference
        self._seed = seed
        self._known: dict[tuple[str, str], Mismatch | None] = {}

    def explain(self, failures: Iterable[Failure]) -> dict[str, Diagnosis]:
        """The mistake that each failed check shows, for those where one fits.

        Where several fit a check, the one that explains most of the submission's failures is taken.
        """
        fitting = {failure.check_id: self._fitting(failure) for failure in failures}
        votes = Counter(mistake.id for mistakes in fitting.values() for mistake in mistakes)
        return {
            check_id: _diagnosis(max(mistakes, key=lambda mistake: votes[mistake.id]))
            for check_id, mistakes in fitting.items()
            if mistakes
        }

    def _fitting(self, failure: Failure) -> list[Mistake]:
        candidates = [mistake for target in failure.suspects for mistake in mistakes_of(target)]
        return [
            mistake
            for mistake in candidates
            if same_failure(failure.mismatch, self._failure_of(mistake, failure.check_id))
        ]

    def _failure_of(self, mistake: Mistake, check_id: str) -> Mismatch | None:
        """How the check fails for a mistake; None if it passes or fails in another way."""
        key = (mistake.id, check_id)
        if key not in self._known:
            subject = self._subject_with({mistake.target: mistake.implementation})
            with np.errstate(all="ignore"):
                run = self._suite.run(check_id, subject, seed=self._seed, reference=self._reference)
            self._known[key] = run.error if isinstance(run.error, Mismatch) else None
        return self._known[key]


def same_failure(one: Mismatch, other: Mismatch | None) -> bool:
    """Whether two mismatches are about the same result and show the same value."""
    if other is None or (one.finding.call, one.finding.value) != (other.finding.call, other.finding.value):
        return False
    if one.got is None or other.got is None:
        return one.got is other.got and one.finding.kind == other.finding.kind == "property"
    if not isinstance(one.got, NUMERIC) or not isinstance(other.got, NUMERIC):
        return False
    a, b = np.asarray(one.got), np.asarray(other.got)
    if a.shape != b.shape or a.dtype.kind not in "biuf" or b.dtype.kind not in "biuf":
        return False
    a, b = a.astype(np.float64), b.astype(np.float64)
    scale = float(np.abs(b[np.isfinite(b)]).max(initial=0.0))
    return bool(np.allclose(a, b, rtol=0.0, atol=max(one.slack, other.slack) * scale, equal_nan=True))


def _diagnosis(mistake: Mistake) -> Diagnosis:
    return Diagnosis(mistake=mistake.id, says=mistake.says, asks=mistake.asks)
