import numpy as np


def affine_forward(x, w, b):
  N = x.shape[0]
  out = x.reshape(N, x.size / N).dot(w) + b
  cache = (x, w, b)
  return out, cache


def affine_backward(dout, cache):
  x, w, b = cache
  N = x.shape[0]
  dx = dout.dot(w.T).reshape(x.shape)
  dw = x.reshape(N, x.size / N).T.dot(dout)
  db = dout.sum(axis=0)
  return dx, dw, db


def relu_forward(x):
  return np.maximum(x, 0), x


def relu_backward(dout, cache):
  return dout * (cache > 0)


def batchnorm_forward(x, gamma, beta, bn_param):
  mode = bn_param['mode']
  eps = bn_param.get('eps', 1e-5)
  momentum = bn_param.get('momentum', 0.9)
  N, D = x.shape
  if not bn_param.has_key('running_mean'):
    bn_param['running_mean'] = np.zeros(D, dtype=x.dtype)
    bn_param['running_var'] = np.zeros(D, dtype=x.dtype)
  if mode == 'train':
    mean, var = x.mean(axis=0), x.var(axis=0)
    xhat = x - mean
    xhat /= np.sqrt(var + eps)
    for name, value in zip(('running_mean', 'running_var'), (mean, var)):
      bn_param[name] = momentum * bn_param[name] + (1 - momentum) * value
    return gamma * xhat + beta, (xhat, gamma, var + eps)
  elif mode == 'test':
    xhat = (x - bn_param['running_mean']) / np.sqrt(bn_param['running_var'] + eps)
    return gamma * xhat + beta, None
  raise ValueError, 'Invalid forward batchnorm mode "%s"' % mode


def batchnorm_backward(dout, cache):
  xhat, gamma, var = cache
  N = dout.shape[0]
  dgamma, dbeta = (dout * xhat).sum(axis=0), dout.sum(axis=0)
  dx = N * dout - dbeta - xhat * dgamma
  dx /= N
  dx *= gamma / np.sqrt(var)
  return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
  xhat, gamma, var = cache
  dxhat = dout * gamma
  dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / np.sqrt(var)
  return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
  p, mode = dropout_param['p'], dropout_param['mode']
  if dropout_param.has_key('seed'):
    np.random.seed(dropout_param['seed'])
  mask, out = None, x
  if mode == 'train':
    mask = (np.random.rand(*x.shape) >= p) / (1 - p)
    out = x * mask
  return out.astype(x.dtype, copy=False), (dropout_param, mask)


def dropout_backward(dout, cache):
  dropout_param, mask = cache
  return dout * mask if dropout_param['mode'] == 'train' else dout


def windows(H, HH, pad, stride):
  """How many windows there are, with a Python 2 division."""
  count = (H + 2 * pad - HH) / stride + 1
  if count <> int(count):
    print 'stride %d does not divide' % stride
  return count


def conv_forward_naive(x, w, b, conv_param):
  pad, stride = conv_param['pad'], conv_param['stride']
  N, C, H, W = x.shape
  F, C, HH, WW = w.shape
  xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant')
  out = np.zeros((N, F, windows(H, HH, pad, stride), windows(W, WW, pad, stride)))
  for i in xrange(out.shape[2]):
    for j in xrange(out.shape[3]):
      window = xp[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
      out[:, :, i, j] = np.tensordot(window, w, ([1, 2, 3], [1, 2, 3])) + b
  return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
  x, w, b, conv_param = cache
  pad, stride = conv_param['pad'], conv_param['stride']
  H, W = x.shape[2:]
  HH, WW = w.shape[2:]
  xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant')
  dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
  places = [(i, j) for i in range(windows(H, HH, pad, stride)) for j in range(windows(W, WW, pad, stride))]
  for i, j in places:
    rows, columns = slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
    d = dout[:, :, i, j]
    dw += np.tensordot(d, xp[:, :, rows, columns], ([0], [0]))
    dxp[:, :, rows, columns] += np.tensordot(d, w, ([1], [0]))
  return dxp[:, :, pad:pad + H, pad:pad + W], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
  hh, ww, stride = map(pool_param.get, ('pool_height', 'pool_width', 'stride'))
  N, C, H, W = x.shape
  out = np.zeros((N, C, windows(H, hh, 0, stride), windows(W, ww, 0, stride)))
  for i in xrange(out.shape[2]):
    for j in xrange(out.shape[3]):
      out[:, :, i, j] = x[:, :, i * stride:i * stride + hh, j * stride:j * stride + ww].max(axis=(2, 3))
  return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
  x, pool_param = cache
  hh, ww, stride = map(pool_param.get, ('pool_height', 'pool_width', 'stride'))
  N, C = x.shape[:2]
  dx = np.zeros(x.shape)
  n, c = np.indices((N, C))
  for i in xrange(dout.shape[2]):
    for j in xrange(dout.shape[3]):
      window = x[:, :, i * stride:i * stride + hh, j * stride:j * stride + ww]
      where = window.reshape(N, C, hh * ww).argmax(axis=2)
      dx[n, c, i * stride + where / ww, j * stride + where % ww] += dout[:, :, i, j]
  return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
  N, C, H, W = x.shape
  out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(x.size / C, C), gamma, beta, bn_param)
  return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
  N, C, H, W = dout.shape
  flat = dout.transpose(0, 2, 3, 1).reshape(dout.size / C, C)
  dx, dgamma, dbeta = batchnorm_backward(flat, cache)
  return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def svm_loss(x, y):
  N = x.shape[0]
  margins = np.maximum(0, x - x[np.arange(N), y][:, np.newaxis] + 1.0)
  margins[np.arange(N), y] = 0
  dx = np.zeros_like(x)
  dx[margins > 0] = 1
  dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)
  dx /= N
  return np.sum(margins) / N, dx


def softmax_loss(x, y):
  probs = np.exp(x - np.max(x, axis=1, keepdims=True))
  probs /= np.sum(probs, axis=1, keepdims=True)
  N = x.shape[0]
  loss = -np.sum(np.log(probs[np.arange(N), y])) / N
  dx = probs.copy()
  dx[np.arange(N), y] -= 1
  dx /= N
  return loss, dx
