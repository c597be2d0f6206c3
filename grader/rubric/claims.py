"""What notebooks show beside what the grader found: output that is stale or edited, and training claims.

The public checks are the notebooks' own, so a notebook that prints a small error for a function that
fails them shows what another version of the code gave. Anybody can edit saved output: nothing here ever
changes points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.model import CheckResult, Outcome
from grader.rubric.outputs import PrintedValue, TrainingClaim, printed_values, training_claims
from grader.submission.contents import Notebook
from grader.written import PrintedClaim

SMALL_ERROR = 1e-4
"""The notebooks ask for errors of 1e-6 and less; this leaves room for float32."""
LARGE_ERROR = 1e-2

_GRADIENT = re.compile(r"\bd([a-z]\w*)\b", re.I)
_WANTED = {
    "overfits 50 images": "the exercise asks for all of them",
    "validation accuracy": "the exercise asks for 50 %",
}


def claims(
    notebooks: Mapping[str, Notebook], results: Sequence[CheckResult], functions: Iterable[str]
) -> tuple[PrintedClaim, ...]:
    """What is worth a look.

    Parameters
    ----------
    notebooks : mapping
        By path.
    results : sequence of CheckResult
    functions : iterable of str
        Those of the interface.
    """
    names = re.compile(rf"\b({'|'.join(sorted(functions, key=len, reverse=True))})\s*\(")
    public = [result for result in results if result.visibility == "public"]
    found = [
        claim
        for value in printed_values(notebooks)
        if value.kind == "error" and 0 <= value.value < float("inf")
        for claim in _beside(value, _function(value, notebooks, names), public)
    ]
    found += map(_training, training_claims(notebooks))
    return tuple(dict.fromkeys(found))


def _function(value: PrintedValue, notebooks: Mapping[str, Notebook], names: re.Pattern[str]) -> str | None:
    """The function that a printed error is about, if there is one only that it can be."""
    source = next(cell.source for cell in notebooks[value.file].cells if cell.number == value.cell)
    called = set(names.findall(source))
    named = {name for name in called if name in value.group}
    backward = _gradient(value.label) is not None
    fitting = {name for name in named or called if ("backward" in name) == backward}
    return fitting.pop() if len(fitting) == 1 else None


def _gradient(label: str) -> str | None:
    """``dw`` of ``dW error``."""
    found = _GRADIENT.search(label)
    return f"d{found[1].casefold()}" if found and found[1].casefold() not in ("ifference", "iff") else None


def _beside(
    value: PrintedValue, function: str | None, public: Sequence[CheckResult]
) -> Iterator[PrintedClaim]:
    about = [result for result in public if function in result.targets and len(result.targets) <= 2]
    if function is None or not about:
        return
    says = f"{value.label}: {value.value:g}" + (f" ({value.group})" if value.group else "")
    gradient = _gradient(value.label)
    for result in about:
        finding = result.finding
        wrong = result.outcome is Outcome.FAIL and finding is not None and gradient in (None, finding.value)
        if value.value <= SMALL_ERROR and wrong and finding is not None:
            now = "" if finding.relative_error is None else f", relative error {finding.relative_error:.2g}"
            finds = f"{function} is now wrong: {finding.value}{now}"
            yield PrintedClaim(file=value.file, cell=value.cell, says=says, finds=finds, kind="stale")
            return
    if value.value >= LARGE_ERROR and all(result.outcome is Outcome.PASS for result in about):
        finds = f"{function} is right now: the output is older than the code"
        yield PrintedClaim(file=value.file, cell=value.cell, says=says, finds=finds, kind="stale")


def _training(claim: TrainingClaim) -> PrintedClaim:
    return PrintedClaim(
        file=claim.file,
        cell=claim.cell,
        says=f"{claim.claim}: {claim.value:.1%}",
        finds=_WANTED[claim.claim],
        kind="training",
        met=claim.met,
    )
