"""Which numbered options a text names: ``2``, ``(b)``, ``the first two``, ``第三个``, ``2번``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import regex

_ORDINALS = {
    1: "(?<!at )first(?!,)|1st|第一|第1|第①|첫\\s*번째|첫째|primer[ao]?",
    2: "second|2nd|第二|第2|두\\s*번째|둘째|segund[ao]",
    3: "third|3rd|第三|第3|세\\s*번째|셋째|tercer[ao]?",
    4: "fourth|4th|第四|第4|네\\s*번째|넷째|cuart[ao]",
}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "一": 1, "二": 2, "三": 3, "四": 4,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4,
}  # fmt: skip
_ORDINAL = {
    option: regex.compile(
        rf"(?<!\p{{Latin}})(?:{words})(?!\p{{Latin}})"
        rf"(?!\s*(?:layer|order|moment|of all|try|glance|plot|figure|two|层|epoch|阶|步|张图|两))",
        regex.I,
    )
    for option, words in _ORDINALS.items()
}
_TOGETHER = {
    (0, 2): regex.compile(
        r"(?:the |these |los |las |앞의 |처음 )?(?:\b(?:first|former|primer[ao]s)|前|앞|처음)\s*"
        r"(?:two|2|两|二|두|dos)\s*(?:个|种|项|者|개|가지)?|\b(?:los|las) dos primer[ao]s\b",
        regex.I,
    ),
    (-2, None): regex.compile(
        r"(?:the |los |las )?(?:\b(?:last|latter|últim[ao]s)|后|뒤)\s*"
        r"(?:two|2|两|二|두|dos)\s*(?:个|种|项|者|개|가지)?",
        regex.I,
    ),
    (0, None): regex.compile(
        r"\ball (?:of )?(?:the )?(?:three|3|four|4)\b|\ball of (?:them|these|the above)\b(?! \w+s\b)|"
        r"\bevery one of\b|"
        r"(?<![第和与、])(?:[三四](?:个|种|者|项)?|[34](?:个|种|者|项))(?:情况|选项|函数|激活函数)?(?:都|均|全)|"
        r"全部(?:都|会|有|选)|세 가지 모두|셋 다|"
        r"\b(?:las|los) tres\b|\btod[ao]s (?:ellas|ellos|las funciones|las opciones)\b",
        regex.I,
    ),
}
"""Several options at once, as a slice of them all."""
_BEFORE = (
    r"(?:options?|steps?|choices?|cases?|numbers?|nos?\.|items?|answers?|points?|scenarios?|situations?|methods?|"
    r"opci[oó]n(?:es)?|casos?|pasos?|选项|选择|步骤|情况|方法|操作|选|答案|#|第)\s*(?:is|are|es|son|是|为|:)?\s*"
)
_ONE = r"[(\[]?[1-9][)\]]?"
_AND = r"\s*(?:번|,|、|/|&|\+|and|or|y|和|与|及|跟|或|，|랑|와|과)+\s*(?:and\s+|or\s+)?"
_LIST = rf"{_ONE}(?:{_AND}{_ONE}(?![\d.]*\d|\s*[%x*]))*"
_WORD = rf"(?:{'|'.join(_WORDS)})(?!\p{{Latin}})"
_NAMED = regex.compile(rf"{_BEFORE}({_LIST}|{_WORD}(?:{_AND}{_WORD})*)(?![\d.]*\d)", regex.I)
_SPELLED = regex.compile(rf"(?:^|(?<=[.;\n]\s*))({_WORD}(?:{_AND}{_WORD})+)", regex.I)
_BARE = regex.compile(
    rf"(?<![A-Za-z0-9_.+*/^=<±-])(?<![=<≈]\s)(?<![A-Za-z0-9 ]\s?>\s?)"
    rf"(?<!\b(?:up|sum|sums|add|adds|equal|equals)\s(?:up\s)?to\s)"
    rf"(?<!\b(?:e\.g\.|eg|such as|say|for example),?\s)(?<!(?:比如|例如|譬如)[:：,，]?\s?)"
    rf"(?<![-−–]\d\s?,\s?)(?<![和为于成到]\s?)(?<!\b(?:value|axis|dim|dims|shape|epoch|epochs|factor|about|around)\s?(?:of\s|is\s)?)"
    rf"({_LIST})(?![\d.]*\d)(?!\s*[*/^=<×%-]\s*\d)(?!\s*,\s*[-−–]\s*\d)(?!/\p{{Latin}})(?!\s>)"
    rf"(?!\s*(?:layers?|images?|dimensions?|features?|channels?|pixels?|"
    rf"samples?|neurons?|units?|people|numbers?|values?|times|个|层|维|张|차원|개|층|capas?))",
    regex.I,
)
_ARROW = regex.compile(rf"(?<=(?:[BL]N|norm\w*|化|화)\s*[=-]*[=>]\s*)({_LIST})(?![\d.]*\d)", regex.I)
"""What follows the name of a label and an equals sign or an arrow, and nothing else."""
_STRICT = regex.compile(
    rf"(?<![A-Za-z0-9_)])[(\[]([1-9])[)\]]"
    rf"|(?:^|(?<=[\n.;,:，。；：、]\s*))(?:for|only|just|solo|对于?|只有|仅|答:?)?\s*({_LIST})(?=\s*(?:$|[:.,;，。；(（]|\b(?:yes|no|do|does|are|"
    rf"have|has|suffers?|si|sí)\b|会|有|没|都|不|는|은|번))"
    rf"|\b(?:for|in|only|just|not|and|number|that|think|believe|say)\s({_LIST})(?=\s*(?:$|[,.;:，。；(（]|(?:the|it|we|a|everything|all|any|each|when|if)\b))"
    rf"|(?:^|(?<=[\n;,.:，。；：、]\s*))([1-9])[).:、](?=\s)|(?<=\s)([1-9])\)(?=\s)"
    rf"|({_LIST})\s*번"
    rf"|(?<=对于?|只有|和)\s?({_ONE})(?=\s*(?:$|[,.;:，。；(（会有都]))",
    regex.I | regex.M,
)
_ZERO_ONE = regex.compile(
    r"\b0\s*(?:,|or|and|to|和|或|到|/|-|~|o|y|이나|또는|과|와)\s*(?:a\s+)?1\b|\[0,\s*1\]"
    r"|(?:to|为|等于|是|合|be|is)\s*1(?=\s*(?:[.;,)]|$))(?<=sum.{0,60}|和.{0,12})",
    regex.I,
)
"""Values of pixels and of sums, which are no options."""
_LETTERS = regex.compile(
    r"(?<![A-Za-z0-9_)])\(([a-d])\)|(?:^|(?<=[;,，。；]))\s*([a-d])(?=[.):]\s)|(?<=\s)([a-d])(?=\)\s)|\b(?:option|case|step|number|choice|opción)\s+([a-d])\b"
    r"|(?<=选项?|第)\s*([a-d])(?![a-z])|(?<=[=→:是为]\s*)([a-d])(?=\s*(?:$|[,.;，。；、]))",
    regex.I | regex.M,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Options that stand together at one place of the text."""

    start: int
    end: int
    options: tuple[int, ...]


