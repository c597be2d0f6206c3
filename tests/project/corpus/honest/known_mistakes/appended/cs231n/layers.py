def relu_backward(dout, cache):
    return np.maximum(dout, 0)
