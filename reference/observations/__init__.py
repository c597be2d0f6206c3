"""What an implementation does on ordinary inputs, as named arrays that can be compared.

`observe` calls any implementation of a function or net of the reference, right or wrong, on small
random inputs, and writes down what can be seen: outputs and gradients, the state that is carried from
one call to the next (running averages, velocities, step counts), statistics where right
implementations may draw different random numbers (fresh weights, dropout's masks), and the type of the
exception where it raises one. Two implementations are told apart by `differing`, and a wrong one is
recognized when it is observed to do what a known mistake does (`reference.mistakes`).

The inputs are float64, of shapes whose axes all differ, and away from kinks and ties except where the
name of a case says otherwise. A backward function gets the cache of the reference's forward function.

====================  ====================================================
`_layers`             affine, activations, losses
`_normalization`      batch, layer, spatial batch and spatial group norm
`_dropout`            dropout
`_images`             convolution, pooling, columns
`_joint`              joint layers
`_optimizers`         update rules
`_nets`               nets
====================  ====================================================
"""

from __future__ import annotations

import numpy as np

from reference.observations import (
    _dropout,
    _images,
    _joint,
    _layers,
    _nets,
    _normalization,
    _optimizers,
)
from reference.observations._capture import Array, Cases, Implementation, capture, watched
from reference.observations._targets import trusted

__all__ = ["differing", "observe", "targets", "trusted"]

_LAYERS = (_layers, _normalization, _dropout, _images, _joint)
_CASES: dict[str, Cases] = {
    # An update rule may work in place and a net holds its own arrays, but a layer must not write to
    # what it is given.
    **{
        target: {name: watched(case) for name, case in cases.items()}
        for module in _LAYERS
        for target, cases in module.CASES.items()
    },
    **_optimizers.CASES,
    **_nets.CASES,
}


def targets() -> tuple[str, ...]:
    """The names of all functions and nets that can be observed."""
    return tuple(_CASES)


def observe(target: str, implementation: Implementation, rng: np.random.Generator) -> dict[str, Array]:
    """Call an implementation on ordinary inputs and write down what it does.

    Parameters
    ----------
    target : str
        The function or net of the reference that it implements, one of `targets`.
    implementation : callable
        A function, or the class of a net.
    rng : numpy.random.Generator
        Draws the inputs: the same state gives the same inputs, whatever the implementation does.

    Returns
    -------
    dict
        Arrays of numbers, truth values or text by the name of what they are: case, colon, value, as
        in ``"stride 2, pad 0: dx"``. Where a case raised, ``"<case>: raised"`` is the type's name.

    Raises
    ------
    ValueError
        If there is no such target.
    """
    if target not in _CASES:
        raise ValueError(f"target: got {target!r}, wanted one of {', '.join(targets())}")
    cases = _CASES[target]
    seeds = rng.integers(2**31, size=len(cases))
    return {
        f"{name}: {what}": array
        for (name, case), seed in zip(cases.items(), seeds, strict=True)
        for what, array in capture(case, implementation, int(seed)).items()
    }


def differing(first: dict[str, Array], second: dict[str, Array], tolerance: float = 1e-6) -> tuple[str, ...]:
    """The names under which two observations of one target differ, or of which one has no value.

    Arrays of floats are the same if the norm of their difference is at most ``tolerance`` times the
    sum of their norms (or below 1e-12, for gradients that are zero but for rounding) and they have
    their infinities and NaNs in the same places. Everything else must be equal.
    """
    names = dict.fromkeys([*first, *second])
    return tuple(
        name
        for name in names
        if name not in first or name not in second or not _same(first[name], second[name], tolerance)
    )


def _same(a: Array, b: Array, tolerance: float) -> bool:
    if a.shape != b.shape:
        return False
    if np.array_equal(a, b):
        return True
    if "f" not in (a.dtype.kind, b.dtype.kind) or "U" in (a.dtype.kind, b.dtype.kind):
        return False
    a, b = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(a)
    if not np.array_equal(finite, np.isfinite(b)) or not np.array_equal(
        a[~finite], b[~finite], equal_nan=True
    ):
        return False
    distance = float(np.linalg.norm(a[finite] - b[finite]))
    scale = float(np.linalg.norm(a[finite]) + np.linalg.norm(b[finite]))
    return distance <= max(tolerance * scale, 1e-12)
