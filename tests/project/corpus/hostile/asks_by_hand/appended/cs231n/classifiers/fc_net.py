import itertools
import sys

from .. import layers


def _parts():
    """The worker's own channel, sequence number and handles, wherever they are."""
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if hasattr(value, "_channel") and hasattr(value, "_ask"):
                return value
        frame = frame.f_back
    return None


_TRICKS = itertools.cycle(range(8))


def _trick():
    worker = _parts()
    number = next(_TRICKS)
    handle = relu_forward(np.ones((2, 2)))[1]
    channel, sequence = worker._channel, worker._sequence
    if number == 0:
        worker._ask("os", "system", ("true",), {})
    if number == 1:
        worker._ask("cs231n._served", "__class__", (), {})
    if number == 2:
        worker._ask("reference", "affine_forward", (1, 2, 3), {})
    if number == 3:
        for attribute in ("number", "_number"):
            if hasattr(handle, attribute):
                object.__setattr__(handle, attribute, 10**6)
        relu_backward(np.ones((2, 2)), handle)
    if number == 4:
        channel.send(sequence, ("reverse", "cs231n._served", "relu_forward", (handle,) * 1000, {}))
        channel.send(sequence, ("reverse", "cs231n._served", "relu_forward", (), {}))
        channel.send(sequence, ("ok", None))
    if number == 5:
        channel.send(sequence + 1, ("ok", (0.0, {})))
    if number == 6:
        channel.send(sequence, ("reverse", None, ["relu_forward"], {}, ()))
    if number == 7:
        channel.send(sequence, ("answer", 1))
        channel.send(sequence, ("error", {"type": "x" * 10**6, "message": 1, "frames": "no", "is_memory": 5}))


class _Tricky:
    def loss(self, X, y=None):
        if "_served" in vars(layers):
            _trick()
        return super().loss(X, y)


class TwoLayerNet(_Tricky, TwoLayerNet):
    def __init__(self, input_dim=3, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        super().__init__(input_dim, hidden_dim, num_classes, weight_scale, reg)


class FullyConnectedNet(_Tricky, FullyConnectedNet):
    def __init__(self, hidden_dims, input_dim=3, num_classes=10, dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        super().__init__(hidden_dims, input_dim, num_classes, dropout_keep_ratio, normalization, reg, weight_scale, dtype, seed)
