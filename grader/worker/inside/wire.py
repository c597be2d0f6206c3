"""The alphabet of a frame's header, which `encode` writes and `decode` reads.

A header is a tree of values as bytes, with the arrays' contents kept apart. One byte says what
comes next, then its content, little-endian; containers carry their count. An array is only
described there (dtype number, shape); its bytes follow the header in the frame, so that they can
be received straight into a fresh array.
"""

from __future__ import annotations

import struct
from typing import Final

NONE, TRUE, FALSE, INT, FLOAT, COMPLEX, TEXT, BYTES = range(8)
LIST, TUPLE, DICT, ARRAY, SCALAR, HANDLE, UNSUPPORTED = range(8, 15)

I64: Final = struct.Struct("<q")
F64: Final = struct.Struct("<d")
C128: Final = struct.Struct("<dd")
U32: Final = struct.Struct("<I")

LARGEST_DIMENSION: Final = 1 << 40  # keeps NumPy's own size arithmetic far from its limits


class Malformed(Exception):
    """Received bytes that `encode` would not have written."""


class Unencodable(Exception):
    """A value that may not travel; the text describes it."""
