import functools

_EPS = 1e-5


def two_dimensional(function):
    """Flattens the first argument."""

    @functools.wraps(function)
    def wrapper(x, *rest):
        out, cache = function(x.reshape(len(x), -1), *rest)
        return out, (x.shape, cache)

    return wrapper


@two_dimensional
def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    shape, (x, w) = cache
    return (dout @ w.T).reshape(shape), x.T @ dout, _column_sums(dout)


def _column_sums(a):
    return np.ones(len(a)) @ a


def softmax(scores):
    e = np.exp(scores - scores.max(1)[:, None])
    return e / e.sum(1)[:, None]


def softmax_loss(x, y, probabilities=softmax):
    p, rows = probabilities(x), np.arange(len(x))
    return -np.mean(np.log(p[rows, y])), (p - np.eye(x.shape[1])[y]) / len(x)


def _normalized(x, mean, var, eps=_EPS):
    return (x - mean) / np.sqrt(var + eps)
