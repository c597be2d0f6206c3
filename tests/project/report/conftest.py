"""A graded submission with every outcome in it, every nasty kind of text, and secrets in their places."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from msgspec.structs import replace

from grader.model import (
    CheckResult,
    ConfinementRecord,
    Diagnosis,
    Finding,
    Frame,
    Outcome,
    Report,
    RunRecord,
    SectionScore,
    SubmissionRecord,
)
from grader.report.redact import StudentReport, for_student
from grader.written import Decision, ItemMark, PrintedClaim, Span, WrittenAnswer

CANARY = f"canary{secrets.token_hex(8)}"

ESCAPES = "\x1b[2J\x1b]8;;http://evil.example\x07click\x1b[0m\x9b31m"
COMMANDS = "::error::hacked\r\n  ::set-output name=x::1\n##[error]no\r::notice title=Autograding report::{}"
SCRIPT = "<script>alert('1')</script></pre></style>&amp;<img src=x onerror=alert(1)>{{ 7 * 7 }}[red]"
MARKDOWN = "](http://evil.example) | **bold** `tick` ```fence @everyone #1 <details>"
STRANGE = "\u202egnp.exe\u2066 \ud800 \ufffe \u2028 \x00 \ufeff"
LONG = "x" * 5000

AFFINE = (
    "affine_backward(dout, cache): dw[3, 1] is 0.52734375, wanted 1.0546875; 100 % of the entries are off"
)
NORM = "batchnorm_backward(dout, cache): dx[2, 0] is off by 0.31 of the largest value; 88 % are wrong"
ARITY = f"conv_backward_naive(dout, cache): got a str: {COMMANDS} {SCRIPT}\n{ESCAPES}{STRANGE}"

MEAN = Diagnosis(
    mistake="affine_backward.dw-is-a-mean",
    says="The gradient of the weights is divided by the number of examples.",
    asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
)
FORGOTTEN = Diagnosis(
    mistake="batchnorm_backward.mean-gradient-forgotten",
    says="The path from the mean to the loss is left out of the gradient of the input.",
    asks="Through how many outputs does the mean reach the loss?",
)


def check(name: str, title: str, outcome: Outcome, **fields: Any) -> CheckResult:
    """A public check, about ``section.name``, that says the same to everybody unless told otherwise."""
    options: dict[str, Any] = {"visibility": "public", "weight": 1.0, "seconds": 0.0125, **fields}
    options.setdefault("reason", options.get("safe_reason", ""))
    section = name.partition(".")[0]
    return CheckResult(id=name, section=section, title=title, outcome=outcome, **options)


def difference(call: str, value: str, message: str, safe: str, **fields: Any) -> Finding:
    return Finding(call=call, value=value, kind="values", message=message, safe_message=safe, **fields)


def public_checks() -> list[CheckResult]:
    return [
        check("affine.values", "Affine forward gives the values printed in the notebook", Outcome.PASS),
        check(
            "affine.gradient",
            "Affine backward is the gradient of affine forward",
            Outcome.FAIL,
            safe_reason=AFFINE,
            finding=difference(
                "affine_backward(dout, cache)",
                "dw",
                AFFINE,
                "",
                pattern="every entry is 0.5 times what was wanted",
                index=(3, 1),
                wrong_share=1.0,
            ),
            diagnosis=MEAN,
            targets=("affine_backward",),
            warnings=("affine_backward changed its argument dout",),
            output=f"{CANARY} printed\n::error::from a print",
        ),
        check("relu.forward", "ReLU forward clips at zero", Outcome.PASS),
        check(
            "batchnorm.train",
            f"Batch normalization γ·x̂ + β: mean 0, variance 1 {MARKDOWN}",
            Outcome.MISSING,
            safe_reason="batchnorm_forward is still the stub of the hand-out",
        ),
        check(
            "conv_naive.values",
            "Convolution gives the values printed in the notebook",
            Outcome.TIMEOUT,
            safe_reason="conv_forward_naive(x, w, b, conv_param): no answer within 20 s",
            seconds=20.0,
        ),
        check(
            "conv_naive.arity",
            "Convolution backward gives three arrays",
            Outcome.BAD_OUTPUT,
            safe_reason=ARITY,
            trace=(
                Frame(
                    path=f"cs231n/{SCRIPT}{ESCAPES}.py", line=3, function="f", text=f"{COMMANDS}{MARKDOWN}"
                ),
            ),
        ),
        check("pool_naive.values", "Max pooling gives the values printed in the notebook", Outcome.PASS),
        check("unlisted.values", "A check of a section without points in this edition", Outcome.PASS),
    ]


def hidden_checks() -> list[CheckResult]:
    def hidden(name: str, title: str, outcome: Outcome, **fields: Any) -> CheckResult:
        reason = f"{CANARY} {fields.get('safe_reason', '')} is 0.123456, wanted {CANARY}"
        private = {"reason": reason, "output": CANARY, "warnings": (f"RuntimeWarning: {CANARY}",)}
        return check(name, title, outcome, visibility="hidden", **private | fields)

    return [
        hidden(
            "affine.forward[rows]",
            "Affine forward equals x w + b, twice with equal shapes and new values",
            Outcome.CRASH,
            safe_reason="affine_forward(x, w, b): ValueError in your code",
            trace=(
                Frame(path="cs231n/layers.py", line=21, function=CANARY, text="out = combine(x, w) + b"),
                Frame(path="cs231n/layers.py", line=9, function="combine", text="return x.dot(w)"),
            ),
        ),
        hidden("relu.backward", "ReLU backward is the gradient of ReLU forward", Outcome.PASS),
        hidden(
            "batchnorm.backward",
            "Batch normalization backward gives dx, dgamma and dbeta",
            Outcome.FAIL,
            safe_reason=NORM,
            finding=difference(
                "batchnorm_backward(dout, cache)",
                "dx",
                f"dx[2, 0] is {CANARY}",
                NORM,
                pattern="the mean of every column is not zero",
                index=(2, 0),
                wrong_share=0.88,
            ),
            diagnosis=FORGOTTEN,
        ),
        hidden(
            "batchnorm.test_mode",
            "Batch normalization in test mode uses the running averages",
            Outcome.SKIPPED,
            safe_reason="batchnorm_forward does not run, and this check needs it",
        ),
        hidden(
            "conv_naive.backward",
            "Convolution backward is the gradient of convolution",
            Outcome.MEMORY,
            safe_reason="conv_backward_naive(dout, cache): more than 1024 MiB",
        ),
        hidden("pool_naive.fault", "Max pooling on windows that overlap", Outcome.GRADER_FAULT),
        hidden("questions.q1", "Fully connected nets, inline question 1", Outcome.NEEDS_REVIEW),
        hidden("fc_net.loss", "The loss of a three-layer net", Outcome.PASS, weight=2.0, follow_through=True),
        hidden(
            "beyond.strides",
            "Convolution takes inputs that are not contiguous",
            Outcome.FAIL,
            reason=LONG + CANARY,
            safe_reason=LONG,
        ),
    ]


SECTIONS = (
    SectionScore(id="affine", title="Affine layer", maximum=4.0, earned=4.0 / 3),
    SectionScore(id="relu", title="ReLU", maximum=2.0, earned=2.0),
    SectionScore(id="batchnorm", title="Batch normalization", maximum=10.0, earned=0.0),
    SectionScore(id="conv_naive", title="Convolution", maximum=9.0, earned=0.0),
    SectionScore(id="pool_naive", title="Max pooling", maximum=4.0, earned=2.0, undecided=2.0),
    SectionScore(id="fc_net", title="Fully connected net of any depth", maximum=8.0, earned=8.0),
    SectionScore(id="questions", title="Inline questions", maximum=1.0, earned=0.0, undecided=1.0),
    SectionScore(id="fast", title="Fast convolution and pooling", maximum=3.0, earned=0.0, undecided=3.0),
    SectionScore(id="beyond", title="Beyond the notebook", maximum=6.0, earned=0.0, counted=False),
)


def item(name: str, deduction: float, applies: bool | None, **fields: Any) -> ItemMark:
    options: dict[str, Any] = {"suggestion": bool(applies), "confidence": 0.9, **fields}
    return ItemMark(id=name, wording=f"About {name}.", deduction=deduction, applies=applies, **options)


def answers() -> tuple[WrittenAnswer, ...]:
    """One marked, one decided by a person, one that needs review, one that is not there; nasty texts."""
    marked = WrittenAnswer(
        question="bn-q3",
        title="Which preprocessing step is like which normalization",
        maximum=3.0,
        earned=2.0,
        undecided=0.0,
        suggested=2.0,
        status="moved",
        text=f"1 is layer norm. {SCRIPT} {COMMANDS} {ESCAPES}{STRANGE} 3 is batch norm.",
        language="en",
        file=f"BatchNormalization {SCRIPT}.ipynb",
        cell=7,
        items=(
            item("chose-1-or-4", 1.0, True, evidence=(Span(start=0, end=15),)),
            item("missing-3-bn", 1.0, False),
            item("page-not-selected", 1.5, False, reason="only a person sets this"),
        ),
        notes=("no marker before the answer",),
        objections=(f"all options are chosen {CANARY}",),
        digest="d1",
    )
    by_person = WrittenAnswer(
        question="do-q1",
        title="Without the division by p",
        maximum=1.0,
        earned=1.0,
        undecided=0.0,
        suggested=0.0,
        status="found",
        text="The expectation differs.",
        items=(item("incorrect-incomplete", 1.0, False, suggestion=True, by="person"),),
        digest="d2",
        decision=Decision(items=(), who=f"Ada {CANARY}", when="2026-03-02", why=CANARY),
    )
    unsure = WrittenAnswer(
        question="do-q3",
        title="How to change p",
        maximum=1.0,
        earned=0.5,
        undecided=0.5,
        suggested=0.5,
        status="found",
        text="It depends on the data.",
        items=(
            item("no-capacity", 0.5, None, suggestion=True, reason=f"it says both {CANARY}",
                 evidence=(Span(start=3, end=10),)),
            item("incorrect", 1.0, False),
        ),
        digest="d3",
    )  # fmt: skip
    nothing = WrittenAnswer(
        question="fc-q1",
        title="Gradients that vanish",
        maximum=1.0,
        earned=0.0,
        undecided=0.0,
        suggested=0.0,
        status="placeholder only",
        items=(item("missing-relu", 0.5, True), item("missing-sigmoid", 0.5, True)),
    )
    return marked, by_person, unsure, nothing


WRITTEN = tuple(
    SectionScore(
        id=answer.question,
        title=answer.title,
        maximum=answer.maximum,
        earned=answer.earned,
        undecided=answer.undecided,
    )
    for answer in answers()
)


def sample() -> Report:
    return Report(
        assignment="cs231n_a2",
        title="CS231n assignment 2: fully connected nets, normalization, dropout, convolution",
        submission=SubmissionRecord(
            name=f"Zoë Ångström {SCRIPT} {ESCAPES}",
            edition="2021",
            files=("cs231n/layers.py", "cs231n/optim.py"),
            handed_out=("sgd", "affine_relu_forward", "affine_relu_backward"),
            notes=(
                "affine_relu_forward was edited and has been restored",
                f"package found at {COMMANDS}",
            ),
        ),
        sections=SECTIONS,
        checks=(*public_checks(), *hidden_checks()),
        confinement=ConfinementRecord(
            level="B",
            layers=("seccomp", "rlimits", CANARY),
            missing=(f"user namespaces: not allowed here {CANARY}",),
            kernel=f"6.1 {CANARY}",
        ),
        run=RunRecord(
            seed=CANARY,
            grader_version="0.1.0",
            numpy_version="2.1.0",
            started="2026-03-01T12:00:00+00:00",
            seconds=12.5,
        ),
    )


def sample_with_answers() -> Report:
    claim = PrintedClaim(
        file="Dropout.ipynb",
        cell=4,
        says=f"dx error: 1e-09 {CANARY}",
        finds="dropout_backward is now wrong: dx, relative error 0.3",
        kind="stale",
    )
    return replace(
        sample(),
        sections=(*SECTIONS[:-1], *WRITTEN, SECTIONS[-1]),
        answers=answers(),
        claims=(claim,),
    )


@pytest.fixture(scope="session")
def canary() -> str:
    """A string that stands only where no student may look."""
    return CANARY


@pytest.fixture(scope="session")
def report() -> Report:
    """Every outcome, public and hidden; a section without checks, and checks without a section."""
    return sample()


@pytest.fixture(scope="session")
def student(report: Report) -> StudentReport:
    """The same, for the student."""
    return for_student(report)


@pytest.fixture(scope="session")
def with_answers() -> Report:
    """The same submission, with a written part."""
    return sample_with_answers()


@pytest.fixture(scope="session")
def student_with_answers(with_answers: Report) -> StudentReport:
    """The same, for the student."""
    return for_student(with_answers)


@pytest.fixture(scope="session")
def perfect() -> StudentReport:
    """A submission without a flaw, graded on public checks alone."""
    checks = [check(f"relu.{name}", f"ReLU {name}", Outcome.PASS) for name in ("forward", "backward")]
    sections = (SectionScore(id="relu", title="ReLU", maximum=2.0, earned=2.0),)
    plain = sample()
    return for_student(
        Report(
            assignment=plain.assignment,
            title=plain.title,
            submission=SubmissionRecord(name="perfect", edition="2021"),
            sections=sections,
            checks=tuple(checks),
            confinement=plain.confinement,
            run=plain.run,
        )
    )
