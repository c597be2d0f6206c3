import itertools

from .. import layers

_DEEP = []
for _ in range(30):
    _DEEP = [_DEEP]
_ODD = [
    None, True, 0, -1, 10**30, 1e308, float("nan"), 1j, "text", b"bytes", "", [], (), {}, [1, 2], [[1], [1, 2]], _DEEP,
    {"mode": "train"}, {"mode": "test", "running_mean": "x"}, {"p": float("nan"), "mode": "train"}, {"seed": -1, "p": 2},
    {"pad": "1", "stride": None}, {1: 2}, {"pool_height": 2, "pool_width": 2, "stride": 1e-9}, {"mode": ["train"]},
    np.zeros(0), np.zeros((0, 3)), np.zeros((2, 0, 4, 4)), np.array(5), np.ones((2, 3), bool), np.ones((2, 3), np.int8),
    np.ones((2, 3), complex), np.full((2, 3), np.nan), np.ones((1,) * 20), np.ones((2, 3), np.float16), np.array([[1]], ">f8"),
    np.uint64(2**64 - 1), np.arange(6).reshape(2, 3), np.ones((2, 3, 4, 4))[..., ::-1],
]  # fmt: skip
_NAMES = [name for name in dir(layers) if name.endswith(("_forward", "_backward", "_naive", "_loss", "_alt"))]


def _ask(name, *arguments, **keywords):
    try:
        return getattr(layers, name)(*arguments, **keywords)
    except (ValueError, TypeError, RuntimeError, IndexError, KeyError, RecursionError):
        return None


class TwoLayerNet(TwoLayerNet):
    def __init__(self, input_dim=3, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        super().__init__(input_dim, hidden_dim, num_classes, weight_scale, reg)

    def loss(self, X, y=None):
        if "_served" in vars(layers):
            odd = itertools.cycle(_ODD)
            for name in _NAMES:
                for count in (0, 1, 2, 3, 4, 5, 9):
                    for _ in range(12):
                        _ask(name, *[next(odd) for _ in range(count)])
                for one in _ODD:
                    _ask(name, *[one] * (2 if "backward" in name or "loss" in name else 4))
                _ask(name, x=X, y=X, self=X)
            caches = [kept[1] for kept in (_ask("relu_forward", X), _ask("affine_forward", X, np.ones((X[0].size, 2)), np.ones(2))) if kept]
            for name, cache, one in itertools.product(_NAMES, caches, _ODD):
                if "backward" in name:
                    _ask(name, one, cache)
                    _ask(name, cache, one)
        return super().loss(X, y)
