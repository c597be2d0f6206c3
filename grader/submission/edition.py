"""Which year's assignment a hand-in answers, read from its own signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from grader.assignment import Assignment
from grader.errors import UsageError
from grader.submission.contents import FunctionSummary, PythonSummary


def detect_edition(
    assignment: Assignment,
    signatures: Mapping[str, Set[str]],
    packages: Sequence[str] = (),
    asked_for: str | None = None,
) -> tuple[str, str]:
    """The edition of a hand-in.

    Parameters
    ----------
    assignment : Assignment
    signatures : mapping
        Function or class name to the names that belong to it (`signatures`).
    packages : sequence of str
        Names by which the hand-in imports itself.
    asked_for : str, optional
        The edition that the instructor set.

    Returns
    -------
    edition : str
    why : str
        One line for the report.

    Raises
    ------
    UsageError
        If the assignment has no edition ``asked_for``.
    """
    if asked_for is not None:
        if asked_for not in assignment.editions:
            known = ", ".join(assignment.editions)
            raise UsageError(f"--edition {asked_for}: no such edition; known: {known}")
        return asked_for, "set by the instructor"
    for name, edition in assignment.editions.items():
        if edition.package not in (None, *packages):
            continue
        if all(set(wanted) <= signatures.get(item, set()) for item, wanted in edition.signature.items()):
            shown = "; ".join(f"{item}({', '.join(wanted)})" for item, wanted in edition.signature.items())
            return name, f"found from {shown}"
    first = next(iter(assignment.editions))
    return first, "no signature of any edition was found, so the first one was taken"


def signatures(summaries: Iterable[PythonSummary]) -> dict[str, Set[str]]:
    """The names that tell editions apart: parameters of functions and constructors, and methods.

    Parameters
    ----------
    summaries : iterable
        Of Python files, as `grader.submission.inspection` gives them.
    """
    every = [*summaries]
    parameters = constructors(every)
    found: dict[str, Set[str]] = {}
    for summary in every:
        for name, function in summary.functions.items():
            found[name] = {*function.parameters, *function.keyword_only}
        for name, methods in summary.classes.items():
            found[name] = {*methods, *parameters.get(name, ())}
    return found


def constructors(summaries: Iterable[PythonSummary]) -> dict[str, frozenset[str]]:
    """Class to the parameters of its constructor, which it may inherit; without those not known.

    Parameters
    ----------
    summaries : iterable
        Of Python files.
    """
    own: dict[str, FunctionSummary] = {}
    bases: dict[str, tuple[str, ...]] = {}
    for summary in summaries:
        for name, methods in summary.classes.items():
            bases[name] = tuple(base for base in summary.bases.get(name, ()) if base != name)
            own.pop(name, None)
            if "__init__" in methods:
                own[name] = methods["__init__"]
    return {name: names for name in bases if (names := _parameters(name, own, bases, set())) is not None}


def _parameters(
    name: str, own: Mapping[str, FunctionSummary], bases: Mapping[str, tuple[str, ...]], seen: set[str]
) -> frozenset[str] | None:
    """Of one class: its own, and what it hands on to the next, unless nobody knows what that takes."""
    seen.add(name)
    names: frozenset[str] = frozenset()
    if name in own:
        names = frozenset((*own[name].parameters, *own[name].keyword_only))
        if not own[name].variadic:
            return names
    for base in bases.get(name, ()):
        inherited = None if base in seen else _parameters(base, own, bases, seen)
        if inherited is not None:
            return names | inherited
    return None
