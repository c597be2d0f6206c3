"""JUnit XML: one suite per section, one test case per check, in the dialect that every reader takes.

A wrong, missing or unusable answer is a failure; what ended the code (crash, time, memory) or the
grader is an error; what nobody could decide yet is skipped, with the reason. Points are properties of
the suites, because strict readers refuse them at a test case. What XML cannot hold in any form (most
controls, lone surrogates) is not on a page either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from grader.model import Outcome
from grader.report.layout import student_page
from grader.report.page import Block, Item, Page
from grader.report.redact import StudentReport

_TAGS = {
    Outcome.FAIL: "failure",
    Outcome.MISSING: "failure",
    Outcome.BAD_OUTPUT: "failure",
    Outcome.CRASH: "error",
    Outcome.TIMEOUT: "error",
    Outcome.MEMORY: "error",
    Outcome.GRADER_FAULT: "error",
    Outcome.SKIPPED: "skipped",
    Outcome.NEEDS_REVIEW: "skipped",
}


def junit_xml(report: StudentReport) -> bytes:
    """The document, in UTF-8."""
    page = student_page(report)
    root = ET.Element("testsuites", {"name": page.assignment, **_counts(page.items)})
    for block in page.blocks:
        root.append(_suite(block, page))
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(block: Block, page: Page) -> ET.Element:
    started = _timestamp(page.started)
    suite = ET.Element(
        "testsuite",
        {
            "name": block.title,
            **_counts(block.items),
            **({"timestamp": started} if started else {}),
            "hostname": "localhost",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in [
        ("section", block.id),
        ("points.earned", f"{block.earned:.6g}"),
        ("points.maximum", f"{block.maximum:.6g}"),
        ("points.undecided", f"{block.undecided:.6g}"),
        ("points.counted", "true" if block.counted else "false"),
    ]:
        ET.SubElement(properties, "property", {"name": name, "value": value})
    for item in block.items:
        suite.append(_case(item, f"{page.assignment}.{block.id}"))
    return suite


def _case(item: Item, classname: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": classname, "name": item.id, "time": f"{item.seconds:.3f}"})
    tag = _TAGS.get(item.outcome)
    if tag is not None:
        message = f"{item.name}: {item.word}"
        verdict = ET.SubElement(case, tag, {"message": message, "type": item.outcome.value})
        if tag == "skipped":
            del verdict.attrib["type"]
        verdict.text = "\n".join(item.explanation())
    return case


def _counts(items: Iterable[Item]) -> dict[str, str]:
    every = [*items]
    tags = Counter(_TAGS.get(item.outcome) for item in every)
    return {
        "tests": str(len(every)),
        "failures": str(tags["failure"]),
        "errors": str(tags["error"]),
        "skipped": str(tags["skipped"]),
        "time": f"{sum(item.seconds for item in every):.3f}",
    }


def _timestamp(started: str) -> str | None:
    """The moment without zone and fraction, as the schemas have it."""
    try:
        return datetime.fromisoformat(started).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
