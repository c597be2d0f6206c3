"""The text of PDF pages, in reading order and without what a printer put there.

Run by `grader.rubric.find.export` within its limits; like it, this file imports nothing of the grader.
What a page does not show is passed on within ``<span hidden>``, for the judge to report.
"""

from __future__ import annotations

import io
import re
import signal
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

MOST_PAGES = 400
MOST_SECONDS = 45.0
PAGE_SECONDS = 4.0

_LIGATURE = re.compile("[\ufb00-\ufb06]")
_HYPHEN = re.compile(r"\b([A-Za-z]{2,30})-\n(?=[a-z])")
_COMPOUND = re.compile(
    r"^(?:one|two|three|five|six|mini|non|well|high|low|fully|per|self|test|train|zero|multi|pre)$", re.I
)
_PAGE_NUMBER = re.compile(r"^\s*(?:Page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*$", re.I)
_HAN = re.compile(r"(?<=[\u3400-\u9fff])\n(?=[\u3400-\u9fff，。、；：）」])")
_FULL_LINE = 24
"""A shorter line of Chinese may be a title; only longer ones are taken for broken at the margin."""
_PROMPT = re.compile(r"^[ \t]{0,3}\[(\d{1,5})\]:(?=[ \t])", re.M)
_CELL = re.compile(r"^\s*(?:In|Out)\s?\[[\d\s*]{0,6}")
_MOMENT = (
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}\.?,?\s{1,3}(?:(?:上午|下午|오전|오후)\s?)?"
    r"\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AP]\.?M\b\.?)?"
)
_HEADER = re.compile(rf"^\s*(?:\d{{1,4}}\s(?:of|/)\s\d{{1,4}}\s{{1,9}})?{_MOMENT}(?:\s.{{0,200}})?$", re.I)
_ADDRESSED = re.compile(r"(?:https?|file)://\S{1,2000}\s*$|\blocalhost:\d{2,5}/\S{0,2000}\s*$")
_SAME_HEIGHT = 5.0
_BACK = 20.0
"""What begins so far to the left of what was painted before it stands on a line of its own."""
_JUMP = 14.0
"""Formulas go up and down by less than this."""
_COLUMN = 0.45
"""What begins farther to the right, as a share of the page's width, is another column."""


@dataclass
class _Piece:
    """Text that was painted at once."""

    text: str
    hidden: bool
    left: float
    height: float
    """How far up the page it stands."""


class _Line:
    """Pieces that stand beside each other."""

    def __init__(self, pieces: list[_Piece]) -> None:
        self.pieces = pieces
        first = next(piece for piece in pieces if piece.text.strip())
        self.left, self.height = first.left, first.height


def pdf_text(data: bytes, most: int) -> tuple[str, str | None]:
    """The text of a PDF file, up to about so many characters, and a note on pages that are not in it.

    A page that is full of drawings can take long; it is left out, and the others are read.
    """
    from pypdf import PdfReader

    pages: list[list[str]] = []
    count, unread = 0, 0
    reader = PdfReader(io.BytesIO(data))
    total = len(reader.pages)
    end = time.process_time() + MOST_SECONDS
    for page in reader.pages[:MOST_PAGES]:
        if count > most or time.process_time() > end:
            break
        try:
            with _at_most(PAGE_SECONDS):
                text = _page_text(page)
        except Exception:  # noqa: BLE001 - whatever a parser raises, it is this page that cannot be read
            text, unread = "", unread + 1
        text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        pages.append(text.split("\n"))
        count += len(text)
    unread += total - len(pages)
    text = "\n".join("\n".join(lines) for lines in _without_frames(pages, total))
    note = f"{unread} of {total} pages cannot be read" if unread else None
    return unwrapped(text).replace("\0", "\ufffd"), note


def unwrapped(text: str) -> str:
    """The text with the words put together that were broken at the end of a line.

    Prompts get their full form: in Markdown, which it is read as from here on, ``[7]: x`` would be a
    definition, and not seen.
    """
    text = _PROMPT.sub(r"In [\1]:", text)
    text = _HYPHEN.sub(lambda found: found[1] + ("-" if _COMPOUND.search(found[1]) else ""), text)
    return _HAN.sub(lambda found: _join_han(text, found.start()), text)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise an error within the block after some time of computing, however busy the machine is."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _join_han(text: str, place: int) -> str:
    """What belongs between two lines of Chinese: nothing, where a sentence goes on."""
    return "" if place - text.rfind("\n", 0, place) > _FULL_LINE else "\n"


def _without_frames(pages: list[list[str]], total: int) -> list[list[str]]:
    """Pages without their numbers and what browsers print around them."""
    first = [next((line.strip() for line in lines if line.strip()), "") for lines in pages]
    running = {line for line in first if first.count(line) > 1 and _ADDRESSED.search(line)}
    kept = []
    for number, lines in enumerate(pages, 1):
        kept.append(
            [
                line
                for line in lines
                if not (
                    _PAGE_NUMBER.match(line)
                    or _HEADER.match(line)
                    or line.strip() in running
                    or _foots(line, f"{number}/{total}")
                )
            ]
        )
    return kept


def _foots(line: str, fraction: str) -> bool:
    """Whether a line is an address and the number of its page."""
    address, _, last = line.strip().rpartition(" ")
    address = address.strip()
    return last == fraction and not re.search(r"\s", address) and bool(re.search(r"[/.:]", address))


