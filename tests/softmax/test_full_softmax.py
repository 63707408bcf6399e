"""Full softmax and log-probabilities in C++ compared with their definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference import softmax as reference
from wordkin import _core, _core_testing

from .problems import Problem, assert_near, problem

SIZES = [
    (1, 1, 1),
    (3, 5, 40),
    (33, 24, 500),
    (40, 12, 2048),
    (50, 9, 2049),
    (70, 8, 4500),
]


def full(given: Problem, **options: Any) -> dict[str, Any]:
    return _core_testing.softmax.full(*given, **{"isa": "baseline", **options})


def log_probabilities(given: Problem, targets: bool = False, **options: Any) -> np.ndarray:
    hidden, ids, weights, bias = given
    return _core_testing.softmax.log_probabilities(
        hidden, weights, bias, **{"targets": ids if targets else None, "isa": "baseline", **options}
    )


@pytest.mark.parametrize(("positions", "columns", "words"), SIZES)
def test_loss_and_gradients_match_the_definition(isa: str, positions: int, columns: int, words: int) -> None:
    given = problem(positions, columns, words)
    found, expected = full(given, isa=isa, scale=0.25), reference.full_softmax(*given.in_float64())
    assert found["loss"] == pytest.approx(expected.losses.sum(), rel=1e-6, abs=1e-6)
    for name in ("hidden", "weights", "bias"):
        assert_near(found[name], 0.25 * getattr(expected, name))


def test_recomputed_scores_give_the_same_result() -> None:
    """The exponentials of all words would need more than 32 MB, so they are computed twice."""
    given = problem(1400, 4, 4500)
    found, expected = full(given), reference.full_softmax(*given.in_float64())
    assert found["loss"] == pytest.approx(expected.losses.sum(), rel=1e-6)
    for name in ("hidden", "weights", "bias"):
        assert_near(found[name], getattr(expected, name))


@pytest.mark.parametrize("positions", [300, 1400])  # scores are stored, and recomputed
@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_does_not_change_the_result(positions: int, threads: int) -> None:
    given = problem(positions, 8, 4500)
    one, more = (full(given, threads=n, isa=_core.kernels.available_isas()[-1]) for n in (1, threads))
    assert one["loss"] == more["loss"]
    for name in ("hidden", "weights", "bias"):
        assert np.array_equal(one[name], more[name]), name


@pytest.mark.parametrize(("positions", "columns", "words"), SIZES)
def test_log_probabilities_match_the_definition(isa: str, positions: int, columns: int, words: int) -> None:
    given = problem(positions, columns, words)
    hidden, targets, weights, bias = given.in_float64()
    expected = reference.log_probabilities(hidden, weights, bias)
    found = log_probabilities(given, isa=isa, threads=2)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    of_targets = log_probabilities(given, targets=True, isa=isa)
    assert of_targets.dtype == np.float64
    np.testing.assert_allclose(of_targets, expected[np.arange(positions), targets], atol=1e-5)
    assert np.array_equal(of_targets.astype(np.float32), found[np.arange(positions), given.targets])


def test_positions_do_not_depend_on_the_other_positions(isa: str) -> None:
    given = problem(40, 24, 4500)
    whole, all_words = log_probabilities(given, targets=True, isa=isa, threads=2), log_probabilities(given, isa=isa)
    for chosen in ([0], [7], [39, 7, 3], list(range(11, 30))):
        part = given._replace(hidden=given.hidden[chosen], targets=given.targets[chosen])
        assert np.array_equal(log_probabilities(part, targets=True, isa=isa), whole[chosen])
        assert np.array_equal(log_probabilities(part, isa=isa), all_words[chosen])


def test_unlikely_words(isa: str) -> None:
    """Log-probabilities of -2000, whose exponentials underflow, are accurate, and gradients are never subnormal."""
    given = problem(20, 8, 3000)
    loud = given._replace(hidden=given.hidden * np.float32(300))
    hidden, _, weights, bias = loud.in_float64()
    expected = reference.log_probabilities(hidden, weights, bias)
    assert expected.min() < -1000
    np.testing.assert_allclose(log_probabilities(loud, isa=isa), expected, rtol=1e-6, atol=5e-4)
    found = full(loud, isa=isa)["weights"]
    assert not ((found != 0) & (np.abs(found) < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_weights_give_a_non_finite_loss(isa: str, value: float) -> None:
    given = problem(5, 8, 2500)
    weights = given.weights.copy()
    weights[2400, 3] = value
    changed = given._replace(weights=weights)
    assert not np.isfinite(full(changed, isa=isa)["loss"])
    assert not np.isfinite(log_probabilities(changed, targets=True, isa=isa)).any()


def test_errors_name_the_argument() -> None:
    given = problem(5, 8, 50)
    with pytest.raises(IndexError, match="targets must be ids of words, got 50"):
        full(given._replace(targets=np.array([0, 1, 50, 3, 4], dtype=np.int32)))
    with pytest.raises(ValueError, match="hidden must have as many columns as weights, 8, got 7"):
        full(given._replace(hidden=given.hidden[:, :7]))
    with pytest.raises(TypeError, match="weights must be float32, got float64"):
        full(given._replace(weights=given.weights.astype(np.float64)))
