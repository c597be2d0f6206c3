/* Planes: images with their margin, split by stride, so that each tap of a window finds its pixels side by
   side. Images are taken in groups, whose planes of a channel follow each other. */

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

/* The columns, or rows, of a plane that lie inside of the image: index * stride + first in [0, size). */
INLINE void FN(inside)(ptrdiff_t first, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t length, ptrdiff_t *begin,
                       ptrdiff_t *end)
{
    *begin = first >= 0 ? 0 : smaller(length, ceil_div(-first, stride));
    *end = larger(*begin, size <= first ? 0 : smaller(length, ceil_div(size - first, stride)));
}

/* Rows of a plane: zeros, `count` pixels, zeros. Each may overwrite up to LANES elements behind itself, which
   the next one sets right. */
INLINE void FN(copy_rows)(const ptrdiff_t step, ptrdiff_t rows, real *to, ptrdiff_t pitch, ptrdiff_t begin,
                          ptrdiff_t end, const real *from, ptrdiff_t from_pitch, const real *last)
{
    for (ptrdiff_t u = 0; u < rows; u++, to += pitch, from += from_pitch) {
        FN(clear)(to, begin);
        FN(gather)(to + begin, from, step, end - begin, last);
        FN(clear)(to + end, pitch - end);
    }
}

/* Copy channels of images into planes, with margins and split by stride: plane (channel, a, b) of image g
   holds the pixels (u * stride + a - top, v * stride + b - left) at u * pitch + v, and 0 outside of the
   image. So every tap of a convolution finds its pixels side by side. Up to LANES elements behind the planes
   are overwritten. */
NOINLINE void FN(copy_planes)(const real *x, ptrdiff_t images, ptrdiff_t group, ptrdiff_t C, ptrdiff_t H,
                              ptrdiff_t W, ptrdiff_t stride, ptrdiff_t phase_rows, ptrdiff_t phase_cols,
                              ptrdiff_t top, ptrdiff_t left, ptrdiff_t rows, ptrdiff_t pitch, real *planes)
{
    const real *last = x + images * C * H * W - LANES; /* where a vector can still be read */
    const ptrdiff_t step = stride * W;
    for (ptrdiff_t c = 0; c < C; c++)
        for (ptrdiff_t a = 0; a < phase_rows; a++)
            for (ptrdiff_t b = 0; b < phase_cols; b++, planes += group * rows * pitch) {
                ptrdiff_t begin, end, above, below;
                FN(inside)(b - left, stride, W, pitch, &begin, &end);
                FN(inside)(a - top, stride, H, rows, &above, &below);
                if (begin == end)
                    above = below = 0;
                const ptrdiff_t count = below - above;
                for (ptrdiff_t g = 0; g < images; g++) {
                    real *to = planes + g * rows * pitch;
                    FN(clear)(to, above * pitch);
                    to += above * pitch;
                    if (count > 0) {
                        const real *from = x + ((g * C + c) * H + above * stride + a - top) * W;
                        from += begin * stride + b - left;
                        if (stride == 1)
                            FN(copy_rows)(1, count, to, pitch, begin, end, from, step, last);
                        else if (stride == 2)
                            FN(copy_rows)(2, count, to, pitch, begin, end, from, step, last);
                        else if (stride == 3)
                            FN(copy_rows)(3, count, to, pitch, begin, end, from, step, last);
                        else
                            FN(copy_rows)(stride, count, to, pitch, begin, end, from, step, last);
                    }
                    FN(clear)(to + count * pitch, (rows - below) * pitch);
                }
            }
}
