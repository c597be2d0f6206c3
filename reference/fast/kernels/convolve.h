/* The three correlations of a convolution: out from x and w, dx from dout and w, dw from dout and x. */

#define gradient FN(gradient_t)

INLINE ptrdiff_t FN(group_size)(const conv_shape *s, ptrdiff_t plane_elements)
{
    ptrdiff_t by_pixels = GROUP_PIXELS / (s->OH * s->OW);
    ptrdiff_t by_bytes = GROUP_BYTES / (plane_elements * (ptrdiff_t)sizeof(real));
    return larger(1, smaller(s->N, smaller(by_pixels, by_bytes)));
}

/* A 1 x 1 filter does not care for rows: each channel may as well be a single long row. */
INLINE conv_shape FN(simplified)(const conv_shape *s)
{
    conv_shape t = *s;
    if (t.HH == 1 && t.WW == 1 && t.stride == 1 && t.pad == 0) {
        t.W = t.OW = t.H * t.W;
        t.H = t.OH = 1;
    }
    return t;
}

/* The layout of the planes of x that forward pass and dw share. */
typedef struct {
    ptrdiff_t phase_rows, phase_cols; /* how many of the stride x stride phases a filter touches */
    ptrdiff_t rows, pitch, plane;     /* sizes of a plane */
    ptrdiff_t elements;               /* of all the planes of an image */
} FN(layout);

/* The pitch of planes, longer than asked where they would lie a multiple of 1024 bytes apart: then the same
   pixel of all channels would compete for a few places of the first-level cache. (Not measured with
   AVX-512, so it is left out there.) */
INLINE ptrdiff_t FN(unaligned)(ptrdiff_t rows, ptrdiff_t pitch)
{
    const int compete = REGISTERS < 32 && rows * pitch * sizeof(real) % 1024 == 0;
    return compete ? pitch + ceil_div(64, rows * (ptrdiff_t)sizeof(real)) : pitch;
}

INLINE FN(layout) FN(layout_of)(const conv_shape *s)
{
    FN(layout) l;
    l.phase_rows = smaller(s->stride, s->HH);
    l.phase_cols = smaller(s->stride, s->WW);
    l.rows = s->OH + (s->HH - 1) / s->stride;
    l.pitch = s->OW + (s->WW - 1) / s->stride;
    l.pitch = FN(unaligned)(l.rows, l.pitch);
    l.plane = l.rows * l.pitch;
    l.elements = s->C * l.phase_rows * l.phase_cols * l.plane;
    return l;
}

/* off[k] for tap k = (c, p, q), with `plane_apart` elements from plane to plane. */
INLINE void FN(tap_offsets)(const conv_shape *s, const FN(layout) *l, ptrdiff_t plane_apart, ptrdiff_t *off)
{
    for (ptrdiff_t c = 0; c < s->C; c++)
        for (ptrdiff_t p = 0; p < s->HH; p++)
            for (ptrdiff_t q = 0; q < s->WW; q++) {
                ptrdiff_t phase = (c * l->phase_rows + p % s->stride) * l->phase_cols + q % s->stride;
                *off++ = phase * plane_apart + p / s->stride * l->pitch + q / s->stride;
            }
}

INLINE int FN(allocate)(correlation *c, ptrdiff_t K, ptrdiff_t M)
{
    memset(c, 0, sizeof *c);
    c->K = K;
    c->M = M;
    c->blocks = ceil_div(M, MOST_FILTERS);
    c->off = malloc((size_t)larger(K, 1) * sizeof(ptrdiff_t));
    c->w = malloc((size_t)larger(K * M, 1) * sizeof(real));
    return c->off && c->w ? 0 : -1;
}

INLINE void FN(release)(correlation *c)
{
    free(c->off);
    free(c->w);
    free(c->in);
}

/* Copy results from [image][row][pitch] to rows of `cols` pixels that are `step` apart. */
NOINLINE void FN(spread)(const correlation *c, ptrdiff_t images, const real *from, real *to, ptrdiff_t step,
                         ptrdiff_t row, ptrdiff_t image)
{
    for (ptrdiff_t g = 0; g < images; g++)
        for (ptrdiff_t i = 0; i < c->rows; i++) {
            const real *source = from + g * c->image + i * c->pitch;
            real *target = to + g * image + i * row;
            if (step == 1)
                FN(copy)(target, source, c->cols);
            else
                for (ptrdiff_t j = 0; j < c->cols; j++) {
                    target[step * j] = source[j];
                    __asm__(""); /* or GCC makes vectors, which take longer for a short row */
                }
        }
}

