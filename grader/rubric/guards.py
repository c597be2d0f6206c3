"""What makes an answer unfit for being judged by its words: then a person reads it.

None of this takes points away. It only keeps words that explain nothing from earning any.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
from rapidfuzz import fuzz

from grader.rubric.plain import SMALL_CHARACTERS, SMALL_SYLLABLES, SMALL_WORDS
from grader.rubric.reading import Reading
from grader.rubric.schema import Question

_TO_THE_GRADER = regex.compile(
    r"\b(?:full (?:marks?|points?|credit|score)|grader|rubric|deduct\w*|auto.?grad\w*|marking scheme|"
    r"ignore (?:all |any |the )?(?:previous|above)|award|"
    r"(?:missing|missed|insufficient|incorrect|improper|invalid) "
    r"(?:analysis|justification|explanation|reasons?)|give me|points? off|"
    r"(?:must|should|does not|doesn't|did not|didn't) (?:say|mention|state|choose|select)|"
    r"[-–]\s?\d(?:\.\d)? ?(?:pts?|points?)\b)"
    r"|满分|扣分|给分|评分|得分点|评卷|阅卷|만점|감점|채점|puntuación máxima|rúbrica",
    regex.I,
)
_VERB = r"(?:does|do|did|is|are|has|have|will|would|can|could)"
_UP, _DOWN = "(?:increase|raise)d?", "(?:decrease|reduce|lower)(?:d|ed)?"
_MORE, _LESS = "(?:增大|增加|提高|调大)", "(?:减小|减少|降低|调小)"
_OPPOSITES = ((_UP, _DOWN), ("better", "worse"), ("sensitive", "(?:robust|insensitive)"))
_BOTH_WAYS = regex.compile(
    rf"\b{_VERB} (?:or|and) {_VERB} not\b|\b(\w{{3,}}?)s? (?:or|and) (?:{_VERB} )?not (?:be )?\1"
    r"|\b(more|less) (\w+) (?:and|or) (?:more|less) \3"
    + "".join(rf"|\b(?:{a},? (?:and|or|{b} or) {b}|{b},? (?:and|or|{a} or) {a})\b" for a, b in _OPPOSITES)
    + rf"|\b{_UP}, {_DOWN},? or\b|\b{_DOWN}, {_UP},? or\b"
    + r"|\b(?:rais|increas)es and (?:lower|reduc|decreas)\w*"
    + r"|\b(?:lower|reduc|decreas)\w* and (?:rais|increas)es"
    + rf"|{_MORE}(?:或者?|和|及|、){_LESS}|{_LESS}(?:或者?|和|及|、){_MORE}"
    r"|(?:会|有|是)(?:或|和|也)(?:不会|没有|不是)",
    regex.I,
)
"""Both sides of an alternative in one breath."""
_WORD, _EASTERN = regex.compile(r"\p{Latin}+"), regex.compile(r"[\p{Han}\p{Hangul}]")
_SEPARATOR = regex.compile(r"[,;、，；|/\n.。·•]+|\s[-–]\s")
_JOINER = regex.compile(r"[→⇒⟹:]|[=-]+>|[<>=]=?|(?<=\w)'(?=\w)")
"""Signs that join words as verbs do."""


def objections(reading: Reading, question: Question) -> tuple[str, ...]:
    """Why nothing in the answer may earn points without a person; usually nothing."""
    return tuple(_objections(reading, question))


def _objections(reading: Reading, question: Question) -> Iterator[str]:
    if reading.hidden:
        yield "text that a reader does not see was left out"
    told = _TO_THE_GRADER.search(reading.text)
    if told:
        yield f"it speaks to the grader: {told[0]!r}"
    if any(_like(line, item.wording) for line in reading.text.splitlines() for item in question.items):
        yield "it repeats the marking scheme"
    plain_choice = question.choices is not None and question.choices.unlabelled is None
    if not plain_choice and _is_word_list(reading.text):
        yield "it is a list of words, not an explanation"
    said = _BOTH_WAYS.search(reading.text)
    if said:
        yield f"it says a thing and its opposite: {said[0]!r}"
    if _repeats(reading):
        yield "it repeats itself"


def _like(line: str, wording: str) -> bool:
    return len(line.split()) >= 4 and fuzz.token_sort_ratio(line.lower(), wording.lower()) >= 85


def _is_word_list(text: str) -> bool:
    """Whether almost nothing in the text joins its words."""
    words = _WORD.findall(text.lower())
    east = _EASTERN.findall(text)
    pieces = [piece for piece in _SEPARATOR.split(text) if piece.strip()]
    if len(east) > len(words):
        small = sum(one in SMALL_CHARACTERS or one in SMALL_SYLLABLES for one in east)
        small += len(_JOINER.findall(text))
        return len(pieces) >= 5 and len(east) >= 12 and small < 0.09 * len(east)
    small = sum(word in SMALL_WORDS for word in words) + len(_JOINER.findall(text))
    if len(words) < 8:
        return False
    short = sum(len(piece.split()) <= 3 for piece in pieces)
    return small < 0.12 * len(words) or (
        len(pieces) >= 6 and short > 0.7 * len(pieces) and small < 0.22 * len(words)
    )


def _repeats(reading: Reading) -> bool:
    told = [read.folded.text for read in reading.sentences if len(read.folded.starts) > 3]
    return len(told) >= 4 and len(set(told)) <= len(told) / 2
