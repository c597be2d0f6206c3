"""The data sets: their formats on disk, refusal of what is no data, and that the samples can be learned."""

from __future__ import annotations

import hashlib
import os
import pickle
import pickletools
import shutil

import numpy as np
import pytest
import scipy.io

from reference.data import (
    batches,
    cifar10,
    get_CIFAR10_data,
    load_CIFAR10,
    load_CIFAR10_names,
    load_CIFAR_batch,
    load_mnist,
    write_sample_cifar10,
    write_sample_mnist,
)
from reference.data.sample import SAMPLE_CLASSES, sample_images
from reference.nets import ThreeLayerConvNet, TwoLayerNet
from reference.solver import Solver
from reference.visualization import vis_grid, visualize_grid


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_sample_cifar10(tmp_path_factory.mktemp("data") / "datasets" / "cifar-10-batches-py")


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    return write_sample_mnist(tmp_path_factory.mktemp("data") / "new" / "mnist_data.mat")


def unpickled(path, **options):
    with path.open("rb") as file:
        return pickle.load(file, **options)


# The format of CIFAR-10


def test_batches_come_back_as_they_were_written(tmp_path):
    X, y = sample_images(7, seed=3)
    cifar10.write_CIFAR_batch(tmp_path / "batch", X, y, "a batch")
    images, labels = load_CIFAR_batch(tmp_path / "batch")
    np.testing.assert_array_equal(images, X.astype(np.float64), strict=True)
    np.testing.assert_array_equal(labels, y, strict=True)


@pytest.mark.parametrize(("encoding", "key"), [("bytes", str.encode), ("latin1", str)])
def test_other_readers_find_what_they_know(sample, encoding, key):
    """Readers in the wild use either encoding, and get keys and names of bytes or of text."""
    batch = unpickled(sample / "data_batch_2", encoding=encoding)
    assert set(batch) == {key("batch_label"), key("labels"), key("data"), key("filenames")}
    assert batch[key("batch_label")] == key("training batch 2 of 5")
    data, labels, names = batch[key("data")], batch[key("labels")], batch[key("filenames")]
    assert (data.dtype, data.shape, len(labels), len(names)) == (np.uint8, (300, 3072), 300, 300)
    assert all(type(label) is int for label in labels)
    assert type(names[0]) is type(key(""))
    # Planes of red, green and blue, each row by row.
    images, y = load_CIFAR_batch(sample / "data_batch_2")
    np.testing.assert_array_equal(data[4, 1024 + 32 * 5 + 7], images[4, 5, 7, 1])
    np.testing.assert_array_equal(labels, y)
    meta = unpickled(sample / "batches.meta", encoding=encoding)
    assert meta == {
        key("num_cases_per_batch"): 300,
        key("label_names"): [key(name) for name in SAMPLE_CLASSES],
        key("num_vis"): 3072,
    }


