"""Functions that stand only in a notebook, as text that can stand in a module.

A notebook is one namespace in which everything sees everything; a module sees what it imports. So a
function travels with the helpers and the imports that it uses, and with nothing else: the other
cells may import what is not there, or the very module that the function is to stand in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from grader.submission.contents import Notebook

_WORD = re.compile(r"[^\W\d]\w*")


def standing_alone(name: str, found: Notebook, module_of: Callable[[str], str | None], package: str) -> str:
    """The last definition of a function or class in a notebook, with what it uses.

    Parameters
    ----------
    name : str
    found : Notebook
    module_of : callable
        The module, relative to the package, in which a name of the assignment belongs.
    package : str
        The name under which workers know the submission.
    """
    helpers, elsewhere, words = [name], [], set()
    for helper in helpers:  # it grows meanwhile
        for word in dict.fromkeys(_WORD.findall(found.definitions[helper].source)):
            words.add(word)
            if module_of(word) not in (None, module_of(name)):
                elsewhere.append(word)
            elif module_of(word) is None and word in found.definitions and word not in helpers:
                helpers.append(word)
    imports = [line for line in found.imports if _of_use(line, words, package)]
    imports += [f"from {package}.{module_of(word)} import {word}" for word in dict.fromkeys(elsewhere)]
    sources = [found.definitions[helper].source for helper in reversed(helpers)]
    return "\n".join([*map(_forgiving, imports), *sources])


def _of_use(line: str, words: set[str], package: str) -> bool:
    """Whether an import, as ``ast.unparse`` writes it, binds a name that is used."""
    if line.startswith("from __future__"):
        return False
    names = [*_bound(line)]
    if names == ["*"]:
        return not line.startswith((f"from {package}", "from ."))
    return not words.isdisjoint(names)


def _bound(line: str) -> Iterator[str]:
    for part in line.partition("import ")[2].split(", "):
        yield part.partition(" as ")[2] or part.partition(".")[0]


def _forgiving(line: str) -> str:
    # What cannot be imported is missed where it is used, not before.
    return f"try:\n    {line}\nexcept ImportError:\n    pass"
