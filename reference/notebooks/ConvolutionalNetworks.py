# %% [markdown] id="cn-intro"
# # Convolutional networks
#
# An affine layer treats all pixels alike: shuffle them, in the same way in all images, and it would learn as
# well. A convolution knows that pixels have neighbours. It moves a small filter over the image and takes the
# dot product of the filter with the window below it; the same weights serve at all places.
#
# In this notebook you write convolution and max pooling as plain loops, then fast versions of both, then a
# network with them, and last the normalizations that suit images. All arrays of images have the shape
# `(N, C, H, W)`: image, channel, row, column.

# %% id="cn-setup" tags=["setup"]
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2
import time

import matplotlib.pyplot as plt
import numpy as np
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.data_utils import CIFAR10_ROOT, get_CIFAR10_data, write_sample_cifar10
from cs231n.fast_layers import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_strides,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_strides,
    max_pool_backward_fast,
    max_pool_backward_im2col,
    max_pool_backward_reshape,
    max_pool_forward_fast,
    max_pool_forward_im2col,
    max_pool_forward_reshape,
)
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
    relative_error,
)
from cs231n.im2col import col2im_indices, im2col_indices
from cs231n.layer_utils import (
    conv_bn_relu_backward,
    conv_bn_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from cs231n.layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from cs231n.solver import Solver
from cs231n.vis_utils import visualize_grid

plt.rcParams.update({"figure.figsize": (10, 4), "font.size": 12, "axes.grid": True, "grid.alpha": 0.3})

# Without a data set, a small one in the format of CIFAR-10 will do.
if not CIFAR10_ROOT.exists():
    write_sample_cifar10(CIFAR10_ROOT)
data = get_CIFAR10_data()
for name, array in data.items():
    print(f"{name:8}{array.shape}")


# %% id="cn-helpers" tags=["setup"]
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
    """Print mean and standard deviation along axes; stop if they are not the expected ones."""
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


# %% [markdown] id="cn-conv-forward-text"
# ## Convolution: forward
#
# Write `conv_forward_naive` in `cs231n/layers.py`. Loops are fine, for it has to be right and not fast: it is
# what the fast versions will be compared with.

# %% id="cn-conv-forward" tags=["check"]
x = np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4)
w = np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4)
b = np.linspace(-0.1, 0.2, 3)
expected = np.array(
    [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
)

out, _ = conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
compare(1e-7, out=(out, expected))

# %% [markdown] id="cn-conv-images-text"
# ## What a convolution can do to an image
#
# Before networks learned their filters, people designed them. The two filters here turn a colour image to grey
# and find horizontal edges. The first takes a weighted sum of the channels and leaves each pixel where it is.
# The second subtracts the mean of the two rows above a pixel from the mean of the two rows below it. (Why are
# there edges along the top and the bottom of every image? What becomes of a shape that is as bright as its
# background?)

# %% id="cn-conv-images"
grey = np.zeros((3, 5, 5))
grey[:, 2, 2] = [0.3, 0.6, 0.1]
edges = np.zeros((3, 5, 5))
edges[:, :2] = -grey.sum(axis=(1, 2))[:, None, None] / 10
edges[:, 3:] = grey.sum(axis=(1, 2))[:, None, None] / 10

images = get_CIFAR10_data(subtract_mean=False)["X_train"][:4] / 255
filters, biases = np.stack([grey, edges]), np.array([0.0, 0.5])
filtered, _ = conv_forward_naive(images, filters, biases, {"stride": 1, "pad": 2})

_, rows = plt.subplots(3, 4, figsize=(9, 7), layout="constrained")
for column in range(4):
    rows[0, column].imshow(images[column].transpose(1, 2, 0))
    rows[1, column].imshow(filtered[column, 0], cmap="gray", vmin=0, vmax=1)
    rows[2, column].imshow(filtered[column, 1], cmap="gray", vmin=0.25, vmax=0.75)
for row, title in zip(rows, ["image", "grey", "edges"], strict=True):
    row[0].set_ylabel(title)
    for axes in row:
        axes.set(xticks=[], yticks=[])
plt.show()

# %% [markdown] id="cn-conv-backward-text"
# ## Convolution: backward
#
# Write `conv_backward_naive`. Each term of an output is a pixel times a weight, so its gradient goes to both:
# to the weight multiplied by the pixel, and to the pixel multiplied by the weight. The second case has no padding
# and a wider stride.

# %% id="cn-conv-backward" tags=["check"]
x, w, b = random_arrays((4, 3, 5, 5), (2, 3, 3, 3), (2,))


def check_conv(conv_param):
    print(conv_param)
    check_backward(
        1e-9,
        lambda x, w, b: conv_forward_naive(x, w, b, conv_param),
        conv_backward_naive,
        x=x,
        w=w,
        b=b,
    )


check_conv({"stride": 1, "pad": 1})
check_conv({"stride": 2, "pad": 0})

# %% [markdown] id="cn-pool-forward-text"
# ## Max pooling: forward
#
# Write `max_pool_forward_naive`: of each window, in each channel, only the largest value remains.

# %% id="cn-pool-forward" tags=["check"]
x = np.linspace(-0.3, 0.4, 96).reshape(2, 3, 4, 4)
expected = np.array(
    [
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]],
        ],
    ]
)

