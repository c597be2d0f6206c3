"""Nets and update rules at work: trained by the grader's own solver on generated examples.

Weights are assigned and the batches of the solver follow from a seed, so a run can be repeated. What
counts is what the judge makes of the trained net's scores, not what the run says of itself.
"""

import math

import numpy as np
import pytest

from grader.suite import check, expect_property, expect_shape
from grader.suite.nets import (
    assign,
    conv_net_shapes,
    draw_parameters,
    expect_names,
    fully_connected_shapes,
    layers_of_net,
    untrained,
)

DIMS = (3, 4, 4)
C = 10


def examples(draw, N=50, dims=DIMS):
    """Noisy copies of one random image per class."""
    y = draw.integers(C, size=N)
    X = draw.standard_normal((C, *dims))[y] + 0.5 * draw.standard_normal((N, *dims))
    return X, y


def full(subject, draw, hidden, **options):
    """A fully connected net whose first weights keep the size of the signal."""
    D = math.prod(DIMS)
    net = subject.nets.FullyConnectedNet(
        hidden_dims=hidden, input_dim=D, num_classes=C, dtype="float64", **options
    )
    shapes = fully_connected_shapes([D, *hidden, C], options.get("normalization"))
    assign([net], first_parameters(draw, shapes))
    return net


def first_parameters(draw, shapes):
    """Random weights, and everything else as a new net has it."""
    weights = {name: shape for name, shape in shapes.items() if name.startswith("W")}
    return untrained(shapes) | draw_parameters(draw, weights)


def train(subject, net, X, y, draw, *, learning_rate, update_rule="sgd", epochs=20, batch_size=25):
    """Train on all examples and keep the parameters of the epoch that does best on them."""
    subject.train(
        net,
        {"X_train": X, "y_train": y, "X_val": X, "y_val": y},
        update_rule=update_rule,
        optim_config={"learning_rate": learning_rate},
        num_epochs=epochs,
        batch_size=batch_size,
        seed=int(draw.integers(2**31)),
    )


def accuracy(net, X, y, *, call):
    """The share of examples whose own class has the highest score."""
    scores = expect_shape("scores after training", net.loss(X), (len(X), C), call=call)
    return float(np.mean(np.argmax(scores, axis=1) == y))


def loss_of_scores(net, X, y, *, call):
    """The mean cross-entropy of the net's scores."""
    scores = expect_shape("scores", net.loss(X), (len(X), C), call=call)
    shifted = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]))


def expect_overfitting(subject, make, X, y, draw, *, call):
    """One of three runs brings all examples to their right class."""
    shares = []
    for learning_rate in (0.2, 0.15, 0.1):
        net = make()
        train(subject, net, X, y, draw, learning_rate=learning_rate)
        shares.append(accuracy(net, X, y, call=call))
        if shares[-1] == 1:
            return
    text = f"after 20 epochs {100 * max(shares):.0f} % of {len(X)} training examples are right, wanted all"
    expect_property("accuracy after training", False, text, call=call, got=np.array(shares))


def expect_lower_loss(subject, make, X, y, draw, *, call, **settings):
    """In one of three runs, the loss of the training examples falls to less than half.

    The first run is enough but for one in a thousand, which had bad luck with its weights.
    """
    losses = []
    for _ in range(3):
        net = make()
        before = loss_of_scores(net, X, y, call=call)
        train(subject, net, X, y, draw, **settings)
        losses += [before, loss_of_scores(net, X, y, call=call)]
        if losses[-1] < before / 2:
            return
    text = f"training brought the loss of its own examples from {losses[-2]:.3g} to {losses[-1]:.3g}"
    expect_property("loss after training", False, text, call=call, got=np.array(losses))


@check("fc_net", about="FullyConnectedNet", needs=layers_of_net())
@pytest.mark.parametrize("hidden", [[40, 40], [40, 40, 40, 40]], ids=["three layers", "five layers"])
def test_overfits_50_examples(subject, draw, hidden):
    """A net can be trained to know 50 examples by heart within 20 epochs."""
    expect_overfitting(
        subject,
        lambda: full(subject, draw, hidden),
        *examples(draw),
        draw,
        call=f"Solver(FullyConnectedNet({hidden}), ...).train()",
    )


