"""The half of the worker that runs beside the student's code.

Everything in this folder is loaded by the fork server *by path*, under a name of its own and
without ``grader/__init__.py``: a worker holds no module of the judge. So the files here import the
standard library, NumPy and each other (relatively), and nothing else; a test looks at that.
The judge imports the same files for what both sides must agree on: the codec and the layer names.
"""
