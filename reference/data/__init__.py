"""Data sets in the form that a `Solver` wants: CIFAR-10, MNIST, and small ones to run offline."""

from reference.data.cifar10 import get_CIFAR10_data, load_CIFAR10, load_CIFAR10_names, load_CIFAR_batch
from reference.data.mnist import load_mnist, write_sample_mnist
from reference.data.sample import write_sample_cifar10

__all__ = [
    "get_CIFAR10_data",
    "load_CIFAR10",
    "load_CIFAR10_names",
    "load_CIFAR_batch",
    "load_mnist",
    "write_sample_cifar10",
    "write_sample_mnist",
]
