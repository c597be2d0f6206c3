"""How fast the fast path is: docs/fast_path.md, next to PyTorch on the same machine in the same minute.

    pip install '.[bench]'
    OPENBLAS_NUM_THREADS=1 python benchmarks/conv.py --write docs
    OPENBLAS_NUM_THREADS=1 python benchmarks/conv.py --seconds 0.12 --write docs
    OPENBLAS_NUM_THREADS=1 python benchmarks/conv.py --shapes course,deep --dtypes float32 --threads 1

(On machines with AVX-512 set OPENBLAS_CORETYPE=SkylakeX too: OpenBLAS takes its AVX2 kernels on a processor
that it does not know, and then the matrix product and the NumPy twin would be compared at half their speed.
PyTorch chooses by itself, and the page does not correct that.)

Each figure compares calls that take turns, so that whatever else the machine does meets all of them. With
one thread the time is the CPU time of the thread, with more it is wall time; of the repetitions the lower
quartile counts. PyTorch gets its inputs in its default layout and in channels-last (the conversion is not
counted), and the better of the two is what ratios refer to. Backward means the gradients of x, w and b.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import math
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from reference.convolution import conv_backward_naive, conv_forward_naive
from reference.fast import backend, dispatch, set_threads
from reference.fast import convolution as numpy_conv
from reference.fast import pooling as numpy_pool
from reference.pooling import max_pool_backward_naive, max_pool_forward_naive

CONVOLUTIONS = {  # (N, C, H, W), (F, HH, WW), stride, pad
    "tiny": ((2, 3, 4, 4), (3, 4, 4), 2, 1),
    "course": ((100, 3, 31, 31), (25, 3, 3), 2, 1),
    "net3": ((50, 3, 32, 32), (32, 7, 7), 1, 3),
    "c3k3": ((100, 3, 32, 32), (32, 3, 3), 1, 1),
    "vgg32": ((50, 32, 32, 32), (32, 3, 3), 1, 1),
    "deep": ((64, 64, 16, 16), (128, 3, 3), 1, 1),
    "stem": ((32, 3, 64, 64), (64, 7, 7), 2, 3),
    "down": ((32, 64, 32, 32), (128, 3, 3), 2, 1),
    "k1": ((32, 128, 16, 16), (128, 1, 1), 1, 0),
    "odd": ((16, 5, 37, 29), (7, 5, 3), 3, 1),
    "odd2": ((32, 20, 27, 35), (30, 3, 5), 1, 1),
}
POOLINGS = {  # (N, C, H, W), (PH, PW, stride)
    "pool course": ((100, 3, 32, 32), (2, 2, 2)),
    "pool net3": ((50, 32, 32, 32), (2, 2, 2)),
    "pool deep": ((64, 128, 16, 16), (2, 2, 2)),
    "pool overlap": ((32, 64, 32, 32), (3, 3, 2)),
    "pool odd": ((32, 16, 37, 29), (3, 2, 2)),
    "pool gaps": ((32, 16, 37, 29), (2, 2, 3)),
}
DTYPES = ("float64", "float32")
ENVIRONMENT = ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "BACKPROP_FAST")
COURSE = ("course", "net3", "c3k3", "pool course", "pool net3")
LAST = torch.channels_last


def in_order(key: tuple[str, int, str]) -> tuple[int, bool, bool]:
    """Sort key of (dtype, threads, direction)."""
    return key[1], key[0] != "float64", key[2] != "forward"


class Row(NamedTuple):
    """One line of the table: milliseconds of ours, and how many times as long the others take."""

    name: str
    dtype: str
    threads: int
    direction: str
    ours_ms: float
    torch: float  # the better of the two layouts
    torch_default: float
    twin: float  # the NumPy twin
    peak: float | None  # fraction of the speed of a large matrix product


def turns(calls: list[Callable[[], object]], threads: int, seconds: float) -> list[float]:
    """Milliseconds of each call: the lower quartile of repetitions that take turns."""
    clock = time.thread_time if threads == 1 else time.perf_counter
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop or len(times[0]) < 7:
        for call, record in zip(calls, times, strict=True):
            begin = clock()
            call()
            record.append(clock() - begin)
    return [1e3 * float(np.quantile(record, 0.25)) for record in times]


def gemm_peak(dtype: type) -> float:
    """Multiplications and additions per millisecond in a large matrix product of NumPy, on one thread."""
    a = np.random.default_rng(0).standard_normal((1024, 1024)).astype(dtype)
    with threadpool_limits(1, "blas"):
        (ms,) = turns([lambda: a @ a], 1, 0.5)
    return 2 * 1024**3 / ms


class Contest(NamedTuple):
    """Calls that do the same: ours, the NumPy twin, PyTorch in its default layout and in channels-last."""

    forward: list[Callable[[], object]]
    backward: list[Callable[[], object]]
    work: float | None = None  # multiplications and additions of the forward pass


def convolution(draw: Callable[..., np.ndarray], name: str) -> Contest:
    """The contenders at one convolution."""
    shape, (F, HH, WW), stride, pad = CONVOLUTIONS[name]
    x, w, b = draw(*shape), draw(F, shape[1], HH, WW), draw(F)
    parameters = {"stride": stride, "pad": pad}
    out, cache = dispatch.conv_forward_fast(x, w, b, parameters)
    columns = numpy_conv.conv_forward_fast(x, w, b, parameters)[1]
    dout = draw(*out.shape)
    tx, tw, tb, td = map(torch.from_numpy, (x, w, b, dout))
    lx, lw, ld = (each.to(memory_format=LAST) for each in (tx, tw, td))
    steps = ([F], [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], 1, [True] * 3)
    gradients = torch.ops.aten.convolution_backward
    convolve = torch.nn.functional.conv2d
    return Contest(
        [
            lambda: dispatch.conv_forward_fast(x, w, b, parameters),
            lambda: numpy_conv.conv_forward_fast(x, w, b, parameters),
            lambda: convolve(tx, tw, tb, stride, pad),
            lambda: convolve(lx, lw, tb, stride, pad),
        ],
        [
            lambda: dispatch.conv_backward_fast(dout, cache),
            lambda: numpy_conv.conv_backward_fast(dout, columns),
            lambda: gradients(td, tx, tw, *steps),
            lambda: gradients(ld, lx, lw, *steps),
        ],
        2.0 * out.size * w[0].size,
    )


def pooling(draw: Callable[..., np.ndarray], name: str) -> Contest:
    """The contenders at one pooling."""
    shape, (PH, PW, stride) = POOLINGS[name]
    x = draw(*shape)
    parameters = {"pool_height": PH, "pool_width": PW, "stride": stride}
    out, cache = dispatch.max_pool_forward_fast(x, parameters)
    twin_cache = numpy_pool.max_pool_forward_fast(x, parameters)[1]
    dout = draw(*out.shape)
    tx, td = torch.from_numpy(x), torch.from_numpy(dout)
    lx, ld = tx.to(memory_format=LAST), td.to(memory_format=LAST)
    pool, route = torch.ops.aten.max_pool2d_with_indices, torch.ops.aten.max_pool2d_with_indices_backward
    steps = ([PH, PW], [stride] * 2, [0, 0], [1, 1], False)
    places, last_places = pool(tx, *steps)[1], pool(lx, *steps)[1]
    return Contest(
        [
            lambda: dispatch.max_pool_forward_fast(x, parameters),
            lambda: numpy_pool.max_pool_forward_fast(x, parameters),
            lambda: pool(tx, *steps),
            lambda: pool(lx, *steps),
        ],
        [
            lambda: dispatch.max_pool_backward_fast(dout, cache),
            lambda: numpy_pool.max_pool_backward_fast(dout, twin_cache),
            lambda: route(td, tx, *steps, places),
            lambda: route(ld, lx, *steps, last_places),
        ],
    )


def rows(dtype: type, threads: int, seconds: float, shapes: Sequence[str]) -> Iterator[Row]:
    """The shapes with one dtype and number of threads."""
    set_threads(threads)
    torch.set_num_threads(threads)
    peak = gemm_peak(dtype) if threads == 1 else None  # BLAS has one thread, see the command
    random = np.random.default_rng(1)

    def draw(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(dtype)

    for name in shapes:
        contest = (convolution if name in CONVOLUTIONS else pooling)(draw, name)
        for direction, calls, times in (("forward", contest.forward, 1), ("backward", contest.backward, 2)):
            ours, twin, plain, last = turns(calls, threads, seconds)
            part = None if peak is None or contest.work is None else times * contest.work / ours / peak
            ratios = (min(plain, last) / ours, plain / ours, twin / ours)
            yield Row(name, np.dtype(dtype).name, threads, direction, ours, *ratios, part)


def means(table: list[Row]) -> Iterator[str]:
    """Geometric means over the convolutions, with and without the smallest; the extremes of all shapes."""
    yield (
        "| dtype | threads | direction | mean | without tiny | least at a course shape | over NumPy twin "
        "| at most |"
    )
    yield "|---|---:|---|---:|---:|---|---:|---|"
    for dtype, threads, direction in sorted({row[1:4] for row in table}, key=in_order):
        some = [row for row in table if row[1:4] == (dtype, threads, direction)]
        ratios = {row.name: row.torch for row in some if row.name in CONVOLUTIONS}
        without = [ratio for name, ratio in ratios.items() if name != "tiny"]
        least = min((row for row in some if row.name in COURSE), key=lambda row: row.torch, default=None)
        twin = geometric([row.twin for row in some if row.name in CONVOLUTIONS])
        most = max(some, key=lambda row: row.twin)
        yield (
            f"| {dtype} | {threads} | {direction} | {geometric(list(ratios.values())):.2f} | "
            f"{geometric(without):.2f} | {f'{least.torch:.2f} ({least.name})' if least else ''} | "
            f"{twin:.2f} | {most.twin:.1f} ({most.name}) |"
        )


def geometric(values: list[float]) -> float:
    """The geometric mean, NaN if there are none."""
    return float(np.exp(np.mean(np.log(values)))) if values else math.nan


def detail(table: list[Row]) -> Iterator[str]:
    """One line per shape, dtype and number of threads; forward / backward."""
    yield "| shape | dtype | threads | ms | over PyTorch | its default layout | over NumPy twin | of GEMM |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for there, back in zip(table[::2], table[1::2], strict=True):
        part = "" if there.peak is None else f"{there.peak:.0%} / {back.peak:.0%}"
        yield (
            f"| {there.name} | {there.dtype} | {there.threads} | {there.ours_ms:.3f} / {back.ours_ms:.3f} | "
            f"{there.torch:.2f} / {back.torch:.2f} | {there.torch_default:.2f} / {back.torch_default:.2f} | "
            f"{there.twin:.1f} / {back.twin:.1f} | {part} |"
        )


def naive() -> Iterator[str]:
    """How many times as fast as the loops, at the course's shapes (20 images at the convolution)."""
    set_threads(1)
    random = np.random.default_rng(2)
    x, w, b = (random.standard_normal(shape) for shape in [(20, 3, 31, 31), (25, 3, 3, 3), 25])
    parameters = {"stride": 2, "pad": 1}
    out, cache = dispatch.conv_forward_fast(x, w, b, parameters)
    begin = time.thread_time()
    _, slow_cache = conv_forward_naive(x, w, b, parameters)
    middle = time.thread_time()
    conv_backward_naive(out, slow_cache)
    slow = [1e3 * (middle - begin), 1e3 * (time.thread_time() - middle)]
    calls = [
        lambda: dispatch.conv_forward_fast(x, w, b, parameters),
        lambda: dispatch.conv_backward_fast(out, cache),
    ]
    fast = turns(calls, 1, 0.5)
    yield f"- convolution, course shape: {slow[0] / fast[0]:.0f} forward, {slow[1] / fast[1]:.0f} backward"
    x = random.standard_normal((100, 3, 32, 32))
    parameters = {"pool_height": 2, "pool_width": 2, "stride": 2}
    pooled, pool_cache = dispatch.max_pool_forward_fast(x, parameters)
    begin = time.thread_time()
    _, slow_pool = max_pool_forward_naive(x, parameters)
    middle = time.thread_time()
    max_pool_backward_naive(pooled, slow_pool)
    slow = [1e3 * (middle - begin), 1e3 * (time.thread_time() - middle)]
    calls = [
        lambda: dispatch.max_pool_forward_fast(x, parameters),
        lambda: dispatch.max_pool_backward_fast(pooled, pool_cache),
    ]
    fast = turns(calls, 1, 0.5)
    yield f"- max pooling, course shape: {slow[0] / fast[0]:.0f} forward, {slow[1] / fast[1]:.0f} backward"


