/* Max pooling. The forward pass notes in a byte which place of its window was the largest, so that the
   backward pass neither reads x nor compares. Ties: a later place must be truly larger, so the first wins.
   NaN: larger than any number, and the first NaN wins. */

/* `yes` where the mask is set, `no` where not. */
INLINE vec FN(select)(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }

INLINE void FN(compete)(vec *best, ivec *winner, vec value, integer place)
{
    ivec wins = (value > *best) | ((value != value) & (*best == *best));
    *best = FN(select)(wins, value, *best);
    *winner = (wins & place) | (~wins & *winner);
}

INLINE void FN(write_winners)(vec best, ivec winner, real *out, uint8_t *winners)
{
    FN(store)(out, best);
    *(bytes *)winners = __builtin_convertvector(winner, bytes);
}

/* Windows of 2 x 2 side by side, rows of at least one vector. */
NOINLINE void FN(pool_2x2)(const pool_shape *s, const real *x, real *out, uint8_t *winners)
{
    for (ptrdiff_t i = 0; i < s->OH; i++)
        for (ptrdiff_t j = 0; j < s->OW; j += LANES) {
            const ptrdiff_t at = smaller(j, s->OW - LANES);
            const real *upper = x + 2 * i * s->W + 2 * at, *lower = upper + s->W;
            vec a = FN(load)(upper), b = FN(load)(upper + LANES);
            vec c = FN(load)(lower), d = FN(load)(lower + LANES);
            vec best = __builtin_shuffle(a, b, EVEN);
            ivec winner = {0};
            FN(compete)(&best, &winner, __builtin_shuffle(a, b, ODD), 1);
            FN(compete)(&best, &winner, __builtin_shuffle(c, d, EVEN), 2);
            FN(compete)(&best, &winner, __builtin_shuffle(c, d, ODD), 3);
            FN(write_winners)(best, winner, out + i * s->OW + at, winners + i * s->OW + at);
        }
}

NOINLINE void FN(pool_2x2_back)(const pool_shape *s, const real *dout, const uint8_t *winners, real *dx)
{
    for (ptrdiff_t i = 0; i < s->OH; i++) {
        real *row[2] = {dx + 2 * i * s->W, dx + (2 * i + 1) * s->W};
        for (ptrdiff_t j = 0; j < s->OW; j += LANES) {
            const ptrdiff_t at = smaller(j, s->OW - LANES);
            const vec d = FN(load)(dout + i * s->OW + at), zero = {0};
            const ivec winner = __builtin_convertvector(*(const bytes *)(winners + i * s->OW + at), ivec);
            UNROLL for (int p = 0; p < 2; p++) {
                const vec even = FN(select)(winner == (integer)(2 * p), d, zero);
                const vec odd = FN(select)(winner == (integer)(2 * p + 1), d, zero);
                FN(store)(row[p] + 2 * at, __builtin_shuffle(even, odd, LOWER_MIXED));
                FN(store)(row[p] + 2 * at + LANES, __builtin_shuffle(even, odd, UPPER_MIXED));
            }
        }
        for (ptrdiff_t z = 2 * s->OW; z < s->W; z++)
            row[0][z] = row[1][z] = 0;
    }
    for (ptrdiff_t e = 2 * s->OH * s->W; e < s->H * s->W; e++)
        dx[e] = 0;
}

/* Windows of any kind, from planes that are split by stride (`copy_planes`). */
NOINLINE void FN(pool_any)(const pool_shape *s, const ptrdiff_t *off, ptrdiff_t pitch, const real *planes,
                           real *out, uint8_t *winners)
{
    for (ptrdiff_t i = 0; i < s->OH; i++)
        for (ptrdiff_t j = 0; j < s->OW; j += LANES) {
            const ptrdiff_t at = larger(0, smaller(j, s->OW - LANES)), k = i * s->OW + at;
            const real *base = planes + i * pitch + at;
            vec best = FN(load)(base);
            ivec winner = {0};
            for (ptrdiff_t place = 1; place < s->PH * s->PW; place++)
                FN(compete)(&best, &winner, FN(load)(base + off[place]), (integer)place);
            if (s->OW >= LANES) {
                FN(write_winners)(best, winner, out + k, winners + k);
                continue;
            }
            for (ptrdiff_t lane = 0; lane < s->OW; lane++) {
                out[k + lane] = best[lane];
                winners[k + lane] = (uint8_t)winner[lane];
            }
        }
}

INLINE int FN(is_2x2)(const pool_shape *s)
{
    return s->PH == 2 && s->PW == 2 && s->stride == 2 && s->OW >= LANES;
}

/* The windows of a plane as those of a convolution. */
INLINE conv_shape FN(as_convolution)(const pool_shape *s)
{
    return (conv_shape){
        .C = 1, .HH = s->PH, .WW = s->PW, .stride = s->stride, .OH = s->OH, .OW = s->OW};
}

/* What the threads share; a piece of work is some planes. */
typedef struct {
    const pool_shape *s;
    const FN(layout) *l;   /* of the planes split by stride */
    const real *from;      /* x, or dout */
    real *to;              /* out, or dx */
    uint8_t *winners;
    ptrdiff_t some, pieces; /* planes of a piece, and how many pieces */
    ptrdiff_t next;         /* the piece that is taken next */
    int failed;             /* a thread had no memory */
} FN(pool_job);

INLINE void FN(plan_pool)(FN(pool_job) *job, int threads)
{
    job->some = threads > 1 ? larger(1, job->s->planes / (16 * (ptrdiff_t)threads)) : job->s->planes;
    job->pieces = ceil_div(job->s->planes, job->some);
}

NOINLINE void FN(pool_work)(FN(pool_job) *job)
{
    const pool_shape *s = job->s;
    const FN(layout) *l = job->l;
    const ptrdiff_t area = s->H * s->W, pixels = s->OH * s->OW;
    const conv_shape shape = FN(as_convolution)(s);
    const int is_2x2 = FN(is_2x2)(s);
    ptrdiff_t off[256];
    real *planes = NULL;
    if (!is_2x2) {
        FN(tap_offsets)(&shape, l, l->plane, off);
        planes = calloc((size_t)(l->elements + LANES), sizeof(real));
        if (!planes) {
            fail(&job->failed);
            return;
        }
    }
    for (ptrdiff_t piece; (piece = take(&job->next)) < job->pieces;)
        for (ptrdiff_t n = piece * job->some; n < smaller(s->planes, (piece + 1) * job->some); n++) {
            const real *x = job->from + n * area;
            real *out = job->to + n * pixels;
            uint8_t *winners = job->winners + n * pixels;
            if (is_2x2) {
                FN(pool_2x2)(s, x, out, winners);
                continue;
            }
            FN(copy_planes)(x, 1, 1, 1, s->H, s->W, s->stride, l->phase_rows, l->phase_cols, 0, 0, l->rows,
                            l->pitch, planes);
            FN(pool_any)(s, off, l->pitch, planes, out, winners);
        }
    free(planes);
}

NOINLINE int FN(pool_forward)(int threads, const pool_shape *s, const real *x, real *out, uint8_t *winners)
{
    const conv_shape shape = FN(as_convolution)(s);
    const FN(layout) l = FN(layout_of)(&shape);
    FN(pool_job) job = {.s = s, .l = &l, .from = x, .to = out, .winners = winners};
    FN(plan_pool)(&job, threads);
    ON_THREADS(threads, job.pieces, FN(pool_work)(&job))
    return job.failed ? -1 : 0;
}

NOINLINE void FN(pool_back_work)(FN(pool_job) *job)
{
    const pool_shape *s = job->s;
    const ptrdiff_t area = s->H * s->W, pixels = s->OH * s->OW;
    const int is_2x2 = FN(is_2x2)(s);
    ptrdiff_t off[256];
    for (ptrdiff_t place = 0; place < s->PH * s->PW; place++)
        off[place] = place / s->PW * s->W + place % s->PW;
    for (ptrdiff_t piece; (piece = take(&job->next)) < job->pieces;)
        for (ptrdiff_t n = piece * job->some; n < smaller(s->planes, (piece + 1) * job->some); n++) {
            const real *d = job->from + n * pixels;
            const uint8_t *winner = job->winners + n * pixels;
            real *to = job->to + n * area;
            if (is_2x2) {
                FN(pool_2x2_back)(s, d, winner, to);
                continue;
            }
            memset(to, 0, (size_t)area * sizeof(real));
            for (ptrdiff_t i = 0; i < s->OH; i++)
                for (ptrdiff_t j = 0; j < s->OW; j++)
                    to[i * s->stride * s->W + j * s->stride + off[*winner++]] += *d++;
        }
}

NOINLINE int FN(pool_backward)(int threads, const pool_shape *s, const real *dout, const uint8_t *winners,
                               real *dx)
{
    FN(pool_job) job = {.s = s, .from = dout, .to = dx, .winners = (uint8_t *)winners};
    FN(plan_pool)(&job, threads);
    ON_THREADS(threads, job.pieces, FN(pool_back_work)(&job))
    return 0;
}
