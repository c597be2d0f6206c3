"""Decisions and deductions put into reports: no code runs again, only points are worked out anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from grader.model import Report
from grader.review.decisions import Made, decision_for
from grader.rubric.marking import scored
from grader.rubric.schema import Question
from grader.written import Decision, WrittenAnswer

_ANOTHER_TEXT = "an earlier decision was about another text of this answer"


def decided(report: Report, made: Sequence[Made], questions: Mapping[str, Question]) -> Report:
    """The report with people's decisions, and with the deductions that the question files have now.

    Parameters
    ----------
    report : Report
    made : sequence of Made
    questions : mapping
        By id. Questions that are no longer there are left as they are.
    """
    name = report.submission.name
    answers = tuple(_answer(name, answer, made, questions) for answer in report.answers)
    by_id = {answer.question: answer for answer in answers}
    sections = tuple(
        replace(
            section,
            title=by_id[section.id].title,
            maximum=by_id[section.id].maximum,
            earned=by_id[section.id].earned,
            undecided=by_id[section.id].undecided,
        )
        if section.id in by_id
        else section
        for section in report.sections
    )
    return replace(report, answers=answers, sections=sections)


def _answer(
    name: str, answer: WrittenAnswer, made: Sequence[Made], questions: Mapping[str, Question]
) -> WrittenAnswer:
    question = questions.get(answer.question)
    if question is None:
        return answer
    answer = _with_present_items(answer, question)
    decision = decision_for(name, answer, made)
    if decision is not None:
        answer = _with_decision(answer, decision)
    elif any(one.submission == name and one.question == answer.question for one in made):
        answer = replace(answer, notes=tuple(dict.fromkeys((*answer.notes, _ANOTHER_TEXT))))
    return scored(question, answer)


def _with_present_items(answer: WrittenAnswer, question: Question) -> WrittenAnswer:
    """The deductions and words of the question file, and only the items that it still has."""
    present = {item.id: item for item in question.items}
    return replace(
        answer,
        items=tuple(
            replace(item, deduction=present[item.id].deduction, wording=present[item.id].wording)
            for item in answer.items
            if item.id in present
        ),
    )


def _with_decision(answer: WrittenAnswer, decision: Decision) -> WrittenAnswer:
    return replace(
        answer,
        decision=decision,
        items=tuple(
            replace(item, applies=item.id in decision.items, by="person", reason="") for item in answer.items
        ),
    )
