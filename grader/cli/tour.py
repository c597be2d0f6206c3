"""``grader tour``: see the reference at work in a few seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from grader.cli._shared import console as shared_console
from reference import FullyConnectedNet, Solver
from reference.data.cifar10 import get_CIFAR10_data
from reference.data.sample import write_sample_cifar10
from reference.tour import gradient_errors, layer_cases

BOUND = 1e-7
"""The relative error below which a float64 gradient counts as right."""


@click.command("tour")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Check the gradient of every layer numerically, then train a small net on sample data."""
    console = shared_console()
    worst = _gradients(console)
    _training(console)
    if worst > BOUND:
        ctx.exit(1)


def _gradients(console: Console) -> float:
    """Print the table of gradient errors, and return the largest."""
    table = Table(
        title="Analytic against numerical gradients (float64, random upstream gradient)",
        caption=f"relative error, norm-wise; below {BOUND:.0e} counts as right",
    )
    table.add_column("layer")
    table.add_column("gradient of")
    table.add_column("relative error", justify="right")
    table.add_column("")
    worst = 0.0
    for case in layer_cases(np.random.default_rng(0)):
        errors = gradient_errors(case, np.random.default_rng(1))
        for number, (argument, error) in enumerate(errors.items()):
            worst = max(worst, error)
            verdict = "[green]right[/]" if error <= BOUND else "[red]wrong[/]"
            table.add_row("" if number else case.name, argument, f"{error:.1e}", verdict)
        table.add_section()
    console.print(table)
    return worst


def _training(console: Console) -> None:
    """Train a net with batch normalization on the sample data, and print its accuracies."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "cifar-10-batches-py")
        write_sample_cifar10(root)
        data = get_CIFAR10_data(root=root)
    np.random.seed(0)
    net = FullyConnectedNet([100, 50], normalization="batchnorm", reg=1e-3, weight_scale=5e-2)
    console.print("\nTraining a three-layer net with batch normalization on the sample data ...")
    solver = Solver(
        net, data, update_rule="adam", optim_config={"learning_rate": 1e-3}, num_epochs=8, verbose=False
    )
    solver.train()
    table = Table(title="Accuracy by epoch")
    table.add_column("epoch", justify="right")
    table.add_column("training", justify="right")
    table.add_column("validation", justify="right")
    histories = zip(solver.train_acc_history, solver.val_acc_history, strict=True)
    for epoch, (training, validation) in enumerate(histories):
        table.add_row(str(epoch), f"{training:.1%}", f"{validation:.1%}")
    console.print(table)
    console.print(f"Best validation accuracy: {solver.best_val_acc:.1%}, where guessing gives 10 %.")
