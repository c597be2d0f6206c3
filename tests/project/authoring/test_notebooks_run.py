"""The four notebooks, run with the solutions in place: nothing fails, and the effects that the questions
ask about are there to be seen. And run with functions that are slightly wrong: every check stops."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

pytestmark = pytest.mark.slow

SECONDS_PER_CELL = 180  # generous: a cell takes a few seconds, but the machine may be busy
PRINTED_ERROR = re.compile(r"error +(\S+) \(at most (\S+)\)")

# Every function of the hand-out returns values that are off by some tenths of a percent, each by another
# factor, so that a forward pass and its gradient, or a loss and its gradients, are not wrong in the same way.
SABOTAGE = """
def _scaled(value, factor):
    if isinstance(value, float) or isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * factor
    if type(value) is tuple:
        return tuple(_scaled(item, factor) for item in value)
    if type(value) is dict:
        return {key: _scaled(item, factor**2) for key, item in value.items()}
    return value


def _off(function, factor):
    return lambda *args, **kwargs: _scaled(function(*args, **kwargs), factor)


_written = [
    (name, value)
    for name, value in sorted(globals().items())
    if getattr(value, "__module__", "").startswith("cs231n.")
    and value.__module__.rpartition(".")[2]
    in ("layers", "layer_utils", "fast_layers", "im2col", "optim", "fc_net", "cnn")
]
for _number, (_name, _value) in enumerate(_written, start=2):
    if isinstance(_value, type):
        _value.loss = _off(_value.loss, 1 + _number / 1000)
    else:
        globals()[_name] = _off(_value, 1 + _number / 1000)
"""


@pytest.fixture
def folder(solved_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A solved hand-out of one's own, and an environment in which runs can be repeated."""
    monkeypatch.delenv("PYTHONPATH", raising=False)  # the hand-out must stand on its own
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    return Path(shutil.copytree(solved_folder, tmp_path / "handout"))


def execute(notebook: Any, folder: Path, **options: Any) -> None:
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", resources=resources, **options
    ).execute()


