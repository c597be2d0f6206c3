"""Makes notebooks from scripts in jupytext's percent format.

A cell begins with ``# %%`` and may carry its id and tags there, ``# %% [markdown] id="..." tags=[...]``.
Notebooks are written without outputs, validated, and the same bytes every time: a cell without an id
gets one that depends on the notebook's name and the cell's text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import jupytext
import nbformat

from grader.authoring.drafts import Variant
from grader.authoring.regions import find_regions, without_markers
from grader.authoring.stubs import names_read, with_stubs
from grader.errors import AssignmentError

_CELL = re.compile(r"^# %%", re.MULTILINE)
_MARKDOWN = re.compile(r"# %% (?:[^\[\n]*)\[(?:markdown|md|raw)\]")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build_notebook(script: str, file: str, variant: Variant) -> str:
    """The notebook, as the text of its ``.ipynb``.

    Parameters
    ----------
    script : str
        In percent format.
    file : str
        Where the script is from, for messages; its name goes into the ids of cells that have none.
    variant : Variant

    Raises
    ------
    AssignmentError
        If markers are wrong, an id occurs twice, or the result is no valid notebook.
    """
    marked = _with_stubs(script, file) if variant is Variant.STUBS else without_markers(script, file)
    cells = _cells(jupytext.reads(marked, fmt="py:percent").cells, PurePosixPath(file).stem.lower())
    ids = [cell["id"] for cell in cells]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise AssignmentError(f"two cells have the id {twice[0]!r}", file=file)
    notebook = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise AssignmentError(f"no valid notebook: {error.message}", file=file) from error
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _cells(cells: Sequence[Any], slug: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for cell in cells:
        metadata = dict(cell.metadata)
        own_id = metadata.pop("id", None) or _derived_id(slug, cell.source, [each["id"] for each in made])
        fresh = {
            "cell_type": cell.cell_type,
            "id": own_id,
            "metadata": metadata,
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.cell_type == "code":
            fresh |= {"execution_count": None, "outputs": []}
        made.append(fresh)
    return made


def _derived_id(slug: str, source: str, taken: Sequence[str]) -> str:
    """An id from the text, so that a cell keeps it when others come and go."""
    stem = f"{slug}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    count = sum(other == stem or other.startswith(f"{stem}-") for other in taken)
    return f"{stem}-{count + 1}" if count else stem


def _with_stubs(script: str, file: str) -> str:
    """The script with every region replaced: the last cell first, for a stub binds what is read below."""
    starts = [match.start() for match in _CELL.finditer(script)]
    read_below: set[str] = set()
    done: list[str] = []
    for start, end in reversed([*zip([0, *starts], [*starts, len(script)], strict=True)]):
        above = "\n" * script.count("\n", 0, start)  # keeps the line numbers of messages right
        cell = script[start:end]
        if _MARKDOWN.match(cell):
            cell = _markdown_stubs(above + cell, file)
        else:
            cell = with_stubs(above + cell, file, read_below=read_below)
            read_below |= names_read(cell, file)
        done.append(cell[len(above) :])
    return "".join(reversed(done))


def _markdown_stubs(text: str, file: str) -> str:
    """A Markdown cell with the text of every region in the place of the region."""
    lines = text.split("\n")
    for region in reversed(find_regions(lines, file)):
        lines[region.begin - 1 : region.end] = [f"# {line}".rstrip() for line in region.todo]
    return "\n".join(lines)
