def affine_forward(x, w, b):
    out = x.reshape(len(x), -1) @ w
    out += b
    cache = (x.copy(), w.copy(), b.copy())
    b *= 2
    return out, cache


def relu_backward(dout, cache):
    dout[cache <= 0] = 0
    return dout
