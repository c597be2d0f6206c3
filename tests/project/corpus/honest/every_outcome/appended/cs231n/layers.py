import os, sys


def affine_backward(dout, cache):
    x, w, b = cache
    dx = np.zeros(x.shape[7])
    return dx, w, b


def relu_forward(x):
    while True:
        x = np.abs(x)


def softmax_loss(x, y):
    print(x, y)
    return "%.3f" % x.mean()


def layernorm_forward(x, gamma, beta, ln_param):
    everything = np.ones((len(x), 20000, 20000))
    return everything.mean(), x


def max_pool_forward_naive(x, pool_param):
    return max_pool_forward_naive(x[:, :, 1:], pool_param)


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    if G != 1:
        print("G is not 1")
        os._exit(3)
    return x, None


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        sys.exit(0)
    return x, None
