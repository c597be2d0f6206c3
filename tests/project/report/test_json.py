"""Documents come back as they were written, and nothing else is taken for one."""

import json as stdlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.model import CheckResult, Report
from grader.report import json
from grader.report.redact import StudentReport, for_student


def changed(data, **fields):
    return stdlib.dumps(stdlib.loads(data) | fields)


def test_both_documents_come_back_equal(report, student):
    assert json.decode(json.encode(report)) == report
    assert json.decode_student(json.encode_student(student)) == student


def test_they_are_ascii_whatever_is_in_them(report, student):
    assert json.encode(report).isascii()
    assert json.encode_student(student).isascii()
    assert "\ud800" in report.checks[5].reason  # which has no bytes in UTF-8


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
CHECKS = st.builds(
    CheckResult,
    id=ANY_TEXT,
    reason=ANY_TEXT,
    safe_reason=ANY_TEXT,
    output=ANY_TEXT,
    weight=st.floats(0, 10),
    finding=st.none(),
    diagnosis=st.none(),
    trace=st.just(()),
    seconds=st.floats(0, 1e6),
)


@given(checks=st.lists(CHECKS, max_size=3))
def test_any_check_comes_back_equal(report, checks):
    whole = msgspec.structs.replace(report, checks=tuple(checks))
    assert json.decode(json.encode(whole)) == whole
    redacted = for_student(whole)
    assert json.decode_student(json.encode_student(redacted)) == redacted


def test_neither_document_is_taken_for_the_other(report, student):
    with pytest.raises(UsageError, match="no report"):
        json.decode(json.encode_student(student))
    with pytest.raises(UsageError, match="no report"):
        json.decode_student(json.encode(report))
    with pytest.raises(TypeError, match="got StudentReport, wanted Report"):
        json.encode(student)
    with pytest.raises(TypeError, match="got Report, wanted StudentReport"):
        json.encode_student(report)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ({"surprise": 1}, "unknown field `surprise`"),
        ({"title": None}, r"Expected `str`, got `null` - at `\$\.title`"),
        ({"sections": [{"id": "x"}]}, r"missing required field .* at `\$\.sections\[0\]`"),
        ({"schema_version": 99}, "schema_version: got 99, wanted 1 to 2"),
        ({"schema_version": "1"}, "schema_version: got '1'"),
        ({"schema_version": True}, "schema_version: got True"),
        ({"schema_version": 0}, "schema_version: got 0"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(report, damage, problem):
    with pytest.raises(UsageError, match=problem):
        json.decode(changed(json.encode(report), **damage))


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"null", b"\xff", b'{"schema_version": NaN}'])
def test_what_is_no_document_is_refused(data):
    with pytest.raises(UsageError, match="no report"):
        json.decode(data)


def test_a_document_without_a_version_is_refused(report):
    table = stdlib.loads(json.encode(report))
    del table["schema_version"]
    with pytest.raises(UsageError, match="schema_version: got None"):
        json.decode(stdlib.dumps(table))


def test_a_number_that_json_has_not_is_never_written(report):
    broken = msgspec.structs.replace(report.sections[0], earned=float("nan"))
    with pytest.raises(ValueError, match="JSON compliant"):
        json.encode(msgspec.structs.replace(report, sections=(broken,)))


def test_old_documents_are_brought_up_to_date_one_step_at_a_time():
    steps = {1: lambda table: table | {"b": table["a"] + 1}, 2: lambda table: {"c": table["b"] * 10}}
    assert json.upgraded({"schema_version": 1, "a": 1}, 3, steps) == {"schema_version": 3, "c": 20}
    assert json.upgraded({"schema_version": 2, "b": 5}, 3, steps) == {"schema_version": 3, "c": 50}
    assert json.upgraded({"schema_version": 3, "c": 7}, 3, steps) == {"schema_version": 3, "c": 7}


def records(kind, seen):
    """The record and every record within it."""
    if kind in seen:
        return
    seen.add(kind)
    for field in msgspec.inspect.type_info(kind).fields:
        for inner in _structs(field.type):
            records(inner, seen)


def _structs(info):
    if isinstance(info, msgspec.inspect.StructType):
        yield info.cls
    for inner in (getattr(info, "item_type", None), *getattr(info, "types", ())):
        if inner is not None:
            yield from _structs(inner)


@pytest.mark.parametrize("kind", [Report, StudentReport])
def test_every_key_and_every_default_is_documented(kind, root):
    text = (root / "docs" / "report.md").read_text("utf-8")
    found = set()
    records(kind, found)
    assert len(found) >= 6
    for record in found:
        _, heading, section = text.partition(f"`{record.__name__}`\n")
        assert heading, f"docs/report.md has no section about {record.__name__}"
        rows = section.partition("\n#")[0]
        documented = {line.split("`")[1] for line in rows.splitlines() if line.startswith("| `")}
        assert documented == set(record.__struct_fields__), record.__name__


def test_documents_of_version_1_had_no_written_part(report, student):
    old = stdlib.loads(json.encode(report))
    for key in ("answers", "claims"):
        del old[key]
    assert json.decode(stdlib.dumps({**old, "schema_version": 1})) == report
    old = stdlib.loads(json.encode_student(student))
    del old["answers"]
    assert json.decode_student(stdlib.dumps({**old, "schema_version": 1})) == student
