"""Small stand-ins for libraries that notebooks import and that are not here, or make no sense here.

They stand last on the path: where the library is installed, it is the library that is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_IMREAD = '''\
"""Reading pictures, by Pillow."""
import numpy as np
from PIL import Image


def imread(uri, *args, **kwargs):
    with Image.open(uri) as image:
        return np.asarray(image.convert("RGB"))


def imwrite(uri, im, *args, **kwargs):
    Image.fromarray(np.asarray(im).astype(np.uint8)).save(uri)


imsave = imwrite
'''

_PAST = '''\
"""Names of Python 2."""
from functools import reduce

basestring = unicode = str
long = int
raw_input = input
unichr = chr
xrange = range
'''

_OLD_DIV = """\
def old_div(left, right):
    whole = isinstance(left, int) and isinstance(right, int)
    return left // right if whole else left / right
"""

_RESIZE = '''\
"""Resizing pictures, by Pillow."""
import numpy as np
from PIL import Image


def resize(image, output_shape, *args, **kwargs):
    image = np.asarray(image)
    if image.dtype != np.uint8:
        image = np.clip(255 * image, 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(image).resize(output_shape[1::-1])) / 255.0
'''

_NOTHING = '''\
"""A stand-in: whatever is called does nothing."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *args, **kwargs: None
'''

_COLAB = """\
'''A stand-in: its parts are stand-ins, too.'''
import importlib


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        return lambda *args, **kwargs: None
"""

STANDINS: Final[Mapping[str, str]] = {
    "google/colab/__init__.py": _COLAB,
    "google/colab/auth.py": _NOTHING,
    "google/colab/drive.py": _NOTHING,
    "google/colab/files.py": _NOTHING,
    "google/colab/output.py": _NOTHING,
    "google/colab/patches.py": _NOTHING,
    "imageio/__init__.py": _IMREAD,
    "imageio/v2.py": _IMREAD,
    "imageio/v3.py": _IMREAD,
    "past/__init__.py": "",
    "past/builtins.py": _PAST,
    "past/utils.py": _OLD_DIV,
    "skimage/transform.py": _RESIZE,
}
"""Path to text."""
