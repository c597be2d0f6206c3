"""The catalogue of known mistakes: small, named, wrong implementations of the reference's functions.

Each is wrong in exactly one way and otherwise does what its target does, with the same signature. It
serves twice: a submission that computes what a mistake computes can be told so by name, and a check
that accepts a mistake of the function it checks is no check.

========================  ==========================================================================
`affine`                  affine layer
`activations`             ReLU, leaky ReLU, sigmoid
`losses`                  softmax and SVM loss
`batchnorm_forward`       batch norm, forward pass
`batchnorm_backward`      batch norm, both backward passes
`layernorm`               layer norm
`spatial_batchnorm`       batch norm for images
`groupnorm`               group norm for images
`dropout`                 dropout
`convolution`             convolution by loops
`pooling`                 max pooling by loops
`fast`                    the fast path
`columns`                 im2col and col2im
`joint_layers`            layers that come together
`optim`                   update rules but Adam
`adam`                    Adam
`nets_architecture`       nets: which layers, in which order and mode
`nets_dropout`            nets: dropout
`nets_penalty`            nets: L2 penalty
`nets_initialization`     nets: fresh parameters
========================  ==========================================================================

A new mistake is one decorated function in the module of its target (`reference.mistakes._record`).
Nothing is registered: the catalogue looks through these modules. The tests ask of each mistake that
it can be told from the reference and from every other mistake of its target by what
`reference.observations` sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from reference.mistakes import (
    activations,
    adam,
    affine,
    batchnorm_backward,
    batchnorm_forward,
    columns,
    convolution,
    dropout,
    fast,
    groupnorm,
    joint_layers,
    layernorm,
    losses,
    nets_architecture,
    nets_dropout,
    nets_initialization,
    nets_penalty,
    optim,
    pooling,
    spatial_batchnorm,
)
from reference.mistakes._record import Mistake, mistake

__all__ = ["Mistake", "catalogue", "mistake", "mistakes_of"]

_MODULES = (
    affine,
    activations,
    losses,
    batchnorm_forward,
    batchnorm_backward,
    layernorm,
    spatial_batchnorm,
    groupnorm,
    dropout,
    convolution,
    pooling,
    fast,
    columns,
    joint_layers,
    optim,
    adam,
    nets_architecture,
    nets_dropout,
    nets_penalty,
    nets_initialization,
)


def catalogue() -> tuple[Mistake, ...]:
    """Every mistake, in the order of the modules and of the lines in them."""
    return tuple(found for module in _MODULES for found in _mistakes_in(module))


def mistakes_of(target: str) -> tuple[Mistake, ...]:
    """The mistakes of one function or net; none if there is nothing of this name."""
    return tuple(found for found in catalogue() if found.target == target)


def _mistakes_in(module: ModuleType) -> Iterator[Mistake]:
    """The mistakes that the module gives a name, and those in its tuples of mistakes."""
    for value in vars(module).values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Mistake):
                yield item
