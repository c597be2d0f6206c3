import numpy as np

from cs231n.layers import *
from cs231n.layer_utils import *


class TwoLayerNet(object):

  def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10,
               weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg
    self.params['W1'] = weight_scale * np.random.randn(input_dim, hidden_dim)
    self.params['b1'] = np.zeros(hidden_dim)
    self.params['W2'] = weight_scale * np.random.randn(hidden_dim, num_classes)
    self.params['b2'] = np.zeros(num_classes)

  def loss(self, X, y=None):
    W1, b1, W2, b2 = map(self.params.get, ['W1', 'b1', 'W2', 'b2'])
    hidden, cache1 = affine_relu_forward(X, W1, b1)
    scores, cache2 = affine_forward(hidden, W2, b2)
    if y is None:
      return scores
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dhidden, grads['W2'], grads['b2'] = affine_backward(dscores, cache2)
    _, grads['W1'], grads['b1'] = affine_relu_backward(dhidden, cache1)
    for name in 'W1', 'W2':
      loss += self.reg * np.sum(self.params[name] ** 2) / 2
      grads[name] += self.reg * self.params[name]
    return loss, grads


class FullyConnectedNet(object):

  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=0, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_batchnorm = use_batchnorm
    self.use_dropout = dropout > 0
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    sizes = [input_dim] + hidden_dims + [num_classes]
    for i in xrange(self.num_layers):
      self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(sizes[i], sizes[i + 1])
      self.params['b%d' % (i + 1)] = np.zeros(sizes[i + 1])
      if use_batchnorm and i < self.num_layers - 1:
        self.params['gamma%d' % (i + 1)] = np.ones(sizes[i + 1])
        self.params['beta%d' % (i + 1)] = np.zeros(sizes[i + 1])
    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {'mode': 'train', 'p': dropout}
      if seed is not None:
        self.dropout_param['seed'] = seed
    self.bn_params = []
    if self.use_batchnorm:
      self.bn_params = [{'mode': 'train'} for i in xrange(self.num_layers - 1)]
    for k, v in self.params.iteritems():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'
    if self.dropout_param is not None:
      self.dropout_param['mode'] = mode
    for bn_param in self.bn_params:
      bn_param['mode'] = mode

    out, caches = X, []
    for i in range(1, self.num_layers):
      out, cache = self.forward(i, out)
      caches.append(cache)
    last = self.num_layers
    scores, cache = affine_forward(out, self.params['W%d' % last], self.params['b%d' % last])
    if mode == 'test':
      return scores

    grads = {}
    loss, dout = softmax_loss(scores, y)
    dout, grads['W%d' % last], grads['b%d' % last] = affine_backward(dout, cache)
    order = range(1, last)
    order.reverse()
    for i in order:
      dout = self.backward(i, dout, caches.pop(), grads)
    for k in filter(lambda k: k.startswith('W'), self.params.keys()):
      loss += self.reg * np.sum(self.params[k] ** 2) / 2
      grads[k] += self.reg * self.params[k]
    try:
      assert sorted(grads.keys()) == sorted(self.params.keys())
    except AssertionError, error:
      print >>None, 'gradients are missing', error
      raise
    return loss, grads

  def forward(self, i, x):
    out, fc_cache = affine_forward(x, self.params['W%d' % i], self.params['b%d' % i])
    bn_cache = dropout_cache = None
    if self.use_batchnorm:
      gamma, beta = self.params['gamma%d' % i], self.params['beta%d' % i]
      out, bn_cache = batchnorm_forward(out, gamma, beta, self.bn_params[i - 1])
    out, relu_cache = relu_forward(out)
    if self.use_dropout:
      out, dropout_cache = dropout_forward(out, self.dropout_param)
    return out, (fc_cache, bn_cache, relu_cache, dropout_cache)

  def backward(self, i, dout, cache, grads):
    fc_cache, bn_cache, relu_cache, dropout_cache = cache
    if self.use_dropout:
      dout = dropout_backward(dout, dropout_cache)
    dout = relu_backward(dout, relu_cache)
    if self.use_batchnorm:
      dout, grads['gamma%d' % i], grads['beta%d' % i] = batchnorm_backward(dout, bn_cache)
    dout, grads['W%d' % i], grads['b%d' % i] = affine_backward(dout, fc_cache)
    return dout