def test_files_use_the_instructions_of_python_2(sample):
    for path in sample.iterdir():
        if path.name == "SAMPLE.txt":
            continue
        content = path.read_bytes()
        instructions = {opcode.name for opcode, _, _ in pickletools.genops(content)}
        assert content.startswith(b"\x80\x02")
        assert "SHORT_BINSTRING" in instructions
        assert not instructions & {"BINUNICODE", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES", "FRAME"}
        assert all(opcode.proto <= 2 for opcode, _, _ in pickletools.genops(content))
    names = [argument for opcode, argument, _ in pickletools.genops(content) if opcode.name == "GLOBAL"]
    assert set(names) <= {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}


# Two images as Python 2's cPickle lays out a batch: with a memo (q) and the shortest numbers (K, M, J).
PYTHON_2_BATCH = (
    b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x03oneq\x03U\x06labelsq\x04]q\x05(K\x06K\x09eU\x04dataq\x06"
    b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x09"
    b"(K\x01K\x02M\x00\x0c\x86cnumpy\ndtype\nq\x0aU\x02u1K\x00K\x01\x87Rq\x0b"
    b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x18\x00\x00"
    + bytes(range(256)) * 24
    + b"tbu."
)


def test_a_batch_of_python_2_is_read(tmp_path):
    path = tmp_path / "data_batch_1"
    path.write_bytes(PYTHON_2_BATCH)
    assert unpickled(path, encoding="latin1")["labels"] == [6, 9]  # it is what Python understands as well
    X, y = load_CIFAR_batch(path)
    assert X.shape == (2, 32, 32, 3)
    assert y.tolist() == [6, 9]
    np.testing.assert_array_equal(X[1, 0, :4, 0], [0, 1, 2, 3])


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_batches_that_python_3_wrote_are_read(tmp_path, protocol):
    X, y = sample_images(3)
    data = X.transpose(0, 3, 1, 2).reshape(3, 3072)
    for labels in (y.tolist(), y, y.astype(">i4"), y.astype(np.uint8)):
        for array in (data, np.asfortranarray(data)):
            path = tmp_path / "batch"
            path.write_bytes(pickle.dumps({"data": array, "labels": labels}, protocol=protocol))
            images, numbers = load_CIFAR_batch(path)
            np.testing.assert_array_equal(images, X)
            np.testing.assert_array_equal(numbers, y)


def test_load_cifar10_joins_the_batches(sample):
    X_train, y_train, X_test, y_test = load_CIFAR10(sample)
    X, y = sample_images(1800)
    np.testing.assert_array_equal(X_train, X[:1500])
    np.testing.assert_array_equal(y_train, y[:1500])
    np.testing.assert_array_equal(X_test, X[1500:])
    np.testing.assert_array_equal(y_test, y[1500:])
    assert load_CIFAR10_names(str(sample)) == SAMPLE_CLASSES


# The data that a solver wants


def test_default_split_of_a_small_data_set(sample):
    data = get_CIFAR10_data(root=sample)
    assert {name: value.shape for name, value in data.items()} == {
        "X_train": (1200, 3, 32, 32),
        "y_train": (1200,),
        "X_val": (300, 3, 32, 32),
        "y_val": (300,),
        "X_test": (300, 3, 32, 32),
        "y_test": (300,),
    }
    assert all(value.flags.c_contiguous for value in data.values())
    np.testing.assert_allclose(data["X_train"].mean(axis=0), 0, atol=1e-10)
    # The same mean is taken from all three.
    X, y, X_test, _ = load_CIFAR10(sample)
    mean = X[:1200].mean(axis=0)
    np.testing.assert_allclose(data["X_val"][5, 2, 3, 4], X[1205, 3, 4, 2] - mean[3, 4, 2])
    np.testing.assert_allclose(data["X_test"][5, 2, 3, 4], X_test[5, 3, 4, 2] - mean[3, 4, 2])
    np.testing.assert_array_equal(data["y_val"], y[1200:])


def test_default_split_of_the_full_data_set(monkeypatch):
    images, labels = np.zeros((50_000, 1, 1, 3)), np.arange(50_000) % 10
    full = (images, labels, images[:10_000], labels[:10_000])
    monkeypatch.setattr(cifar10, "load_CIFAR10", lambda root: full)
    data = get_CIFAR10_data()
    assert [len(data[f"y_{part}"]) for part in ("train", "val", "test")] == [49_000, 1000, 1000]
    assert data["X_train"].shape == (49_000, 3, 1, 1)


def test_chosen_split(sample):
    X, y, _, _ = load_CIFAR10(sample)
    data = get_CIFAR10_data(100, 20, 10, subtract_mean=False, root=sample)
    np.testing.assert_array_equal(data["X_train"], X[:100].transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(data["y_val"], y[100:120])
    assert len(data["X_test"]) == 10
    assert len(get_CIFAR10_data(num_training=1400, root=sample)["y_val"]) == 100
    assert len(get_CIFAR10_data(num_validation=500, root=sample)["y_train"]) == 1000


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        ({"num_training": 49_000, "num_validation": 1000}, r"got 49000 \+ 1000, .* the 1500 images"),
        ({"num_training": 49_000}, r"got 49000 \+ 0, .* the 1500 images"),
        ({"num_test": 1000}, "num_test: got 1000, wanted no more than the 300"),
        ({"num_validation": -1}, "num_training"),
    ],
)
def test_more_images_than_there_are(sample, counts, named):
    with pytest.raises(ValueError, match=named):
        get_CIFAR10_data(**counts, root=sample)


def test_a_missing_data_set_is_named_with_what_to_do(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"data_batch_1 does not exist\. Download .* write_sample_cifar10"
    ):
        get_CIFAR10_data(root=tmp_path)
    write_sample_cifar10(tmp_path, num_train=5, num_test=1)
    (tmp_path / "test_batch").unlink()
    with pytest.raises(FileNotFoundError, match="test_batch does not exist"):
        get_CIFAR10_data(root=tmp_path)


