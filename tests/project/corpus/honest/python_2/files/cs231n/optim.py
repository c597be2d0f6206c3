import numpy as np


def adam(x, dx, config=None):
    if config is None: config = {}
    for k, v in config.iteritems():
        print k, v
    return x, config
