r"""A small data set that can be learned, in the format of CIFAR-10, so that everything runs offline.

Ten classes of shapes (disc, ring, square, ...) are drawn at a random place, in a random size, over a
background of a random colour. Three properties make it fit for the assignment's experiments:

* *Learnable in seconds.* The colour of a shape scatters around a hue of its class. That much a
  two-layer network reads off the pixels.
* *Better seen by a convolution.* The hues of neighbouring classes overlap; what tells them apart is
  the shape, which moves from image to image. Shared filters and pooling find it wherever it is.
* *It can be overfitted.* There is noise in every pixel, and a few labels are wrong. A network that
  is large enough learns these by heart, and its training accuracy leaves its validation accuracy
  behind, which is what dropout and weight decay are there to be seen against.

The images are computed from a seed with additions, multiplications, divisions and comparisons of
float64 only, and from the legacy random stream, which NumPy keeps unchanged: the same seed gives the
same bytes on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.data.cifar10 import CIFAR10_BATCHES, write_CIFAR10_names, write_CIFAR_batch

SAMPLE_CLASSES = ["disc", "ring", "square", "frame", "diamond", "plus", "cross", "rows", "columns", "checks"]
HUE_SCATTER = 0.16  # neighbouring hues are 0.1 apart
PIXEL_NOISE = 0.35
WRONG_LABELS = 0.06


def write_sample_cifar10(
    root: str | Path, num_train: int = 1500, num_test: int = 300, seed: int = 231
) -> Path:
    """Write a small, learnable data set of ten classes in the format of CIFAR-10.

    Parameters
    ----------
    root : str or Path
        The folder to write, such as ``datasets/cifar-10-batches-py``; made if it is not there.
    num_train : int
        How many images the five batches for training hold together, 5 or more.
    num_test : int
        How many images the batch for testing holds, 1 or more.
    seed : int
        The same seed gives the same bytes.

    Returns
    -------
    root : Path

    Raises
    ------
    ValueError
        If there are too few images.
    FileExistsError
        If the folder holds another data set, which may have taken long to download.
    """
    if num_train < len(CIFAR10_BATCHES) or num_test < 1:
        raise ValueError(f"num_train, num_test: got {num_train}, {num_test}, wanted at least 5 and 1")
    root = Path(root)
    marker = root / "SAMPLE.txt"
    if any((root / name).exists() for name in [*CIFAR10_BATCHES, "test_batch"]) and not marker.exists():
        raise FileExistsError(f"{root} holds a data set already; wanted an empty folder")
    X, y = sample_images(num_train + num_test, seed)
    root.mkdir(parents=True, exist_ok=True)
    marker.write_text("Shapes drawn by write_sample_cifar10, not the images of CIFAR-10.\n", encoding="utf-8")
    parts = np.array_split(np.arange(num_train), len(CIFAR10_BATCHES))
    for number, (name, part) in enumerate(zip(CIFAR10_BATCHES, parts, strict=True), start=1):
        write_CIFAR_batch(root / name, X[part], y[part], f"training batch {number} of 5")
    write_CIFAR_batch(root / "test_batch", X[num_train:], y[num_train:], "testing batch 1 of 1")
    write_CIFAR10_names(root, SAMPLE_CLASSES, num_cases_per_batch=len(parts[0]))
    return root


def sample_images(N: int, seed: int = 231) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw the images and labels of the sample.

    Parameters
    ----------
    N : int
    seed : int

    Returns
    -------
    X : ndarray of shape (N, 32, 32, 3), uint8
    y : ndarray of shape (N,)
        The labels, a few of them wrong.
    """
    random = np.random.RandomState(seed)
    shape = random.randint(10, size=N)
    ink = _mask(shape, random)[..., np.newaxis]
    colour = _rgb(
        shape / 10 + HUE_SCATTER * (random.rand(N) + random.rand(N) - 1), 0.45 + 0.55 * random.rand(N)
    )
    background = 0.15 + 0.7 * random.rand(N, 1, 1, 3)
    image = background + ink * (colour[:, np.newaxis, np.newaxis, :] - background)
    image += PIXEL_NOISE * (random.rand(N, 32, 32, 3) - 0.5)
    X = np.floor(255 * np.clip(image, 0.0, 1.0) + 0.5).astype(np.uint8)
    wrong = random.rand(N) < WRONG_LABELS
    y = np.where(wrong, random.randint(10, size=N), shape)
    return X, y.astype(np.int64)


def _mask(shape: NDArray[Any], random: np.random.RandomState) -> NDArray[np.float64]:
    """Where the shapes are: 1 inside and 0 outside, (N, 32, 32), with a random place and size."""
    N = len(shape)
    centre_u, centre_v = 15.5 + 8 * (random.rand(2, N, 1, 1) - 0.5)
    radius = 7 + 5 * random.rand(N, 1, 1)
    # Coordinates in which the shape reaches from -1 to 1.
    u = (np.arange(32.0) - centre_u) / radius  # (N, 1, 32)
    v = (np.arange(32.0)[:, np.newaxis] - centre_v) / radius  # (N, 32, 1)
    circle, box = u * u + v * v, np.maximum(np.abs(u), np.abs(v))
    lean, rise = np.abs(u - v), np.abs(u + v)
    drawings = [
        circle < 1,
        (circle < 1) & (circle > 0.4),
        box < 0.9,
        (box < 0.95) & (box > 0.6),
        np.abs(u) + np.abs(v) < 1.1,
        (box < 1) & (np.minimum(np.abs(u), np.abs(v)) < 0.3),
        (box < 0.95) & (np.minimum(lean, rise) < 0.4),
        (box < 0.95) & (np.floor(2.6 * v + 0.5) % 2 == 0),
        (box < 0.95) & (np.floor(2.6 * u + 0.5) % 2 == 0),
        (box < 0.95) & (u * v > 0),
    ]
    return np.asarray(np.choose(shape[:, np.newaxis, np.newaxis], drawings), dtype=np.float64)


def _rgb(hue: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Saturated colours of a hue (1 goes once round the circle) and a brightness, (N, 3)."""
    # Each channel rises, stays and falls once per turn, a third of a turn after the one before.
    turn = 6 * (hue[:, np.newaxis] + np.array([0.0, 4.0, 2.0]) / 6) % 6
    channels: NDArray[np.float64] = np.clip(np.abs(turn - 3) - 1, 0.0, 1.0)
    return value[:, np.newaxis] * channels
