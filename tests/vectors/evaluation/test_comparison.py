"""Two models on the same questions."""

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


def test_only_common_questions_count() -> None:
    compared = compare_analogies(answers(slice(0, 900), slice(0, 450)), answers(slice(100, 1000), slice(100, 500)))
    assert compared.common == 800
    assert (compared.first.value, compared.second.value) == (350 / 800, 400 / 800)
    assert compared.difference.value == 50 / 800
    assert 0 < compared.difference.low < compared.difference.value < compared.difference.high
    # Answers mostly agree: resampling in pairs gives a far narrower interval than either model has alone.
    width = compared.difference.high - compared.difference.low
    assert width < 0.6 * (compared.first.high - compared.first.low)


def test_a_model_against_itself() -> None:
    scores = answers(slice(0, 900), slice(0, 450))
    difference = compare_analogies(scores, scores).difference
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    nothing = answers(slice(0, 0), slice(0, 0))
    assert compare_analogies(scores, nothing).common == 0


def test_pairs() -> None:
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


def test_other_questions_cannot_be_compared() -> None:
    other = AnalogySet(sections=("s",), questions=(("a", "b", "c", "x"),), section_of=(0,), invalid_lines=0)
    scores = AnalogyScores(test_set=other, answered=np.ones(1, bool), correct=np.ones(1, bool))
    with pytest.raises(ValueError, match="same test set"):
        compare_analogies(scores, answers(slice(0, 1), slice(0, 1)))
    with pytest.raises(ValueError, match="confidence"):
        scores.interval(confidence=95)
