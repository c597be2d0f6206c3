"""Decorators that turn one change into a mistake of several nets."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from reference._checks import FloatArray, IntArray
from reference.mistakes._record import Mistake, mistake
from reference.mistakes._stages import Net, Stages, is_weight, loss, stages_of
from reference.nets import FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet

NetClass: TypeAlias = type[TwoLayerNet] | type[FullyConnectedNet] | type[ThreeLayerConvNet]
EVERY_NET: tuple[NetClass, ...] = (TwoLayerNet, FullyConnectedNet, ThreeLayerConvNet)
Params: TypeAlias = dict[str, FloatArray]

LayersChange: TypeAlias = Callable[[Stages, Any], Stages]
"""From the right list of layers and the net: the wrong list. Called in every pass."""

ResultChange: TypeAlias = Callable[[Any], Any]
"""From what ``loss`` returns, scores or (loss, gradients): what it returns wrongly."""

Penalty: TypeAlias = Callable[[Params, float], tuple[float, Params]]
"""From all parameters and reg: what is added to the loss, and to which gradients."""

Construction: TypeAlias = Callable[[Any, float], None]
"""From a new net and its weight_scale: change the net."""


def wrong_layers(*nets: NetClass, says: str, asks: str) -> Callable[[LayersChange], tuple[Mistake, ...]]:
    """Turn a change of a net's list of layers into one mistake for each of the nets."""

    def make(change: LayersChange) -> tuple[Mistake, ...]:
        def wrong_loss(self: Net, X: FloatArray, y: IntArray | None = None) -> Any:
            return loss(self, change(stages_of(self, training=y is not None), self), X, y)

        return _for_each(nets, change, says, asks, lambda net: {"loss": wrong_loss})

    return make


def wrong_results(*nets: NetClass, says: str, asks: str) -> Callable[[ResultChange], tuple[Mistake, ...]]:
    """Turn a change of what ``loss`` returns into one mistake for each of the nets."""

    def make(change: ResultChange) -> tuple[Mistake, ...]:
        def members(net: NetClass) -> dict[str, Any]:
            def wrong_loss(self: Any, X: FloatArray, y: IntArray | None = None) -> Any:
                return change(net.loss(self, X, y))

            return {"loss": wrong_loss}

        return _for_each(nets, change, says, asks, members)

    return make


def wrong_penalty(*nets: NetClass, says: str, asks: str) -> Callable[[Penalty], tuple[Mistake, ...]]:
    """Turn a wrong penalty into one mistake for each of the nets."""

    def make(penalty: Penalty) -> tuple[Mistake, ...]:
        def members(net: NetClass) -> dict[str, Any]:
            def wrong_loss(self: Any, X: FloatArray, y: IntArray | None = None) -> Any:
                reg, self.reg = self.reg, 0.0
                result: Any = net.loss(self, X, y)  # without any penalty
                self.reg = reg
                if y is None:
                    return result
                value, grads = result
                more, changes = penalty(self.params, reg)
                return value + more, {name: grad + changes.get(name, 0.0) for name, grad in grads.items()}

            return {"loss": wrong_loss}

        return _for_each(nets, penalty, says, asks, members)

    return make


def wrong_construction(
    *nets: NetClass, says: str, asks: str
) -> Callable[[Construction], tuple[Mistake, ...]]:
    """Turn a change of a new net into one mistake for each of the nets."""

    def make(change: Construction) -> tuple[Mistake, ...]:
        return _for_each(nets, change, says, asks, lambda net: {"__init__": _constructor(net, change)})

    return make


def constructed(net: NetClass, change: Construction) -> Any:
    """The net's class, under its own name, with a change at the end of its construction."""
    return type(net.__name__, (net,), {"__init__": _constructor(net, change)})


def weights_of(params: Params) -> Params:
    """The parameters that belong into the penalty, first layer first."""
    return {name: params[name] for name in sorted(params) if is_weight(name)}


def _constructor(net: NetClass, change: Construction) -> Callable[..., None]:
    signature = inspect.signature(net)

    @wraps(net.__init__)
    def construct(self: Any, *arguments: Any, **settings: Any) -> None:
        net.__init__(self, *arguments, **settings)
        bound = signature.bind(*arguments, **settings)
        bound.apply_defaults()
        change(self, bound.arguments["weight_scale"])

    return construct


def _for_each(
    nets: tuple[NetClass, ...],
    change: Callable[..., Any],
    says: str,
    asks: str,
    members: Callable[[NetClass], dict[str, Any]],
) -> tuple[Mistake, ...]:
    """One mistake for each net: a subclass with these members, under the name of the change."""
    return tuple(
        mistake(of=net.__name__, says=says, asks=asks)(type(change.__name__, (net,), members(net)))
        for net in nets
    )
