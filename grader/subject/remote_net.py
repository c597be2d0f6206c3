"""A net of a submission: built, read, assigned and called where it lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grader.subject.edition import adapt_constructor
from grader.subject.interface import ClassInterface
from grader.subject.outcomes import Missing
from grader.subject.received import NUMERIC, gradient_name, rebuilt, unfit
from grader.worker import CallOptions, Handle, Place, Unsupported, Values, Worker

if TYPE_CHECKING:
    from grader.subject.remote import RemoteSubject

Array = NDArray[Any]


class RemoteClass:
    """A net class of the submission."""

    def __init__(self, subject: RemoteSubject, interface: ClassInterface) -> None:
        self.interface = interface
        self._subject = subject
        self._types: tuple[Worker, dict[str, Any]] | None = None

    def __call__(self, **arguments: Any) -> RemoteNet:
        """Build a net in the worker."""
        name = self.interface.name
        self._subject.require(name)
        worker, module = self._subject.module(self.interface.group, self.interface.module)
        known = self._subject.signatures.get(name, frozenset())
        sent = adapt_constructor(name, arguments, known, self._subject.dropout)
        with self._subject.translated():
            dtype = sent.get("dtype")
            if isinstance(dtype, str):
                sent["dtype"] = self._type(worker, dtype)
            options = CallOptions("handle", watch=False)
            handle = worker.call(
                module.attribute(name), keywords=sent, options=options, limits=self._subject.call_limits
            ).value
        if not isinstance(handle, Handle):
            raise unfit(f"{name}(...) gives", handle, ", wanted a net")
        return RemoteNet(self._subject, name, worker, handle)

    def _type(self, worker: Worker, dtype: str) -> Any:
        """A type of NumPy itself, as a student's own code would pass it; asked for once per worker."""
        if self._types is None or self._types[0] is not worker:
            self._types = (worker, {})
        known = self._types[1]
        if dtype not in known:
            known[dtype] = worker.get(Place("numpy").attribute(dtype), "handle")
        return known[dtype]


class RemoteNet:
    """A net in a worker."""

    def __init__(self, subject: RemoteSubject, name: str, worker: Worker, handle: Handle) -> None:
        self.handle = handle
        self._subject = subject
        self.name = name
        self._worker = worker

    @property
    def params(self) -> MutableMapping[str, Array]:
        """The parameters by name: read-only copies, assigned entry by entry."""
        return _RemoteParams(self._subject, self.name, self._worker, Place(self.handle).attribute("params"))

    @property
    def reg(self) -> float:
        """The strength of the L2 regularization."""
        with self._subject.translated():
            value = self._worker.get(Place(self.handle).attribute("reg"))
        if not isinstance(value, float | int | np.generic):
            raise unfit(f"{self.name}.reg is", value, ", wanted a number")
        return float(value)

    @reg.setter
    def reg(self, value: float) -> None:
        with self._subject.translated():
            self._worker.set(Place(self.handle).attribute("reg"), value)

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Scores without labels; the loss and the gradients by name with them."""
        self._subject.require(f"{self.name}.loss")
        arguments = (X,) if y is None else (X, y)
        with self._subject.translated():
            returned = self._worker.call(
                Place(self.handle).attribute("loss"), *arguments, limits=self._subject.call_limits
            )
        for key in returned.changed:
            self._subject.note(f"{self.name}.loss changes its argument {'Xy'[int(key)]}")
        value = returned.value
        if value is None or (isinstance(value, tuple) and value and value[0] is None):
            raise Missing(f"{self.name}.loss returns None")
        if y is None:
            return self._scores(value)
        if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[1], dict):
            raise unfit(f"{self.name}.loss(X, y) returned", value, ", wanted loss, grads")
        loss, grads = value
        if not isinstance(loss, NUMERIC):
            raise unfit(f"{self.name}.loss(X, y) returned", loss, " for the loss")
        grads = {key: rebuilt(gradient) for key, gradient in grads.items()}
        for key, gradient in grads.items():
            if gradient is not None and not isinstance(gradient, NUMERIC):
                raise unfit(f"{self.name}.loss(X, y) returned", gradient, f" for {gradient_name(key)}")
        return loss, grads

    def _scores(self, value: Any) -> Any:
        if isinstance(value, Unsupported | tuple | dict):
            raise unfit(f"{self.name}.loss(X) returned", value, ", wanted scores")
        return rebuilt(value)

    def probe_loss(self, X: Array, y: Array, parameter: str, points: Sequence[Array]) -> list[float]:
        """The loss for each of ``points`` in the place of one parameter, which is then restored."""
        with self._subject.translated():
            losses = self._worker.probe(
                Place(self.handle).attribute("loss"),
                X,
                y,
                vary=Place(self.handle).attribute("params").item(parameter),
                points=Values(np.stack(points)),
                pick=0,
                limits=self._subject.call_limits,
            )
        fit = isinstance(losses, np.ndarray) and losses.size == len(points) and losses.dtype.kind in "biuf"
        if not fit:
            raise unfit(f"{self.name}.loss gives", losses, " instead of numbers")
        return [float(loss) for loss in np.reshape(losses, -1)]


class _RemoteParams(MutableMapping[str, Array]):
    def __init__(self, subject: RemoteSubject, net: str, worker: Worker, place: Place) -> None:
        self._subject = subject
        self._net = net
        self._worker = worker
        self._place = place

    def __getitem__(self, name: str) -> Array:
        with self._subject.translated():
            value = self._worker.get(self._place.item(name))
        if not isinstance(value, np.ndarray):
            raise unfit(f"{self._net}.params[{name!r}] is", value, ", wanted an array")
        return value

    def __setitem__(self, name: str, value: Array) -> None:
        with self._subject.translated():
            self._worker.set(self._place.item(name), value)

    def update(self, values: Any = (), /, **more: Any) -> None:
        """Assign several at once, in one message."""
        with self._subject.translated():
            silent = CallOptions("nothing", watch=False)
            self._worker.call(self._place.attribute("update"), dict(values, **more), options=silent)

    def select(self, names: Iterable[str]) -> dict[str, Array]:
        """Several parameters at once, in one message if all of them can travel together."""
        wanted = list(names)
        with self._subject.translated():
            everything = self._worker.get(self._place)
        together = everything if isinstance(everything, dict) else {}
        return {
            name: together[name] if isinstance(together.get(name), np.ndarray) else self[name]
            for name in wanted
        }

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"a check may assign the parameter {name!r}, not delete it")

    def __iter__(self) -> Iterator[str]:
        with self._subject.translated():
            return iter([str(key) for key in self._worker.keys(self._place)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in list(iter(self))
