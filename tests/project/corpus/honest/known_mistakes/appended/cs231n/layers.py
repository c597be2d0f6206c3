def relu_backward(dout, cache):
    return np.maximum(dout, 0)


_batchnorm_forward = batchnorm_forward


def batchnorm_forward(x, gamma, beta, bn_param):
    if bn_param["mode"] == "train":
        return _batchnorm_forward(x, gamma, beta, bn_param)
    mean, var = bn_param["running_mean"], bn_param["running_var"]
    return (x - mean) / np.sqrt(var + bn_param.get("eps", 1e-5)), None


def dropout_forward(x, dropout_param):
    p, mode, mask = dropout_param["p"], dropout_param["mode"], None
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "train":
        mask = (np.random.rand(*x.shape) > p) / (1 - p)
        x = x * mask
    return x, (dropout_param, mask)


_conv_backward_naive = conv_backward_naive


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    dx, dw, db = _conv_backward_naive(dout, cache)
    p = conv_param["pad"]
    padded = np.pad(dx, ((0, 0), (0, 0), (p, p), (p, p)))
    return padded[:, :, p:-p, p:-p], dw, db