/* The same for two neighbouring phases of stride 2, of the same number of rows, that fill whole rows. */
NOINLINE void FN(interleave)(const correlation *even, const correlation *odd, ptrdiff_t images,
                             const real *evens, const real *odds, real *to, ptrdiff_t row, ptrdiff_t image)
{
    for (ptrdiff_t g = 0; g < images; g++)
        for (ptrdiff_t i = 0; i < even->rows; i++) {
            const real *a = evens + g * even->image + i * even->pitch;
            const real *b = odds + g * odd->image + i * odd->pitch;
            real *target = to + g * image + i * row;
            ptrdiff_t j = 0;
            for (; j + LANES <= odd->cols; j += LANES) {
                vec x = FN(load)(a + j), y = FN(load)(b + j);
                FN(store)(target + 2 * j, __builtin_shuffle(x, y, LOWER_MIXED));
                FN(store)(target + 2 * j + LANES, __builtin_shuffle(x, y, UPPER_MIXED));
            }
            for (; j < odd->cols; j++) {
                target[2 * j] = a[j];
                target[2 * j + 1] = b[j];
            }
            if (j < even->cols)
                target[2 * j] = a[j];
        }
}

NOINLINE int FN(conv_forward)(int threads, const conv_shape *shape, const real *x, const real *w,
                              const real *bias, real *out)
{
    const conv_shape t = FN(simplified)(shape), *s = &t;
    const FN(layout) l = FN(layout_of)(s);
    const ptrdiff_t pixels = s->OH * s->OW, K = s->C * s->HH * s->WW;
    /* Without margin and stride the image is its own plane. */
    const int as_is = s->stride == 1 && s->pad == 0 && (s->OH - 1) * l.pitch + s->OW >= LANES &&
                      l.rows == s->H && l.pitch == s->W;
    const ptrdiff_t group = as_is ? 1 : FN(group_size)(s, l.elements);
    const ptrdiff_t groups = ceil_div(s->N, group);
    correlation c;
    int failed = FN(allocate)(&c, K, s->F);
    c.rows = s->OH;
    c.cols = s->OW;
    failed = failed || FN(plan_vectors)(&c, group, 0, l.pitch, l.plane, 1, s->F * pixels);
    if (failed) {
        FN(release)(&c);
        return -1;
    }
    FN(plan_parts)(&c, group, group * l.elements);
    FN(tap_offsets)(s, &l, group * l.plane, c.off);
    for (ptrdiff_t block = 0; block < c.blocks; block++) {
        ptrdiff_t m0 = FN(block_begin)(c.M, c.blocks, block), m1 = FN(block_begin)(c.M, c.blocks, block + 1);
        real *packed = c.w + m0 * K;
        for (ptrdiff_t k = 0; k < K; k++)
            for (ptrdiff_t m = m0; m < m1; m++)
                *packed++ = w[m * K + k];
    }
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        const size_t planes_size = as_is ? 0 : (size_t)(group * l.elements + LANES);
        const size_t result_size = c.flat ? (size_t)(s->F * group * c.image) : 0;
        real *planes = malloc((planes_size + result_size + (size_t)c.open + LANES) * sizeof(real));
        real *result = planes + planes_size, *sums = result + result_size;
#pragma omp for schedule(dynamic, 1)
        for (ptrdiff_t n = 0; n < groups; n++) {
            if (!planes) {
#pragma omp atomic write
                failed = 1;
                continue;
            }
            const ptrdiff_t first = n * group, images = smaller(group, s->N - first);
            const real *from = x + first * s->C * s->H * s->W;
            real *to = out + first * s->F * pixels;
            if (!as_is)
                FN(copy_planes)(from, images, group, s->C, s->H, s->W, s->stride, l.phase_rows, l.phase_cols,
                                s->pad, s->pad, l.rows, l.pitch, planes);
            if (!c.flat) {
                FN(correlate)(&c, images, as_is ? from : planes, bias, to, pixels, sums);
                continue;
            }
            const ptrdiff_t apart = group * c.image;
            FN(correlate)(&c, images, as_is ? from : planes, bias, result, apart, sums);
            for (ptrdiff_t f = 0; f < s->F; f++)
                FN(spread)(&c, images, result + f * apart, to + f * pixels, 1, s->OW, s->F * pixels);
        }
        free(planes);
    }
    FN(release)(&c);
    return failed ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------- dw and db

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

