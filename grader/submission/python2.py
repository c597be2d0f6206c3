"""Which files of a hand-in are Python 2, told from their syntax and from its notebooks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

import msgspec

from grader.submission.contents import Notebook, PythonSummary, Sign
from grader.submission.locate import MODULES, Package

_DONE = "run with its meaning (whole numbers divide to whole numbers, and the like), no loss of points"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Python2:
    """Who is run with the meaning of Python 2.

    1. A file is Python 3 if it uses what Python 2 cannot parse: f-strings, annotations, ``@``,
       ``nonlocal``, ... This outweighs everything else.
    2. A file is Python 2 if it uses what only Python 2 has: a statement that Python 3 cannot parse
       (``print x``, ``except E, e:``, ...), a name that nothing binds (``xrange``, ``raw_input``,
       ``unicode``, ``basestring``, ``long``), a call of ``iteritems``, ``itervalues``, ``iterkeys``
       or ``has_key``, or an import of a module that is gone (``cPickle``, ...). Code that asks first
       which Python it runs on, or takes the names from a library, says nothing.
    3. All other files go with the hand-in. It is Python 2 if one of its files is by rule 2, or if
       more than half of the notebooks that import the package were run by Python 2 (where none
       imports it: of those that hold some of the work); and if no file is Python 3 by rule 1. Files
       that the grader replaces by its own copies prove nothing by rule 2: students need not have
       touched, nor run, them.

    In a file that imports ``division`` from ``__future__`` the operator ``/`` stays as it is.
    """

    wanted: bool
    """Whether the assignment wants it at all."""
    bound: frozenset[str]
    """Names that files of the package bind: others may have them by ``from ... import *``."""
    why: str
    """What tells that the hand-in as a whole is Python 2; empty if it is not."""
    why_not: str = ""
    """What tells that it is Python 3, against its notebooks."""

    def speaks(self, summary: PythonSummary) -> bool:
        """Whether a file is Python 2."""
        if not self.wanted or summary.python3:
            return False
        return bool(self.why or _signs(summary, self.bound))

    def settled(self, summary: PythonSummary) -> PythonSummary:
        """What is known of a file, once it is known what it is."""
        if summary.error is None:
            return summary
        if self.speaks(summary):
            return msgspec.structs.replace(summary, error=summary.python2_error)
        return PythonSummary(error=summary.error, functions={}, classes={}, imports=())

    def notes(self, files: Mapping[str, PythonSummary]) -> list[str]:
        """What is to be said of it.

        Parameters
        ----------
        files : mapping
            Those that are run as Python 2, by path.
        """
        rewritten = [path for path, summary in files.items() if summary.rewritten]
        done = f"{_DONE}; statements rewritten in {', '.join(rewritten)}" if rewritten else _DONE
        if self.why:
            return [f"written for Python 2 ({self.why}): {done}"]
        found = {path: _signs(summary, self.bound) for path, summary in files.items()}
        notes = [f"written for Python 2 in part ({_places(found)}), which is {done}"] if found else []
        return [*notes, self.why_not] if self.why_not else notes


def find_python2(
    package: Package,
    summaries: Mapping[str, PythonSummary],
    notebooks: Mapping[str, Notebook],
    names: Set[str],
    *,
    replaced: Collection[str],
    wanted: bool,
) -> Python2:
    """Find out which files are Python 2 (`Python2` states the rule).

    Parameters
    ----------
    package : Package
    summaries, notebooks : mapping
        By path.
    names : set of str
        The functions and classes of the assignment.
    replaced : collection of str
        Modules that the grader has copies of its own for.
    wanted : bool
        Whether the assignment has it so; otherwise all is Python 3.
    """
    files = {name: summaries[path] for name, path in package.modules.items()}
    bound = frozenset(name for summary in files.values() for name in summary.bound)
    if not wanted:
        return Python2(wanted=False, bound=bound, why="")
    imported = {entry.rpartition(".")[2] for summary in files.values() for entry in summary.imports}
    used = [name for name in files if name in MODULES or name.rpartition(".")[2] in imported]
    old = {
        package.modules[name]: _signs(files[name], bound)
        for name in used
        if name not in replaced and files[name].python2_error is None
    }
    new = {package.modules[name]: files[name].python3 for name in used}
    kernels = _kernels(_concerned(notebooks, package, names))
    if any(new.values()):
        why_not = f"run as Python 3 ({_places(new)}), although {kernels}" if kernels else ""
        return Python2(wanted=True, bound=bound, why="", why_not=why_not)
    return Python2(wanted=True, bound=bound, why=_places(old) or kernels)


def _signs(summary: PythonSummary, bound: Set[str]) -> tuple[Sign, ...]:
    """The signs of Python 2 in a file, but for names that it may have from another one."""
    return tuple(sign for sign in summary.python2 if not (summary.stars and sign[1] in bound))


def _concerned(notebooks: Mapping[str, Notebook], package: Package, names: Set[str]) -> dict[str, Notebook]:
    """The notebooks that import the package; where none does, those that hold some of the work."""
    aliases = "|".join(re.escape(alias) for alias in package.aliases)
    imports = re.compile(rf"(?:from|import) (?:{aliases})\b")
    importing = {path: book for path, book in notebooks.items() if any(map(imports.match, book.imports))}
    return importing or {
        path: book for path, book in notebooks.items() if book.files or not names.isdisjoint(book.definitions)
    }


def _kernels(notebooks: Mapping[str, Notebook]) -> str:
    """The notebooks that Python 2 ran, if they are more than half."""
    old = [path for path, book in notebooks.items() if book.python == "2"]
    if 2 * len(old) <= len(notebooks):
        return ""
    return f"Python 2 ran {len(old)} of {len(notebooks)} notebooks: {_some(old)}"


def _places(found: Mapping[str, Sequence[Sign]]) -> str:
    """The first sign in every file."""
    return _some([f"{path}, line {signs[0][0]}: {signs[0][1]}" for path, signs in found.items() if signs])


def _some(texts: Sequence[str]) -> str:
    more = [f"{len(texts) - _SHOWN} more"] if len(texts) > _SHOWN else []
    return "; ".join([*islice(texts, _SHOWN), *more])
