"""The trusted implementation of every target, by name."""

from __future__ import annotations

from reference import (
    activations,
    affine,
    convolution,
    dropout,
    layer_utils,
    losses,
    nets,
    normalization,
    optim,
    pooling,
)
from reference.fast import convolution as fast_convolution
from reference.fast import im2col as fast_im2col
from reference.fast import pooling as fast_pooling
from reference.observations._capture import Implementation

_MODULES = (
    affine,
    activations,
    losses,
    normalization,
    dropout,
    convolution,
    pooling,
    fast_convolution,
    fast_pooling,
    fast_im2col,
    layer_utils,
    optim,
    nets,
)


def trusted(target: str) -> Implementation:
    """The reference's own function or net of this name.

    Raises
    ------
    ValueError
        If there is none.
    """
    for module in _MODULES:
        if target in vars(module):
            implementation: Implementation = vars(module)[target]
            return implementation
    raise ValueError(f"target: got {target!r}, wanted a function or net of the reference")
