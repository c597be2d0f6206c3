r"""MNIST in the file of UC Berkeley's CS189: 28 x 28 grey images of digits in MATLAB's ``.mat`` form.

===================  ==========================================================
``training_data``    (n, 784): one image per row, row by row, values 0 to 255
``training_labels``  (n, 1): the digits
``test_data``        (m, 784): images whose labels only the course staff has
===================  ==========================================================

The file says nothing of the order of its images, so they are shuffled, always in the same way,
before some are put aside for validation.

Source: UC Berkeley CS189, homework 6 (2017); Y. LeCun, C. Cortes and C. Burges, "The MNIST database
of handwritten digits".
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The digits in 5 x 7 points; "#" is ink.
_FONT = """
 ###    #    ###   ###     #  #####   ##  #####  ###   ###
#   #  ##   #   # #   #   ##  #      #        # #   # #   #
#  ##   #       #     #  # #  ####  #        #  #   # #   #
# # #   #      #   ###  #  #      # ####    #    ###   ####
##  #   #     #       # #####     # #   #  #    #   #     #
#   #   #    #    #   #    #  #   # #   #  #    #   #    #
 ###   ###  #####  ###     #   ###   ###   #     ###   ##
"""


def load_mnist(path: str | Path, num_validation: int | None = None) -> dict[str, NDArray[Any]]:
    """Read MNIST from a ``.mat`` file and prepare it for a `Solver`.

    Parameters
    ----------
    path : str or Path
        Such as ``mnist_data.mat``.
    num_validation : int, optional
        How many of the images for training to put aside for validation; by default one in six,
        which leaves 50,000 of 60,000 for training.

    Returns
    -------
    data : dict
        ``X_train``, ``X_val`` and ``X_test`` of shape (N, 784), float64, with values as in the file;
        ``y_train`` and ``y_val`` of shape (N,). The file has no labels for ``X_test``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or holds something else, or has fewer images than asked for.
    """
    content = _read_mat(path)
    X, y, X_test = content["training_data"], content["training_labels"].ravel(), content["test_data"]
    for name, images in [("training_data", X), ("test_data", X_test)]:
        if images.dtype.kind not in "iuf" or images.ndim != 2 or images.shape[1] != 784:
            raise ValueError(f"{path}: got {name} {images.dtype} {images.shape}, wanted numbers (n, 784)")
    if y.shape != (len(X),) or not np.isin(y, range(10)).all():
        raise ValueError(
            f"{path}: got training_labels {y.dtype} {y.shape}, wanted a digit for each of {len(X)}"
        )
    if num_validation is None:
        num_validation = len(X) // 6
    if not 0 <= num_validation <= len(X):
        raise ValueError(
            f"num_validation: got {num_validation}, wanted no more than the {len(X)} images in {path}"
        )
    order = np.random.RandomState(0).permutation(len(X))
    train, val = np.split(order, [len(X) - num_validation])
    X, y = X.astype(np.float64), y.astype(np.int64)
    return {
        "X_train": X[train],
        "y_train": y[train],
        "X_val": X[val],
        "y_val": y[val],
        "X_test": X_test.astype(np.float64),
    }


def write_sample_mnist(path: str | Path, num_train: int = 1200, num_test: int = 200, seed: int = 231) -> Path:
    """Write a small, learnable data set of printed digits in the form of CS189's ``mnist_data.mat``.

    Parameters
    ----------
    path : str or Path
        The file to write; its folder is made if it is not there.
    num_train, num_test : int
        How many images for training and for testing.
    seed : int
        The same seed gives the same images.

    Returns
    -------
    path : Path
    """
    from scipy.io import savemat  # only MNIST needs SciPy

    random = np.random.RandomState(seed)
    y = random.randint(10, size=num_train + num_test)
    X = _digit_images(y, random)
    content = {
        "training_data": X[:num_train],
        "training_labels": y[:num_train, np.newaxis].astype(np.uint8),
        "test_data": X[num_train:],
    }
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, content, appendmat=False, do_compression=True)
    return path


def _read_mat(path: str | Path) -> dict[str, NDArray[Any]]:
    """The three arrays of the file."""
    from scipy.io import loadmat  # only MNIST needs SciPy
    from scipy.io.matlab import MatReadError

    wanted = ["training_data", "training_labels", "test_data"]
    remedy = f"Put the course's mnist_data.mat there, or make a small one: write_sample_mnist({str(path)!r})"
    try:
        with open(path, "rb") as file:
            content = loadmat(file, variable_names=wanted)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} does not exist. {remedy}") from error
    except (
        ArithmeticError,
        LookupError,
        MatReadError,
        NotImplementedError,
        OSError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} is damaged or no .mat file ({why}). {remedy}") from error
    missing = [name for name in wanted if name not in content]
    if missing:
        raise ValueError(f"{path} does not hold {', '.join(missing)}. {remedy}")
    return {name: np.asarray(content[name]) for name in wanted}


def _digit_images(y: NDArray[Any], random: np.random.RandomState) -> NDArray[np.uint8]:
    """Printed digits, three pixels to a point, at a random place, with grey noise; (N, 784)."""
    rows = [line.ljust(60) for line in _FONT.strip("\n").split("\n")]
    font = np.array([[[row[6 * digit + i] == "#" for i in range(5)] for row in rows] for digit in range(10)])
    large = font.repeat(3, axis=1).repeat(3, axis=2)  # (10, 21, 15)
    X = np.zeros((len(y), 28, 28))
    for image, digit in zip(X, y, strict=True):
        top, left = random.randint(1, 7), random.randint(3, 11)
        image[top : top + 21, left : left + 15] = (0.55 + 0.45 * random.rand()) * large[digit]
    noise = random.rand(*X.shape) * random.rand(*X.shape)
    return np.floor(255 * np.clip(0.8 * X + 0.4 * noise, 0.0, 1.0)).astype(np.uint8).reshape(len(y), 784)
