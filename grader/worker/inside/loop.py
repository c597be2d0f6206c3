"""The worker's main loop: one request, one answer, until the judge hangs up or kills.

From the first import on, this process belongs to the student: everything here can be patched by
them. It need not resist. The judge trusts nothing that comes out of it, and the walls are the
kernel's.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from . import objects, probing, selftest
from .arguments import Arguments
from .channel import Channel, Closed, Stream
from .console import Console, use
from .decode import decode
from .failure import describe_failure
from .importer import Library
from .rebuild import describe, plain, presentable
from .sources import HOME, Source
from .values import AnyArray, Unsupported
from .wire import Unencodable

_NESTING: Final = 8
_RESERVE: Final = 1 << 20  # bytes of address space, let go when memory has run out, to answer with


class Worker:
    """Answers the judge's requests.

    Parameters
    ----------
    channel : Channel
    console : Console
    held : Objects
        What the channel resolves handles to.
    """

    def __init__(self, channel: Channel, console: Console, held: objects.Objects) -> None:
        self._channel = channel
        self._console = console
        self._objects = held
        self._library: Library | None = None
        self._sequence = 0
        self._nesting = 0
        self._reserve: AnyArray | None = _reserve()

    def run(self) -> None:
        """Serve until the other side is gone."""
        try:
            while True:
                self.answer_one()
        except Closed:
            return

    def answer_one(self) -> None:
        """Receive one request and answer it."""
        self._sequence, request = self._channel.receive()
        self._reply(self._answer(request))

    def _reply(self, answer: tuple[Any, ...]) -> None:
        try:
            self._channel.send(self._sequence, answer)
        except Unencodable as problem:
            # Each part fitted, but not all together.
            self._channel.send(self._sequence, ("ok", Unsupported(str(problem))))
        except MemoryError as error:  # nothing has been sent: all copies are made before
            self._channel.send(self._sequence, self._failure(error))

    def _answer(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        verb, *details = request
        handler: Callable[..., Any] = getattr(self, f"_do_{verb}")
        try:
            if self._reserve is None:
                self._reserve = _reserve()
            self._settle()
            return ("ok", handler(*details))
        except Closed:
            raise
        except BaseException as error:  # noqa: BLE001 - SystemExit and its kin are the student's too
            return self._failure(error)

    def _failure(self, error: BaseException) -> tuple[Any, ...]:
        if isinstance(error, MemoryError):
            self._reserve = None
        return ("error", describe_failure(error, self._library.sources if self._library else {}))

    def _settle(self) -> None:
        """Undo what the last call may have left behind: it must not change the next one's result."""
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
        warnings.resetwarnings()
        warnings.simplefilter("default")
        use(self._console)

    # What the judge can ask for -----------------------------------------------------------------

    def _do_load(self, bundle: Mapping[str, Any]) -> None:
        if self._library is not None:  # the worker read the hand-in; from now on it runs it
            self._library.remove()
        sources = [Source.from_wire(entry, "student") for entry in bundle["student"]]
        sources += [Source.from_wire(entry, "provided") for entry in bundle["provided"]]
        self._library = Library(
            sources,
            aliases=bundle["aliases"],
            stub_names=bundle["stubs"],
            served=bundle["served"],
            serve=self._served_function,
        )
        self._library.install()
        self._objects.begin_at(bundle["first_handle"])
        np.random.seed(bundle["seed"])
        random.seed(bundle["seed"])

    def _do_import(self, name: str) -> list[tuple[str, str, str]]:
        module = importlib.import_module(name)
        return [
            (key[:200], _kind(value), _home(value))
            for key, value in [*vars(module).items()][:2000]
            if not key.startswith("_")
        ]

    def _do_call(
        self,
        target: tuple[Any, ...],
        positional: tuple[Any, ...],
        keywords: dict[str, Any],
        encoded_options: bytes,
    ) -> tuple[Any, ...]:
        function = self._find(target)
        options = _options(encoded_options)
        arguments = Arguments(positional, keywords, options["layouts"])
        if options["watch"]:
            arguments.watch()
        if options["seed"] is not None:
            np.random.seed(options["seed"])
            random.seed(options["seed"])
        result = function(*arguments.positional, **arguments.keywords)
        return (
            objects.present(self._objects, result, options["result"]),
            arguments.read_back(options["read_back"]),
            arguments.changed(),
        )

    def _do_probe(
        self,
        target: tuple[Any, ...],
        positional: tuple[Any, ...],
        keywords: dict[str, Any],
        where: tuple[Any, ...],
        points: tuple[Any, ...],
        pick: int | None,
    ) -> Any:
        function = self._find(target)
        kind, vary = where
        if kind == "argument":
            results = probing.at_argument(function, positional, keywords, vary, points)
        else:
            results = probing.at_part(function, positional, keywords, self._find(vary), points)
        return probing.collect(results, pick)

    def _do_get(self, target: tuple[Any, ...], wanted: str) -> Any:
        return objects.present(self._objects, self._find(target), wanted)

    def _do_set(self, target: tuple[Any, ...], value: Any) -> None:
        *way, kind, key = target
        objects.assign(self._find(way), kind, key, value)

    def _do_keys(self, target: tuple[Any, ...]) -> Any:
        return presentable(list(self._find(target)))

    def _do_describe(self, target: tuple[Any, ...]) -> str:
        return describe(self._find(target))

    def _do_keep(self, value: Any) -> Any:
        return self._objects.keep(value)

    def _do_drop(self, numbers: list[int]) -> None:
        self._objects.drop(numbers)

    def _do_attempt(self, plan: Mapping[str, Any]) -> dict[str, str]:
        return selftest.attempt_all(plan)

    # Reverse calls ------------------------------------------------------------------------------

    def _served_function(self, module: str, name: str) -> Callable[..., Any]:
        def served(*positional: Any, **keywords: Any) -> Any:
            return self._ask(module, name, positional, keywords)

        served.__name__ = served.__qualname__ = name
        served.__module__ = module
        return served

    def _ask(self, module: str, name: str, positional: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Have the judge compute a function; it may ask back before it answers."""
        if self._nesting >= _NESTING:
            raise RecursionError(f"{name}: calls are nested too deeply")
        self._nesting += 1
        try:
            try:
                self._channel.send(self._sequence, ("reverse", module, name, positional, keywords))
            except Unencodable as problem:
                raise TypeError(f"{name}: an argument is {problem}") from None
            while True:
                self._sequence, request = self._channel.receive()
                match request:
                    case ("answer", value):
                        return value
                    case ("refusal", kind, message):
                        raise getattr(sys.modules["builtins"], kind)(message)
                    case _:
                        self._reply(self._answer(request))
        finally:
            self._nesting -= 1

    def _find(self, target: Sequence[Any]) -> Any:
        """What a target means: a module's name or a kept object, and a path from there."""
        start, *path = target
        if isinstance(start, str):  # its import has run before; a failed one is tried again and says why
            start = importlib.import_module(start)
        return objects.follow(start, path)


@lru_cache(maxsize=256)
def _options(encoded: bytes) -> Any:
    return decode(encoded, 0)[0]


def _reserve() -> AnyArray:
    # Not touched, so it costs address space, which is what is limited, and no memory.
    return np.empty(_RESERVE, np.uint8)


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    return "function" if callable(value) else "value"


def _home(value: Any) -> str:
    try:
        home = value.__module__
    except Exception:  # noqa: BLE001 - asking runs the student's code, if they want that
        return ""
    return home[:200] if isinstance(home, str) else ""


def make_channel(stream: Stream) -> tuple[Channel, objects.Objects]:
    """The worker's end of the conversation, and the objects that its handles stand for."""
    held = objects.Objects()
    return Channel(stream, fallback=plain, resolve=held.resolve, writable=True), held


def at_home() -> None:
    """Give code that asks for its folder an answer, without a system call."""
    os.getcwd = lambda: HOME
