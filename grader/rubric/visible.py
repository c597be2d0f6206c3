"""The text of an answer as a reader of the rendered notebook sees it, in plain characters.

Markup, LaTeX commands and invisible text are taken away; what was hidden is said, so that nobody
earns points with words that no person would read.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import regex

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
_PAIRS = (
    "訓训練练數数據据層层歸归標标準准機机網网絡络權权過过擬拟較较穩稳對对於于為为會会導导應应該该變变無无個个這这與与時时當当輸输學学習习驗验證证測测試试險险減减圖图"
    "項项選选擇择維维徵征誤误殘残關关係系樣样統统計计響响動动態态說说沒没並并從从後后現现實实際际單单點点間间種种類类隨随機机壓压縮缩輕轻總总體体質质優优調调節节長长"
    "寬宽異异價价錯错設设結结構构連连續续線线傳传遞递遠远進进煉炼慮虑額额強强認认識识複复雜杂簡简濾滤滿满損损們们將将處处還还則则讓让僅仅雖虽許许給给離离隱隐藏藏啟启"
    "發发義义綜综觀观來来兩两輪轮達达運运執执斷断確确歷历積积聲声顯显區区丟丢棄弃產产適适預预幾几亂乱趨趋飽饱爲为淺浅負负極极參参獨独屬属約约敗败滅灭衰衰穫获擴扩層层"
    "規规鬆松佈布塊块鏈链"
)
_TRADITIONAL = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


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
    text = regex.sub("[①-⑨]", lambda found: f"({ord(found[0]) - ord('①') + 1})", text)
    text = unicodedata.normalize("NFKC", text)
    return Visible(_without_markup(text).translate(_TRADITIONAL).strip(), hidden)


def _without_markup(text: str) -> str:
    text = regex.sub(r"!\[[^\]]*\]\([^)]*\)|!\[\[[^\]]*\]\]", " ", text)
    text = regex.sub(r"\[([^\]]*)\]\((?:[^()]|\([^)]*\))*\)", r"\1", text)
    text = regex.sub(r"https?://\S+", " ", text)
    text = regex.sub(r"<br\s*/?>|</?(?:p|div|li|ul|ol|h\d|tr)\b[^>]*>", "\n", text, flags=regex.I)
    text = regex.sub(r"</?[a-zA-Z][^<>\n]{0,200}>", " ", text)
    text = regex.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"(\1)/(\2)", text)
    text = regex.sub(r"\\(?:color|textcolor)\s*\{[^{}]*\}", " ", text)
    text = regex.sub(
        r"\\([a-zA-Z]+)",
        lambda found: _COMMANDS.get(found[1], f" {found[1]} " if len(found[1]) > 2 else " "),
        text,
    )
    text = regex.sub(r"\\([\\_*#$%&{}])", r"\1", text)
    text = text.replace("’", "'").replace("‘", "'")
    text = regex.sub(r"(?<=\w)_(?=\w)", " ", text)
    return regex.sub(
        r"\*\*|[`${}~|]|(?<![\w)\]])[*_]+|[*_]+(?![\w(\[])|^[ \t]*(?:[#>]+|[-+*](?=\s))",
        " ",
        text,
        flags=regex.M,
    )
