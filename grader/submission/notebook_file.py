"""The cells of a notebook's file. Sent to the confined worker with `grader.submission.inspection`.

A file that was cut off, edited by hand or left in the middle of a merge still has cells: those that
can be read are, and it is said that others could not.
"""

from __future__ import annotations

import json
import re
from typing import Any

MAX_CELLS = 5000
MAX_CELL_CHARACTERS = 200_000
MAX_OUTPUT_CHARACTERS = 20_000

_KEYS = "attachments|cell_type|collapsed|execution_count|id|input|language|level|metadata|outputs|source"
_CELL = re.compile(rf'\{{\s*"(?:{_KEYS})"')


def cells_of(source: bytes) -> tuple[list[dict[str, Any]], str | None, str]:
    """The cells that can be read, what is wrong with the file, if anything is, and its version of Python."""
    text = _decoded(source)
    problem: str | None = None
    python = ""
    try:
        document = json.loads(text, strict=False)
        cells, python = _listed(document), _python_of(document)
    except (ValueError, RecursionError, MemoryError, AttributeError, TypeError) as error:
        cells, problem = _salvaged(text), f"{type(error).__name__}: {error}"[:300]
    read = [_cell(number, cell) for number, cell in enumerate(cells[:MAX_CELLS]) if isinstance(cell, dict)]
    if problem is not None and read:
        problem = f"damaged, {len(read)} cells could be read ({problem})"
    elif problem is None and len(cells) > MAX_CELLS:
        problem = f"only the first {MAX_CELLS} of {len(cells)} cells are read"
    elif problem is None and len(read) < len(cells):
        problem = f"damaged, {len(cells) - len(read)} of {len(cells)} cells cannot be read"
    return read, problem, python


def _python_of(document: dict[str, Any]) -> str:
    """The version of Python that ran a notebook last, or else that of its kernel; empty if not known."""
    metadata = document.get("metadata")
    for name, key in (("language_info", "version"), ("kernelspec", "name")):
        table = metadata.get(name) if isinstance(metadata, dict) else None
        value = str(table.get(key)) if isinstance(table, dict) else ""
        if found := re.match(r"(?:python)?([23])", value):
            return found.group(1)
    return ""


def _decoded(source: bytes) -> str:
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return source.decode("utf-16", "replace")
    return source.decode("utf-8-sig", "replace")


def _listed(document: dict[str, Any]) -> list[Any]:
    if isinstance(document.get("cells"), list):
        return list(document["cells"])
    if isinstance(document.get("worksheets"), list):  # nbformat 3
        return [cell for sheet in document["worksheets"] for cell in sheet.get("cells") or []]
    raise ValueError("no cells: this is not a notebook")


def _salvaged(text: str) -> list[Any]:
    """Whatever looks like a cell in a file that is no JSON."""
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    place = 0
    while len(found) <= MAX_CELLS and (start := _CELL.search(text, place)):
        try:
            cell, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            place = start.end()
            continue
        whole = isinstance(cell, dict) and "cell_type" in cell
        found += [cell] if whole else []
        place = end if whole else start.end()
    return found


def _cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags, outputs, level = metadata.get("tags"), cell.get("outputs"), cell.get("level")
    source = _text(cell.get("source", cell.get("input")))
    kind = str(cell.get("cell_type", "raw"))
    if kind == "heading":  # nbformat 3
        kind, source = "markdown", "#" * (level if isinstance(level, int) else 1) + " " + source
    outputs = outputs if isinstance(outputs, list) else []
    return {
        "number": number,
        "type": kind,
        "id": str(cell.get("id", metadata.get("id", ""))),
        "tags": [str(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "source": source[:MAX_CELL_CHARACTERS],
        "outputs": [_output(output) for output in outputs if isinstance(output, dict)],
    }


def _output(output: dict[str, Any]) -> str:
    """The text of an output; pictures are left out, and the middle of what is very long."""
    if output.get("output_type") in ("pyerr", "error"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"[:2000]
    data = output.get("data", output)
    text = _text(output.get("text", data.get("text/plain") if isinstance(data, dict) else None))
    if len(text) <= MAX_OUTPUT_CHARACTERS:
        return text
    half = MAX_OUTPUT_CHARACTERS // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)
