r"""CIFAR-10: 60,000 colour images of 32 x 32 pixels in ten classes, and its format on disk.

A folder ``cifar-10-batches-py`` holds ``data_batch_1`` ... ``data_batch_5`` and ``test_batch``, each
a pickled dictionary that was written by Python 2:

===============  ====================================================================
``data``         uint8 array (n, 3072): one image per row, all of its red, then its green,
                 then its blue, each plane row by row
``labels``       list of n whole numbers from 0 to 9
``filenames``    list of n names
``batch_label``  which batch this is, in words
===============  ====================================================================

and ``batches.meta``, one with ``label_names``, ``num_cases_per_batch`` and ``num_vis`` (= 3072).

`reference.data.batches` reads and writes such files.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009), and the page of
the data set, https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reference.data.batches import not_a_batch, read_batch, write_batch

CIFAR10_ROOT = Path(__file__).parent / "datasets" / "cifar-10-batches-py"
CIFAR10_BATCHES = [f"data_batch_{number}" for number in range(1, 6)]


def load_CIFAR_batch(path: str | Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:  # noqa: N802
    """Read one batch of CIFAR-10.

    Parameters
    ----------
    path : str or Path
        Such as ``.../cifar-10-batches-py/data_batch_1``.

    Returns
    -------
    X : ndarray of shape (N, 32, 32, 3), float64
        Images with values from 0 to 255, the colour channel last.
    y : ndarray of shape (N,)
        Labels from 0 to 9.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, or wants to call anything that a batch of images has no use for.
    """
    batch = read_batch(path)
    data, labels = batch.get("data"), batch.get("labels")
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (3072,):
        not_a_batch(path, "its data is no uint8 array of shape (N, 3072)")
    if isinstance(labels, np.ndarray):
        labels = labels.tolist()
    if not isinstance(labels, list) or len(labels) != len(data):
        not_a_batch(path, f"it does not hold one label for each of its {len(data)} images")
    if any(type(label) is not int or label not in range(10) for label in labels):
        not_a_batch(path, "its labels are other than whole numbers from 0 to 9")
    X = data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(np.float64)
    return X, np.array(labels, dtype=np.int64)


def load_CIFAR10(  # noqa: N802
    root: str | Path,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Read all of CIFAR-10.

    Parameters
    ----------
    root : str or Path
        The folder ``cifar-10-batches-py``.

    Returns
    -------
    X_train : ndarray of shape (N, 32, 32, 3), float64
        The five batches one after the other; 50,000 images in the full data set.
    y_train : ndarray of shape (N,)
    X_test : ndarray of shape (N, 32, 32, 3), float64
    y_test : ndarray of shape (N,)

    Raises
    ------
    FileNotFoundError, ValueError
        As for `load_CIFAR_batch`.
    """
    batches = [load_CIFAR_batch(Path(root, name)) for name in CIFAR10_BATCHES]
    X_train = np.concatenate([X for X, _ in batches])
    y_train = np.concatenate([y for _, y in batches])
    X_test, y_test = load_CIFAR_batch(Path(root, "test_batch"))
    return X_train, y_train, X_test, y_test


def load_CIFAR10_names(root: str | Path) -> list[str]:  # noqa: N802
    """Read the names of the classes, in the order of the labels.

    Parameters
    ----------
    root : str or Path
        The folder ``cifar-10-batches-py``.

    Returns
    -------
    names : list of str

    Raises
    ------
    FileNotFoundError, ValueError
        As for `load_CIFAR_batch`.
    """
    path = Path(root, "batches.meta")
    names = read_batch(path).get("label_names")
    if not isinstance(names, list):
        not_a_batch(path, "it holds no list of label_names")
    return [name.decode("latin1") if isinstance(name, bytes) else str(name) for name in names]


