"""From a filled-in sheet to decisions: all of it is right, or nothing is taken and every fault is named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.report.text import cell
from grader.review.decisions import Made
from grader.review.groups import Group
from grader.review.sheet import Row, said_yes
from grader.rubric.schema import Question
from grader.written import Decision

_NOTHING = {"", "-", "none", "correct", "no"}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides, and when."""

    who: str
    when: str


def decisions(
    file: Path,
    sheet: Sequence[tuple[str, Row]],
    groups: Mapping[str, Sequence[Group]],
    questions: Mapping[str, Question],
    signature: Signature,
) -> list[Made]:
    """The decisions of a sheet.

    Parameters
    ----------
    file : Path
        For error messages.
    sheet : sequence of (place, row)
    groups : mapping
        Question to the groups of its answers, as they are now.
    questions : mapping
        By id.
    signature : Signature

    Raises
    ------
    UsageError
        Naming every row that cannot be taken, and why. Nothing is taken then.
    """
    problems: list[str] = []
    made = []
    for place, row in sheet:
        decide = said_yes(row["decide"])
        if decide is None:
            problems.append(f"{place}: decide: got {row['decide']!r}, wanted yes or nothing")
        if decide:
            one = _one(row, groups, questions, signature)
            if isinstance(one, Made):
                made.append(one)
            else:
                problems += [f"{place}: {problem}" for problem in one]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(f"{file}: nothing was taken over, because of\n{listed}")
    return made


def _one(
    row: Row, groups: Mapping[str, Sequence[Group]], questions: Mapping[str, Question], signature: Signature
) -> Made | list[str]:
    question = questions.get(row["question"].strip())
    if question is None:
        return [f"question: got {row['question']!r}, wanted one of {', '.join(questions)}"]
    found = _member(row, groups.get(question.id, ()))
    if isinstance(found, str):
        return [found]
    submission, group = found
    whole = said_yes(row["whole group"])
    items = [name for name in re.split(r"[,;\s]+", row["items"].strip()) if name.casefold() not in _NOTHING]
    problems = _wrong_items(items, question)
    if whole is None:
        problems.append(f"whole group: got {row['whole group']!r}, wanted yes or nothing")
    if whole and not row["text id"].strip():
        problems.append("whole group: there is no text that a group could have in common")
    if problems:
        return problems
    return Made(
        submission=submission,
        question=question.id,
        digests=group.digests if whole else (row["text id"].strip(),),
        decision=Decision(
            items=tuple(items),
            who=signature.who,
            when=signature.when,
            why=row.get("why", "").strip(),
            group=bool(whole),
        ),
    )


def _member(row: Row, groups: Sequence[Group]) -> tuple[str, Group] | str:
    """The answer that a row is about, by its hand-in and its text; else what is wrong."""
    wanted, digest = row["submission"].strip(), row["text id"].strip()
    for group in groups:
        for member in group.members:
            if wanted in (member.submission, cell(member.submission)):
                if member.answer.digest == digest:
                    return member.submission, group
                return f"the answer of {wanted} has changed since the export; export again"
    return f"submission: got {wanted!r}, which has no such answer among the results"


def _wrong_items(items: Sequence[str], question: Question) -> list[str]:
    known = [item.id for item in question.items]
    problems = [
        f"items: got {name!r}, wanted some of {', '.join(known)}" for name in items if name not in known
    ]
    for group in question.at_most_one_of:
        both = [name for name in items if name in group]
        if len(both) > 1:
            problems.append(f"items: {' and '.join(both)} exclude each other; keep one")
    return problems
