"""Fully connected nets with dropout, alone and with normalization, on secret inputs.

Which units dropout drops is nobody's business but the net's: `rand`, `random` and `binomial` are all
right. So the masks are not compared but recovered. Where the last weights are zero the scores are the
last biases, the gradient of the scores is known, and the gradient of the last weights is its product
with the hidden units; with more classes than examples that can be solved for the hidden units.
"""

import math

import numpy as np

from grader.suite import check, expect_property, expect_shape
from grader.suite.nets import (
    assign,
    draw_parameters,
    expect_names,
    expect_own_gradients,
    expect_scores,
    fully_connected_shapes,
    layers_of_net,
)

D, C, N = 5, 4, 8
with_dropout = layers_of_net(dropout=True)


def nets(subject, reference, hidden, **options):
    """The submission's net and, without dropout, the trusted one."""
    settings = {"hidden_dims": hidden, "input_dim": D, "num_classes": C, "dtype": "float64"}
    plain = reference.FullyConnectedNet(**settings, normalization=options.get("normalization"))
    return subject.nets.FullyConnectedNet(**settings, **options), plain


def batch(draw):
    """Examples and their labels."""
    return draw.standard_normal((N, D)), draw.integers(C, size=N)


def call_text(labels=True, **options):
    """How reports name the call."""
    settings = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"FullyConnectedNet(..., {settings}).loss({'X, y' if labels else 'X'})"


# The masks, recovered

KEEP = 0.3
H = 100
CLASSES = 12


def active_parameters(draw, normalization):
    """Parameters with which every hidden unit is between 1 and 3 for inputs between 0 and 1.

    One hidden layer. Without a normalization nothing is negative, and W1 adds at most 1. With one, a
    normalized number is at most sqrt(H) = 10 in size, of which the scales make at most 1.
    """
    parameters = {
        "W1": draw.uniform(0.0, 1.0 / D, (D, H)),
        "b1": draw.uniform(1.0, 2.0, H),
        "W2": np.zeros((H, CLASSES)),
        "b2": draw.uniform(1.0, 2.0, CLASSES),
    }
    if normalization is not None:
        parameters |= {"gamma1": draw.uniform(0.05, 0.1, H), "beta1": np.full(H, 2.0)}
        parameters["W1"] *= 1e6  # so that epsilon is nothing next to the deviations
    return parameters


def active_batch(draw):
    """Inputs between 0 and 1, and labels that are all different."""
    return draw.uniform(0.0, 1.0, (N, D)), draw.permutation(CLASSES)[:N]


def last_hidden_units(net, X, y, biases, *, call):
    """The last hidden units in training, of a net whose last weights are zero."""
    exponentials = np.exp(biases)
    dscores = np.tile(exponentials / exponentials.sum() / N, (N, 1))
    dscores[np.arange(N), y] -= 1 / N
    grads = net.loss(X, y)[1]
    last, last_biases = ("W3", "b3") if "W3" in net.params else ("W2", "b2")
    expect_names("grads", grads, (last, last_biases), call=call)
    dW = expect_shape(f"grads[{last!r}]", grads[last], (H, CLASSES), call=call)
    db = expect_shape(f"grads[{last_biases!r}]", grads[last_biases], (CLASSES,), call=call, loose=True)
    off = float(np.abs(db - dscores.sum(axis=0)).max())
    text = "the last weights are zero, so the scores should be the last biases; in training they are not"
    expect_property("scores", off < 1e-9, text, call=call, got=np.array(off > 0))
    return (dW @ np.linalg.pinv(dscores)).T


def expect_rates(value, kept, *, call, alike=True):
    """In each array of truth values, the share that is true is near the probability to keep.

    By Hoeffding's inequality the share of n draws is off by t with a probability of 2 exp(-2 n t^2) at
    most: 1e-9 for the t below. ``alike``, whether all kept units have the same factor, only tells
    known mistakes apart.
    """
    rates = [float(np.mean(units)) if units.size else 0.0 for units in kept]
    allowed = [math.sqrt(math.log(2e9) / (2 * max(units.size, 1))) for units in kept]
    holds = all(abs(rate - KEEP) < most for rate, most in zip(rates, allowed, strict=True))
    shares = " and ".join(f"{100 * rate:.0f} %" for rate in rates)
    text = f"{shares} of the hidden units are kept, wanted {100 * KEEP:.0f} %"
    expect_property(value, holds, text, call=call, got=np.array([*rates, alike]), slack=0.15)


