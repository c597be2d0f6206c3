"""What no notebook of the course exercises and real code must survive. Reported apart from the score.

Shapes: no padding, strides that do not divide, images, filters and windows that are not square,
windows that overlap or leave gaps, images of one row, a batch of one; gradients and running averages
in exactly the shape of their variable.
Numbers: scores near 1000, float32, equal maxima in a window, epsilon where it shows. Epsilon stands
where the notebooks and the course notes have it: inside the root in the normalizations, outside of it
in RMSprop and Adam.
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
    expect_entry,
    expect_forward,
    expect_loss_function,
    expect_property,
    expect_shape,
)


def parameters(draw, *shape):
    """Gamma, of either sign but not near zero, and beta."""
    return draw.uniform(0.5, 2.0, shape) * draw.choice([-1.0, 1.0], shape), draw.standard_normal(shape)


def away_from_zero(draw, *shape):
    """Numbers of either sign that keep away from zero."""
    return draw.uniform(0.1, 2.0, shape) * draw.choice([-1.0, 1.0], shape)


def distinct(draw, *shape):
    """Numbers of either sign that all keep a distance, so that no window has a tie."""
    return draw.permutation(np.linspace(-1.0, 1.0, int(np.prod(shape)))).reshape(shape)


def convolution(draw, images, filters, stride, pad):
    """Arguments of a convolution."""
    x, w, b = (draw.standard_normal(shape) for shape in (images, filters, filters[:1]))
    return x, w, b, {"stride": stride, "pad": pad}


def pooling(draw, images, height, width, stride):
    """Arguments of max pooling."""
    return distinct(draw, *images), {"pool_height": height, "pool_width": width, "stride": stride}


class Layer:
    """A layer by the names of its two passes, and ordinary arguments for it."""

    def __init__(self, name, arguments, *, group="layers", kind="", trusted=None):
        self.names = f"{name}_forward{kind}", f"{name}_backward{kind}"
        self.trusted_names = trusted.names if trusted else self.names
        self.arguments = arguments
        self.group = group

    def passes(self, subject):
        """The submission's forward and backward pass."""
        group = getattr(subject, self.group)
        return tuple(getattr(group, name) for name in self.names)

    def trusted(self, reference):
        """The reference's forward and backward pass."""
        return tuple(getattr(reference, name) for name in self.trusted_names)

    def expect_forward(self, subject, reference, arguments, **options):
        """Require the trusted output."""
        __tracebackhide__ = True
        expect_forward(self.passes(subject)[0], self.trusted(reference)[0], arguments, **options)

    def expect_backward(self, subject, reference, arguments, draw, **options):
        """Require the trusted gradients."""
        __tracebackhide__ = True
        passes, trusted = self.passes(subject), self.trusted(reference)
        expect_backward(passes, trusted, arguments, draw=draw, **options)


AFFINE = Layer(
    "affine",
    lambda draw: (draw.standard_normal((4, 2, 3)), draw.standard_normal((6, 5)), draw.standard_normal(5)),
)
RELU = Layer("relu", lambda draw: (away_from_zero(draw, 5, 4),))
BATCHNORM = Layer(
    "batchnorm", lambda draw: (draw.standard_normal((8, 5)), *parameters(draw, 5), {"mode": "train"})
)
LAYERNORM = Layer("layernorm", lambda draw: (draw.standard_normal((4, 7)), *parameters(draw, 7), {}))
SPATIAL = Layer(
    "spatial_batchnorm",
    lambda draw: (draw.standard_normal((2, 3, 4, 5)), *parameters(draw, 3), {"mode": "train"}),
)
GROUPS = Layer(
    "spatial_groupnorm",
    lambda draw: (draw.standard_normal((2, 6, 4, 5)), *parameters(draw, 1, 6, 1, 1), 3, {}),
)
CONV = Layer(
    "conv", lambda draw: convolution(draw, (2, 3, 5, 5), (4, 3, 3, 3), stride=1, pad=1), kind="_naive"
)
POOL = Layer("max_pool", lambda draw: pooling(draw, (2, 3, 4, 6), 2, 2, stride=2), kind="_naive")
FAST_CONV = Layer("conv", CONV.arguments, group="fast", kind="_fast", trusted=CONV)
FAST_POOL = Layer("max_pool", POOL.arguments, group="fast", kind="_fast", trusted=POOL)


