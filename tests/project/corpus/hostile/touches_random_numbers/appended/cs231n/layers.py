import random

np.random.seed(0)
np.random.seed = random.seed = lambda *args: None
np.random.rand = np.random.random = lambda *shape: np.full(shape, 0.5)
np.random.randn = lambda *shape: np.full(shape, 1.0)
np.random.RandomState = lambda *args: np.random
np.random.uniform = lambda low=0, high=1, size=None: np.full(size, 0.5)
np.random.default_rng = lambda *args: np.random
