"""The text of an answer as a reader of the rendered notebook sees it, in plain characters.

Markup, LaTeX commands and invisible text are taken away; what was hidden is said, so that nobody
earns points with words that no person would read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import regex

from grader.rubric.script import simplified

_HIDDEN = (
    regex.compile(r"<!--.*?(?:-->|\Z)", regex.S),
    regex.compile(r"<(script|style|template|head|title|details)\b.*?(?:</\1\s*>|\Z)", regex.S | regex.I),
    regex.compile(r"^\[[^\]\n]*\]:\s*(?:#|<>|\S+\s*[\"'(]).*$", regex.M),  # a comment as a link definition
    regex.compile(r"\\(?:[hv]?phantom)\s*\{[^{}]*\}"),
    regex.compile(
        r"\{?\\(?:text)?color\s*\{\s*(?:white|#?f{3}|#?f{6})\s*\}\s*(?:\{[^{}]*\}|[^$}]*)", regex.I
    ),
)
_HIDING = (
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?\.?0+\s*[;\"']|font-size\s*:\s*0|"
    r"(?<![-\w])color\s*[:=]\s*[\"']?\s*(?:white|#f{3}\b|#f{6}\b|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|\shidden(?=[\s>=])"
)
_HIDDEN_ELEMENT = regex.compile(rf"<(\w+)\b[^>]*?(?:{_HIDING})[^>]*>.*?(?:</\1\s*>|\Z)", regex.S | regex.I)
_INVISIBLE = regex.compile(r"[\p{Cf}\u115f\u1160\u3164\uffa0]")
_COMMANDS = {
    "rightarrow": "→", "to": "→", "Rightarrow": "→", "leftarrow": "←", "uparrow": "↑", "downarrow": "↓",
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "gg": ">>", "ll": "<<", "lt": "<", "gt": ">",
    "ne": "!=", "neq": "!=", "approx": "≈", "times": "*", "cdot": "*", "pm": "+-", "infty": " infinity ",
    "sqrt": " sqrt ", "sum": " sum ",
    **dict.fromkeys(("text", "mathrm", "mathbf", "textit", "textbf", "left", "right", "begin"), " "),
    **dict.fromkeys(("end", "quad", "displaystyle"), " "),
}  # fmt: skip
_CIRCLED = regex.compile("[①-⑨]")
_LABEL = regex.compile(
    r"^\W{0,3}(?:(?:(?:your|my|the)\s+)?(?:answers?|ans)\b|(?:我的)?(?:答案?|回答|解答)|답변?|(?:mi\s+)?respuesta\b)"
    r"\s*[:：]\s*",
    regex.I,
)
"""What only announces the answer."""


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader sees of an answer."""

    text: str
    hidden: bool
    """Whether words were hidden from the reader."""


def visible(answer: str) -> Visible:
    """Take away what is not seen, and the markup of what is."""
    text, hidden = answer.replace("\r\n", "\n").replace("\r", "\n"), False
    for pattern in (*_HIDDEN, _HIDDEN_ELEMENT):
        text, count = pattern.subn(" ", text)
        hidden = hidden or count > 0
    text, count = _INVISIBLE.subn("", text)
    hidden = hidden or count > 8  # a few come with copied text; many carry a message
    text = _CIRCLED.sub(lambda found: f"({ord(found[0]) - ord('①') + 1})", text)
    text = unicodedata.normalize("NFKC", text)
    text = simplified(_without_markup(text)).strip()
    return Visible(_LABEL.sub("", text, count=1), hidden)


_MARKUP: tuple[tuple[regex.Pattern[str], str | Callable[[regex.Match[str]], str]], ...] = (
    (regex.compile(r"!\[[^\]]*\]\([^)]*\)|!\[\[[^\]]*\]\]"), " "),
    (regex.compile(r"\[([^\]]*)\]\((?:[^()]|\([^)]*\))*\)"), r"\1"),
    (regex.compile(r"https?://\S+"), " "),
    (regex.compile(r"<br\s*/?>|</?(?:p|div|li|ul|ol|h\d|tr)\b[^>]*>", regex.I), "\n"),
    (regex.compile(r"</?[a-zA-Z][^<>\n]{0,200}>"), " "),
    (regex.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"(\1)/(\2)"),
    (regex.compile(r"\\(?:color|textcolor)\s*\{[^{}]*\}"), " "),
    (
        regex.compile(r"\\([a-zA-Z]+)"),
        lambda found: _COMMANDS.get(found[1], f" {found[1]} " if len(found[1]) > 2 else " "),
    ),
    (regex.compile(r"\\([\\_*#$%&{}])"), r"\1"),
    (regex.compile("[’‘]"), "'"),
    (regex.compile(r"(?<=\w)_(?=\w)"), " "),
    (
        regex.compile(
            r"\*\*|[`${}~|]|(?<![\w)\]])[*_]+|[*_]+(?![\w(\[])|^[ \t]*(?:[#>]+|[-+*](?=\s))", regex.M
        ),
        " ",
    ),
)
"""What is taken away, and what stays of it, in this order."""


def _without_markup(text: str) -> str:
    for pattern, kept in _MARKUP:
        text = pattern.sub(kept, text)
    return text
