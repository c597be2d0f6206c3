"""The affine layer on secret inputs."""

import math

import pytest

from grader.suite import check, expect_backward, expect_forward

SHAPES = [((5,), 4), ((2, 3, 4), 6), ((1, 1, 4), 4)]
every_shape = pytest.mark.parametrize(("dims", "M"), SHAPES, ids=["rows", "images", "square"])


def inputs(draw, dims, M, N=7):
    """Fresh x, w and b."""
    shapes = ((N, *dims), (math.prod(dims), M), (M,))
    return tuple(draw.standard_normal(shape) for shape in shapes)


@check("affine", about="affine_forward")
@every_shape
def test_forward(subject, draw, reference, dims, M):
    """Affine forward equals x w + b, twice with equal shapes and new values."""
    for _ in range(2):
        expect_forward(subject.layers.affine_forward, reference.affine_forward, inputs(draw, dims, M))


@check("affine", about="affine_backward", needs="affine_forward")
@every_shape
def test_backward(subject, draw, reference, dims, M):
    """Affine backward gives dx, dw and db, twice with equal shapes and new values."""
    passes = subject.layers.affine_forward, subject.layers.affine_backward
    trusted = reference.affine_forward, reference.affine_backward
    for _ in range(2):
        expect_backward(passes, trusted, inputs(draw, dims, M), draw=draw)


@check("affine", about="affine_forward", weight=0.5)
def test_forward_single_example(subject, draw, reference):
    """Affine forward works for a mini-batch of one."""
    arguments = inputs(draw, (3, 2), 5, N=1)
    expect_forward(subject.layers.affine_forward, reference.affine_forward, arguments)
