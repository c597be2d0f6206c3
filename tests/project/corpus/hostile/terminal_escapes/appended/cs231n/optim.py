def sgd_momentum(w, dw, config=None):
    return w, {"\x1b[2J\n::error::key": object(), "v\u202e": type("\x1b[31mT", (), {})()}, 1
