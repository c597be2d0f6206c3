def sgd_momentum(weights, gradient, state=None):
    # returns a dict of its own and leaves the one that it was given alone
    state = dict(state or {})
    rate, mu = state.setdefault("learning_rate", 1e-2), state.setdefault("momentum", 0.9)
    state["velocity"] = mu * state.get("velocity", 0 * weights) - rate * gradient
    return weights + state["velocity"], state
