"""What a question file says, as typed records; `docs/rubrics.md` explains it to instructors."""

from __future__ import annotations

from typing import Literal

import msgspec

from grader.model import Record

LANGUAGES = ("en", "zh", "ko", "es")

Condition = str | tuple[str, ...]
"""The name of a concept, or several that have to hold together."""


class Term(Record, frozen=True, kw_only=True, rename={"except_": "except"}):
    """Ways to say one thing.

    ``...`` in a phrase leaves room for a few words and ``..`` for one or two, ``(big|large) batch`` is
    two phrases, one that starts with ``=`` has to be a whole sentence, and after one that ends with ``=``
    there has to come a sign or nothing.
    """

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    ko: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    """Other terms, all of whose phrases are meant as well."""
    except_: tuple[str, ...] = ()
    """Phrases that contain one of the others and mean something else."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases of all languages."""
        return self.en + self.zh + self.ko + self.es


class Choice(Record, frozen=True, kw_only=True):
    """Holds if the answer gives one of the options one of the labels."""

    options: tuple[int, ...]
    labels: tuple[str, ...]


class Concept(Record, frozen=True, kw_only=True):
    """Something that an answer may say.

    Each line of ``any`` is one way of saying it: all its terms stand in one clause, sentence or
    answer. ``not term`` wants the term denied, ``without term`` wants it absent, ``mention term``
    takes it affirmed or denied, ``then term`` wants it after the one before it in the line,
    ``on term`` and ``off term`` want all that is found to be said of a topic, or not of it, and ``than
    term`` wants the topic as what something is compared with. ``a|b`` is either of two terms.
    """

    says: str
    within: Literal["clause", "sentence", "answer"] = "sentence"
    any: tuple[tuple[str, ...], ...] = ()
    choice: Choice | None = None


class Decision(Record, frozen=True, kw_only=True):
    """How an item is decided from concepts."""

    spared_by: tuple[Condition, ...] = ()
    """Any of these, and the item does not apply."""
    earned_by: tuple[Condition, ...] = ()
    """Any of these, and the item applies."""
    doubted_by: tuple[Condition, ...] = ()
    """What an answer without any of these may be half of: then ``neither`` is unsure."""
    hints_spared: tuple[Condition, ...] = ()
    hints_earned: tuple[Condition, ...] = ()
    """What counts only where nothing clearer was found."""
    both: Literal["unsure", "spared", "earned"] = "unsure"
    neither: Literal["unsure", "spared", "earned", "earned if bare"] = "unsure"
    suggest: Literal["spared", "earned"] = "earned"
    """What to put before the person who decides an unsure item."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them."""
        decisive = self.spared_by + self.earned_by + self.hints_spared + self.hints_earned
        return decisive + self.doubted_by


class Item(Record, frozen=True, kw_only=True):
    """A line of the marking scheme."""

    id: str
    deduction: float
    wording: str
    decided_by: Decision | None = None
    person_only: bool = False
    """Never set by the engine, for example a page that was not tagged."""


class Choices(Record, frozen=True, kw_only=True):
    """The numbered options of a question, and the labels that an answer may give them."""

    options: dict[int, str | None]
    """The term that stands for an option's content, if it can be told apart by words."""
    labels: tuple[str, ...]
    """Terms, and the label that each stands for."""
    unlabelled: str | None = None
    """The label of an option that is named without one."""
    denied: str | None = None
    """The label of an option that is denied any other: ``1 is not``."""


class Example(Record, frozen=True, kw_only=True):
    """An answer in our own words with what has to come out."""

    answer: str
    items: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


class Question(Record, frozen=True, kw_only=True):
    """One inline question."""

    id: str
    title: str
    maximum: float
    bare: float = 4
    """An answer that announces no reason and has no more words than this that no term covers is bare."""
    describes: tuple[str, ...] = ()
    """Terms that only describe what was seen, and explain nothing."""
    blank: tuple[str, ...]
    """The items of an empty answer."""
    items: tuple[Item, ...]
    at_most_one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of items that exclude each other; the first that applies stays."""
    topics: tuple[str, ...] = ()
    """Terms that a clause can be about; a clause that names none is about those of the clause before."""
    opening: str | None = None
    """The topic of what stands before any is named."""
    numbered_topics: bool = False
    """Whether "1", "the second" or "前两个" stands for the topics of these numbers."""
    choices: Choices | None = None
    terms: dict[str, Term] = msgspec.field(default_factory=dict)
    concepts: dict[str, Concept]
    examples: tuple[Example, ...] = ()

    only_described: frozenset[str] = frozenset()
    """Terms that stand under ``describes`` and nowhere else; filled in by the loader."""

    def item(self, item_id: str) -> Item:
        """The item with this id."""
        return next(item for item in self.items if item.id == item_id)
