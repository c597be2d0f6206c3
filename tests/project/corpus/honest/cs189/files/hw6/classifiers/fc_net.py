import numpy as np
from layers import *


class FullyConnectedNet(object):
    def __init__(self, input_dim, hidden_dim=[10, 5], num_classes=8, weight_scale=0.1):
        self.num_layers = 1 + len(hidden_dim)
        self.params = {}
        dims = np.hstack((input_dim, hidden_dim, num_classes))
        for i in range(self.num_layers):
            self.params['W%d' % (i + 1)] = np.random.normal(scale=weight_scale, size=(dims[i], dims[i + 1]))
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        out, caches = X, []
        for i in range(1, self.num_layers):
            out, cache = affine_relu_forward(out, self.params['W%d' % i], self.params['b%d' % i])
            caches.append(cache)
        L = self.num_layers
        scores, cache = affine_forward(out, self.params['W%d' % L], self.params['b%d' % L])
        if y is None:
            return scores
        grads = {}
        loss, d = softmax_loss(scores, y)
        d, grads['W%d' % L], grads['b%d' % L] = affine_backward(d, cache)
        for i in range(L - 1, 0, -1):
            d, grads['W%d' % i], grads['b%d' % i] = affine_relu_backward(d, caches[i - 1])
        return loss, grads