def keep_freed_memory() -> bool:
    """Tell the C library not to give freed memory back, so that page faults are no part of any figure."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(-3, 1 << 30) and mallopt(-1, 1 << 30))  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD


def plot(table: list[Row], file: Path) -> None:
    """Draw the ratios to PyTorch, one thread."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 1, figsize=(9, 6), sharex=True, layout="constrained")
    for panel, dtype in zip(panels, ("float64", "float32"), strict=True):
        for offset, direction in ((-0.2, "forward"), (0.2, "backward")):
            some = [row for row in table if row[1:4] == (dtype, 1, direction)]
            panel.bar(np.arange(len(some)) + offset, [row.torch for row in some], 0.4, label=direction)
        panel.axhline(1, color="black", linewidth=0.8)
        panel.set(yscale="log", ylabel=f"{dtype}\nspeed over PyTorch")
        panel.set_xticks(range(len(some)), [row.name for row in some], rotation=40, ha="right")
    panels[0].legend()
    figure.savefig(file, metadata={"Date": None})


def measure(
    dtypes: Sequence[str], threads: Sequence[int], seconds: float, shapes: Sequence[str]
) -> list[Row]:
    """The rows of all combinations, printed as they come."""
    table: list[Row] = []
    for count, dtype in itertools.product(threads, dtypes):
        for row in rows(np.dtype(dtype).type, count, seconds, shapes):
            table.append(row)
            print(*row[:4], f"{row.ours_ms:.3f} ms, torch {row.torch:.2f}, twin {row.twin:.1f}", flush=True)
    return table


