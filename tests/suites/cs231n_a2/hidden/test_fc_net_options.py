"""Fully connected nets with normalization, and their two modes, on secret inputs."""

from grader.suite import check, expect_property
from grader.suite.nets import (
    assign,
    draw_parameters,
    expect_initialization,
    expect_loss,
    expect_net_gradients,
    expect_penalty,
    expect_scores,
    fully_connected_shapes,
    layers_of_net,
)

D, C, N = 5, 4, 8
HIDDEN = [7, 6]
ROUNDS = 2
with_batchnorm = layers_of_net("batchnorm")


def nets(subject, reference, hidden=HIDDEN, **options):
    """The submission's net and the trusted one."""
    settings = {"hidden_dims": hidden, "input_dim": D, "num_classes": C, "dtype": "float64", **options}
    return subject.nets.FullyConnectedNet(**settings), reference.FullyConnectedNet(**settings)


def rounds(pair, draw, normalization, hidden=HIDDEN, wide=True):
    """New parameters for both nets and a new batch, more than once: nothing may be kept of the first."""
    for _ in range(ROUNDS):
        shapes = fully_connected_shapes([D, *hidden, C], normalization)
        assign(pair, draw_parameters(draw, shapes, wide=wide))
        yield batch(draw)


def batch(draw):
    """Examples and their labels."""
    return draw.standard_normal((N, D)), draw.integers(C, size=N)


def call_text(labels=True, **options):
    """How reports name the call."""
    settings = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"FullyConnectedNet(..., {settings}).loss({'X, y' if labels else 'X'})"


@check("fc_net_options", about="FullyConnectedNet")
def test_batchnorm_initialization(subject):
    """With batch normalization a new net has scales of one and shifts of zero, but for the last layer."""
    expect_normalized_initialization(subject, "batchnorm")


@check("fc_net_options", about="FullyConnectedNet", needs="layernorm_forward")
def test_layernorm_initialization(subject):
    """With layer normalization a new net has scales of one and shifts of zero, but for the last layer."""
    expect_normalized_initialization(subject, "layernorm")


def expect_normalized_initialization(subject, normalization):
    """Names, shapes and first values of all parameters."""
    dims = [20, 25, 30, 15]
    net = subject.nets.FullyConnectedNet(
        hidden_dims=dims[1:-1],
        input_dim=dims[0],
        num_classes=dims[-1],
        weight_scale=0.3,
        normalization=normalization,
        dtype="float64",
    )
    shapes = fully_connected_shapes(dims, normalization)
    call = f"FullyConnectedNet(..., normalization={normalization!r}, weight_scale=0.3)"
    expect_initialization(net, shapes, 0.3, call=call)
    extra = [name for name in net.params if name in ("gamma3", "beta3")]
    text = f"params has {' and '.join(extra)}, but the last layer is not normalized"
    expect_property("params", not extra, text, call=call)


@check("fc_net_options", about="FullyConnectedNet", needs=with_batchnorm)
def test_batchnorm_loss(subject, draw, reference):
    """The net with batch normalization gives the right loss."""
    options = {"normalization": "batchnorm"}
    pair = nets(subject, reference, **options)
    for X, y in rounds(pair, draw, "batchnorm"):
        expect_loss(pair, X, y, call=call_text(**options))


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("layernorm"))
def test_layernorm_loss_and_scores(subject, draw, reference):
    """The net with layer normalization gives the right loss and the right scores."""
    options = {"normalization": "layernorm"}
    pair = nets(subject, reference, **options)
    for X, y in rounds(pair, draw, "layernorm"):
        expect_loss(pair, X, y, call=call_text(**options))
        expect_scores(pair, X, call=call_text(labels=False, **options))


@check("fc_net_options", about="FullyConnectedNet", needs=with_batchnorm)
def test_batchnorm_all_gradients(subject, draw, reference):
    """The net with batch normalization gives the right gradient of every parameter."""
    options = {"normalization": "batchnorm"}
    for hidden in ([7], [6, 7, 5]):
        pair = nets(subject, reference, hidden, **options)
        for X, y in rounds(pair, draw, "batchnorm", hidden):
            expect_net_gradients(pair, X, y, call=call_text(**options))


@check("fc_net_options", about="FullyConnectedNet", needs=layers_of_net("layernorm"))
def test_layernorm_all_gradients(subject, draw, reference):
    """The net with layer normalization gives the right gradient of every parameter."""
    options = {"normalization": "layernorm"}
    for hidden in ([7], [6, 7, 5]):
        pair = nets(subject, reference, hidden, **options)
        for X, y in rounds(pair, draw, "layernorm", hidden):
            expect_net_gradients(pair, X, y, call=call_text(**options))


@check("fc_net_options", about="FullyConnectedNet", needs=with_batchnorm)
def test_penalty_with_batchnorm(subject, draw, reference):
    """Regularization concerns the weights, not the scales and shifts of a normalization."""
    options = {"normalization": "batchnorm"}
    pair = nets(subject, reference, **options)
    for X, y in rounds(pair, draw, "batchnorm", wide=False):
        expect_penalty(pair, X, y, 0.8, call=call_text(reg=0.8, **options))


@check("fc_net_options", about="FullyConnectedNet", needs=with_batchnorm)
def test_batchnorm_modes(subject, draw, reference):
    """Scores come from running averages, which each layer keeps for itself, in training only."""
    options, hidden = {"normalization": "batchnorm"}, [7, 7]
    pair = nets(subject, reference, hidden, **options)
    shapes = fully_connected_shapes([D, *hidden, C], "batchnorm")
    assign(pair, draw_parameters(draw, shapes, wide=True))
    for _ in range(3):
        for _ in range(2):
            X, y = batch(draw)
            expect_loss(pair, X, y, call=call_text(**options))
        # Scores leave the averages alone, so the next ones, of other examples, still agree.
        for _ in range(2):
            expect_scores(pair, 2 + batch(draw)[0], call=call_text(labels=False, **options))
