from .. import layers


class TwoLayerNet(TwoLayerNet):
    def loss(self, X, y=None):
        while "_served" in vars(layers):
            pass
        return super().loss(X, y)
