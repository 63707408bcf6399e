"""Sampled softmax in C++ compared with its definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference import softmax as reference
from reference.optim import dense_rows
from wordkin import _core_testing

from .problems import Problem, assert_near, problem


def sampled(given: Problem, negatives: int, **options: Any) -> dict[str, Any]:
    return _core_testing.softmax.sampled(
        *given, negatives=negatives, **{"seed": 1, "stream": 7, "isa": "baseline", **options}
    )


def assert_matches_definition(given: Problem, found: dict[str, Any], scale: float = 1.0) -> None:
    expected = reference.sampled_softmax(*given.in_float64(), found["negatives"].astype(np.int64), found["tries"])
    assert found["loss"] == pytest.approx(expected.losses.sum(), rel=1e-6)
    assert_near(found["hidden"], scale * expected.hidden)
    words = len(given.bias)
    assert_near(dense_rows(found["ids"], found["rows"], words), scale * expected.weights)
    assert_near(dense_rows(found["ids"], found["bias"], words), scale * expected.bias)


@pytest.mark.parametrize(
    ("positions", "columns", "words", "negatives"),
    [
        (1, 1, 2, 1),
        (3, 5, 40, 7),
        (20, 16, 100, 99),
        (33, 24, 500, 64),
        (300, 17, 3000, 1200),  # two chunks of positions, several blocks of rows
    ],
)
def test_loss_and_gradients_match_the_definition(
    isa: str, positions: int, columns: int, words: int, negatives: int
) -> None:
    given = problem(positions, columns, words)
    assert_matches_definition(given, sampled(given, negatives, isa=isa))


def test_gradients_have_one_row_per_word_used() -> None:
    given = problem(50, 8, 1000)
    found = sampled(given, 30)
    assert found["ids"].dtype == np.int32
    assert np.array_equal(found["ids"], np.union1d(found["negatives"], given.targets))
    assert len(found["negatives"]) == 30


def test_repeated_targets_and_targets_among_the_negatives(isa: str) -> None:
    given = problem(12, 8, 30)
    negatives = sampled(given, 12)["negatives"]
    outside = np.setdiff1d(np.arange(30), negatives)
    for targets in ([negatives[0]] * 12, [outside[0]] * 12, [*negatives[:6], *outside[:6]]):
        changed = given._replace(targets=np.array(targets, dtype=np.int32))
        assert_matches_definition(changed, sampled(changed, 12, isa=isa))


def test_the_loss_of_a_target_against_itself_is_zero() -> None:
    """The only negative is the target itself, which is masked."""
    given = problem(5, 4, 2)
    negative = sampled(given, 1)["negatives"][0]
    found = sampled(given._replace(targets=np.full(5, negative, dtype=np.int32)), 1)
    assert found["loss"] == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(found["rows"], 0, atol=1e-7)
    np.testing.assert_allclose(found["hidden"], 0, atol=1e-7)


def test_scale(isa: str) -> None:
    given = problem(20, 8, 200)
    assert_matches_definition(given, sampled(given, 50, isa=isa, scale=0.03125), scale=0.03125)


def test_large_scores_do_not_overflow(isa: str) -> None:
    given = problem(20, 8, 200)
    loud = given._replace(hidden=given.hidden * np.float32(300))
    found = sampled(loud, 50, isa=isa)
    expected = reference.sampled_softmax(*loud.in_float64(), found["negatives"].astype(np.int64), found["tries"])
    assert found["loss"] == pytest.approx(expected.losses.sum(), rel=1e-6)
    # Scores near 1000 have rounding errors of 6e-5, which become relative errors of the exponentials.
    assert_near(found["hidden"], expected.hidden, tolerance=1e-3)


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_does_not_change_the_result(isa: str, threads: int) -> None:
    given = problem(300, 24, 3000)
    one, more = (sampled(given, 1100, isa=isa, threads=n) for n in (1, threads))
    for name in ("loss", "tries"):
        assert one[name] == more[name]
    for name in ("hidden", "ids", "rows", "bias", "negatives"):
        assert np.array_equal(one[name], more[name]), name


@pytest.mark.parametrize("source", ["hidden", "negative", "target"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_non_finite_values_reach_the_loss(isa: str, source: str, value: float) -> None:
    given = problem(20, 8, 200)
    weights, hidden = given.weights.copy(), given.hidden.copy()
    if source == "hidden":
        hidden[3, 2] = value
    else:
        negatives = sampled(given, 50)["negatives"]
        weights[negatives[40] if source == "negative" else given.targets[5], 3] = value
    found = sampled(given._replace(weights=weights, hidden=hidden), 50, isa=isa)
    assert not np.isfinite(found["loss"])


def test_bfloat16_error_is_bounded() -> None:
    given = problem(60, 32, 1000)
    exact, rounded = (sampled(given, 200, precision=precision) for precision in ("float32", "bfloat16"))
    assert rounded["loss"] == pytest.approx(exact["loss"], rel=1e-3)
    # Relative errors of up to 2^-9 = 0.002 for each of the four operands of two successive products.
    assert_near(rounded["hidden"], exact["hidden"], tolerance=1e-2)
    assert_near(rounded["rows"], exact["rows"], tolerance=1e-2)
