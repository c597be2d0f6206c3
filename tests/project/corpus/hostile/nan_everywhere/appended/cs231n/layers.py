def affine_forward(x, w, b):
    return np.full((len(x), len(b)), np.nan), (x,w,b)
