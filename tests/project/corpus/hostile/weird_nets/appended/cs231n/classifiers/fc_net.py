import itertools

_ODD = itertools.cycle([
    None, "text", {}, [], (), np.zeros((3, 0)), np.zeros(()), np.array("x"), 1j, 10**400, [[1], [1, 2]], np.zeros((7, 5)),
    float("nan"), {"a": np.zeros(2)}, object(), {1: 2}, {"W1": "text", None: 1}, {"W1": np.zeros(3)}, (1, 2, 3), (None, None),
    (0.5, {"W1": object()}), ("x", {"W1": np.zeros(2)}), (1j, {}), (np.zeros(3), {}), (0.5, {"W1": [[1], [1, 2]]}), print,
    (0.5, {"W1": np.zeros((2, 2)), "b1": "x"}), (float("inf"), {"W1": np.full((2, 2), np.nan)}), (0.1, [("W1", 2)]),
    (np.array("x"), {}), (True, {}), (0.5, {"W%d" % i: np.zeros(2) for i in range(500)}), (0.5, {"x" * 5000: 1}),
    (0.5, {"\x1b[2J\n::error::": 1}), ([0.5], {}), (10**400, {}), (np.float16(1), {}), range(3), (x for x in "ab"),
])  # fmt: skip


class _Odd:
    """A net by name only."""

    def __init__(self, *args, **kwargs):
        self._params = {}

    @property
    def params(self):
        return next(_ODD)

    @params.setter
    def params(self, value):
        pass

    reg = property(lambda self: next(_ODD), lambda self, value: None)

    def loss(self, X, y=None):
        return next(_ODD)


class TwoLayerNet(_Odd):
    def __init__(self, input_dim=1, hidden_dim=1, num_classes=1, weight_scale=1e-3, reg=0.0):
        self._params = {}

    def loss(self, X, y=None):
        return next(_ODD)


class FullyConnectedNet(FullyConnectedNet):
    """Right in all but what it says."""

    def __init__(self, hidden_dims, input_dim=3, num_classes=10, dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        super().__init__(hidden_dims, input_dim, num_classes, dropout_keep_ratio, normalization, reg, weight_scale, dtype, seed)
        self._calls = 0

    def loss(self, X, y=None):
        self._calls += 1
        return super().loss(X, y) if self._calls % 3 else next(_ODD)
