"""Calls in the terms of one edition: checks speak of the newest hand-out, submissions of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from grader.subject.outcomes import BadOutput

Dropout = Literal["keep", "drop"]

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "hidden_dims": ("hidden_dims", "hidden_dim"),
    "dropout_keep_ratio": ("dropout_keep_ratio", "dropout"),
    "normalization": ("normalization", "use_batchnorm"),
}
"""What a constructor's parameter was called over the years."""

NEUTRAL: Mapping[str, Any] = {
    "reg": 0.0,
    "dropout_keep_ratio": 1,
    "normalization": None,
    "seed": None,
}
"""Values that mean the same as leaving the argument out."""


def adapt_arguments(name: str, arguments: Sequence[Any], dropout: Dropout) -> tuple[Any, ...]:
    """The arguments of a function in an edition's terms.

    Parameters
    ----------
    name : str
    arguments : sequence
    dropout : "keep" or "drop"
        What p means in the edition; here it comes in as the keep probability.
    """
    if name == "dropout_forward" and dropout == "drop" and "p" in arguments[1]:
        return (arguments[0], {**arguments[1], "p": 1 - arguments[1]["p"]})
    if name == "adam" and len(arguments) > 2:
        # The hand-outs before 2018 set t to 1 by default, the later ones to 0: it is not left open.
        return (*arguments[:2], {"t": 0, **(arguments[2] or {})})
    return tuple(arguments)


def adapt_constructor(
    name: str, arguments: Mapping[str, Any], known: frozenset[str], dropout: Dropout
) -> dict[str, Any]:
    """The arguments of a net's constructor under the names that a submission gives them.

    Parameters
    ----------
    name : str
        The class.
    arguments : mapping
        In the newest hand-out's terms.
    known : frozenset of str
        The parameters of the submission's own constructor; if it is empty they are not known.
    dropout : "keep" or "drop"

    Raises
    ------
    BadOutput
        If the constructor has no parameter for something that matters.
    """
    sent: dict[str, Any] = {}
    for key, value in arguments.items():
        names = SYNONYMS.get(key, (key,))
        theirs = next((option for option in names if option in known), None)
        if theirs is None and not known:
            theirs = key
        if theirs is None:
            if key == "dtype" or (key in NEUTRAL and value == NEUTRAL[key]):
                continue
            raise BadOutput(f"{name}(...) has no parameter {' or '.join(names)}")
        sent[theirs] = _value(theirs, value, dropout)
    return sent


def _value(theirs: str, value: Any, dropout: Dropout) -> Any:
    if theirs == "use_batchnorm":
        if value == "layernorm":
            raise BadOutput("FullyConnectedNet(...) has no layer normalization in this edition")
        return value == "batchnorm"
    if theirs == "dropout" and dropout == "drop":
        return 0 if value == 1 else 1 - value
    return value
