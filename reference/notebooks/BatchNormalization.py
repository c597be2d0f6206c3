# %% [markdown] id="bn-intro"
# # Batch normalization
#
# Data are easier to learn from when each feature has zero mean and unit variance, so one normalizes the inputs
# of a network. But the inputs of its *second* layer are outputs of the first, and their distribution moves with
# every update. Batch normalization [1] is a layer that normalizes wherever one puts it:
#
# * **In training** it subtracts from every feature its mean over the mini-batch and divides by its standard
#   deviation. Mean and variance are part of the computation, so gradients flow through them as well.
# * **At test time** there may be no batch, and a prediction should not depend on its neighbours. The layer then
#   uses running averages of the means and variances that it saw in training.
# * Zero mean and unit variance are not always best. A learned scale $\gamma$ and shift $\beta$ per feature can
#   take the normalization back.
#
# [1] S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
# Covariate Shift", ICML 2015.

# %% id="bn-setup" tags=["setup"]
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2
import time

import matplotlib.pyplot as plt
import numpy as np
from cs231n.classifiers.fc_net import FullyConnectedNet
from cs231n.data_utils import CIFAR10_ROOT, get_CIFAR10_data, write_sample_cifar10
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    relative_error,
)
from cs231n.layers import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from cs231n.solver import Solver

plt.rcParams.update({"figure.figsize": (10, 4), "font.size": 12, "axes.grid": True, "grid.alpha": 0.3})

# Without a data set, a small one in the format of CIFAR-10 will do.
if not CIFAR10_ROOT.exists():
    write_sample_cifar10(CIFAR10_ROOT)
data = get_CIFAR10_data()
for name, array in data.items():
    print(f"{name:8}{array.shape}")


# %% id="bn-helpers" tags=["setup"]
def compare(bound, measure=rel_error, **pairs):
    """Print how far each pair (computed, expected) is apart; stop if one is further than the bound."""
    assert pairs, "there is nothing to compare"
    errors = {}
    for name, (computed, expected) in pairs.items():
        assert computed is not None, f"{name} is None: is the function written?"
        errors[name] = measure(expected, computed)
        print(f"{name + ':':10} error {errors[name]:.1e} (at most {bound:.0e})")
    wrong = [name for name, error in errors.items() if not error <= bound]
    assert not wrong, f"not what it should be: {', '.join(wrong)}"


def compare_statistics(a, axis, mean, std, bound):
    """Print mean and standard deviation along an axis; stop if they are not the expected ones."""
    assert a is not None, "the output is None: is the function written?"
    means, stds = a.mean(axis=axis), a.std(axis=axis)
    print(f"  means {means}\n  stds  {stds}")
    off = max(np.abs(means - mean).max(), np.abs(stds - std).max())
    print(f"  error {off:.1e} (at most {bound:.0e})")
    assert off <= bound, "means or standard deviations are not what they should be"


def random_arrays(*shapes):
    """Arrays of standard normal numbers, the same in every run."""
    np.random.seed(231)
    return [np.random.randn(*shape) for shape in shapes]


def check_backward(bound, forward, backward, **inputs):
    """Compare the gradients of a layer with numerical ones, for a random upstream gradient."""
    out, cache = forward(*inputs.values())
    assert out is not None, "the output is None: is the forward pass written?"
    dout = np.random.randn(*out.shape)
    computed = backward(dout, cache)
    computed = computed if isinstance(computed, tuple) else (computed,)
    pairs = {}
    for (name, value), gradient in zip(inputs.items(), computed, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: forward(*inputs.values())[0], value, dout)
        pairs[f"d{name}"] = (gradient, numeric)
    compare(bound, relative_error, **pairs)


def check_gradients(model, X, y, bound, vanishing=()):
    """Compare the gradient of a net with the numerical one, parameter by parameter."""
    _, grads = model.loss(X, y)
    pairs = {}
    for name, value in sorted(model.params.items()):
        if name in vanishing:
            size = np.abs(grads[name]).max()
            print(f"{name + ':':10} error {size:.1e} (at most 1e-12), as its gradient is zero")
            assert size <= 1e-12, f"the gradient of {name} is not zero"
        else:
            numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], value, verbose=False)
            pairs[name] = (grads[name], numeric)
    compare(bound, relative_error, **pairs)


def plot_training(solvers):
    """The loss of every step and both accuracies of every epoch, one colour per solver."""
    _, (left, middle, right) = plt.subplots(1, 3, figsize=(16, 4.5), layout="constrained")
    for name, solver in solvers.items():
        left.plot(solver.loss_history, ".", markersize=4, label=name)
        middle.plot(solver.train_acc_history, "o-", markersize=4, label=name)
        right.plot(solver.val_acc_history, "o-", markersize=4, label=name)
    left.set(title="Training loss", xlabel="step", ylabel="loss")
    middle.set(title="Training accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    right.set(title="Validation accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    middle.legend()
    plt.show()


# %% [markdown] id="bn-forward-text"
# ## Forward pass
#
# Write `batchnorm_forward` in `cs231n/layers.py`. The first check is about training mode: means and standard
# deviations of the outputs must be $\beta$ and $\gamma$ (nearly: a small $\epsilon$ is added to the variance).

# %% id="bn-forward-train" tags=["check"]
# The activations of a small network with random weights: their scale is anything but 1.
X, W1, W2 = random_arrays((200, 50), (50, 60), (60, 3))
a = np.maximum(0, X @ W1) @ W2
print("before batch normalization")
print(f"  means {a.mean(axis=0)}\n  stds  {a.std(axis=0)}")

print("after it, with gamma = 1 and beta = 0")
out, _ = batchnorm_forward(a, np.ones(3), np.zeros(3), {"mode": "train"})
compare_statistics(out, axis=0, mean=0, std=1, bound=1e-6)

gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
print("after it, with gamma = 1, 2, 3 and beta = 11, 12, 13")
out, _ = batchnorm_forward(a, gamma, beta, {"mode": "train"})
compare_statistics(out, axis=0, mean=beta, std=gamma, bound=1e-6)

# %% [markdown] id="bn-forward-test-text"
# Test mode: after 50 batches the running averages know the distribution. New data come out with means near 0
# and standard deviations near 1, but not exactly, for their own statistics are not used.

# %% id="bn-forward-test" tags=["check"]
W1, W2 = random_arrays((50, 60), (60, 3))
bn_param = {"mode": "train"}
for _ in range(50):
    X = np.random.randn(200, 50)
    batchnorm_forward(np.maximum(0, X @ W1) @ W2, np.ones(3), np.zeros(3), bn_param)

bn_param["mode"] = "test"
X = np.random.randn(200, 50)
out, _ = batchnorm_forward(np.maximum(0, X @ W1) @ W2, np.ones(3), np.zeros(3), bn_param)
print("at test time")
compare_statistics(out, axis=0, mean=0, std=1, bound=0.2)

# The same to eight digits, for the running averages that the docstring asks for.
expected_means = np.array([-0.03927354, -0.04349152, -0.10452688])
expected_stds = np.array([1.01531428, 1.01238373, 0.97819988])
compare(1e-6, means=(out.mean(axis=0), expected_means), stds=(out.std(axis=0), expected_stds))

# %% [markdown] id="bn-backward-text"
# ## Backward pass
#
# Write `batchnorm_backward`. Draw the graph of the forward pass and go back through it node by node. Two values
# have more than one way to the output, the mean and the input itself: **add up** what arrives on all ways.

# %% id="bn-backward" tags=["check"]
z, gamma, beta = random_arrays((4, 5), (5,), (5,))
check_backward(
    1e-8,
    lambda x, gamma, beta: batchnorm_forward(x, gamma, beta, {"mode": "train"}),
    batchnorm_backward,
    x=5 * z + 12,
    gamma=gamma,
    beta=beta,
)

# %% [markdown] id="bn-backward-alt-text"
# ## The same, on paper first
#
# The graph is safe, but it has many small steps. For one feature with the values $x_1, \dots, x_N$ the forward
# pass is
#
# $$\mu = \frac{1}{N} \sum_k x_k, \qquad v = \frac{1}{N} \sum_k (x_k - \mu)^2, \qquad
# \sigma = \sqrt{v + \epsilon}, \qquad y_i = \frac{x_i - \mu}{\sigma}.$$
#
# Every $y_i$ depends on every $x_j$: directly if $i = j$, and always through $\mu$ and $\sigma$. Find
# $\partial \mu / \partial x_j$, $\partial \sigma / \partial x_j$ and from them $\partial y_i / \partial x_j$, then
#
# $$\frac{\partial L}{\partial x_j} = \sum_i \frac{\partial L}{\partial y_i} \frac{\partial y_i}{\partial x_j}$$
#
# and simplify until only two sums over the batch are left. Write the result as `batchnorm_backward_alt`. It must
# agree with the first version up to rounding and is usually faster.

# %% id="bn-backward-alt" tags=["check"]
z, gamma, beta, dout = random_arrays((100, 500), (500,), (500,), (100, 500))
_, cache = batchnorm_forward(5 * z + 12, gamma, beta, {"mode": "train"})

gradients = zip(batchnorm_backward_alt(dout, cache), batchnorm_backward(dout, cache), strict=True)
compare(1e-9, **dict(zip(["dx", "dgamma", "dbeta"], gradients, strict=True)))


def shortest(function, repeats=50):
    """The shortest time of several calls, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


slow = shortest(lambda: batchnorm_backward(dout, cache))
fast = shortest(lambda: batchnorm_backward_alt(dout, cache))
print(f"graph {slow:.2f} ms, simplified {fast:.2f} ms, speed-up {slow / fast:.1f}x")

# %% [markdown] id="bn-net-text"
# ## Networks with batch normalization
#
# Give `FullyConnectedNet` in `cs231n/classifiers/fc_net.py` its batch normalization: with
# `normalization="batchnorm"` there is one before every ReLU, with a $\gamma$ and a $\beta$ of its own, and none
# after the last affine layer. A helper in `cs231n/layer_utils.py` keeps the code short.
#
# The gradients are checked with ten examples. (With two, nearly every normalized value is close to $+1$ or $-1$
# whatever the weights are, and a numerical gradient becomes inaccurate.) One more thing to see: the mean that
# is subtracted takes a bias with it, so `b1` and `b2` have no effect and their gradient is rounding alone.

# %% id="bn-net" tags=["check"]
np.random.seed(231)
X = np.random.randn(2, 15)
y = np.random.randint(10, size=2)
for reg, expected in [(0, 2.2611955101340957), (3.14, 6.996533220108303)]:
    model = FullyConnectedNet(
        [20, 30], input_dim=15, reg=reg, weight_scale=5e-2, dtype=np.float64, normalization="batchnorm"
    )
    loss, _ = model.loss(X, y)
    print(f"reg = {reg}: initial loss {loss}")
    compare(1e-7, loss=(loss, expected))

X = np.random.randn(10, 15)
y = np.random.randint(10, size=10)
for reg in [0, 3.14]:
    print(f"gradients with reg = {reg}")
    model = FullyConnectedNet(
        [20, 30], input_dim=15, reg=reg, weight_scale=5e-2, dtype=np.float64, normalization="batchnorm"
    )
    check_gradients(model, X, y, bound=1e-6, vanishing=("b1", "b2"))

# %% [markdown] id="bn-deep-text"
# ## A deep network, with and without
#
# Six layers, the same initial weights, the same update rule: the network with batch normalization learns faster.


# %% id="bn-deep" tags=["experiment"]
def train(
    hidden_dims,
    weight_scale,
    normalization,
    num_train=1000,
    num_epochs=10,
    batch_size=50,
    learning_rate=1e-3,
):
    np.random.seed(231)
    model = FullyConnectedNet(hidden_dims, weight_scale=weight_scale, normalization=normalization)
    part = {**data, "X_train": data["X_train"][:num_train], "y_train": data["y_train"][:num_train]}
    solver = Solver(
        model,
        part,
        update_rule="adam",
        optim_config={"learning_rate": learning_rate},
        num_epochs=num_epochs,
        batch_size=batch_size,
        verbose=False,
    )
    solver.train()
    return solver


solvers = {
    "batch normalization": train([100] * 5, 2e-2, "batchnorm"),
    "no normalization": train([100] * 5, 2e-2, None),
}
plot_training(solvers)

# %% [markdown] id="bn-weight-scale-text"
# ## Batch normalization and the initial weights
#
# Eight layers, with and without batch normalization, from initial weights between very small and very large.

# %% id="bn-weight-scale" tags=["experiment"]
weight_scales = np.logspace(-4, 0, 13)
with np.errstate(over="ignore", invalid="ignore"):  # the loss of the worst beginnings overflows
    sweeps = {
        "batch normalization": [train([50] * 7, scale, "batchnorm", num_epochs=8) for scale in weight_scales],
        "no normalization": [train([50] * 7, scale, None, num_epochs=8) for scale in weight_scales],
    }

# %% id="bn-weight-scale-plot" tags=["experiment"]
_, (left, middle, right) = plt.subplots(1, 3, figsize=(16, 4.5), layout="constrained")
for name, sweep in sweeps.items():
    left.semilogx(weight_scales, [max(solver.val_acc_history) for solver in sweep], "o-", label=name)
    middle.semilogx(weight_scales, [max(solver.train_acc_history) for solver in sweep], "o-", label=name)
    right.semilogx(weight_scales, [np.mean(solver.loss_history[-40:]) for solver in sweep], "o-", label=name)
left.set(title="Best validation accuracy", ylabel="accuracy", ylim=(0, 1.02))
middle.set(title="Best training accuracy", ylabel="accuracy", ylim=(0, 1.02))
right.set(title="Final training loss", ylabel="loss (cut off at 4)", ylim=(0, 4))
for axes in (left, middle, right):
    axes.set_xlabel("standard deviation of the initial weights")
left.legend()
plt.show()

# %% [markdown] id="bn-q1-question" tags=["inline-question", "bn-q1"]
# ## Inline Question 1:
#
# Describe what this experiment shows. In which way does the scale of the initial weights matter differently for
# networks with and without batch normalization, and why?

# %% [markdown] id="bn-q1-answer" tags=["inline-answer", "bn-q1"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="bn-batch-size-text"
# ## Batch normalization and the size of the batches
#
# Six layers again, trained for the same number of epochs with mini-batches of different sizes. The network
# without normalization sees batches of 5.

# %% id="bn-batch-size" tags=["experiment"]
batch_sizes = [5, 10, 50]


def train_with_batch_sizes(normalization, label):
    settings = {"num_train": 500, "num_epochs": 8, "learning_rate": 10**-3.5}
    solvers = {"no normalization, batches of 5": train([100] * 5, 2e-2, None, batch_size=5, **settings)}
    for size in batch_sizes:
        name = f"{label}, batches of {size}"
        solvers[name] = train([100] * 5, 2e-2, normalization, batch_size=size, **settings)
    return solvers


def plot_accuracies(solvers):
    _, (left, right) = plt.subplots(1, 2, figsize=(14, 4.5), layout="constrained")
    for name, solver in solvers.items():
        style = "^--" if name.startswith("no") else "o-"
        left.plot(solver.train_acc_history, style, label=name)
        right.plot(solver.val_acc_history, style, label=name)
    left.set(title="Training accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    right.set(title="Validation accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    left.legend()
    plt.show()


bn_solvers = train_with_batch_sizes("batchnorm", "batch normalization")
plot_accuracies(bn_solvers)

# %% [markdown] id="bn-q2-question" tags=["inline-question", "bn-q2"]
# ## Inline Question 2:
#
# Describe what this experiment shows. What does it say about the connection between batch normalization and the
# batch size, and where does this connection come from?

# %% [markdown] id="bn-q2-answer" tags=["inline-answer", "bn-q2"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="bn-layernorm-text"
# ## Layer normalization
#
# Large networks often leave memory for small batches only, and some tasks have no batches at all. Layer
# normalization [2] takes mean and variance over the *features of one example* instead of over the examples of
# one feature. No example knows of another, so training and test time are the same and there are no running
# averages. Scale and shift still belong to the features.
#
# [2] J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization", 2016.

# %% [markdown] id="bn-q3-question" tags=["inline-question", "bn-q3"]
# ## Inline Question 3:
#
# Here are four ways to preprocess a data set of images. Which one is the counterpart of batch normalization, and
# which one of layer normalization?
#
# 1. Rescale every image such that within each row of its pixels the values of all RGB channels add up to 1.
# 2. Rescale every image such that over all of its pixels the values of all RGB channels add up to 1.
# 3. Subtract from every image of the data set the mean image of the data set.
# 4. Replace every RGB value by 0 or 1, depending on whether it lies below or above a given threshold.

# %% [markdown] id="bn-q3-answer" tags=["inline-answer", "bn-q3"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="bn-layernorm-forward-text"
# Write `layernorm_forward`. Much of your batch normalization can stay; ask for each array along which axis it is
# averaged.

# %% id="bn-layernorm-forward" tags=["check"]
X, W1, W2 = random_arrays((4, 50), (50, 60), (60, 3))
a = np.maximum(0, X @ W1) @ W2
print("before layer normalization")
print(f"  means {a.mean(axis=1)}\n  stds  {a.std(axis=1)}")

print("after it, with gamma = 1 and beta = 0")
out, _ = layernorm_forward(a, np.ones(3), np.zeros(3), {})
compare_statistics(out, axis=1, mean=0, std=1, bound=1e-6)

print("after it, with gamma = 3 and beta = 5")
out, _ = layernorm_forward(a, np.full(3, 3.0), np.full(3, 5.0), {})
compare_statistics(out, axis=1, mean=5, std=3, bound=2e-6)

# %% [markdown] id="bn-layernorm-backward-text"
# Write `layernorm_backward`.

# %% id="bn-layernorm-backward" tags=["check"]
z, gamma, beta = random_arrays((4, 5), (5,), (5,))
check_backward(
    1e-8,
    lambda x, gamma, beta: layernorm_forward(x, gamma, beta, {}),
    layernorm_backward,
    x=5 * z + 12,
    gamma=gamma,
    beta=beta,
)

# %% [markdown] id="bn-layernorm-net-text"
# Now let `FullyConnectedNet` accept `normalization="layernorm"`. Besides the gradients, the check looks at a
# property that both normalizations give to a network: the *scale* of the weights in front of them does not
# matter, but for $\epsilon$.

# %% id="bn-layernorm-net" tags=["check"]
np.random.seed(231)
X = np.random.randn(10, 15)
y = np.random.randint(10, size=10)
model = FullyConnectedNet(
    [20, 30], input_dim=15, reg=0.1, weight_scale=5e-2, dtype=np.float64, normalization="layernorm"
)
check_gradients(model, X, y, bound=1e-6)

scores = model.loss(X)
model.params["W1"] *= 10
compare(1e-2, relative_error, scores=(model.loss(X), scores))

# %% [markdown] id="bn-layernorm-batch-size-text"
# ## Layer normalization and the size of the batches
#
# The experiment from above with layer normalization. Compare the two figures.

# %% id="bn-layernorm-batch-size" tags=["experiment"]
ln_solvers = train_with_batch_sizes("layernorm", "layer normalization")
plot_accuracies(ln_solvers)

# %% [markdown] id="bn-q4-question" tags=["inline-question", "bn-q4"]
# ## Inline Question 4:
#
# In which of these cases is layer normalization likely to work badly, and why?
#
# 1. In a very deep network.
# 2. When there are very few features.
# 3. When the regularization is strong.

# %% [markdown] id="bn-q4-answer" tags=["inline-answer", "bn-q4"]
# ## Answer:
#
# [Write your answer here]
