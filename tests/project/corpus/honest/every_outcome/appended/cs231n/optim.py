def sgd_momentum(w, dw, config=None):
    return w - config["learning_rate"] * dw, config


def rmsprop(w, dw, config=None):
    next_w = None
    print(next_w)
    return next_w, None


def adam(w, dw, config=None):
    w = w - dw
    return w
