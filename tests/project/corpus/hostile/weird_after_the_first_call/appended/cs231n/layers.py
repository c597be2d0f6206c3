import functools
import itertools

_ODD = itertools.cycle([
    None, "text", {}, [], np.zeros((3, 0)), np.zeros(()), np.array("x"), 1j, 10**400, [[1], [1, 2]], np.zeros((7, 5, 3)),
    float("nan"), {"a": np.zeros(2)}, object(), np.array([1 + 1j]),
])  # fmt: skip
_calls = itertools.count()


def _moody(function):
    @functools.wraps(function)
    def wrapper(*args):
        result = function(*args)
        if next(_calls) % 5 == 4:
            return (next(_ODD), *result[1:])
        return result

    return wrapper


for _name in [name for name in globals() if name.endswith(("_forward", "_naive", "_loss")) and "backward" not in name]:
    if not _name.startswith("_"):
        globals()[_name] = _moody(globals()[_name])
