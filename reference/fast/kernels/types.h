/* The vectors of one variant. `undo.h` takes the names back for the next one. */

#define real FN(real_t)
#define integer FN(integer_t)
#define vec FN(vec_t)
#define loose FN(loose_t)
#define ivec FN(ivec_t)
#define bytes FN(bytes_t)

typedef REAL_NAME real;
#if REAL_BYTES == 4
typedef int32_t integer;
#else
typedef int64_t integer;
#endif
#define LANES (VECTOR_BYTES / REAL_BYTES)

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef real loose __attribute__((vector_size(VECTOR_BYTES), aligned(REAL_BYTES), may_alias));
typedef integer ivec __attribute__((vector_size(VECTOR_BYTES)));
typedef uint8_t bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

INLINE vec FN(load)(const real *from) { return *(const loose *)from; }
INLINE void FN(store)(real *to, vec value) { *(loose *)to = value; }

/* 0, 1, 2, ...: shuffles are computed from it, by the compiler. */
#if LANES == 2
#define LANE ((ivec){0, 1})
#elif LANES == 4
#define LANE ((ivec){0, 1, 2, 3})
#elif LANES == 8
#define LANE ((ivec){0, 1, 2, 3, 4, 5, 6, 7})
#else
#define LANE ((ivec){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#endif
#define EVEN (LANE * 2)
#define ODD (LANE * 2 + 1)
#define LOWER_MIXED (LANE / 2 + (LANE & 1) * LANES)
#define UPPER_MIXED (LANE / 2 + (LANE & 1) * LANES + LANES / 2)

/* Copy a row, which is short: a call of memcpy would cost more than the copy. */
INLINE void FN(copy)(real *restrict to, const real *restrict from, ptrdiff_t count)
{
    if (count < LANES) {
        for (ptrdiff_t i = 0; i < count; i++)
            to[i] = from[i];
        return;
    }
    for (ptrdiff_t i = 0; i < count - LANES; i += LANES)
        FN(store)(to + i, FN(load)(from + i));
    FN(store)(to + count - LANES, FN(load)(from + count - LANES));
}

/* Set to 0 in whole vectors, so up to LANES - 1 elements too many. */
INLINE void FN(clear)(real *to, ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i += LANES)
        FN(store)(to + i, (vec){0});
}

/* Copy every `step`-th element. It writes whole vectors, so up to LANES - 1 elements too many, and reads
   whole vectors as long as they begin before `last`: LANES elements from there are still the caller's. */
INLINE void FN(gather)(real *restrict to, const real *restrict from, ptrdiff_t step, ptrdiff_t count,
                       const real *last)
{
    ptrdiff_t i = 0;
    if (step == 1)
        for (; i < count && from + i <= last; i += LANES)
            FN(store)(to + i, FN(load)(from + i));
    else if (step == 2)
        for (; i < count && from + 2 * i + LANES <= last; i += LANES)
            FN(store)(to + i, __builtin_shuffle(FN(load)(from + 2 * i), FN(load)(from + 2 * i + LANES), EVEN));
    else if (step == 3)
        for (; i < count && from + 3 * i + 2 * LANES <= last; i += LANES) {
            const real *three = from + 3 * i;
            const ivec early = LANE * 3 < 2 * LANES; /* elements of the first two vectors */
            vec two = __builtin_shuffle(FN(load)(three), FN(load)(three + LANES), LANE * 3 & early);
            ivec mask = (LANE & early) | ((LANE * 3 - LANES) & ~early);
            FN(store)(to + i, __builtin_shuffle(two, FN(load)(three + 2 * LANES), mask));
        }
    for (; i < count; i++)
        to[i] = from[step * i];
}

/* The sum of the lanes, by halves. */
INLINE real FN(total)(vec v)
{
#if LANES == 16
    v += __builtin_shuffle(v, LANE ^ 8);
#endif
#if LANES >= 8
    v += __builtin_shuffle(v, LANE ^ 4);
#endif
#if LANES >= 4
    v += __builtin_shuffle(v, LANE ^ 2);
#endif
    v += __builtin_shuffle(v, LANE ^ 1);
    return v[0];
}

/* to[0..3] += the sums of the lanes of four vectors, which need fewer steps together than one by one. */
INLINE void FN(add_four)(vec a, vec b, vec c, vec d, real *to)
{
#if LANES == 2
    to[0] += FN(total)(a);
    to[1] += FN(total)(b);
    to[2] += FN(total)(c);
    to[3] += FN(total)(d);
#else
    const ivec even = (LANE & ~1) + (LANE & 1) * LANES, first = (LANE & ~2) + (LANE >> 1 & 1) * LANES;
    vec ab = __builtin_shuffle(a, b, even) + __builtin_shuffle(a, b, even + 1); /* a, b, a, b, ... */
    vec cd = __builtin_shuffle(c, d, even) + __builtin_shuffle(c, d, even + 1);
    vec sum = __builtin_shuffle(ab, cd, first) + __builtin_shuffle(ab, cd, first + 2); /* a, b, c, d, ... */
#if LANES == 16
    sum += __builtin_shuffle(sum, LANE ^ 8);
#endif
#if LANES >= 8
    sum += __builtin_shuffle(sum, LANE ^ 4);
#endif
    UNROLL for (int i = 0; i < 4; i++) to[i] += sum[i];
#endif
}
