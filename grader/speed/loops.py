"""Where the loops are that make a function slow: a hint, found without running it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from grader.model import Frame
from grader.speed import loop_search
from grader.submission.assemble import Program
from grader.submission.read import LIMITS
from grader.worker import Bundle, ForkServer, Module, Place, StudentFault

_SEARCH: Final = Module("_loop_search", "_loop_search.py", Path(loop_search.__file__).read_bytes())

Loops = dict[str, tuple[Frame, ...]]


def loops_of(
    server: ForkServer, program: Program, package: str, module: str, functions: Sequence[str]
) -> Loops:
    """The loops in Python that functions of a hand-in come to.

    Parameters
    ----------
    server : ForkServer
        Of the worker that parses the files.
    program : Program
    package : str
        The name under which workers know the hand-in.
    module : str
        Where the functions are, within the package.
    functions : sequence of str

    Returns
    -------
    dict
        Function to its loops; empty where the files cannot be parsed.
    """
    modules = {student.name.removeprefix(f"{package}."): student for student in program.student}
    sources = {name: np.frombuffer(entry.code, np.uint8) for name, entry in modules.items()}
    place = Place(_SEARCH.name).attribute("loops_as_json")
    try:
        with server.open(Bundle((), (_SEARCH,)), LIMITS) as worker:
            value = worker.call(place, sources, module, list(functions)).value
        found = json.loads(value.tobytes()) if isinstance(value, np.ndarray) else {}
        return {
            name: tuple(_frame(modules[where], line, inside) for where, line, inside in found[name])
            for name in functions
        }
    except (StudentFault, ValueError, TypeError, LookupError):  # a file that no parser gets through
        return {}


def _frame(module: Module, line: int, function: str) -> Frame:
    lines = module.code.decode("utf-8", "replace").splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Frame(path=module.path, line=line, function=function, text=text)
