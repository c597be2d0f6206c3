from . import ring_a
import cs231n.ring_a
