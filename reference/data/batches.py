r"""The files of CIFAR-10: pickles that Python 2 wrote, read without running what they say.

A pickle is a program for a small stack machine, and one of its instructions calls any function that
can be imported. Whoever loads a pickle from elsewhere runs the program of its author. So the reader
here knows the few names that these files have a use for, and builds stand-ins for even those: no
code of the file's choice can run, and NumPy's own unpickling is not reached either.

Python 2 had one kind of string for text and bytes. Its pickles come out of Python 3's `pickle.load`
with keys of bytes under ``encoding="bytes"`` and keys of text under ``encoding="latin1"``; existing
readers of CIFAR-10 use the one or the other. The writer therefore emits the instructions of Python 2,
which Python 3's pickler no longer does.

Source: the module `pickletools` of Python, which documents every instruction, and the section
"Restricting Globals" of the documentation of `pickle`.
"""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

# What a truncated or altered pickle raises; anything else would be a mistake of ours.
_DAMAGED = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


def read_batch(path: str | Path) -> dict[str, Any]:
    """Read a file of CIFAR-10, without running what it says.

    Parameters
    ----------
    path : str or Path
        Such as ``.../cifar-10-batches-py/data_batch_1``.

    Returns
    -------
    batch : dict
        What the file holds, with keys of text.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, or asks for anything that a batch of images has no use for.
    """
    try:
        with open(path, "rb") as file:
            content = _BatchUnpickler(file, encoding="bytes").load()
        return {_as_text(key): _as_array(value) for key, value in content.items()}
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} does not exist. {_remedy(path)}") from error
    except _DAMAGED as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())  # pickle's own words may fill two lines
        raise ValueError(f"{path} is damaged or no file of CIFAR-10 ({why}). {_remedy(path)}") from error


def write_batch(path: str | Path, batch: dict[str, Any]) -> None:
    """Write a file as Python 2 would have written it.

    Parameters
    ----------
    path : str or Path
    batch : dict
        Of text, whole numbers, lists of these, and uint8 arrays of two dimensions.

    Raises
    ------
    TypeError
        If it holds anything else.
    """
    Path(path).write_bytes(pickle.PROTO + b"\x02" + _instructions(batch) + pickle.STOP)


def not_a_batch(path: str | Path, why: str) -> NoReturn:
    """Raise the error for a file that could be read but does not hold what it should."""
    raise ValueError(f"{path} is no file of CIFAR-10: {why}. {_remedy(path)}")


def _remedy(path: str | Path) -> str:
    root = Path(path).parent
    return (
        f"Download https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz and unpack it as {root}, "
        f"or make a small data set in its place: write_sample_cifar10({str(root)!r})"
    )


# Reading


class _BatchUnpickler(pickle.Unpickler):
    """Imports nothing: the names that a batch may ask for get stand-ins, all others are refused."""

    def find_class(self, module: str, name: str) -> Any:
        """Look up what the pickle wants to call."""
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs")
        return _STAND_INS[module, name]


class _PickledArray:
    """Stands for ``numpy.core.multiarray._reconstruct``: takes an array's state without acting on it."""

    def __init__(self, *_: Any) -> None:
        self._state: Any = None

    def __setstate__(self, state: Any) -> None:
        self._state = state

    def array(self) -> NDArray[Any]:
        """The array, if its state is that of plain numbers."""
        _, shape, dtype, fortran, data = self._state
        return np.frombuffer(data, dtype=dtype.dtype()).reshape(shape, order="F" if fortran else "C")


class _PickledDtype:
    """Stands for ``numpy.dtype``: takes the name of the type and its byte order."""

    def __init__(self, name: Any, *_: Any) -> None:
        self._name = _as_text(name)
        self._order = "="

    def __setstate__(self, state: Any) -> None:
        self._order = _as_text(state[1])

    def dtype(self) -> np.dtype[Any]:
        """The dtype, if it is one of whole or real numbers."""
        if self._name not in {"u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"}:
            raise ValueError(f"got an array of dtype {self._name!r}, wanted numbers")
        return np.dtype(self._order + self._name)


class _EncodedBytes:
    """Stands for ``_codecs.encode``, by which Python 3 writes bytes for Python 2."""

    # A class, because the attributes of a function could be changed by the pickle.
    def __new__(cls, text: str, encoding: Any = "latin1") -> Any:
        """Encode the text, as latin1 only."""
        if _as_text(encoding) != "latin1":
            raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}, wanted latin1")
        return text.encode("latin1")

    def __setstate__(self, state: Any) -> None:
        raise pickle.UnpicklingError("it gives a state to bytes, which have none")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _PickledArray,
    ("numpy._core.multiarray", "_reconstruct"): _PickledArray,
    ("numpy", "ndarray"): "ndarray",  # an argument of _reconstruct, never called
    ("numpy", "dtype"): _PickledDtype,
    ("_codecs", "encode"): _EncodedBytes,
}


def _as_text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _as_array(value: Any) -> Any:
    return value.array() if isinstance(value, _PickledArray) else value


# Writing


def _instructions(value: Any) -> bytes:
    """What puts ``value`` on the stack of the machine that runs a pickle."""
    if isinstance(value, dict):
        pairs = b"".join(_instructions(key) + _instructions(item) for key, item in value.items())
        return pickle.EMPTY_DICT + pickle.MARK + pairs + pickle.SETITEMS
    if isinstance(value, list):
        return pickle.EMPTY_LIST + pickle.MARK + b"".join(map(_instructions, value)) + pickle.APPENDS
    if isinstance(value, int):
        return pickle.BININT + struct.pack("<i", value)
    if isinstance(value, str | bytes):
        text = value.encode("latin1") if isinstance(value, str) else value
        if len(text) < 256:
            return pickle.SHORT_BINSTRING + struct.pack("<B", len(text)) + text
        return pickle.BINSTRING + struct.pack("<i", len(text)) + text
    if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 2:
        return _array_instructions(value)
    raise TypeError(f"batch: got a {type(value).__name__}, wanted what a batch of CIFAR-10 is made of")


def _array_instructions(value: NDArray[np.uint8]) -> bytes:
    """An empty array is made, then given its state: version, shape, dtype, order and bytes."""
    empty = pickle.GLOBAL + b"numpy.core.multiarray\n_reconstruct\n" + pickle.GLOBAL + b"numpy\nndarray\n"
    empty += _instructions(0) + pickle.TUPLE1 + _instructions("b") + pickle.TUPLE3 + pickle.REDUCE
    uint8 = pickle.GLOBAL + b"numpy\ndtype\n" + _instructions("u1") + _instructions(0) + _instructions(1)
    uint8 += pickle.TUPLE3 + pickle.REDUCE
    uint8 += pickle.MARK + _instructions(3) + _instructions("|") + 3 * pickle.NONE
    uint8 += _instructions(-1) + _instructions(-1) + _instructions(0) + pickle.TUPLE + pickle.BUILD
    shape = _instructions(value.shape[0]) + _instructions(value.shape[1]) + pickle.TUPLE2
    state = _instructions(1) + shape + uint8 + pickle.NEWFALSE + _instructions(value.tobytes())
    return empty + pickle.MARK + state + pickle.TUPLE + pickle.BUILD
