class Solver(object):
    def __init__(self, model, data, **kwargs):
        raise RuntimeError("I broke this while looking into it")
