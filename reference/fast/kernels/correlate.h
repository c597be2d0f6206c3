/* Correlations: many outputs, each the sum of K taps of the same planes.

   A tile is MR outputs (filters) times NR vectors of pixels, all of it in registers: each tap loads NR
   vectors and MR weights and does MR * NR multiplications with addition, so that the arithmetic, not the
   memory, sets the pace. This is the register tile of a matrix product (K. Goto and R. van de Geijn,
   "Anatomy of High-Performance Matrix Multiplication", 2008; F. Van Zee and R. van de Geijn, "BLIS", 2015),
   with one change: the vectors of a tap are not packed into a panel but read from the image, `off[k]`
   elements behind the base of each vector. */

/* NR for each MR: the tile, one row or column of factors and one more must fit into the registers. */
#if REGISTERS == 32
#define MOST_FILTERS 8
#else
#define MOST_FILTERS 4
#endif

#define correlation FN(correlation_t)

typedef struct {
    ptrdiff_t K;       /* taps of an output */
    ptrdiff_t M;       /* outputs (filters) */
    ptrdiff_t blocks;  /* the outputs in blocks of nearly equal size, at most MOST_FILTERS */
    ptrdiff_t *off;    /* [K] where a tap is, from the base of a vector */
    real *w;           /* the weights, block after block, as [K][size of block] */
    ptrdiff_t rows, cols;     /* output pixels of an image */
    ptrdiff_t vectors;        /* vectors that cover them */
    ptrdiff_t *in, *to;       /* [g * vectors] base of each vector in the planes and in the result */
    ptrdiff_t pitch, image;   /* result: elements from row to row, from image to image */
    int flat;                 /* whether vectors run across the ends of rows, see plan_vectors */
    ptrdiff_t part;           /* taps of a part, K if all of them are taken at once */
    ptrdiff_t open;           /* elements of the sums that are left open from part to part */
} correlation;

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

/* The vectors of all tiles together: the last one may be filled up. */
INLINE ptrdiff_t FN(open_vectors)(ptrdiff_t vectors) { return vectors + 8; }

INLINE ptrdiff_t FN(block_begin)(ptrdiff_t M, ptrdiff_t blocks, ptrdiff_t block)
{
    return M * block / blocks;
}

/* One tile. `sums` has room for it, in its own order, where the taps come in parts.

   `number - (vec){0}` is the number in every lane: GCC leaves the subtraction out. It may not leave out the
   addition of 0, because of -0. */
INLINE void FN(tile)(const int MR, const int NR, ptrdiff_t K, const real *restrict w, const real *bias,
                     const real *restrict planes, const ptrdiff_t *in, const ptrdiff_t *restrict off,
                     real *restrict out, ptrdiff_t apart, const ptrdiff_t *to, real *restrict sums, int part)
{
    vec acc[8][8];
    const real *base[8];
    UNROLL for (int r = 0; r < NR; r++) base[r] = planes + in[r];
    if (part & RESUME) {
        UNROLL for (int m = 0; m < MR; m++)
            UNROLL for (int r = 0; r < NR; r++) acc[m][r] = FN(load)(sums + (m * NR + r) * LANES);
    } else {
        UNROLL for (int m = 0; m < MR; m++) {
            vec start = (bias ? bias[m] : (real)0) - (vec){0};
            UNROLL for (int r = 0; r < NR; r++) acc[m][r] = start;
        }
    }
    for (ptrdiff_t k = 0; k < K; k++, w += MR) {
        const ptrdiff_t o = off[k];
        if (NR <= MR) { /* hold the pixels, stream the weights */
            vec pixels[8];
            UNROLL for (int r = 0; r < NR; r++) {
                pixels[r] = FN(load)(base[r] + o);
                __asm__("" : "+v"(pixels[r])); /* or GCC loads it again for each use */
            }
            UNROLL for (int m = 0; m < MR; m++) {
                vec weight = w[m] - (vec){0};
                UNROLL for (int r = 0; r < NR; r++) acc[m][r] += weight * pixels[r];
            }
        } else { /* hold the weights, stream the pixels */
            vec weight[8];
            UNROLL for (int m = 0; m < MR; m++) {
                weight[m] = w[m] - (vec){0};
                __asm__("" : "+v"(weight[m]));
            }
            UNROLL for (int r = 0; r < NR; r++) {
                vec pixels = FN(load)(base[r] + o);
                __asm__("" : "+v"(pixels));
                UNROLL for (int m = 0; m < MR; m++) acc[m][r] += weight[m] * pixels;
            }
        }
    }
    if (part & PAUSE) {
        UNROLL for (int m = 0; m < MR; m++)
            UNROLL for (int r = 0; r < NR; r++) FN(store)(sums + (m * NR + r) * LANES, acc[m][r]);
    } else {
        UNROLL for (int m = 0; m < MR; m++)
            UNROLL for (int r = 0; r < NR; r++) FN(store)(out + m * apart + to[r], acc[m][r]);
    }
}

