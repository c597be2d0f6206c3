"""Nets in situations that no notebook of the course tries."""

import numpy as np
import pytest

from grader.suite import ROUND_OFF, SINGLE, check, expect_property
from grader.suite.kinks import conv_net_distance, fully_connected_distance, smooth
from grader.suite.nets import (
    assign,
    conv_net_shapes,
    draw_parameters,
    expect_loss,
    expect_names,
    expect_net_gradients,
    expect_parameter_shape,
    expect_scores,
    fully_connected_shapes,
    layers_of_net,
)

C = 4


def full(subject, reference, hidden, dtype="float64", **options):
    """The submission's fully connected net and the trusted one, which is always of double precision."""
    settings = {"hidden_dims": hidden, "input_dim": 6, "num_classes": C, **options}
    return (
        subject.nets.FullyConnectedNet(**settings, dtype=dtype),
        reference.FullyConnectedNet(**settings, dtype="float64"),
    )


def conv(subject, reference, input_dim, dtype="float64"):
    """The submission's convolutional net and the trusted one."""
    settings = {"num_filters": 3, "filter_size": 3, "hidden_dim": 5, "num_classes": C}
    return (
        subject.nets.ThreeLayerConvNet(input_dim=input_dim, **settings, dtype=dtype),
        reference.ThreeLayerConvNet(input_dim=input_dim, **settings, dtype="float64"),
    )


def expect_all(pair, shapes, X, y, draw, *, call, tolerance=ROUND_OFF):
    """Scores, loss and gradients with new parameters.

    These keep away from the kinks, where single and double precision may take different sides.
    """
    distance = conv_net_distance if X.ndim == 4 else fully_connected_distance
    parameters = smooth(lambda: draw_parameters(draw, shapes), lambda made: distance(made, X))
    if tolerance is SINGLE:
        parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    assign(pair, parameters)
    expect_scores(pair, X, call=f"{call}.loss(X)", tolerance=tolerance)
    expect_loss(pair, X, y, call=f"{call}.loss(X, y)", tolerance=tolerance)
    expect_net_gradients(pair, X, y, call=f"{call}.loss(X, y)", tolerance=tolerance)


def expect_single(net, *, call):
    """Every parameter is of single precision."""
    others = sorted(name for name in net.params if net.params[name].dtype != np.float32)
    text = f"not of dtype float32: {', '.join(others)}"
    expect_property("params", not others, text, call=call, got=np.array(len(others)))


@check("beyond", about="FullyConnectedNet", needs=layers_of_net())
def test_float32_net(subject, draw, reference):
    """A fully connected net with dtype float32 has float32 parameters and computes the right things."""
    pair, call = full(subject, reference, [7, 6], "float32"), "FullyConnectedNet(..., dtype=np.float32)"
    expect_single(pair[0], call=call)
    X, y = draw.standard_normal((5, 6)).astype(np.float32), draw.integers(C, size=5)
    shapes = fully_connected_shapes([6, 7, 6, C])
    expect_all(pair, shapes, X, y, draw, call=call, tolerance=SINGLE)


@check("beyond", about="ThreeLayerConvNet", needs=layers_of_net())
def test_float32_conv_net(subject, draw, reference):
    """A convolutional net with dtype float32 has float32 parameters and computes the right things."""
    pair, call = conv(subject, reference, (3, 6, 6), "float32"), "ThreeLayerConvNet(..., dtype=np.float32)"
    expect_single(pair[0], call=call)
    X, y = draw.standard_normal((4, 3, 6, 6)).astype(np.float32), draw.integers(C, size=4)
    expect_all(pair, conv_net_shapes((3, 6, 6), 3, 3, 5, C), X, y, draw, call=call, tolerance=SINGLE)


@check("beyond", about="FullyConnectedNet", needs=layers_of_net())
def test_net_without_hidden_layers(subject, draw, reference):
    """A fully connected net without hidden layers is a linear classifier."""
    X, y = draw.standard_normal((5, 6)), draw.integers(C, size=5)
    pair = full(subject, reference, [], reg=0.3)
    shapes = fully_connected_shapes([6, C])
    expect_all(pair, shapes, X, y, draw, call="FullyConnectedNet([], ..., reg=0.3)")


@check("beyond", about="FullyConnectedNet", needs=layers_of_net())
def test_net_on_one_example(subject, draw, reference):
    """A fully connected net works for a mini-batch of one image."""
    X, y = draw.standard_normal((1, 2, 3)), draw.integers(C, size=1)
    shapes = fully_connected_shapes([6, 7, 5, C])
    expect_all(full(subject, reference, [7, 5]), shapes, X, y, draw, call="FullyConnectedNet(...)")


@check("beyond", about="ThreeLayerConvNet", needs=layers_of_net())
@pytest.mark.parametrize("input_dim", [(3, 4, 8), (3, 10, 6)], ids=["wide", "high"])
def test_conv_net_on_images_that_are_not_square(subject, draw, reference, input_dim):
    """The convolutional net works for images that are not square."""
    expect_conv_net(subject, draw, reference, input_dim)


@check("beyond", about="ThreeLayerConvNet", needs=layers_of_net())
@pytest.mark.parametrize("channels", [1, 4])
def test_conv_net_on_other_channels(subject, draw, reference, channels):
    """The convolutional net works for images that do not have three channels."""
    expect_conv_net(subject, draw, reference, (channels, 6, 6))


def expect_conv_net(subject, draw, reference, input_dim):
    """Shapes of the parameters, then what the net makes of them."""
    X, y = draw.standard_normal((3, *input_dim)), draw.integers(C, size=3)
    shapes = conv_net_shapes(input_dim, 3, 3, 5, C)
    pair, call = conv(subject, reference, input_dim), "ThreeLayerConvNet(...)"
    expect_names("params", pair[0].params, shapes, call=call)
    for name, shape in shapes.items():
        expect_parameter_shape(name, pair[0].params[name], shape, call=call)
    expect_all(pair, shapes, X, y, draw, call=call)
