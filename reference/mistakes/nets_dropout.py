"""Mistakes of dropout in the fully connected net.

Dropout before the ReLU is none: a mask that is never negative gives the same on either side of it.
"""

# ruff: noqa: D103 - the sentence in the decorator says what a docstring would

from __future__ import annotations

from typing import Any

from reference.mistakes._nets import wrong_layers
from reference.mistakes._stages import Stages, dropout, in_mode, passed_by, without
from reference.nets import FullyConnectedNet


@wrong_layers(
    FullyConnectedNet,
    says="Dropout has no effect: no layer is followed by it.",
    asks="After which layers of the architecture does dropout stand?",
)
def dropout_missing(stages: Stages, net: Any) -> Stages:
    return without(stages, "dropout")


@wrong_layers(
    FullyConnectedNet,
    says="Dropout also acts on the scores.",
    asks="What would it mean for the loss if the score of the right class were dropped?",
)
def dropout_on_the_output(stages: Stages, net: Any) -> Stages:
    return [*stages, *[stage for stage in stages if stage.kind == "dropout"][-1:]]


@wrong_layers(
    FullyConnectedNet,
    says="Only the first hidden layer is followed by dropout.",
    asks="After which layers of the architecture does dropout stand?",
)
def dropout_after_the_first_layer_only(stages: Stages, net: Any) -> Stages:
    places = [place for place, stage in enumerate(stages) if stage.kind == "dropout"]
    return [stage for place, stage in enumerate(stages) if place not in places[1:]]


@wrong_layers(
    FullyConnectedNet,
    says="Dropout comes before the normalization, which then also normalizes what dropout left.",
    asks="Should the mean that a layer subtracts depend on which units happen to be dropped?",
)
def dropout_before_the_normalization(stages: Stages, net: Any) -> Stages:
    changed = list(stages)
    for place, stage in enumerate(stages):
        if stage.kind == "dropout":
            start = max(p for p in range(place) if stages[p].kind == "affine") + 1
            changed[start : place + 1] = [stage, *stages[start:place]]
    return changed


@wrong_layers(
    FullyConnectedNet,
    says="The scores are computed with dropout in training mode.",
    asks="Should the same image get the same scores each time it is tested?",
)
def dropout_active_in_test_mode(stages: Stages, net: Any) -> Stages:
    return in_mode(stages, "dropout", "train")


@wrong_layers(
    FullyConnectedNet,
    says="The backward pass goes past the dropout layers.",
    asks="Did a unit that was dropped have any influence on the loss?",
)
def dropout_missing_on_the_way_back(stages: Stages, net: Any) -> Stages:
    return passed_by(stages, "dropout")


@wrong_layers(
    FullyConnectedNet,
    says="The ratio to keep is handed on as a probability to drop.",
    asks="With a keep ratio of 0.9, should almost all of the units survive or almost none?",
)
def keep_ratio_taken_for_drop_ratio(stages: Stages, net: Any) -> Stages:
    return [
        dropout({**stage.settings[0], "p": 1 - stage.settings[0]["p"]}) if stage.kind == "dropout" else stage
        for stage in stages
    ]


@wrong_layers(
    FullyConnectedNet,
    says="The seed does not reach the dropout layers.",
    asks="What must be equal in both passes of a numerical gradient check?",
)
def seed_not_handed_on(stages: Stages, net: Any) -> Stages:
    return [
        dropout({**stage.settings[0], "seed": None}) if stage.kind == "dropout" else stage for stage in stages
    ]