/* One block of filters over all the vectors, in tiles of NR and a narrower one for the rest. `REST` names
   the sizes that are worth a tile of their own; other rests take a whole tile that begins earlier and
   computes a few vectors twice, to the same result. */
#define TILES(MR, NR, REST)                                                                                  \
    NOINLINE void FN(tiles_##MR)(ptrdiff_t K, const real *w, const real *bias, const real *planes,           \
                                 ptrdiff_t vectors, const ptrdiff_t *in, const ptrdiff_t *off, real *out,    \
                                 ptrdiff_t apart, const ptrdiff_t *to, real *sums, int part)                 \
    {                                                                                                        \
        ptrdiff_t few_in[NR], few_to[NR], v = 0;                                                             \
        for (; v + NR <= vectors; v += NR, sums += MR * NR * LANES)                                          \
            FN(tile)(MR, NR, K, w, bias, planes, in + v, off, out, apart, to + v, sums, part);               \
        switch (vectors - v) {                                                                               \
        case 0:                                                                                              \
            return;                                                                                          \
            REST(MR)                                                                                         \
        }                                                                                                    \
        for (ptrdiff_t r = 0; r < NR; r++) {                                                                 \
            ptrdiff_t source = larger(0, vectors - NR + r); /* fill up with the first vector */              \
            few_in[r] = in[source];                                                                          \
            few_to[r] = to[source];                                                                          \
        }                                                                                                    \
        FN(tile)(MR, NR, K, w, bias, planes, few_in, off, out, apart, few_to, sums, part);                   \
    }
#define REST_OF(MR, SIZE)                                                                                    \
    case SIZE:                                                                                               \
        FN(tile)(MR, SIZE, K, w, bias, planes, in + v, off, out, apart, to + v, sums, part);                 \
        return;
#define REST_1_2(MR) REST_OF(MR, 1) REST_OF(MR, 2)
#define REST_2(MR) REST_OF(MR, 2)
#define REST_2_4(MR) REST_OF(MR, 2) REST_OF(MR, 4)

#if REGISTERS == 32
TILES(1, 8, REST_2_4)
TILES(2, 8, REST_2_4)
TILES(3, 8, REST_2_4)
TILES(4, 6, REST_2_4)
TILES(5, 5, REST_1_2)
TILES(6, 4, REST_1_2)
TILES(7, 3, REST_1_2)
TILES(8, 3, REST_1_2)
#else
TILES(1, 8, REST_2_4)
TILES(2, 6, REST_2_4)
TILES(3, 4, REST_2)
TILES(4, 3, REST_1_2)
#endif
#undef TILES
#undef REST_OF
#undef REST_1_2
#undef REST_2
#undef REST_2_4

/* The correlation of `images` images: out[image][filter][row][col] at the places that `to` says. `sums` has
   room for `c->open` elements. */
