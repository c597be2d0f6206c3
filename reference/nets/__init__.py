"""Networks put together from the layers, each a class with ``params`` and ``loss(X, y=None)``."""

from reference.nets.fully_connected import FullyConnectedNet
from reference.nets.three_layer_conv import ThreeLayerConvNet
from reference.nets.two_layer import TwoLayerNet

__all__ = ["FullyConnectedNet", "ThreeLayerConvNet", "TwoLayerNet"]