/* dw += the dot products of a group. */
NOINLINE void FN(add_dots)(const conv_shape *s, const ptrdiff_t *off, const FN(pairs) *p, ptrdiff_t images,
                           const real *planes, const real *dout, ptrdiff_t apart, real *dw)
{
    const ptrdiff_t K = s->C * s->HH * s->WW, blocks = ceil_div(s->F, MOST_ROWS);
    const ptrdiff_t vectors = images * p->vectors;
    /* Some filters at a time, so that their part of dout stays in the first-level cache for all the taps. */
    const ptrdiff_t some = larger(1, L1_BYTES / (MOST_ROWS * VECTOR_BYTES * vectors));
    for (ptrdiff_t first = 0; first < blocks; first += some)
        for (ptrdiff_t k = 0; k < K; k += MOST_TAPS)
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

/* ---------------------------------------------------------------------------------------------- dx

   With y = stride u + a (a < stride) as a row of the padded image, the windows over it are those of the
   output rows u - p', at the places a + stride p' of the filter. So the pixels of each phase (a, b) are a
   correlation of dout, with a margin of zeros, and every stride-th place of the filter: no multiplication
   is wasted, and nothing is added up in memory. */

typedef struct {
    ptrdiff_t phases;             /* stride * stride */
    correlation *phase;
    ptrdiff_t *start;             /* [phases] where its first pixel is in an image */
    ptrdiff_t top, left, rows, pitch, plane; /* the planes of dout with their margin */
    ptrdiff_t result;             /* elements of the largest result, of two phases if the stride is 2 */
    ptrdiff_t open;               /* elements of the sums of the phase that has most, see plan_parts */
    int covered;                  /* whether every pixel is in a phase that has taps */
} gradient;

INLINE ptrdiff_t FN(ceil_signed)(ptrdiff_t a, ptrdiff_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

NOINLINE int FN(plan_gradient)(gradient *d, const conv_shape *s, ptrdiff_t group, const real *w)
{
    const ptrdiff_t S = s->stride, P = s->pad;
    const ptrdiff_t A = 1 + (s->HH - 1) / S, B = 1 + (s->WW - 1) / S; /* taps of the largest phase */
    const ptrdiff_t u0 = P / S, v0 = P / S;
    d->top = A - 1 - u0;
    d->left = B - 1 - v0;
    d->rows = (P + s->H - 1) / S - u0 + A;
    d->pitch = (P + s->W - 1) / S - v0 + B;
    d->pitch = FN(unaligned)(d->rows, d->pitch);
    d->plane = d->rows * d->pitch;
    d->phases = S * S;
    d->phase = calloc((size_t)d->phases, sizeof(correlation));
    d->start = calloc((size_t)d->phases, sizeof(ptrdiff_t));
    d->covered = 1;
    d->result = d->open = 0;
    if (!d->phase || !d->start)
        return -1;
    for (ptrdiff_t i = 0; i < d->phases; i++) {
        const ptrdiff_t a = i / S, b = i % S;
        const ptrdiff_t u = FN(ceil_signed)(P - a, S), v = FN(ceil_signed)(P - b, S);
        const ptrdiff_t rows = FN(ceil_signed)(P + s->H - a, S) - u, cols = FN(ceil_signed)(P + s->W - b, S) - v;
        const ptrdiff_t taps_y = a < s->HH ? 1 + (s->HH - 1 - a) / S : 0;
        const ptrdiff_t taps_x = b < s->WW ? 1 + (s->WW - 1 - b) / S : 0;
        correlation *c = &d->phase[i];
        if (rows <= 0 || cols <= 0)
            continue;
        if (taps_y == 0 || taps_x == 0) {
            d->covered = 0;
            continue;
        }
        if (FN(allocate)(c, s->F * taps_y * taps_x, s->C))
            return -1;
        c->rows = rows;
        c->cols = cols;
        d->start[i] = (u * S + a - P) * s->W + (v * S + b - P);
        const ptrdiff_t base = (u - u0 + A - 1) * d->pitch + (v - v0 + B - 1);
        if (FN(plan_vectors)(c, group, base, d->pitch, d->plane, S == 1, s->C * s->H * s->W))
            return -1;
        FN(plan_parts)(c, group, s->F * group * d->plane);
        d->open = larger(d->open, c->open);
        if (S > 1 || c->flat)
            d->result = larger(d->result, (S == 2 ? 2 : 1) * s->C * group * c->image);
        for (ptrdiff_t f = 0, k = 0; f < s->F; f++)
            for (ptrdiff_t p = 0; p < taps_y; p++)
                for (ptrdiff_t q = 0; q < taps_x; q++, k++) {
                    c->off[k] = f * group * d->plane - p * d->pitch - q;
                    for (ptrdiff_t block = 0; block < c->blocks; block++) {
                        ptrdiff_t m0 = FN(block_begin)(c->M, c->blocks, block);
                        ptrdiff_t m1 = FN(block_begin)(c->M, c->blocks, block + 1);
                        for (ptrdiff_t m = m0; m < m1; m++)
                            c->w[m0 * c->K + k * (m1 - m0) + m - m0] =
                                w[((f * s->C + m) * s->HH + a + S * p) * s->WW + b + S * q];
                    }
                }
    }
    return 0;
}

INLINE void FN(release_gradient)(gradient *d)
{
    for (ptrdiff_t i = 0; d->phase && i < d->phases; i++)
        FN(release)(&d->phase[i]);
    free(d->phase);
    free(d->start);
}

NOINLINE void FN(gradient_of_group)(const conv_shape *s, const gradient *d, ptrdiff_t images, ptrdiff_t group,
                                    const real *dout, real *planes, real *result, real *sums, real *dx)
{
    const ptrdiff_t area = s->H * s->W;
    FN(copy_planes)(dout, images, group, s->F, s->OH, s->OW, 1, 1, 1, d->top, d->left, d->rows, d->pitch,
                    planes);
    if (!d->covered)
        memset(dx, 0, (size_t)(images * s->C * area) * sizeof(real));
    for (ptrdiff_t i = 0; i < d->phases; i++) {
        const correlation *c = &d->phase[i];
        if (!c->K)
            continue;
        if (s->stride == 2 && i % 2 == 0 && d->phase[i + 1].K) {
            /* The phase of the odd columns is the second one unless the margin is odd. */
            const correlation *even = s->pad % 2 ? c + 1 : c, *odd = s->pad % 2 ? c : c + 1;
            const ptrdiff_t first = group * even->image, second = group * odd->image;
            real *odds = result + s->C * first;
            FN(correlate)(even, images, planes, NULL, result, first, sums);
            FN(correlate)(odd, images, planes, NULL, odds, second, sums);
            for (ptrdiff_t m = 0; m < s->C; m++)
                FN(interleave)(even, odd, images, result + m * first, odds + m * second,
                               dx + d->start[s->pad % 2 ? i + 1 : i] + m * area, 2 * s->W, s->C * area);
            i++;
            continue;
        }
        if (s->stride == 1 && !c->flat) {
            FN(correlate)(c, images, planes, NULL, dx, area, sums);
            continue;
        }
        const ptrdiff_t apart = group * c->image;
        FN(correlate)(c, images, planes, NULL, result, apart, sums);
        for (ptrdiff_t m = 0; m < s->C; m++)
            FN(spread)(c, images, result + m * apart, dx + d->start[i] + m * area, s->stride,
                       s->stride * s->W, s->C * area);
    }
}

/* Whether all numbers are finite: what is not, minus itself, is NaN. */
NOINLINE int FN(finite)(const real *from, ptrdiff_t count)
{
    integer finite = 1;
    for (ptrdiff_t i = 0; i < count; i++)
        finite &= from[i] - from[i] == 0;
    return (int)finite;
}

/* Without `dx` (NULL) only dw and db. 1 where the zeros of the margins have met a NaN or infinity, and the
   gradients are not to be used: in w, or from x or dout in dw. */
NOINLINE int FN(conv_backward)(int threads, const conv_shape *shape, const real *x, const real *w,
                               const real *dout, real *dx, real *dw, real *db)
{
    const conv_shape t = FN(simplified)(shape), *s = &t;
    const FN(layout) l = FN(layout_of)(s);
    const ptrdiff_t K = s->C * s->HH * s->WW, pixels = s->OH * s->OW;
    if (dx && !FN(finite)(w, s->F * K))
        return 1;
    const ptrdiff_t group = FN(group_size)(s, larger(l.elements, s->F * pixels));
    const ptrdiff_t groups = ceil_div(s->N, group), slots = smaller(groups, SLOTS);
    /* Reading x itself is safe only where no vector passes the end of a row. */
    const int as_is = group == 1 && s->stride == 1 && s->pad == 0 && s->OW % LANES == 0 && l.rows == s->H &&
                      l.pitch == s->W;
    gradient d = {0};
    FN(pairs) p = {0};
    const ptrdiff_t blocks = ceil_div(s->F, MOST_ROWS), of_dw = blocks * K * 4;
    const size_t partial = (size_t)(of_dw + s->F);
    ptrdiff_t *off = malloc((size_t)K * sizeof(ptrdiff_t));
    real *sums = calloc((size_t)slots * partial, sizeof(real));
    int failed = !off || !sums || (dx && FN(plan_gradient)(&d, s, group, w)) || FN(plan_pairs)(&p, s, &l, group);
    if (!failed) {
        FN(tap_offsets)(s, &l, group * l.plane, off);
#pragma omp parallel num_threads(threads) if (threads > 1)
        {
            const size_t planes_size = (size_t)larger(as_is ? 0 : group * l.elements, s->F * group * d.plane);
            const size_t copy_size = (size_t)larger(d.result + d.open, p.as_is ? 0 : s->F * group * p.image);
            /* The vectors may pass the end of the planes, but only where dout is 0: 0, so that no NaN
               that happens to lie there gets into the sum. */
            const size_t past = 2 * LANES;
            real *planes = malloc((planes_size + past + copy_size + LANES) * sizeof(real));
            real *copy = planes + planes_size + past;
            if (planes)
                memset(planes, 0, (planes_size + past) * sizeof(real));
#pragma omp for schedule(dynamic, 1)
            for (ptrdiff_t slot = 0; slot < slots; slot++) {
                if (!planes) {
#pragma omp atomic write
                    failed = 1;
                    continue;
                }
                real *slot_dw = sums + (size_t)slot * partial, *slot_db = slot_dw + of_dw;
                for (ptrdiff_t n = groups * slot / slots; n < groups * (slot + 1) / slots; n++) {
                    const ptrdiff_t first = n * group, images = smaller(group, s->N - first);
                    const real *some_x = x + first * s->C * s->H * s->W;
                    const real *some_dout = dout + first * s->F * pixels;
                    if (dx)
                        FN(gradient_of_group)(s, &d, images, group, some_dout, planes, copy, copy + d.result,
                                              dx + first * s->C * s->H * s->W);
                    if (!as_is)
                        FN(copy_planes)(some_x, images, group, s->C, s->H, s->W, s->stride, l.phase_rows,
                                        l.phase_cols, s->pad, s->pad, l.rows, l.pitch, planes);
                    if (!p.as_is)
                        FN(copy_dout)(s, &p, images, group, some_dout, copy);
                    FN(add_dots)(s, off, &p, images, as_is ? some_x : planes, p.as_is ? some_dout : copy,
                                 p.as_is ? pixels : group * p.image, slot_dw);
                    FN(add_totals)(s, images, some_dout, slot_db);
                }
            }
            free(planes);
        }
        memset(dw, 0, (size_t)(s->F * K) * sizeof(real));
        memset(db, 0, (size_t)s->F * sizeof(real));
        for (ptrdiff_t slot = 0; slot < slots; slot++) {
            const real *from = sums + (size_t)slot * partial;
            for (ptrdiff_t block = 0; block < blocks; block++) {
                const ptrdiff_t f0 = FN(block_begin)(s->F, blocks, block);
                const ptrdiff_t size = FN(block_begin)(s->F, blocks, block + 1) - f0;
                for (ptrdiff_t k = 0; k < K; k++)
                    for (ptrdiff_t f = 0; f < size; f++)
                        dw[(f0 + f) * K + k] += from[4 * (block * K + k) + f];
            }
            for (ptrdiff_t f = 0; f < s->F; f++)
                db[f] += from[of_dw + f];
        }
    }
    FN(release_gradient)(&d);
    free(p.in);
    free(off);
    free(sums);
    return failed ? -1 : !FN(finite)(dw, s->F * K);
}

#undef correlation
#undef gradient
#undef MOST_FILTERS
#undef MOST_ROWS
#undef MOST_TAPS
