"""Workers to try things on: at the strongest level that this machine allows, and at level B."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from grader.worker import Bundle, ForkServer, Layer, Level, Limits, Module, Place, Returned, Worker

#: The system-call filter and the limits, and nothing else: what an ordinary user has everywhere.
LAYERS_OF_B = frozenset({Layer.SECCOMP, Layer.NO_NEW_PRIVILEGES, Layer.LIMITS, Layer.DEATH_SIGNAL})
#: What root in a container has: no namespaces.
LAYERS_WITHOUT_NAMESPACES = frozenset(Layer) - {layer for layer in Layer if layer.value.endswith("namespace")}


@dataclass(frozen=True)
class Lab:
    """A server, and a short way to run a piece of student code in a worker of it."""

    server: ForkServer

    @property
    def level(self) -> Level:
        return self.server.confinement.level

    def open(self, code: str, *, limits: Limits | None = None, **bundle: Any) -> Worker:
        """A worker that holds ``code`` as the module ``student``."""
        source = textwrap.dedent(code).encode()
        student = (Module("student", "student.py", source), *bundle.pop("others", ()))
        return self.server.open(Bundle(student, **bundle), limits)

    def run(self, code: str, *arguments: Any, **kwargs: Any) -> Returned:
        """What ``f`` of the code returns, in a worker of its own."""
        with self.open(code, **kwargs) as worker:
            worker.import_module("student")
            return worker.call(Place("student").attribute("f"), *arguments)

    def value(self, code: str, *arguments: Any, **kwargs: Any) -> Any:
        """The value of ``run``."""
        return self.run(code, *arguments, **kwargs).value

    def is_well(self) -> bool:
        """Whether the next submission is graded as if nothing had happened."""
        return bool(self.value("def f(x):\n    return x + 1", 41) == 42)


@pytest.fixture(scope="session")
def strongest() -> Iterator[Lab]:
    """Everything that this machine can do."""
    with ForkServer() as server:
        yield Lab(server)


@pytest.fixture(scope="session")
def level_b() -> Iterator[Lab]:
    """The system-call filter and the limits only."""
    if sys.platform != "linux":
        pytest.skip("level B is Linux only; not tried: every attack at level B")
    with ForkServer(layers=LAYERS_OF_B) as server:
        yield Lab(server)


@pytest.fixture(params=["strongest", "level_b"])
def lab(request: pytest.FixtureRequest) -> Lab:
    """Each level in turn. Below B the walls that the tests lean against are not there."""
    lab: Lab = request.getfixturevalue(request.param)
    if lab.level > Level.B:
        pytest.skip(f"only level {lab.level} here; not tried: whether the walls hold")
    return lab


@pytest.fixture
def student(strongest: Lab) -> Callable[..., Any]:
    """Run code where the level does not matter: ``student(code, *arguments)``."""
    return strongest.value
