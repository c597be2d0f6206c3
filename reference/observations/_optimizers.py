"""What to call the update rules on: three steps each, with the state after every one of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.observations._capture import Case, Cases, Implementation, Seen


def _steps(states: tuple[str, ...], config: dict[str, Any], size: float = 1.0) -> Case:
    def case(rule: Implementation, rng: np.random.Generator) -> Seen:
        settings = dict(config)
        for step in ("first step", "second step", "third step"):
            # From new weights each time, so that a step gone wrong does not hide the next.
            w, settings = rule(rng.normal(size=(4, 3)), size * rng.normal(size=(4, 3)), settings)
            yield f"w, {step}", w
            for state in states:
                yield f"{state}, {step}", settings[state]

    return case


def _defaults(states: tuple[str, ...]) -> Case:
    def case(rule: Implementation, rng: np.random.Generator) -> Seen:
        w, config = rule(rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))
        yield "w", w
        for state in states:
            yield state, config[state]

    return case


def _rule(*states: str, **settings: float) -> Cases:
    return {
        "without a config": _defaults(states),
        "own settings": _steps(states, settings),
        "small gradients": _steps(states, settings, size=1e-3),
    }


CASES: dict[str, Cases] = {
    "sgd": _rule(learning_rate=0.3),
    "sgd_momentum": _rule("velocity", learning_rate=0.3, momentum=0.7),
    "rmsprop": _rule("cache", learning_rate=0.3, decay_rate=0.8, epsilon=1e-2),
    "adagrad": _rule("cache", learning_rate=0.3, epsilon=1e-2),
    "adam": {
        **_rule("m", "v", "t", learning_rate=0.3, beta1=0.7, beta2=0.8, epsilon=1e-2),
        "averages that soon forget": _steps(
            ("m", "v", "t"), {"learning_rate": 0.3, "beta1": 0.2, "beta2": 0.3}
        ),
    },
}