def forward_of(layer, *values, id):  # noqa: A002 - as pytest.param has it
    """A case about the forward pass of a layer."""
    return pytest.param(layer, *values, id=id, marks=check("beyond", about=layer.names[0]))


def backward_of(layer, *values, id):  # noqa: A002 - as pytest.param has it
    """A case about the backward pass of a layer."""
    marks = check("beyond", about=layer.names[1], needs=layer.names[0])
    return pytest.param(layer, *values, id=id, marks=marks)


def both_of(layer, *values, id):  # noqa: A002 - as pytest.param has it
    """A case about both passes of a layer."""
    return pytest.param(layer, *values, id=id, marks=check("beyond", about=layer.names))


# Shapes of images, filters and windows

CONVOLUTIONS = {
    "pad-0": ((2, 3, 5, 5), (4, 3, 3, 3), 1, 0),
    "stride-2-pad-0": ((2, 2, 7, 7), (3, 2, 3, 3), 2, 0),
    "stride-does-not-divide": ((2, 3, 6, 6), (2, 3, 3, 3), 2, 0),
    "not-square": ((2, 2, 4, 7), (3, 2, 4, 3), 2, 1),
    "one-row": ((2, 2, 1, 6), (3, 2, 1, 3), 1, 0),
}
POOLS = {
    "overlap": ((2, 2, 5, 5), 3, 3, 1),
    "not-square": ((2, 2, 4, 9), 2, 3, 2),
    "gaps": ((2, 2, 8, 8), 2, 2, 3),
    "stride-does-not-divide": ((2, 2, 5, 7), 2, 2, 2),
    "one-column": ((2, 2, 6, 1), 2, 1, 2),
}
FAST_CASES = [
    *((FAST_CONV, convolution, CONVOLUTIONS[name], f"conv-{name}") for name in ("pad-0", "not-square")),
    *((FAST_POOL, pooling, POOLS[name], f"pool-{name}") for name in ("overlap", "not-square")),
]
GEOMETRIES = [
    *((CONV, convolution, geometry, f"conv-{name}") for name, geometry in CONVOLUTIONS.items()),
    *((POOL, pooling, geometry, f"pool-{name}") for name, geometry in POOLS.items()),
    *((layer, make, geometry, f"fast-{name}") for layer, make, geometry, name in FAST_CASES),
]
fields = "layer", "make", "geometry"


@pytest.mark.parametrize(fields, [forward_of(*values, id=name) for *values, name in GEOMETRIES])
def test_forward(subject, draw, reference, layer, make, geometry):
    """Convolution and pooling forward are right for shapes and strides that the notebooks do not have."""
    for _ in range(2):
        layer.expect_forward(subject, reference, make(draw, *geometry))


@pytest.mark.parametrize(fields, [backward_of(*values, id=name) for *values, name in GEOMETRIES])
def test_backward(subject, draw, reference, layer, make, geometry):
    """Convolution and pooling backward are right for shapes and strides that the notebooks do not have."""
    for _ in range(2):
        layer.expect_backward(subject, reference, make(draw, *geometry), draw)


