"""``grader doctor``: what this machine can do."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from typing import Any

import click
import numpy as np
from rich.table import Table
from rich.text import Text

from grader import version
from grader.classroom.executors import available_cores
from grader.cli._shared import console
from grader.worker import Confinement, ForkServer
from reference.fast import backend

_PACKAGES = ("numpy", "scipy", "pytest", "click", "rich", "jinja2", "msgspec")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(as_json: bool) -> None:
    """Say what this machine can do.

    How well submissions can be confined here, what is missing and why, and what they run with. Each layer
    is tried in a real worker, not looked up.
    """
    with ForkServer() as server:
        confinement = server.confinement
        not_loaded = tuple(getattr(server.engine, "not_loaded", ()))
    if as_json:
        click.echo(json.dumps({"confinement": _walls(confinement), **_facts(not_loaded)}, indent=1))
        return
    screen = console()
    screen.print(Text(f"Confinement: {confinement.level.meaning}", "bold"))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for wall in confinement.walls:
        note = "" if wall.stands else f"{wall.reason} ({wall.fix})" if wall.fix else wall.reason
        mark = Text("on", "green") if wall.stands else Text("off", "yellow")
        table.add_row(wall.layer.value, mark, Text(note))
    screen.print(table)
    screen.print()
    facts = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, value in _facts(not_loaded).items():
        facts.add_row(name, Text(_said(value)))
    screen.print(facts)


def _walls(confinement: Confinement) -> dict[str, Any]:
    return {
        "level": confinement.level.value,
        "meaning": confinement.level.meaning,
        "kernel": confinement.kernel,
        "layers": [
            {"name": wall.layer.value, "on": wall.stands, "reason": wall.reason, "fix": wall.fix}
            for wall in confinement.walls
        ],
    }


def _facts(not_loaded: tuple[str, ...]) -> dict[str, Any]:
    fast = backend()
    return {
        "grader": version(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": len(available_cores()),
        "BLAS": _blas(),
        "fast path": f"{fast.name}: {fast.reason}",
        "packages": {name: _installed(name) for name in _PACKAGES},
        "not loaded for submissions": list(not_loaded),
    }


def _blas() -> str:
    """What NumPy was built with."""
    configuration: Any = np.show_config(mode="dicts")
    blas = (configuration or {}).get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    return str(value)
