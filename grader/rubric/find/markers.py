"""Lines with a part to play: markers of answers, headings of questions, placeholders.

A marker is the word *answer* (in one of the languages seen) with a colon, as a heading, in bold or
in colour, or alone on its line. "Answer 2 is analogous to ..." is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.rubric.find.plain import TAG, plain

_WORDS = (
    r"(?:(?:your|my|the|student'?s?|final|inline)\s+)?(?:answers?|ans|solution|response|explanation|reason(?:ing)?)"
    r"|(?:你的|我的)?(?:回答|答案|解答|答复|作答|答え|答|解释)"
    r"|(?:나의\s*|내\s*)?(?:답변|정답|해답|대답|답안|답|풀이|설명)"
    r"|(?:(?:mi|tu|su|la)\s+)?(?:respuesta|contestaci[oó]n|soluci[oó]n|explicaci[oó]n)"
    r"|(?:meine\s+|ma\s+|minha\s+)?(?:antwort|r[eé]ponse|resposta|risposta)|ответ|cevap|trả\s+lời"
    r"|(?:ال)?(?:إجابة|اجابة|جواب)|پاسخ|(?:ה)?תשובה"
)
_REASON = re.compile(r"^\s*(?:my\s+|the\s+)?(?:explanation|reason|解释|설명|explicaci)", re.I)
_NUMBER = r"(?:\s*(?:to\s+)?(?:inline\s+)?(?:question\s*)?[#(]?\s*(?:q\s*)?\d{1,2}\s*\)?)?"
_MARKER = re.compile(rf"\s*(?:{_WORDS}){_NUMBER}\s*", re.I)
_BARE = re.compile(r"^A\s?\d{0,2}\s{0,2}$")
_OPENING = re.compile(
    r"(?:\s|>|#|\*|_|~|`|\$|\{|\(|【|\[(?=\s*\*{0,2}\s*(?:your|answer|ans|答|回))|[-+](?=\s)|\d{1,2}(?:\.\d{1,2})+\.?(?=\s)"
    r"|\d{1,2}\.?(?=\s+\**\s*(?:answer|회|答|답|回))"
    r"|\\(?:text)?color\s{0,5}\{[^{}]{0,40}\}|\\[a-z]{2,10}(?=[\s{])|<[^<>/]{1,200}>)+",
    re.I,
)
_COLON = re.compile(
    r"(?:\s|[*_~`$})】\]]|</[^<>]{1,40}>){0,10}[:：](?:[*_~`$})】\]]|</[^<>]{1,40}>){0,10}(?:\s|[:：$})】\]]|</[^<>]{1,40}>){0,20}"
)
_DASH = re.compile(r"(?<=\s)[-–—]\s+(?=\S)(?!.*\s[-–—]\s)")
_CLOSING = re.compile(r"(?:\s|[*_~`$})】\]#.。]|</[^<>]{1,40}>|<br\s{0,2}/?>)*")
_STRONG = re.compile(
    r"\*\*|__|\\(?:text)?color|<(?:b|strong|font|span|h\d)\b|\\text(?:bf|it)|^\s*>?\s*#", re.I
)
_QUESTION = re.compile(
    r"^(?:\d{1,2}(?: \d{1,2})* )?(?:i?nline )?"
    r"(?:questions?|pregunta(?: en linea)?|질문|인라인 질문|문제)(?: \w{1,6}){0,2}\b"
    r"|^(?:\d{1,2}(?: \d{1,2})* )?(?:内 联 |内 嵌 |行 内 )?(?:问 题|問 題)",
)
_NUMBERED = re.compile(
    r"^(?:i?nline )?(?:question|pregunta|질문|인라인 질문|문제|问 题|問 題)"
    r" ?[\d一二三四五六七八九十]{1,2}(?: \d{1,2})?$"
)
_INLINE = re.compile(r"^(?:\d{1,2} ){0,3}i?nline question")
_SHEET = re.compile(
    r"^\s*(?:[-*+]\s+)*(?:✓|✔)?[\s*_-]*\d{1,2}(?:\.\d{1,2})?\s*pts?\b"
    r"|Inline\s+Q\s?\d{1,2}\s+\d{1,2}(?:\.\d{1,2})?\s*/\s*\d"
    r"|^\W*TOTAL POINTS\W*$|^\W*QUESTION \d{1,2}\W*$"
)
_CODE = (
    r"[#%!@]|import\s+\w|from\s+[\w.]{1,80}\s+import\b|def\s+\w{1,80}\s?\(|class\s+\w{1,80}\s?[:(]|print\b"
    r"|(?:for|while|if|with|try)\b.{0,200}:\s*(?:#|$)|\w{1,40}(?:\s?,\s?\w{1,40}){0,12}\s*[-+*/]?=(?!=)"
    r"|\w{1,40}(?:\.\w{1,40}){0,4}[(\[]|\w{1,40}\.\w"
)
_CELL_PROMPT = re.compile(
    rf"^\s*(?:```\s*)?(?:(?:In|Out)\s?\[[\d\s*]{{0,6}}(?:\]:?|…)|\[[\d\s*]{{1,6}}(?:\]:|…))\s*(?:$|{_CODE})"
)
_BOX = re.compile(r"[\[\](){}【】<>「」*_`~#:：.。…!！\s-]+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A line that says where an answer begins."""

    rest: str
    """What stands on the same line after it."""
    answer: bool = True
    """Whether it speaks of an answer; otherwise of a reason, which students use as titles of their own."""


