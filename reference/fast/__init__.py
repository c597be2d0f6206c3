"""Convolution and pooling fast enough to train with.

The same functions as `reference.convolution` and `reference.pooling`, with the same arguments, results
and conventions; only the order of the work differs, so results agree up to rounding. Three ideas carry
the NumPy code, one module each, and one more the compiled code:

=============  ==========================================================================================
`im2col`       every window becomes a column, so that a convolution becomes one matrix product
`convolution`  the columns by index arrays (``_im2col``) or from a strided view (``_strides``)
`pooling`      the maximum over the few places of a window, all windows at once (``_reshape``, windows),
               or over the columns (``_im2col``)
`kernels/`     no columns at all: the register tile of a matrix product that reads the image itself
=============  ==========================================================================================

The functions of `dispatch` choose; they are the ones to use. `backend` says what they chose, and why.
"""

from __future__ import annotations

from reference.fast._backend import Backend, backend, set_threads, threads

__all__ = ["Backend", "backend", "set_threads", "threads"]
