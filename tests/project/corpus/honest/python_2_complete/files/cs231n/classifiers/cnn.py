import numpy as np

from cs231n.layers import *
from cs231n.fast_layers import *
from cs231n.layer_utils import *


class ThreeLayerConvNet(object):
  """
  conv - relu - 2x2 max pool - affine - relu - affine - softmax
  """

  def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
               hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0,
               dtype=np.float32):
    self.params = {}
    self.reg = reg
    self.dtype = dtype
    C, H, W = input_dim
    shapes = {
      'W1': (num_filters, C, filter_size, filter_size),
      'W2': (num_filters * (H / 2) * (W / 2), hidden_dim),
      'W3': (hidden_dim, num_classes),
    }
    for name in sorted(shapes.keys()):
      self.params[name] = weight_scale * np.random.randn(*shapes[name])
    self.params['b1'] = np.zeros(num_filters)
    self.params['b2'] = np.zeros(hidden_dim)
    self.params['b3'] = np.zeros(num_classes)

    for k, v in self.params.iteritems():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    W1, b1 = self.params['W1'], self.params['b1']
    W2, b2 = self.params['W2'], self.params['b2']
    W3, b3 = self.params['W3'], self.params['b3']

    filter_size = W1.shape[2]
    conv_param = {'stride': 1, 'pad': (filter_size - 1) / 2}
    pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}

    h, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
    h, cache2 = affine_relu_forward(h, W2, b2)
    scores, cache3 = affine_forward(h, W3, b3)
    if y is None:
      return scores

    grads = {}
    loss, dout = softmax_loss(scores, y)
    dout, grads['W3'], grads['b3'] = affine_backward(dout, cache3)
    dout, grads['W2'], grads['b2'] = affine_relu_backward(dout, cache2)
    dout, grads['W1'], grads['b1'] = conv_relu_pool_backward(dout, cache1)
    for name in ('W1', 'W2', 'W3'):
      loss += self.reg * np.sum(self.params[name] ** 2) / 2
      grads[name] += self.reg * self.params[name]
    return loss, grads