def marker(line: str) -> Marker | None:
    """The marker that a line is, if it is one."""
    if len(line) > 20_000:
        return None
    opening = _OPENING.match(line)
    start = opening.end() if opening else 0
    word = _MARKER.match(line, start)
    if word is None or word.end() == start:
        return (
            Marker("") if _BARE.match(plain(line).upper()) and line.rstrip().endswith((":", "：")) else None
        )
    answer = not _REASON.search(word[0])
    colon = _COLON.match(line, word.end()) or _DASH.match(line, word.end())
    if colon:
        return Marker(_rest(line, colon.end()), answer)
    closing = _CLOSING.match(line, word.end())
    end = closing.end() if closing else word.end()
    if end == len(line):
        return Marker("", answer)
    closed = line[word.end() : end].strip(" .。")
    if opening and _STRONG.search(opening[0]) and closed.startswith(("**", "__", "}", "</")):
        return Marker(_rest(line, end), answer)
    return None


def _rest(line: str, start: int) -> str:
    """What follows a marker, without the ends of decoration that began before it."""
    rest = line[start:].strip()
    if rest.count("**") % 2:
        rest = rest.removeprefix("**") if rest.startswith("**") else rest.removesuffix("**")
    if rest.count("$") % 2 and rest.endswith("$"):
        rest = rest[:-1]
    return rest.strip()


def question_heading(line: str) -> bool:
    """Whether a line is the heading of some question."""
    if len(line) > 400:
        return False
    words = plain(line)
    if _INLINE.match(words) or _NUMBERED.match(words):
        return True
    found = _QUESTION.match(words)
    if not found:
        return False
    decorated = bool(_STRONG.search(line)) or line.lstrip().startswith(">")
    return decorated and (len(words) - found.end() < 40 or ":" in line or "：" in line)


def heading_level(line: str) -> int | None:
    """The level of a Markdown heading."""
    found = re.match(r"^\s{0,3}(?:>\s?)?(#{1,6})(?:\s|$)", line)
    return len(found[1]) if found else None


def section_number(line: str) -> tuple[int, ...] | None:
    """The number that a printed export put before a title, such as 5.2; list items have a dot behind it."""
    found = re.match(r"^\s{0,3}(\d{1,3}(?:\.\d{1,3}){0,4})\s+(?=[^\W\d_a-z]|[\"'“«(])", line)
    return tuple(map(int, found[1].split("."))) if found else None


def score_sheet(line: str) -> bool:
    """Whether a line belongs to a printed score sheet or to a code cell's frame, not to an answer."""
    return len(line) < 300 and bool(_SHEET.search(line) or _CELL_PROMPT.match(line))


def is_placeholder(line: str, placeholders: Iterable[str]) -> bool:
    """Whether a line is nothing but a placeholder."""
    if len(line) > 300:
        return False
    bare = _BOX.sub(" ", TAG.sub(" ", line)).strip().casefold()
    return bool(bare) and any(bare == _BOX.sub(" ", known).strip().casefold() for known in placeholders)


def without_placeholders(line: str, placeholders: Iterable[str]) -> str:
    """The line without bracketed or emphasised placeholders."""
    for known in placeholders:
        if known.casefold() in line.casefold():
            words = re.escape(known).replace(r"\ ", r"\s{1,3}")
            line = re.sub(
                rf"[\[【*_(<]{{1,3}}\s{{0,3}}{words}[\s.…:]{{0,5}}[\]】*_)>]{{1,3}}", " ", line, flags=re.I
            )
    return line
