"""Similarity of word pairs against the ratings of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...storage.paths import AnyPath
from .lexicon import Lexicon
from .resampling import Interval, percentile_interval, resampled
from .test_sets import PairSet, read_word_pairs

if TYPE_CHECKING:
    from ..search.similarity import Similarities

__all__ = ["PairScores", "evaluate_pairs", "spearman"]


@dataclass(frozen=True, kw_only=True)
class PairScores:
    """A model's similarity for each pair of a test set.

    Attributes
    ----------
    test_set : PairSet
    answered : ndarray of bool, shape (pairs,)
        Whether both words are known.
    similarities : ndarray of float64, shape (pairs,)
        Cosines; 0 where a word is not known.
    """

    test_set: PairSet
    answered: NDArray[np.bool_]
    similarities: NDArray[np.float64]

    @property
    def ratings(self) -> NDArray[np.float64]:
        """What people said, for each pair."""
        return np.asarray(self.test_set.ratings, dtype=np.float64)

    @property
    def spearman(self) -> float:
        """Rank correlation over the answered pairs; NaN where there are fewer than two different ones."""
        return spearman(self.ratings[self.answered], self.similarities[self.answered])

    @property
    def oov_share(self) -> float:
        """Share of the pairs that have a word without a vector."""
        return 1.0 - float(self.answered.mean()) if len(self.answered) else 0.0

    def interval(self, confidence: float = 0.95, resamples: int = 2000, seed: int = 1) -> Interval:
        """Bootstrap interval of the rank correlation over the answered pairs."""
        ratings, similarities = self.ratings[self.answered], self.similarities[self.answered]
        draws = [spearman(ratings[draw], similarities[draw]) for draw in resampled(len(ratings), resamples, seed)]
        return percentile_interval(self.spearman, draws, confidence)


def evaluate_pairs(
    vectors: Similarities,
    pairs: AnyPath | PairSet,
    *,
    delimiter: str | None = "\t",
    encoding: str = "utf-8",
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> PairScores:
    """Compute the similarity of every pair of a test set whose words are known.

    Parameters
    ----------
    vectors : KeyedVectors
    pairs : path or PairSet
    delimiter, encoding : str
        Of the file; `delimiter` None means any white space.
    restrict_vocab, case_insensitive
        As in `evaluate_analogies`.

    Examples
    --------
    >>> evaluate_pairs(kv, "wordsim353.tsv").spearman  # doctest: +SKIP
    0.63
    """
    test_set = pairs if isinstance(pairs, PairSet) else read_word_pairs(pairs, delimiter, encoding)
    lexicon = Lexicon(vectors.index_to_key, restrict_vocab, case_insensitive)
    rows = np.array([lexicon.rows_of(pair) for pair in test_set.pairs], dtype=np.int64).reshape(-1, 2)
    answered: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
    searched = vectors.searched_rows(slice(0, lexicon.size))
    similarities = np.zeros(len(rows))
    known = rows[answered]
    similarities[answered] = np.einsum("ij,ij->i", searched.unit(known[:, 0]), searched.unit(known[:, 1]))
    return PairScores(test_set=test_set, answered=answered, similarities=similarities)


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Spearman's rank correlation with average ranks for ties; NaN where one side does not vary."""
    if len(x) < 2:
        return float("nan")
    ranks = [_average_ranks(values) for values in (x, y)]
    centred = [rank - rank.mean() for rank in ranks]
    scale = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum()) / scale if scale > 0 else float("nan")


def _average_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[inverse])
