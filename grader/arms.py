"""What each of a submission's workers holds.

=========  ======================================================================================
layers     the student's files, with a fast path that raises: a naive convolution that forwards to
           it would be no convolution
fast       the student's files, their fast path among them and nothing of the grader's: it is solved
nets       the student's files on the grader's own fast path, so that a net is not slow or wrong
           for the sake of one
=========  ======================================================================================
"""

from __future__ import annotations

import ast
from pathlib import Path

from grader.subject.remote import Arm
from grader.submission.assemble import FAST_PATH, Program
from grader.worker import Bundle, Module

_FAST_NAMES = (
    *("conv_forward_fast", "conv_backward_fast", "conv_forward_im2col", "conv_backward_im2col"),
    *("conv_forward_strides", "conv_backward_strides", "max_pool_forward_fast", "max_pool_backward_fast"),
    *("max_pool_forward_reshape", "max_pool_backward_reshape", "max_pool_forward_im2col"),
    *("max_pool_backward_im2col", "get_im2col_indices", "im2col_indices", "col2im_indices"),
    *("col2im_cython", "im2col_cython", "col2im_6d_cython"),
)

REFUSING = "\n\n".join(
    f"def {name}(*args, **kwargs):\n"
    f"    raise NotImplementedError('{name}: there is no fast path while the naive layers are graded')"
    for name in _FAST_NAMES
).encode()


PRELUDE = "_compatibility"
"""The module that puts back what newer NumPy versions removed."""

# Read, never imported: it would change the judge's own NumPy.
_COMPATIBILITY = Path(__file__).with_name("submission").joinpath("compatibility.py").read_bytes()


def _put_back(source: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            described = ast.unparse(node.target) == "CHANGED"
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = str(ast.literal_eval(key or ""))
                found[name] = str(ast.literal_eval(value)) if described else f"np.{name}"
    return found


PUT_BACK = _put_back(_COMPATIBILITY)
"""What it can put back: name to how to speak of it. A worker that says it used others is not to be
believed."""


def prelude(package: str) -> Module:
    """The module that puts it back."""
    return Module(f"{package}.{PRELUDE}", f"{package} (handed out)/{PRELUDE}.py", _COMPATIBILITY)


def arm_bundle(program: Program, package: str, arm: Arm, *, seed: int, compatible: bool) -> Bundle:
    """The source files of one arm.

    Parameters
    ----------
    program : Program
    package : str
        The name under which workers know the submission.
    arm : "layers", "fast" or "nets"
    seed : int
        Of the worker's own random streams; the submission can know it.
    compatible : bool
        Whether names that newer NumPy versions removed are to be put back.
    """
    fast = {f"{package}.{name}" for name in FAST_PATH}
    student = [module for module in program.student if arm == "fast" or module.name not in fast]
    provided = list(program.provided)
    if compatible:
        provided.append(prelude(package))
    if arm == "layers":
        provided += [Module(name, f"{name} (not there)", REFUSING) for name in sorted(fast)]
    elif arm == "nets":
        provided += program.fast_path
    return Bundle(tuple(student), tuple(provided), aliases=program.aliases, seed=seed)
