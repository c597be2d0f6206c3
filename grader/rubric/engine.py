"""Marks an answer: every item yes, no or unsure, with the words that decided it.

Unsure is an outcome, not a failure: a person decides, and is shown what the engine would suggest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import regex

from grader.rubric.concepts import verdicts
from grader.rubric.evidence import Span, Verdict
from grader.rubric.guards import objections
from grader.rubric.language import Language
from grader.rubric.lexicon import Lexicon
from grader.rubric.load import condition_names, terms_used
from grader.rubric.negation import TERMS as DENIALS
from grader.rubric.plain import TERMS as CAUSES
from grader.rubric.reading import Reading, read
from grader.rubric.schema import Condition, Decision, Item, Question

State = Literal["yes", "no", "unsure"]

_SAYS = regex.compile(r"[\p{L}\p{N}]")
_REFUSAL = regex.compile(
    r"\W*(?:(?:your |my )?answers?|答案?|回答|답변?|respuesta)?\W*"
    r"(?:not needed|n/?a|skip(?:ped)?|none|nothing|todo|tbd|no answer|blank|pass|idk|no idea|"
    r"i (?:do not|don't) know|"
    r"fill this in|not sure|无|略|不知道|不会|不清楚|没有|모름|모르겠\w*|없음|no s[eé]|)\W*",
    regex.I,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """An item of the marking scheme for one answer."""

    item: str
    state: State
    """Whether the item applies."""
    suggestion: bool
    """The state, or if unsure, what looks more likely."""
    confidence: float
    """From 0 to 1, of the suggestion."""
    evidence: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer with its marks."""

    question: str
    text: str
    """What a reader sees of the answer; the evidence gives places in it."""
    language: Language
    items: tuple[Decided, ...]
    """All items that the engine may set, in the order of the scheme."""
    score: float | None
    """The points, or None as long as an item that matters is unsure."""
    suggested_score: float
    """The points if every suggestion is right."""
    objections: tuple[str, ...]
    """Why words of the answer were not allowed to earn points; usually none."""

    @property
    def applied(self) -> tuple[str, ...]:
        """The items that apply for certain."""
        return tuple(item.item for item in self.items if item.state == "yes")

    @property
    def unsure(self) -> tuple[str, ...]:
        """The items that a person has to decide."""
        return tuple(item.item for item in self.items if item.state == "unsure")


