import importlib
import sys

del sys.modules[__name__]
importlib.import_module(__name__)