def _page_text(page: Any) -> str:
    """The text of a page, what is painted in white or not at all set apart."""
    pieces = _in_order(_pieces(page), _number(page.mediabox.width))
    unseen = sum(len(piece.text.strip()) for piece in pieces if piece.hidden)
    total = sum(len(piece.text.strip()) for piece in pieces)
    if unseen * 2 > total:  # a dark page
        return _escaped("".join(piece.text for piece in pieces))
    return "".join(_apart(_escaped(piece.text)) if piece.hidden else _escaped(piece.text) for piece in pieces)


class _Painter:
    """Follows what a page paints: how, and how far up.

    Pages may contain forms, which are painted where the page says, though all numbers within them
    are their own; browsers make one of everything that is a little transparent, such as prompts.
    """

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self._white, self._mode, self._hidden = False, 0, False
        self._stack: list[tuple[bool, int]] = []
        self._forms: list[tuple[int, list[float], bool, int]] = []
        self._first: tuple[float, float] | None = None
        self._last = (0.0, 0.0)
        self._shows = False

    def before(self, operator: bytes, operands: Any, page: Any, text: Any) -> None:
        """Called before every operation of the page."""
        while self._forms and (len(self._stack), list(page)) == self._forms[-1][:2]:
            _, _, self._white, self._mode = self._forms.pop()
        self._shows = operator in (b"Tj", b"TJ", b"'", b'"')
        if operator == b"q":
            self._stack.append((self._white, self._mode))
        elif operator == b"Q" and self._stack:
            self._white, self._mode = self._stack.pop()
        elif operator == b"Do" and len(self._forms) < 20:
            self._forms.append((len(self._stack), list(page), self._white, self._mode))
        elif operator in (b"g", b"rg", b"sc", b"scn"):
            self._white = bool(operands) and all(_number(value) > 0.94 for value in operands)
        elif operator == b"k":
            self._white = bool(operands) and all(_number(value) < 0.06 for value in operands)
        elif operator == b"Tr":
            self._mode = int(_number(operands[0])) if operands else 0
        elif self._shows:
            self._hidden = self._white or self._mode in (3, 7)
            self._last = self._place(page, text)
            self._first = self._last if self._first is None else self._first

    def _place(self, page: Any, text: Any) -> tuple[float, float]:
        x, y = _number(text[4]), _number(text[5])
        for matrix in (page, *(form[1] for form in reversed(self._forms))):
            x, y = (
                matrix[0] * x + matrix[2] * y + matrix[4],
                matrix[1] * x + matrix[3] * y + matrix[5],
            )
        return x, y

    def text(self, piece: str, *_: Any) -> None:
        """Called with text that was painted, at the latest when other text is about to follow."""
        left, height = self._last if self._first is None else self._first
        self.pieces.append(_Piece(piece, self._hidden, left, height))
        self._first = self._last if self._shows else None


def _pieces(page: Any) -> list[_Piece]:
    painter = _Painter()
    page.extract_text(visitor_operand_before=painter.before, visitor_text=painter.text)
    return painter.pieces


def _in_order(pieces: list[_Piece], width: float) -> list[_Piece]:
    """Pieces from the top of the page to its foot.

    Browsers paint some things last on a page, such as prompts and output of code cells, which then
    would seem to follow all the text. So text that begins far above what was painted before it is
    fitted in where it stands, unless it begins another column.
    """
    stretches: list[list[_Line]] = []
    for line in _lines(pieces):
        jump = -_SAME_HEIGHT if _CELL.match(line.pieces[0].text) else _JUMP
        if not stretches or line.height > stretches[-1][-1].height + jump:
            stretches.append([])
        stretches[-1].append(line)
    if any(stretch[0].left > _COLUMN * width for stretch in stretches[1:]):
        stretches = [[line for stretch in stretches for line in stretch]]
    ordered: list[_Piece] = []
    waiting = [list(reversed(stretch)) for stretch in stretches]
    while waiting:
        top = max(stretch[-1].height for stretch in waiting)
        nearest = (stretch for stretch in waiting if stretch[-1].height > top - _SAME_HEIGHT)
        chosen = min(nearest, key=lambda stretch: stretch[-1].left)
        line = chosen.pop()
        ordered += [*line.pieces, _Piece("\n", hidden=False, left=line.left, height=line.height)]
        waiting = [stretch for stretch in waiting if stretch]
    return ordered


def _lines(pieces: list[_Piece]) -> Iterator[_Line]:
    """Lines as they were painted, without blank ones."""
    gathered: list[_Piece] = []
    for piece in pieces:
        if gathered and piece.text.strip() and piece.left < gathered[-1].left - _BACK:
            yield from _line(gathered)
            gathered = []
        *complete, rest = piece.text.split("\n")
        for text in complete:
            yield from _line([*gathered, replace(piece, text=text)])
            gathered = []
        gathered.append(replace(piece, text=rest))
    yield from _line(gathered)


def _line(pieces: list[_Piece]) -> Iterator[_Line]:
    if any(piece.text.strip() for piece in pieces):
        yield _Line(pieces)


def _apart(piece: str) -> str:
    """A piece that is not seen; its line breaks are."""
    words = piece.strip("\n")
    if not words.strip():
        return piece
    start = len(piece) - len(piece.lstrip("\n"))
    return piece[:start] + f"<span hidden>{words}</span>" + piece[start + len(words) :]


def _escaped(text: str) -> str:
    """Text in which nothing can be taken for a tag or a comment."""
    return re.sub(r"<(?=[A-Za-z/!])", "< ", text)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.5
