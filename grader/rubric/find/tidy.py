"""The text of an answer, without what the template put there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from grader.rubric.find.lines import Line
from grader.rubric.find.markers import is_placeholder, marker, without_placeholders
from grader.rubric.find.places import same_words
from grader.rubric.find.plain import PICTURE, plain
from grader.rubric.find.wording import QuestionText

_ATTRIBUTES = r"(?:\s{1,5}[\w:-]{1,30}\s{0,3}=[^<>]{0,400})?\s{0,5}/?>"
_BREAK = re.compile(rf"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|center|blockquote){_ATTRIBUTES}", re.I)
_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|b|big|code|del|details|em|figure|figcaption|font|i|ins|kbd|mark|pre|q|s|small|span|strike|strong"
    rf"|sub|summary|sup|td|th|tbody|thead|tt|u|var){_ATTRIBUTES}",
    re.I,
)
_ITEM = re.compile(r"^\s*(?:>\s?)*(?:[-*+•]\s+)?(?:\(?(\d{1,2})\s?[.)、:：]|[①②③④⑤])?\s*")
_TICK = re.compile(r"[✓√☑✔✅←]|<-|\[[xX✓]\]|\((?:[xX✓]|here|this)\)")
_BOLD = re.compile(r"\*\*|__|<(?:b|strong|u|mark)>|~~|==")
_LONG_OPTION = 25
"""Of an option with so many letters only what was added to it is kept."""
_ROOM, _NO_ROOM = 2.5, 1.3
"""An option may be so many times as long as what is known of it: with and without room for words."""
_MANY_WORDS = 6
"""Of an option with so many words added the whole is kept, as a sentence of the student's."""
_PAIRS = {"[": "]", "【": "】", "［": "］", "「": "」"}


@dataclass(frozen=True, slots=True)
class Tidied:
    """What is left of some lines."""

    text: str
    notes: tuple[str, ...] = ()
    placeholder: bool = False
    """Whether a placeholder stood there."""
    repeated: bool = False
    """Whether words of the question stood there."""


class Tidier:
    """Tidies the answers of one question."""

    def __init__(self, question: QuestionText, placeholders: tuple[str, ...]) -> None:
        self._options = tuple(filter(None, map(plain, question.options)))
        self._room = {plain(option): _ROOM if "..." in option else _NO_ROOM for option in question.options}
        self._known = tuple(filter(None, map(plain, (*question.recognise, *question.template))))
        self._placeholders = placeholders

    def after(self, lines: Iterable[Line]) -> Tidied:
        """What a student wrote where the answer belongs. Options that are named there are part of it."""
        lines, notes, kept, placeholder, repeated = tuple(lines), [], [], False, False
        for line in lines:
            if line.fenced:
                kept.append(line.text)
                continue
            text = without_placeholders(line.text, self._placeholders)
            if is_placeholder(line.text, self._placeholders):
                placeholder, text = True, ""
            elif text != line.text:
                placeholder = True
            if text.strip() and self._is_question(text):
                repeated, text = True, ""
            pictured = PICTURE.sub(" ", text)
            if pictured != text:
                notes.append("a picture belongs to the answer")
                text = pictured
            kept.append(text)
        if self._only_options(kept):
            return Tidied("", tuple(dict.fromkeys(notes)), placeholder, True)
        text = self._without_lead(_without_brackets(_broken("\n".join(kept))))
        return Tidied(text, tuple(dict.fromkeys(notes)), placeholder, repeated)

    def before(self, lines: Iterable[Line], *, joined: bool) -> Tidied:
        """What a student wrote between the lines of the question: the options as they were are none of it.

        Parameters
        ----------
        lines : iterable of Line
        joined : bool
            Whether a line that begins no list item goes on from the line before.
        """
        texts = [line.text for line in lines if not line.fenced or self._is_question(line.text)]
        kept: list[str] = []
        placeholder = False
        bold = [bool(_BOLD.search(text)) for text in texts if self._option(plain(text))]
        one_is_bold = any(bold) and not all(bold)
        for text in _items(texts) if joined else texts:
            if not text.strip():
                kept.append("")
                continue
            pictured = PICTURE.sub(" ", text)
            bare = without_placeholders(pictured, self._placeholders)
            placeholder = placeholder or bare != pictured or is_placeholder(pictured, self._placeholders)
            if is_placeholder(bare, self._placeholders) or len(plain(bare)) < 1 + (not _has_digit(bare)):
                continue
            written = self._written(bare, one_is_bold=one_is_bold, asked=not any(kept))
            kept += [written] if written else []
        text = _without_brackets(_broken("\n".join(kept)))
        return Tidied(text, (), placeholder, not text)

    def beside(self, text: str) -> str:
        """What a student wrote straight behind the question, on its line; its options are none of it."""
        words = plain(text)
        for option in sorted(self._options, key=len, reverse=True):
            words = words.replace(option, " ")
        said = [word for word in words.split() if not word.isdigit()]
        if len(said) < 2 or self._is_question(text) or is_placeholder(text, self._placeholders):
            return ""
        found = marker(text)
        text = without_placeholders(text if found is None else found.rest, self._placeholders)
        return _without_brackets(_broken(text.strip(" |*_")))

    def _written(self, text: str, *, one_is_bold: bool, asked: bool) -> str:
        """What was added to a line of the question; all of it, if it is no such line.

        Until something of the student's has come (``asked``), what ends in a question mark asks.
        """
        item = _ITEM.match(text)
        number = item[1] if item else None
        body = plain(text[item.end() :]) if item else plain(text)
        added = self._added(body)
        if added is not None:
            if not added[1]:
                ticked = _TICK.search(text) or (one_is_bold and _BOLD.search(text))
                return text.strip() if ticked else ""
            few = number and added[0] >= _LONG_OPTION and added[1].count(" ") < _MANY_WORDS
            return f"{number}. {_tail(text, added[1])}" if few else text.strip()
        if (
            self._option(body)
            or self._is_question(text)
            or (asked and text.rstrip(" *_").endswith(("?", "？")))
            or _is_lead(text)
        ):
            return ""
        return text.strip()

    def _without_lead(self, text: str) -> str:
        """The text without a placeholder and a colon before it."""
        lead, colon, rest = text[:60].partition(":")
        return (rest + text[60:]).strip() if colon and is_placeholder(lead, self._placeholders) else text

    def _added(self, words: str) -> tuple[int, str] | None:
        """The length of the option that a line is, and the words before and after it; None if it is none."""
        said = words.split()
        best: tuple[int, int, str] | None = None
        for option in self._options:
            known = option.split()
            steps = list(Levenshtein.opcodes(known, said)) if len(said) < 400 else []
            equal = sum(step.src_end - step.src_start for step in steps if step.tag == "equal")
            if equal >= 0.8 * len(known) and (best is None or equal > best[0]):
                ends = [step for step in (*steps[:1], *steps[1:][-1:]) if step.tag == "insert"]
                added = [word for step in ends for word in said[step.dest_start : step.dest_end]]
                if len(said) - len(added) > self._room[option] * len(known) + 1:
                    continue
                best = (equal, len(option), " ".join(added))
        return None if best is None else best[1:]

    def _option(self, words: str) -> bool:
        """Whether words are an option and nothing else."""
        added = self._added(words.lstrip("0123456789 ") or words)
        return added is not None and not added[1]

    def _is_question(self, text: str) -> bool:
        """Whether a line is words of the question and nothing else."""
        words = plain(text)
        if len(words) < 6:
            return False
        if any(same_words(known, words) for known in self._known):
            return True
        left = words
        for known in sorted(self._known, key=len, reverse=True):
            if len(left) < 0.7 * len(known) or len(known) < 10:
                continue
            found = fuzz.partial_ratio_alignment(known, left, score_cutoff=87)
            if found and len(left) >= len(known):
                left = left[: found.dest_start] + " " + left[found.dest_end :]
        asks = text.rstrip(" *_`)").endswith(("?", "？"))
        return len(left.strip()) <= (0.6 if asks else 0.12) * len(words)

    def _only_options(self, texts: list[str]) -> bool:
        """Whether nothing but the whole list of options stands there."""
        said = [text for text in texts if plain(text)]
        return len(said) >= 3 and all(self._option(plain(text)) and not _TICK.search(text) for text in said)


