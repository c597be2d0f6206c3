"""Sources written for Python 2: told from their syntax, and run with Python 2's meaning.

==============  ====================================================================================
`statements`    statements that Python 3 cannot parse, rewritten line by line
`signs`         what tells the two Pythons apart, by syntax alone (used by the reader of hand-ins)
`translate`     the syntax tree, with what has another meaning in Python 3 called by name
`meaning`       what those names do: division, dicts, and the built-in functions of Python 2
==============  ====================================================================================

Out of reach are what only a Python 2 could do: its strings and its comparison of unlike types, loop
variables that outlive a list comprehension, `exec` as a statement, octal literals, and tuples among
the parameters of a function.
"""

from . import signs, statements  # before the walls go up: who reads hand-ins asks for them later
from .meaning import names as python2_names
from .translate import compile_python2

__all__ = ["compile_python2", "python2_names", "signs", "statements"]
