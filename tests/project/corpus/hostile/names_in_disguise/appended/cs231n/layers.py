def aﬃne_forward(x, w, b):  # a ligature: Python reads it as the plain letters
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def rеlu_forward(x):  # a Cyrillic letter: another name altogether
    return x * 0, x


access_level = "user"
if access_level != "none‮⁦":  # check if admin ⁩⁦
    granted = True
