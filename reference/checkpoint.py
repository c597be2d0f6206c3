r"""Checkpoints: the state of a training run on disk, so that it can be taken up exactly where it was.

The next step of a run depends on more than the parameters: on the state of the update rule (velocity,
moments, the step count), the decayed learning rate, the running averages of batch normalization, and
the position in the random stream that draws batches and dropout masks. A run that is to make the very
same steps as one that was never interrupted needs all of them.

The file is an ``.npz``: the arrays under the path that leads to them (``params/W1``), and all else as
JSON in ``state``, which writes floating-point numbers so that they are read back exactly. Reading it
cannot run code, which reading a pickle can.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save_checkpoint(path: str | Path, state: Mapping[str, Any]) -> None:
    """Write a state.

    Parameters
    ----------
    path : str or Path
        The ``.npz`` file to write; it is replaced as a whole or not at all.
    state : dict
        Of numbers, text, None, arrays of numbers, and dicts (with keys of text) and lists of these.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    arrays: dict[str, Any] = {}
    text = json.dumps({key: _without_arrays(value, key, arrays) for key, value in state.items()})
    unfinished = Path(f"{path}.part")
    with unfinished.open("wb") as file:
        np.savez(file, state=np.frombuffer(text.encode(), dtype=np.uint8), **arrays)
    os.replace(unfinished, path)


def load_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a state.

    Parameters
    ----------
    path : str or Path
        A file that `save_checkpoint` has written.

    Returns
    -------
    state : dict
        As it was written, but for tuples, which are lists now, and the numbers of NumPy, which are
        those of Python.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no checkpoint.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            state = json.loads(arrays["state"].tobytes())
            return {key: _with_arrays(value, arrays) for key, value in state.items()}
    except FileNotFoundError:
        raise
    except (
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} is damaged or no checkpoint ({why})") from error


def _without_arrays(value: Any, name: str, arrays: dict[str, Any]) -> Any:
    """``value`` as JSON can hold it; its arrays go into ``arrays`` under the path that leads to them."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {key: _without_arrays(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(item, f"{name}/{index}", arrays) for index, item in enumerate(value)]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        arrays[name] = value
        return {"__array__": name}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"{name}: got a {type(value).__name__}, wanted numbers, text or arrays of numbers")


def _with_arrays(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Undo `_without_arrays`."""
    if isinstance(value, dict):
        if "__array__" in value:
            return arrays[value["__array__"]]
        return {key: _with_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_arrays(item, arrays) for item in value]
    return value
