# %% [markdown] id="do-intro"
# # Dropout
#
# Dropout [1] regularizes a network by making it unreliable: in every training step each unit of a layer is kept
# with a probability $p$ and otherwise set to zero. No unit can rely on a particular other one being there. At
# test time all units take part.
#
# This notebook uses *inverted* dropout, which does all its work in training, so that nothing has to be
# changed at test time.
#
# [1] G. Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors", 2012.

# %% id="do-setup" tags=["setup"]
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2
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
from cs231n.layers import dropout_backward, dropout_forward
from cs231n.solver import Solver

plt.rcParams.update({"figure.figsize": (10, 4), "font.size": 12, "axes.grid": True, "grid.alpha": 0.3})

# Without a data set, a small one in the format of CIFAR-10 will do.
if not CIFAR10_ROOT.exists():
    write_sample_cifar10(CIFAR10_ROOT)
data = get_CIFAR10_data()
for name, array in data.items():
    print(f"{name:8}{array.shape}")


# %% id="do-helpers" tags=["setup"]
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


# %% [markdown] id="do-forward-text"
# ## Forward pass
#
# Write `dropout_forward` in `cs231n/layers.py`. It does one thing in training and another at test time; `p` is
# the probability to **keep** a unit. The check draws 250,000 inputs with mean 10 and looks at the outputs: their
# mean should stay the same in both modes, and the fraction of zeros should be $1 - p$ in training and 0 at test
# time.

# %% id="do-forward" tags=["check"]
np.random.seed(231)
x = np.random.randn(500, 500) + 10

for p in [0.25, 0.4, 0.7]:
    trained, _ = dropout_forward(x, {"mode": "train", "p": p})
    tested, _ = dropout_forward(x, {"mode": "test", "p": p})
    zeros_trained, zeros_tested = np.mean(trained == 0), np.mean(tested == 0)
    print(f"p = {p}")
    print(f"  means: input {x.mean():.3f}, training {trained.mean():.3f}, test {tested.mean():.3f}")
    print(f"  zeros: training {zeros_trained:.3f}, test {zeros_tested:.3f}")
    compare(0.02, mean=(trained.mean(), x.mean()), zeros=(zeros_trained, 1 - p))
    assert np.array_equal(tested, x), "at test time the outputs are not the inputs"

# %% [markdown] id="do-backward-text"
# ## Backward pass
#
# Write `dropout_backward`. For a numerical gradient the layer must drop the same units in every call: that is
# what the `seed` is for.

# %% id="do-backward" tags=["check"]
np.random.seed(231)
x, dout = np.random.randn(2, 10, 10)
x += 10
settings = {"mode": "train", "p": 0.2, "seed": 123}

_, cache = dropout_forward(x, settings)
numeric = eval_numerical_gradient_array(lambda values: dropout_forward(values, settings)[0], x, dout)
compare(1e-9, dx=(dropout_backward(dout, cache), numeric))

# %% [markdown] id="do-q1-question" tags=["inline-question", "do-q1"]
# ## Inline Question 1:
#
# Inverted dropout divides the values that it lets pass by $p$. What happens if the division is left out, and why?

# %% [markdown] id="do-q1-answer" tags=["inline-answer", "do-q1"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="do-net-text"
# ## Networks with dropout
#
# Give `FullyConnectedNet` in `cs231n/classifiers/fc_net.py` its dropout: if `dropout_keep_ratio` is not 1, a
# dropout layer follows every ReLU. The check puts the same weights into networks with different ratios. Dropout
# must change their loss in training, must not change their scores at test time, and the gradients must be right
# although units are missing.

# %% id="do-net" tags=["check"]
np.random.seed(231)
X = np.random.randn(2, 15)
y = np.random.randint(10, size=2)
sizes = {"hidden_dims": [20, 30], "input_dim": 15, "weight_scale": 5e-2, "dtype": np.float64}


def check_dropout_net(keep_ratio, plain):
    model = FullyConnectedNet(**sizes, dropout_keep_ratio=keep_ratio, seed=123)
    model.params = {name: value.copy() for name, value in plain.params.items()}
    loss, grads = model.loss(X, y)
    print(f"keep ratio {keep_ratio}: loss in training {loss:.6f}")
    changed = abs(loss - plain.loss(X, y)[0]) > 1e-6
    assert changed == (keep_ratio < 1), "with a ratio below 1, and only then, training has another loss"
    pairs = {"scores": (model.loss(X), plain.loss(X))}
    for name, value in sorted(model.params.items()):
        numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], value, verbose=False)
        pairs[name] = (grads[name], numeric)
    compare(1e-7, relative_error, **pairs)


plain = FullyConnectedNet(**sizes)
compare(1e-9, loss=(plain.loss(X, y)[0], 2.3004790897684924))
for keep_ratio in [1, 0.75, 0.5]:
    check_dropout_net(keep_ratio, plain)

# %% [markdown] id="do-experiment-text"
# ## Dropout as a regularizer
#
# A network with one large hidden layer and few images to learn from: ideal conditions for overfitting. It is
# trained without dropout, and with dropout that keeps a quarter of the units.

# %% id="do-experiment" tags=["experiment"]
num_train = 1000
part = {**data, "X_train": data["X_train"][:num_train], "y_train": data["y_train"][:num_train]}

solvers = {}
for keep_ratio in [1, 0.25]:
    np.random.seed(231)
    model = FullyConnectedNet([500], dropout_keep_ratio=keep_ratio)
    solvers[keep_ratio] = Solver(
        model,
        part,
        update_rule="adam",
        optim_config={"learning_rate": 5e-4},
        num_epochs=16,
        batch_size=100,
        verbose=False,
    )
    solvers[keep_ratio].train()

# %% id="do-experiment-plot" tags=["experiment"]
_, (left, right) = plt.subplots(1, 2, figsize=(14, 4.5), layout="constrained")
for keep_ratio, solver in solvers.items():
    name = "no dropout" if keep_ratio == 1 else f"dropout, keep ratio {keep_ratio}"
    (line,) = left.plot(solver.train_acc_history, "o-", markersize=4, label=f"{name}: training")
    color = line.get_color()
    left.plot(solver.val_acc_history, "s--", markersize=4, color=color, label=f"{name}: validation")
    gap = np.array(solver.train_acc_history) - np.array(solver.val_acc_history)
    right.plot(gap, "o-", markersize=4, label=name)
    print(
        f"{name}: training accuracy minus validation accuracy is {np.mean(gap[-8:]):.2f} in the last 8 epochs"
    )
left.set(title="Accuracies", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
right.set(title="Training minus validation accuracy", xlabel="epoch", ylabel="difference", ylim=(-0.1, 0.5))
for axes in (left, right):
    axes.set_xticks(range(0, 17, 4))
    axes.legend(loc="lower right")
plt.show()

# %% [markdown] id="do-q2-question" tags=["inline-question", "do-q2"]
# ## Inline Question 2:
#
# Compare the training and validation accuracies of the networks with and without dropout. What do they tell you
# about dropout as a regularizer?

# %% [markdown] id="do-q2-answer" tags=["inline-answer", "do-q2"]
# ## Answer:
#
# [Write your answer here]

# %% [markdown] id="do-q3-question" tags=["inline-question", "do-q3"]
# ## Inline Question 3:
#
# A deep fully connected network for image classification has dropout with keep probability $p$ after its hidden
# layers, and overfitting is a concern. Now you make the hidden layers smaller, that is, you give them fewer
# units. How should you change $p$, if at all?

# %% [markdown] id="do-q3-answer" tags=["inline-answer", "do-q3"]
# ## Answer:
#
# [Write your answer here]
