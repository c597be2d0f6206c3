"""A graded submission with everything in it that can go wrong, and a secret in every place that is the instructor's."""

from __future__ import annotations

import pytest

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

CANARY = "canary-7f3a91c2e8"

ESCAPES = "\x1b[2J\x1b]8;;http://evil.example\x07click\x1b[0m\x9b31m"
INJECTION = (
    "::error::you are hacked\r\n  ::set-output name=x::1\n##[error]no\r::notice title=Autograding report::{}"
)
SCRIPT = "<script>alert('1')</script></pre></style>&amp;<img src=x onerror=alert(1)>{{ 7 * 7 }}"
MARKDOWN = "](http://evil.example) | **bold** `tick` ```fence @everyone #1 <details>"
BACKWARDS = "\u202egnp.exe\u2066 \ud800 \ufffe \u2028 \x00 \ufeff"
LONG = "x" * 5000


def check(section: str, name: str, title: str, outcome: Outcome, **fields) -> CheckResult:
    options = {"visibility": "public", "weight": 1.0, "seconds": 0.0125, **fields}
    return CheckResult(id=f"{section}.{name}", section=section, title=title, outcome=outcome, **options)


def mismatch(call: str, value: str, numbers: str, safe: str, **fields) -> dict:
    finding = Finding(
        call=call,
        value=value,
        kind="values",
        message=f"{call}: {numbers}",
        safe_message=f"{call}: {safe}",
        **fields,
    )
    return {"finding": finding, "reason": finding.message}


