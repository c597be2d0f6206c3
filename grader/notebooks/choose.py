"""Which notebooks of a hand-in are run, and why the others are left aside."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final

from grader.submission.contents import Notebook

OTHER_FRAMEWORKS: Final = frozenset(
    {"jax", "keras", "mxnet", "tensorflow", "theano", "torch", "torchvision", "transformers"}
)
_IMPORTED: Final = re.compile(r"(?:from|import)\s+(\w+)")


def why_left_aside(path: str, notebook: Notebook, own: Collection[str], unused: Collection[str]) -> str:
    """Why a notebook is not run; empty if it is.

    Parameters
    ----------
    path : str
        Its path in the hand-in.
    notebook : Notebook
    own : collection of str
        What marks a notebook of the assignment: the names under which the hand-in's package is imported,
        and the functions that a notebook may define instead.
    unused : collection of str
        Folders that hold a copy of the package which was not graded.
    """
    if notebook.error:
        return f"cannot be read: {notebook.error}"
    if not any(cell.type == "code" and cell.source.strip() for cell in notebook.cells):
        return "has no code"
    imported = {match.group(1) for line in notebook.imports if (match := _IMPORTED.match(line))}
    if others := sorted(imported & OTHER_FRAMEWORKS):
        return f"works with {', '.join(others)}, not with this assignment"
    if imported.isdisjoint(own) and notebook.definitions.keys().isdisjoint(own):
        return "does not use the assignment's package"
    if str(PurePosixPath(path).parent) in unused:
        return "stands beside a copy of the package that was not graded"
    return ""
