def sgd_momentum(w, dw, config=None):
    while True:
        pass


rmsprop = adam = sgd_momentum
