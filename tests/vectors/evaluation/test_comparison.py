"""Comparison of two models on the same questions."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin.vectors.evaluation import AnalogyScores, AnalogySet, PairScores, PairSet, compare_analogies, compare_pairs

QUESTIONS = AnalogySet(
    sections=("s",), questions=(("a", "b", "c", "d"),) * 1000, section_of=(0,) * 1000, invalid_lines=0
)


def answers(answered: slice, correct: slice) -> AnalogyScores:
    masks = np.zeros((2, 1000), dtype=bool)
    masks[0, answered], masks[1, correct] = True, True
    return AnalogyScores(test_set=QUESTIONS, answered=masks[0], correct=masks[1])


def test_accuracies_on_common_questions() -> None:
    compared = compare_analogies(answers(slice(0, 900), slice(0, 450)), answers(slice(100, 1000), slice(100, 500)))
    assert compared.common == 800
    assert (compared.first.value, compared.second.value) == (350 / 800, 400 / 800)
    assert compared.difference.value == 50 / 800
    assert 0 < compared.difference.low < compared.difference.value < compared.difference.high
    # Paired resampling: the models differ in 50 of 800 answers, so the standard error is that of 50 gained answers.
    n, gained, p = 800, 50 / 800, 350 / 800
    expected = ((gained - gained**2) / (p - p**2)) ** 0.5
    width = compared.difference.high - compared.difference.low
    # Both widths are multiples of 1/n; the narrower one is about 0.034.
    assert width / (compared.first.high - compared.first.low) == pytest.approx(expected, rel=3 / n / width)


def test_comparison_of_a_model_with_itself() -> None:
    scores = answers(slice(0, 900), slice(0, 450))
    difference = compare_analogies(scores, scores).difference
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    nothing = answers(slice(0, 0), slice(0, 0))
    assert compare_analogies(scores, nothing).common == 0


def test_correlations_on_common_pairs() -> None:
    rng = np.random.default_rng(1)
    ratings = rng.normal(size=200)
    test_set = PairSet(pairs=(("a", "b"),) * 200, ratings=tuple(ratings.tolist()), invalid_lines=0)
    answered = np.arange(200) < 150
    good, bad = (
        PairScores(test_set=test_set, answered=answered, similarities=ratings + noise * rng.normal(size=200))
        for noise in (0.1, 2.0)
    )
    compared = compare_pairs(bad, good, resamples=300)
    assert compared.common == 150
    assert compared.difference.value == pytest.approx(compared.second.value - compared.first.value)
    assert 0 < compared.difference.low < compared.difference.high < 1
    assert compared.second.low > compared.first.high


def test_different_test_sets_are_rejected() -> None:
    other = AnalogySet(sections=("s",), questions=(("a", "b", "c", "x"),), section_of=(0,), invalid_lines=0)
    scores = AnalogyScores(test_set=other, answered=np.ones(1, bool), correct=np.ones(1, bool))
    with pytest.raises(ValueError, match="same test set"):
        compare_analogies(scores, answers(slice(0, 1), slice(0, 1)))
    with pytest.raises(ValueError, match="confidence"):
        scores.interval(confidence=95)
