class ThreeLayerConvNet(_Conv):
    def __init__(self, input_dim=(3, 32, 32), **kwargs):
        super(ThreeLayerConvNet, self).__init__(input_dim, **kwargs)