def report(seconds: float, note: str) -> tuple[str, list[Row]]:
    """Measure everything and write the page."""
    shapes = (*CONVOLUTIONS, *POOLINGS)
    table = measure(DTYPES, (1, 2), seconds, shapes)
    loops = list(naive())
    load = os.getloadavg()[0]
    again = measure(DTYPES, (1,), seconds, shapes) if keep_freed_memory() else []
    settings = "".join(f"{key}={shlex.quote(os.environ[key])} " for key in ENVIRONMENT if key in os.environ)
    command = f"{settings}python benchmarks/conv.py {shlex.join(sys.argv[1:])}".rstrip()
    blas = next(
        (lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"), "unknown"
    )
    page = f"""# How fast the fast path is

Made by `{command}`; its docstring says how it measures.

- machine: {platform.machine()}, {os.cpu_count()} cores{note and f", {note}"}; load average {load:.1f}
- fast path: {backend().name}, {backend().reason.rpartition(",")[0]}
- NumPy {np.__version__} with the {blas} kernels of its BLAS on one thread, PyTorch {torch.__version__} (CPU)

Ratios say how many times as fast the fast path is: above 1 it is the faster one. "Over PyTorch" refers to
the better of PyTorch's two layouts, "over NumPy twin" to the code that does the work where nothing was
compiled; "at most" looks at the pools as well.

## Geometric means over the convolutions

{chr(10).join(means(table))}

The same with freed memory kept in the process, so that nobody pays for fresh pages:

{chr(10).join(means(again)) if again else "(not possible with this C library)"}

![speed over PyTorch, one thread](fast_path.svg)

## Over the plain loops (float64, steady state)

{chr(10).join(loops)}

## Every shape (forward / backward)

"of GEMM": arithmetic per second as a fraction of what a large matrix product of NumPy reaches, one thread.
The NumPy twin has one thread in all rows.

{chr(10).join(detail(table))}
"""
    return page, table


def main() -> None:
    """Print the page, or write it with its plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write fast_path.md and fast_path.svg")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each comparison (default: 0.4)")
    parser.add_argument("--note", default="", help="what the page shall say about the machine")
    parser.add_argument("--shapes", metavar="NAMES", help="only these, or all; prints their means")
    parser.add_argument("--dtypes", metavar="NAMES", default=",".join(DTYPES), help="with --shapes")
    parser.add_argument("--threads", metavar="NUMBERS", default="1,2", help="with --shapes")
    options = parser.parse_args()
    if options.shapes:
        chosen = [*CONVOLUTIONS, *POOLINGS] if options.shapes == "all" else options.shapes.split(",")
        numbers = [int(number) for number in options.threads.split(",")]
        with torch.no_grad():
            table = measure(options.dtypes.split(","), numbers, options.seconds, chosen)
        print(*means(table), sep="\n")
        return
    with torch.no_grad():
        page, table = report(options.seconds, options.note)
    if options.write is None:
        print(page)
        return
    notes = Path(__file__).with_name("fast_path_notes.md").read_text("utf-8")
    (options.write / "fast_path.md").write_text(page + "\n" + notes, "utf-8")
    plot(table, options.write / "fast_path.svg")


if __name__ == "__main__":
    main()
