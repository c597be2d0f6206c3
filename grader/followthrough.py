"""Nets judged on layers that are known to be right, so that one wrong layer is paid for once.

After all verdicts on layers are final, a fresh worker gets the submission's nets and none of its
layers. In their place stand functions that ask the judge: the reference computes them there, and the
caches never leave it. What comes from the submission is hostile data, so it is checked and its cost
is estimated before anything is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

import reference
from grader.arms import prelude
from grader.subject.interface import Crossing, FunctionInterface, Interface
from grader.submission.assemble import FAST_PATH, Program
from grader.worker import Bundle, Module, Refusal, ReverseCall, ServeCaps

SERVED = "_served"
CAPS = ServeCaps(calls=20_000, seconds=30.0, kept=50_000)
"""For one check, which gets a worker of its own: training makes some thousand calls."""
MOST_MULTIPLICATIONS = 5e8
"""For one served call: half a second. The nets of the checks need a thousandth of it."""


def followthrough_bundle(
    program: Program, package: str, interface: Interface, *, seed: int, compatible: bool
) -> Bundle:
    """The submission's files with its layers exchanged for served ones.

    Parameters
    ----------
    program : Program
    package : str
    interface : Interface
    seed : int
    compatible : bool
        Whether what newer NumPy versions removed is to be put back.
    """
    layers = _group(interface, "layers")
    fast = _group(interface, "fast")
    exchanged = {f"{package}.layers", *(f"{package}.{name}" for name in FAST_PATH)}
    student = tuple(module for module in program.student if module.name not in exchanged)
    provided = [module for module in program.provided if module.name not in exchanged]
    for name, functions in (("layers", layers), ("fast_layers", fast)):
        path = f"{package} (served)/{name}.py"
        provided.append(Module(f"{package}.{name}", path, _stand_ins(functions).encode()))
    provided.append(Module(f"{package}.im2col", f"{package} (served)/im2col.py", b""))
    served = {f"{package}.{SERVED}": tuple(f.name for f in (*layers, *fast))}
    provided += [prelude(package)] if compatible else []
    return Bundle(student, tuple(provided), aliases=program.aliases, served=served, seed=seed)


def serve(interface: Interface, dropout: Literal["keep", "drop"]) -> Callable[[ReverseCall], Any]:
    """What computes the served functions.

    Parameters
    ----------
    interface : Interface
    dropout : "keep" or "drop"
        What p means to the submission.
    """
    implementations = _implementations(dropout)

    def answer(call: ReverseCall) -> Any:
        function = interface.functions[call.function]
        arguments = _bound(function, call.positional, call.keywords)
        _require_affordable(function.name, arguments)
        try:
            with np.errstate(all="ignore"):
                result = implementations[function.name](*arguments)
        except (
            *(ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError),
            *(MemoryError, RecursionError),
        ) as error:
            # Wrong arguments are the submission's doing; the reference names argument, got and wanted.
            raise _refused(function.name, error) from error
        return _sent(function, arguments, result, call)

    return answer


def _refused(name: str, error: Exception) -> Refusal:
    text = f"{name}: {error}"[:500]
    return Refusal("ValueError", text) if isinstance(error, ValueError) else Refusal("TypeError", text)


def _group(interface: Interface, group: str) -> list[FunctionInterface]:
    return [function for function in interface.functions.values() if function.group == group]


def _stand_ins(functions: Sequence[FunctionInterface]) -> str:
    """The source of a module whose functions ask the judge."""
    lines = ["import numpy as np", f"from . import {SERVED}"]
    for function in functions:
        takes = ", ".join(slot.name for slot in function.takes)
        updated = [slot.name for slot in function.takes if slot.crossing is Crossing.UPDATED]
        lines += ["", f"def {function.name}({takes}):"]
        if updated:
            gives = ", ".join(slot.name for slot in function.gives)
            lines += [
                f"    {gives}, state = {SERVED}.{function.name}({takes})",
                f"    {updated[0]}.update(state)",
                f"    return {gives}",
            ]
        else:
            lines.append(f"    return {SERVED}.{function.name}({takes})")
    return "\n".join(lines) + "\n"


def _implementations(dropout: Literal["keep", "drop"]) -> Mapping[str, Callable[..., Any]]:
    """The reference, with the fast path for both convolutions: same results, bounded time."""
    table = {name: getattr(reference, name) for name in reference.__all__}
    for kind in ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward"):
        table[f"{kind}_naive"] = table[f"{kind}_fast"]
    if dropout == "drop":
        table["dropout_forward"] = reference.dropout_forward_drop
    return table


def _bound(function: FunctionInterface, positional: Sequence[Any], keywords: Mapping[str, Any]) -> list[Any]:
    """The arguments in order; dicts are the judge's own copies."""
    names = [slot.name for slot in function.takes]
    bound = dict(zip(names, positional, strict=False)) | dict(keywords)
    if len(positional) > len(names) or set(bound) != set(names):
        raise Refusal("TypeError", f"{function.name}: wanted the arguments {', '.join(names)}")
    return [dict(value) if isinstance(value, dict) else value for value in map(bound.get, names)]


def _require_affordable(name: str, arguments: Sequence[Any]) -> None:
    """Refuse what would keep the judge busy."""
    shapes = [value.shape for value in arguments if isinstance(value, np.ndarray)]
    sizes = [math.prod(shape) for shape in shapes]
    cost = float(sum(sizes))
    if "affine" in name and len(shapes) > 1 and len(shapes[1]) == 2:
        cost = float(sizes[0]) * shapes[1][1]
    elif "conv" in name and len(shapes) > 1:
        # Every entry of the padded image meets every entry of one channel of the filters.
        filters = shapes[1]
        cost = _padded(shapes[0], arguments[-1]) * math.prod((*filters[:1], *filters[2:]))
    if cost > MOST_MULTIPLICATIONS:
        raise Refusal("ValueError", f"{name}: the arguments are too large to be computed here")


def _padded(shape: Sequence[int], conv_param: Any) -> float:
    """How many entries images have with their margins."""
    pad = conv_param.get("pad") if isinstance(conv_param, dict) else None
    margin = 2.0 * min(int(pad), 10**9) if isinstance(pad, int | np.integer) and pad > 0 else 0.0
    return math.prod((*map(float, shape[:2]), *(size + margin for size in shape[2:])))


def _sent(function: FunctionInterface, arguments: Sequence[Any], result: Any, call: ReverseCall) -> Any:
    """The result, with handles in the place of caches and the state of an updated dict at the end."""
    parts = result if isinstance(result, tuple) and len(function.gives) > 1 else (result,)
    sent = [
        call.keep(part, "cache") if slot.crossing is Crossing.HANDLE else part
        for slot, part in zip(function.gives, parts, strict=True)
    ]
    for slot, argument in zip(function.takes, arguments, strict=True):
        if slot.crossing is Crossing.UPDATED:
            sent.append({key: value for key, value in argument.items() if value is not None})
    return tuple(sent) if len(sent) > 1 else sent[0]
