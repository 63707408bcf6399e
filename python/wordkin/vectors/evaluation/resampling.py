"""Bootstrap confidence intervals of scores, and of the difference between two models on the same questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "difference_interval", "percentile_interval", "proportion_interval", "resampled_indices"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A score and the percentile interval of its bootstrap distribution (Efron and Tibshirani, 1993).

    Parameters
    ----------
    value : float
        The score.
    low, high : float
        Bounds of the interval; NaN if nothing could be resampled.
    confidence : float
        Confidence level, between 0 and 1.
    """

    value: float
    low: float
    high: float
    confidence: float


def percentile_interval(value: float, draws: Sequence[float] | NDArray[np.float64], confidence: float) -> Interval:
    """Return the interval that contains the middle `confidence` fraction of the draws.

    Parameters
    ----------
    value : float
        The score.
    draws : array_like of float
        Scores of the resamples; NaN are ignored.
    confidence : float
        Confidence level, between 0 and 1 (exclusive).

    Returns
    -------
    Interval
        The score with its bounds.

    Raises
    ------
    ValueError
        If `confidence` is out of range.
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be between 0 and 1 (exclusive), got {confidence}")
    numbers = np.asarray(draws, dtype=np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if len(numbers) == 0:
        return Interval(value=value, low=float("nan"), high=float("nan"), confidence=confidence)
    low, high = np.quantile(numbers, [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    return Interval(value=value, low=float(low), high=float(high), confidence=confidence)


def proportion_interval(successes: int, trials: int, confidence: float, resamples: int, seed: int) -> Interval:
    """Return the interval of a proportion.

    Resampling zeros and ones with replacement amounts to drawing from a binomial distribution.

    Parameters
    ----------
    successes, trials : int
        Numerator and denominator of the proportion.
    confidence : float
        Confidence level, between 0 and 1 (exclusive).
    resamples : int
        Number of resamples.
    seed : int
        Random seed.

    Returns
    -------
    Interval
        The proportion with its bounds.
    """
    if trials == 0:
        return percentile_interval(0.0, [], confidence)
    share = successes / trials
    draws = np.random.default_rng(seed).binomial(trials, share, size=resamples) / trials
    return percentile_interval(share, draws, confidence)


def difference_interval(
    first: NDArray[np.bool_], second: NDArray[np.bool_], confidence: float, resamples: int, seed: int
) -> Interval:
    """Return the interval of mean(second) - mean(first), where both are resampled at the same trials.

    Parameters
    ----------
    first, second : ndarray of bool, shape (trials,)
        Outcomes of two models in the same trials.
    confidence : float
        Confidence level, between 0 and 1 (exclusive).
    resamples : int
        Number of resamples.
    seed : int
        Random seed.

    Returns
    -------
    Interval
        The difference with its bounds.
    """
    trials = len(first)
    if trials == 0:
        return percentile_interval(0.0, [], confidence)
    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    shares = [gained / trials, lost / trials, (trials - gained - lost) / trials]
    draws = np.random.default_rng(seed).multinomial(trials, shares, size=resamples)
    return percentile_interval((gained - lost) / trials, (draws[:, 0] - draws[:, 1]) / trials, confidence)


def resampled_indices(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield index vectors drawn with replacement.

    Parameters
    ----------
    count : int
        Number of items, and length of each vector.
    resamples : int
        Number of vectors.
    seed : int
        Random seed.

    Yields
    ------
    ndarray of int64, shape (count,)
        Indices of one resample.
    """
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield generator.integers(0, count, size=count) if count else np.empty(0, dtype=np.int64)