def printed(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def tagged(notebook: Any, *tags: str) -> list[Any]:
    return [cell for cell in notebook.cells if set(tags) & set(cell.metadata.get("tags", []))]


def run(folder: Path, name: str, probe: str, shorter: tuple[str, str] | None = None) -> Any:
    """Run a notebook, look at what it prints and draws, and evaluate an expression at its end.

    A line of it may be exchanged for one that takes less time.
    """
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    if shorter is not None:
        (cell,) = (cell for cell in notebook.cells if shorter[0] in cell.source)
        cell.source = cell.source.replace(*shorter)
    checks, experiments = tagged(notebook, "check"), tagged(notebook, "experiment")
    notebook.cells.append(new_code_cell(f"import json\nprint(json.dumps({probe}))"))
    execute(notebook, folder)

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    complaints = [
        output.text
        for cell in code
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert complaints == []
    for cell in checks:
        assert re.search(r"\((at most|at least|wanted) ", printed(cell)), f"{cell.id} states no bound"
    errors = [match for cell in code for match in PRINTED_ERROR.findall(printed(cell))]
    assert errors
    assert [pair for pair in errors if not float(pair[0]) <= float(pair[1])] == []
    assert max(float(bound) for _, bound in errors) <= 0.2  # statistics of random data; the rest is far below
    assert any("image/png" in output.get("data", {}) for cell in experiments for output in cell.outputs)
    return json.loads(printed(notebook.cells[-1]))


def test_fully_connected_nets(folder: Path) -> None:
    seen = run(
        folder,
        "FullyConnectedNets",
        '{"depth": accuracies, "test": test_accuracy,'
        ' "rules": {name: solver.train_acc_history for name, solver in solvers.items()}}',
    )
    learned = {name: sum(accuracy > 0.9 for accuracy in values) for name, values in seen["depth"].items()}
    assert learned["three layers"] >= learned["five layers"] + 2  # five layers: fewer scales will do
    assert learned["five layers"] >= 1
    halfway = {name: history[len(history) // 2] for name, history in seen["rules"].items()}
    assert sorted(halfway) == ["adam", "rmsprop", "sgd", "sgd_momentum"]
    assert min(halfway, key=lambda name: halfway[name]) == "sgd"
    assert min(value for name, value in halfway.items() if name != "sgd") > halfway["sgd"] + 0.1
    assert seen["test"] > 0.5


def test_batch_normalization(folder: Path) -> None:
    histories = "{name: solver.train_acc_history for name, solver in %s.items()}"
    seen = run(
        folder,
        "BatchNormalization",
        '{"sweeps": {name: [max(each.train_acc_history) for each in row] for name, row in sweeps.items()},'
        f' "deep": {histories % "solvers"},'
        f' "bn": {histories % "bn_solvers"}, "ln": {histories % "ln_solvers"}}}',
        shorter=("np.logspace(-4, 0, 13)", "np.logspace(-4, 0, 7)"),
    )
    sweeps = {name: np.array(values) for name, values in seen["sweeps"].items()}
    with_bn, without = sweeps["batch normalization"], sweeps["no normalization"]
    assert np.sum(with_bn > 0.35) >= np.sum(without > 0.35) + 3  # it learns from many more scales
    assert with_bn[0] > without[0] + 0.15
    assert np.mean(seen["deep"]["batch normalization"]) > np.mean(seen["deep"]["no normalization"])

    late = {kind: [np.mean(history[-3:]) for history in seen[kind].values()] for kind in ("bn", "ln")}
    none, five, ten, fifty = late["bn"]
    assert five < min(none, ten, fifty) - 0.05  # a batch of five is worse than no normalization
    none, five, ten, fifty = late["ln"]
    assert five > none - 0.05
    assert max(five, ten, fifty) - min(five, ten, fifty) < 0.1  # layer normalization does not mind


def test_dropout(folder: Path) -> None:
    seen = run(
        folder,
        "Dropout",
        "{ratio: [solver.train_acc_history, solver.val_acc_history] for ratio, solver in solvers.items()}",
    )
    late = {ratio: np.mean(np.array(histories)[:, -8:], axis=1) for ratio, histories in seen.items()}
    train, val = late["1"]
    train_dropped, val_dropped = late["0.25"]
    assert train_dropped - val_dropped < train - val - 0.05
    assert train_dropped < train
    assert val_dropped > val


def test_convolutional_networks(folder: Path) -> None:
    seen = run(folder, "ConvolutionalNetworks", '{"accuracy": accuracy}')
    assert seen["accuracy"] > 0.5


def failures(folder: Path, name: str, code: str, only: str = "") -> dict[str, list[str]]:
    """The names of the errors of the checks, by id, when they run below ``code``."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    # Whether a network learns is another matter, and takes long; those checks are left out.
    trained = {cell.id for cell in notebook.cells if re.search(r"\bsolver\b|best_model", cell.source)}
    checks = [
        cell for cell in tagged(notebook, "check") if cell.id not in trained and re.search(only, cell.id)
    ]
    above = [*tagged(notebook, "setup"), new_code_cell(code)]
    notebook.cells = [*above, *checks]
    execute(notebook, folder, allow_errors=True)
    found = {
        cell.id: [output.ename for output in cell.outputs if output.output_type == "error"]
        for cell in notebook.cells
    }
    assert [found.pop(cell.id) for cell in above] == [[]] * len(above)
    return found


@pytest.mark.parametrize(
    ("name", "checks"),
    [("FullyConnectedNets", 11), ("BatchNormalization", 8), ("Dropout", 3), ("ConvolutionalNetworks", 14)],
)
def test_every_check_stops_at_a_wrong_result(name: str, checks: int, folder: Path) -> None:
    found = failures(folder, name, SABOTAGE)
    assert len(found) == checks
    assert {cell: errors for cell, errors in found.items() if errors != ["AssertionError"]} == {}


@pytest.mark.parametrize(
    ("name", "option", "checks"),
    [
        ("BatchNormalization", "normalization", ["bn-net", "bn-layernorm-net"]),
        ("Dropout", "dropout_keep_ratio", ["do-net"]),
    ],
)
def test_a_net_that_ignores_an_option_is_noticed(
    name: str, option: str, checks: list[str], folder: Path
) -> None:
    ignore = f"""
_net = FullyConnectedNet
FullyConnectedNet = lambda *args, **options: _net(
    *args, **{{name: value for name, value in options.items() if name != {option!r}}}
)
"""
    found = failures(folder, name, ignore, only="-net$")
    assert {cell: len(errors) for cell, errors in found.items()} == dict.fromkeys(checks, 1)
