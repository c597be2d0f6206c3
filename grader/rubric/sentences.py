"""An answer cut into sentences and clauses, each with its place in the visible text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_SENTENCE_END = regex.compile(
    r"\n\s*\n|\n(?=\s*(?:[(\[]?\d{1,2}[.):\]]|[a-d][.)]|[-+*•·])\s)|[。；！？;!?]+|(?<=\p{Han})\.|(?<!\b(?:e\.g|i\.e|vs|etc|Fig|eq|resp))"
    r"(?<!^\s*\d{1,2})(?<!\n\s*[(]?\d{1,2})(?<![,;:]\s*\d)\.(?=\s|\Z|\p{Han}|[A-Z][a-z])"
    # A long line that goes on in small letters was broken at a margin; any other line end is one.
    r"|\n(?!\p{Ll})|(?<![^\n]{45})\n",
    regex.M,
)
_DEGREE = (
    r"(?!\s+(?:much|many|far|few|little|well|is\b|long|soon|possible|sensitive|robust|large|small|big|good|bad|"
    r"strong\w*|high|low|easily|easy|hard|heavily|important|critical|quickly|opposed|compared|before|expected|usual))"
)
"""After "as" and "so", what makes them a matter of degree and no reason."""
_CLAUSE_END = regex.compile(
    r"[,，、:()（）]|—|--|(?<=\s)-(?=\s)|[→⇒⟹]|[=-]+>(?!\s*\d)"
    r"|\b(?=(?:when|if|unless|but|while|whereas|however|although|though|because|since|and|which|therefore|thus|"
    rf"hence|unlike|instead|pero|mientras|aunque|porque|ya que|y|por lo tanto)\b|(?:so|as)\b{_DEGREE})"
    r"|(?=但|如果|然而|不过|而(?!且)|因为|因此|所以|从而|由于|相反|而且|并且|同时)"
    r"|(?<=지만|는데|때문에|므로|아서|어서|하고|이고|하며|으며)",
    regex.I,
)
_ASKING = regex.compile(
    r"\b(?:which|what|why|how|when|where|who|does|do|did|is|are|would|will|should|can|could)\b"
    r"|\b(?:qué|cuál|cómo|cuándo|por qué)\b"
    r"|¿|什么|哪|如何|怎么|为何|是否|是不是|会不会|有没有|吗\s*$|왜|무엇|무슨|어떤|어떻게|언제|까\s*$",
    regex.I,
)
"""Words that ask; a mere question mark may also stand for doubt, and doubt is an answer."""
_NUMBER = regex.compile(r"\s*[(\[]?(\d{1,2})(?:[.):\]、]|\s|$)(?!\d)")
_NOTHING = regex.compile(r"[\W\d_]*")


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a sentence, between two places of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, between two places of the text."""

    start: int
    end: int
    clauses: tuple[Clause, ...]
    question: bool
    number: int | None
    """The number before it, if it starts a line: a list item or an option."""


LONGEST = 600
"""Characters of a sentence; a longer one is cut, so that no text can take long to read."""


def sentences(text: str) -> list[Sentence]:
    """Cut a text into sentences."""
    found, start = [], 0
    for end in [*_SENTENCE_END.finditer(text), None]:
        stop = end.start() if end else len(text)
        asks = bool(end) and "?" in end[0]
        for begin, cut in _pieces(text, start, stop):
            if text[begin:cut].strip():
                number = _NUMBER.match(text, begin, cut) if _starts_line(text, begin) else None
                found.append(
                    Sentence(
                        begin,
                        cut,
                        tuple(_clauses(text, begin, cut)),
                        asks and bool(_ASKING.search(text, begin, cut)),
                        int(number[1]) if number else None,
                    )
                )
        start = end.end() if end else stop
    return found


def _pieces(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    while stop - start > LONGEST:
        gaps = (text.rfind(gap, start + LONGEST // 2, start + LONGEST) for gap in (",", "，", " "))
        cut = next((gap + 1 for gap in gaps if gap >= 0), start + LONGEST)
        yield start, cut
        start = cut
    yield start, stop


def _starts_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip()


def _clauses(text: str, start: int, stop: int) -> list[Clause]:
    found, begin = [], start
    for end in _CLAUSE_END.finditer(text, start, stop):
        if _NOTHING.fullmatch(text, begin, end.start()):
            continue  # "1)" and the like belong to what follows
        found.append(Clause(begin, end.end()))
        begin = end.end()
    if begin < stop:
        found.append(Clause(begin, stop))
    return found
