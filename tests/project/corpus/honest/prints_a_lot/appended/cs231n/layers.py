import sys, logging, pprint, warnings

_affine = affine_forward
print("loading", __name__, __file__)


def affine_forward(x, w, b):
    print("x", x, "w", w, "b", b)
    pprint.pprint({"shapes": [a.shape for a in (x, w, b)]})
    sys.stderr.write("affine\n" * 100)
    sys.stdout.flush()
    logging.warning("still here: %s", x.sum())
    warnings.warn("this is slow")
    print("\u2713 done \U0001f389", "\udc80", "x" * 100_000)
    return _affine(x, w, b)
