"""One function of a submission: called in its worker, its results checked for what they are."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grader.subject.edition import adapt_arguments
from grader.subject.interface import Crossing, FunctionInterface
from grader.subject.outcomes import Missing
from grader.subject.received import rebuilt, unfit
from grader.worker import CallOptions, Place, Unsupported, Values, Worker

if TYPE_CHECKING:
    from grader.subject.remote import RemoteSubject

Array = NDArray[Any]


class RemoteFunction:
    """One function of the submission."""

    def __init__(self, subject: RemoteSubject, interface: FunctionInterface) -> None:
        self.interface = interface
        self._subject = subject

    def __call__(self, *arguments: Any, layout: str | None = None) -> Any:
        """Call it in its worker.

        Parameters
        ----------
        *arguments : object
            Dicts that the interface marks as updated are updated in the caller's dict.
        layout : str, optional
            How arrays lie in memory, if not fresh and in C order.
        """
        return self._called(arguments, layout, watch=True)

    def plainly(self, *arguments: Any) -> Any:
        """Call it without a look at what it changes, which can take longer than a fast function does."""
        return self._called(arguments, None, watch=False)

    def _called(self, arguments: Sequence[Any], layout: str | None, *, watch: bool) -> Any:
        worker, place = self._place()
        slots = self.interface.takes
        updated = [i for i, slot in enumerate(slots[: len(arguments)]) if slot.crossing is Crossing.UPDATED]
        options = CallOptions(
            self._wanted(),
            read_back=updated,
            layouts=self._layouts(arguments, layout),
            watch=watch,
        )
        sent = adapt_arguments(self.interface.name, arguments, self._subject.dropout)
        with self._subject.translated():
            returned = worker.call(place, *sent, options=options, limits=self._subject.call_limits)
        for key in returned.changed:
            if isinstance(key, int) and key < len(slots):
                self._subject.note(f"{self.interface.name} changes its argument {slots[key].name}")
        result = self._checked(returned.value)
        for position in updated:
            _update(arguments[position], returned.read_back[position], self.interface.name)
        return self._with_state(result, arguments, updated)

    def probe(self, arguments: Sequence[Any], of: int, points: Sequence[Array]) -> Sequence[Any]:
        """The first result for each of ``points`` in the place of argument number ``of``."""
        worker, place = self._place()
        sent = adapt_arguments(self.interface.name, copy.deepcopy(tuple(arguments)), self._subject.dropout)
        pick = 0 if len(self.interface.gives) > 1 else None
        with self._subject.translated():
            outputs = worker.probe(
                place,
                *sent,
                vary=of,
                points=Values(np.stack(points)),
                pick=pick,
                limits=self._subject.call_limits,
            )
        if isinstance(outputs, Unsupported) or len(outputs) != len(points):
            raise unfit(f"{self.interface.name} gives", outputs, " for some inputs")
        return [rebuilt(output) for output in outputs]

    def _place(self) -> tuple[Worker, Place]:
        self._subject.require(self.interface.name)
        worker, module = self._subject.module(self.interface.group, self.interface.module)
        return worker, module.attribute(self.interface.name)

    def _wanted(self) -> Any:
        wanted = tuple(
            "handle" if slot.crossing is Crossing.HANDLE else "value" for slot in self.interface.gives
        )
        return wanted if len(wanted) > 1 else wanted[0]

    def _layouts(self, arguments: Sequence[Any], layout: str | None) -> dict[Any, Any]:
        if layout is None:
            return {}
        return {i: layout for i, value in enumerate(arguments) if isinstance(value, np.ndarray)}

    def _checked(self, value: Any) -> Any:
        """The result, or why it is none."""
        name = self.interface.name
        if value is None or (isinstance(value, tuple) and all(part is None for part in value)):
            raise Missing(f"{name} returns None")
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if isinstance(part, Unsupported):
                wanted = ", ".join(slot.name for slot in self.interface.gives)
                raise unfit(f"{name} returned", part, f", wanted {wanted}")
        return tuple(map(rebuilt, value)) if isinstance(value, tuple) else rebuilt(value)

    def _with_state(self, result: Any, arguments: Sequence[Any], updated: Sequence[int]) -> Any:
        """An optimizer's state may stand in the returned dict or in the one that was passed."""
        if self.interface.gives[-1].name != "config" or not isinstance(result, tuple):
            return result
        passed = arguments[updated[0]] if updated and isinstance(arguments[updated[0]], dict) else {}
        returned = result[-1] if isinstance(result[-1], dict) else {}
        state = {**passed, **returned}
        if passed is not returned and updated and isinstance(arguments[updated[0]], dict):
            arguments[updated[0]].update(state)
        return (*result[:-1], state)


def _update(passed: Any, read_back: Any, name: str) -> None:
    if not isinstance(passed, dict):
        return
    if not isinstance(read_back, dict):
        raise unfit(f"{name} leaves", read_back, " in the place of the dict it was given")
    passed.clear()
    passed.update(read_back)
