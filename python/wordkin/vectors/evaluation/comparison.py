"""Two models side by side, on the questions that both can answer."""

from __future__ import annotations

from dataclasses import dataclass

from .analogies import AnalogyScores
from .resampling import Interval, difference_interval, percentile_interval, proportion_interval, resampled
from .word_pairs import PairScores, spearman

__all__ = ["Comparison", "compare_analogies", "compare_pairs"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of two models on common questions.

    Attributes
    ----------
    first, second : Interval
        Each model's score over the common questions.
    difference : Interval
        Second less first; the questions are resampled in pairs, so it is narrower than the two would suggest.
    common : int
        How many questions both answer.
    """

    first: Interval
    second: Interval
    difference: Interval
    common: int


def compare_analogies(
    first: AnalogyScores, second: AnalogyScores, confidence: float = 0.95, resamples: int = 10_000, seed: int = 1
) -> Comparison:
    """Compare the accuracy of two models over the analogy questions that both answer.

    Raises
    ------
    ValueError
        If the two were not asked the same questions.
    """
    _check_same(first.test_set == second.test_set)
    common = first.answered & second.answered
    right = [scores.correct[common] for scores in (first, second)]
    trials = int(common.sum())
    return Comparison(
        first=proportion_interval(int(right[0].sum()), trials, confidence, resamples, seed),
        second=proportion_interval(int(right[1].sum()), trials, confidence, resamples, seed),
        difference=difference_interval(right[0], right[1], confidence, resamples, seed),
        common=trials,
    )


def compare_pairs(
    first: PairScores, second: PairScores, confidence: float = 0.95, resamples: int = 2000, seed: int = 1
) -> Comparison:
    """Compare the rank correlation of two models over the word pairs that both answer.

    Raises
    ------
    ValueError
        If the two were not asked the same pairs.
    """
    _check_same(first.test_set == second.test_set)
    common = first.answered & second.answered
    ratings = first.ratings[common]
    one, two = first.similarities[common], second.similarities[common]
    draws = [
        (spearman(ratings[draw], one[draw]), spearman(ratings[draw], two[draw]))
        for draw in resampled(len(ratings), resamples, seed)
    ]
    values = spearman(ratings, one), spearman(ratings, two)
    return Comparison(
        first=percentile_interval(values[0], [a for a, _ in draws], confidence),
        second=percentile_interval(values[1], [b for _, b in draws], confidence),
        difference=percentile_interval(values[1] - values[0], [b - a for a, b in draws], confidence),
        common=len(ratings),
    )


def _check_same(same: bool) -> None:
    if not same:
        raise ValueError("`first` and `second` must be scores of the same test set")