def _items(texts: list[str]) -> list[str]:
    """Lines of hard-wrapped text, joined to paragraphs and list items."""
    joined: list[str] = []
    goes_on = False
    for text in texts:
        item = _ITEM.match(text)
        begins = bool(item and item.end() and item[0].strip())
        if goes_on and text.strip() and not begins:
            joined[-1] += " " + text.strip()
        else:
            joined.append(text)
        goes_on = bool(text.strip())
    return joined


def _tail(text: str, added: str) -> str:
    """The end of a line that reduces to some words, as it was written."""
    for start in range(len(text) - 1, max(len(text) - 400, -1), -1):
        if plain(text[start:]) == added:
            return text[start:].strip()
    return added


def _is_lead(text: str) -> bool:
    """Whether a line only leads over to a list ("that is:")."""
    return text.rstrip().endswith((":", "：")) and len(plain(text)) <= 12


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _broken(text: str) -> str:
    """HTML turned into line breaks or nothing."""
    return _KNOWN_TAG.sub("", _BREAK.sub("\n", text))


def _without_brackets(text: str) -> str:
    """The text without the square brackets of the placeholder that it was typed into."""
    text = text.strip()
    for _ in range(2):
        text = _without_pair(text)
    lines = text.split("\n")
    if len(lines) > 1:
        lines = [_without_pair(line) if line.strip()[:1] in _PAIRS else line for line in lines]
    text = "\n".join(lines).strip()
    if text[-1:] in _PAIRS.values() and _surplus(text, text[-1]):
        text = text[:-1].rstrip()
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", text)


def _without_pair(text: str) -> str:
    opening = text.strip()[:1]
    if opening not in _PAIRS or not opening:
        return text
    text = text.strip()
    depth = 0
    for place, char in enumerate(text):
        depth += (char == opening) - (char == _PAIRS[opening])
        if depth == 0:
            inner, rest = text[1:place], text[place + 1 :]
            if rest[:1] == "(" or (rest.strip() and len(inner) < 4 and not rest.startswith("\n")):
                return text  # a link, or a reference
            return (inner.strip() + rest).strip()
    return text[1:].lstrip()


def _surplus(text: str, closing: str) -> bool:
    opening = next(key for key, value in _PAIRS.items() if value == closing)
    return text.count(closing) > text.count(opening)
