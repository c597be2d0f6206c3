"""Each pattern is recognised where it holds and not claimed where it nearly holds."""

import numpy as np
import pytest

from grader.suite.pattern import describe_pattern, transposed_shape


def describe(got, wanted):
    return describe_pattern(got, wanted, np.abs(got - wanted) > 1e-9)


@pytest.fixture
def wanted(rng):
    return rng.uniform(0.5, 2.0, (4, 4)) * rng.choice([-1, 1], (4, 4))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda a: 0 * a, "every entry is zero"),
        (lambda a: -a, "the sign is flipped"),
        (lambda a: 2 * a, "every entry is 2 times what it should be"),
        (lambda a: a / 7, "every entry is 1/7 times what it should be"),
        (lambda a: a * np.pi, "every entry is 3.14159 times what it should be"),
        (lambda a: a + 0.25, "every entry is off by the same amount, 0.25"),
        (lambda a: a.T.copy(), "the matrix is transposed"),
    ],
)
def test_whole_array(wanted, change, sentence):
    assert describe(change(wanted), wanted) == sentence


def test_nearly_a_factor_is_no_factor(wanted):
    got = 2 * wanted
    got[0, 0] *= 1.01
    assert describe(got, wanted) is None


def test_one_row_and_one_column(wanted):
    got = wanted.copy()
    got[2] += np.arange(1, 5)
    assert describe(got, wanted) == "only row 2 is wrong"
    got = wanted.copy()
    got[:, 3] += np.arange(1, 5)
    assert describe(got, wanted) == "only column 3 (the last one) is wrong"


def test_zeros_in_one_channel(rng):
    wanted = rng.uniform(1, 2, (2, 3, 4, 4))
    got = wanted.copy()
    got[:, 1] = 0
    assert describe(got, wanted) == "the wrong entries are all zero: channel 1"


def test_border_of_images(rng):
    wanted = rng.uniform(1, 2, (2, 3, 5, 5))
    got = wanted + rng.uniform(1, 2, wanted.shape)
    got[:, :, 1:-1, 1:-1] = wanted[:, :, 1:-1, 1:-1]
    assert describe(got, wanted) == "only the border of the images is wrong"


def test_negative_entries_only(wanted):
    got = np.where(wanted < 0, 0.1 * wanted + 0.01, wanted)
    assert describe(got, wanted) == "exactly the negative entries are wrong"


def test_no_pattern_in_noise(wanted, rng):
    assert describe(wanted + rng.standard_normal((4, 4)), wanted) is None


@pytest.mark.parametrize(
    ("got", "wanted_shape", "sentence"),
    [
        ((3, 2), (2, 3), "the axes are in reverse order (transposed)"),
        ((2, 4, 3), (2, 3, 4), "the axes are in another order"),
        ((1, 5), (5,), "only axes of length 1 differ"),
        ((6,), (2, 3), "the number of entries is right: a reshape is missing"),
        ((7,), (2, 3), None),
    ],
)
def test_shapes(got, wanted_shape, sentence):
    assert transposed_shape(got, wanted_shape) == sentence
