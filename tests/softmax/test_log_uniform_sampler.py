"""The log-uniform sampler: distribution of the negatives, distinctness and expected counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reference import softmax as reference
from wordkin import _core_testing


def first_draws(vocabulary: int, count: int) -> np.ndarray:
    """Return single draws, each from a new generator: a set of one word is the first draw."""
    return np.array([_core_testing.softmax.log_uniform(vocabulary, 1, seed=3, stream=i)[0][0] for i in range(count)])


def test_draws_are_log_uniform() -> None:
    vocabulary, count = 50, 40_000
    seen = np.bincount(first_draws(vocabulary, count), minlength=vocabulary)
    expected = reference.log_uniform_probabilities(vocabulary) * count
    assert stats.chisquare(seen, expected).pvalue > 1e-4  # the streams are fixed, so the result is always the same


def test_expected_counts_match_observed_counts() -> None:
    vocabulary, negatives, sets = 40, 12, 3000
    probabilities = reference.log_uniform_probabilities(vocabulary)
    seen, expected = np.zeros(vocabulary), np.zeros(vocabulary)
    for stream in range(sets):
        ids, tries = _core_testing.softmax.log_uniform(vocabulary, negatives, seed=5, stream=stream)
        seen[ids] += 1
        expected += reference.expected_counts(probabilities, tries)
    # The formula treats the number of tries as fixed, an error of up to 3 % here; 5 standard deviations are added.
    assert (np.abs(seen - expected) < 0.03 * expected + 5 * np.sqrt(expected)).all()
    assert expected.sum() / sets == pytest.approx(negatives, rel=0.02)


@pytest.mark.parametrize(("vocabulary", "negatives"), [(2, 1), (64, 63), (65, 64), (1000, 999), (100_000, 8192)])
def test_negatives_are_distinct(vocabulary: int, negatives: int) -> None:
    ids, tries = _core_testing.softmax.log_uniform(vocabulary, negatives, seed=1, stream=2)
    assert ids.dtype == np.int32 and len(ids) == negatives
    assert (np.diff(ids) > 0).all() and ids[0] >= 0 and ids[-1] < vocabulary
    assert tries >= negatives


def test_seed_and_stream_determine_the_negatives() -> None:
    sets = [
        _core_testing.softmax.log_uniform(1000, 50, seed=seed, stream=stream)
        for seed, stream in [(1, 0), (1, 0), (1, 1), (2, 0)]
    ]
    assert np.array_equal(sets[0][0], sets[1][0]) and sets[0][1] == sets[1][1]
    assert not np.array_equal(sets[0][0], sets[2][0]) and not np.array_equal(sets[0][0], sets[3][0])


@pytest.mark.parametrize("vocabulary", [10, 10_000, 800_000])
@pytest.mark.parametrize("tries", [1, 9_000, 10**9])
def test_expected_counts_match_the_definition(vocabulary: int, tries: int) -> None:
    ids = [0, 1, vocabulary // 2, vocabulary - 1]
    probabilities = reference.log_uniform_probabilities(vocabulary)
    expected = np.log(reference.expected_counts(probabilities, tries))[ids]
    # log((w + 2) / (w + 1)) of the definition loses up to 1e-10 for rare words.
    np.testing.assert_allclose(_core_testing.softmax.log_expected_counts(vocabulary, ids, tries), expected, atol=1e-9)


@pytest.mark.parametrize("negatives", [0, -1, 10, 11])
def test_invalid_numbers_of_negatives_are_rejected(negatives: int) -> None:
    with pytest.raises(
        ValueError, match=f"negatives must be at least 1 and below the number of words, 10, got {negatives}"
    ):
        _core_testing.softmax.log_uniform(10, negatives, seed=1, stream=1)
