from . import ring_b
from .layers import *