@check("fc_net_options", about="FullyConnectedNet", needs=with_dropout)
def test_dropout_of_hidden_units(subject, draw, reference):
    """In training, dropout keeps the given ratio of the hidden units and scales these up."""
    expect_dropout(subject, draw, reference, None)


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("batchnorm", dropout=True))
def test_dropout_after_batchnorm(subject, draw, reference):
    """With batch normalization, dropout comes last in a hidden layer and does the same."""
    expect_dropout(subject, draw, reference, "batchnorm")


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("layernorm", dropout=True))
def test_dropout_after_layernorm(subject, draw, reference):
    """With layer normalization, dropout comes last in a hidden layer and does the same."""
    expect_dropout(subject, draw, reference, "layernorm")


def expect_dropout(subject, draw, reference, normalization):
    """The hidden units of a net with one hidden layer, compared with those of a net without dropout."""
    options = {"normalization": normalization, "dropout_keep_ratio": KEEP}
    sizes = {"hidden_dims": [H], "input_dim": D, "num_classes": CLASSES, "dtype": "float64"}
    net = subject.nets.FullyConnectedNet(**sizes, **options)
    trusted = reference.FullyConnectedNet(**sizes, normalization=normalization)
    parameters = active_parameters(draw, normalization)
    assign([net, trusted], parameters)
    X, y = active_batch(draw)
    call = call_text(**options)
    units, whole = (last_hidden_units(one, X, y, parameters["b2"], call=call) for one in (net, trusted))
    ratios = units / whole
    kept = np.abs(ratios) > 1e-6
    factors = ratios[kept] if kept.any() else np.zeros(1)
    expect_rates("hidden units", [kept], call=call, alike=bool(np.ptp(factors) < 1e-6))
    spread = np.array([factors.min(), factors.max()])
    text = (
        f"kept units are {spread[0]:.4g} to {spread[1]:.4g} times as large as without, wanted {1 / KEEP:.4g}"
    )
    expect_property("scale of the hidden units", np.allclose(spread, 1 / KEEP), text, call=call, got=spread)


@check("fc_net_options", about="FullyConnectedNet", needs=with_dropout)
def test_dropout_after_every_hidden_layer(subject, draw):
    """In training, dropout follows every hidden layer, and does not touch the scores."""
    net = subject.nets.FullyConnectedNet(
        hidden_dims=[H, H],
        input_dim=D,
        num_classes=CLASSES,
        dropout_keep_ratio=KEEP,
        dtype="float64",
    )
    # The second hidden layer is the first plus one, so it shows what became of either.
    parameters = active_parameters(draw, None)
    parameters |= {"W2": np.eye(H), "b2": np.ones(H), "W3": np.zeros((H, CLASSES)), "b3": parameters["b2"]}
    assign([net], parameters)
    X, y = active_batch(draw)
    call = call_text(dropout_keep_ratio=KEEP)
    units = last_hidden_units(net, X, y, parameters["b3"], call=call)
    first = X @ parameters["W1"] + parameters["b1"]  # between 1 and 3
    kept_second = np.abs(units) > 1e-6
    kept_first = kept_second & (units * KEEP > 1.5)
    kept = [kept_first[kept_second], kept_second]
    expect_rates("units of the two hidden layers", kept, call=call)
    wanted = kept_second * (kept_first * first / KEEP + 1) / KEEP
    text = "kept units of the two hidden layers are not scaled by one over the ratio in each layer"
    holds = np.allclose(units, wanted, rtol=0, atol=1e-6)
    expect_property("scale of the hidden units", holds, text, call=call)


# Modes, seeds and gradients