def get_CIFAR10_data(  # noqa: N802
    num_training: int | None = None,
    num_validation: int | None = None,
    num_test: int | None = None,
    subtract_mean: bool = True,
    root: str | Path | None = None,
) -> dict[str, NDArray[Any]]:
    """Read CIFAR-10 and prepare it for a `Solver`.

    Parameters
    ----------
    num_training, num_validation, num_test : int, optional
        How many images to use. The validation images are those that follow the training images.
        By default one in five, but no more than 1000, of the images for training are for validation,
        the others for training, and up to 1000 for testing: 49,000, 1000 and 1000 of the full set.
    subtract_mean : bool
        Subtract the mean of the training images from all images.
    root : str or Path, optional
        The folder ``cifar-10-batches-py``. By default it is in ``datasets`` beside this file.

    Returns
    -------
    data : dict
        ``X_train``, ``X_val``, ``X_test`` of shape (N, 3, 32, 32), float64, and ``y_train``,
        ``y_val``, ``y_test`` of shape (N,).

    Raises
    ------
    FileNotFoundError
        If the data set is not there.
    ValueError
        If a file is damaged or there are fewer images than asked for.
    """
    root = CIFAR10_ROOT if root is None else Path(root)
    X, y, X_test, y_test = load_CIFAR10(root)
    if num_validation is None:
        num_validation = max(0, min(1000, len(X) // 5, len(X) - (num_training or 0)))
    if num_training is None:
        num_training = len(X) - num_validation
    if num_test is None:
        num_test = min(1000, len(X_test))
    _require_enough("num_training + num_validation", (num_training, num_validation), len(X), root)
    _require_enough("num_test", (num_test,), len(X_test), root)

    kept = num_training + num_validation
    images = {"train": X[:num_training], "val": X[num_training:kept], "test": X_test[:num_test]}
    labels = {"train": y[:num_training], "val": y[num_training:kept], "test": y_test[:num_test]}
    mean = images["train"].mean(axis=0) if subtract_mean and num_training else 0.0
    data: dict[str, NDArray[Any]] = {}
    for part, X_part in images.items():
        data[f"X_{part}"] = np.ascontiguousarray((X_part - mean).transpose(0, 3, 1, 2))
        data[f"y_{part}"] = labels[part]
    return data


def write_CIFAR_batch(path: str | Path, X: ArrayLike, y: ArrayLike, batch_label: str) -> None:  # noqa: N802
    """Write images as a batch of CIFAR-10.

    Parameters
    ----------
    path : str or Path
        The file to write.
    X : array_like of shape (N, 32, 32, 3)
        Images with whole values from 0 to 255, the colour channel last.
    y : array_like of shape (N,)
        Labels from 0 to 9.
    batch_label : str
        Which batch this is, in words.

    Raises
    ------
    ValueError
        If a shape or a value does not fit.
    """
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 4 or X.shape[1:] != (32, 32, 3) or not np.array_equal(X.astype(np.uint8), X):
        raise ValueError(
            f"X: got {X.dtype} {X.shape}, wanted (N, 32, 32, 3) with whole numbers from 0 to 255"
        )
    if y.shape != (len(X),) or not np.isin(y, range(10)).all():
        raise ValueError(f"y: got {y.dtype} {y.shape}, wanted ({len(X)},) with whole numbers from 0 to 9")
    batch = {
        "batch_label": batch_label,
        "labels": [int(label) for label in y],
        "data": X.astype(np.uint8).transpose(0, 3, 1, 2).reshape(len(X), 3072),
        "filenames": [f"{label:d}_{number:05d}.png" for number, label in enumerate(y)],
    }
    write_batch(path, batch)


def write_CIFAR10_names(root: str | Path, names: list[str], num_cases_per_batch: int) -> None:  # noqa: N802
    """Write the names of the classes as ``batches.meta`` into the folder ``root``."""
    meta = {"num_cases_per_batch": num_cases_per_batch, "label_names": names, "num_vis": 3072}
    write_batch(Path(root, "batches.meta"), meta)


def _require_enough(argument: str, counts: tuple[int, ...], available: int, root: Path) -> None:
    if min(counts) < 0 or sum(counts) > available:
        asked = " + ".join(str(count) for count in counts)
        raise ValueError(f"{argument}: got {asked}, wanted no more than the {available} images in {root}")
