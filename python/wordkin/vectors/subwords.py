"""Vectors of character n-grams, from which fastText composes vectors for words without a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._core import vector_files

__all__ = ["Subwords"]


@dataclass(frozen=True, kw_only=True)
class Subwords:
    """Hashed n-gram vectors (Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606).

    Parameters
    ----------
    vectors : ndarray of float32, shape (buckets, vector_size)
        One row per hash bucket.
    min_n, max_n : int
        Lengths of the n-grams in characters of ``<word>``; ``max_n`` 0 for no n-grams.
    """

    vectors: NDArray[np.float32]
    min_n: int
    max_n: int

    def buckets_of(self, word: str) -> list[int]:
        """Return the buckets that the n-grams of a word are hashed to.

        Parameters
        ----------
        word : str
            The word.

        Returns
        -------
        list of int
            Rows of `vectors`.
        """
        if len(self.vectors) == 0:
            return []
        return vector_files.subword_buckets(
            word.encode(), min_n=self.min_n, max_n=self.max_n, buckets=len(self.vectors)
        )

    def vector_of(self, word: str) -> NDArray[np.float32]:
        """Return the mean of the n-gram vectors of a word.

        Parameters
        ----------
        word : str
            The word.

        Returns
        -------
        ndarray of float32, shape (vector_size,)
            The mean; zeros for a word without n-grams.
        """
        buckets = self.buckets_of(word)
        if not buckets:
            return np.zeros(self.vectors.shape[1], np.float32)
        total: NDArray[np.float32] = self.vectors[buckets].sum(axis=0, dtype=np.float32)
        return total / np.float32(len(buckets))
