"""Named tolerances, each with its reason.

A comparison is made on the scale of the whole array: an entry is wrong when it is off by more than
``relative * max(|wanted|) + absolute``. Entry-wise relative errors punish round-off in entries that
happen to be near zero, which says nothing about the code.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an array may be off.

    Parameters
    ----------
    name : str
    relative : float
        Times the largest wanted magnitude.
    absolute : float
        On top, for arrays that should vanish.
    reason : str
        Why this much and no more.
    """

    name: str
    relative: float
    absolute: float
    reason: str


ROUND_OFF = Tolerance(
    "round-off",
    1e-7,
    1e-10,
    "the same float64 formula in another order of operations differs by about 1e-13; "
    "float32 arithmetic, at 1e-7 to 1e-6, is told apart by its dtype first",
)
PRINTED = Tolerance(
    "printed digits",
    2e-7,
    1e-8,
    "expected values are printed to eight decimals, so they carry an error of 5e-9 themselves",
)
GRADIENT = Tolerance(
    "numerical gradient",
    1e-6,
    1e-8,
    "centred differences with a step of 1e-5 carry 1e-10 of truncation and 1e-11 of round-off, "
    "times the scale of the layer",
)
NET_GRADIENT = Tolerance(
    "numerical gradient of a net",
    1e-4,
    1e-7,
    "several layers deep, truncation grows with the curvature of the loss",
)
SINGLE = Tolerance(
    "float32",
    2e-4,
    1e-5,
    "float32 has seven digits and a net loses two to three of them",
)
EXACT = Tolerance("exact", 0.0, 0.0, "copied values have no error")
