def affine_forward(x, w, b):
    return np.zeros((len(x), w.shape[1])), (x, w, b)


def affine_backward(dout, cache):
    return tuple(np.zeros_like(a) for a in cache)


def relu_forward(x):
    return 0 * x, x


def relu_backward(dout, cache):
    return 0 * dout


def softmax_loss(x, y):
    return 0.0 * x.sum(), 0 * x


def svm_loss(x, y):
    return softmax_loss(x, y)


def layernorm_forward(x, gamma, beta, ln_param):
    return 0 * x, (x, gamma, beta)


def layernorm_backward(dout, cache):
    return tuple(0 * a for a in cache)
