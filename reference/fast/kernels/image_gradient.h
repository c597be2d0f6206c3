/* The gradient of the images: dx from dout and w.

   With y = stride u + a (a < stride) as a row of the padded image, the windows over it are those of the
   output rows u - p', at the places a + stride p' of the filter. So the pixels of each phase (a, b) are a
   correlation of dout, with a margin of zeros, and every stride-th place of the filter: no multiplication
   is wasted, and nothing is added up in memory. */

#define gradient FN(gradient_t)

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

/* `spread` for two neighbouring phases of stride 2 at once, of the same number of rows, that fill whole rows. */
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
