"""A submission of the corpus and its verdict, read from ``expected.toml``."""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from grader.model import Outcome

FOLDER = Path(__file__).parent


class Replacement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another text in the base's files."""

    files: str
    """Which files, by a glob over the whole path."""
    old: str
    new: str
    """Must be in one of them at least."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a submission is made of, and what must come of it.

    Patterns of check ids know ``*`` only. Outcomes are written ``"FAIL"`` or ``"FAIL|CRASH"``; in a
    table of patterns the first that fits decides, and a check that none fits must be PASS.
    """

    name: str
    kind: Literal["honest", "hostile"]
    what: str

    # What it is made of
    base: str = "solved"
    """``solved`` or ``stubs``: the hand-out; ``nothing``; or an honest submission by its name."""
    replace: tuple[Replacement, ...] = ()
    move: dict[str, str] = {}
    """Folder to folder; the first that fits. ``"."`` is the top."""
    drop: tuple[str, ...] = ()
    pack: Literal["folder", "zip", "tar.gz"] = "folder"
    make: str = ""
    """The function of `corpus.special` that does the rest."""

    # How it is graded
    checks: tuple[str, ...] = ("*",)
    also_b: bool = False
    """Whether it is one of the few that are graded at level B whenever tests run."""
    long: bool = False
    """Whether it is graded only where the whole corpus is asked for."""
    limits: dict[str, float] = {}
    """Instead of the assignment's, or of `corpus.verdict.TIGHT` for hostile ones."""
    skip: str = ""
    loot: tuple[str, ...] = ()
    """Functions of its layers.py that must find the canary where nothing confines them."""

    # The verdict
    refused: str = ""
    """A pattern for the reason why it cannot be read."""
    edition: str = "handout"
    outcomes: dict[str, str] = {}
    says: dict[str, str] = {}
    """Pattern of check ids to a pattern for the reason; every check that fits."""
    mistakes: dict[str, str] = {}
    """Pattern of check ids to the known mistake that is named; every check that fits."""
    warns: dict[str, str] = {}
    """Pattern of check ids to a pattern for a warning; every check that fits."""
    notes: tuple[str, ...] = ()
    """Patterns for the report's notes."""
    none_of: tuple[str, ...] = ()
    """Patterns that no check's id may fit."""
    never_shown: tuple[str, ...] = ()
    """Texts that may be in the instructor's report, and never in the student's."""
    earned: float | None = None
    seconds: float = 60.0
    """It takes no longer than that."""

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return FOLDER / self.kind / self.name

    def allowed(self, check_id: str) -> set[Outcome]:
        """What a check may end in."""
        wanted = next((value for key, value in self.outcomes.items() if fits(check_id, key)), "PASS")
        return {Outcome(name) for name in wanted.split("|")}


def fits(check_id: str, pattern: str) -> bool:
    """Whether an id fits a pattern in which only ``*`` is special."""
    return fnmatchcase(check_id, pattern.replace("[", "[[]"))


def entries() -> tuple[Entry, ...]:
    """The whole corpus: the honest ones first."""
    return tuple(_entry(path) for kind in ("honest", "hostile") for path in _of(kind))


def _of(kind: str) -> list[Path]:
    return sorted((FOLDER / kind).glob("*/expected.toml"))


def _entry(path: Path) -> Entry:
    table = tomllib.loads(path.read_text("utf-8"))
    kind, name = path.parts[-3:-1]
    return msgspec.convert({**table, "name": name, "kind": kind}, Entry)
