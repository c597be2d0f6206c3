"""``grader doctor``: the level, every layer with reason and fix, and what submissions run with."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

from grader.worker import ForkServer, Layer, Level
from reference.fast import backend


@pytest.fixture(scope="module")
def server():
    with ForkServer() as server:
        yield server


def test_it_says_the_level_and_every_layer(grader, server):
    result = grader("doctor")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert server.confinement.level.meaning in text
    assert all(wall.layer.value in result.stdout for wall in server.confinement.walls)
    assert f"numpy {np.__version__}" in text
    assert backend().name in text
    assert "BLAS" in text


def test_a_program_reads_the_same(grader, server):
    facts = json.loads(grader("doctor", "--json").stdout)
    assert facts["confinement"]["level"] == server.confinement.level
    assert {layer["name"]: layer["on"] for layer in facts["confinement"]["layers"]} == {
        wall.layer.value: wall.stands for wall in server.confinement.walls
    }
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["cores"] >= 1


def test_what_is_missing_has_a_reason_and_a_fix(grader, monkeypatch):
    weak = functools.partial(ForkServer, layers=frozenset({Layer.LIMITS}))
    monkeypatch.setattr("grader.cli.doctor.ForkServer", weak)
    result = grader("doctor")
    assert result.exit_code == 0, "it is no failure to say so"
    text = " ".join(result.stdout.split())
    assert Level.D.meaning in text
    assert "system-call filter off" in text
    assert "without it, do not grade others" in text
