def accuracy(scores, y)
    return np.mean(np.argmax(scores, axis=1) == y)
