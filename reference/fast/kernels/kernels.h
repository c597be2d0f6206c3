/* Convolution and max pooling for the machine at hand: the kernels behind `_kernels.pyx`.

   The algorithms are written once, in the files that `both.h` includes, on vectors of VECTOR_BYTES bytes of
   the number type `real` (GCC's vector extensions). This file includes them for float
   and double and for every instruction set, and `variant` in `_kernels.pyx` takes the best one that the
   machine has. So one binary runs everywhere, and nothing needs -march=native.

   Why a matrix product is not called: the windows overlap, so a matrix of columns is up to KH * KW times
   as large as the image, and writing and reading it costs more than the arithmetic where F is small. Here
   the loops of the register tile of a matrix product run over the image itself. */

#ifndef BACKPROP_KERNELS_H
#define BACKPROP_KERNELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__GNUC__) || defined(__clang__)
#error "the kernels are written for GCC: vector extensions and target pragmas"
#endif

#define INLINE static inline __attribute__((always_inline, unused))
#define NOINLINE static __attribute__((noinline, unused))
#define UNROLL _Pragma("GCC unroll 16")

#define JOIN3(a, b, c) a##_##b##_##c
#define NAMED(a, b, c) JOIN3(a, b, c)
#define FN(name) NAMED(name, REAL_NAME, ISA) /* conv_forward_float_avx2, ... */

/* Sizes of a convolution, in the letters of `reference._checks`; OH, OW is the size of the output. */
typedef struct {
    ptrdiff_t N, C, H, W, F, HH, WW, stride, pad, OH, OW;
} conv_shape;

/* Sizes of a pooling; `planes` counts the channels of all images. */
typedef struct {
    ptrdiff_t planes, H, W, PH, PW, stride, OH, OW;
} pool_shape;

INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
INLINE ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
INLINE ptrdiff_t ceil_div(ptrdiff_t a, ptrdiff_t b) { return (a + b - 1) / b; } /* a >= 0 */

/* The number of the next piece of work, for a thread that has none. */
INLINE ptrdiff_t take(ptrdiff_t *next) { return __atomic_fetch_add(next, 1, __ATOMIC_RELAXED); }

INLINE void fail(int *failed) { __atomic_store_n(failed, 1, __ATOMIC_RELAXED); }

/* Let several threads call a function that takes `pieces` of work. A single one does without OpenMP, which
   would call the operating system: that takes longer than a small convolution. */
#define ON_THREADS(threads, pieces, call)                                                                    \
    if ((threads) > 1 && (pieces) > 1) {                                                                     \
        _Pragma("omp parallel num_threads(threads)") { call; }                                               \
    } else {                                                                                                 \
        call;                                                                                                \
    }

/* Partial sums of dw and db are kept in this many slots and added in order, however many threads there
   are: so the result does not depend on the number of threads, not even in its last bit. */
#define SLOTS 8

/* An image group should have about this many output pixels, so that what is done once per group is cheap,
   and its copies no more bytes than GROUP_BYTES, so that they stay in the second-level cache. Processors
   without AVX-512 tend to have a smaller one, and a smaller table of pages. */
#define GROUP_PIXELS 1024
#define GROUP_BYTES ((REGISTERS == 32 ? 384 : 128) * 1024)

/* Planes of more bytes than WHOLE_BYTES are gone from the second-level cache before the next filters come to
   them: then the taps are taken in parts whose planes have about PART_BYTES. */
#define WHOLE_BYTES ((REGISTERS == 32 ? 1024 : 256) * 1024)
#define PART_BYTES (WHOLE_BYTES / 2)

/* What a loop reads again and again should have no more bytes than this: half of a first-level cache. */
#define L1_BYTES (16 * 1024)

/* Of a correlation that is done in parts: whether a part continues sums, and whether it leaves them open. */
#define RESUME 1
#define PAUSE 2

#define ISA base
#define VECTOR_BYTES 16
#define REGISTERS 16
#include "both.h"
#undef ISA
#undef VECTOR_BYTES
#undef REGISTERS

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define ISA avx2
#define VECTOR_BYTES 32
#define REGISTERS 16
#include "both.h"
#undef ISA
#undef VECTOR_BYTES
#undef REGISTERS
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")
#define ISA avx512
#define VECTOR_BYTES 64
#define REGISTERS 32
#include "both.h"
#undef ISA
#undef VECTOR_BYTES
#undef REGISTERS
#pragma GCC pop_options

#endif

/* The variants by number: 0 base, 1 AVX2, 2 AVX-512. */
static int best_variant(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 1;
#endif
    return 0;
}

#if defined(__x86_64__)
#define CALL(variant, name, type, ...)                                                                       \
    ((variant) == 2   ? name##_##type##_avx512(__VA_ARGS__)                                                  \
     : (variant) == 1 ? name##_##type##_avx2(__VA_ARGS__)                                                    \
                      : name##_##type##_base(__VA_ARGS__))
#else
#define CALL(variant, name, type, ...) ((void)(variant), name##_##type##_base(__VA_ARGS__))
#endif

/* Rows shorter than a vector are better served by a shorter one. */
INLINE int pool_variant(int variant, const pool_shape *s, ptrdiff_t size)
{
    while (variant > 0 && s->OW * size < 16 << variant)
        variant--;
    return variant;
}

/* What `_kernels.pyx` calls; each returns 0, or -1 where there was no memory (and see
   `conv_backward`). */
#define ENTRIES(type)                                                                                        \
    static int conv_forward_##type(int variant, int threads, const conv_shape *s, const type *x,             \
                                   const type *w, const type *b, type *out)                                  \
    {                                                                                                        \
        return CALL(variant, conv_forward, type, threads, s, x, w, b, out);                                  \
    }                                                                                                        \
    static int conv_backward_##type(int variant, int threads, const conv_shape *s, const type *x,            \
                                    const type *w, const type *dout, type *dx, type *dw, type *db)           \
    {                                                                                                        \
        return CALL(variant, conv_backward, type, threads, s, x, w, dout, dx, dw, db);                       \
    }                                                                                                        \
    static int pool_forward_##type(int variant, int threads, const pool_shape *s, const type *x, type *out,  \
                                   uint8_t *winners)                                                         \
    {                                                                                                        \
        return CALL(pool_variant(variant, s, sizeof(type)), pool_forward, type, threads, s, x, out, winners);                               \
    }                                                                                                        \
    static int pool_backward_##type(int variant, int threads, const pool_shape *s, const type *dout,         \
                                    const uint8_t *winners, type *dx)                                        \
    {                                                                                                        \
        return CALL(pool_variant(variant, s, sizeof(type)), pool_backward, type, threads, s, dout, winners, dx);                            \
    }

ENTRIES(float)
ENTRIES(double)

#endif
