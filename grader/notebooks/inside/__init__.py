"""What runs around and in a notebook's kernel, in processes that hold nothing of the judge.

::

    supervise   the process that the judge starts: namespaces, root, the two others, and their end
    room        the root directory of them all
    walls       what a process puts up around itself
    kernel      becomes the Jupyter kernel, which runs the notebook
    listen      drives the kernel with nbclient and tells the judge, in one document, what came of it

Imports the standard library, its own folder and `grader.worker.inside`; the kernel and its listener
import Jupyter once their walls stand.
"""