@check("two_layer_net", about="TwoLayerNet", needs=layers_of_net())
def test_two_layer_net_learns(subject, draw):
    """The two-layer net's loss falls when it is trained."""
    D = math.prod(DIMS)

    def make():
        net = subject.nets.TwoLayerNet(input_dim=D, hidden_dim=40, num_classes=C)
        assign([net], first_parameters(draw, fully_connected_shapes([D, 40, C])))
        return net

    call = "Solver(TwoLayerNet(...), ...).train()"
    expect_lower_loss(subject, make, *examples(draw), draw, learning_rate=0.1, epochs=10, call=call)


@check("fc_net", about=("FullyConnectedNet", "sgd_momentum"), needs=layers_of_net(), weight=0.5)
def test_momentum_lowers_the_loss(subject, draw):
    """Momentum lowers the loss of a three-layer net."""
    expect_rule_to_work(subject, draw, "sgd_momentum", learning_rate=0.03)


@check("fc_net", about=("FullyConnectedNet", "rmsprop"), needs=layers_of_net(), weight=0.5)
def test_rmsprop_lowers_the_loss(subject, draw):
    """RMSprop lowers the loss of a three-layer net."""
    expect_rule_to_work(subject, draw, "rmsprop", learning_rate=3e-3)


@check("fc_net", about=("FullyConnectedNet", "adam"), needs=layers_of_net(), weight=0.5)
def test_adam_lowers_the_loss(subject, draw):
    """Adam lowers the loss of a three-layer net."""
    expect_rule_to_work(subject, draw, "adam", learning_rate=1e-2)


def expect_rule_to_work(subject, draw, rule, learning_rate):
    """Ten steps with this rule lower the loss."""
    call = f"Solver(FullyConnectedNet(...), update_rule={rule!r}, ...).train()"
    settings = {"learning_rate": learning_rate, "update_rule": rule, "epochs": 5}
    expect_lower_loss(
        subject, lambda: full(subject, draw, [40, 40]), *examples(draw), draw, call=call, **settings
    )


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("batchnorm"))
def test_batchnorm_net_learns(subject, draw):
    """A net with batch normalization learns in training, and knows in test mode what it has learnt."""
    net = full(subject, draw, [40, 40], normalization="batchnorm")
    expect_learning(net, *examples(draw), call='FullyConnectedNet(..., normalization="batchnorm")')


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net(dropout=True))
def test_dropout_net_learns(subject, draw):
    """A net with dropout learns in training, and knows in test mode what it has learnt."""
    net = full(subject, draw, [40, 40], dropout_keep_ratio=0.8)
    expect_learning(net, *examples(draw), call="FullyConnectedNet(..., dropout_keep_ratio=0.8)")


def expect_learning(net, X, y, *, call):
    """Plain gradient descent in the judge brings nine in ten examples to their right class."""
    weights = net.params.select(net.params)
    for _ in range(40):
        grads = net.loss(X, y)[1]
        expect_names("grads", grads, weights, call=f"{call}.loss(X, y)")
        for name, value in weights.items():
            step = expect_shape(
                f"grads[{name!r}]", grads[name], value.shape, call=call, loose=value.ndim == 1
            )
            weights[name] = value - 0.2 * step
        net.params.update(weights)
    share = accuracy(net, X, y, call=f"{call}.loss(X)")
    text = f"after 40 steps of descent {100 * share:.0f} % of {len(X)} training examples are right, wanted 90"
    expect_property("accuracy after training", share >= 0.9, text, call=call, got=np.array(share))


@check("conv_net", about="ThreeLayerConvNet", needs=layers_of_net())
def test_conv_net_learns(subject, draw):
    """The convolutional net's loss falls when it is trained."""
    sizes = {"input_dim": (3, 6, 6), "num_filters": 4, "filter_size": 3, "hidden_dim": 20, "num_classes": C}

    def make():
        net = subject.nets.ThreeLayerConvNet(**sizes, dtype="float64")
        assign([net], first_parameters(draw, conv_net_shapes(*sizes.values())))
        return net

    images = examples(draw, 20, sizes["input_dim"])
    call = "Solver(ThreeLayerConvNet(...), ...).train()"
    expect_lower_loss(subject, make, *images, draw, learning_rate=0.05, batch_size=10, call=call)