out, _ = max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
compare(1e-7, out=(out, expected))

# %% [markdown] id="cn-pool-backward-text"
# ## Max pooling: backward
#
# Write `max_pool_backward_naive`. The gradient of an output goes to the input that was the largest, and to no
# other. In the second case the windows overlap, and one input can be the largest of several of them.


# %% id="cn-pool-backward" tags=["check"]
def check_pool(pool_param, *shape):
    print(pool_param)
    (x,) = random_arrays(shape)
    check_backward(1e-9, lambda x: max_pool_forward_naive(x, pool_param), max_pool_backward_naive, x=x)


check_pool({"pool_height": 2, "pool_width": 2, "stride": 2}, 3, 2, 8, 8)
check_pool({"pool_height": 3, "pool_width": 3, "stride": 2}, 3, 2, 7, 7)

# %% [markdown] id="cn-im2col-text"
# ## Fast layers
#
# Loops in Python are slow; matrix products are fast. So write every window as the *column* of a matrix. Then a
# convolution is a product of two matrices, and pooling is a maximum along an axis. The price is memory: where
# windows overlap, a pixel is copied into several columns.
#
# Begin with `cs231n/im2col.py`. The first check is small enough to do it in your head: a 4 x 4 image and four
# windows. The second one says what `col2im_indices` must be: the *transpose* of `im2col_indices`, which is linear.
# That is, for all images $x$ and matrices $c$ the two dot products agree,
# $\langle \mathrm{im2col}(x), c \rangle = \langle x, \mathrm{col2im}(c) \rangle$.

# %% id="cn-im2col" tags=["check"]
x = np.arange(16.0).reshape(1, 1, 4, 4)
expected = np.array([[0, 2, 8, 10], [1, 3, 9, 11], [4, 6, 12, 14], [5, 7, 13, 15]])
cols = im2col_indices(x, 2, 2, padding=0, stride=2)
print(cols)
compare(1e-12, cols=(cols, expected))

(x,) = random_arrays((2, 3, 7, 6))
cols = im2col_indices(x, 3, 2, padding=1, stride=2)
c = np.random.randn(*cols.shape)
images = col2im_indices(c, x.shape, 3, 2, padding=1, stride=2)
compare(1e-12, transpose=(np.sum(x * images), np.sum(cols * c)))

# %% [markdown] id="cn-fast-conv-text"
# Now convolution in `cs231n/fast_layers.py`. The results must be those of your loops, up to rounding.

# %% id="cn-fast-conv" tags=["check"]
x, w, b = random_arrays((20, 3, 31, 31), (25, 3, 3, 3), (25,))
conv_param = {"stride": 2, "pad": 1}


def timed(function, *args):
    """The result of a call, and its time in milliseconds."""
    start = time.perf_counter()
    result = function(*args)
    return result, 1000 * (time.perf_counter() - start)


(out, cache), forward_ms = timed(conv_forward_naive, x, w, b, conv_param)
dout = np.random.randn(*out.shape)
(dx, dw, db), backward_ms = timed(conv_backward_naive, dout, cache)
print(f"naive: forward {forward_ms:.1f} ms, backward {backward_ms:.1f} ms")

