"""What the notebooks of earlier years use and today's libraries do not have any more.

It is the age of the course's own cells that fails otherwise, not the work of the student.
"""

from __future__ import annotations

import sys
import time
from types import ModuleType
from typing import Any


def install(compatibility: str) -> None:
    """Put it back, for this process.

    Parameters
    ----------
    compatibility : str
        The code that puts names back into NumPy, as for grading.
    """
    if not hasattr(time, "clock"):
        setattr(time, "clock", time.perf_counter)  # noqa: B010 - mypy knows no such name
    images = ModuleType("scipy.misc", "Reading and resizing images, as SciPy once did.")
    images.__dict__.update(imread=_imread, imresize=_imresize, imsave=_imsave)
    sys.modules["scipy.misc"] = images
    if compatibility:
        exec(compile(compatibility, "compatibility.py", "exec"), {"__name__": "compatibility"})  # noqa: S102 - ours


def _imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(name) as image:
        return np.asarray(image.convert("F" if flatten else mode or "RGB"))


def _imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    import numpy as np
    from PIL import Image

    image = Image.fromarray(np.asarray(arr).astype(np.uint8), mode)
    if isinstance(size, int | float):  # a percentage, or a fraction
        factor = size / 100 if isinstance(size, int) else size
        size = (round(image.height * factor), round(image.width * factor))
    shape = (max(1, size[1]), max(1, size[0]))
    return np.asarray(image.resize(shape, getattr(Image.Resampling, interp.upper())))


def _imsave(name: Any, arr: Any) -> None:
    import numpy as np
    from PIL import Image

    Image.fromarray(np.asarray(arr).astype(np.uint8)).save(name)
