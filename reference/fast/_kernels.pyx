# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled convolution and pooling: typed memoryviews in, kernels in C behind them.

Everything that a caller could get wrong is checked in `reference.fast.compiled`; here shapes fit and
memory is contiguous. The functions for float and double are made from one text each (fused types), and
they release the GIL. ``variant`` is the instruction set (an index into `VARIANTS`).
"""

cdef extern from "kernels/kernels.h" nogil:
    ctypedef struct conv_shape:
        Py_ssize_t N, C, H, W, F, HH, WW, stride, pad, OH, OW
    ctypedef struct pool_shape:
        Py_ssize_t planes, H, W, PH, PW, stride, OH, OW
    int best_variant()
    int conv_forward_float(int, int, const conv_shape *, const float *, const float *, const float *, float *)
    int conv_forward_double(
        int, int, const conv_shape *, const double *, const double *, const double *, double *)
    int conv_backward_float(
        int, int, const conv_shape *, const float *, const float *, const float *, float *, float *, float *)
    int conv_backward_double(
        int, int, const conv_shape *, const double *, const double *, const double *,
        double *, double *, double *)
    int pool_forward_float(int, int, const pool_shape *, const float *, float *, unsigned char *)
    int pool_forward_double(int, int, const pool_shape *, const double *, double *, unsigned char *)
    int pool_backward_float(int, int, const pool_shape *, const float *, const unsigned char *, float *)
    int pool_backward_double(int, int, const pool_shape *, const double *, const unsigned char *, double *)

cdef extern from *:
    """
    #ifdef _OPENMP
    #define WITH_OPENMP 1
    #else
    #define WITH_OPENMP 0
    #endif
    """
    int WITH_OPENMP
    const char *__VERSION__

ctypedef fused real:
    float
    double

VARIANTS = ("baseline", "AVX2", "AVX-512")
BEST = best_variant()
OPENMP = bool(WITH_OPENMP)
COMPILER = "GCC " + __VERSION__.decode()


def conv_forward(
    int variant, int threads, Py_ssize_t stride, Py_ssize_t pad,
    const real[:, :, :, ::1] x, const real[:, :, :, ::1] w, const real[::1] b, real[:, :, :, ::1] out,
):
    """Fill ``out``."""
    cdef conv_shape shape = sizes(x, w, out, stride, pad)
    cdef int failed
    with nogil:
        if real is float:
            failed = conv_forward_float(
                variant, threads, &shape, &x[0, 0, 0, 0], &w[0, 0, 0, 0], &b[0], &out[0, 0, 0, 0])
        else:
            failed = conv_forward_double(
                variant, threads, &shape, &x[0, 0, 0, 0], &w[0, 0, 0, 0], &b[0], &out[0, 0, 0, 0])
    if failed:
        raise MemoryError


def conv_backward(
    int variant, int threads, Py_ssize_t stride, Py_ssize_t pad,
    const real[:, :, :, ::1] x, const real[:, :, :, ::1] w, const real[:, :, :, ::1] dout,
    real[:, :, :, ::1] dx, real[:, :, :, ::1] dw, real[::1] db,
):
    """Fill ``dw``, ``db`` and, unless it is None, ``dx``; False if a NaN or infinity makes them useless."""
    cdef conv_shape shape = sizes(x, w, dout, stride, pad)
    cdef real *to_dx = NULL if dx is None else &dx[0, 0, 0, 0]
    cdef int failed
    with nogil:
        if real is float:
            failed = conv_backward_float(
                variant, threads, &shape, &x[0, 0, 0, 0], &w[0, 0, 0, 0], &dout[0, 0, 0, 0],
                to_dx, &dw[0, 0, 0, 0], &db[0])
        else:
            failed = conv_backward_double(
                variant, threads, &shape, &x[0, 0, 0, 0], &w[0, 0, 0, 0], &dout[0, 0, 0, 0],
                to_dx, &dw[0, 0, 0, 0], &db[0])
    if failed < 0:
        raise MemoryError
    return failed == 0


def pool_forward(
    int variant, int threads, Py_ssize_t PH, Py_ssize_t PW, Py_ssize_t stride,
    const real[:, :, :, ::1] x, real[:, :, :, ::1] out, unsigned char[:, :, :, ::1] winners,
):
    """Fill ``out``, and ``winners`` with the place of each maximum in its window, in row-major order."""
    cdef pool_shape shape = pool_shape(
        x.shape[0] * x.shape[1], x.shape[2], x.shape[3], PH, PW, stride, out.shape[2], out.shape[3])
    cdef int failed
    with nogil:
        if real is float:
            failed = pool_forward_float(
                variant, threads, &shape, &x[0, 0, 0, 0], &out[0, 0, 0, 0], &winners[0, 0, 0, 0])
        else:
            failed = pool_forward_double(
                variant, threads, &shape, &x[0, 0, 0, 0], &out[0, 0, 0, 0], &winners[0, 0, 0, 0])
    if failed:
        raise MemoryError


def pool_backward(
    int variant, int threads, Py_ssize_t PH, Py_ssize_t PW, Py_ssize_t stride,
    const real[:, :, :, ::1] dout, const unsigned char[:, :, :, ::1] winners, real[:, :, :, ::1] dx,
):
    """Fill ``dx``."""
    cdef pool_shape shape = pool_shape(
        dx.shape[0] * dx.shape[1], dx.shape[2], dx.shape[3], PH, PW, stride, dout.shape[2], dout.shape[3])
    with nogil:
        if real is float:
            pool_backward_float(
                variant, threads, &shape, &dout[0, 0, 0, 0], &winners[0, 0, 0, 0], &dx[0, 0, 0, 0])
        else:
            pool_backward_double(
                variant, threads, &shape, &dout[0, 0, 0, 0], &winners[0, 0, 0, 0], &dx[0, 0, 0, 0])


cdef inline conv_shape sizes(
    const real[:, :, :, ::1] x, const real[:, :, :, ::1] w, const real[:, :, :, ::1] out,
    Py_ssize_t stride, Py_ssize_t pad,
) noexcept nogil:
    return conv_shape(
        x.shape[0], x.shape[1], x.shape[2], x.shape[3], w.shape[0], w.shape[2], w.shape[3],
        stride, pad, out.shape[2], out.shape[3])