for name, forward, backward in [
    ("im2col", conv_forward_im2col, conv_backward_im2col),
    ("strides", conv_forward_strides, conv_backward_strides),
    ("fast", conv_forward_fast, conv_backward_fast),
]:
    (fast_out, fast_cache), forward_fast_ms = timed(forward, x, w, b, conv_param)
    (fast_dx, fast_dw, fast_db), backward_fast_ms = timed(backward, dout, fast_cache)
    print(
        f"\n{name}: forward {forward_fast_ms:.1f} ms, {forward_ms / forward_fast_ms:.0f} times as fast; "
        f"backward {backward_fast_ms:.1f} ms, {backward_ms / backward_fast_ms:.0f} times as fast"
    )
    compare(1e-10, relative_error, out=(fast_out, out), dx=(fast_dx, dx), dw=(fast_dw, dw), db=(fast_db, db))

# %% [markdown] id="cn-fast-pool-text"
# And pooling. The version with `reshape` is for windows that tile the image; `max_pool_forward_fast` has to do
# all windows.

# %% id="cn-fast-pool" tags=["check"]
(x,) = random_arrays((40, 3, 32, 32))


def check_fast_pool(pool_param, versions):
    (out, cache), forward_ms = timed(max_pool_forward_naive, x, pool_param)
    dout = np.random.randn(*out.shape)
    dx, backward_ms = timed(max_pool_backward_naive, dout, cache)
    print(f"{pool_param}\nnaive: forward {forward_ms:.1f} ms, backward {backward_ms:.1f} ms")
    for name, forward, backward in versions:
        (fast_out, fast_cache), forward_fast_ms = timed(forward, x, pool_param)
        fast_dx, backward_fast_ms = timed(backward, dout, fast_cache)
        print(
            f"{name}: forward {forward_fast_ms:.1f} ms, {forward_ms / forward_fast_ms:.0f} times as fast; "
            f"backward {backward_fast_ms:.1f} ms, {backward_ms / backward_fast_ms:.0f} times as fast"
        )
        compare(1e-10, relative_error, out=(fast_out, out), dx=(fast_dx, dx))
    print()


reshape = ("reshape", max_pool_forward_reshape, max_pool_backward_reshape)
im2col = ("im2col", max_pool_forward_im2col, max_pool_backward_im2col)
fast = ("fast", max_pool_forward_fast, max_pool_backward_fast)
check_fast_pool({"pool_height": 2, "pool_width": 2, "stride": 2}, [reshape, im2col, fast])
check_fast_pool({"pool_height": 3, "pool_width": 3, "stride": 2}, [im2col, fast])

# %% [markdown] id="cn-joint-text"
# ## Layers that come together
#
# `cs231n/layer_utils.py` joins what usually comes together. The joint layers use your fast versions, and there
# is nothing for you to write: run the check.

# %% id="cn-joint" tags=["check"]
x, w, b = random_arrays((2, 3, 16, 16), (3, 3, 3, 3), (3,))
conv_param = {"stride": 1, "pad": 1}
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

print("convolution, ReLU")
check_backward(
    1e-9, lambda x, w, b: conv_relu_forward(x, w, b, conv_param), conv_relu_backward, x=x, w=w, b=b
)
print("convolution, ReLU, pooling")
check_backward(
    1e-9,
    lambda x, w, b: conv_relu_pool_forward(x, w, b, conv_param, pool_param),
    conv_relu_pool_backward,
    x=x,
    w=w,
    b=b,
)

# %% [markdown] id="cn-net-text"
# ## A convolutional network
#
# Complete `ThreeLayerConvNet` in `cs231n/classifiers/cnn.py`: convolution, ReLU, 2 x 2 max pooling, affine, ReLU,
# affine, softmax. First look at the loss of the new network: $\log 10 \approx 2.3$ for ten classes, and
# more with regularization.

# %% id="cn-net-loss" tags=["check"]
np.random.seed(231)
X = np.random.randn(50, 3, 32, 32)
y = np.random.randint(10, size=50)
model = ThreeLayerConvNet()
loss, _ = model.loss(X, y)
model.reg = 0.5
loss_with_penalty, _ = model.loss(X, y)
print(f"initial loss: {loss:.4f}, with regularization {loss_with_penalty:.4f}")
assert abs(loss - np.log(10)) < 0.01, "the loss is not log(10)"

weights = [model.params[name].astype(np.float64) for name in ("W1", "W2", "W3")]
expected = 0.25 * sum(np.sum(weight**2) for weight in weights)
compare(1e-4, penalty=(loss_with_penalty - loss, expected))

# %% [markdown] id="cn-net-gradient-text"
# Then its gradients, on small images and in float64.

