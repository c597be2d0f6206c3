"""The graded checks of the nets: the reference and other right nets pass, every known mistake fails."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.resources import Data, assignment_folder, data_folder
from grader.subject.interface import load_interface
from grader.subject.local import LocalSubject
from grader.suite import Mismatch
from grader.suite.session import Suite, with_suite
from oracles.other_nets import EpsilonOutsideTheRoot, FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet
from reference.mistakes import mistakes_of
from reference.observations import trusted

NETS = ("TwoLayerNet", "FullyConnectedNet", "ThreeLayerConvNet")
RULES = ("sgd_momentum", "rmsprop", "adam")
FILES = (
    "public/test_two_layer_net.py",
    "public/test_fc_net.py",
    "public/test_conv_net.py",
    "hidden/test_two_layer_net.py",
    "hidden/test_fc_net.py",
    "hidden/test_fc_net_options.py",
    "hidden/test_fc_net_dropout.py",
    "hidden/test_conv_net.py",
    "hidden/test_training.py",
    "hidden/test_beyond_nets.py",
)
INTERFACE = load_interface(assignment_folder("cs231n_a2") / "interface.toml")
REFERENCE = {name: trusted(name) for name in INTERFACE.names}


def files() -> list[Path]:
    return [data_folder(Data.SUITES) / "cs231n_a2" / file for file in FILES]


def subject(**replaced: Any) -> LocalSubject:
    return LocalSubject(INTERFACE, {**REFERENCE, **replaced})


def errors_of(suite: Suite, candidate: LocalSubject, *, seed: str = "a run", **only: Any):
    """Check by check, the error that ended it; those of some checks only, if a function says so."""
    wanted = only.get("checks", lambda check: True)
    with np.errstate(all="ignore"):
        # The hidden checks first: the public ones evaluate a loss a hundred times.
        for check in sorted(suite.checks, key=lambda check: check.visibility):
            if wanted(check):
                run = suite.run(check.id, candidate, seed=seed, reference=SimpleNamespace(**REFERENCE))
                yield check, run.error


def failures(candidate: LocalSubject, **options: Any) -> dict[str, str]:
    """The checks that fail, with what they say."""

    def use(suite: Suite) -> dict[str, str]:
        found = errors_of(suite, candidate, **options)
        return {check.id: repr(error) for check, error in found if error is not None}

    return with_suite(files(), use)


# What is right passes


@pytest.mark.parametrize("seed", ["one run", "another run", "a third run"])
def test_the_reference_passes(seed):
    assert failures(subject(), seed=seed) == {}


def test_nets_of_another_making_pass():
    others = {net.__name__: net for net in (TwoLayerNet, FullyConnectedNet, ThreeLayerConvNet)}
    assert failures(subject(**others)) == {}


def test_where_epsilon_stands_matters_beyond_the_notebook_only():
    def use(suite: Suite) -> list[str]:
        found = errors_of(suite, subject(FullyConnectedNet=EpsilonOutsideTheRoot))
        return [check.section for check, error in found if error is not None]

    assert with_suite(files(), use) == ["beyond", "beyond"]


def test_the_printed_losses_do_not_depend_on_the_order_of_the_draws():
    stream = np.random.RandomState(231)
    stream.randn(2, 15), stream.randint(10, size=2)
    np.random.set_state(stream.get_state())
    own = FullyConnectedNet(hidden_dims=[20, 30], input_dim=15, dtype=np.float64, weight_scale=5e-2)
    assert not np.array_equal(own.params["W1"], 5e-2 * stream.randn(15, 20))
    printed = failures(
        subject(FullyConnectedNet=FullyConnectedNet), checks=lambda check: "known_value" in check.id
    )
    assert printed == {}


# What is wrong fails


def first_kill(suite: Suite, target: str, implementation: Any) -> str | None:
    """The first check about the target that fails."""
    candidate = subject(**{target: implementation})
    about_it = errors_of(suite, candidate, checks=lambda check: target in check.about)
    return next((check.id for check, error in about_it if error is not None), None)


@pytest.mark.parametrize("net", NETS)
def test_every_known_mistake_fails_a_check_about_its_net(net):
    def use(suite: Suite) -> dict[str, str | None]:
        return {m.id: first_kill(suite, net, m.implementation) for m in mistakes_of(net)}

    kills = with_suite(files(), use)
    assert len(kills) > 25
    assert [mistake for mistake, check in kills.items() if check is None] == []


@pytest.mark.parametrize("target", [*NETS, *RULES])
def test_checks_that_are_not_about_something_do_not_touch_it(target):
    def not_to_be_called(*arguments, **settings):
        raise AssertionError(f"{target} was called")

    wrong = subject(**{target: not_to_be_called})
    assert failures(wrong, checks=lambda check: target not in check.about) == {}


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        ("sgd_momentum", "velocity-uphill"),
        ("rmsprop", "gradients-not-squared"),
        ("adam", "t-incremented-after-use"),
    ],
)
def test_an_update_rule_that_goes_astray_fails_where_it_trains_a_net(rule, mistake):
    (wrong,) = (m.implementation for m in mistakes_of(rule) if m.id == f"{rule}.{mistake}")
    failed = failures(subject(**{rule: wrong}), checks=lambda check: "training" in check.id)
    assert [check.partition("training.")[2] for check in failed] == [
        f"{rule.removeprefix('sgd_')}_lowers_the_loss"
    ]


def test_a_net_that_lies_about_its_loss_while_it_is_trained_is_not_believed():
    class Liar(REFERENCE["FullyConnectedNet"]):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            return 0.0, {name: np.zeros_like(value) for name, value in self.params.items()}

    failed = failures(subject(FullyConnectedNet=Liar), checks=lambda check: "training" in check.id)
    assert {name.partition("training.")[2] for name in failed} >= {
        "overfits_50_examples[three layers]",
        "adam_lowers_the_loss",
    }


def test_failures_are_mismatches_that_carry_what_came():
    (wrong,) = (m for m in mistakes_of("FullyConnectedNet") if m.id.endswith(".half-missing"))

    def use(suite: Suite):
        return list(errors_of(suite, subject(FullyConnectedNet=wrong.implementation)))

    errors = [error for _, error in with_suite(files(), use) if error is not None]
    assert errors
    assert all(isinstance(error, Mismatch) and error.got is not None for error in errors)


# The suite as a whole


def test_sections_titles_and_secrets():
    def use(suite: Suite):
        return suite.checks

    checks = with_suite(files(), use)
    sections = {check.section for check in checks}
    assert sections == {"two_layer_net", "fc_net", "fc_net_options", "conv_net", "beyond"}
    assert {name for check in checks for name in check.about} == {*NETS, *RULES}
    assert {name for check in checks for name in check.needs} <= set(INTERFACE.names)
    assert sum(check.visibility == "public" for check in checks) >= 18
    assert sum(check.visibility == "hidden" for check in checks) >= 35


def test_students_files_do_not_use_the_reference():
    for file in files():
        if file.parent.name == "public":
            assert "reference" not in file.read_text("utf-8")
