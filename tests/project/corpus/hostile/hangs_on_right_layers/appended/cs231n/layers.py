def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b + 1, (x, w, b)