# %% id="cn-net-gradient" tags=["check"]
np.random.seed(231)
X = np.random.randn(2, 3, 12, 12)
y = np.random.randint(10, size=2)
model = ThreeLayerConvNet(
    input_dim=(3, 12, 12), num_filters=3, filter_size=3, hidden_dim=7, weight_scale=0.1, dtype=np.float64
)
for reg in [0, 0.1]:
    print(f"gradients with reg = {reg}")
    model.reg = reg
    loss, grads = model.loss(X, y)
    pairs = {}
    for name, value in sorted(model.params.items()):
        numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], value, verbose=False)
        pairs[name] = (grads[name], numeric)
    compare(1e-6, relative_error, **pairs)

# %% [markdown] id="cn-overfit-text"
# ## Overfit 100 images
#
# A network that cannot learn a few images by heart has a mistake. This one should get them nearly all right, and
# do much worse on the validation images, of which it knows nothing.

# %% id="cn-overfit" tags=["check"]
np.random.seed(231)
few = {**data, "X_train": data["X_train"][:100], "y_train": data["y_train"][:100]}
solver = Solver(
    ThreeLayerConvNet(num_filters=16, weight_scale=1e-2),
    few,
    update_rule="adam",
    optim_config={"learning_rate": 1e-3},
    num_epochs=20,
    batch_size=50,
    num_val_samples=100,
    print_every=10,
)
solver.train()

_, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
left.plot(solver.loss_history, "o")
left.set(title="Training loss", xlabel="step", ylabel="loss")
right.plot(solver.train_acc_history, "o-", label="training")
right.plot(solver.val_acc_history, "o-", label="validation")
right.set(title="Accuracy", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
right.legend()
plt.show()
print(f"best training accuracy: {max(solver.train_acc_history):.2f} (at least 0.9)")
assert max(solver.train_acc_history) >= 0.9, "the network did not learn 100 images"

# %% [markdown] id="cn-train-text"
# ## Train it
#
# On more images, for a few epochs. (`num_train` is what keeps this short with the full CIFAR-10.)

# %% id="cn-train" tags=["experiment", "check"]
num_train = 2000
part = {**data, "X_train": data["X_train"][:num_train], "y_train": data["y_train"][:num_train]}
np.random.seed(231)
model = ThreeLayerConvNet(num_filters=16, weight_scale=1e-3, reg=1e-3)
solver = Solver(
    model,
    part,
    update_rule="adam",
    optim_config={"learning_rate": 1e-3},
    num_epochs=5,
    batch_size=50,
    num_train_samples=300,
    num_val_samples=300,
    print_every=20,
)
solver.train()

accuracy = solver.check_accuracy(data["X_val"][:300], data["y_val"][:300])
print(f"validation accuracy: {accuracy:.3f} (at least 0.4)")
assert accuracy >= 0.4, "the network did not learn"

# %% [markdown] id="cn-filters-text"
# ## The filters of the first layer
#
# Filters of the first layer look at pixels, so one can look at them as at images. They began as noise; what is
# it that they respond to now?

# %% id="cn-filters" tags=["experiment"]
grid = visualize_grid(model.params["W1"].transpose(0, 2, 3, 1))
plt.figure(figsize=(6, 6))
plt.imshow(grid.astype(np.uint8))
plt.title("Filters of the first layer")
plt.axis("off")
plt.show()

# %% [markdown] id="cn-spatial-batchnorm-text"
# ## Batch normalization for images
#
# What batch normalization does for the features of an affine layer [1], *spatial* batch normalization does for
# the channels of a convolution. A channel is the same filter at all places, so its mean and variance are taken
# over all examples **and all pixels**, and there is one $\gamma$ and one $\beta$ per channel. Write
# `spatial_batchnorm_forward`; your `batchnorm_forward` does the work once the axes are in the right order.
#
# [1] S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
# Covariate Shift", ICML 2015.

# %% id="cn-spatial-batchnorm-forward" tags=["check"]
np.random.seed(231)
x = 4 * np.random.randn(2, 3, 4, 5) + 10
print("before")
print(f"  means {x.mean(axis=(0, 2, 3))}\n  stds  {x.std(axis=(0, 2, 3))}")

print("after it, with gamma = 1 and beta = 0")
out, _ = spatial_batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
assert out.shape == x.shape, f"the shape is {out.shape} and not {x.shape}"
compare_statistics(out, axis=(0, 2, 3), mean=0, std=1, bound=1e-5)

gamma, beta = np.array([3.0, 4.0, 5.0]), np.array([6.0, 7.0, 8.0])
print("after it, with gamma = 3, 4, 5 and beta = 6, 7, 8")
out, _ = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
compare_statistics(out, axis=(0, 2, 3), mean=beta, std=gamma, bound=1e-5)

bn_param = {"mode": "train"}
for _ in range(50):
    batch = 2.3 * np.random.randn(10, 4, 11, 12) + 13
    spatial_batchnorm_forward(batch, np.ones(4), np.zeros(4), bn_param)
bn_param["mode"] = "test"
batch = 2.3 * np.random.randn(10, 4, 11, 12) + 13
out, _ = spatial_batchnorm_forward(batch, np.ones(4), np.zeros(4), bn_param)
print("at test time, after 50 batches")
compare_statistics(out, axis=(0, 2, 3), mean=0, std=1, bound=0.2)

# %% [markdown] id="cn-spatial-batchnorm-backward-text"
# Write `spatial_batchnorm_backward`. With it, the joint layer of convolution, batch normalization and ReLU works
# as well.

# %% id="cn-spatial-batchnorm-backward" tags=["check"]
z, gamma, beta = random_arrays((2, 3, 4, 5), (3,), (3,))
check_backward(
    1e-8,
    lambda x, gamma, beta: spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}),
    spatial_batchnorm_backward,
    x=5 * z + 12,
    gamma=gamma,
    beta=beta,
)

