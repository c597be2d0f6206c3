"""Read question files; everything that is wrong with any of them is reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from grader.errors import AssignmentError
from grader.rubric.schema import LANGUAGES, Concept, Condition, Question, Term

TERMS = "terms.yaml"


def load_questions(folder: Path) -> dict[str, Question]:
    """The questions of an assignment's folder, by id, each with the shared terms added to its own.

    Raises
    ------
    AssignmentError
        Naming every problem of every file.
    """
    problems: list[str] = []
    shared = _terms(folder / TERMS, problems)
    questions: dict[str, Question] = {}
    for file in sorted((folder / "questions").glob("*.yaml")):
        question = _question(file, shared, problems)
        if question is None:
            continue
        if question.id != file.stem:
            problems.append(f"{file}: id: got {question.id!r}, wanted the file's name, {file.stem!r}")
        problems += [f"{file}: {problem}" for problem in _inconsistencies(question)]
        questions[question.id] = question
    if problems:
        raise AssignmentError("\n".join(problems))
    return questions


def _terms(file: Path, problems: list[str]) -> dict[str, Term]:
    table = _yaml(file, problems) if file.exists() else {}
    return _each(table, Term, str(file), problems)


def _question(file: Path, shared: dict[str, Term], problems: list[str]) -> Question | None:
    table = _yaml(file, problems)
    if not isinstance(table, dict):
        if table is not None:
            problems.append(f"{file}: got a {type(table).__name__}, wanted keys with values")
        return None
    before = len(problems)
    table = dict(table)
    for key, kind in (("terms", Term), ("concepts", Concept)):  # one problem each, not the first only
        _each(table.get(key, {}), kind, f"{file}: {key}", problems)
        if len(problems) > before:
            table[key] = {}
    try:
        question = msgspec.convert(table, Question, strict=False)
    except msgspec.ValidationError as error:
        problems.append(f"{file}: {error}")
        return None
    if len(problems) > before:
        return None
    terms = {**shared, **question.terms}
    for name, term in terms.items():
        problems += [
            f"{file}: terms: {name}: includes: {other!r} is not defined here"
            for other in term.includes
            if other not in terms
        ]
    if len(problems) > before:
        return None
    whole = {name: _whole(name, terms, ()) for name in terms}
    described = frozenset(question.describes) - _decisive(question)
    return msgspec.structs.replace(question, terms=whole, only_described=described)


def _whole(name: str, terms: Mapping[str, Term], above: tuple[str, ...]) -> Term:
    """A term with the phrases of those that it includes; a circle of them ends where it started."""
    whole = terms[name]
    for other in whole.includes:
        if other not in above:
            part = _whole(other, terms, (*above, name))
            whole = msgspec.structs.replace(
                whole,
                **{language: getattr(whole, language) + getattr(part, language) for language in LANGUAGES},
                except_=whole.except_ + part.except_,
            )
    return whole


def _each(table: Any, kind: type, where: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        problems.append(f"{where}: got a {type(table).__name__}, wanted names with values")
        return {}
    found: dict[str, Any] = {}
    for name, value in table.items():
        try:
            found[str(name)] = msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            problems.append(f"{where}: {name}: {error}")
    return found


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that refuses a key that stands there twice, and reads true and no as words."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands there twice", node.start_mark
            )
    table: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return table


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _yaml(file: Path, problems: list[str]) -> Any:
    try:
        return yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a safe loader, made stricter
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(f"{file}: {error}")
        return None


def _inconsistencies(question: Question) -> Iterator[str]:
    """What is well-formed and yet cannot be right."""
    ids = [item.id for item in question.items]
    yield from (f"items: {twice!r} stands there twice" for twice in {i for i in ids if ids.count(i) > 1})
    for item in question.items:
        where = f"items: {item.id}"
        if not 0 < item.deduction <= question.maximum:
            most = f"at most {question.maximum:g}"
            yield f"{where}: deduction: got {item.deduction:g}, wanted more than 0 and {most}"
        if item.person_only == (item.decided_by is not None):
            yield f"{where}: wanted either decided_by or person_only"
        decision = item.decided_by
        for condition in decision.conditions if decision else ():
            yield from _unknown(condition_names(condition), question.concepts, f"{where}: concept")
    for group in question.at_most_one_of:
        yield from _unknown(group, ids, "at_most_one_of: item")
    yield from _unknown(question.blank, ids, "blank: item")
    lost = sum(item.deduction for item in question.items if item.id in question.blank)
    if lost < question.maximum:
        yield f"blank: got items of {lost:g} points, wanted all {question.maximum:g}"
    for number, example in enumerate(question.examples, start=1):
        yield from _unknown(example.items + example.unsure, ids, f"examples: number {number}: item")
    yield from _unknown(question.topics, question.terms, "topics: term")
    yield from _unknown([question.opening] if question.opening else [], question.topics, "opening: topic")
    yield from _unknown(question.describes, question.terms, "describes: term")
    yield from _concept_problems(question)


def _concept_problems(question: Question) -> Iterator[str]:
    labels: tuple[str, ...] = ()
    if question.choices:
        labels = question.choices.labels
        yield from _unknown(labels, question.terms, "choices: labels: term")
        named = [term for term in question.choices.options.values() if term]
        yield from _unknown(named, question.terms, "choices: options: term")
        for extra in (question.choices.unlabelled, question.choices.denied):
            yield from _unknown([extra] if extra else [], labels, "choices: label")
    for name, concept in question.concepts.items():
        where = f"concepts: {name}"
        if bool(concept.any) == (concept.choice is not None):
            yield f"{where}: wanted either any or choice"
        for line in concept.any:
            yield from _unknown(_terms_of(line), question.terms, f"{where}: term")
            strange = [atom for atom in line if len(atom.split()) > 1 and atom.split()[0] not in MODES]
            yield from (
                f"{where}: got {atom!r}, wanted one of {', '.join(MODES)} before a term" for atom in strange
            )
        if concept.choice and question.choices is None:
            yield f"{where}: choice: the question has no choices"
        elif concept.choice and question.choices:
            yield from _unknown(concept.choice.labels, labels, f"{where}: label")
            yield from _unknown(concept.choice.options, question.choices.options, f"{where}: option")


MODES = ("not", "without", "mention", "then", "on", "off", "than", "alone")


def _terms_of(line: Iterable[str]) -> list[str]:
    """The terms that a line speaks of; ``a|b`` is either of two."""
    return [term for atom in line for term in atom.split()[-1].split("|")]


def condition_names(condition: Condition) -> tuple[str, ...]:
    """The concepts that a condition needs."""
    return (condition,) if isinstance(condition, str) else condition


def terms_used(question: Question) -> dict[str, Term]:
    """The terms that matter for the question."""
    names = _decisive(question).union(question.describes)
    return {name: term for name, term in question.terms.items() if name in names}


def _decisive(question: Question) -> set[str]:
    """The terms that decide anything."""
    names = {
        term for concept in question.concepts.values() for line in concept.any for term in _terms_of(line)
    }
    names.update(question.topics)
    if question.choices:
        names.update(question.choices.labels, filter(None, question.choices.options.values()))
    return names


def _unknown(names: Any, known: Any, what: str) -> Iterator[str]:
    return (f"{what}: {name!r} is not defined here" for name in names if name not in known)
