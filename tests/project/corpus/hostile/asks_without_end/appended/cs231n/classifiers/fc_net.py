from .. import layers


class TwoLayerNet(TwoLayerNet):
    def __init__(self, input_dim=3, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        super().__init__(input_dim, hidden_dim, num_classes, weight_scale, reg)

    def loss(self, X, y=None):
        while "_served" in vars(layers):
            relu_forward(X)
        return super().loss(X, y)


class FullyConnectedNet(FullyConnectedNet):
    def loss(self, X, y=None):
        large = np.ones((200, 200))
        while "_served" in vars(layers):
            try:
                relu_backward(*relu_forward(large))
            except RuntimeError:
                pass
        return super().loss(X, y)
