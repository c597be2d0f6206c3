import itertools

_ODD = itertools.cycle([
    None, "text", {}, [], np.zeros((3, 0)), 1j, 10**400, [[1], [1, 2]], float("nan"), object(), {1: 2}, print, np.array("x"),
])  # fmt: skip
_batchnorm_forward = batchnorm_forward


def batchnorm_forward(x, gamma, beta, bn_param):
    result = _batchnorm_forward(x, gamma, beta, dict(bn_param, running_mean=np.zeros(x.shape[1]), running_var=np.ones(x.shape[1])))
    bn_param["running_mean"], bn_param["running_var"] = next(_ODD), next(_ODD)
    bn_param[next(_ODD).__class__.__name__] = 1
    return result
