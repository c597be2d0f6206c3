"""The program that a worker runs: the student's files, with what the course hands out put back.

Modules that students only use (solver, gradient checks, data, im2col, the fast path where it is
handed out) are replaced whole. In the files that students own, the functions that their edition hands
out are restored one by one and everything else stays, helpers included. Functions that stand only in
a notebook are taken from there. All of it is said in the notes.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from grader.assignment import Assignment
from grader.submission.cells import standing_alone
from grader.submission.contents import Definition, Notebook, PythonSummary, SyntaxProblem, WrittenFile
from grader.submission.locate import MODULES, Package
from grader.submission.python2 import Python2
from grader.worker import Module

FAST_PATH = ("fast_layers", "im2col", "im2col_cython", "_windows")
"""Modules that no naive layer may use; the last one is what our own fast path is built on."""

REPLACED = ("solver", "gradient_check", "data_utils", "vis_utils", *FAST_PATH)
"""Handed out whole in every edition that does not grade them."""

EMPTY = b"import numpy as np\n"

METHODS = ("__init__", "loss")
"""What students write of a net: two pieces of work, of which the first is worth something alone."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of a function's code without running it."""

    form: str
    hollow: bool


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that a worker gets."""

    student: tuple[Module, ...]
    provided: tuple[Module, ...]
    """The assignment's own copies of what students only use."""
    fast_path: tuple[Module, ...]
    """The assignment's own fast path, for where the submission's is not to be used."""
    aliases: dict[str, str]
    origins: dict[str, str] = field(default_factory=dict)
    """Function or class to where it was taken from, where that is not its usual file."""
    missing: dict[str, str] = field(default_factory=dict)
    """Function or class to why it cannot be called: absent, or still the stub."""
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> frozenset[str]:
        """The files of the hand-in that are part of it."""
        return frozenset(module.path for module in self.student)


@dataclass(frozen=True, slots=True)
class HandOut:
    """What the course hands out, ready to be put back."""

    modules: Mapping[str, bytes]
    """Whole modules by name relative to the package, private helpers included."""
    functions: Mapping[str, str]
    """Single functions: source text, with the imports that it needs."""
    forms: Mapping[str, frozenset[str]]
    """Function, or method of a net, to the fingerprints of its known stubs."""


class Inspector(Protocol):
    """`grader.submission.inspection`, called where the student's files may be parsed: in a confined
    worker.
    """  # noqa: D205 - one sentence

    def python(self, source: bytes) -> PythonSummary:
        """The summary of a Python file."""

    def replace_functions(self, source: bytes, replacements: dict[str, str]) -> str | None:
        """The source with some functions replaced, or None if that cannot be done."""


def assemble(
    assignment: Assignment,
    edition: str,
    package: Package,
    sources: Mapping[str, bytes],
    summaries: Mapping[str, PythonSummary],
    notebooks: Mapping[str, Notebook],
    hand_out: HandOut,
    inspector: Inspector,
    python2: Python2,
) -> Program:
    """Put the program together.

    Parameters
    ----------
    assignment : Assignment
    edition : str
    package : Package
        Where the modules are.
    sources : mapping
        Path to content, for all Python files.
    summaries : mapping
        Path to summary.
    notebooks : mapping
        Path to notebook.
    hand_out : HandOut
    inspector : Inspector
    python2 : Python2
        Which files are Python 2.
    """
    build = _Build(assignment, edition, package, sources, summaries, hand_out, inspector, python2)
    build.take_modules()
    build.take_from_notebooks(notebooks)
    build.restore_functions()
    build.find_missing()
    return build.program()


