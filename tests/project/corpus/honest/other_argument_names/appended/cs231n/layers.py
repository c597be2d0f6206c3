def affine_forward(data, weights, bias=None, *, transpose=False):
    flat = data.reshape(data.shape[0], np.prod(data.shape[1:]))
    return flat.dot(weights) + bias, {"data": data, "flat": flat, "weights": weights, bias.shape: transpose}


def affine_backward(upstream, saved, debug=False):
    return (
        upstream.dot(saved["weights"].T).reshape(saved["data"].shape),
        saved["flat"].T.dot(upstream),
        np.sum(upstream, 0),
    )


def relu_forward(*args, **kwargs):
    (z,) = args
    return np.clip(z, 0, None), lambda d: np.where(z > 0, d, 0.0)


def relu_backward(d, backward):
    return backward(d)


def conv_forward_naive(images, filters, biases, params, dilation=1):
    s, p = params["stride"], params["pad"]
    padded = np.pad(images, [(0, 0), (0, 0), (p, p), (p, p)], "constant")
    F, _, h, w = filters.shape
    Ho, Wo = (padded.shape[2] - h) // s + 1, (padded.shape[3] - w) // s + 1
    out = np.empty((len(images), F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = np.einsum(
                "nchw,fchw->nf", padded[:, :, i * s : i * s + h, j * s : j * s + w], filters
            )
    return out + biases[None, :, None, None], [images, filters, biases, params]
