"""Statements of Python 2 that Python 3 cannot parse, rewritten where they stand.

Nothing moves to another line, so that line numbers stay the student's own. Only files that do not
parse are treated; in a file that does, none of these can occur.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_QUOTED: Final = "|".join(
    (
        r"'''(?:[^\\]|\\.)*?'''",
        r'"""(?:[^\\]|\\.)*?"""',
        r"'(?:[^'\\\n]|\\.)*'",
        r'"(?:[^"\\\n]|\\.)*"',
    )
)
_TOKEN: Final = re.compile(
    rf"(?P<string>[bu]?r?(?:{_QUOTED}))"
    r"|(?P<blank>[ \t\f]+|\\\n|\#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d\w*)"
    r"|(?P<other><>|>>|.)",
    re.DOTALL | re.IGNORECASE,
)
_PRINT_FUNCTION: Final = re.compile(r"^\s*from\s+__future__\s+import\b[^\n#]*\bprint_function", re.MULTILINE)
_LONG: Final = re.compile(r"(0x[0-9a-f]+|[1-9]\d*|0)l", re.IGNORECASE)
_HEADS: Final = frozenset(
    ("if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class")
)
_MOST_CHARACTERS: Final = 300_000
"""Of a source that is worth the time. Those of the course have some ten thousand."""
_TAB: Final = 8
"""Python 2 takes a tab for as many spaces as lead to the next multiple."""


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source as a syntax tree, and what had to be rewritten for that: lines and what stood there."""

    tree: ast.Module
    rewritten: tuple[tuple[int, str], ...] = ()
    text: str | None = None
    """The rewritten source, if it was."""


def parse(source: bytes | str, path: str = "<unknown>") -> Parsed:
    """The syntax tree of a source in Python 3 or, failing that, in Python 2.

    Raises
    ------
    SyntaxError
        With the line that even Python 2 would not take. What has been rewritten is its attribute
        ``rewritten``.
    """
    try:
        return Parsed(ast.parse(source, path))
    except SyntaxError:
        text = source if isinstance(source, str) else _decoded(source)
        if text is None or len(text) > _MOST_CHARACTERS:
            raise
        fixed, rewritten = rewrite(text)
        if fixed == text:
            raise
    try:
        return Parsed(ast.parse(fixed, path), rewritten, fixed)
    except SyntaxError as error:
        lines = text.split("\n")
        if error.lineno is not None and 0 < error.lineno <= len(lines):
            error.text = lines[error.lineno - 1]  # as its author knows it
        setattr(error, "rewritten", rewritten)  # noqa: B010 - mypy knows no such attribute
        raise


def rewrite(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """A source with the statements of Python 2 in the form of Python 3.

    Returns
    -------
    text : str
        With as many lines.
    rewritten : tuple of (line, what stood there)
        Spaces put in the place of tabs are not worth telling.
    """
    tokens = [*_tokens(text)]
    rewritten = [*_in_expressions(tokens)]
    printing = _PRINT_FUNCTION.search(text) is not None
    for statement in _statements(tokens):
        line, word = statement[0].line, statement[0].text
        if word in _STATEMENTS and not (printing and word == "print"):
            rewrite_one, what = _STATEMENTS[word]
            if rewrite_one(statement):
                rewritten.append((line, what))
    return "".join(token.text for token in tokens), tuple(sorted(rewritten))


def _decoded(source: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        yield _Token(match.lastgroup or "other", match.group(), line)
        line += match.group().count("\n")


def _in_expressions(tokens: list[_Token]) -> Iterator[tuple[int, str]]:
    """Rewrite what may stand anywhere: ``<>``, backticks, ``10L`` and ``ur"..."``."""
    opened: _Token | None = None
    for token in tokens:
        if token.kind == "other" and token.text == "<>":
            token.text = "!="
            yield token.line, "the operator <>"
        elif token.kind == "other" and token.text == "`":
            if opened is None:
                opened = token
            else:
                opened.text, token.text = "repr(", ")"
                opened.kind = token.kind = "name"  # they are a pair for us, and brackets for nobody
                opened = None
                yield token.line, "backticks"
        elif token.kind == "number" and _LONG.fullmatch(token.text):
            token.text = token.text[:-1]
            yield token.line, "a long literal"
        elif token.kind == "string" and token.text[:2].lower() == "ur":
            token.text = token.text[1:]
            yield token.line, "a string with ur"


def _statements(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """The tokens of every simple statement and of the head of every compound one, blanks left out."""
    statement: list[_Token] = []
    depth = lambdas = 0
    at_line_start = True
    for token in tokens:
        if at_line_start and token.kind == "blank":
            token.text = _spaces(token.text)
        if token.kind in ("string", "name", "number", "other"):
            depth = max(depth + _step(token), 0)
            lambdas += token.text == "lambda" and depth == 0
        at_line_start = token.kind == "newline" and depth == 0
        ends = at_line_start or (depth == 0 and token.text == ";")
        if depth == 0 and token.text == ":" and token.kind == "other":
            ends = lambdas == 0 and bool(statement) and statement[0].text in _HEADS
            lambdas = max(lambdas - 1, 0)
        if ends:
            if statement:
                yield statement
            statement, lambdas = [], 0
        elif token.kind not in ("blank", "newline"):
            statement.append(token)
    if statement:
        yield statement


def _spaces(indentation: str) -> str:
    return indentation.expandtabs(_TAB) if set(indentation) <= {" ", "\t"} else indentation


def _step(token: _Token) -> int:
    if token.kind != "other":
        return 0
    return (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))


def _commas(tokens: list[_Token]) -> list[int]:
    """Where the commas are that stand in no brackets."""
    found, depth = [], 0
    for index, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0 and token.kind == "other" and token.text == ",":
            found.append(index)
    return found


def _print(statement: list[_Token]) -> bool:
    """``print a, b`` to ``print(a, b)``; what looks like a call already is one for Python 3."""
    word, *rest = statement
    if not rest or rest[0].text == ">>" or _one_bracket(rest):
        return False  # `print >>file, text` parses, and is seen to in the tree
    word.text += "("
    rest[-1].text = ', end=" ")' if rest[-1].text == "," else f"{rest[-1].text})"
    return True


def _one_bracket(tokens: list[_Token]) -> bool:
    depth = 0
    for index, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0:
            return index == len(tokens) - 1 and token.text == ")"
    return False


def _except(statement: list[_Token]) -> bool:
    """``except Error, error:`` to ``except Error as error:``."""
    commas = _commas(statement)
    if len(commas) != 1 or commas[0] != len(statement) - 2:
        return False
    statement[commas[0]].text = " as "
    return True


def _raise(statement: list[_Token]) -> bool:
    """``raise Error, "text"`` to ``raise Error("text")``."""
    commas = _commas(statement)
    if len(commas) != 1 or commas[0] in (1, len(statement) - 1):
        return False
    statement[commas[0]].text = "("
    statement[-1].text += ")"
    return True


_STATEMENTS: Final = {
    "print": (_print, "a print statement"),
    "except": (_except, "an except clause with a comma"),
    "raise": (_raise, "a raise statement with a comma"),
}