class _Build:
    """The steps of `assemble`, in their order."""

    def __init__(
        self,
        assignment: Assignment,
        edition: str,
        package: Package,
        sources: Mapping[str, bytes],
        summaries: Mapping[str, PythonSummary],
        hand_out: HandOut,
        inspector: Inspector,
        python2: Python2,
    ) -> None:
        self.assignment = assignment
        self.interface = assignment.interface
        self.graded = assignment.graded(edition)
        self.handed_out = assignment.handed_out(edition)
        self.package = package
        self.sources = sources
        self.summaries = summaries
        self.hand_out = hand_out
        self.inspector = inspector
        self.python2 = python2
        self.in_python2: dict[str, str] = {}  # module to where it was taken from
        self.own_lines: dict[str, int] = {}  # module to how many lines come before what is restored
        self.texts: dict[str, bytes] = {}
        self.broken: dict[str, str] = {}  # module to why it does not compile
        self.begun_anew: set[str] = set()
        self.defined: dict[str, tuple[str, Body]] = {}
        self.origins: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        self.notes: list[str] = [*package.notes]

    # The student's own files ----------------------------------------------------------------------

    def take_modules(self) -> None:
        """The files of the package, but those that are replaced whole."""
        replaced = self._replaced()
        theirs = [path for name, path in self.package.modules.items() if name in replaced]
        if theirs:
            self.notes.append(f"the grader's own copies were used in place of {', '.join(theirs)}")
        for name, path in self.package.modules.items():
            summary = self.summaries[path]
            if name in replaced:
                continue
            self._take_module(name, path, self.sources[path], summary)

    def _take_module(self, name: str, path: str, text: bytes, summary: PythonSummary) -> None:
        self.texts[name] = text
        if self.python2.speaks(summary):
            self.in_python2[name] = path
        if summary.error is not None:
            self.broken[name] = _describe_error(path, summary.error, in_python2=name in self.in_python2)
            self.notes.append(self.broken[name])
        for function, entry in self._definitions(summary).items():
            if self._module_of(function.partition(".")[0]) == name:
                self.defined[function] = (path, entry)
        for function in self.interface.names:
            if self._module_of(function) == name and function not in self.defined:
                self._take_otherwise(function, path, summary)

    def _replaced(self) -> frozenset[str]:
        own = {function.module for name, function in self.interface.functions.items() if name in self.graded}
        return frozenset(REPLACED) - (set(FAST_PATH) if "fast_layers" in own else set())

    @staticmethod
    def _definitions(summary: PythonSummary) -> dict[str, Body]:
        found = {name: Body(entry.form, entry.hollow) for name, entry in summary.functions.items()}
        for name, methods in summary.classes.items():
            # Without a loss of its own a net inherits one, or its work stands elsewhere.
            found[name] = Body("", hollow=False)
            for method in METHODS:
                if method in methods:
                    found[f"{name}.{method}"] = Body(methods[method].form, methods[method].hollow)
        return found

    def _take_otherwise(self, function: str, path: str, summary: PythonSummary) -> None:
        """A function that its file assigns or imports instead of defining it."""
        if function in summary.bound:
            self.defined[function] = (path, Body("", hollow=False))
        elif summary.stars:
            for other in self.package.modules.values():
                found = self._definitions(self.summaries[other])
                if function in found:
                    self.defined[function] = (other, found[function])

    def _module_of(self, name: str) -> str | None:
        entry = self.interface.functions.get(name) or self.interface.classes.get(name)
        return entry.module if entry else None

    # Notebooks ------------------------------------------------------------------------------------

    def take_from_notebooks(self, notebooks: Mapping[str, Notebook]) -> None:
        """Functions that only a notebook's code cell defines, and files that a cell writes."""
        for path, found in notebooks.items():
            for target, written in found.files.items():
                self._take_written_file(path, target, written)
            for name, entry in found.definitions.items():
                if name in self.interface.names:
                    self._take_definition(path, name, entry, found)

    def _take_written_file(self, notebook: str, target: str, written: WrittenFile) -> None:
        stem = target.rsplit("/", 1)[-1].removesuffix(".py")
        name = next((module for module in MODULES if module.rpartition(".")[2] == stem), None)
        if name is None or name in self._replaced():
            return
        if name in self.texts:
            self.notes.append(
                f"{notebook}, cell {written.cell}: writes {target}; the file in the hand-in is used"
            )
            return
        place = f"notebook {notebook}, cell {written.cell}"
        self.notes.append(f"{name.replace('.', '/')}.py: from {place}")
        source = written.source.encode()
        self._take_module(name, place, source, self.python2.settled(self.inspector.python(source)))
        for function in self.interface.names:
            if self._module_of(function) == name and function in self.defined:
                self.origins[function] = f"from {place}"

    def _take_definition(self, notebook: str, name: str, entry: Definition, found: Notebook) -> None:
        place = f"notebook cell {entry.cell} of {notebook}"
        if name in self.defined and not self._is_stub(name):
            self.notes.append(f"{name}: also defined in {place}; {self.defined[name][0]} is used")
            return
        module = self._module_of(name)
        body = Body(entry.form.form, entry.form.hollow) if entry.form else Body("", hollow=False)
        if module is None or self._is_stub(name, body):
            return
        text = standing_alone(name, found, self._module_of, self.assignment.package)
        old = self.texts.get(module, EMPTY)
        if self._closed(module):  # nothing can be added to it, and nothing in it can be called
            self.begun_anew.add(module)
            old = EMPTY
        if old is EMPTY:
            self.in_python2.pop(module, None)
            self.in_python2 |= {module: f"notebook {notebook}"} if self.python2.why else {}
        self._replace(module, old, {name: text})
        self.defined[name] = (notebook, body)
        for method in METHODS:
            self.defined.pop(f"{name}.{method}", None)
        self.origins[name] = f"from {place}"
        self.notes.append(f"{name}: from {place}")

    # What the edition hands out ---------------------------------------------------------------------

    def restore_functions(self) -> None:
        """Put handed-out functions back into the students' own files, one by one."""
        for module in sorted({m for m in map(self._module_of, self.handed_out) if m}):
            if module in self._replaced():
                continue
            texts = {
                name: self.hand_out.functions[name]
                for name in sorted(self.handed_out)
                if self._module_of(name) == module and name in self.hand_out.functions
            }
            if not texts:
                continue
            old = self.texts.get(module)
            if old is None:
                self.texts[module] = "\n\n".join(texts.values()).encode()
            elif not self._closed(module):
                self.own_lines[module] = _count_lines(old)
                self._replace(module, old, texts)

    def _replace(self, module: str, old: bytes, functions: dict[str, str]) -> None:
        text = self.inspector.replace_functions(old, functions)
        if text is None:
            self.notes.append(f"{module}: {', '.join(functions)} could not be put there")
        else:
            self.texts[module] = text.encode()

    def _closed(self, module: str | None) -> bool:
        """Whether a module has a text that does not compile."""
        return module in self.broken and module not in self.begun_anew

    # What cannot be called ------------------------------------------------------------------------

    def find_missing(self) -> None:
        """Functions that are absent or still the stub, so that nobody calls them to find out."""
        for name in sorted(self.graded):
            module = self._module_of(name)
            if name not in self.defined:
                if not self._closed(module):  # a file that does not compile says so when it is imported
                    self.missing[name] = self.broken.get(module or "", f"{name} is not in the hand-in")
            elif self._is_stub(name):
                self.missing[name] = f"{name} is still the stub of the hand-out"
            elif f"{name}.loss" in self.defined and self._is_stub(f"{name}.loss"):
                self.missing[f"{name}.loss"] = f"{name}.loss is still the stub of the hand-out"

    def _is_stub(self, name: str, body: Body | None = None) -> bool:
        """Whether a function, a method, or all of a net is as it was handed out."""
        methods = [f"{name}.{method}" for method in METHODS if f"{name}.{method}" in self.defined]
        if body is None and methods:
            return all(self._is_stub(method) for method in methods)
        body = body or self.defined[name][1]
        return body.hollow or body.form in self.hand_out.forms.get(name, frozenset())

    # The result -------------------------------------------------------------------------------------

    def program(self) -> Program:
        """Everything under the assignment's own package name."""
        root = self.assignment.package
        student = tuple(
            Module(
                f"{root}.{name}",
                self.package.modules.get(name, f"{name.replace('.', '/')}.py"),
                text,
                is_package=self.package.modules.get(name, "").endswith("__init__.py"),
                python2_lines=self.own_lines.get(name, _count_lines(text)) if name in self.in_python2 else 0,
            )
            for name, text in self.texts.items()
        )
        ours = {
            name: Module(f"{root}.{name}", f"{root} (handed out)/{name.replace('.', '/')}.py", text)
            for name, text in self.hand_out.modules.items()
        }
        return Program(
            student,
            tuple(m for name, m in ours.items() if name not in self.texts and name not in FAST_PATH),
            tuple(module for name, module in ours.items() if name in FAST_PATH),
            self._aliases(),
            self.origins,
            self.missing,
            tuple(dict.fromkeys([*self._notes_on_python2(), *self.notes])),
        )

    def _notes_on_python2(self) -> list[str]:
        paths = self.in_python2.values()
        return self.python2.notes({path: self.summaries[path] for path in paths if path in self.summaries})

    def _aliases(self) -> dict[str, str]:
        """Other names of the package, and its modules imported as if they stood alone."""
        root = self.assignment.package
        aliases = {alias: root for alias in self.package.aliases if alias != root}
        for name in {*self.texts, *self.hand_out.modules}:
            first, last = name.partition(".")[0], name.rpartition(".")[2]
            if first not in aliases and not keyword.iskeyword(first):
                aliases[first] = f"{root}.{first}"
            if name in MODULES and last != name:  # classifiers/fc_net.py in a flat hand-in
                aliases.setdefault(last, f"{root}.{name}")
                aliases.setdefault(f"{root}.{last}", f"{root}.{name}")
        return aliases


def _count_lines(text: bytes) -> int:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


def _describe_error(path: str, error: SyntaxProblem, *, in_python2: bool) -> str:
    place = f"{path}, line {error.line}" if error.line else path
    hint = " (this is Python 2: print is a function now)" if error.python2 else ""
    if in_python2:
        hint = " (read as Python 2)"
    shown = f": {error.text}" if error.text else ""
    return f"{place}: {error.message}{hint}{shown}"
