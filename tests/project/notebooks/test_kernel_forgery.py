"""A kernel that sends what it likes. The judge reads one document, and that is what it is or it is none."""

# ruff: noqa: E501 - one message per entry

from __future__ import annotations

import json
import time

import pytest

from grader.notebooks.inside.progress import text
from grader.notebooks.process import _decoded

from .conftest import Run, errors

SEND = """
import json
kernel = get_ipython().kernel
session, iopub = kernel.session, kernel.iopub_socket

def frames(content, kind="display_data", **changed):
    message = session.msg(kind, content, parent=kernel.get_parent())
    return session.serialize({**message, **changed})

"""

#: What it sends, and how the notebook may end: "" where nothing of it is heard.
MESSAGES = {
    "a huge message": (
        "iopub.send_multipart(frames({'data': {'text/plain': 'x' * (64 << 20)}}))",
        {"", "printed"},
    ),
    "many large ones": (
        "for _ in range(40): iopub.send_multipart(frames({'data': {'text/plain': 'x' * (20 << 20)}}))",
        {"printed", None},
    ),
    "garbage": ("iopub.send_multipart([b'\\xff' * 1000] * 3)", {"nonsense"}),
    "no signature": (
        "parts = frames({})\nparts[1] = b'0' * 64\niopub.send_multipart([b'display_data', *parts])",
        {"nonsense"},
    ),
    "a deep message": (
        "parts = frames({})\nparts[-1] = b'[' * 200_000 + b']' * 200_000\nparts[1] = session.sign(parts[2:])\niopub.send_multipart(parts)",
        {"nonsense"},
    ),
    "a message that is a list": (
        "parts = frames({})\nparts[-1] = b'[1, 2]'\nparts[1] = session.sign(parts[2:])\niopub.send_multipart(parts)",
        {"nonsense"},
    ),
    "a state that is none": (
        "iopub.send_multipart(frames({'execution_state': [1]}, 'status'))",
        {"", "nonsense"},
    ),
    "widgets": (
        "iopub.send_multipart(frames({'comm_id': 'x', 'target_name': 'jupyter.widget', 'data': {'state': {'_model_module': '@jupyter-widgets/output', '_model_name': 'OutputModel', 'msg_id': 'x'}}}, 'comm_open'))",
        {""},
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_no_message_does_harm(run: Run, name: str) -> None:
    code, endings = MESSAGES[name]
    begin = time.monotonic()
    outcome = run(
        SEND + code + "\nimport time\ntime.sleep(0.3)", "1 + 1", cell_seconds=10.0, notebook_seconds=20.0
    )
    assert (outcome.document.ended if outcome.document else None) in endings
    assert time.monotonic() - begin < 40


ERROR = """
class {name}(Exception): pass
{name}.__name__ = {shown}
raise {name}({message})
"""


def test_errors_are_cut_and_made_text(run: Run) -> None:
    outcome = run(
        ERROR.format(name="Long", shown="'N' * 10_000", message="'m' * 3_000_000"),
        ERROR.format(name="Screen", shown="'Screen'", message="'\\x1b[2J\\n\\nsecond'"),
        ERROR.format(name="Lines", shown="'Lines'", message="'\\n  \\n  first\\nsecond'"),
        printed_mib=64,
    )
    assert outcome.document is not None
    first, second, third = outcome.document.failures
    assert (len(first.error), len(first.message)) == (80, 500)
    assert (second.error, second.message) == ("Screen", "\x1b[2J")
    assert third.message == "first"


def test_text_that_no_encoding_holds_is_written_as_escapes() -> None:
    assert text("\ud800a", 5) == "\\ud800a"
    assert text("a" * 20, 5) == "aaaaa"
    assert text(["a"], 5) == text(None, 5) == ""


def test_a_reply_can_lie_and_no_more(run: Run) -> None:
    lie = (
        "def lie(*args, **kwargs):\n    return {'status': 'error', 'ename': ['x'], 'evalue': {'a': 1}, 'traceback': 3}\n"
        "get_ipython().kernel.do_execute = lie"
    )
    outcome = run(lie, "2", "3", cell_seconds=5.0)
    assert outcome.document is not None
    assert set(errors(outcome).values()) <= {"", "TypeError"}


GOOD = {
    "ran": 1,
    "ended": "",
    "detail": "",
    "kernel": "",
    "failures": [{"place": 0, "error": "E", "message": "m"}],
}


def test_a_document_that_is_one() -> None:
    assert _decoded(json.dumps(GOOD).encode(), 2) is not None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps(GOOD).encode()[:-3],
        json.dumps(GOOD).encode() * 2,
        *(
            json.dumps({**GOOD, **changed}).encode()
            for changed in (
                {"points": 100},
                {"ran": -1},
                {"ran": 3},
                {"ran": 10**400},
                {"ran": True},
                {"ran": "1"},
                {"ended": "well"},
                {"failures": {}},
                {"failures": [{"place": 2, "error": "E", "message": "m"}]},
                {"failures": [{"place": -1, "error": "E", "message": "m"}]},
                {"failures": GOOD["failures"] * 2},  # type: ignore[operator]
                {"failures": [{"place": 0, "error": 3, "message": "m"}]},
                {"failures": [{"place": 0, "error": "\ud800", "message": "m"}]},
            )
        ),
    ],
)
def test_a_document_that_is_none(answer: bytes) -> None:
    assert _decoded(answer, 2) is None
