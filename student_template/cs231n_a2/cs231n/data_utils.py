"""The data sets: CIFAR-10 in its own format, and a small one in the same format."""

import pickle
import struct
import zlib
from pathlib import Path

import numpy as np

CIFAR10_ROOT = Path(__file__).parent / "datasets" / "cifar-10-batches-py"
CIFAR10_BATCHES = [f"data_batch_{number}" for number in range(1, 6)]


def load_CIFAR_batch(path):
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


def load_CIFAR10(root):
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


def load_CIFAR10_names(root):
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


def get_CIFAR10_data(
    num_training=None,
    num_validation=None,
    num_test=None,
    subtract_mean=True,
    root=None,
):
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
    data = {}
    for part, X_part in images.items():
        data[f"X_{part}"] = np.ascontiguousarray((X_part - mean).transpose(0, 3, 1, 2))
        data[f"y_{part}"] = labels[part]
    return data


def write_CIFAR_batch(path, X, y, batch_label):
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


def write_CIFAR10_names(root, names, num_cases_per_batch):
    """Write the names of the classes as ``batches.meta`` into the folder ``root``."""
    meta = {"num_cases_per_batch": num_cases_per_batch, "label_names": names, "num_vis": 3072}
    write_batch(Path(root, "batches.meta"), meta)


def _require_enough(argument, counts, available, root):
    if min(counts) < 0 or sum(counts) > available:
        asked = " + ".join(str(count) for count in counts)
        raise ValueError(f"{argument}: got {asked}, wanted no more than the {available} images in {root}")


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


def read_batch(path):
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


def write_batch(path, batch):
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


def not_a_batch(path, why):
    """Raise the error for a file that could be read but does not hold what it should."""
    raise ValueError(f"{path} is no file of CIFAR-10: {why}. {_remedy(path)}")


def _remedy(path):
    root = Path(path).parent
    return (
        f"Download https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz and unpack it as {root}, "
        f"or make a small data set in its place: write_sample_cifar10({str(root)!r})"
    )


# Reading


class _BatchUnpickler(pickle.Unpickler):
    """Imports nothing: the names that a batch may ask for get stand-ins, all others are refused."""

    def find_class(self, module, name):
        """Look up what the pickle wants to call."""
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs")
        return _STAND_INS[module, name]


class _PickledArray:
    """Stands for ``numpy.core.multiarray._reconstruct``: takes an array's state without acting on it."""

    def __init__(self, *_):
        self._state = None

    def __setstate__(self, state):
        self._state = state

    def array(self):
        """The array, if its state is that of plain numbers."""
        _, shape, dtype, fortran, data = self._state
        return np.frombuffer(data, dtype=dtype.dtype()).reshape(shape, order="F" if fortran else "C")


class _PickledDtype:
    """Stands for ``numpy.dtype``: takes the name of the type and its byte order."""

    def __init__(self, name, *_):
        self._name = _as_text(name)
        self._order = "="

    def __setstate__(self, state):
        self._order = _as_text(state[1])

    def dtype(self):
        """The dtype, if it is one of whole or real numbers."""
        if self._name not in {"u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"}:
            raise ValueError(f"got an array of dtype {self._name!r}, wanted numbers")
        return np.dtype(self._order + self._name)


class _EncodedBytes:
    """Stands for ``_codecs.encode``, by which Python 3 writes bytes for Python 2."""

    # A class, because the attributes of a function could be changed by the pickle.
    def __new__(cls, text, encoding="latin1"):
        """Encode the text, as latin1 only."""
        if _as_text(encoding) != "latin1":
            raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}, wanted latin1")
        return text.encode("latin1")

    def __setstate__(self, state):
        raise pickle.UnpicklingError("it gives a state to bytes, which have none")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _PickledArray,
    ("numpy._core.multiarray", "_reconstruct"): _PickledArray,
    ("numpy", "ndarray"): "ndarray",  # an argument of _reconstruct, never called
    ("numpy", "dtype"): _PickledDtype,
    ("_codecs", "encode"): _EncodedBytes,
}


def _as_text(value):
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _as_array(value):
    return value.array() if isinstance(value, _PickledArray) else value


# Writing


def _instructions(value):
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


def _array_instructions(value):
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


SAMPLE_CLASSES = ["disc", "ring", "square", "frame", "diamond", "plus", "cross", "rows", "columns", "checks"]
HUE_SCATTER = 0.16  # neighbouring hues are 0.1 apart
PIXEL_NOISE = 0.35
WRONG_LABELS = 0.06


def write_sample_cifar10(root, num_train=1500, num_test=300, seed=231):
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


def sample_images(N, seed=231):
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


def _mask(shape, random):
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


def _rgb(hue, value):
    """Saturated colours of a hue (1 goes once round the circle) and a brightness, (N, 3)."""
    # Each channel rises, stays and falls once per turn, a third of a turn after the one before.
    turn = 6 * (hue[:, np.newaxis] + np.array([0.0, 4.0, 2.0]) / 6) % 6
    channels = np.clip(np.abs(turn - 3) - 1, 0.0, 1.0)
    return value[:, np.newaxis] * channels


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


def load_mnist(path, num_validation=None):
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


def write_sample_mnist(path, num_train=1200, num_test=200, seed=231):
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


def _read_mat(path):
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


def _digit_images(y, random):
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
