"""The compiled kernels, in every variant that this machine can run, against the plain loops.

Without a compiler the same tests run on the NumPy code alone. Bounds are norm-wise: 1e-12 for float64
and 1e-5 for float32.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.layouts import LAYOUTS
from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.fast import _backend, backend, dispatch, set_threads, threads
from reference.fast.convolution import conv_backward_strides, conv_forward_strides
from reference.fast.pooling import max_pool_backward_fast, max_pool_forward_fast
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

KERNELS = _backend.choose("auto").kernels
WAYS = {"numpy": _backend.choose("numpy")}
if KERNELS is not None:
    WAYS |= {name: _backend.choose(name) for name in _backend._NAMES[: KERNELS.BEST + 1]}
compiled_only = pytest.mark.skipif(KERNELS is None, reason="the kernels were not built")

BOUND = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}
properties = settings(max_examples=60, deadline=None, derandomize=True, database=None)
dtypes = st.sampled_from([np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request, monkeypatch):
    """Run the test with one of the ways to compute."""
    monkeypatch.setattr(dispatch, "CHOICE", request.param)
    return request.param


@pytest.fixture
def one_thread_after():
    yield
    set_threads(1)


def in_every_way(call):
    """The results of a call, in each of the ways."""
    before = dispatch.CHOICE
    try:
        for choice in WAYS.values():
            dispatch.CHOICE = choice
            yield call()
    finally:
        dispatch.CHOICE = before


def all_of(x, w, b, dout, stride, pad):
    out, cache = dispatch.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
    return out, *dispatch.conv_backward_fast(dout, cache)


def naive(x, w, b, seed, stride, pad):
    out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    dout = np.random.default_rng(seed).standard_normal(out.shape).astype(out.dtype)
    return dout, (out, *conv_backward_naive(dout, cache))


def assert_close(got, wanted):
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype
    scale = max(1.0, float(np.linalg.norm(wanted)))
    assert np.linalg.norm(got - wanted) <= BOUND[wanted.dtype] * scale


@st.composite
def geometries(draw, widest):
    """x_shape, w_shape, stride and pad of a convolution that is possible."""
    pad = draw(st.integers(0, 3))
    x_shape = (
        draw(st.integers(1, 3)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 7)),
        draw(st.integers(1, widest)),
    )
    height = draw(st.integers(1, min(5, x_shape[2] + 2 * pad)))
    width = draw(st.integers(1, min(5, x_shape[3] + 2 * pad)))
    return x_shape, (draw(st.integers(1, 9)), x_shape[1], height, width), draw(st.integers(1, 4)), pad


@properties
@given(geometries(widest=20), dtypes, seeds)
def test_convolutions_agree_with_the_loops(geometry, dtype, seed):
    x_shape, w_shape, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, w, b = (rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[:1]))
    dout, wanted = naive(x, w, b, seed, stride, pad)
    for got in in_every_way(lambda: all_of(x, w, b, dout, stride, pad)):
        for one, other in zip(got, wanted, strict=True):
            assert_close(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("x_shape", "w_shape", "stride", "pad"),
    [
        ((9, 3, 31, 31), (25, 3, 3, 3), 2, 1),  # groups of images, and a last one that is smaller
        ((2, 3, 32, 32), (32, 3, 7, 7), 1, 3),
        ((3, 17, 16, 16), (19, 17, 3, 3), 1, 1),
        ((2, 9, 40, 64), (3, 9, 1, 1), 1, 0),
        ((2, 4, 33, 64), (8, 4, 2, 1), 1, 0),  # the image is its own plane
        ((2, 3, 50, 47), (11, 3, 5, 3), 3, 2),
        ((40, 2, 3, 3), (2, 2, 2, 2), 1, 0),
        ((1, 2, 70, 70), (5, 2, 3, 3), 5, 0),  # the stride skips pixels
        ((2, 19, 64, 64), (18, 19, 3, 3), 1, 1),  # more planes than a cache holds: the taps come in parts
        ((1, 19, 75, 65), (43, 19, 3, 2), 2, 1),  # the same with vectors that pass the ends of rows
    ],
)
def test_larger_convolutions_agree_with_numpy(rng, way, x_shape, w_shape, stride, pad, dtype):
    x, w, b = (rng.standard_normal(shape) for shape in (x_shape, w_shape, w_shape[:1]))
    out, columns = conv_forward_strides(x, w, b, {"stride": stride, "pad": pad})
    dout = rng.standard_normal(out.shape)
    wanted = (out, *conv_backward_strides(dout, columns))
    got = all_of(*(array.astype(dtype) for array in (x, w, b, dout)), stride, pad)
    for one, other in zip(got, wanted, strict=True):
        assert one.dtype == dtype
        assert np.linalg.norm(one - other) <= BOUND[np.dtype(dtype)] * np.linalg.norm(other)


@settings(properties, max_examples=150)
@given(
    geometries(widest=9), seeds, st.sampled_from([np.nan, np.inf, -np.inf]), st.sampled_from("xwbd"), dtypes
)
def test_nan_and_infinity_go_where_the_loops_send_them(geometry, seed, what, where, dtype):
    x_shape, w_shape, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, w, b = (rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[:1]))
    if where != "d":
        array = {"x": x, "w": w, "b": b}[where]
        array.flat[rng.integers(array.size)] = what
    with np.errstate(invalid="ignore"):
        out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
        dout = rng.standard_normal(out.shape).astype(dtype)
        if where == "d":
            dout.flat[rng.integers(dout.size)] = what
        wanted = (out, *conv_backward_naive(dout, cache))
        for got in in_every_way(lambda: all_of(x, w, b, dout, stride, pad)):
            for one, other in zip(got, wanted, strict=True):
                np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-4, equal_nan=True)


@compiled_only
@pytest.mark.usefixtures("one_thread_after")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [2, 3])
def test_the_number_of_threads_changes_no_bit(rng, way, count, dtype):
    x, w, b, dout = (
        rng.standard_normal(shape).astype(dtype)
        for shape in [(37, 3, 20, 19), (10, 3, 3, 3), 10, (37, 10, 10, 10)]
    )
    one = all_of(x, w, b, dout, 2, 1)
    pooled, cache = dispatch.max_pool_forward_fast(x, {"pool_height": 3, "pool_width": 2, "stride": 2})
    dx = dispatch.max_pool_backward_fast(pooled, cache)
    set_threads(count)
    assert threads() == count
    for got, wanted in zip(all_of(x, w, b, dout, 2, 1), one, strict=True):
        np.testing.assert_array_equal(got, wanted, strict=True)
    again, cache = dispatch.max_pool_forward_fast(x, {"pool_height": 3, "pool_width": 2, "stride": 2})
    np.testing.assert_array_equal(again, pooled, strict=True)
    np.testing.assert_array_equal(dispatch.max_pool_backward_fast(pooled, cache), dx, strict=True)


@st.composite
def poolings(draw):
    x_shape = (
        draw(st.integers(1, 2)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 7)),
        draw(st.integers(1, 40)),
    )
    return x_shape, {
        "pool_height": draw(st.integers(1, min(4, x_shape[2]))),
        "pool_width": draw(st.integers(1, min(4, x_shape[3]))),
        "stride": draw(st.integers(1, 4)),
    }


def assert_pools(x, pool_param, dout):
    with np.errstate(invalid="ignore"):
        out, cache = max_pool_forward_naive(x, pool_param)
        dx = max_pool_backward_naive(dout, cache)

        def both():
            got, got_cache = dispatch.max_pool_forward_fast(x, pool_param)
            return got, dispatch.max_pool_backward_fast(dout, got_cache)

        for got, got_dx in in_every_way(both):
            np.testing.assert_array_equal(got, out, strict=True)
            assert_close(got_dx, dx)


@properties
@given(poolings(), dtypes, st.sampled_from(["numbers", "ties", "nan"]), seeds)
def test_poolings_agree_with_the_loops(pooling, dtype, kind, seed):
    x_shape, pool_param = pooling
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal(x_shape) if kind == "numbers" else rng.integers(-1, 2, x_shape)).astype(dtype)
    if kind == "nan":
        x[rng.random(x.shape) < 0.2] = np.nan
        x[rng.random(x.shape) < 0.1] = -np.inf
    shape = max_pool_forward_fast(np.zeros(x_shape), pool_param)[0].shape
    assert_pools(x, pool_param, rng.standard_normal(shape).astype(dtype))


@pytest.mark.parametrize("size", [16, 17])  # 256 places fit into a byte, 289 do not
def test_large_windows(rng, size):
    x = rng.standard_normal((1, 2, 18, 20))
    pool_param = {"pool_height": size, "pool_width": size, "stride": 1}
    x[0, 0, size - 1, size - 1] = 9
    shape = max_pool_forward_fast(x, pool_param)[0].shape
    assert_pools(x, pool_param, rng.standard_normal(shape))


@properties
@given(geometries(widest=20), dtypes, seeds)
def test_the_gradient_of_the_images_can_be_left_out(geometry, dtype, seed):
    x_shape, w_shape, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, w, b = (rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[:1]))

    def gradients():
        out, cache = dispatch.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
        return dispatch.conv_backward_fast(out, cache), dispatch.conv_backward_fast(out, cache, need_dx=False)

    for (_, *wanted), (dx, *got) in in_every_way(gradients):
        assert dx is None
        for one, other in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


def test_without_the_gradient_of_the_images_a_filter_may_be_infinite(rng, way):
    x, w, dout = (rng.standard_normal(shape) for shape in [(2, 3, 6, 9), (4, 3, 3, 2), (2, 4, 6, 10)])
    _, dw, db = all_of(x, w, np.zeros(4), dout, 1, 1)[1:]
    w[0, 0, 0, 0] = np.inf
    with np.errstate(invalid="ignore"):
        _, cache = dispatch.conv_forward_fast(x, w, np.zeros(4), {"stride": 1, "pad": 1})
    dx, *got = dispatch.conv_backward_fast(dout, cache, need_dx=False)
    assert dx is None
    for one, other in zip(got, (dw, db), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("stride", [10**9, 10**30])
def test_a_stride_beyond_the_image_costs_no_time(rng, way, stride):
    x, w = rng.standard_normal((1, 1, 2, 2)), rng.standard_normal((2, 1, 3, 3))
    dout, wanted = naive(x, w, np.ones(2), 0, stride, 2)
    for one, other in zip(all_of(x, w, np.ones(2), dout, stride, 2), wanted, strict=True):
        assert_close(one, other)
    assert_pools(x, {"pool_height": 2, "pool_width": 1, "stride": stride}, np.ones((1, 1, 1, 1)))


def test_nothing_in_gives_nothing_out(way):
    for x_shape, w_shape in [((0, 2, 5, 5), (3, 2, 3, 3)), ((2, 0, 5, 5), (3, 0, 3, 3))]:
        x, w, b = np.ones(x_shape), np.ones(w_shape), np.ones(3)
        out, cache = dispatch.conv_forward_fast(x, w, b, {"stride": 1, "pad": 0})
        np.testing.assert_array_equal(out, np.ones((x_shape[0], 3, 3, 3)))
        dx, dw, db = dispatch.conv_backward_fast(out, cache)
        np.testing.assert_array_equal(dx, np.zeros(x_shape))
        np.testing.assert_array_equal(dw, np.zeros(w_shape))
        np.testing.assert_array_equal(db, np.full(3, 9 * x_shape[0]))
    out, cache = dispatch.max_pool_forward_fast(
        np.ones((0, 2, 4, 4)), {"pool_height": 2, "pool_width": 2, "stride": 2}
    )
    assert out.shape == (0, 2, 2, 2)
    assert dispatch.max_pool_backward_fast(out, cache).shape == (0, 2, 4, 4)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_memory_layout_and_byte_order_make_no_difference(rng, way, layout):
    x, w, b, dout = (rng.standard_normal(shape) for shape in [(2, 3, 6, 9), (4, 3, 3, 2), 4, (2, 4, 6, 10)])
    wanted = all_of(x, w, b, dout, 1, 1)
    swapped = [array.astype(">f8") for array in (x, w, b, dout)]
    for arrays in (map(layout, (x, w, b, dout)), swapped):
        for got, other in zip(all_of(*arrays, 1, 1), wanted, strict=True):
            np.testing.assert_allclose(got, other, rtol=1e-13, atol=1e-13)


def test_inputs_stay_as_they_are(rng, way):
    arrays = [rng.standard_normal(shape) for shape in [(2, 3, 6, 9), (4, 3, 3, 2), 4, (2, 4, 6, 10)]]
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    all_of(*arrays, 1, 1)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("odd_one", range(4))
def test_mixed_dtypes_give_the_wider_one(rng, way, odd_one):
    arrays = [
        rng.standard_normal(shape).astype(np.float32)
        for shape in [(2, 3, 6, 9), (4, 3, 3, 2), 4, (2, 4, 6, 10)]
    ]
    arrays[odd_one] = arrays[odd_one].astype(np.float64)
    out, dx, _, _ = all_of(*arrays, 1, 1)
    assert out.dtype == (np.float32 if odd_one == 3 else np.float64)
    if odd_one == 3:
        assert dx.dtype == np.float64


def test_half_precision_is_left_to_numpy(rng, way):
    x, w, b, dout = (
        rng.standard_normal(shape).astype(np.float16)
        for shape in [(2, 3, 6, 9), (4, 3, 3, 2), 4, (2, 4, 6, 10)]
    )
    assert {array.dtype for array in all_of(x, w, b, dout, 1, 1)} == {np.dtype(np.float16)}
    x = rng.integers(-2, 3, (2, 2, 7, 9)).astype(np.float32)
    pool_param = {"pool_height": 3, "pool_width": 2, "stride": 2}
    out, cache = dispatch.max_pool_forward_fast(x, pool_param)
    dout = rng.integers(-9, 10, out.shape).astype(np.float16)
    wanted = max_pool_backward_fast(dout, max_pool_forward_fast(x, pool_param)[1])
    np.testing.assert_array_equal(dispatch.max_pool_backward_fast(dout, cache), wanted, strict=True)


def test_a_gradient_of_another_shape_is_refused(rng, way):
    x, w, b = (rng.standard_normal(shape) for shape in [(2, 3, 6, 9), (4, 3, 3, 2), 4])
    _, cache = dispatch.conv_forward_fast(x, w, b, {"stride": 1, "pad": 1})
    with pytest.raises(ValueError, match=r"^dout: got shape \(2, 4, 6, 9\), wanted \(2, 4, 6, 10\)$"):
        dispatch.conv_backward_fast(np.ones((2, 4, 6, 9)), cache)
    _, cache = dispatch.max_pool_forward_fast(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    with pytest.raises(ValueError, match=r"^dout: got shape \(2, 3, 3, 5\), wanted \(2, 3, 3, 4\)$"):
        dispatch.max_pool_backward_fast(np.ones((2, 3, 3, 5)), cache)


# ------------------------------------------------------------------------------------ the backend


def backend_of(root: Path, code: str = "print(*backend())", **environment: str) -> str:
    settings = {key: value for key, value in os.environ.items() if not key.startswith("BACKPROP_")}
    done = subprocess.run(
        [sys.executable, "-c", f"from reference.fast import backend, threads; {code}"],
        cwd=root,
        env=settings | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_backend_says_what_it_is_and_why():
    name, reason = backend()
    assert name == ("numpy" if _backend.CHOICE.kernels is None else "compiled")
    assert reason


def test_the_environment_can_ask_for_numpy(root):
    assert backend_of(root, BACKPROP_FAST="numpy") == (
        "numpy the environment asks for it (BACKPROP_FAST=numpy)"
    )


@compiled_only
def test_the_environment_can_ask_for_a_variant_and_threads(root):
    said = backend_of(root, BACKPROP_FAST="Baseline", BACKPROP_FAST_THREADS="2")
    assert said.startswith("compiled baseline kernels built by GCC ")
    assert backend_of(root, "print(threads())", BACKPROP_FAST_THREADS="2") == "2"


def test_why_there_are_no_kernels(monkeypatch, tmp_path):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(_backend.importlib, "import_module", missing)
    monkeypatch.setattr(_backend, "_NOT_BUILT", tmp_path / "reason")
    assert "have not been compiled here" in _backend.choose("").reason
    (tmp_path / "reason").write_text("the kernels could not be compiled here: no such compiler\n")
    assert _backend.choose("avx2") == (None, 0, "the kernels could not be compiled here: no such compiler")

    def broken(name):
        raise ImportError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(_backend.importlib, "import_module", broken)
    assert _backend.choose("").reason == (
        "the compiled kernels do not load: libgomp.so.1: cannot open shared object file"
    )


def test_wishes_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"^BACKPROP_FAST: got 'cuda', wanted one of auto, numpy, baseline"):
        _backend.choose("CUDA")
    for count in ("0", "two", "-1", "1.5", "9999"):
        with pytest.raises(ValueError, match="^BACKPROP_FAST_THREADS: got"):
            _backend._threads_wished(count)
    for count in (0, True, 1.0, 1025):
        with pytest.raises(ValueError, match="^count: got"):
            set_threads(count)


@compiled_only
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_computes_on_one_thread(root):
    """The threads of OpenMP do not survive a fork: a child that asked for them would wait forever."""
    code = (
        "import os, numpy as np; from reference import conv_forward_fast as f; "
        "call = lambda: f(np.ones((64, 3, 16, 16)), np.ones((8, 3, 3, 3)), np.ones(8), "
        "{'stride': 1, 'pad': 1}); call(); child = os.fork(); call(); "
        "child or (print(threads(), flush=True), os._exit(0)); os.waitpid(child, 0)"
    )
    assert backend_of(root, code, BACKPROP_FAST_THREADS="2") == "1"
