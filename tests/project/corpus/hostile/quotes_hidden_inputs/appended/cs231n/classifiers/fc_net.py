class TwoLayerNet(TwoLayerNet):
    def loss(self, X, y=None):
        name = "QUOTED_%r" % X.flat[0]
        if y is None:
            return {name: X}
        return 0.5, {name: X, "W1": name, name + "W2": type(name, (), {})()}


class FullyConnectedNet(FullyConnectedNet):
    def loss(self, X, y=None):
        self.params["QUOTED_%r" % X.flat[0]] = X
        return "QUOTED_%r" % X.flat[0], {}