NOINLINE void FN(correlate)(const correlation *c, ptrdiff_t images, const real *planes, const real *bias,
                            real *out, ptrdiff_t apart, real *sums)
{
    const ptrdiff_t vectors = images * c->vectors;
    for (ptrdiff_t k = 0; k < c->K; k += c->part) {
        const ptrdiff_t taps = smaller(c->part, c->K - k);
        const int part = (k > 0 ? RESUME : 0) | (k + taps < c->K ? PAUSE : 0);
        for (ptrdiff_t block = 0; block < c->blocks; block++) {
            ptrdiff_t m = FN(block_begin)(c->M, c->blocks, block);
            ptrdiff_t size = FN(block_begin)(c->M, c->blocks, block + 1) - m;
            real *block_sums = sums + (c->open ? m * FN(open_vectors)(vectors) * LANES : 0);
#define RUN(MR)                                                                                              \
    case MR:                                                                                                 \
        FN(tiles_##MR)(taps, c->w + m * c->K + k * MR, bias ? bias + m : NULL, planes, vectors, c->in,       \
                       c->off + k, out + m * apart, apart, c->to, block_sums, part);                         \
        break;
            switch (size) {
                RUN(1) RUN(2) RUN(3) RUN(4)
#if REGISTERS == 32
                RUN(5) RUN(6) RUN(7) RUN(8)
#endif
            }
#undef RUN
        }
    }
}

/* Lay vectors over `rows` x `cols` pixels of planes with `pitch` elements per row.

   Along the rows, the last vector of a row moved back to end with it. Where that wastes much because rows
   are short, the vectors run through the plane as if it were one long row; what they compute between the
   rows is dropped when the result is copied. Only the second kind works for rows shorter than a vector.
   `direct`: the images of the result lie `image` elements apart, without gaps between rows. */
NOINLINE int FN(plan_vectors)(correlation *c, ptrdiff_t images, ptrdiff_t base, ptrdiff_t pitch,
                              ptrdiff_t plane, int direct, ptrdiff_t image)
{
    ptrdiff_t length = (c->rows - 1) * pitch + c->cols;
    ptrdiff_t in_rows = c->rows * ceil_div(c->cols, LANES), in_all = ceil_div(length, LANES);
    c->flat = c->cols < LANES || in_rows * 10 > in_all * 11;
    c->vectors = c->flat ? in_all : in_rows;
    c->pitch = c->flat ? pitch : c->cols;
    c->image = !c->flat && direct ? image : larger(c->flat ? length : c->rows * c->cols, LANES);
    c->in = malloc(2 * (size_t)(images * c->vectors) * sizeof(ptrdiff_t));
    if (!c->in)
        return -1;
    c->to = c->in + images * c->vectors;
    ptrdiff_t v = 0, rows = c->flat ? 1 : c->rows, cols = c->flat ? length : c->cols;
    for (ptrdiff_t g = 0; g < images; g++)
        for (ptrdiff_t i = 0; i < rows; i++)
            for (ptrdiff_t j = 0; j < cols; j += LANES, v++) {
                ptrdiff_t first = larger(0, smaller(j, cols - LANES));
                c->in[v] = base + g * plane + i * pitch + first;
                c->to[v] = g * c->image + i * c->pitch + first;
            }
    return 0;
}

/* Decide on the parts, for a group of images whose planes have `elements` elements in all. */
INLINE void FN(plan_parts)(correlation *c, ptrdiff_t images, ptrdiff_t elements)
{
    const ptrdiff_t bytes = elements * (ptrdiff_t)sizeof(real);
    const ptrdiff_t parts = bytes > WHOLE_BYTES ? smaller(c->K, ceil_div(bytes, PART_BYTES)) : 1;
    c->part = ceil_div(c->K, parts);
    c->open = parts > 1 ? c->M * FN(open_vectors)(images * c->vectors) * LANES : 0;
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
