everything = [np.ones((50_000, 50_000)) for _ in range(10)]
