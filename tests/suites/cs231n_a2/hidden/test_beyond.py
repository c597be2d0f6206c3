"""Beyond the notebook: what the course does not try and real code must survive, apart from the score.

Numbers: scores near 1000, a batch of one, float32, and epsilon where it shows: RMSprop and Adam add it
to the root, as the course notes have it.
Shapes: gradients in exactly the shape of their variable.
Memory: arrays that must not be written to, or whose entries do not lie side by side.
"""

import numpy as np
import pytest

from grader.suite import (
    SINGLE,
    call_text,
    check,
    expect_array,
    expect_backward,
    expect_forward,
    expect_loss_function,
    expect_property,
    expect_shape,
)

SIZE = 1e4
"""Of the inputs of normalizations, so that nothing here depends on where epsilon stands."""


def parameters(draw, *shape):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape), draw.standard_normal(shape)


def away_from_zero(draw, *shape):
    """Numbers of either sign that keep away from zero."""
    return draw.uniform(0.1, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


def affine(draw, N):
    """Arguments of the affine layer."""
    return draw.standard_normal((N, 2, 3)), draw.standard_normal((6, 5)), draw.standard_normal(5)


def convolution(draw, N):
    """Arguments of a convolution."""
    x, w, b = (draw.standard_normal(shape) for shape in ((N, 2, 4, 4), (3, 2, 3, 3), (3,)))
    return x, w, b, {"stride": 1, "pad": 1}


def pooling(draw, N):
    """Arguments of max pooling. The numbers all keep a distance, so that no window has a tie."""
    x = draw.permutation(np.linspace(-1.0, 1.0, N * 48)).reshape(N, 2, 4, 6)
    return x, {"pool_height": 2, "pool_width": 2, "stride": 2}


# By name: the forward and the backward pass, and what makes arguments for N examples.
LAYERS = {
    "affine": ("affine_forward", "affine_backward", affine),
    "relu": ("relu_forward", "relu_backward", lambda draw, N: (away_from_zero(draw, N, 4),)),
    "batchnorm": (
        "batchnorm_forward",
        "batchnorm_backward",
        lambda draw, N: (SIZE * draw.standard_normal((3 * N, 5)), *parameters(draw, 5), {"mode": "train"}),
    ),
    "batchnorm-alt": (
        "batchnorm_forward",
        "batchnorm_backward_alt",
        lambda draw, N: (SIZE * draw.standard_normal((3 * N, 5)), *parameters(draw, 5), {"mode": "train"}),
    ),
    "layernorm": (
        "layernorm_forward",
        "layernorm_backward",
        lambda draw, N: (SIZE * draw.standard_normal((N, 7)), *parameters(draw, 7), {}),
    ),
    "spatial-batchnorm": (
        "spatial_batchnorm_forward",
        "spatial_batchnorm_backward",
        lambda draw, N: (SIZE * draw.standard_normal((N, 3, 4, 5)), *parameters(draw, 3), {"mode": "train"}),
    ),
    "conv": ("conv_forward_naive", "conv_backward_naive", convolution),
    "pool": ("max_pool_forward_naive", "max_pool_backward_naive", pooling),
}


def layers(*names, about):
    """One case for each of these layers, about its ``"forward"`` or ``"backward"`` pass or ``"both"``."""
    cases = []
    for name in names:
        forward, backward, _ = LAYERS[name]
        marks = {
            "forward": check("beyond", about=forward),
            "backward": check("beyond", about=backward, needs=forward),
            "both": check("beyond", about=(forward, backward)),
        }
        cases.append(pytest.param(LAYERS[name], id=name, marks=marks[about]))
    return pytest.mark.parametrize("layer", cases)


def functions(**names):
    """One case for each of these functions."""
    cases = [pytest.param(name, id=key, marks=check("beyond", about=name)) for key, name in names.items()]
    return pytest.mark.parametrize("name", cases)


losses = functions(softmax="softmax_loss", svm="svm_loss")
rules = functions(momentum="sgd_momentum", rmsprop="rmsprop", adam="adam")


def expect_passes(subject, reference, draw, layer, arguments, **options):
    """Require the trusted output and the trusted gradients."""
    __tracebackhide__ = True
    forward, backward, _ = layer
    passes = getattr(subject.layers, forward), getattr(subject.layers, backward)
    trusted = getattr(reference, forward), getattr(reference, backward)
    expect_forward(passes[0], trusted[0], arguments, **options)
    expect_backward(passes, trusted, arguments, draw=draw, **options)


# A batch of one


@layers("layernorm", "conv", "pool", about="both")
def test_one_example(subject, draw, reference, layer):
    """The layer works for a batch of one, forward and backward."""
    expect_passes(subject, reference, draw, layer, layer[2](draw, 1))


@losses
def test_one_example_loss(subject, draw, reference, name):
    """The loss works for a batch of one."""
    arguments = 0.07 * draw.choice(60, size=(1, 5), replace=False), draw.integers(5, size=1)
    expect_loss_function(getattr(subject.layers, name), getattr(reference, name), arguments)


# Exact shapes


@layers("affine", "batchnorm", "batchnorm-alt", "layernorm", "spatial-batchnorm", "conv", about="backward")
def test_gradient_shapes(subject, draw, reference, layer):
    """Every gradient has exactly the shape of its variable, vectors too."""
    forward, backward, make = layer
    passes = getattr(subject.layers, forward), getattr(subject.layers, backward)
    trusted = getattr(reference, forward), getattr(reference, backward)
    expect_backward(passes, trusted, make(draw, 3), draw=draw, strict=True)


# Numbers


@check("beyond", about="softmax_loss")
def test_softmax_large_scores(subject, draw, reference):
    """The softmax loss does not overflow for scores near 1000."""
    arguments = 1000 + 3 * draw.standard_normal((6, 4)), draw.integers(4, size=6)
    expect_loss_function(subject.layers.softmax_loss, reference.softmax_loss, arguments)


@check("beyond", about="softmax_loss")
def test_softmax_rows_far_apart(subject, draw, reference):
    """The softmax loss is right where the scores of one example lie thousands below those of another."""
    scores = draw.standard_normal((4, 3)) + 1000.0 * np.arange(4)[:, np.newaxis]
    arguments = scores, draw.integers(3, size=4)
    expect_loss_function(subject.layers.softmax_loss, reference.softmax_loss, arguments)


@check("beyond", about="dropout_forward")
def test_dropout_keeps_all(subject, draw):
    """With a probability of 1 to keep a unit, dropout changes nothing."""
    forward, x = subject.layers.dropout_forward, away_from_zero(draw, 6, 5)
    out, _ = forward(x, {"mode": "train", "p": 1.0})
    expect_array("out", out, x, call=call_text(forward))


@functions(rmsprop="rmsprop", adam="adam")
def test_update_epsilon(subject, draw, reference, name):
    """Epsilon is added to the root of the average, outside of it; it is what the caller asks for."""
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    for epsilon in (1e-2, 1e-3):
        w, dw = draw.standard_normal((4, 3)), 0.01 * away_from_zero(draw, 4, 3)
        settings = {"learning_rate": 0.1, "epsilon": epsilon}
        next_w, _ = rule(w, dw, dict(settings))
        wanted, _ = trusted(w, dw, dict(settings))
        expect_array("next_w", next_w, wanted, call=call_text(rule))


def single(value):
    """The same in float32."""
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value


@layers("affine", "batchnorm", "conv", "pool", about="both")
def test_float32(subject, draw, reference, layer):
    """The layer takes float32, forward and backward. What dtype comes back is left open."""
    arguments = tuple(single(value) for value in layer[2](draw, 3))
    expect_passes(subject, reference, draw, layer, arguments, tolerance=SINGLE)


@rules
def test_update_float32(subject, draw, reference, name):
    """The update rule takes float32. What dtype comes back is left open."""
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    w, dw = single(draw.standard_normal((4, 3))), single(away_from_zero(draw, 4, 3))
    next_w, _ = rule(w, dw, {"learning_rate": 0.1})
    wanted, _ = trusted(w, dw, {"learning_rate": 0.1})
    expect_array("next_w", next_w, wanted, call=call_text(rule), tolerance=SINGLE)


# Memory


@layers(*(name for name in LAYERS if name != "batchnorm-alt"), about="both")
def test_read_only(subject, draw, reference, layer):
    """The layer works on arrays that must not be written to, forward and backward."""
    expect_passes(subject, reference, draw, layer, layer[2](draw, 3), layout="read-only")


@layers("affine", "batchnorm", "conv", "pool", about="both")
def test_scattered(subject, draw, reference, layer):
    """The layer works on arrays whose entries do not lie side by side in memory."""
    for layout in ("strided", "fortran"):
        expect_passes(subject, reference, draw, layer, layer[2](draw, 3), layout=layout)


@losses
def test_read_only_loss(subject, draw, reference, name):
    """The loss works on scores that must not be written to."""
    arguments = 0.07 * draw.choice(60, size=(4, 5), replace=False), draw.integers(5, size=4)
    function, trusted = getattr(subject.layers, name), getattr(reference, name)
    expect_loss_function(function, trusted, arguments, layout="read-only")


@check("beyond", about=("dropout_forward", "dropout_backward"))
def test_read_only_dropout(subject, draw):
    """Dropout works on arrays that must not be written to, forward and backward."""
    forward, backward = subject.layers.dropout_forward, subject.layers.dropout_backward
    x, dout = away_from_zero(draw, 10, 20), away_from_zero(draw, 10, 20)
    out, cache = forward(x, {"mode": "train", "p": 0.4}, layout="read-only")
    mask = expect_shape("out", out, x.shape, call=call_text(forward)) / x
    dx = backward(dout, cache, layout="read-only")
    factors = expect_shape("dx", dx, x.shape, call=call_text(backward)) / dout
    text = "the gradients are not multiplied by what the units were multiplied by"
    holds = bool(np.allclose(factors, mask))
    expect_property("factors of the gradients", holds, text, call=call_text(backward))


@rules
def test_read_only_update(subject, draw, reference, name):
    """The update rule works on weights and gradients that must not be written to."""
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    w, dw = draw.standard_normal((4, 3)), 10 * away_from_zero(draw, 4, 3)
    next_w, _ = rule(w, dw, {"learning_rate": 0.1}, layout="read-only")
    wanted, _ = trusted(w, dw, {"learning_rate": 0.1})
    expect_array("next_w", next_w, wanted, call=call_text(rule))
