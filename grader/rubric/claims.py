"""What notebooks show beside what the grader found: output that is stale or edited, and training claims.

The public checks are the notebooks' own, so a notebook that prints a small error for a function that
fails them shows what another version of the code gave. Anybody can edit saved output: nothing here ever
changes points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from grader.model import CheckResult, Outcome
from grader.rubric.outputs import PrintedValue, TrainingClaim, printed_values, training_claims
from grader.subject.interface import Interface
from grader.submission.contents import Notebook
from grader.written import PrintedClaim

SMALL_ERROR = 1e-4
"""The notebooks ask for errors of 1e-6 and less; this leaves room for float32."""
LARGE_ERROR = 0.1
"""Right code prints up to 2e-2 for some gradients of the convolutional net, whose loss has kinks."""

_GRADIENT = re.compile(r"\bd([a-z]\w*)\b", re.I)
_WANTED = {
    "overfits 50 images": "the exercise asks for all of them",
    "validation accuracy": "the exercise asks for 50 %",
}


def claims(
    notebooks: Mapping[str, Notebook], results: Sequence[CheckResult], interface: Interface
) -> tuple[PrintedClaim, ...]:
    """What is worth a look.

    Parameters
    ----------
    notebooks : mapping
        By path.
    results : sequence of CheckResult
    interface : Interface
    """
    gives: dict[str, Sequence[str]] = {
        name: [slot.name for slot in function.gives] for name, function in interface.functions.items()
    }
    gives |= dict.fromkeys(interface.classes, ())
    public = [result for result in results if result.visibility == "public"]
    stale: dict[tuple[str, int, str], list[PrintedClaim]] = {}
    for value in printed_values(notebooks, gives):
        if value.kind == "error" and value.about and 0 <= value.value < float("inf"):
            about = [result for result in public if value.about in result.targets]
            claim = _beside(value, about, whole=value.about in interface.classes)
            if claim is not None:
                stale.setdefault((value.file, value.cell, value.about), []).append(claim)
    return (*map(_together, stale.values()), *map(_training, training_claims(notebooks)))


def _together(found: Sequence[PrintedClaim]) -> PrintedClaim:
    """One claim for what a cell prints about one function."""
    more = f" and {len(found) - 1} more such numbers" if len(found) > 1 else ""
    return replace(found[0], says=f"{found[0].says}{more}")


def _gradient(label: str) -> str | None:
    """``dw`` of ``dW error``."""
    found = _GRADIENT.search(label)
    return f"d{found[1].casefold()}" if found and found[1].casefold() not in ("ifference", "iff") else None


def _beside(value: PrintedValue, about: Sequence[CheckResult], *, whole: bool) -> PrintedClaim | None:
    """A claim, if what is printed and what the checks of the same function say cannot both be true.

    Of a net (``whole``) a notebook prints the gradients with many options, which checks have each for
    themselves; only one that passes none of them is wrong whatever the options.
    """
    says = f"{value.label}: {value.value:g}" + (f" ({value.group})" if value.group else "")
    wrong = [result for result in about if result.outcome is Outcome.FAIL and _same(value, result)]
    if whole and any(result.outcome is Outcome.PASS for result in about):
        wrong = []
    if value.value <= SMALL_ERROR and wrong:
        error = wrong[0].finding.relative_error if wrong[0].finding is not None else None
        now = "" if error is None else f", relative error {error:.2g}"
        finds = f"{value.about} is now wrong{now}"
    elif value.value >= LARGE_ERROR and about and all(one.outcome is Outcome.PASS for one in about):
        finds = f"{value.about} is right now: the output is older than the code"
    else:
        return None
    return PrintedClaim(file=value.file, cell=value.cell, says=says, finds=finds, kind="stale")


def _same(value: PrintedValue, result: CheckResult) -> bool:
    """Whether the check found the printed result wrong, and not another one of the same function."""
    printed = _gradient(value.label)
    return result.finding is not None and printed in (None, result.finding.value)


def _training(claim: TrainingClaim) -> PrintedClaim:
    return PrintedClaim(
        file=claim.file,
        cell=claim.cell,
        says=f"{claim.claim}{f' ({claim.about})' if claim.about else ''}: {claim.value:.1%}",
        finds=_WANTED[claim.claim],
        kind="training",
        met=claim.met,
    )