@pytest.mark.parametrize("layer", [backward_of(POOL, id="pool"), backward_of(FAST_POOL, id="fast-pool")])
def test_ties(subject, draw, layer):
    """A window with several equal maxima passes on the gradient that it gets, to these and no others."""
    forward, backward = layer.passes(subject)
    x, dout = draw.integers(0, 2, (3, 2, 6, 6)).astype(float), draw.standard_normal((3, 2, 3, 3))
    _, cache = forward(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    call = call_text(backward)
    dx = expect_shape("dx", backward(dout, cache), x.shape, call=call)
    sums = dx.reshape(3, 2, 3, 2, 3, 2).sum(axis=(3, 5))
    expect_array("dx summed over each window", sums, dout, call=call)
    largest = x.reshape(3, 2, 3, 2, 3, 2).max(axis=(3, 5), keepdims=True)
    others = dx.reshape(3, 2, 3, 2, 3, 2) * (x.reshape(3, 2, 3, 2, 3, 2) < largest)
    expect_array("dx of numbers that are not the largest", others, np.zeros_like(others), call=call)


# A batch of one

SINGLES = {
    "layernorm": (LAYERNORM, lambda draw: (draw.standard_normal((1, 6)), *parameters(draw, 6), {})),
    "groupnorm": (
        GROUPS,
        lambda draw: (draw.standard_normal((1, 4, 3, 5)), *parameters(draw, 1, 4, 1, 1), 2, {}),
    ),
    "conv": (CONV, lambda draw: convolution(draw, (1, 2, 4, 4), (3, 2, 3, 3), stride=1, pad=1)),
    "pool": (POOL, lambda draw: pooling(draw, (1, 1, 4, 4), 2, 2, stride=2)),
}


@pytest.mark.parametrize(
    ("layer", "make"), [both_of(layer, make, id=name) for name, (layer, make) in SINGLES.items()]
)
def test_one_example(subject, draw, reference, layer, make):
    """The layer works for a batch of one, forward and backward."""
    layer.expect_forward(subject, reference, make(draw))
    layer.expect_backward(subject, reference, make(draw), draw)


@check("beyond", about="batchnorm_forward")
def test_one_example_batchnorm(subject, draw):
    """In training a batch of one comes out of batch normalization as beta."""
    forward, (gamma, beta) = subject.layers.batchnorm_forward, parameters(draw, 4)
    out, _ = forward(draw.standard_normal((1, 4)), gamma, beta, {"mode": "train"})
    expect_array("out", out, beta[np.newaxis], call=call_text(forward))


losses = pytest.mark.parametrize(
    "name",
    [
        pytest.param("softmax_loss", id="softmax", marks=check("beyond", about="softmax_loss")),
        pytest.param("svm_loss", id="svm", marks=check("beyond", about="svm_loss")),
    ],
)


@losses
def test_one_example_loss(subject, draw, reference, name):
    """The loss works for a batch of one."""
    arguments = 0.07 * draw.choice(60, size=(1, 5), replace=False), draw.integers(5, size=1)
    expect_loss_function(getattr(subject.layers, name), getattr(reference, name), arguments)


# Exact shapes

STRICT = {
    "affine": AFFINE,
    "batchnorm": BATCHNORM,
    "batchnorm-alt": Layer("batchnorm", BATCHNORM.arguments),
    "layernorm": LAYERNORM,
    "spatial-batchnorm": SPATIAL,
    "groupnorm": GROUPS,
    "conv": CONV,
    "fast-conv": FAST_CONV,
}
STRICT["batchnorm-alt"].names = "batchnorm_forward", "batchnorm_backward_alt"
STRICT["batchnorm-alt"].trusted_names = STRICT["batchnorm-alt"].names


@pytest.mark.parametrize("layer", [backward_of(layer, id=name) for name, layer in STRICT.items()])
def test_gradient_shapes(subject, draw, reference, layer):
    """Every gradient has exactly the shape of its variable, vectors too."""
    layer.expect_backward(subject, reference, layer.arguments(draw), draw, strict=True)


@check("beyond", about="batchnorm_forward")
def test_running_average_shapes(subject, draw):
    """The running averages of batch normalization have exactly the shape of gamma and beta."""
    forward, (x, gamma, beta, bn_param) = subject.layers.batchnorm_forward, BATCHNORM.arguments(draw)
    forward(x, gamma, beta, bn_param)
    call = call_text(forward)
    for key, wanted in (("running_mean", 0.1 * x.mean(axis=0)), ("running_var", 0.1 * x.var(axis=0))):
        entry = expect_entry("bn_param", bn_param, key, call=call)
        expect_array(f"bn_param[{key!r}]", entry, wanted, call=call)


group_shapes = pytest.mark.parametrize("shape", [(1, 6, 1, 1), (6,)], ids=["as-images", "as-vectors"])


@check("beyond", about="spatial_groupnorm_forward")
@group_shapes
def test_groupnorm_forward(subject, draw, reference, shape):
    """Group normalization takes gamma and beta in shape (1, C, 1, 1) and in shape (C,)."""
    arguments = draw.standard_normal((2, 6, 4, 5)), *parameters(draw, *shape), 2, {}
    GROUPS.expect_forward(subject, reference, arguments)


@check("beyond", about="spatial_groupnorm_backward", needs="spatial_groupnorm_forward")
@group_shapes
def test_groupnorm_backward(subject, draw, reference, shape):
    """Group normalization gives dgamma and dbeta in exactly the shape in which gamma and beta came."""
    arguments = draw.standard_normal((2, 6, 4, 5)), *parameters(draw, *shape), 2, {}
    GROUPS.expect_backward(subject, reference, arguments, draw, strict=True)


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


EPSILON = {
    "batchnorm": (BATCHNORM, "mode"),
    "layernorm": (LAYERNORM, None),
    "groupnorm": (GROUPS, None),
}


@pytest.mark.parametrize(
    "layer",
    [
        forward_of(layer, id=name)
        for name, layer in STRICT.items()
        if name in ("batchnorm", "layernorm", "groupnorm")
    ],
)
def test_epsilon(subject, draw, reference, layer):
    """Epsilon is added to the variance, inside the root; it is 1e-5, or what the caller asks for."""
    for size, settings in ((0.01, {}), (1.0, {"eps": 0.1})):
        x, *others, param = layer.arguments(draw)
        layer.expect_forward(subject, reference, (size * x, *others, {**param, **settings}))


rules = {
    name: pytest.param(name, id=section, marks=check("beyond", about=name))
    for section, name in (("momentum", "sgd_momentum"), ("rmsprop", "rmsprop"), ("adam", "adam"))
}


@pytest.mark.parametrize("name", [rules["rmsprop"], rules["adam"]])
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
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == float else value


@pytest.mark.parametrize(
    "layer",
    [
        both_of(layer, id=name)
        for name, layer in (("affine", AFFINE), ("batchnorm", BATCHNORM), ("conv", CONV), ("pool", POOL))
    ],
)
def test_float32(subject, draw, reference, layer):
    """The layer takes float32, forward and backward. What dtype comes back is left open."""
    arguments = tuple(single(value) for value in layer.arguments(draw))
    layer.expect_forward(subject, reference, arguments, tolerance=SINGLE)
    layer.expect_backward(subject, reference, arguments, draw, tolerance=SINGLE)


@pytest.mark.parametrize("name", rules.values())
def test_update_float32(subject, draw, reference, name):
    """The update rule takes float32. What dtype comes back is left open."""
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    w, dw = single(draw.standard_normal((4, 3))), single(away_from_zero(draw, 4, 3))
    next_w, _ = rule(w, dw, {"learning_rate": 0.1})
    wanted, _ = trusted(w, dw, {"learning_rate": 0.1})
    expect_array("next_w", next_w, wanted, call=call_text(rule), tolerance=SINGLE)


# Memory

PROTECTED = STRICT | {"relu": RELU, "pool": POOL, "fast-pool": FAST_POOL}


@pytest.mark.parametrize(
    "layer", [both_of(layer, id=name) for name, layer in PROTECTED.items() if name != "batchnorm-alt"]
)
def test_read_only(subject, draw, reference, layer):
    """The layer works on arrays that must not be written to, forward and backward."""
    layer.expect_forward(subject, reference, layer.arguments(draw), layout="read-only")
    layer.expect_backward(subject, reference, layer.arguments(draw), draw, layout="read-only")


@pytest.mark.parametrize(
    "layer",
    [
        both_of(layer, id=name)
        for name, layer in PROTECTED.items()
        if name in ("affine", "batchnorm", "conv", "pool")
    ],
)
def test_scattered(subject, draw, reference, layer):
    """The layer works on arrays whose entries do not lie side by side in memory."""
    for layout in ("strided", "fortran"):
        layer.expect_forward(subject, reference, layer.arguments(draw), layout=layout)
        layer.expect_backward(subject, reference, layer.arguments(draw), draw, layout=layout)


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
    factors = (
        expect_shape("dx", backward(dout, cache, layout="read-only"), x.shape, call=call_text(backward))
        / dout
    )
    holds = bool(np.allclose(factors, mask))
    text = "the gradients are not multiplied by what the units were multiplied by"
    expect_property("factors of the gradients", holds, text, call=call_text(backward))


@pytest.mark.parametrize("name", rules.values())
def test_read_only_update(subject, draw, reference, name):
    """The update rule works on weights and gradients that must not be written to."""
    rule, trusted = getattr(subject.optim, name), getattr(reference, name)
    w, dw = draw.standard_normal((4, 3)), away_from_zero(draw, 4, 3)
    next_w, _ = rule(w, dw, {"learning_rate": 0.1}, layout="read-only")
    wanted, _ = trusted(w, dw, {"learning_rate": 0.1})
    expect_array("next_w", next_w, wanted, call=call_text(rule))
