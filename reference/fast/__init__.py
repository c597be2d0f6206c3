"""Convolution and pooling fast enough to train with.

The same functions as `reference.convolution` and `reference.pooling`, with the same arguments, results
and conventions; only the order of the work differs, so results agree up to rounding. Three ideas carry
it, one module each:

=============  ==========================================================================================
`im2col`       every window becomes a column, so that a convolution becomes one matrix product
`convolution`  the columns by index arrays (``_im2col``) or from a strided view (``_strides``)
`pooling`      the maximum over the few places of a window, all windows at once (``_reshape``, windows),
               or over the columns (``_im2col``)
=============  ==========================================================================================

The functions that end in ``_fast`` choose; they are the ones to use.
"""

from __future__ import annotations

from typing import NamedTuple


class Backend(NamedTuple):
    """The code that the ``_fast`` functions run, and why that one."""

    name: str
    reason: str


def backend() -> Backend:
    """Say which code the ``_fast`` functions run.

    Returns
    -------
    Backend
        Its ``name`` is ``"numpy"``; its ``reason`` is a sentence for people.
    """
    return Backend("numpy", "compiled kernels are not part of this version")
