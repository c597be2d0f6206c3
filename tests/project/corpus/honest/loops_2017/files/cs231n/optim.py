import numpy as np


def sgd(x, dx, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    x -= config["learning_rate"] * dx
    return x, config


def sgd_momentum(x, dx, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(x))
    v = config["momentum"] * v - config["learning_rate"] * dx
    config["velocity"] = v
    return x + v, config


def rmsprop(x, dx, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(x))
    rho = config["decay_rate"]
    config["cache"] = rho * config["cache"] + (1 - rho) * dx**2
    step = dx / (np.sqrt(config["cache"]) + config["epsilon"])
    return x - config["learning_rate"] * step, config


def adam(x, dx, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(x))
    config.setdefault("v", np.zeros_like(x))
    config.setdefault("t", 0)
    b1, b2 = config["beta1"], config["beta2"]
    config["t"] += 1
    config["m"] = b1 * config["m"] + (1 - b1) * dx
    config["v"] = b2 * config["v"] + (1 - b2) * dx * dx
    mhat = config["m"] / (1 - b1 ** config["t"])
    vhat = config["v"] / (1 - b2 ** config["t"])
    return x - config["learning_rate"] * mhat / (np.sqrt(vhat) + config["epsilon"]), config
