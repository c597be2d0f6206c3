"""What is encoded comes back the same, and what cannot travel is refused before it is sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.worker.inside.decode import decode
from grader.worker.inside.encode import contents, encode
from grader.worker.inside.rebuild import plain, presentable
from grader.worker.inside.values import DTYPES, Caps, Handle, Unsupported
from grader.worker.inside.wire import Malformed, Unencodable


def round_trip(value: Any, **kwargs: Any) -> Any:
    header, buffers = encode(value, **kwargs)
    result, arrays = decode(header, sum(buffer.nbytes for buffer in buffers))
    filled = [array for array in arrays if array.nbytes]
    for array, buffer in zip(filled, buffers, strict=True):
        contents(array)[:] = buffer
    return result


def same(left: Any, right: Any) -> bool:
    """Equal in type and, bit for bit, in value."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray | np.generic):
        left, right = np.asarray(left), np.asarray(right)
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.builds(Handle, st.integers(0, 2**62), st.text(max_size=9), st.sampled_from(["worker", "judge"])),
    st.builds(Unsupported, st.text(max_size=9)),
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    ),
    st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, ()).map(lambda array: array[()])),
)
TREES = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.lists(children, max_size=4),
        st.lists(children, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5) | st.integers(-9, 9), children, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_every_tree_comes_back_as_it_was(value: Any) -> None:
    assert same(round_trip(value), value)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_memory_order_arrives_in_c_order(dtype: np.dtype[Any]) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    for view in (array, array.T, array[:, ::-1], array[..., ::2], np.asfortranarray(array)):
        result = round_trip(view)
        assert same(result, np.ascontiguousarray(view))
        assert result.flags.c_contiguous


def test_decoded_arrays_share_no_memory_with_what_was_sent() -> None:
    array = np.zeros(3)
    result = round_trip(array)
    array[:] = 1
    assert not result.any()


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        {1.5: 0},
        {None: 0},
        {True: 0},
        {(1,): 0},
        {1, 2},
        object(),
        np.zeros(2, object),
        np.zeros(2, "datetime64[s]"),
        np.zeros(2, [("a", "f4")]),
        np.array(["a"]),
        range(3),
        iter([1]),
        "x" * (2**18 + 1),
        [0] * 70_000,
        np.broadcast_to(0.0, (2**20, 2**12)),
        np.zeros((1,) * 17),
        np.zeros((0, 2**41)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_may_not_travel_is_refused(value: Any) -> None:
    with pytest.raises(Unencodable):
        encode(value)
    with pytest.raises(Unencodable):
        encode([value], fallback=plain)


def test_depth_and_total_size_are_capped() -> None:
    nested: Any = []
    for _ in range(40):
        nested = [nested]
    loop: list[Any] = []
    loop.append(loop)
    tenth = np.zeros(2**20)
    for value in (nested, loop, [tenth] * 9):
        with pytest.raises(Unencodable):
            encode(value)
    assert encode([tenth] * 8)  # exactly at the cap


def test_caps_that_could_exhaust_the_interpreter_are_refused() -> None:
    with pytest.raises(ValueError, match="depth: got 1000"):
        Caps(depth=1000)


class Shouting(str):
    """A subclass that answers wrongly to everything."""

    __slots__ = ()

    def __str__(self) -> str:
        return "other"

    def encode(self, *args: Any) -> bytes:  # type: ignore[override]
        return b"other"


class Lying(np.ndarray[Any, Any]):
    """An array whose own methods claim other contents."""

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        return np.ones(3)

    def __eq__(self, other: object) -> Any:
        return True

    __hash__ = None

    def tobytes(self, order: Any = None) -> bytes:
        return b"\0" * 24

    def copy(self, order: Any = "C") -> Any:
        return np.ones(3)


class Half(float):
    def __float__(self) -> float:
        return 1.0

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


def test_subclasses_are_rebuilt_as_their_plain_base() -> None:
    lying = np.arange(3.0).view(Lying)
    assert same(round_trip(lying, fallback=plain), np.arange(3.0))
    assert same(round_trip(np.array([[1, 2]]).view(np.matrix), fallback=plain), np.array([[1, 2]]))
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    assert same(round_trip(masked, fallback=plain), np.array([1.0, 2.0]))
    assert same(round_trip(Half(0.5), fallback=plain), 0.5)
    assert same(round_trip(Shouting("so"), fallback=plain), "so")
    assert same(round_trip({np.int64(3): 1, np.str_("a"): 2}, fallback=plain), {3: 1, "a": 2})


@pytest.mark.parametrize("code", [">f8", ">i4", "longlong", "ulonglong", ">c8"])
def test_other_names_for_the_same_numbers_become_the_usual_ones(code: str) -> None:
    array = np.arange(3).astype(code)
    result = round_trip(array, fallback=plain)
    assert np.array_equal(result, array)
    assert result.dtype in DTYPES
    assert same(round_trip(array[1], fallback=plain)[()], result[1])


def test_unsupported_results_are_described() -> None:
    ragged = np.array([[1.0], [1.0, 2.0]], dtype=object)
    assert presentable(ragged) == Unsupported("ndarray of dtype object, shape (2,)")
    assert presentable(x for x in [1]) == Unsupported("generator")
    assert presentable(np.broadcast_to(0.0, (2**16, 2**16))) == Unsupported(
        "ndarray of 32768 MiB, shape (65536, 65536)"
    )
    assert presentable([1.0, [2.0, {}]]) == [1.0, [2.0, {}]]


def test_a_lone_surrogate_travels_as_its_escape() -> None:
    assert round_trip("a\ud800") == "a\\ud800"


def test_nothing_is_allocated_for_a_count_that_cannot_be() -> None:
    with pytest.raises(Malformed, match="container of 4294967295"):
        decode(b"\x08\xff\xff\xff\xff", 0)
