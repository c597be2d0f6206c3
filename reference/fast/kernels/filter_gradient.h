/* The gradients of the filters and biases: dw from dout and x, db from dout.

   dw[f, k] is a dot product along the pixels. A tile is FT filters times KT taps, each a vector of partial
   sums in a register; a step loads FT vectors of dout and KT of x. Vectors must not see pixels of x that no
   window sees, so dout gets zeros there: where rows are no multiple of a vector it is copied first. */

typedef struct {
    ptrdiff_t vectors, *in, *at; /* per image: bases in the planes of x and in dout */
    ptrdiff_t pitch, image;      /* of the copy of dout, with `image` elements for an image of a filter */
    int as_is;                   /* dout needs no copy */
} FN(pairs);

INLINE void FN(dots)(const int FT, const int KT, ptrdiff_t vectors, const real *restrict planes,
                     const ptrdiff_t *in, const ptrdiff_t *restrict off, const real *restrict dout,
                     ptrdiff_t apart, const ptrdiff_t *at, real *restrict dw, ptrdiff_t taps)
{
    vec acc[4][6];
    ptrdiff_t o[6];
    UNROLL for (int k = 0; k < KT; k++) o[k] = off[k < taps ? k : 0];
    UNROLL for (int f = 0; f < FT; f++) UNROLL for (int k = 0; k < KT; k++) acc[f][k] = (vec){0};
    for (ptrdiff_t v = 0; v < vectors; v++) {
        const real *x = planes + in[v], *d = dout + at[v];
        if (FT <= KT) { /* hold dout, stream the pixels: what is held and one more must fit into registers */
            vec factor[4];
            UNROLL for (int f = 0; f < FT; f++) {
                factor[f] = FN(load)(d + f * apart);
                __asm__("" : "+v"(factor[f]));
            }
            UNROLL for (int k = 0; k < KT; k++) {
                vec pixels = FN(load)(x + o[k]);
                __asm__("" : "+v"(pixels));
                UNROLL for (int f = 0; f < FT; f++) acc[f][k] += factor[f] * pixels;
            }
        } else { /* hold the pixels, stream dout */
            vec pixels[6];
            UNROLL for (int k = 0; k < KT; k++) {
                pixels[k] = FN(load)(x + o[k]);
                __asm__("" : "+v"(pixels[k]));
            }
            UNROLL for (int f = 0; f < FT; f++) {
                vec factor = FN(load)(d + f * apart);
                __asm__("" : "+v"(factor));
                UNROLL for (int k = 0; k < KT; k++) acc[f][k] += factor * pixels[k];
            }
        }
    }
    UNROLL for (int k = 0; k < KT; k++) {
        if (k == taps)
            return;
        const vec none = {0};
        FN(add_four)(acc[0][k], FT > 1 ? acc[1][k] : none, FT > 2 ? acc[2][k] : none, FT > 3 ? acc[3][k] : none,
                     dw + 4 * k);
    }
}

#if REGISTERS == 32
#define MOST_ROWS 4
#define MOST_TAPS 6
#else
#define MOST_ROWS 4
#define MOST_TAPS 3
#endif

#define DOTS(FT)                                                                                             \
    NOINLINE void FN(dots_##FT)(ptrdiff_t vectors, const real *planes, const ptrdiff_t *in,                  \
                                const ptrdiff_t *off, const real *dout, ptrdiff_t apart,                     \
                                const ptrdiff_t *at, real *dw, ptrdiff_t taps)                               \
    {                                                                                                        \
        if (MOST_TAPS > 3 && taps > 3)                                                                       \
            FN(dots)(FT, MOST_TAPS, vectors, planes, in, off, dout, apart, at, dw, taps);                    \
        else                                                                                                 \
            FN(dots)(FT, 3, vectors, planes, in, off, dout, apart, at, dw, taps);                            \
    }
DOTS(1)
DOTS(2)
DOTS(3)
DOTS(4)
#undef DOTS

/* While it is summed, dw is in blocks of at most four filters, each as [K][4]: see `add_four`. */
INLINE ptrdiff_t FN(packed_size)(const conv_shape *s)
{
    return ceil_div(s->F, MOST_ROWS) * s->C * s->HH * s->WW * 4;
}

/* dw[F][K] += such blocks. */
INLINE void FN(add_packed)(const conv_shape *s, const real *packed, real *dw)
{
    const ptrdiff_t K = s->C * s->HH * s->WW, blocks = ceil_div(s->F, MOST_ROWS);
    for (ptrdiff_t block = 0; block < blocks; block++, packed += 4 * K) {
        const ptrdiff_t begin = FN(block_begin)(s->F, blocks, block);
        const ptrdiff_t size = FN(block_begin)(s->F, blocks, block + 1) - begin;
        for (ptrdiff_t f = 0; f < size; f++)
            for (ptrdiff_t k = 0; k < K; k++)
                dw[(begin + f) * K + k] += packed[4 * k + f];
    }
}

