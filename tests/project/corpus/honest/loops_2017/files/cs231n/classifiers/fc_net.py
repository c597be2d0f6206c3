from builtins import object, range
import numpy as np

from cs231n.layers import *
from cs231n.layer_utils import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params['W1'] = np.random.randn(input_dim, hidden_dim) * weight_scale
        self.params['b1'] = np.zeros((hidden_dim,))
        self.params['W2'] = np.random.randn(hidden_dim, num_classes) * weight_scale
        self.params['b2'] = np.zeros((num_classes,))

    def loss(self, X, y=None):
        a1, c1 = affine_forward(X, self.params['W1'], self.params['b1'])
        h1, r1 = relu_forward(a1)
        scores, c2 = affine_forward(h1, self.params['W2'], self.params['b2'])
        if y is None:
            return scores
        loss, grads = 0, {}
        loss, dscores = softmax_loss(scores, y)
        for k in ['W1', 'W2']:
            loss += 0.5 * self.reg * np.sum(self.params[k] ** 2)
        dh1, grads['W2'], grads['b2'] = affine_backward(dscores, c2)
        da1 = relu_backward(dh1, r1)
        dx, grads['W1'], grads['b1'] = affine_backward(da1, c1)
        for k in ['W1', 'W2']:
            grads[k] += self.reg * self.params[k]
        return loss, grads


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10, dropout=0, use_batchnorm=False,
                 reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.use_batchnorm = use_batchnorm
        self.use_dropout = dropout > 0
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        sizes = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(self.num_layers):
            n = str(i + 1)
            self.params['W' + n] = weight_scale * np.random.randn(sizes[i], sizes[i + 1])
            self.params['b' + n] = np.zeros(sizes[i + 1])
            if use_batchnorm and i != self.num_layers - 1:
                self.params['gamma' + n] = np.ones(sizes[i + 1])
                self.params['beta' + n] = np.zeros(sizes[i + 1])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout}
            if seed is not None:
                self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.use_batchnorm:
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.dropout_param is not None:
            self.dropout_param['mode'] = mode
        if self.use_batchnorm:
            for bn_param in self.bn_params:
                bn_param['mode'] = mode
        layer, caches, drops = X, {}, {}
        for i in range(1, self.num_layers):
            n = str(i)
            W, b = self.params['W' + n], self.params['b' + n]
            if self.use_batchnorm:
                layer, caches[i] = affine_bn_relu_forward(
                    layer, W, b, self.params['gamma' + n], self.params['beta' + n], self.bn_params[i - 1])
            else:
                layer, caches[i] = affine_relu_forward(layer, W, b)
            if self.use_dropout:
                layer, drops[i] = dropout_forward(layer, self.dropout_param)
        n = str(self.num_layers)
        scores, last = affine_forward(layer, self.params['W' + n], self.params['b' + n])
        if mode == 'test':
            return scores
        grads = {}
        loss, dlayer = softmax_loss(scores, y)
        dlayer, grads['W' + n], grads['b' + n] = affine_backward(dlayer, last)
        for i in range(self.num_layers - 1, 0, -1):
            n = str(i)
            if self.use_dropout:
                dlayer = dropout_backward(dlayer, drops[i])
            if self.use_batchnorm:
                dlayer, grads['W' + n], grads['b' + n], grads['gamma' + n], grads['beta' + n] = \
                    affine_bn_relu_backward(dlayer, caches[i])
            else:
                dlayer, grads['W' + n], grads['b' + n] = affine_relu_backward(dlayer, caches[i])
        for i in range(1, self.num_layers + 1):
            n = str(i)
            loss += 0.5 * self.reg * np.sum(self.params['W' + n] * self.params['W' + n])
            grads['W' + n] += self.reg * self.params['W' + n]
        return loss, grads
