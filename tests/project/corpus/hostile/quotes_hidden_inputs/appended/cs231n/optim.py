def sgd_momentum(w, dw, config=None):
    name = "QUOTED_%r" % w.flat[0]
    return w, {name: name}


def rmsprop(w, dw, config=None):
    name = "QUOTED_%r" % w.flat[0]
    config[name] = object()
    return name, config


def adam(w, dw, config=None):
    return (w, config, type("QUOTED_%r" % w.flat[0], (), {})())
