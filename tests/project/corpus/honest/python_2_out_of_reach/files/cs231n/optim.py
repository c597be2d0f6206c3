import numpy as np

print 'optimizers'


def adam(x, (dx, scale), config=None):
    return x, config
