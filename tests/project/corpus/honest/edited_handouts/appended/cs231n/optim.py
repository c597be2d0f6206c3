def sgd(w, dw, config=None):
    return w + dw, config
