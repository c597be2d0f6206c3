"""Which options an answer names, and what it says each of them is.

Options come as ``2``, ``(2)``, ``option 2``, ``the second``, ``第二个``, ``2번``, as lists (``1 and 4``), as
the start of a line, or by their content; what they are said to be stands before them, after them, or
in a heading above them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from grader.rubric.options import lettered, loosely
from grader.rubric.reading import Read, Reading
from grader.rubric.schema import Choices

_LINK = regex.compile(
    r"analog|similar|correspond|equivalent|resembl|\bis\b|\bare\b|=|:|→|->|like|means|belong|similar|corresponde|"
    r"类似|相似|对应|相当|是|为|属于|等价|像|은|는|이|가|와|과|비슷|유사|해당|\bes\b|\bson\b|análog|equivale",
    regex.I,
)


_JOINT = regex.compile(
    r"\W*(?:(?:is|are|as|to|the|be|would|will|works?|does|performs?|more|very|most|analogous|similar|corresponds|equivalent|like|resembles|es|a|la|"
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
    picks: list[_Event] = field(default_factory=list)
    """All places where options were named."""

    def add(self, option: int, label: str, start: int, end: int) -> None:
        """Give an option a label; the first place stays."""
        self.labels.setdefault(option, {}).setdefault(label, (start, end))

    def has(self, event: _Event) -> bool:
        """Whether any of the options has a label."""
        return any(option in self.labels for option in event.options)

    @property
    def first(self) -> int:
        """Where the first option is named."""
        return min((event.start for event in self.picks), default=-1)


@dataclass(frozen=True, slots=True)
class _Event:
    """Options or a label, in the order of a sentence."""

    start: int
    end: int
    options: tuple[int, ...] = ()
    label: str = ""
    content: bool = False
    """Whether the option is named by what it does, which may also be in passing."""


def chosen(reading: Reading, choices: Choices) -> Picked:
    """Work out what is said of which option."""
    picked = Picked()
    text = lettered(reading.text)
    labels_above: list[_Event] = []
    options_above: list[_Event] = []
    for read in reading.sentences:
        if read.sentence.question:
            continue
        options = _options(text, read, choices)
        options = [event for event in options if not (event.content and picked.has(event))]
        labels = list(_labels(read, choices, options))
        if options and labels:
            _pair(text, options, labels, picked, choices.denied)
            starts_line = read.sentence.number is not None
            options_above = options[:1] if starts_line else []
            labels_above = []
            picked.picks += options
        elif options:
            if labels_above and len(options) == 1:
                _give(options[0], labels_above[-1], picked)
            picked.picks += options
            options_above = options[:1]
        elif labels and _OTHERS.search(text, read.sentence.start, read.sentence.end):
            labels_above = []  # "the others are not affected"
        elif labels and options_above and not picked.has(options_above[0]):
            _give(options_above[0], labels[0], picked)
        elif labels:
            labels_above = labels
    _settle(picked, choices)
    return picked


def _settle(picked: Picked, choices: Choices) -> None:
    """What becomes of options that were only named: they are chosen, at least what an answer starts with."""
    bare = {option: event for event in reversed(picked.picks) for option in event.options}
    bare = {option: event for option, event in bare.items() if option not in picked.labels}
    if choices.unlabelled:
        some_denied = any(choices.denied in given for given in picked.labels.values())
        first = picked.picks[0].options if picked.picks else ()
        for option, event in bare.items():
            if not some_denied or (option in first and event.start == picked.first):
                picked.add(option, choices.unlabelled, event.start, event.end)
    named = frozenset(bare) - picked.labels.keys()
    picked.unlabelled = named if picked.labels else frozenset(choices.options)


def _options(text: str, read: Read, choices: Choices) -> list[_Event]:
    """The options that a sentence names, in order; neighbours in a list are one event."""
    start, stop = read.sentence.start, read.sentence.end
    taken: list[_Event] = []
    plain = read.sentence.number not in choices.options or bool(_LISTED.match(text, start, stop))
    if not plain:
        number = regex.compile(r"\s*[(\[]?\d[.):\]、]?").match(text, start, stop)
        assert number is not None  # noqa: S101 - the sentence has a number
        taken.append(_Event(start, number.end(), (read.sentence.number or 0,)))
        start = number.end()
    for named in loosely(text, start, stop, choices.options):
        bare = not plain and text[named.start : named.end].strip("()[] ").isdigit()
        if bare and not _labelled(text, named.end, read, choices):
            continue
        if not any(event.start < named.end and named.start < event.end for event in taken):
            taken.append(_Event(named.start, named.end, named.options))
    if not taken:
        taken = [
            _Event(found.start, found.end, (option,), content=True)
            for option, term in choices.options.items()
            for found in read.found
            if term == found.term
        ]
    return sorted(taken, key=lambda event: event.start)


_LISTED = regex.compile(r"\s*[(\[]?\d[)\]]?\s*(?:번|,|、|/|&|and\b|or\b|和|与|及|랑|와|과|y\b|\s)\s*[(\[]?\d")


def _labelled(text: str, end: int, read: Read, choices: Choices) -> bool:
    """Whether a label follows at once, so that a number inside an item of a list is an option of its own."""
    near = [
        found.start
        for found in read.found
        if found.term in choices.labels and end <= found.start < end + CLOSE
    ]
    return bool(near) and bool(_JOINT.fullmatch(text, end, min(near)))


def _labels(read: Read, choices: Choices, options: list[_Event]) -> Iterator[_Event]:
    for found in read.found:
        if found.term in choices.labels:
            label = found.term
            if found.denied:
                if label != choices.denied and choices.denied:
                    label = choices.denied
                elif len(choices.labels) == 2:
                    label = next(other for other in choices.labels if other != label)
                else:
                    continue  # "not neither" may be either
            yield _Event(found.start, found.end, label=label)


def _give(option: _Event, label: _Event, picked: Picked) -> None:
    for number in option.options:
        picked.add(number, label.label, min(option.start, label.start), max(option.end, label.end))


_OTHERS = regex.compile(
    r"\b(?:others?|rest|remaining|otr[ao]s|resto)\b|其他|其它|其余|剩下|另外|나머지", regex.I
)
"""Who is meant by what follows is not the option before it."""
_HEADING = regex.compile(r"\W*(?:of|for|are|is|the|these|options?|steps?|number|는|은|是|有)*\W*", regex.I)
"""What may stand between "none" and the options that are meant."""


def _pair(text: str, options: list[_Event], labels: list[_Event], picked: Picked, denied: str | None) -> None:
    """Pair the options and the labels of one sentence."""
    groups = _groups(text, options)
    distinct = list(dict.fromkeys(event.label for event in labels))
    for number, group in enumerate(groups):
        numbers = [n for event in group for n in event.options]
        start, end = group[0].start, group[-1].end
        before = [
            label
            for label in labels
            if label.end <= start
            and (not number or label.start >= groups[number - 1][-1].end)
            and (label.label != denied or _HEADING.fullmatch(text, label.end, start))
        ]
        stop = groups[number + 1][0].start if number + 1 < len(groups) else 1 << 60
        after = [
            label
            for label in labels
            if end <= label.start < stop and not _OTHERS.search(text, end, label.start)
        ]
        if len(set(numbers)) < len(numbers) and not group[0].content:
            continue  # "2 and 3 or 3 and 2"
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


_BETWEEN = regex.compile(
    r"(?:个|种|项|步|条|번)?\W*(?:(?:and|or|y|also|too|as well as|the)\s+|和|与|以及|及|랑|와|과)*\W*"
)


def _groups(text: str, options: list[_Event]) -> list[list[_Event]]:
    """Options with nothing but commas and the like between them belong together."""
    groups: list[list[_Event]] = []
    for event in options:
        if groups and _BETWEEN.fullmatch(text, groups[-1][-1].end, event.start):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups
