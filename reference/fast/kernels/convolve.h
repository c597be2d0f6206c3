/* A convolution forward and backward: memory, threads, and the order of the steps.

   Threads take a piece of work each until none is left. Each has scratch memory of its own. */

/* What the threads of a forward pass share. A piece of work is a group of images. */
typedef struct {
    const conv_shape *s;
    const FN(layout) *l;
    const correlation *c;
    const real *x, *bias;
    real *out;
    ptrdiff_t group, groups; /* images of a group, and how many groups */
    int as_is;               /* x needs no copy */
    ptrdiff_t next;          /* the group that is taken next */
    int failed;              /* a thread had no memory */
} FN(forward_job);

NOINLINE void FN(forward_work)(FN(forward_job) *job)
{
    const conv_shape *s = job->s;
    const FN(layout) *l = job->l;
    const correlation *c = job->c;
    const ptrdiff_t group = job->group, pixels = s->OH * s->OW, apart = group * c->image;
    const size_t planes_size = job->as_is ? 0 : (size_t)(group * l->elements + LANES);
    const size_t result_size = c->flat ? (size_t)(s->F * apart) : 0;
    real *planes = malloc((planes_size + result_size + (size_t)c->open + LANES) * sizeof(real));
    real *result = planes + planes_size, *sums = result + result_size;
    if (!planes)
        fail(&job->failed);
    for (ptrdiff_t n; planes && (n = take(&job->next)) < job->groups;) {
        const ptrdiff_t first = n * group, images = smaller(group, s->N - first);
        const real *from = job->x + first * s->C * s->H * s->W;
        real *to = job->out + first * s->F * pixels;
        if (!job->as_is) {
            FN(copy_planes)(from, images, group, s->C, s->H, s->W, s->stride, l->phase_rows, l->phase_cols,
                            s->pad, s->pad, l->rows, l->pitch, planes);
            from = planes;
        }
        if (!c->flat) {
            FN(correlate)(c, images, from, job->bias, to, pixels, sums);
            continue;
        }
        FN(correlate)(c, images, from, job->bias, result, apart, sums);
        for (ptrdiff_t f = 0; f < s->F; f++)
            FN(spread)(c, images, result + f * apart, to + f * pixels, 1, s->OW, s->F * pixels);
    }
    free(planes);
}

NOINLINE int FN(conv_forward)(int threads, const conv_shape *shape, const real *x, const real *w,
                              const real *bias, real *out)
{
    const conv_shape t = FN(simplified)(shape), *s = &t;
    const FN(layout) l = FN(layout_of)(s);
    const ptrdiff_t K = s->C * s->HH * s->WW;
    /* Without margin and stride the image is its own plane. */
    const int as_is = s->stride == 1 && s->pad == 0 && (s->OH - 1) * l.pitch + s->OW >= LANES &&
                      l.rows == s->H && l.pitch == s->W;
    const ptrdiff_t group = as_is ? 1 : FN(group_size)(s, l.elements);
    correlation c;
    FN(forward_job) job = {s, &l, &c, x, bias, out, group, ceil_div(s->N, group), as_is, 0, 0};
    int failed = FN(allocate)(&c, K, s->F);
    c.rows = s->OH;
    c.cols = s->OW;
    failed = failed || FN(plan_vectors)(&c, group, 0, l.pitch, l.plane, 1, s->F * s->OH * s->OW);
    if (!failed) {
        FN(plan_parts)(&c, group, group * l.elements);
        FN(tap_offsets)(s, &l, group * l.plane, c.off);
        for (ptrdiff_t block = 0; block < c.blocks; block++) {
            ptrdiff_t m0 = FN(block_begin)(c.M, c.blocks, block);
            ptrdiff_t m1 = FN(block_begin)(c.M, c.blocks, block + 1);
            real *packed = c.w + m0 * K;
            for (ptrdiff_t k = 0; k < K; k++)
                for (ptrdiff_t m = m0; m < m1; m++)
                    *packed++ = w[m * K + k];
        }
        ON_THREADS(threads, job.groups, FN(forward_work)(&job))
    }
    FN(release)(&c);
    return failed || job.failed ? -1 : 0;
}

/* Whether all numbers are finite: what is not, minus itself, is NaN. */
NOINLINE int FN(finite)(const real *from, ptrdiff_t count)
{
    integer finite = 1;
    for (ptrdiff_t i = 0; i < count; i++)
        finite &= from[i] - from[i] == 0;
    return (int)finite;
}

/* What the threads of a backward pass share. A piece of work is a slot: some groups of images whose dw and db
   are summed in this order. */
typedef struct {
    const conv_shape *s;
    const FN(layout) *l;
    const gradient *d;
    const FN(pairs) *p;
    const real *x, *dout;
    real *dx;              /* NULL if nobody asks for it */
    const ptrdiff_t *off;  /* of the taps in the planes of x */
    real *sums;            /* for each slot dw, as `add_dots` wants it, and db */
    ptrdiff_t of_dw;       /* elements of dw in a slot */
    ptrdiff_t group, groups, slots;
    int as_is;             /* x needs no copy */
    ptrdiff_t next;        /* the slot that is taken next */
    int failed;            /* a thread had no memory */
} FN(backward_job);

NOINLINE void FN(backward_work)(FN(backward_job) *job)
{
    const conv_shape *s = job->s;
    const FN(layout) *l = job->l;
    const gradient *d = job->d;
    const FN(pairs) *p = job->p;
    const ptrdiff_t group = job->group, pixels = s->OH * s->OW, of_image = s->C * s->H * s->W;
    const size_t planes_size = (size_t)larger(job->as_is ? 0 : group * l->elements, s->F * group * d->plane);
    const size_t copy_size = (size_t)larger(d->result + d->open, p->as_is ? 0 : s->F * group * p->image);
    /* The vectors may pass the end of the planes, but only where dout is 0: 0, so that no NaN that happens to
       lie there gets into the sum. */
    const size_t past = 2 * LANES;
    real *planes = malloc((planes_size + past + copy_size + LANES) * sizeof(real));
    real *copy = planes + planes_size + past;
    if (planes)
        memset(planes, 0, (planes_size + past) * sizeof(real));
    else
        fail(&job->failed);
    for (ptrdiff_t slot; planes && (slot = take(&job->next)) < job->slots;) {
        real *dw = job->sums + slot * (job->of_dw + s->F), *db = dw + job->of_dw;
        const ptrdiff_t last = job->groups * (slot + 1) / job->slots;
        for (ptrdiff_t n = job->groups * slot / job->slots; n < last; n++) {
            const ptrdiff_t first = n * group, images = smaller(group, s->N - first);
            const real *x = job->x + first * of_image, *dout = job->dout + first * s->F * pixels;
            if (job->dx)
                FN(gradient_of_group)(s, d, images, group, dout, planes, copy, copy + d->result,
                                      job->dx + first * of_image);
            if (!job->as_is)
                FN(copy_planes)(x, images, group, s->C, s->H, s->W, s->stride, l->phase_rows, l->phase_cols,
                                s->pad, s->pad, l->rows, l->pitch, planes);
            if (!p->as_is)
                FN(copy_dout)(s, p, images, group, dout, copy);
            FN(add_dots)(s, job->off, p, images, job->as_is ? x : planes, group * l->elements,
                         p->as_is ? dout : copy, p->as_is ? pixels : group * p->image, dw);
            FN(add_totals)(s, images, dout, db);
        }
    }
    free(planes);
}

/* Without `dx` (NULL) only dw and db. 1 where the zeros of the margins have met a NaN or infinity, and the
   gradients are not to be used: in w, or from x or dout in dw. */
NOINLINE int FN(conv_backward)(int threads, const conv_shape *shape, const real *x, const real *w,
                               const real *dout, real *dx, real *dw, real *db)
{
    const conv_shape t = FN(simplified)(shape), *s = &t;
    const FN(layout) l = FN(layout_of)(s);
    const ptrdiff_t K = s->C * s->HH * s->WW;
    if (dx && !FN(finite)(w, s->F * K))
        return 1;
    const ptrdiff_t group = FN(group_size)(s, larger(l.elements, s->F * s->OH * s->OW));
    const ptrdiff_t groups = ceil_div(s->N, group), slots = smaller(groups, SLOTS);
    /* Reading x itself is safe only where no vector passes the end of a row. */
    const int as_is = group == 1 && s->stride == 1 && s->pad == 0 && s->OW % LANES == 0 && l.rows == s->H &&
                      l.pitch == s->W;
    const ptrdiff_t of_dw = FN(packed_size)(s);
    gradient d = {0};
    FN(pairs) p = {0};
    ptrdiff_t *off = malloc((size_t)K * sizeof(ptrdiff_t));
    real *sums = calloc((size_t)(slots * (of_dw + s->F)), sizeof(real));
    FN(backward_job) job = {s, &l, &d, &p, x, dout, dx, off, sums, of_dw, group, groups, slots, as_is, 0, 0};
    int failed = !off || !sums || (dx && FN(plan_gradient)(&d, s, group, w)) || FN(plan_pairs)(&p, s, &l, group);
    if (!failed) {
        FN(tap_offsets)(s, &l, group * l.plane, off);
        ON_THREADS(threads, slots, FN(backward_work)(&job))
        memset(dw, 0, (size_t)(s->F * K) * sizeof(real));
        memset(db, 0, (size_t)s->F * sizeof(real));
        for (ptrdiff_t slot = 0; slot < slots; slot++) {
            const real *from = sums + slot * (of_dw + s->F);
            FN(add_packed)(s, from, dw);
            for (ptrdiff_t f = 0; f < s->F; f++)
                db[f] += from[of_dw + f];
        }
    }
    FN(release_gradient)(&d);
    free(p.in);
    free(off);
    free(sums);
    return failed || job.failed ? -1 : !FN(finite)(dw, s->F * K);
}
