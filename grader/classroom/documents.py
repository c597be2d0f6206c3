"""What is written for one submission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from grader.model import Report
from grader.report import html, json
from grader.report.gradescope import results_json
from grader.report.junit import junit_xml
from grader.report.redact import StudentReport, for_student
from grader.report.sheet import score_sheet

REPORT = "report.json"
"""The instructor's document, from which all others can be made."""

ALWAYS = (REPORT, "student.json", "report.html")

NOTEBOOKS = "notebooks.json"
"""What came of running the notebooks, where that was asked for."""

FORMATS: Mapping[str, str] = {
    "gradescope": "gradescope.json",
    "instructor": "instructor.html",
    "junit": "junit.xml",
    "sheet": "sheet.txt",
}
"""What else can be asked for, and the file that it goes to."""

_OF_STUDENT: Mapping[str, Callable[[StudentReport], bytes]] = {
    "gradescope.json": results_json,
    "junit.xml": junit_xml,
    "report.html": lambda report: html.student(report).encode("utf-8"),
    "sheet.txt": lambda report: score_sheet(report).encode("utf-8"),
    "student.json": json.encode_student,
}
_OF_INSTRUCTOR: Mapping[str, Callable[[Report], bytes]] = {
    REPORT: json.encode,
    "instructor.html": lambda report: html.instructor(report).encode("utf-8"),
}


def file_names(formats: Iterable[str], *, notebooks: bool = False) -> tuple[str, ...]:
    """The files that one submission gets."""
    asked_for = (NOTEBOOKS,) if notebooks else ()
    return (*ALWAYS, *(FORMATS[name] for name in formats), *asked_for)


def documents(report: Report, formats: Iterable[str]) -> dict[str, bytes]:
    """The contents of these files."""
    student = for_student(report)
    return {
        name: _OF_INSTRUCTOR[name](report) if name in _OF_INSTRUCTOR else _OF_STUDENT[name](student)
        for name in file_names(formats)
    }