@check("fc_net_options", about="FullyConnectedNet", needs=with_dropout)
def test_dropout_modes(subject, draw, reference):
    """Scores come without dropout, before and after training passes with it."""
    options = {"dropout_keep_ratio": 0.4}
    pair = nets(subject, reference, [7, 6], **options)
    net = pair[0]
    call = call_text(labels=False, **options)
    for _ in range(2):
        assign(pair, draw_parameters(draw, fully_connected_shapes([D, 7, 6, C])))
        X, y = batch(draw)
        same = np.array_equal(net.loss(X), net.loss(X))
        text = "two calls give different scores for the same examples"
        expect_property("scores of two calls", same, text, call=call, got=np.array(same))
        expect_scores(pair, X, call=call)
        net.loss(X, y)
        expect_scores(pair, X, call=call)


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("batchnorm", dropout=True))
def test_dropout_and_batchnorm_modes(subject, draw, reference):
    """Scores come without dropout and from running averages, between training passes with both."""
    options = {"normalization": "batchnorm", "dropout_keep_ratio": 0.4}
    # One hidden layer: its running averages do not depend on what dropout drops behind it.
    pair = nets(subject, reference, [9], **options)
    assign(pair, draw_parameters(draw, fully_connected_shapes([D, 9, C], "batchnorm"), wide=True))
    for _ in range(2):
        X, y = batch(draw)
        for net in pair:
            net.loss(X, y)
        expect_scores(pair, batch(draw)[0], call=call_text(labels=False, **options))


@check("fc_net_options", about="FullyConnectedNet", needs=with_dropout)
def test_dropout_seed(subject, draw, reference):
    """With a seed, dropout drops the same units in every pass; without one, others each time."""
    X, y = batch(draw)
    parameters = draw_parameters(draw, fully_connected_shapes([D, 80, 70, C]))
    for seed, repeats in ((5, True), (None, False)):
        options = {"dropout_keep_ratio": 0.4, "seed": seed}
        net = nets(subject, reference, [80, 70], **options)[0]
        assign([net], parameters)
        losses = [np.asarray(net.loss(X, y)[0]).item() for _ in range(3)]
        same = max(losses) - min(losses) < 1e-9
        words = ("the same", "different") if repeats else ("different", "the same")
        text = f"three losses of the same batch should be {words[0]}, but they are {words[1]}"
        expect_property("loss", same == repeats, text, call=call_text(**options), got=np.array(same))


@check("fc_net_options", about="FullyConnectedNet", needs=with_dropout)
def test_dropout_net_gradient(subject, draw):
    """The gradients of a net with dropout after two hidden layers are those of its loss."""
    expect_gradients_under_a_mask(subject, draw, None)


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("batchnorm", dropout=True))
def test_dropout_and_batchnorm_net_gradient(subject, draw):
    """The gradients of a net with batch normalization and dropout are those of its loss."""
    expect_gradients_under_a_mask(subject, draw, "batchnorm")


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("layernorm", dropout=True))
def test_dropout_and_layernorm_net_gradient(subject, draw):
    """The gradients of a net with layer normalization and dropout are those of its loss."""
    expect_gradients_under_a_mask(subject, draw, "layernorm")


def expect_gradients_under_a_mask(subject, draw, normalization):
    """Gradients against differences of the submission's own loss, under the mask of a seed."""
    dims = [D, 10, 10, C]
    options = {"normalization": normalization, "dropout_keep_ratio": 0.6, "seed": 7, "reg": 0.1}
    net = subject.nets.FullyConnectedNet(
        hidden_dims=dims[1:-1], input_dim=D, num_classes=C, dtype="float64", **options
    )
    assign([net], settled_parameters(draw, dims, normalization))
    X, y = draw.uniform(-1.0, 1.0, (N, D)), draw.integers(C, size=N)
    expect_own_gradients(net, X, y, draw=draw, call=call_text(**options))


def settled_parameters(draw, dims, normalization):
    """Parameters with which each hidden unit is either always positive or always negative.

    So no mask brings a unit near its kink. For inputs between -1 and 1 and a ratio of 0.6: what comes
    before the biases is at most 1 in size in both layers, and a normalized number is at most 3.
    """
    parameters = draw_parameters(draw, fully_connected_shapes(dims, normalization))
    for layer in (1, 2):
        signs = draw.permutation([1.0] * 6 + [-1.0] * 4)
        parameters[f"b{layer}"] = signs * draw.uniform(2.0, 3.0, 10)
        if normalization is not None:
            parameters[f"gamma{layer}"] = draw.uniform(0.2, 0.5, 10)
            parameters[f"beta{layer}"] = signs * draw.uniform(2.0, 3.0, 10)
    parameters["W1"] = draw.uniform(-1.0, 1.0, (D, 10)) / D
    parameters["W2"] = draw.uniform(-1.0, 1.0, (10, 10)) / 70
    return parameters
