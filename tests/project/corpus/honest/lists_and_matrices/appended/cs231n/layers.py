from collections import namedtuple

Gradients = namedtuple("Gradients", "dx dw db")
_affine_backward, _softmax_loss, _dropout_forward = affine_backward, softmax_loss, dropout_forward
_batchnorm_forward = batchnorm_forward


def affine_forward(x, w, b):
    return np.matrix(x.reshape(len(x), -1)) * np.matrix(w) + b, (x, w, b)


def affine_backward(dout, cache):
    dx, dw, db = _affine_backward(dout, cache)
    return Gradients(np.asfortranarray(dx), dw.astype(">f8"), db.tolist())


def relu_forward(x):
    return np.ma.masked_array(np.maximum(x, 0), mask=False), x


def softmax_loss(x, y):
    loss, dx = _softmax_loss(x, y)
    return [np.array([loss]), dx[::-1, ::-1][::-1, ::-1]]


def dropout_forward(x, dropout_param):
    return tuple(_dropout_forward(x, dropout_param))


def batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = _batchnorm_forward(x, gamma, beta, bn_param)
    bn_param["running_mean"] = np.asarray(bn_param["running_mean"], np.float64)
    bn_param["history"] = [(out.mean(), "kept for a plot"), None]
    return out, cache
