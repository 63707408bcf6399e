"""Bootstrap: intervals for scores, and for the difference of two models on the same questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "difference_interval", "percentile_interval", "proportion_interval", "resampled"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A value and the percentile interval of its bootstrap distribution (Efron and Tibshirani, 1993)."""

    value: float
    low: float
    high: float
    confidence: float


def percentile_interval(value: float, draws: Sequence[float] | NDArray[np.float64], confidence: float) -> Interval:
    """The interval that holds the middle `confidence` share of `draws`; draws that are not a number are left out."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must lie between 0 and 1, got {confidence}")
    numbers = np.asarray(draws, dtype=np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if len(numbers) == 0:
        return Interval(value=value, low=float("nan"), high=float("nan"), confidence=confidence)
    low, high = np.quantile(numbers, [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    return Interval(value=value, low=float(low), high=float(high), confidence=confidence)


def proportion_interval(successes: int, trials: int, confidence: float, resamples: int, seed: int) -> Interval:
    """Interval of a share: resampling zeros and ones with replacement is drawing from a binomial distribution."""
    if trials == 0:
        return percentile_interval(0.0, [], confidence)
    share = successes / trials
    draws = np.random.default_rng(seed).binomial(trials, share, size=resamples) / trials
    return percentile_interval(share, draws, confidence)


def difference_interval(
    first: NDArray[np.bool_], second: NDArray[np.bool_], confidence: float, resamples: int, seed: int
) -> Interval:
    """Interval of mean(second) - mean(first) over the same trials, which are resampled in pairs."""
    trials = len(first)
    if trials == 0:
        return percentile_interval(0.0, [], confidence)
    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    shares = [gained / trials, lost / trials, (trials - gained - lost) / trials]
    draws = np.random.default_rng(seed).multinomial(trials, shares, size=resamples)
    return percentile_interval((gained - lost) / trials, (draws[:, 0] - draws[:, 1]) / trials, confidence)


def resampled(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Index vectors (count,) drawn with replacement, one after the other."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield generator.integers(0, count, size=count) if count else np.empty(0, dtype=np.int64)
