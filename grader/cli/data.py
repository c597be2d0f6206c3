"""``grader data``: small data sets in the formats of the real ones, made without a download."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from grader.errors import UsageError
from reference.data.mnist import write_sample_mnist
from reference.data.sample import write_sample_cifar10


def _default(function: Callable[..., Any], parameter: str) -> int:
    return int(inspect.signature(function).parameters[parameter].default)


def _sizes(function: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that both data sets have, with the defaults of the function that writes them."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for option, parameter, text in [
            ("--seed", "seed", "The same seed gives the same files."),
            ("--test", "num_test", "How many images for testing."),
            ("--train", "num_train", "How many images for training."),
        ]:
            default = _default(function, parameter)
            command = click.option(option, parameter, default=default, show_default=True, help=text)(command)
        return command

    return decorate


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Turn what can go wrong with the arguments into a message, and say what was written."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    click.echo(f"{place}: written")


@click.group("data")
def command() -> None:
    """Write small data sets in the formats of the real ones."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@_sizes(write_sample_cifar10)
def cifar10(folder: Path, num_train: int, num_test: int, seed: int) -> None:
    """Write coloured shapes of ten classes to DIR, in the format of CIFAR-10.

    The notebooks look for them in cs231n/datasets/cifar-10-batches-py.
    """
    with _told(folder):
        write_sample_cifar10(folder, num_train=num_train, num_test=num_test, seed=seed)


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@_sizes(write_sample_mnist)
def mnist(file: Path, num_train: int, num_test: int, seed: int) -> None:
    """Write printed digits to FILE, in the .mat form of MNIST."""
    with _told(file):
        write_sample_mnist(file, num_train=num_train, num_test=num_test, seed=seed)
