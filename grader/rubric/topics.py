"""What every find of a sentence is said of.

A clause that names one of the question's topics is about it, and so is what follows until another one
is named. Where a clause names several, each find belongs to the nearest; topics that are only joined
("sigmoid and ReLU") count as one. What something is compared with ("than the three-layer net") is no topic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from grader.rubric.finds import Found, Hit
from grader.rubric.fold import Folded
from grader.rubric.negation import TERMS as DENIALS
from grader.rubric.options import Named, strictly
from grader.rubric.plain import STANCE, loose
from grader.rubric.schema import Question
from grader.rubric.sentences import Sentence

_THAN = regex.compile(
    r"(?:\b(?:than|compared? (?:to|with)|in comparison (?:to|with)|relative to|versus|vs\.?|unlike|"
    r"as opposed to|(?:as|so) [\w-]+ as|comparad[oa]s? con|en comparación con|a diferencia de|in contrast to|"
    r"(?:más|menos|mejor|peor|mayor|menor)\b[^.;,]{0,30}\bque)\s+(?:[^\s,;]+\s+){0,4}"
    r"|(?:比(?!较|例|率|如)起?|相比于?|相比起|相较于?|相对于?|不如|不及|对比|高于|低于|优于|好于|差于)\s?[^,。;]{0,4})$",
    regex.I,
)
"""What stands before something that is only compared with."""
_COMPARED = regex.compile(
    r"(?!\s?[은는이가])[^,。;]{0,20}?(?:보다|에 비해|과 비교|와 비교)"
    r"|(?<=[和与跟同].{0,20})[^,。;]{0,6}(?:相比|比较而言|比起来)",
    regex.I,
)
"""What stands after it."""
_JOINED = regex.compile(
    r"\s*(?:(?:and|or|y|o|e|for|in|it|their|a|an|the|both|la|el|also|as well as|function|activ|"
    r"network|net|layer|one)\s+"
    r"|[,、/&+()]|和|与|及|跟|以|或|的|函|数|网|络|와|과|랑|또|는)*\s*"
)
_JOIN = regex.compile(r"[,、/&+和与及跟或와과랑]|\b(?:and|or|y|o|e|as well as)\b", regex.I)


@dataclass(slots=True)
class _Group:
    """Topics that are named together."""

    start: int
    end: int
    clauses: set[int]
    terms: set[str]


def numbered(
    named: Sequence[Found],
    text: str,
    sentence: Sentence,
    folded: Folded,
    question: Question,
    clauses: Sequence[tuple[int, int]],
    before: frozenset[str],
) -> list[Found]:
    """The topics that a sentence names by their numbers, or as the others, if the question has such."""
    if not question.numbered_topics:
        return []
    names = dict(enumerate(question.topics, start=1))
    found = []
    for one in [
        *strictly(text, sentence.start, sentence.end, names),
        *_others(named, text, sentence, names, before),
    ]:
        if one.options == (sentence.number,) and not text[sentence.start : one.start].strip():
            continue  # the number of the line
        place = _place(folded, one.start - sentence.start)
        number = next((n for n, (_, stop) in enumerate(clauses) if place < stop), len(clauses) - 1)
        end = max(place + 1, _place(folded, one.end - sentence.start))
        found += [
            Found(names[option], one.start, one.end, False, number, place, end) for option in one.options
        ]
    return found


def alone(
    found: Sequence[Found],
    hits: Sequence[Hit],
    folded: Folded,
    question: Question,
    clauses: Sequence[tuple[int, int]],
) -> None:
    """Mark the topics that are all there is in their clause."""
    bare: set[int] = set()
    for number, (begin, stop) in reversed(list(enumerate(clauses))):
        named = [one for one in found if one.clause == number and one.term in question.topics]
        topics = [Hit(one.term, one.place, one.place_end) for one in named]
        inside = [hit for hit in hits if begin <= hit.start < stop]
        others = [
            hit
            for hit in inside
            if hit.term not in question.only_described and not any(_overlap(hit, topic) for topic in topics)
        ]
        if not topics or others or loose(folded, topics, begin, stop, STANCE):
            continue
        own, after = folded.text[begin:stop].rstrip(), folded.text[stop:]
        heading = own[-1:] in _HEADING and number + 1 < len(clauses)
        start = clauses[number - 1][0] if number else begin
        listed = folded.text[start:begin].rstrip()[-1:] == ":" and any(
            hit.term in DENIALS for hit in hits if start <= hit.start < begin
        )  # "not so: leaky ReLU"
        goes_on = (
            number + 1 not in bare
            and bool(_GOES_ON.match(own[-1:] + after))
            and any(one.clause == number + 1 and one.term in question.topics for one in found)
        )  # "ReLU and leaky ReLU do not" names no answer
        if not heading and not listed and not goes_on and not _SETTING.match(folded.text, begin):
            bare.add(number)
    for one in found:
        one.alone = one.clause in bare and one.term in question.topics


def _overlap(hit: Hit, other: Hit) -> bool:
    return other.start < hit.end and hit.start < other.end


_SETTING = regex.compile(
    r"\s*(?:(?:in|for|with|of|at|on|when|while|if|as|by|to|en|para|con|de)\b|在|对|当|用|如果|由|从|与|和)"
)
"""What a clause begins with that only says where or when something holds."""
_GOES_ON = regex.compile(r"\S?\s*(?:and|or|y|o)\b|[、/&和与及]|.[和与及]")
_HEADING = ":(-—→⇒>"
"""What a clause ends with that is only the heading of the next one."""


_OTHERS = regex.compile(
    r"\b(?:the|both|las|los) (?:others?|rest|other (?:two|one|functions?)|otr[ao]s(?: dos)?)\b"
    r"|(?:另外|其他|其它|其余|剩下|另)的?(?:两|二|一)?(?:个|种|者)?(?=函数|激活|都|则|不|没|会|有|也|就|是)|나머지",
    regex.I,
)


def _others(
    named: Sequence[Found], text: str, sentence: Sentence, names: Mapping[int, str], before: frozenset[str]
) -> Iterator[Named]:
    """Where "the other two" are spoken of: those that were not named last."""
    for found in _OTHERS.finditer(text, sentence.start, sentence.end):
        last = {one.term for one in named if one.end <= found.start()} & set(names.values()) or before
        rest = tuple(number for number, name in names.items() if name not in last)
        if last and rest:
            yield Named(found.start(), found.end(), rest)


def _place(folded: Folded, offset: int) -> int:
    return bisect_left(folded.origin, offset)


def about(
    found: Sequence[Found],
    text: str,
    folded: Folded,
    sentence: Sentence,
    question: Question,
    before: frozenset[str],
) -> frozenset[str]:
    """Fill in what each of the finds is about, and return what the sentence was about in the end."""
    if not question.topics:
        return before
    if question.numbered_topics and sentence.number and sentence.number <= len(question.topics):
        before = frozenset({question.topics[sentence.number - 1]})
    named = [one for one in found if one.term in question.topics]
    for one in named:
        one.compared = _is_compared(one, text, sentence) or _aside(one, named, text)
    groups = _groups([one for one in named if not one.compared], folded)
    current = before
    outside: list[frozenset[str]] = []
    for number, clause in enumerate(sentence.clauses):
        depth = _depth(text[sentence.start : clause.start])
        while len(outside) > depth:  # a remark in brackets is over, and what it was about
            current = outside.pop()
        outside += [current] * (depth - len(outside))
        here = [group for group in groups if number in group.clauses]
        here = here or _condition(number, groups, sentence, text)
        if not here and not current and groups:
            here = groups[:1]  # what comes first is about what is named first
        for one in (one for one in found if one.clause == number):
            one.topics = frozenset(_nearest(one, here, folded).terms) if here else current
        if here:
            current = frozenset(here[0].terms)  # what a clause starts with is its subject
    return outside[0] if outside and not _depth(text[sentence.start : sentence.end]) else current


_CONDITION = regex.compile(
    r"\s*(?:(?:when(?:ever)?|if|with|for|as|unless|once|in case|cuando|si|con|para)\b|当|如果|若|在)",
    regex.I,
)


def _condition(number: int, groups: Sequence[_Group], sentence: Sentence, text: str) -> list[_Group]:
    """What a condition is about that follows, or what is said under the one that this clause is.

    "It is bad when the batch is small" is about the small batch, "when it is negative, ReLU ..." about ReLU.
    """
    after = [group for group in groups if number + 1 in group.clauses]
    if not after:
        return []
    opens = _CONDITION.match(text, sentence.clauses[number].start) and number == 0
    if any(min(group.clauses) <= number for group in groups):
        return []
    closes = _CONDITION.match(text, sentence.clauses[number + 1].start)
    return after[:1] if opens or closes else []


def _aside(one: Found, named: Sequence[Found], text: str) -> bool:
    """Whether a topic only belongs to what is said of another: "Adam solves the problem of AdaGrad"."""
    first = min(other.start for other in named if other.clause == one.clause)
    return first < one.start and bool(_OF.search(text, first, one.start))


_OF = regex.compile(r"\b(?:in|of|from|en|de)\s+(?:the\s+)?$", regex.I)


def _depth(text: str) -> int:
    return max(0, text.count("(") - text.count(")"))


def _is_compared(one: Found, text: str, sentence: Sentence) -> bool:
    ahead = _THAN.search(text[sentence.start : one.start])
    return bool(ahead) or bool(_COMPARED.match(text, one.end, sentence.end))


def _groups(topics: Sequence[Found], folded: Folded) -> list[_Group]:
    groups: list[_Group] = []
    for one in sorted(topics, key=lambda one: one.place):
        between = folded.text[groups[-1].end : one.place] if groups else ""
        if groups and one.place < groups[-1].end:
            joined = True
        else:
            joined = bool(groups) and bool(_JOINED.fullmatch(between)) and bool(_JOIN.search(between))
        if joined:
            groups[-1].end = max(groups[-1].end, one.place_end)
            groups[-1].clauses.add(one.clause)
            groups[-1].terms.add(one.term)
        else:
            groups.append(_Group(one.place, one.place_end, {one.clause}, {one.term}))
    return groups


def _nearest(one: Found, groups: Sequence[_Group], folded: Folded) -> _Group:
    """The group with the fewest words between; of two, the one that stands before."""

    def distance(group: _Group) -> tuple[int, int]:
        between = (
            folded.text[group.end : one.place]
            if group.end <= one.place
            else folded.text[one.place_end : group.start]
        )
        east = sum(character.isalpha() and not character.isascii() for character in between)
        return len(between.split()) + east // 2, int(group.end > one.place)

    return min(groups, key=distance)
