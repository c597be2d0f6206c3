import itertools

_ODD = itertools.cycle([
    None, "text", {}, [], (), np.zeros((3, 0)), 1j, 10**400, [[1], [1, 2]], float("nan"), object(), {1: 2}, {"t": "x"}, print,
    {"t": 10**400}, {"velocity": "x", "cache": [], "m": None, "v": {}, "t": None}, {"t": -1, "m": np.zeros(2)}, np.array("x"),
])  # fmt: skip


def sgd_momentum(w, dw, config=None):
    config.clear()
    return w, next(_ODD)


def rmsprop(w, dw, config=None):
    for key in list(config):
        config[key] = next(_ODD)
    return w, config


def adam(w, dw, config=None):
    config["self"] = config
    return next(_ODD), config
