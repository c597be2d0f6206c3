"""Which options an answer names, and what it says each of them is.

Options come as ``2``, ``(2)``, ``option 2``, ``the second``, ``第二个``, ``2번``, as lists (``1 and 4``), as
the start of a line, or by their content; what they are said to be stands before them, after them, or
in a heading above them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from grader.rubric.reading import Read, Reading
from grader.rubric.schema import Choices

_ORDINALS = {
    1: "first|1st|第一|第1|첫\\s*번째|첫째|primer[ao]?",
    2: "second|2nd|第二|第2|두\\s*번째|둘째|segund[ao]",
    3: "third|3rd|第三|第3|세\\s*번째|셋째|tercer[ao]?",
    4: "fourth|4th|第四|第4|네\\s*번째|넷째|cuart[ao]",
}
_BEFORE = (
    r"(?:options?|steps?|choices?|cases?|numbers?|nos?\.|items?|answers?|points?|scenarios?|situations?|methods?|"
    r"opci[oó]n(?:es)?|casos?|pasos?|选项|选择|步骤|情况|方法|选|答案|#|第)\s*(?:is|are|es|son|是|为|:)?\s*"
)
_ONE = r"[(\[]?[1-9][)\]]?"
_AND = r"\s*(?:번|,|、|/|&|\+|and|or|y|和|与|及|跟|或|，|랑|와|과)+\s*(?:and\s+|or\s+)?"
_LIST = rf"{_ONE}(?:{_AND}{_ONE}(?![\d.]*\d|\s*[%x*]))*"
_NAMED = regex.compile(rf"{_BEFORE}({_LIST})(?![\d.]*\d)", regex.I)
_BARE = regex.compile(
    rf"(?<![A-Za-z0-9_.+*/^=<>-])(?<!\b(?:up|sum|sums|add|adds|equal|equals)\s(?:up\s)?to\s)"
    rf"(?<![和为于成到]\s?)(?<!\bvalue\s(?:of\s)?)"
    rf"({_LIST})(?![\d.]*\d)(?!\s*[*/^=<>×%-]\s*\d)(?!\s*(?:layers?|images?|dimensions?|features?|channels?|pixels?|"
    rf"samples?|neurons?|units?|个|层|维|张|차원|개|층|capas?))",
    regex.I,
)
_ZERO_ONE = regex.compile(
    r"\b0\s*(?:,|or|and|to|和|或|到|/|-|~|o|y|이나|또는|과|와)\s*(?:a\s+)?1\b|\[0,\s*1\]"
    r"|(?:to|为|等于|是|合|be|is)\s*1(?=\s*(?:[.;,)]|$))(?<=sum.{0,60}|和.{0,12})",
    regex.I,
)
"""Values of pixels and of sums, which are no options."""
_LINK = regex.compile(
    r"analog|similar|correspond|equivalent|resembl|\bis\b|\bare\b|=|:|→|->|like|means|belong|similar|corresponde|"
    r"类似|相似|对应|相当|是|为|属于|等价|像|은|는|이|가|와|과|비슷|유사|해당|\bes\b|\bson\b|análog|equivale",
    regex.I,
)


_JOINT = regex.compile(
    r"\W*(?:(?:is|are|as|to|the|be|would|more|very|most|analogous|similar|corresponds|equivalent|like|resembles|es|a|la|"
    r"análog[ao]|번|번은|번이|은|는|이|가|应该|就|会|类似于|类似|对应于|对应|相当于|属于|是|为|和|有|不会|不|没有)\W*)*",
    regex.I,
)
CLOSE = 40
"""How far from an option its label may stand, in characters."""


@dataclass(slots=True)
class Picked:
    """The labels of every option that was named, with the place that says so."""

    labels: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)
    unlabelled: frozenset[int] = frozenset()
    """Options that were named, and it cannot be told as what; all of them if no option has a label."""

    def add(self, option: int, label: str, start: int, end: int) -> None:
        """Give an option a label; the first place stays."""
        self.labels.setdefault(option, {}).setdefault(label, (start, end))


@dataclass(frozen=True, slots=True)
class _Event:
    """Options or a label, in the order of a sentence."""

    start: int
    end: int
    options: tuple[int, ...] = ()
    label: str = ""


def chosen(reading: Reading, choices: Choices) -> Picked:
    """Work out what is said of which option."""
    picked = Picked()
    labels_above: list[_Event] = []
    options_above: list[_Event] = []
    for read in reading.sentences:
        if read.sentence.question:
            continue
        options = list(_options(reading.text, read, choices))
        labels = list(_labels(read, choices, options))
        if options and labels:
            _pair(reading.text, options, labels, picked)
            starts_line = read.sentence.number is not None
            options_above = options[:1] if starts_line else []
            labels_above = []
        elif options:
            if labels_above and len(options) == 1:
                _give(options[0], labels_above[-1], picked)
            elif choices.unlabelled:
                _unlabelled(options, choices.unlabelled, picked)
            options_above = options[:1]
        elif labels and options_above and not any(o in picked.labels for o in options_above[0].options):
            _give(options_above[0], labels[0], picked)
        elif labels:
            labels_above = labels
    named = {option for event in _all_options(reading, choices) for option in event.options}
    picked.unlabelled = frozenset(named - picked.labels.keys() if picked.labels else choices.options)
    return picked


def _all_options(reading: Reading, choices: Choices) -> Iterator[_Event]:
    for read in reading.sentences:
        yield from _options(reading.text, read, choices)


def _options(text: str, read: Read, choices: Choices) -> Iterator[_Event]:
    """The options that a sentence names, in order; neighbours in a list are one event."""
    start, stop = read.sentence.start, read.sentence.end
    taken: list[_Event] = []
    if read.sentence.number in choices.options and not _LISTED.match(text, start, stop):
        number = regex.compile(r"\s*[(\[]?\d[.):\]、]?").match(text, start, stop)
        assert number is not None  # noqa: S101 - the sentence has a number
        taken.append(_Event(start, number.end(), (read.sentence.number or 0,)))
        start = number.end()
        plain = False
    else:
        plain = True
    values = [(found.start(), found.end()) for found in _ZERO_ONE.finditer(text, start, stop)]
    for pattern in (_NAMED, _BARE):
        for found in pattern.finditer(text, start, stop):
            if pattern is _BARE and not plain and not _labelled(text, found.end(), read, choices):
                continue
            numbers = tuple(int(number) for number in regex.findall(r"\d", found[1]))
            if any(a < found.end() and found.start() < b for a, b in values) or _overlaps(found, taken):
                continue
            if all(number in choices.options for number in numbers):
                taken.append(_Event(found.start(), found.end(), numbers))
    for option, words in _ORDINALS.items():
        pattern = regex.compile(
            rf"(?<!\p{{Latin}})(?:{words})(?!\p{{Latin}})(?!\s*(?:layer|order|moment|of all|层|epoch))",
            regex.I,
        )
        for found in pattern.finditer(text, start, stop):
            if option in choices.options and not _overlaps(found, taken):
                taken.append(_Event(found.start(), found.end(), (option,)))
    if not taken:
        taken = [
            _Event(found.start, found.end, (option,))
            for option, term in choices.options.items()
            for found in read.found
            if term == found.term
        ]
    return iter(sorted(taken, key=lambda event: event.start))


_LISTED = regex.compile(r"\s*[(\[]?\d[)\]]?\s*(?:번|,|、|/|&|and\b|or\b|和|与|及|랑|와|과|y\b|\s)\s*[(\[]?\d")


def _labelled(text: str, end: int, read: Read, choices: Choices) -> bool:
    """Whether a label follows at once, so that a number inside an item of a list is an option of its own."""
    near = [
        found.start
        for found in read.found
        if found.term in choices.labels and end <= found.start < end + CLOSE
    ]
    return bool(near) and bool(_JOINT.fullmatch(text, end, min(near)))


def _overlaps(found: regex.Match[str], taken: list[_Event]) -> bool:
    return any(event.start < found.end() and found.start() < event.end for event in taken)


def _labels(read: Read, choices: Choices, options: list[_Event]) -> Iterator[_Event]:
    for found in read.found:
        if found.term in choices.labels:
            label = found.term
            if found.denied:
                if choices.denied is None or label == choices.denied:
                    label = next((other for other in choices.labels if other != label), label)
                else:
                    label = choices.denied
            yield _Event(found.start, found.end, label=label)


def _give(option: _Event, label: _Event, picked: Picked) -> None:
    for number in option.options:
        picked.add(number, label.label, min(option.start, label.start), max(option.end, label.end))


def _unlabelled(options: list[_Event], label: str, picked: Picked) -> None:
    for event in options:
        for number in event.options:
            if number not in picked.labels:
                picked.add(number, label, event.start, event.end)


def _pair(text: str, options: list[_Event], labels: list[_Event], picked: Picked) -> None:
    """Pair the options and the labels of one sentence."""
    groups = _groups(text, options)
    distinct = list(dict.fromkeys(event.label for event in labels))
    for number, group in enumerate(groups):
        numbers = [n for event in group for n in event.options]
        start, end = group[0].start, group[-1].end
        before = [
            label
            for label in labels
            if label.end <= start and (not number or label.start >= groups[number - 1][-1].end)
        ]
        stop = groups[number + 1][0].start if number + 1 < len(groups) else 1 << 60
        after = [label for label in labels if end <= label.start < stop]
        if len(groups) == 1 and len(numbers) == len(labels) == len(distinct) > 1 and not (before and after):
            for one, label in zip(numbers, labels, strict=True):
                picked.add(one, label.label, min(start, label.start), max(end, label.end))
            continue
        found = _best(
            text, start, end, before, after, labels[0].start < options[0].start, len(groups), len(labels)
        )
        if found:
            for one in numbers:
                picked.add(one, found.label, min(start, found.start), max(end, found.end))


def _best(
    text: str,
    start: int,
    end: int,
    before: list[_Event],
    after: list[_Event],
    label_first: bool,
    groups: int,
    labels: int,
) -> _Event | None:
    """The label that belongs to options that stand from ``start`` to ``end``."""
    if not before or not after:
        if not after and not before:
            return None
        if before and not after:
            return before[-1] if label_first or groups == 1 else None
        linked = [label for label in after if _LINK.search(text, end, label.start)]
        return (linked or after)[0]
    if not label_first:
        linked = [label for label in after if _LINK.search(text, end, label.start)]
        return (linked or after)[0]
    if labels <= groups:
        return before[-1]
    link_after = bool(_LINK.search(text, end, after[0].start)) and not regex.search(
        r"[.;。；\n]", text[end : after[0].start]
    )
    link_before = bool(_LINK.search(text, before[-1].end, start)) and start - before[-1].end < 40
    if link_before and not link_after:
        return before[-1]
    return after[0] if link_after or after[0].start - end <= start - before[-1].end else before[-1]


def _groups(text: str, options: list[_Event]) -> list[list[_Event]]:
    """Options with nothing but commas and the like between them belong together."""
    groups: list[list[_Event]] = []
    for event in options:
        if groups and regex.fullmatch(
            r"(?:个|种|项|步|条|번)?\W*(?:and|or|y|和|与|以及|及|랑|와|과|the)*\W*",
            text[groups[-1][-1].end : event.start],
        ):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups
