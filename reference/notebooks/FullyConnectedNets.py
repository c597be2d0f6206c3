# %% [markdown] id="fc-intro"
# # Fully connected networks
#
# A network is a chain of layers, and so is its code here. Every layer is a pair of functions that knows
# nothing of the layers around it:
#
# ```python
# def scale_forward(x, s):
#     out = s * x
#     cache = (x, s)  # what the backward pass will need
#     return out, cache
#
#
# def scale_backward(dout, cache):
#     x, s = cache
#     ...  # the chain rule, once for each input
#     return dx, ds
# ```
#
# `forward` computes the output. `backward` gets `dout`, the gradient of the loss with respect to that output,
# and returns the gradient with respect to each input. A gradient always has the shape of its variable.
#
# In this notebook you write the layers of a fully connected network, then networks of any depth, then better
# update rules than plain gradient descent. After each step a cell checks your work. A check that fails
# stops with an `AssertionError` that names what is too far off; the cells below it may need what it checks.

# %% [markdown] id="fc-setup-text"
# ## Setup and data
#
# The data are those in `cs231n/datasets/cifar-10-batches-py`. If you put CIFAR-10 there, it is used; if there
# is nothing, the cell writes a small data set of coloured shapes in the same format, which is enough for
# everything here.

# %% id="fc-setup" tags=["setup"]
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2
import matplotlib.pyplot as plt
import numpy as np
from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.data_utils import CIFAR10_ROOT, get_CIFAR10_data, load_CIFAR10_names, write_sample_cifar10
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    relative_error,
)
from cs231n.layer_utils import affine_relu_backward, affine_relu_forward
from cs231n.layers import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from cs231n.optim import adam, rmsprop, sgd_momentum
from cs231n.solver import Solver
from cs231n.vis_utils import visualize_grid

plt.rcParams.update({"figure.figsize": (10, 4), "font.size": 12, "axes.grid": True, "grid.alpha": 0.3})

if not CIFAR10_ROOT.exists():
    write_sample_cifar10(CIFAR10_ROOT)
data = get_CIFAR10_data()
for name, array in data.items():
    print(f"{name:8}{array.shape}")


# %% id="fc-helpers" tags=["setup"]
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


def check_gradients(model, X, y, bound):
    """Compare the gradient of a net with the numerical one, parameter by parameter."""
    _, grads = model.loss(X, y)
    pairs = {}
    for name, value in sorted(model.params.items()):
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


# %% [markdown] id="fc-data-text"
# A row for each class:

# %% id="fc-data"
names = load_CIFAR10_names(CIFAR10_ROOT)
rows = [data["X_train"][data["y_train"] == label][: len(names)] for label in range(len(names))]
grid = visualize_grid(np.concatenate(rows).transpose(0, 2, 3, 1))
plt.figure(figsize=(6, 6))
plt.imshow(grid.astype(np.uint8))
plt.yticks(33 * np.arange(len(names)) + 16, names)
plt.xticks([])
plt.grid(False)
plt.show()

# %% [markdown] id="fc-affine-forward-text"
# ## Affine layer: forward
#
# Write `affine_forward` in `cs231n/layers.py`. It flattens every example to a row, multiplies by the weights
# and adds the biases. The expected numbers below are rounded to eight decimals, which is all of the error
# that should remain.

# %% id="fc-affine-forward" tags=["check"]
x = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6)
w = np.linspace(-0.2, 0.3, 360).reshape(120, 3)
b = np.linspace(-0.3, 0.1, 3)
expected = np.array([[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]])

out, _ = affine_forward(x, w, b)
compare(1e-8, out=(out, expected))

# %% [markdown] id="fc-affine-backward-text"
# ## Affine layer: backward
#
# Write `affine_backward`. From here on the judge is a *numerical gradient*: move one entry of the input a
# little up and a little down, and see how the output follows. The upstream gradient `dout` is random, because
# special values such as ones let some wrong gradients pass.

# %% id="fc-affine-backward" tags=["check"]
x, w, b = random_arrays((10, 2, 3), (6, 5), (5,))
check_backward(1e-9, affine_forward, affine_backward, x=x, w=w, b=b)

# %% [markdown] id="fc-relu-forward-text"
# ## ReLU: forward and backward
#
# `relu_forward` lets positive values pass and puts 0 in the place of all others; `relu_backward` sends the
# gradient back along the ways that were open.

# %% id="fc-relu-forward" tags=["check"]
x = np.linspace(-0.5, 0.5, 12).reshape(3, 4)
expected = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.04545455, 0.13636364],
        [0.22727273, 0.31818182, 0.40909091, 0.5],
    ]
)

out, _ = relu_forward(x)
compare(1e-7, out=(out, expected))

# %% id="fc-relu-backward" tags=["check"]
(x,) = random_arrays((10, 10))
check_backward(1e-9, relu_forward, relu_backward, x=x)

# %% [markdown] id="fc-q1-question" tags=["inline-question", "fc-q1"]
# ## Inline Question 1:
#
# ReLU is one activation function among many. One trouble that an activation function can cause is that the
# gradient it passes back is zero or nearly zero, so that the layers below learn nothing. Which of the
# following can cause it? Think of each as a function of a single variable and say which inputs do it.
#
# 1. Sigmoid
# 2. ReLU
# 3. Leaky ReLU

# %% [markdown] id="fc-q1-answer" tags=["inline-answer", "fc-q1"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="fc-affine-relu-text"
# ## Layers that come together
#
# An affine layer is nearly always followed by ReLU, so `cs231n/layer_utils.py` joins the two. Read
# `affine_relu_forward` and `affine_relu_backward`: there is no new mathematics in them, the backward passes
# just run in reverse order. This is how you will build networks.

# %% id="fc-affine-relu" tags=["check"]
x, w, b = random_arrays((2, 3, 4), (12, 10), (10,))
check_backward(1e-9, affine_relu_forward, affine_relu_backward, x=x, w=w, b=b)

# %% [markdown] id="fc-losses-text"
# ## Losses: softmax and SVM
#
# Write `softmax_loss` and `svm_loss`. Both return the loss, averaged over the examples, and its gradient with
# respect to the scores. With scores near 0 all classes look alike, so you know the losses beforehand:
# $\log 10 \approx 2.3$ for softmax, and a margin of 1 for each of the 9 wrong classes of the SVM. The last line
# asks softmax for scores near 1000, where $e^{1000}$ is too large for a float.

# %% id="fc-losses" tags=["check"]
(scores,) = random_arrays((50, 10))
scores *= 0.001
labels = np.random.randint(10, size=50)

for name, loss_function, expected in [
    ("SVM", svm_loss, 8.999602749096233),
    ("softmax", softmax_loss, 2.302545844500738),
]:
    loss, gradient = loss_function(scores, labels)
    numeric = eval_numerical_gradient(lambda x, f=loss_function: f(x, labels)[0], scores, verbose=False)
    print(f"{name}: loss {loss}")
    compare(1e-7, loss=(loss, expected), gradient=(gradient, numeric))

large_loss, _ = softmax_loss(scores + 1000, labels)
compare(1e-10, large=(large_loss, loss))

# %% [markdown] id="fc-two-layer-text"
# ## A two-layer network
#
# Now complete `TwoLayerNet` in `cs231n/classifiers/fc_net.py`: affine, ReLU, affine, softmax. The cell looks at
# the initial weights, the scores, the loss without and with L2 regularization ($\frac{1}{2}\,\lambda \sum W^2$
# over both weights, not the biases), and the gradients. The regularization is checked apart, because a
# large penalty would hide a mistake in the gradient of the data loss.

# %% id="fc-two-layer" tags=["check"]
np.random.seed(231)
model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-3)
for name, value in model.params.items():
    print(f"{name}: shape {value.shape}, standard deviation {value.std():.1e}")
    assert abs(value.std() - (1e-3 if name.startswith("W") else 0)) < 1e-4, f"{name} starts at a wrong scale"

model.params["W1"] = np.linspace(-0.7, 0.3, 250).reshape(5, 50)
model.params["b1"] = np.linspace(-0.1, 0.9, 50)
model.params["W2"] = np.linspace(-0.3, 0.4, 350).reshape(50, 7)
model.params["b2"] = np.linspace(-0.9, 0.1, 7)
X = np.linspace(-5.5, 4.5, 15).reshape(5, 3).T
y = np.array([0, 5, 1])
expected = np.array(
    [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
)
compare(1e-8, scores=(model.loss(X), expected))
compare(1e-9, loss=(model.loss(X, y)[0], 3.4702243556))
model.reg = 1.0
compare(1e-9, loss=(model.loss(X, y)[0], 26.5948426952))

for reg in [0.0, 0.7]:
    print(f"gradients with reg = {reg}")
    model.reg = reg
    check_gradients(model, X, y, bound=1e-7)

# %% [markdown] id="fc-solver-text"
# ## Training with a solver
#
# What the network computes and how it is trained are two concerns, so training has a class of its own. Read
# `cs231n/solver.py`: a `Solver` takes a model, the data and an update rule, and keeps the history of the loss
# and of the accuracies.

# %% id="fc-train-two-layer" tags=["exercise"]
np.random.seed(231)
# BEGIN SOLUTION: Make a TwoLayerNet and a Solver that is to train it on data. Choose the learning rate, its
#: decay, the number of epochs and the batch size such that the network gets at least 50 % of the
#: validation images right.
two_layer_net = TwoLayerNet(hidden_dim=100, reg=1e-3)
solver = Solver(
    two_layer_net,
    data,
    optim_config={"learning_rate": 1e-3},
    lr_decay=0.95,
    num_epochs=12,
    batch_size=50,
    print_every=100,
)
# END SOLUTION
solver.train()

# %% id="fc-train-two-layer-plot" tags=["check"]
_, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
left.plot(solver.loss_history, ".", markersize=4)
left.set(title="Training loss", xlabel="step", ylabel="loss")
right.plot(solver.train_acc_history, "o-", label="training")
right.plot(solver.val_acc_history, "o-", label="validation")
right.axhline(0.5, color="black", linestyle="--", label="wanted")
right.set(title="Accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
right.legend(loc="lower right")
plt.show()

print(f"best validation accuracy: {solver.best_val_acc:.3f} (at least 0.5)")
assert solver.best_val_acc >= 0.5, "the validation accuracy is below 50 %"

# %% [markdown] id="fc-multilayer-text"
# ## Networks of any depth
#
# Complete `FullyConnectedNet` in `cs231n/classifiers/fc_net.py`. Leave normalization and dropout for later
# notebooks. The first loss is known again: $\log 10$ with small weights, and more with regularization.

# %% id="fc-multilayer" tags=["check"]
np.random.seed(231)
X = np.random.randn(2, 15)
y = np.random.randint(10, size=2)

for reg, expected in [(0, 2.3004790897684924), (3.14, 7.052114776533016)]:
    model = FullyConnectedNet([20, 30], input_dim=15, reg=reg, weight_scale=5e-2, dtype=np.float64)
    loss, _ = model.loss(X, y)
    print(f"reg = {reg}: initial loss {loss}")
    compare(1e-9, loss=(loss, expected))
    check_gradients(model, X, y, bound=1e-7)

# %% [markdown] id="fc-overfit-text"
# ### Overfit 50 images
#
# Before you train on everything, make sure that the network can learn a little by heart. If it cannot,
# something is wrong with the code, the learning rate or the initial weights. Find a learning rate and a scale
# of the initial weights with which a three-layer network of 100 units per layer gets **all** of 50 training
# images right within 20 epochs. The first guesses below do not.

# %% id="fc-overfit-three" tags=["exercise", "check"]
tiny = {**data, "X_train": data["X_train"][:50], "y_train": data["y_train"][:50]}

weight_scale = 1e-2
learning_rate = 1e-4
# BEGIN SOLUTION: Replace these two numbers by better ones.
weight_scale = 3e-2
learning_rate = 1e-3
# END SOLUTION

np.random.seed(231)
model = FullyConnectedNet([100, 100], weight_scale=weight_scale, dtype=np.float64)
solver = Solver(
    model, tiny, optim_config={"learning_rate": learning_rate}, num_epochs=20, batch_size=25, print_every=10
)
solver.train()

plt.plot(solver.loss_history, "o")
plt.title("Three layers, 50 images")
plt.xlabel("step")
plt.ylabel("training loss")
plt.show()
print(f"best training accuracy: {max(solver.train_acc_history):.2f} (wanted 1.00)")
assert max(solver.train_acc_history) == 1, "not all of the 50 images are right"

# %% [markdown] id="fc-overfit-five-text"
# The same for a network of five layers. You will have to search again.

# %% id="fc-overfit-five" tags=["exercise", "check"]
weight_scale = 1e-2
learning_rate = 1e-4
# BEGIN SOLUTION: Replace these two numbers by better ones.
weight_scale = 1e-1
learning_rate = 1e-3
# END SOLUTION

np.random.seed(231)
model = FullyConnectedNet([100, 100, 100, 100], weight_scale=weight_scale, dtype=np.float64)
solver = Solver(
    model, tiny, optim_config={"learning_rate": learning_rate}, num_epochs=20, batch_size=25, print_every=10
)
solver.train()

plt.plot(solver.loss_history, "o")
plt.title("Five layers, 50 images")
plt.xlabel("step")
plt.ylabel("training loss")
plt.show()
print(f"best training accuracy: {max(solver.train_acc_history):.2f} (wanted 1.00)")
assert max(solver.train_acc_history) == 1, "not all of the 50 images are right"

# %% [markdown] id="fc-depth-sweep-text"
# Your search went through a few points. This cell goes through many: both networks, one learning rate, and
# initial weights from very small to very large.

# %% id="fc-depth-sweep" tags=["experiment"]
weight_scales = np.logspace(-3, -0.25, 12)


@np.errstate(over="ignore", invalid="ignore")  # the loss of the worst beginnings overflows
def learned_by_heart(hidden_dims, weight_scale):
    np.random.seed(231)
    solver = Solver(
        FullyConnectedNet(hidden_dims, weight_scale=weight_scale),
        tiny,
        optim_config={"learning_rate": 1e-3},
        num_epochs=20,
        batch_size=25,
        verbose=False,
    )
    solver.train()
    return max(solver.train_acc_history)


accuracies = {
    "three layers": [learned_by_heart([100] * 2, weight_scale) for weight_scale in weight_scales],
    "five layers": [learned_by_heart([100] * 4, weight_scale) for weight_scale in weight_scales],
}
for name, values in accuracies.items():
    plt.semilogx(weight_scales, values, "o-", label=name)
plt.title("Learning 50 images by heart")
plt.xlabel("standard deviation of the initial weights")
plt.ylabel("best training accuracy")
plt.ylim(0, 1.05)
plt.legend()
plt.show()

# %% [markdown] id="fc-q2-question" tags=["inline-question", "fc-q2"]
# ## Inline Question 2:
#
# How did training the five-layer network compare with training the three-layer network: which one was harder?
# In your experience, which of the two depended more on the scale of the initial weights, and what is the
# reason?

# %% [markdown] id="fc-q2-answer" tags=["inline-answer", "fc-q2"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="fc-momentum-text"
# ## Update rules
#
# So far every step went against the gradient of the current mini-batch and forgot all the gradients before.
# The rules below remember something. Each takes a parameter, its gradient and a `config`, in which it keeps its
# state from step to step, and returns the next parameter and the `config`; see the top of `cs231n/optim.py`.
#
# ### SGD with momentum
#
# The step is a *velocity*: a decaying sum of past gradients. Directions in which the gradients agree gain
# speed, those in which they change sign cancel out. Write `sgd_momentum`.

# %% id="fc-momentum" tags=["check"]
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
config = {"learning_rate": 1e-3, "velocity": np.linspace(0.6, 0.9, 20).reshape(4, 5)}
expected_w = np.array(
    [
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]
)
expected_velocity = np.array(
    [
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]
)

next_w, config = sgd_momentum(w, dw, config)
compare(1e-7, next_w=(next_w, expected_w), velocity=(config["velocity"], expected_velocity))

# %% [markdown] id="fc-momentum-train-text"
# A network of six layers, trained with both rules and the same learning rate. With momentum it should learn
# faster.

# %% id="fc-momentum-train" tags=["experiment"]
num_train = 4000  # or what there is
part = {**data, "X_train": data["X_train"][:num_train], "y_train": data["y_train"][:num_train]}


def train_six_layers(update_rule, learning_rate):
    np.random.seed(231)
    solver = Solver(
        FullyConnectedNet([100] * 5, weight_scale=5e-2),
        part,
        update_rule=update_rule,
        optim_config={"learning_rate": learning_rate},
        num_epochs=6,
        batch_size=50,
        verbose=False,
    )
    solver.train()
    accuracy = solver.train_acc_history[-1]
    print(f"{update_rule:13} training accuracy {accuracy:.2f}, validation accuracy {solver.best_val_acc:.2f}")
    return solver


solvers = {rule: train_six_layers(rule, 5e-3) for rule in ["sgd", "sgd_momentum"]}
plot_training(solvers)

# %% [markdown] id="fc-rmsprop-adam-text"
# ### RMSProp and Adam
#
# Both give every parameter a step size of its own: they divide the step by the root of a running average of the
# squared gradients, so parameters with large gradients take smaller steps and the others larger ones [1, 2].
# Adam also averages the gradients themselves, and corrects the bias that both averages have at the
# beginning, when they have just left zero. Write `rmsprop` and the **complete** `adam`, with that correction,
# and count `t` up *before* you use it.
#
# [1] G. Hinton and T. Tieleman, Lecture 6.5 of "Neural Networks for Machine Learning", 2012.
# [2] D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.

# %% id="fc-rmsprop" tags=["check"]
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
config = {"learning_rate": 1e-2, "cache": np.linspace(0.6, 0.9, 20).reshape(4, 5)}
expected_w = np.array(
    [
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]
)
expected_cache = np.array(
    [
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]
)

next_w, config = rmsprop(w, dw, config)
compare(1e-6, next_w=(next_w, expected_w), cache=(config["cache"], expected_cache))

# %% id="fc-adam" tags=["check"]
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
config = {
    "learning_rate": 1e-2,
    "m": np.linspace(0.6, 0.9, 20).reshape(4, 5),
    "v": np.linspace(0.7, 0.5, 20).reshape(4, 5),
    "t": 5,
}
expected_w = np.array(
    [
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]
)
expected_v = np.array(
    [
        [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
        [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
        [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
        [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
    ]
)
expected_m = np.array(
    [
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
        [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
        [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
        [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
    ]
)

next_w, config = adam(w, dw, config)
compare(1e-6, next_w=(next_w, expected_w), v=(config["v"], expected_v), m=(config["m"], expected_m))
assert config["t"] == 6, "t counts the steps, so this one makes it 6"

# %% [markdown] id="fc-update-rules-text"
# The same network with all four rules. Each has a learning rate that suits it: the last two divide by the size
# of the gradients, so theirs is nearly the length of a step.

# %% id="fc-update-rules" tags=["experiment"]
for rule, learning_rate in [("rmsprop", 1e-4), ("adam", 1e-3)]:
    solvers[rule] = train_six_layers(rule, learning_rate)
plot_training(solvers)

# %% [markdown] id="fc-q3-question" tags=["inline-question", "fc-q3"]
# ## Inline Question 3:
#
# AdaGrad, too, has a step size for every parameter. Its rule is
#
# ```python
# cache += dw**2
# w += -learning_rate * dw / (np.sqrt(cache) + eps)
# ```
#
# A student trains a network with AdaGrad. After a while the updates are tiny and the network hardly
# learns any more. What in the rule makes the updates so small? Would Adam have the same problem, and why?

# %% [markdown] id="fc-q3-answer" tags=["inline-answer", "fc-q3"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="fc-best-model-text"
# ## Your best network
#
# Train the best fully connected network that you can, and keep it in `best_model`. At least 50 % of the
# validation images must be right; see how far you get beyond that. You may come back here after the notebooks
# on normalization and dropout, which both help.

# %% id="fc-best-model" tags=["exercise"]
best_model = None
# BEGIN SOLUTION: Train networks with different settings, compare their validation accuracies, and put the best
#: one into best_model.
best_accuracy = 0.0
for rate in [3e-4, 1e-3]:
    for strength in [0.0, 1e-2]:
        np.random.seed(231)
        candidate = FullyConnectedNet([150, 100], weight_scale=2e-2, reg=strength)
        search = Solver(
            candidate,
            data,
            update_rule="adam",
            optim_config={"learning_rate": rate},
            lr_decay=0.9,
            num_epochs=10,
            batch_size=50,
            verbose=False,
        )
        search.train()
        print(f"learning rate {rate:.0e}, reg {strength:.0e}: validation accuracy {search.best_val_acc:.3f}")
        if search.best_val_acc > best_accuracy:
            best_accuracy, best_model = search.best_val_acc, candidate
# END SOLUTION

# %% [markdown] id="fc-test-text"
# ## Test it
#
# The validation images took part in your choice, so they flatter the network. The test images did not: look at
# them once, at the end.

# %% id="fc-test" tags=["check"]
val_accuracy = np.mean(np.argmax(best_model.loss(data["X_val"]), axis=1) == data["y_val"])
test_accuracy = np.mean(np.argmax(best_model.loss(data["X_test"]), axis=1) == data["y_test"])
print(f"validation accuracy: {val_accuracy:.3f} (at least 0.5)")
print(f"test accuracy:       {test_accuracy:.3f}")
assert val_accuracy >= 0.5, "the validation accuracy is below 50 %"
