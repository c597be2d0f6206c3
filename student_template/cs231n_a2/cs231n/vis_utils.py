"""Many images as one."""

import numpy as np


def visualize_grid(Xs, ubound=255.0, padding=1):
    """Lay images out in a square grid, each stretched to the full range of brightness.

    Parameters
    ----------
    Xs : array_like of shape (N, H, W, C)
        The images.
    ubound : float
        The brightest value of every image; its darkest becomes 0.
    padding : int
        Black pixels between neighbouring images.

    Returns
    -------
    grid : ndarray of shape (n H + (n - 1) padding, n W + (n - 1) padding, C)
        With n images on a side, the smallest n whose square holds all of them. An image of one
        single value comes out black.

    Raises
    ------
    ValueError
        If ``Xs`` does not have four dimensions.
    """
    images = _images(Xs)
    stretched = []
    for image in images:
        low, high = image.min(), image.max()
        stretched.append(ubound * (image - low) / (high - low) if high > low else np.zeros_like(image))
    return _tiles(stretched, images.shape[1:], padding)


def vis_grid(Xs, padding=1):
    """Lay images out in a square grid, all of them stretched together to values from 0 to 1.

    Parameters
    ----------
    Xs : array_like of shape (N, H, W, C)
        The images.
    padding : int
        Black pixels between neighbouring images.

    Returns
    -------
    grid : ndarray
        Of the shape that `visualize_grid` gives.

    Raises
    ------
    ValueError
        If ``Xs`` does not have four dimensions.
    """
    images = _images(Xs)
    low, high = np.min(images, initial=np.inf), np.max(images, initial=-np.inf)
    scaled = (images - low) / (high - low) if high > low else np.zeros_like(images)
    return _tiles(list(scaled), images.shape[1:], padding)


def _images(Xs):
    images = np.asarray(Xs, dtype=np.float64)
    if images.ndim != 4:
        raise ValueError(f"Xs: got shape {images.shape}, wanted (N, H, W, C)")
    return images


def _tiles(images, shape, padding):
    """Images of one shape (H, W, C) side by side, row after row, in a square with black gaps."""
    H, W, C = shape
    side = int(np.ceil(np.sqrt(len(images))))
    grid = np.zeros((max(0, side * (H + padding) - padding), max(0, side * (W + padding) - padding), C))
    for number, image in enumerate(images):
        top, left = number // side * (H + padding), number % side * (W + padding)
        grid[top : top + H, left : left + W] = image
    return grid