class Engine:
    """Marks answers to the given questions. It keeps nothing of an answer, and draws nothing at random."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = dict(questions)
        self._lexicons: dict[tuple[str, bool], Lexicon] = {}

    def _lexicon(self, question: Question, spanish: bool) -> Lexicon:
        """The words of a question, made when they are first wanted."""
        key = (question.id, spanish)
        if key not in self._lexicons:
            self._lexicons[key] = Lexicon({**terms_used(question), **DENIALS, **CAUSES}, spanish)
        return self._lexicons[key]

    def mark(self, question_id: str, answer: str) -> Marked:
        """Mark one answer, given as the source that stands in the notebook."""
        question = self.questions[question_id]
        reading = read(answer, question, self._lexicon)
        against = objections(reading, question)
        if not _SAYS.search(reading.text) or _REFUSAL.fullmatch(reading.text):
            decided = [_blank(item, question) for item in _settable(question)]
            if against:
                decided = [_doubted(one, against) for one in decided]
        else:
            shown = verdicts(reading, question)
            decided = [_decide(item, shown, reading, question) for item in _settable(question)]
            if against:
                decided = [_doubted(one, against) for one in decided]
            decided = _exclusive(decided, question)
        least, most, suggested = _scores(decided, question)
        return Marked(
            question_id,
            reading.text,
            reading.language,
            tuple(decided),
            least if least == most else None,
            suggested,
            against,
        )


def _settable(question: Question) -> list[Item]:
    return [item for item in question.items if not item.person_only]


def _blank(item: Item, question: Question) -> Decided:
    applies = item.id in question.blank
    return Decided(item.id, "yes" if applies else "no", applies, 1.0, (), "there is no answer")


def _doubted(one: Decided, against: tuple[str, ...]) -> Decided:
    """What an answer earned by its words, left to a person."""
    if one.state != "no":
        return one
    return Decided(one.item, "unsure", one.suggestion, 0.3, one.evidence, against[0])


def _decide(item: Item, shown: Mapping[str, Verdict], reading: Reading, question: Question) -> Decided:
    decision = item.decided_by
    assert decision is not None  # noqa: S101 - only person_only items have none
    spared, spared_spans = _holds(decision.spared_by, shown)
    earned, earned_spans = _holds(decision.earned_by, shown)
    least = 0.86
    if spared == earned == "no":
        spared, spared_spans = _holds(decision.hints_spared, shown)
        earned, earned_spans = _holds(decision.hints_earned, shown)
        least = 0.74
    if spared == "yes" and earned == "yes":
        return _outcome(item, decision.both, decision, earned_spans + spared_spans, "it says both", 0.6)
    if "unclear" in (spared, earned) and earned != "yes":
        return _outcome(item, "unsure", decision, earned_spans + spared_spans, "cannot be told apart", 0.5)
    if "yes" in (spared, earned):
        outcome, spans = ("spared", spared_spans) if spared == "yes" else ("earned", earned_spans)
        return _outcome(item, outcome, decision, spans, "", min(0.98, least + 0.04 * len(spans)))
    outcome = decision.neither
    if _holds(decision.doubted_by, shown)[0] != "no":
        outcome = "unsure"
    if outcome == "earned if bare":
        outcome = "earned" if reading.bare <= question.bare else "unsure"
    return _outcome(item, outcome, decision, (), "nothing found that decides it", 0.75)


def _holds(
    conditions: tuple[Condition, ...], shown: Mapping[str, Verdict]
) -> tuple[Literal["yes", "no", "unclear"], tuple[Span, ...]]:
    """Whether any of the conditions holds, with the evidence of all that do."""
    spans: list[Span] = []
    unclear = False
    for condition in conditions:
        parts = [shown[name] for name in condition_names(condition)]
        if all(parts):
            spans += [span for part in parts for span in part.spans]
        elif all(part.state != "no" for part in parts):
            unclear = True
    if spans:
        return "yes", tuple(dict.fromkeys(spans))
    return ("unclear" if unclear else "no"), ()


def _outcome(
    item: Item, outcome: str, decision: Decision, spans: tuple[Span, ...], reason: str, confidence: float
) -> Decided:
    states: dict[str, State] = {"spared": "no", "earned": "yes", "unsure": "unsure"}
    state = states[outcome]
    applies = (decision.suggest == "earned") if state == "unsure" else state == "yes"
    return Decided(item.id, state, applies, 0.5 if state == "unsure" else confidence, spans, reason)


def _exclusive(decided: list[Decided], question: Question) -> list[Decided]:
    """Of items that exclude each other, only the first that applies or may apply is suggested."""
    by_id = {one.item: one for one in decided}
    for group in question.at_most_one_of:
        leader: Decided | None = None
        open_above = False
        for one in (by_id[item] for item in group if item in by_id):
            if leader is not None and leader.state == "yes":
                reason = f"{leader.item} applies instead"
                by_id[one.item] = replace(one, state="no", suggestion=False, reason=reason)
                continue
            if open_above and one.state == "yes":  # it may be excluded yet
                by_id[one.item] = replace(one, state="unsure", confidence=0.5)
            if leader is not None:
                by_id[one.item] = replace(by_id[one.item], suggestion=False)
            elif one.suggestion:
                leader = one
            open_above = open_above or one.state == "unsure"
    return [by_id[one.item] for one in decided]


def _scores(decided: list[Decided], question: Question) -> tuple[float, float, float]:
    """The least and the most points that are possible, and those of the suggestions."""

    def score(applies: list[str]) -> float:
        return max(
            0.0, question.maximum - sum(question.item(item).deduction for item in _kept(applies, question))
        )

    sure = [one.item for one in decided if one.state == "yes"]
    open_ = [one.item for one in decided if one.state == "unsure"]
    return score(sure + open_), score(sure), score([one.item for one in decided if one.suggestion])


def _kept(items: list[str], question: Question) -> list[str]:
    kept = list(items)
    for group in question.at_most_one_of:
        inside = [item for item in group if item in kept]
        kept = [item for item in kept if item not in inside[1:]]
    return kept