def lettered(text: str) -> str:
    """The text with ``(b)`` for an option as ``(2)``; nothing moves."""
    out = list(text)
    for found in _LETTERS.finditer(text):
        number = next(n for n in range(1, 7) if found[n])
        out[found.start(number)] = str("abcd".index(found[number].lower()) + 1)
    return "".join(out)


def loosely(text: str, start: int, stop: int, options: Collection[int]) -> Iterator[Named]:
    """Options in a text that is about options: any number that cannot be something else."""
    values = [(found.start(), found.end()) for found in _ZERO_ONE.finditer(text, start, stop)]
    yield from _together(text, start, stop, options)
    for pattern in (_NAMED, _ARROW, _SPELLED, _BARE):
        for found in pattern.finditer(text, start, stop):
            if not any(a < found.end() and found.start() < b for a, b in values):
                yield from _listed(found, found[1], options)
    yield from _ordinals(text, start, stop, options)


def strictly(text: str, start: int, stop: int, options: Collection[int]) -> Iterator[Named]:
    """Options in a text that is full of other numbers: only what can be nothing else."""
    yield from _together(text, start, stop, options)
    for pattern in (_NAMED, _STRICT):
        for found in pattern.finditer(text, start, stop):
            yield from _listed(found, next(filter(None, found.groups())), options)
    yield from _ordinals(text, start, stop, options)


def numbers(text: str) -> tuple[int, ...]:
    """The options of a list, by digits or by words."""
    words = regex.findall(rf"\d|{_WORD}", text, flags=regex.I)
    return tuple(_WORDS.get(word.lower()) or int(word) for word in words)


def _listed(found: regex.Match[str], inside: str, options: Collection[int]) -> Iterator[Named]:
    named = numbers(inside)
    if named and all(number in options for number in named):
        yield Named(found.start(), found.end(), named)


def _together(text: str, start: int, stop: int, options: Collection[int]) -> Iterator[Named]:
    every = sorted(options)
    for (first, last), pattern in _TOGETHER.items():
        for found in pattern.finditer(text, start, stop):
            yield Named(found.start(), found.end(), tuple(every[first:last]))


def _ordinals(text: str, start: int, stop: int, options: Collection[int]) -> Iterator[Named]:
    for option, pattern in _ORDINAL.items():
        if option in options:
            for found in pattern.finditer(text, start, stop):
                yield Named(found.start(), found.end(), (option,))
