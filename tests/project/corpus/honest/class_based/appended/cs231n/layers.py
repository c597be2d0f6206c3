class Layer:
    """Forward keeps what backward needs in an object, which is the cache."""

    @classmethod
    def forward(cls, *args):
        layer = cls()
        return layer.run(*args), layer

    @staticmethod
    def backward(dout, layer):
        return layer.gradients(dout)


class Affine(Layer):
    def run(self, x, w, b):
        self.x, self.w, self.b = x, w, b
        return self.rows @ w + b

    @property
    def rows(self):
        return self.x.reshape(self.x.shape[0], -1)

    def gradients(self, dout):
        return (dout @ self.w.T).reshape(self.x.shape), self.rows.T @ dout, dout.sum(0)


class Relu(Layer):
    def run(self, x):
        self.positive = x > 0
        return x * self.positive

    def gradients(self, dout):
        return dout * self.positive


affine_forward, affine_backward = Affine.forward, Affine.backward
relu_forward = Relu.forward
relu_backward = lambda dout, cache: Relu.backward(dout, cache)
