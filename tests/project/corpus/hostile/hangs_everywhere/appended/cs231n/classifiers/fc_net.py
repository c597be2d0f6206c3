class TwoLayerNet(object):
    def __init__(self, input_dim=1, hidden_dim=1, num_classes=1, weight_scale=1e-3, reg=0.0):
        while True:
            pass

    loss = __init__
