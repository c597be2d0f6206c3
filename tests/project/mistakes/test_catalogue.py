"""The catalogue of mistakes: complete, well told, and every entry recognizable."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.affine import affine_forward
from reference.mistakes import Mistake, catalogue, mistake, mistakes_of
from reference.mistakes._nets import (
    EVERY_NET,
    NetClass,
    weights_of,
    wrong_construction,
    wrong_layers,
    wrong_penalty,
    wrong_results,
)
from reference.observations import _CASES, differing, observe, targets, trusted

SEED = 20240501

# What real hand-ins do, as far as it can be named; none of these may get lost.
SEEN_IN_HAND_INS = [
    "TwoLayerNet.reg-left-out",
    "TwoLayerNet.reg-left-out-of-the-gradient",
    "TwoLayerNet.half-missing",
    "TwoLayerNet.first-weights-counted-twice",
    "TwoLayerNet.relu-on-the-output",
    "TwoLayerNet.uniform-weights",
    "TwoLayerNet.softmax-of-the-scores",
    "TwoLayerNet.weight-scale-ignored",
    "ThreeLayerConvNet.square-of-the-sum",
    "ThreeLayerConvNet.square-of-the-sum-in-the-last-layer",
    "ThreeLayerConvNet.last-layer-missing",
    "ThreeLayerConvNet.biases-penalized",
    "FullyConnectedNet.layernorm-not-handled",
    "FullyConnectedNet.normalization-missing",
    "FullyConnectedNet.normalization-on-the-output",
    "FullyConnectedNet.dropout-missing",
    "FullyConnectedNet.dropout-on-the-output",
    "FullyConnectedNet.dropout-active-in-test-mode",
    "FullyConnectedNet.running-averages-shared",
    "FullyConnectedNet.running-averages-forgotten",
    "FullyConnectedNet.gradients-of-the-biases-missing",
    "FullyConnectedNet.gamma-of-zero",
    "softmax_loss.loss-is-a-sum",
    "softmax_loss.gradient-is-of-the-sum",
    "softmax_loss.one-not-subtracted",
    "softmax_loss.set-where-it-should-subtract",
    "softmax_loss.scores-not-shifted",
    "svm_loss.right-class-counted",
    "svm_loss.svm-loss-is-a-sum",
    "sgd_momentum.velocity-uphill",
    "sgd_momentum.nesterov",
    "sgd_momentum.velocity-not-stored",
    "rmsprop.root-missing",
    "rmsprop.eps-under-the-root",
    "rmsprop.decay-swapped",
    "adam.bias-correction-missing",
    "adam.t-never-incremented",
    "adam.times-t",
    "adam.squared-for-every-t",
    "adam.doubled-for-every-t",
    "batchnorm_forward.running-averages-untouched",
    "batchnorm_forward.momentum-swapped",
    "batchnorm_forward.running-averages-of-another-shape",
    "batchnorm_forward.unbiased-variance",
    "batchnorm_forward.eps-outside-the-root",
    "batchnorm_forward.test-mode-without-gamma-and-beta",
    "batchnorm_forward.test-mode-with-statistics-of-the-batch",
    "batchnorm_backward.mean-gradient-forgotten",
    "batchnorm_backward.variance-gradient-forgotten",
    "batchnorm_backward.dgamma-without-xhat",
    "batchnorm_backward.dgamma-with-a-row-too-many",
    "layernorm_forward.statistics-over-the-batch",
    "layernorm_backward.dgamma-over-the-wrong-axis",
    "spatial_groupnorm_forward.channels-interleaved",
    "spatial_groupnorm_forward.gamma-of-each-group",
    "spatial_groupnorm_forward.gamma-taken-for-a-vector",
    "dropout_forward.keep-and-drop-swapped",
    "dropout_forward.not-rescaled",
    "dropout_forward.rescaled-at-test-time",
    "dropout_forward.mask-from-the-normal-distribution",
    "dropout_forward.active-in-test-mode",
    "dropout_forward.no-effect-in-training",
    "dropout_backward.mask-not-applied",
    "dropout_backward.gradient-not-rescaled",
    "conv_forward_naive.stride-on-the-rows-only",
    "conv_forward_naive.filters-turned",
    "conv_forward_naive.padding-ignored",
    "conv_forward_naive.channels-counted-again",
    "conv_backward_naive.nothing-left-without-padding",
    "conv_backward_naive.overlaps-overwritten",
    "conv_backward_naive.db-over-the-wrong-axes",
    "conv_backward_naive.dw-from-images-without-padding",
    "max_pool_forward_naive.window-sides-swapped",
    "max_pool_forward_naive.mean-of-the-window",
    "max_pool_backward_naive.overlaps-overwritten",
    "max_pool_backward_naive.every-tie-gets-all",
    "max_pool_backward_naive.ties-share",
    "affine_forward.bias-missing",
    "affine_backward.dx-not-reshaped",
    "relu_backward.mask-from-the-gradient",
    "sigmoid_backward.second-factor-missing",
]


def test_there_are_hundreds_of_mistakes_with_ids_of_their_own() -> None:
    ids = Counter(found.id for found in catalogue())
    assert [name for name, count in ids.items() if count > 1] == []
    assert len(ids) >= 440


def test_what_real_hand_ins_do_is_among_them() -> None:
    assert set(SEEN_IN_HAND_INS) - {found.id for found in catalogue()} == set()


def test_every_function_and_net_of_the_assignment_has_mistakes(root: Path) -> None:
    interface = tomllib.loads((root / "rubrics/cs231n_a2/interface.toml").read_text("utf-8"))
    names = {
        name
        for group in interface.values()
        for kind in ("functions", "classes")
        for name in group.get(kind, {})
    }
    assert len(names) > 30
    assert names - set(targets()) == set()


@pytest.mark.parametrize("target", targets())
def test_every_target_has_two_mistakes(target: str) -> None:
    assert len(mistakes_of(target)) >= 2
    assert all(found.id.startswith(f"{target}.") for found in mistakes_of(target))


def test_no_mistake_is_of_something_else() -> None:
    assert {found.target for found in catalogue()} == set(targets())
    assert mistakes_of("nothing of this name") == ()


def test_ids_are_words_joined_by_hyphens() -> None:
    names = [found.id.removeprefix(f"{found.target}.") for found in catalogue()]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_each_says_one_sentence() -> None:
    wrong = [
        found.id
        for found in catalogue()
        if not re.fullmatch(r"[A-Z][^.?!]{15,}\.", found.says) or len(found.says) > 120
    ]
    assert wrong == []


def test_each_asks_one_question_without_code() -> None:
    # A point may stand in a number ("p = 0.9"), which is no code.
    wrong = [
        found.id
        for found in catalogue()
        if not re.fullmatch(r"[A-Z]([^.?!]|\d\.\d){15,}\?", found.asks)
        or re.search(r"[`_\[\]*]|\w\(|==|np\b|axis ?=", found.asks)
    ]
    assert wrong == []


def test_mistakes_of_one_target_say_different_things() -> None:
    told = Counter((found.target, found.says) for found in catalogue())
    assert [key for key, count in told.items() if count > 1] == []


def _parameters(implementation: Any) -> list[tuple[str, Any, Any]]:
    parameters = inspect.signature(implementation).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]


def test_each_is_called_like_its_target() -> None:
    wrong = [
        found.id
        for found in catalogue()
        if _parameters(found.implementation) != _parameters(trusted(found.target))
    ]
    assert wrong == []


def test_wrong_nets_are_nets_and_their_loss_is_called_alike() -> None:
    for net in EVERY_NET:
        for found in mistakes_of(net.__name__):
            assert issubclass(found.implementation, net), found.id  # type: ignore[arg-type]
            assert [name for name, *_ in _parameters(found.implementation.loss)] == ["self", "X", "y"], (
                found.id
            )  # type: ignore[attr-defined]


@pytest.mark.parametrize("target", targets())
def test_each_can_be_told_from_the_reference_and_from_the_others(target: str) -> None:
    right = observe(target, trusted(target), np.random.default_rng(SEED))
    seen = {
        found: observe(target, found.implementation, np.random.default_rng(SEED))
        for found in mistakes_of(target)
    }
    assert [found.id for found, values in seen.items() if not differing(values, right)] == []
    alike = [
        (one.id, other.id) for one, other in combinations(seen, 2) if not differing(seen[one], seen[other])
    ]
    declared = [
        (one.id, other.id)
        for one, other in combinations(seen, 2)
        if other.id in one.equivalent_to or one.id in other.equivalent_to
    ]
    assert alike == declared


@pytest.mark.parametrize("target", targets())
def test_each_runs_somewhere_and_gives_no_warning(target: str) -> None:
    """Warnings are errors here, so a warning would be an exception of that type."""
    crashing = []
    for found in mistakes_of(target):
        crashes = []
        for case in _CASES[target].values():
            try:
                for _ in case(found.implementation, np.random.default_rng(SEED)):
                    pass
            except Warning as warning:
                pytest.fail(f"{found.id}: {warning!r}")
            except Exception as error:  # noqa: BLE001 - to crash is a way to be wrong
                crashes.append(error)
        if len(crashes) == len(_CASES[target]):
            crashing.append(found.id)
    # The one mistake whose effect is that nothing fits.
    assert set(crashing) <= {"spatial_groupnorm_forward.gamma-taken-for-a-vector"}


def test_the_catalogue_is_the_same_each_time() -> None:
    assert catalogue() == catalogue()
    assert [found.id for target in targets() for found in mistakes_of(target)] != []
    assert sorted(found.id for target in targets() for found in mistakes_of(target)) == sorted(
        found.id for found in catalogue()
    )


# The decorator


def test_the_id_comes_from_the_target_and_the_name() -> None:
    @mistake(of="affine_forward", says="Nothing is added.", asks="Why not?", equivalent_to=("other",))
    def bias_of_2_missing(x: Any, w: Any, b: Any) -> Any:
        return affine_forward(x, w, 0 * b)

    assert bias_of_2_missing.id == "affine_forward.bias-of-2-missing"
    assert bias_of_2_missing.target == "affine_forward"
    assert bias_of_2_missing.says == "Nothing is added."
    assert bias_of_2_missing.asks == "Why not?"
    assert bias_of_2_missing.equivalent_to == ("affine_forward.other",)
    x, w, b = np.ones((1, 2)), np.ones((2, 1)), np.ones(1)
    assert bias_of_2_missing.implementation(x, w, b)[0].item() == 2.0


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ReLUOnTheOutput", "re-lu-on-the-output"),
        ("BiasMissing", "bias-missing"),
        ("L2Missing", "l2-missing"),
        ("_trailing_", "trailing"),
    ],
)
def test_a_class_gets_the_same_kind_of_id(name: str, wanted: str) -> None:
    made = mistake(of="TwoLayerNet", says="It is wrong.", asks="Why?")(type(name, (), {}))
    assert made.id == f"TwoLayerNet.{wanted}"


def test_a_mistake_cannot_be_changed() -> None:
    first = catalogue()[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.says = "Nothing."  # type: ignore[misc]
    assert not hasattr(first, "__dict__")


# What the wrong nets are made of is right as long as nothing is changed.

NETS = [pytest.param(net, id=net.__name__) for net in EVERY_NET]
TEXTS = {"says": "Nothing is wrong.", "asks": "What could it be?"}


def _unchanged(kind: str, net: NetClass) -> Mistake:
    if kind == "layers":
        (made,) = wrong_layers(net, **TEXTS)(lambda stages, net: stages)
    elif kind == "results":
        (made,) = wrong_results(net, **TEXTS)(lambda result: result)
    elif kind == "construction":
        (made,) = wrong_construction(net, **TEXTS)(lambda net, weight_scale: None)
    else:
        (made,) = wrong_penalty(net, **TEXTS)(
            lambda params, reg: (
                0.5 * reg * sum(float(np.sum(W * W)) for W in weights_of(params).values()),
                {name: reg * W for name, W in weights_of(params).items()},
            )
        )
    return made


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("kind", ["layers", "results", "construction", "penalty"])
def test_a_net_with_nothing_changed_is_right(kind: str, net: NetClass) -> None:
    made = _unchanged(kind, net)
    right = observe(made.target, net, np.random.default_rng(SEED))
    assert (
        differing(observe(made.target, made.implementation, np.random.default_rng(SEED)), right, 1e-12) == ()
    )


@pytest.mark.parametrize("net", NETS)
def test_a_changed_penalty_leaves_reg_as_it_was(net: NetClass) -> None:
    made = _unchanged("penalty", net)
    settings: dict[str, Any] = {"hidden_dims": [3]} if net.__name__ == "FullyConnectedNet" else {}
    shape = (3, 4, 4)
    if net.__name__ == "ThreeLayerConvNet":
        settings |= {"input_dim": shape, "filter_size": 3}
    else:
        settings |= {"input_dim": int(np.prod(shape))}
    model = made.implementation(**settings, reg=0.5)
    model.loss(np.ones((2, *shape)), np.array([0, 1]))
    assert model.reg == 0.5