def sample_checks() -> tuple[CheckResult, ...]:
    secret = f"{CANARY} 0.123456"
    forward = "affine_forward(x, w, b)"
    public = mismatch(
        "affine_backward(dout, cache)",
        "dw",
        "dw[3, 1] is 0.52734375, wanted 1.0546875; 100 % of the entries are off by more than round-off allows",
        "",
        pattern="every entry is 0.5 times what was wanted",
        index=(3, 1),
        wrong_share=1.0,
    )
    hidden = mismatch(
        "batchnorm_backward(dout, cache)",
        "dx",
        f"dx[2, 0] is {secret}, wanted {CANARY}",
        "dx[2, 0] is off by 0.31 of the largest value; 88 % of the entries are wrong",
        pattern="the mean of every column is not zero",
        index=(2, 0),
        wrong_share=0.88,
    )
    return (
        check("affine", "forward_values", "Affine forward gives the values printed in the notebook", Outcome.PASS),
        check(
            "affine",
            "backward_gradient",
            "Affine backward is the gradient of affine forward",
            Outcome.FAIL,
            safe_reason=public["reason"],
            diagnosis=Diagnosis(
                mistake="affine_backward.dw-is-a-mean",
                says="The gradient of the weights is divided by the number of examples, which the loss has done already.",
                asks="Is there a mean over the batch anywhere in the forward pass of this layer?",
            ),
            targets=("affine_backward",),
            warnings=("affine_backward changed its argument dout",),
            output=f"{CANARY} printed\n::error::from the student's print",
            **public,
        ),
        check(
            "affine",
            "hidden_forward[rows]",
            "Affine forward equals x w + b, twice with equal shapes and new values",
            Outcome.CRASH,
            visibility="hidden",
            reason=f"{forward}: ValueError: {secret}",
            safe_reason=f"{forward}: ValueError in your code",
            trace=(
                Frame(path="cs231n/layers.py", line=21, function=CANARY, text="out = combine(x, w) + b"),
                Frame(path="cs231n/layers.py", line=9, function="combine", text="return x.dot(w)"),
            ),
            warnings=(f"RuntimeWarning: {CANARY}",),
        ),
        check("relu", "forward", "ReLU forward clips at zero", Outcome.PASS),
        check("relu", "backward", "ReLU backward is the gradient of ReLU forward", Outcome.PASS, visibility="hidden"),
        check(
            "batchnorm",
            "train",
            f"Batch normalization γ·x̂ + β: mean 0, variance 1 {MARKDOWN}",
            Outcome.MISSING,
            reason="batchnorm_forward is still the stub of the hand-out",
            safe_reason="batchnorm_forward is still the stub of the hand-out",
        ),
        check(
            "batchnorm",
            "backward",
            "Batch normalization backward gives dx, dgamma and dbeta",
            Outcome.FAIL,
            visibility="hidden",
            safe_reason=hidden["finding"].safe_message,
            diagnosis=Diagnosis(
                mistake="batchnorm_backward.mean-gradient-forgotten",
                says="The path from the mean to the loss is left out of the gradient of the input.",
                asks="Every input moves the mean a little: through how many outputs does that reach the loss?",
            ),
            output=CANARY,
            **hidden,
        ),
        check(
            "batchnorm",
            "test_mode",
            "Batch normalization in test mode uses the running averages",
            Outcome.SKIPPED,
            visibility="hidden",
            reason="batchnorm_forward does not run, and this check needs it",
            safe_reason="batchnorm_forward does not run, and this check needs it",
        ),
        check(
            "conv_naive",
            "forward",
            "Convolution gives the values printed in the notebook",
            Outcome.TIMEOUT,
            reason="conv_forward_naive(x, w, b, conv_param): no answer within 20 s",
            safe_reason="conv_forward_naive(x, w, b, conv_param): no answer within 20 s",
            seconds=20.0,
        ),
        check(
            "conv_naive",
            "backward",
            "Convolution backward is the gradient of convolution",
            Outcome.MEMORY,
            visibility="hidden",
            reason=f"conv_backward_naive(dout, cache): more than 1024 MiB {CANARY}",
            safe_reason="conv_backward_naive(dout, cache): more than 1024 MiB",
        ),
        check(
            "conv_naive",
            "arity",
            "Convolution backward gives three arrays",
            Outcome.BAD_OUTPUT,
            reason=f"conv_backward_naive(dout, cache): got a str: {INJECTION} {SCRIPT}\n{ESCAPES}{BACKWARDS}",
            safe_reason=f"conv_backward_naive(dout, cache): got a str: {INJECTION} {SCRIPT}\n{ESCAPES}{BACKWARDS}",
            trace=(Frame(path=f"cs231n/{SCRIPT}{ESCAPES}.py", line=3, function="f", text=f"{INJECTION}{MARKDOWN}"),),
        ),
        check(
            "pool_naive",
            "fault",
            "Max pooling on windows that overlap",
            Outcome.GRADER_FAULT,
            visibility="hidden",
            reason=f"the grader is at fault: KeyError: {CANARY}",
            safe_reason="the grader is at fault; nothing is lost",
        ),
        check("pool_naive", "forward", "Max pooling gives the values printed in the notebook", Outcome.PASS),
        check(
            "questions",
            "q1",
            "Fully connected nets, inline question 1",
            Outcome.NEEDS_REVIEW,
            reason=f"items 2 and 3 are unsure ({CANARY})",
            safe_reason="a person has to read this answer",
        ),
        check(
            "fc_net",
            "loss",
            "The loss of a three-layer net",
            Outcome.PASS,
            visibility="hidden",
            weight=2.0,
            follow_through=True,
        ),
        check(
            "beyond",
            "strides",
            "Convolution takes inputs that are not contiguous",
            Outcome.FAIL,
            visibility="hidden",
            reason=LONG + CANARY,
            safe_reason=LONG,
        ),
        check("not_in_rubric", "x", "A check of a section that this edition gives no points for", Outcome.PASS),
    )  # fmt: skip


def sample_sections() -> tuple[SectionScore, ...]:
    return (
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


@pytest.fixture(scope="session")
def canary() -> str:
    """A string that stands only where no student may look."""
    return CANARY


@pytest.fixture(scope="session")
def report() -> Report:
    """Every outcome, and text of every nasty kind."""
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
                f"package found at {INJECTION}",
            ),
        ),
        sections=sample_sections(),
        checks=sample_checks(),
        confinement=ConfinementRecord(
            level="B",
            layers=("seccomp", "rlimits"),
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


@pytest.fixture(scope="session")
def student(report: Report) -> StudentReport:
    """The same, for the student."""
    return for_student(report)
