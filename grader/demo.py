"""Three hand-ins of our own for `grader demo`: a complete one, a mistaken one and a partial one.

They are made from the assignment's template when they are asked for, so they always fit it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.authoring.drafts import Variant
from grader.authoring.template import build_template, write_template
from grader.demo_answers import MISTAKEN, RIGHT
from grader.submission.handout import extract
from grader.submission.inspection import replace_functions

LAYERS = "cs231n/layers.py"
OPTIM = "cs231n/optim.py"

FINISHED = (
    *("affine_forward", "affine_backward", "relu_forward", "relu_backward"),
    *("softmax_loss", "svm_loss", "batchnorm_forward"),
)
"""What the partial hand-in has done."""

WRONG: Mapping[str, Mapping[str, str]] = {
    LAYERS: {
        "batchnorm_backward": '''
def batchnorm_backward(dout, cache):
    """Through the variance, but not through the mean."""
    centered, std, xhat, gamma, of_batch = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dvar = (dxhat * centered).sum(axis=0) * -0.5 * std**-3
    dx = dxhat / std + dvar * 2 * centered / N
    return dx, dgamma, dbeta
''',
        "dropout_forward": '''
def dropout_forward(x, dropout_param):
    """The mask is right, the scale is forgotten."""
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = np.random.rand(*x.shape) < p
        out = x * mask
    return out, (dropout_param, mask)
''',
        "dropout_backward": '''
def dropout_backward(dout, cache):
    """Fits the forward pass."""
    dropout_param, mask = cache
    return dout * mask if dropout_param["mode"] == "train" else dout
''',
    },
    OPTIM: {
        "adam": '''
def adam(w, dw, config=None):
    """Without the correction of the two averages."""
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    config["t"] += 1
    config["m"] = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    step = config["learning_rate"] * config["m"] / (np.sqrt(config["v"]) + config["epsilon"])
    return w - step, config
''',
    },
}
"""What the mistaken hand-in has got wrong: one thing per function."""


def write_demo(folder: Path, assignment: str = "cs231n_a2") -> tuple[Path, ...]:
    """Write the three hand-ins.

    Parameters
    ----------
    folder : Path
        An empty or new folder.
    assignment : str

    Returns
    -------
    tuple of Path
        Complete, mistaken, partial.
    """
    solved, stubs = (_files(build_template(assignment, kind)) for kind in (Variant.SOLVED, Variant.STUBS))
    mistaken = solved | {
        path: replace_functions(solved[path].encode(), dict(functions)) for path, functions in WRONG.items()
    }
    done = {"_done": extract(solved[LAYERS], FINISHED)}
    partial = stubs | {
        LAYERS: replace_functions(stubs[LAYERS].encode(), dict.fromkeys(FINISHED, "") | done),
        "cs231n/_checks.py": solved["cs231n/_checks.py"],
    }
    paths = []
    written = {"complete": (solved, RIGHT), "mistaken": (mistaken, MISTAKEN), "partial": (partial, {})}
    for name, (files, answers) in written.items():
        write_template(_answered(files, answers), folder / name)
        paths.append(folder / name)
    return tuple(paths)


def _files(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.endswith((".py", ".ipynb"))}


def _answered(files: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, str]:
    """The files, with answers in the cells that the hand-out has for them."""
    return {
        path: _filled_in(text, answers) if path.endswith(".ipynb") else text for path, text in files.items()
    }


def _filled_in(notebook: str, answers: Mapping[str, str]) -> str:
    document = json.loads(notebook)
    for cell in document["cells"]:
        tags = cell["metadata"].get("tags", [])
        question = next((tag for tag in tags if tag in answers), None)
        if question is not None and "inline-answer" in tags:
            cell["source"] = ["## Answer:\n", "\n", *answers[question].splitlines(keepends=True)]
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
