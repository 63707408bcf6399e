"""Comparison of two models on the questions that both can answer."""

from __future__ import annotations

from dataclasses import dataclass

from .analogies import AnalogyScores
from .resampling import (
    Interval,
    difference_interval,
    percentile_interval,
    proportion_interval,
    resampled_indices,
)
from .word_pairs import PairScores, spearman

__all__ = ["Comparison", "compare_analogies", "compare_pairs"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of two models on their common questions.

    Parameters
    ----------
    first, second : Interval
        Score of each model on the common questions.
    difference : Interval
        Score of the second model minus that of the first. Both models are resampled at the same questions, which
        makes this interval narrower than the other two suggest.
    common : int
        Number of questions that both models answer.
    """

    first: Interval
    second: Interval
    difference: Interval
    common: int


def compare_analogies(
    first: AnalogyScores, second: AnalogyScores, confidence: float = 0.95, resamples: int = 10_000, seed: int = 1
) -> Comparison:
    """Compare the accuracies of two models on the analogy questions that both answer.

    Parameters
    ----------
    first, second : AnalogyScores
        Scores of the two models on the same test set.
    confidence : float, default 0.95
        Confidence level, between 0 and 1 (exclusive).
    resamples : int, default 10_000
        Number of bootstrap resamples.
    seed : int, default 1
        Random seed.

    Returns
    -------
    Comparison
        Both accuracies and their difference.

    Raises
    ------
    ValueError
        If the scores belong to different test sets.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> from wordkin.vectors.evaluation import AnalogySet, compare_analogies, evaluate_analogies
    >>> kv = KeyedVectors(vector_size=2)
    >>> kv.add_vectors(["man", "woman", "king", "queen"], [[1, 0], [1, 1], [2, 0.1], [2, 1.1]])
    >>> questions = AnalogySet(
    ...     sections=("family",), questions=(("man", "woman", "king", "queen"),), section_of=(0,), invalid_lines=0
    ... )
    >>> scores = evaluate_analogies(kv, questions)
    >>> compare_analogies(scores, scores).difference.value
    0.0
    """
    _check_same(first.test_set == second.test_set)
    common = first.answered & second.answered
    correct = [scores.correct[common] for scores in (first, second)]
    trials = int(common.sum())
    return Comparison(
        first=proportion_interval(int(correct[0].sum()), trials, confidence, resamples, seed),
        second=proportion_interval(int(correct[1].sum()), trials, confidence, resamples, seed),
        difference=difference_interval(correct[0], correct[1], confidence, resamples, seed),
        common=trials,
    )


def compare_pairs(
    first: PairScores, second: PairScores, confidence: float = 0.95, resamples: int = 2000, seed: int = 1
) -> Comparison:
    """Compare the rank correlations of two models on the word pairs that both answer.

    Parameters
    ----------
    first, second : PairScores
        Scores of the two models on the same test set.
    confidence : float, default 0.95
        Confidence level, between 0 and 1 (exclusive).
    resamples : int, default 2000
        Number of bootstrap resamples.
    seed : int, default 1
        Random seed.

    Returns
    -------
    Comparison
        Both correlations and their difference.

    Raises
    ------
    ValueError
        If the scores belong to different test sets.
    """
    _check_same(first.test_set == second.test_set)
    common = first.answered & second.answered
    ratings = first.ratings[common]
    one, two = first.similarities[common], second.similarities[common]
    draws = [
        (spearman(ratings[draw], one[draw]), spearman(ratings[draw], two[draw]))
        for draw in resampled_indices(len(ratings), resamples, seed)
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
        raise ValueError("first and second must be scores of the same test set, got two different ones")