/* dw, in blocks, += the dot products of a group, whose planes of x have `elements` elements in all.

   Some filters at a time, so that their part of dout stays in the first-level cache for all the taps; and some
   taps at a time, so that their part of the planes stays in the second-level cache for all the filters. */
NOINLINE void FN(add_dots)(const conv_shape *s, const ptrdiff_t *off, const FN(pairs) *p, ptrdiff_t images,
                           const real *planes, ptrdiff_t elements, const real *dout, ptrdiff_t apart,
                           real *dw)
{
    const ptrdiff_t K = s->C * s->HH * s->WW, blocks = ceil_div(s->F, MOST_ROWS);
    const ptrdiff_t vectors = images * p->vectors;
    const ptrdiff_t some = larger(1, L1_BYTES / (MOST_ROWS * VECTOR_BYTES * vectors));
    const ptrdiff_t parts = ceil_div(elements * (ptrdiff_t)sizeof(real), PART_BYTES);
    const ptrdiff_t part = ceil_div(ceil_div(K, larger(1, parts)), MOST_TAPS) * MOST_TAPS;
    for (ptrdiff_t begin = 0; begin < K; begin += part)
        for (ptrdiff_t first = 0; first < blocks; first += some)
            for (ptrdiff_t k = begin; k < smaller(K, begin + part); k += MOST_TAPS)
                for (ptrdiff_t block = first; block < smaller(blocks, first + some); block++) {
                    ptrdiff_t f = FN(block_begin)(s->F, blocks, block);
                    ptrdiff_t size = FN(block_begin)(s->F, blocks, block + 1) - f;
                    ptrdiff_t taps = smaller(MOST_TAPS, K - k);
#define RUN(FT)                                                                                              \
    case FT:                                                                                                 \
        FN(dots_##FT)(vectors, planes, p->in, off + k, dout + f * apart, apart, p->at,                       \
                      dw + 4 * (block * K + k), taps);                                                       \
        break;
                    switch (size) { RUN(1) RUN(2) RUN(3) RUN(4) }
#undef RUN
                }
}

NOINLINE int FN(plan_pairs)(FN(pairs) *p, const conv_shape *s, const FN(layout) *l, ptrdiff_t group)
{
    const ptrdiff_t pixels = s->OH * s->OW;
    ptrdiff_t in_rows = s->OH * ceil_div(s->OW, LANES);
    ptrdiff_t length = (s->OH - 1) * l->pitch + s->OW, in_all = ceil_div(length, LANES);
    p->as_is = s->OW % LANES == 0;
    const int flat = !p->as_is && in_all < in_rows;
    p->pitch = flat ? l->pitch : ceil_div(s->OW, LANES) * LANES;
    p->vectors = flat ? in_all : in_rows;
    p->image = p->vectors * LANES;
    p->in = malloc(2 * (size_t)(group * p->vectors) * sizeof(ptrdiff_t));
    if (!p->in)
        return -1;
    p->at = p->in + group * p->vectors;
    ptrdiff_t *in = p->in, *at = p->at;
    for (ptrdiff_t g = 0; g < group; g++)
        for (ptrdiff_t v = 0; v < p->vectors; v++) {
            ptrdiff_t e = v * LANES;
            *in++ = g * l->plane + (flat ? e : e / p->pitch * l->pitch + e % p->pitch);
            *at++ = p->as_is ? g * s->F * pixels + e : g * p->image + e;
        }
    return 0;
}

/* dout with zeros where a vector passes the end of a row: [F][group][image]. */
NOINLINE void FN(copy_dout)(const conv_shape *s, const FN(pairs) *p, ptrdiff_t images, ptrdiff_t group,
                            const real *dout, real *to)
{
    for (ptrdiff_t f = 0; f < s->F; f++)
        for (ptrdiff_t g = 0; g < images; g++) {
            const real *from = dout + (g * s->F + f) * s->OH * s->OW;
            real *row = to + (f * group + g) * p->image, *end = row + p->image;
            for (ptrdiff_t i = 0; i < s->OH; i++, row += p->pitch) {
                FN(copy)(row, from + i * s->OW, s->OW);
                for (real *rest = row + s->OW; rest < row + p->pitch && rest < end; rest++)
                    *rest = 0;
            }
            for (; row < end; row++)
                *row = 0;
        }
}

INLINE void FN(add_totals)(const conv_shape *s, ptrdiff_t images, const real *dout, real *db)
{
    const ptrdiff_t pixels = s->OH * s->OW;
    for (ptrdiff_t g = 0; g < images; g++)
        for (ptrdiff_t f = 0; f < s->F; f++, dout += pixels) {
            vec sum[2] = {{0}, {0}};
            real rest = 0;
            ptrdiff_t v = 0;
            for (; v + 2 * LANES <= pixels; v += 2 * LANES) {
                sum[0] += FN(load)(dout + v);
                sum[1] += FN(load)(dout + v + LANES);
            }
            for (; v < pixels; v++)
                rest += dout[v];
            db[f] += FN(total)(sum[0] + sum[1]) + rest;
        }
}
