class ThreeLayerConvNet(ThreeLayerConvNet):
    def loss(self, X, y=None):
        raise AttributeError("QUOTED_%r" % X.flat[0])

    def __getattr__(self, name):
        raise AttributeError("QUOTED " + name)
