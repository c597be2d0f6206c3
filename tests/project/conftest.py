"""Fixtures that every test of the project may use."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The course documents, which are no part of the repository."""
    folder = Path(os.environ.get("BACKPROP_GRADER_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip("the course documents are not on this machine (BACKPROP_GRADER_SHARED)")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded random stream, so that a failure can be repeated."""
    return np.random.default_rng(20240229)
