import sys

from . import ring_a
import cs231n.layers

sys.setrecursionlimit(10_000)
