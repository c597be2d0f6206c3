import itertools

_SHAPES = itertools.cycle([(1,), (2, 3), (), (0,)])


class ThreeLayerConvNet(ThreeLayerConvNet):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.params = _Params(self.params)

    def loss(self, X, y=None):
        result = super().loss(X, y)
        if y is None:
            return result[: next(_SHAPES)[0] if len(next(_SHAPES)) else 1]
        loss, grads = result
        return loss, {name: np.zeros(next(_SHAPES)) for name in grads}


class _Params(dict):
    def keys(self):
        return ["W1", "\x1b[2J", 3, None, (1, 2)]

    __iter__ = lambda self: iter(self.keys())
