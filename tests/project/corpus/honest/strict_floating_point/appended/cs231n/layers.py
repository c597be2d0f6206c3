import warnings

np.seterr(all="raise")
warnings.simplefilter("error")
np.set_printoptions(precision=1, threshold=3, suppress=True)
_affine = affine_forward


def affine_forward(x, w, b):
    np.seterr(all="raise", under="raise")
    warnings.filterwarnings("error")
    np.random.seed(0)
    return _affine(x, w, b)
