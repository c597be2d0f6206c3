import numpy as np


def with_defaults(config, **defaults):
  config = {} if config is None else config
  for k, v in defaults.iteritems():
    config.setdefault(k, v)
  unknown = filter(lambda k: type(k) is not str, config.keys())
  if len(unknown) > 0:
    print 'what is', `unknown[0]`, '?',
    print
  return config


def sgd(w, dw, config=None):
  config = with_defaults(config, learning_rate=1e-2)
  w -= config['learning_rate'] * dw
  return w, config


def sgd_momentum(w, dw, config=None):
  config = with_defaults(config, learning_rate=1e-2, momentum=9 / 10.0, velocity=np.zeros_like(w))
  v = config['momentum'] * config['velocity'] - config['learning_rate'] * dw
  config['velocity'] = v
  return w + v, config


def rmsprop(x, dx, config=None):
  config = with_defaults(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8, cache=np.zeros_like(x))
  config['cache'] = config['decay_rate'] * config['cache'] + (1 - config['decay_rate']) * dx ** 2
  step = config['learning_rate'] * dx
  step /= np.sqrt(config['cache']) + config['epsilon']
  return x - step, config


def adam(x, dx, config=None):
  config = with_defaults(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, t=0L,
                         m=np.zeros_like(x), v=np.zeros_like(x))
  config['t'] += 1
  corrected = []
  for name, beta, g in zip('mv', [config['beta1'], config['beta2']], [dx, dx ** 2]):
    config[name] = beta * config[name] + (1 - beta) * g
    corrected.append(config[name] / (1 - beta ** config['t']))
  m, v = corrected
  return x - config['learning_rate'] * m / (np.sqrt(v) + config['epsilon']), config
