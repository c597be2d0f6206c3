"""What the saved outputs of a hand-in's notebooks say: errors, losses and accuracies, and what they claim.

Saved output is text that anybody can edit. It is set beside what the judge measured, and never
scored by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from grader.model import Record
from grader.rubric.subject import subject_of
from grader.submission.contents import Cell, Notebook

Kind = Literal["error", "loss", "accuracy", "value"]
Claim = Literal["overfits 50 images", "validation accuracy"]

WANTED_VALIDATION = 0.5
WANTED_TRAINING = 0.995
_MOST_VALUES = 5000
_LONGEST_LINE = 500

_NUMBER = r"[-+]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,4})?|nan|[-+]?inf"
_LABELLED = re.compile(
    rf"([A-Za-z](?:[^:=,;|()]|\([^()]{{0,40}}\)){{0,60}}?)\s{{0,3}}[:=]\s{{0,8}}({_NUMBER})(%?)(?![\w.])"
)
_SPACED = re.compile(
    rf"^\s*([A-Za-z][\w ]{{0,40}}\b(?:error|difference|loss|accuracy|acc))\s{{1,8}}({_NUMBER})(%?)\s*$", re.I
)
_PYTHON_2 = re.compile(r"^\s*\(u?(['\"])(.{0,200}?)\1,\s{0,3}(.{1,100})\)\s*$")
"""What ``print('dx error: ', error)`` writes there."""
_EPOCH = re.compile(rf"\(Epoch (\d{{1,6}}) / (\d{{1,6}})\) train acc: ({_NUMBER}); val_acc: ({_NUMBER})")
_PROGRESS = re.compile(r"^\s*\W?(?:iteration|iter|epoch|step|t\s?=)\b|\d[mu]?s/(?:step|sample)\b", re.I)
_GROUP = re.compile(r"^\s*(?:Testing|Running|Before|After|Checking)\b.{0,120}$", re.I)
_FOREIGN = re.compile(r"[/\\]\S{0,200}\.\w{1,4}\b|\w(?:Warning|Error)\b|https?:|^\s*File \"")
"""Warnings, tracebacks and the words of installers."""
_FIFTY = re.compile(r"\bnum_train\s*=\s*50\b|\bnum_train\s*=\s*int\(50\)|\[:\s*50\s*\]")
_LAYERS = re.compile(r"\b(?:two|three|four|five|six)[- ]layer\b", re.I)
_NET = re.compile(r"\b([A-Z]\w{0,40}Net)\s?\(")


class PrintedValue(Record, frozen=True, kw_only=True):
    """A number that a cell printed with a label."""

    file: str
    cell: int
    group: str
    """The last heading printed before it, such as ``Testing affine_backward function``."""
    label: str
    value: float
    kind: Kind
    about: str = ""
    """The function or class of the assignment that the number is about, where that can be told."""


class TrainingClaim(Record, frozen=True, kw_only=True):
    """What a notebook shows about a training exercise."""

    file: str
    cell: int
    claim: Claim
    value: float
    """The best accuracy that the cell shows, from 0 to 1."""
    met: bool
    about: str = ""
    """The net, such as ``three-layer net`` or ``TwoLayerNet``, where the cell says it."""


def printed_values(
    notebooks: Mapping[str, Notebook], gives: Mapping[str, Sequence[str]] | None = None
) -> tuple[PrintedValue, ...]:
    """All labelled numbers that code cells printed, in order. Progress of a training run is left out.

    Parameters
    ----------
    notebooks : mapping
        By path.
    gives : mapping, optional
        The functions of the assignment, each with the names of what it gives back, such as ``dx``; its
        classes with nothing. With it, numbers are tied to what they are about.
    """
    found: list[PrintedValue] = []
    for file, notebook in notebooks.items():
        for cell in notebook.cells:
            if cell.type == "code" and len(found) < _MOST_VALUES:
                found += _of_cell(file, cell, gives or {}, progress=False)
    return tuple(found[:_MOST_VALUES])


def training_claims(notebooks: Mapping[str, Notebook]) -> tuple[TrainingClaim, ...]:
    """Where notebooks show that 50 images were overfitted, and which validation accuracy was reached.

    A cell claims to overfit if it takes 50 training images; its value is the best training accuracy.
    A validation accuracy is looked for in notebooks that ask for a ``best_model``: every cell that
    reaches what is wanted is listed, or else the one that comes nearest.
    """
    claims: list[TrainingClaim] = []
    for file, notebook in notebooks.items():
        cells = [cell for cell in notebook.cells if cell.type == "code"]
        claims += (claim for cell in cells for claim in _overfitting(file, cell))
        if any("best_model" in cell.source for cell in cells):
            reached = [claim for cell in cells for claim in _validation(file, cell)]
            met = [claim for claim in reached if claim.met]
            claims += met or sorted(reached, key=lambda claim: -claim.value)[:1]
    return tuple(claims)


def _overfitting(file: str, cell: Cell) -> Iterator[TrainingClaim]:
    epochs = _EPOCH.findall("\n".join(cell.outputs))
    if epochs and _FIFTY.search(cell.source):
        best = max(float(train) for _, _, train, _ in epochs)
        yield _claim(file, cell, "overfits 50 images", best, met=best >= WANTED_TRAINING)


def _validation(file: str, cell: Cell) -> Iterator[TrainingClaim]:
    if _FIFTY.search(cell.source):
        return
    reached = [
        value.value
        for value in _of_cell(file, cell, {}, progress=True)
        if value.kind == "accuracy" and re.search(r"\bval", value.label, re.I)
    ]
    reached += [float(validation) for _, _, _, validation in _EPOCH.findall("\n".join(cell.outputs))]
    reached = [value for value in reached if 0 <= value <= 1]
    if reached:
        best = max(reached)
        yield _claim(file, cell, "validation accuracy", best, met=best >= WANTED_VALIDATION)


def _claim(file: str, cell: Cell, claim: Claim, value: float, *, met: bool) -> TrainingClaim:
    layers, nets = _LAYERS.search(cell.source), _NET.findall(cell.source)
    about = f"{layers[0].lower().replace(' ', '-')} net" if layers else nets[-1] if nets else ""
    if not about and "best_model" in cell.source:
        about = "best_model"
    return TrainingClaim(file=file, cell=cell.number, claim=claim, value=value, met=met, about=about)


def _of_cell(
    file: str, cell: Cell, gives: Mapping[str, Sequence[str]], *, progress: bool
) -> Iterator[PrintedValue]:
    group = ""
    for line in (line for output in cell.outputs for line in output.split("\n")):
        if len(line) > _LONGEST_LINE or _EPOCH.search(line) or _FOREIGN.search(line):
            continue
        if not progress and _PROGRESS.search(line):
            continue
        text = _PYTHON_2.sub(r"\2 \3", line)
        readings = list(_readings(text, group))
        if _GROUP.match(text) and all(kind == "value" for _, _, kind in readings):
            group = " ".join(text.split()).rstrip(":. ")
            continue
        for label, value, kind in readings:
            yield PrintedValue(
                file=file, cell=cell.number, group=group, label=label, value=value, kind=kind,
                about=subject_of(label, group, cell.source, gives),
            )  # fmt: skip


def _readings(line: str, group: str) -> Iterator[tuple[str, float, Kind]]:
    """The labelled numbers of a line. Numbers that are no measures count only if they end their line."""
    for found in list(_LABELLED.finditer(line)) or list(_SPACED.finditer(line)):
        label = _label(found[1])
        kind = _kind(label, group)
        if label[-1] in "+-*/<>!" or (kind == "value" and found.end() < len(line.rstrip())):
            continue
        yield label, float(found[2]) / (100 if found[3] else 1), kind


def _label(text: str) -> str:
    """The words of a label; what stands before another number on the line is not part of it."""
    words = text.split()
    numbers = [place for place, word in enumerate(words) if re.fullmatch(_NUMBER, word)]
    return " ".join(words[numbers[-1] + 1 :] if numbers and numbers[-1] + 1 < len(words) else words)


def _kind(label: str, group: str) -> Kind:
    words = label.casefold()
    if re.search(r"\berr|error|differ|\bdiff\b", words):
        return "error"
    if "loss" in words:
        return "loss"
    if re.search(r"acc(?:\b|uracy)|_acc", words):
        return "accuracy"
    return "error" if re.search(r"error|differ", group.casefold()) else "value"
