"""Imports without files: the submission's modules, aliases of its package, stubs, served modules.

One finder stands before Python's own. Whatever NumPy or the standard library is called stays what
it is, because those modules are loaded already: a submission's ``numpy.py`` shadows nothing.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from . import stubs
from .python2 import compile_python2, python2_names
from .sources import HOME, Source

Serve = Callable[[str, str], Callable[..., object]]


class Library(MetaPathFinder):
    """Finds the modules of one submission.

    Parameters
    ----------
    sources : iterable of Source
    aliases : mapping
        Dotted prefix to dotted prefix, ``{"cs231n": "homework.code"}``: importing the left gives
        the very module on the right. The longest prefix wins. An empty right side stands for the
        top level (flat hand-ins).
    stubs : iterable of str
        Which stand-ins to offer, by top-level name.
    served : mapping
        Module name to the names of its functions, which the judge computes.
    serve : callable
        Makes the function for a module and a name.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        *,
        aliases: Mapping[str, str],
        stub_names: Iterable[str],
        served: Mapping[str, Sequence[str]],
        serve: Serve,
    ) -> None:
        self.sources = {source.name: source for source in sources}
        self._aliases = dict(aliases)
        self._stubs = frozenset(stub_names)
        self._served = served
        self._serve = serve
        self._packages = self._parents([*self.sources, *served, *self._aliases])

    def install(self) -> None:
        """Put this finder first, and fill the line cache."""
        sys.meta_path.insert(0, self)
        for source in self.sources.values():
            source.show_in_tracebacks()

    def remove(self) -> None:
        """Undo `install`, and forget what was imported."""
        sys.meta_path.remove(self)
        for source in self.sources.values():
            source.hide_in_tracebacks()
            sys.modules.pop(source.name, None)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """What Python asks for every module that is not loaded."""
        real = self._real_name(fullname)
        if real != fullname:
            known = self.sources.get(real)
            return _spec(fullname, _Alias(real), is_package=known.is_package if known else True)
        if fullname in self._served:
            return _spec(fullname, _Served(self._served[fullname], self._serve), is_package=False)
        source = self.sources.get(fullname)
        if source is not None:
            return _spec(fullname, _Compiled(source), is_package=source.is_package)
        if fullname in self._packages:  # a folder without __init__.py
            return _spec(fullname, _Empty(), is_package=True)
        if fullname.partition(".")[0] in self._stubs:
            return _spec(fullname, _Stub(), is_package=True)
        return None

    def _real_name(self, name: str) -> str:
        prefix = name
        while prefix:
            if prefix in self._aliases:
                real = self._aliases[prefix] + name[len(prefix) :]
                # An alias of the top level renames what lies in it, but is itself an empty package.
                return real.lstrip(".") or name
            prefix = prefix.rpartition(".")[0]
        return name

    @staticmethod
    def _parents(names: Iterable[str]) -> frozenset[str]:
        parents = set()
        for name in names:
            while name:
                parents.add(name)
                name = name.rpartition(".")[0]
        return frozenset(parents)


def _spec(name: str, loader: Loader, *, is_package: bool) -> ModuleSpec:
    spec = ModuleSpec(name, loader, is_package=is_package)
    if is_package:
        spec.submodule_search_locations = []  # no folder: submodules come through the finder too
    return spec


class _Empty(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


class _Compiled(Loader):
    """Compiles a source here, in the worker: even a parser can be attacked."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        module.__file__ = f"{HOME}/{self._source.path}"
        source = self._source
        if source.python2_lines:
            module.__dict__["__builtins__"] = python2_names()
            code = compile_python2(source.code, source.path, source.python2_lines)
        else:
            code = compile(source.code, source.path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - running student code is what this process is for


class _Alias(Loader):
    """Gives an existing module under a second name."""

    def __init__(self, real: str) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself, not a copy: classes must be identical under both names."""
        self._module = importlib.import_module(self._real)
        self._spec = self._module.__spec__
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """It has been run; only the import system's own mark is to be put back."""
        module.__spec__ = self._spec


class _Stub(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A stand-in."""
        return stubs.make(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """It is complete."""


class _Served(Loader):
    def __init__(self, functions: Sequence[str], serve: Serve) -> None:
        self._functions = functions
        self._serve = serve

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with functions that ask the judge."""
        for name in self._functions:
            setattr(module, name, self._serve(module.__name__, name))
