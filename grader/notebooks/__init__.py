"""Running a hand-in's notebooks, in kernels that can do no harm.

`execute_notebooks` says of each notebook which cells fail. It reads nothing out of what they print, and
nothing of it is worth points: a kernel that the student's code runs in can say what it likes.
`docs/notebooks.md` describes how it is confined.
"""

from grader.notebooks.examine import require_confinement
from grader.notebooks.execute import execute_notebooks
from grader.notebooks.model import CellFailure, LineNotRun, NotebookLimits, NotebookRun, NotebooksDocument

__all__ = [
    "CellFailure",
    "LineNotRun",
    "NotebookLimits",
    "NotebookRun",
    "NotebooksDocument",
    "execute_notebooks",
    "require_confinement",
]
