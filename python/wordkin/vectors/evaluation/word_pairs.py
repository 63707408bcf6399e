"""Correlation of cosine similarities with human ratings of word pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...runtime.containers import data_frame
from ...runtime.notebooks import html_table
from ...storage.paths import AnyPath
from ..cosine_search import CosineSearch
from ..lookup import KeyLookup
from .lexicon import Lexicon
from .pair_files import Column, read_word_pairs
from .resampling import Interval, percentile_interval, resampled_indices
from .test_sets import PairSet

if TYPE_CHECKING:
    import pandas

__all__ = ["PairScores", "evaluate_pairs", "spearman"]


@dataclass(frozen=True, kw_only=True, repr=False)
class PairScores:
    """Similarities that a model assigns to the pairs of a test set.

    Parameters
    ----------
    test_set : PairSet
        The pairs.
    answered : ndarray of bool, shape (pairs,)
        Whether both words of a pair are known.
    similarities : ndarray of float64, shape (pairs,)
        Cosines; 0 where a word is unknown.
    case_variants : int, default 0
        Number of keys that were not used because they differ only in case from a more frequent one.
    """

    test_set: PairSet
    answered: NDArray[np.bool_]
    similarities: NDArray[np.float64]
    case_variants: int = 0

    @property
    def ratings(self) -> NDArray[np.float64]:
        """Human ratings of the pairs, shape (pairs,)."""
        return np.asarray(self.test_set.ratings, dtype=np.float64)

    @property
    def spearman(self) -> float:
        """Rank correlation over the answered pairs; NaN if ratings or similarities are all equal."""
        return spearman(self.ratings[self.answered], self.similarities[self.answered])

    @property
    def oov_fraction(self) -> float:
        """Fraction of the pairs that have an unknown word."""
        return 1.0 - float(self.answered.mean()) if len(self.answered) else 0.0

    def to_frame(self) -> pandas.DataFrame:
        """Return the pairs as a pandas data frame.

        Returns
        -------
        DataFrame
            The columns first, second, rating and cosine, which is NaN where a word is unknown.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        first, second = ([pair[side] for pair in self.test_set.pairs] for side in (0, 1))
        cosines = np.where(self.answered, self.similarities, np.nan)
        return data_frame({"first": first, "second": second, "rating": self.ratings, "cosine": cosines})

    def __repr__(self) -> str:
        return (
            f"<PairScores: Spearman correlation {self.spearman:.4f}, {int(self.answered.sum()):,} of "
            f"{len(self.answered):,} pairs answered>"
        )

    def _repr_html_(self) -> str:
        rows = [
            ("Spearman correlation", self.spearman),
            ("pairs", len(self.answered)),
            ("pairs with unknown words", int((~self.answered).sum())),
        ]
        return html_table("Word pairs", (), rows)

    def interval(self, confidence: float = 0.95, resamples: int = 2000, seed: int = 1) -> Interval:
        """Return the bootstrap interval of the rank correlation over the answered pairs.

        Parameters
        ----------
        confidence : float, default 0.95
            Confidence level, between 0 and 1 (exclusive).
        resamples : int, default 2000
            Number of resamples.
        seed : int, default 1
            Random seed.

        Returns
        -------
        Interval
            The correlation with its bounds.
        """
        ratings, similarities = self.ratings[self.answered], self.similarities[self.answered]
        draws = [
            spearman(ratings[draw], similarities[draw]) for draw in resampled_indices(len(ratings), resamples, seed)
        ]
        return percentile_interval(self.spearman, draws, confidence)


def evaluate_pairs(
    vectors: KeyLookup,
    pairs: AnyPath | PairSet,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    columns: Sequence[Column] | None = None,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> PairScores:
    r"""Compute the cosine similarity of every pair whose words are known.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors to evaluate.
    pairs : path or PairSet
        Test set, or a file that `read_word_pairs` reads.
    delimiter : str or None, optional
        Separator of fields in the file; recognised by default.
    encoding : str, default "utf-8"
        Encoding of the file.
    columns : sequence of int or str, optional
        The columns of the two words and of the rating, as `read_word_pairs` expects them; recognised by default.
    restrict_vocab : int or None, default 300_000
        Number of keys to use, counted from the start; all if None.
    case_insensitive : bool, default True
        Whether words that differ only in case are the same word; the first (most frequent) one is used.

    Returns
    -------
    PairScores
        The similarities, from which correlation and interval are computed.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> from wordkin.vectors.evaluation import PairSet, evaluate_pairs
    >>> kv = KeyedVectors(vector_size=2)
    >>> kv.add_vectors(["tiger", "cat", "car"], [[1.0, 0.3], [0.9, 0.5], [-0.2, 1.0]])
    >>> pairs = PairSet(pairs=(("tiger", "cat"), ("cat", "car")), ratings=(7.35, 1.2), invalid_lines=0)
    >>> round(evaluate_pairs(kv, pairs).spearman, 6)
    1.0
    """
    test_set = pairs if isinstance(pairs, PairSet) else read_word_pairs(pairs, delimiter, encoding, columns)
    table = vectors.table
    lexicon = Lexicon(table.index_to_key[: len(table.vectors)], restrict_vocab, case_insensitive)
    search = CosineSearch.over(table, slice(0, lexicon.size))
    rows: NDArray[np.int64] = np.array([lexicon.rows_of(pair) for pair in test_set.pairs], dtype=np.int64).reshape(
        -1, 2
    )
    rows = search.finite_rows(rows)
    answered: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
    similarities = np.zeros(len(rows))
    known = rows[answered]
    similarities[answered] = np.einsum("ij,ij->i", search.unit(known[:, 0]), search.unit(known[:, 1]))
    return PairScores(test_set=test_set, answered=answered, similarities=similarities, case_variants=lexicon.variants)


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return Spearman's rank correlation, with average ranks for ties.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Paired observations.

    Returns
    -------
    float
        The correlation; NaN if one side has fewer than two distinct values.

    Examples
    --------
    >>> import numpy as np
    >>> from wordkin.vectors.evaluation.word_pairs import spearman
    >>> round(spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])), 6)
    0.5
    """
    if len(x) < 2:
        return float("nan")
    ranks = [_average_ranks(values) for values in (x, y)]
    centred = [rank - rank.mean() for rank in ranks]
    scale = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum()) / scale if scale > 0 else float("nan")


def _average_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[inverse])
