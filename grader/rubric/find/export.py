"""HTML and PDF files as text. Runs in a process of its own, never in the judge.

What these parsers meet was made by anybody, so `grader.rubric.find.apart` starts this file as a
program with limits, gives it the document and reads JSON back. It imports nothing of the grader.
What a page does not show is passed on within ``<span hidden>``, for the judge to report.
"""

from __future__ import annotations

import json
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_CHARACTERS = 2_000_000
MOST_BLOCKS = 5000
CPU_SECONDS = 60
MEMORY_BYTES = 1 << 30
OUTPUT_BYTES = 32 << 20

_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*0*\.?0+\d?(?![\d.])"
    r"|(?<![-\w])color\s*:\s*(?:white|snow|ivory|transparent|#f{3,8}\b|rgba?\s*\(\s*25\d\s*,\s*25\d\s*,\s*25\d)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.I,
)
_SILENT = {"script", "style", "template", "noscript", "head", "title", "svg", "object", "iframe", "button"}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "table",
    "tr",
    "ul",
    "ol",
    "center",
    "figure",
    "dl",
    "dt",
    "dd",
    "details",
}


def html_blocks(data: bytes) -> dict[str, Any]:
    """The text of an HTML page in Markdown; cells apart, if a notebook was printed into it."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(data, "html.parser")
    cells = soup.select("div.jp-Cell, div.cell")
    inner = [cell for cell in cells if not cell.find_parent(class_=["jp-Cell", "cell"])]
    if not inner:
        return {"cells": False, "blocks": [_block(_markdown(soup.body or soup), code=False, cell=None)]}
    blocks = []
    for number, cell in enumerate(inner[:MOST_BLOCKS]):
        classes = list(cell.get("class") or [])
        code = "jp-CodeCell" in classes or "code_cell" in classes
        body = (
            cell if code else cell.select_one(".jp-RenderedMarkdown, .text_cell_render, .inner_cell") or cell
        )
        blocks.append(_block(body.get_text() if code else _markdown(body), code=code, cell=number))
    return {"cells": True, "blocks": blocks}


def _pdf_reader() -> Callable[[bytes], dict[str, Any]]:
    read = _beside("pages.py")["pdf_text"]

    def pdf(data: bytes) -> dict[str, Any]:
        text, note = read(data, MOST_CHARACTERS)
        return {"cells": False, "blocks": [_block(text, code=False, cell=None)], "note": note}

    return pdf


def _beside(name: str) -> dict[str, Any]:
    """What a program beside this one defines; it is no package's module either."""
    return runpy.run_path(str(Path(__file__).with_name(name)))


def _block(text: str, *, code: bool, cell: int | None) -> dict[str, Any]:
    return {"text": text[:MOST_CHARACTERS], "code": code, "cell": cell}


def _markdown(root: Any) -> str:
    parts: list[str] = []
    _write(root, parts, "", 0)
    return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", "".join(parts)).strip()


def _write(node: Any, parts: list[str], quote: str, depth: int) -> None:
    """Write an element's children as Markdown."""
    from bs4 import element

    number = 0
    for child in node.children:
        if isinstance(child, element.Comment):
            parts.append(f"<span hidden>{_escaped(str(child))}</span>")
        elif isinstance(child, element.PreformattedString):
            continue
        elif isinstance(child, element.NavigableString):
            parts.append(_escaped(re.sub(r"\s*\n\s*", " ", str(child))) if str(child).strip() else " ")
        elif isinstance(child, element.Tag):
            number += child.name == "li"
            _write_tag(child, parts, quote, depth, number if node.name == "ol" else 0)


def _write_tag(tag: Any, parts: list[str], quote: str, depth: int, number: int) -> None:
    name = tag.name.lower()
    classes = tag.get("class") or []
    if name in _SILENT or "anchor-link" in classes:
        return
    if depth > 200 or _hides(tag):
        opening, closing = ("", "") if depth > 200 else ("<span hidden>", "</span>")
        parts.append(opening + _escaped(tag.get_text(" ")) + closing)
        return
    before, after = "", ""
    if re.fullmatch(r"h[1-6]", name):
        before, after = f"\n\n{quote}{'#' * int(name[1])} ", "\n\n"
    elif name == "li":
        before, after = f"\n{quote}{f'{number}.' if number else '-'} ", ""
    elif name == "br":
        before = f"\n{quote}"
    elif name in ("b", "strong"):
        before, after = "**", "**"
    elif name == "pre":
        parts.append(f"\n\n{quote}```\n{_escaped(tag.get_text())}\n```\n\n")
        return
    elif name == "img":
        before = "![picture](picture)"
    elif name == "blockquote":
        quote += "> "
    elif name in ("td", "th"):
        after = " | "
    if name in _BLOCKS or name == "blockquote":
        before, after = f"\n\n{quote}" if name != "tr" else f"\n{quote}", "\n\n" if name != "tr" else ""
    parts.append(before)
    _write(tag, parts, quote, depth + 1)
    parts.append(after)


def _hides(tag: Any) -> bool:
    colour = str(tag.get("color") or "").strip().lower()
    return (
        tag.has_attr("hidden")
        or bool(_HIDING.search(str(tag.get("style") or "")))
        or colour in ("white", "#fff", "#ffffff", "transparent")
    )


def _escaped(text: str) -> str:
    """Text in which nothing can be taken for a tag or a comment."""
    return re.sub(r"<(?=[A-Za-z/!])", "< ", text)


def _limit() -> None:
    """Limits that this process cannot lift again."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str) -> None:
    """Read a document from standard input and write JSON to standard output."""
    _limit()
    walls = _beside("walls.py")
    walls["load"](kind)
    read = html_blocks if kind == "html" else _pdf_reader()
    data = sys.stdin.buffer.read()
    walls["put_up"]()  # nothing of the document was looked at until here
    try:
        found = read(data)
    except Exception as error:  # noqa: BLE001 - whatever a parser raises, the file cannot be read
        found = {"cells": False, "blocks": [], "error": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