# Files that are no data


class Call:
    """Pickles as a call of any function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "attack",
    [
        lambda mark: Call(os.system, f"touch {mark}"),
        lambda mark: Call(exec, f"open({str(mark)!r}, 'w').close()"),
        lambda mark: Call(open, str(mark), "w"),
        lambda mark: Call(np.save, str(mark), 1),
        lambda mark: {"data": Call(os.mkdir, str(mark)), "labels": []},
        lambda mark: {Call(os.mkdir, str(mark)): 1},
        lambda mark: {"data": np.array([[Call(os.mkdir, str(mark))]], dtype=object), "labels": [1]},
        lambda mark: Call(pickle.loads, pickle.dumps(Call(os.mkdir, str(mark)))),
    ],
    ids=["system", "exec", "open", "numpy", "value", "key", "object array", "nested"],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_malicious_pickle_is_refused_and_does_nothing(tmp_path, attack, protocol):
    mark = tmp_path / "mark"
    content = pickle.dumps(attack(mark), protocol=protocol)
    path = tmp_path / "data_batch_1"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"data_batch_1 is damaged or no file of CIFAR-10 \(UnpicklingError"):
        load_CIFAR_batch(path)
    assert not list(tmp_path.glob("mark*"))


def test_the_attacks_would_work_without_protection(tmp_path):
    with pytest.raises(AttributeError):  # what comes of it is no dictionary, but then it is too late
        pickle.loads(pickle.dumps(Call(os.mkdir, str(tmp_path / "mark")))).items()
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"<html>404 Not Found</html>",
        pickle.dumps([1, 2]),
        pickle.dumps(None),
        pickle.dumps({"data": 1, "labels": [1]}),
        pickle.dumps({"labels": [1]}),
        pickle.dumps({"data": np.zeros((2, 3072), np.uint8)}, protocol=2),
        pickle.dumps({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": [1.0]}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": "1"}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": np.zeros((1, 1), int)}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3071), np.uint8), "labels": [1]}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072)), "labels": [1]}, protocol=2),
        pickle.dumps({"data": np.zeros((1, 3072), complex), "labels": [1]}, protocol=2),
        # An array without its state, a state of its own for what has none, and a call of what is no function.
        b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\n)Ru.",
        b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\n)\x81u.",
        b"\x80\x02}(U\x04datac_codecs\nencode\n}bu.",
        b"\x80\x02cnumpy\nndarray\n)R.",
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x04\x00\x00\x00utf7\x86R.",
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",
    ],
)
def test_what_is_no_batch_is_refused(tmp_path, content):
    path = tmp_path / "data_batch_1"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"data_batch_1 is (damaged or )?no file of CIFAR-10.*Download"):
        load_CIFAR_batch(path)


def test_a_damaged_file_never_fails_in_another_way(tmp_path, rng):
    X, y = sample_images(2)
    whole, damaged = tmp_path / "whole", tmp_path / "damaged"
    cifar10.write_CIFAR_batch(whole, X, y, "a batch")
    content = whole.read_bytes()
    interesting = [*range(260), *range(len(content) - 120, len(content))]
    for length in interesting:
        damaged.write_bytes(content[:length])
        with pytest.raises(ValueError, match="damaged"):
            load_CIFAR_batch(damaged)
    refused = 0
    for place in interesting:
        altered = bytearray(content)
        altered[place] = (altered[place] + int(rng.integers(1, 256))) % 256
        damaged.write_bytes(altered)
        try:
            load_CIFAR_batch(damaged)
        except ValueError:
            refused += 1
    assert refused > 100


def test_names_without_a_list_are_refused(tmp_path):
    batches.write_batch(tmp_path / "batches.meta", {"label_names": "airplane"})
    with pytest.raises(ValueError, match="no list of label_names"):
        load_CIFAR10_names(tmp_path)


# Writing


@pytest.mark.parametrize(
    ("X", "y", "named"),
    [
        (np.zeros((2, 3, 32, 32)), [0, 1], "X: got float64"),
        (np.full((2, 32, 32, 3), 0.5), [0, 1], "X: got float64"),
        (np.full((2, 32, 32, 3), 256), [0, 1], "X: got int64"),
        (np.full((2, 32, 32, 3), -1), [0, 1], "X: got int64"),
        (np.zeros((2, 32, 32, 3)), [0, 10], "y: got int64"),
        (np.zeros((2, 32, 32, 3)), [0, 0.5], "y: got float64"),
        (np.zeros((2, 32, 32, 3)), [0], r"y: got int64 \(1,\), wanted \(2,\)"),
    ],
)
def test_images_that_the_format_cannot_hold_are_refused(tmp_path, X, y, named):
    with pytest.raises(ValueError, match=named):
        cifar10.write_CIFAR_batch(tmp_path / "batch", X, y, "a batch")
    assert not (tmp_path / "batch").exists()


def test_values_that_the_format_cannot_hold_are_refused(tmp_path):
    for value in (1.5, None, np.zeros(3, np.uint8), {1, 2}):
        with pytest.raises(TypeError, match="batch: got a"):
            batches.write_batch(tmp_path / "batch", {"data": value})


# The samples


def test_the_sample_is_the_same_on_every_machine(sample):
    digest = hashlib.sha256()
    for name in ["batches.meta", *cifar10.CIFAR10_BATCHES, "test_batch"]:
        digest.update((sample / name).read_bytes())
    assert digest.hexdigest() == "200609e92fd8993d24611f431f91916754f52d1da3754ea85b8d80af65699c4f"


def test_another_seed_gives_another_sample():
    X, y = sample_images(20)
    again, other = sample_images(20), sample_images(20, seed=1)
    np.testing.assert_array_equal(X, again[0])
    np.testing.assert_array_equal(y, again[1])
    assert not np.array_equal(X, other[0])


def test_the_sample_has_all_classes_in_like_numbers(sample):
    _, y, _, y_test = load_CIFAR10(sample)
    assert np.bincount(y, minlength=10).min() > 100
    assert np.bincount(y_test, minlength=10).min() > 15


def test_a_small_sample_and_a_sample_in_place_of_a_sample(tmp_path):
    for num_train in (7, 5):
        write_sample_cifar10(tmp_path, num_train=num_train, num_test=2)
        X, _, X_test, _ = load_CIFAR10(tmp_path)
        assert (len(X), len(X_test)) == (num_train, 2)
    for counts in ({"num_train": 4}, {"num_test": 0}):
        with pytest.raises(ValueError, match="num_train, num_test"):
            write_sample_cifar10(tmp_path, **counts)


def test_a_real_data_set_is_never_overwritten(sample, tmp_path):
    real = tmp_path / "real"
    shutil.copytree(sample, real)
    (real / "SAMPLE.txt").unlink()
    content = (real / "data_batch_1").read_bytes()
    with pytest.raises(FileExistsError, match="holds a data set already"):
        write_sample_cifar10(real, num_train=5, num_test=1)
    assert (real / "data_batch_1").read_bytes() == content


def test_a_two_layer_net_learns_the_sample(sample):
    np.random.seed(231)
    data = get_CIFAR10_data(root=sample)
    optim_config = {"learning_rate": 1e-3}
    solver = Solver(
        TwoLayerNet(), data, optim_config=optim_config, lr_decay=0.95, num_epochs=10, verbose=False
    )
    solver.train()
    assert solver.val_acc_history[0] < 0.3
    assert solver.best_val_acc > 0.6


@pytest.mark.slow
def test_a_conv_net_learns_it_better_and_an_unbridled_net_overfits(sample):
    np.random.seed(231)
    data = get_CIFAR10_data(root=sample)
    common = {"update_rule": "adam", "optim_config": {"learning_rate": 1e-3}, "verbose": False}
    conv_net = ThreeLayerConvNet(num_filters=16, filter_size=5, weight_scale=1e-2, reg=1e-3)
    conv = Solver(conv_net, data, num_epochs=6, batch_size=50, **common)
    conv.train()
    plain = Solver(TwoLayerNet(), data, num_epochs=10, **common)
    plain.train()
    assert conv.best_val_acc > plain.best_val_acc + 0.03
    assert plain.train_acc_history[-1] > plain.val_acc_history[-1] + 0.15


# MNIST


def test_mnist_file_has_the_form_of_the_course(mnist):
    content = scipy.io.loadmat(mnist)
    assert content["training_data"].shape == (1200, 784)
    assert content["training_labels"].shape == (1200, 1)
    assert content["test_data"].shape == (200, 784)
    assert content["training_data"].dtype == np.uint8
    assert sorted(set(content["training_labels"].ravel())) == list(range(10))


def test_mnist_is_shuffled_and_split(mnist):
    content = scipy.io.loadmat(mnist)
    data = load_mnist(mnist)
    assert {name: (value.shape, value.dtype) for name, value in data.items()} == {
        "X_train": ((1000, 784), np.float64),
        "y_train": ((1000,), np.int64),
        "X_val": ((200, 784), np.float64),
        "y_val": ((200,), np.int64),
        "X_test": ((200, 784), np.float64),
    }
    rows = {
        image.tobytes(): label
        for image, label in zip(content["training_data"], content["training_labels"][:, 0], strict=True)
    }
    both = np.concatenate([data["X_train"], data["X_val"]]).astype(np.uint8)
    labels = np.concatenate([data["y_train"], data["y_val"]])
    assert len(rows) == 1200
    assert {image.tobytes() for image in both} == set(rows)
    assert all(rows[image.tobytes()] == label for image, label in zip(both, labels, strict=True))
    assert not np.array_equal(both, content["training_data"])
    np.testing.assert_array_equal(load_mnist(str(mnist))["y_val"], data["y_val"])
    np.testing.assert_array_equal(data["X_test"], content["test_data"])
    assert len(load_mnist(mnist, num_validation=50)["y_train"]) == 1150


def test_digits_can_be_learned(mnist):
    np.random.seed(231)
    model = TwoLayerNet(input_dim=784, weight_scale=1e-2)
    optim_config = {"learning_rate": 1e-3}
    solver = Solver(model, load_mnist(mnist), optim_config=optim_config, num_epochs=15, verbose=False)
    solver.train()
    assert solver.best_val_acc > 0.9


def test_mnist_that_is_missing_damaged_or_something_else(mnist, tmp_path):
    path = tmp_path / "mnist_data.mat"
    with pytest.raises(FileNotFoundError, match=r"mnist_data\.mat does not exist\. .* write_sample_mnist"):
        load_mnist(path)
    whole = mnist.read_bytes()
    for content in (b"", b"<html>", whole[:100], whole[:300], whole[:-1000], b"x" * 500):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"mnist_data\.mat (is damaged|does not hold)"):
            load_mnist(path)
    good = {
        "training_data": np.zeros((12, 784)),
        "training_labels": np.zeros((12, 1)),
        "test_data": np.zeros((1, 784)),
    }
    scipy.io.savemat(path, good)
    assert len(load_mnist(path)["y_train"]) == 10
    for name, value, named in [
        ("training_data", np.zeros((12, 783)), "training_data"),
        ("training_data", np.zeros((12, 784), complex), "training_data"),
        ("test_data", np.zeros((1, 784, 1, 2)), "test_data"),
        ("training_labels", np.zeros((11, 1)), "training_labels"),
        ("training_labels", np.full((12, 1), 10), "training_labels"),
    ]:
        scipy.io.savemat(path, good | {name: value})
        with pytest.raises(ValueError, match=f"got {named}"):
            load_mnist(path)
    scipy.io.savemat(path, {"training_data": good["training_data"]})
    with pytest.raises(ValueError, match="does not hold training_labels, test_data"):
        load_mnist(path)
    with pytest.raises(ValueError, match="num_validation: got 2000"):
        load_mnist(mnist, num_validation=2000)


# Pictures


def test_grid_places_images_and_stretches_each():
    images = np.zeros((5, 2, 3, 1))
    images[1, 0, 0], images[1, 1, 2] = 3, 5
    images[4] = 7  # of one value: black
    with np.errstate(all="raise"):
        grid = visualize_grid(images, ubound=10, padding=2)
    assert grid.shape == (3 * 2 + 2 * 2, 3 * 3 + 2 * 2, 1)
    expected = np.zeros((10, 13))
    expected[0, 5], expected[1, 7] = 6, 10
    np.testing.assert_array_equal(grid[..., 0], expected)


def test_grid_of_all_images_together():
    images = np.arange(8.0).reshape(2, 2, 2, 1)
    grid = vis_grid(images, padding=1)[..., 0] * 7
    np.testing.assert_allclose(grid[:2], [[0, 1, 0, 4, 5], [2, 3, 0, 6, 7]], atol=1e-15)
    assert not grid[2:].any()
    assert not vis_grid(np.ones((2, 2, 2, 3))).any()


@pytest.mark.parametrize("draw", [visualize_grid, vis_grid])
def test_grids_of_nothing_and_of_no_images(draw):
    assert draw(np.zeros((0, 2, 2, 3))).size == 0
    with pytest.raises(ValueError, match="Xs: got shape"):
        draw(np.zeros((2, 2, 3)))