print("convolution, batch normalization, ReLU (the bias is left out: its gradient is zero)")
x, w, gamma, beta = random_arrays((2, 3, 4, 5), (4, 3, 3, 3), (4,), (4,))


def conv_bn_relu(x, w, gamma, beta):
    return conv_bn_relu_forward(x, w, np.zeros(4), gamma, beta, {"stride": 1, "pad": 1}, {"mode": "train"})


def conv_bn_relu_gradients(dout, cache):
    dx, dw, _, dgamma, dbeta = conv_bn_relu_backward(dout, cache)
    return dx, dw, dgamma, dbeta


check_backward(1e-8, conv_bn_relu, conv_bn_relu_gradients, x=x, w=w, gamma=gamma, beta=beta)

# %% [markdown] id="cn-groupnorm-text"
# ## Group normalization
#
# Layer normalization does not depend on the batch, but it treats all features alike, and in a convolutional
# network the features of different filters can be of quite different kinds. Group normalization [2] stands
# between: it splits the channels of each example into $G$ groups and normalizes every group on its own, over its
# channels and all pixels. As in layer normalization there are no running averages; $\gamma$ and $\beta$ belong to
# the channels. Write `spatial_groupnorm_forward`.
#
# [2] Y. Wu and K. He, "Group Normalization", ECCV 2018.

# %% id="cn-groupnorm-forward" tags=["check"]
np.random.seed(231)
N, C, H, W, G = 2, 6, 4, 5, 2
x = 4 * np.random.randn(N, C, H, W) + 10
groups = x.reshape(N * G, -1)
print("before")
print(f"  means {groups.mean(axis=1)}\n  stds  {groups.std(axis=1)}")

print("after it, with gamma = 1 and beta = 0")
out, _ = spatial_groupnorm_forward(x, np.ones((1, C, 1, 1)), np.zeros((1, C, 1, 1)), G, {})
assert out.shape == x.shape, f"the shape is {out.shape} and not {x.shape}"
compare_statistics(out.reshape(N * G, -1), axis=1, mean=0, std=1, bound=1e-5)

gamma = np.arange(1.0, 7.0).reshape(1, C, 1, 1)
scaled, _ = spatial_groupnorm_forward(x, gamma, gamma + 10, G, {})
compare(1e-9, scaled=(scaled, gamma * out + gamma + 10))

# %% [markdown] id="cn-groupnorm-backward-text"
# Write `spatial_groupnorm_backward`.

# %% id="cn-groupnorm-backward" tags=["check"]
z, gamma, beta = random_arrays((2, 6, 4, 5), (1, 6, 1, 1), (1, 6, 1, 1))
check_backward(
    1e-8,
    lambda x, gamma, beta: spatial_groupnorm_forward(x, gamma, beta, 2, {}),
    spatial_groupnorm_backward,
    x=5 * z + 12,
    gamma=gamma,
    beta=beta,
)
