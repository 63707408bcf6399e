"""Vectors of character n-grams, from which fastText composes vectors for words without a row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import vector_files
from ..runtime.compute import available_workers
from ..storage import pack_words

__all__ = ["MAX_HASH_COUNT", "Subwords", "no_word_rows"]

MAX_HASH_COUNT = 4
"""Maximum number of buckets of an entry in a table of floret."""


@dataclass(frozen=True, kw_only=True)
class Subwords:
    """Hashed n-gram vectors (Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606).

    Parameters
    ----------
    vectors : ndarray of float32, shape (buckets, vector_size)
        One row per hash bucket.
    min_n, max_n : int
        Lengths of the n-grams in characters of ``<word>``; ``max_n`` 0 for no n-grams.
    word_rows : ndarray of float32, shape (words, vector_size), or None, default None
        What the vectors of words have beside their n-grams (gensim's `vectors_vocab`); None if it is not kept.
    words_lockf : ndarray of float32, shape (1,) or (words,)
        Factor applied to the updates of `word_rows` in training.
    buckets_lockf : ndarray of float32, shape (1,) or (buckets,)
        Factor applied to the updates of `vectors` in training.
    hash_count : int, default 0
        Number of buckets of the word and of each n-gram in a table of floret, in which words have no other rows (1 to
        4): `word_rows` must then be zero. 0 for fastText, which hashes n-grams only, to one bucket each.
    """

    vectors: NDArray[np.float32]
    min_n: int
    max_n: int
    word_rows: NDArray[np.float32] | None = None
    words_lockf: NDArray[np.float32] = field(default_factory=lambda: np.ones(1, np.float32))
    buckets_lockf: NDArray[np.float32] = field(default_factory=lambda: np.ones(1, np.float32))
    hash_count: int = 0

    def composed(self, words: Sequence[Any], rows: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Return the vectors of words: the mean of the row of each word and its n-gram vectors.

        Parameters
        ----------
        words : sequence of str
            The words.
        rows : ndarray of float32, shape (len(words), vector_size), or None
            Row of each word; None for n-grams alone.

        Returns
        -------
        ndarray of float32, shape (len(words), vector_size)
            The vectors; zeros for words without n-grams if there are no rows.
        """
        vectors = np.empty((len(words), self.vectors.shape[1]), np.float32)
        blob, offsets = _packed(words)
        vector_files.average_subwords(
            vectors,
            blob,
            offsets,
            None if self.hash_count else rows,
            self.vectors,
            min_n=self.min_n,
            max_n=self.max_n,
            hash_count=self.hash_count,
            threads=available_workers(),
        )
        return vectors

    def of_rows(self, rows: slice | NDArray[np.int64], count: int) -> Subwords:
        """Return the same n-grams for some of the words.

        Parameters
        ----------
        rows : slice or ndarray of int
            The rows of these words.
        count : int
            Number of words before.

        Returns
        -------
        Subwords
            N-grams with these rows of words; without any if there is not one for every word.
        """
        word_rows, factors = self.word_rows, self.words_lockf
        return replace(
            self,
            word_rows=None if word_rows is None or len(word_rows) != count else word_rows[rows],
            words_lockf=factors[rows] if len(factors) == count else factors[:1],
        )

    def rows_of(self, words: Sequence[Any], vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Return the rows with which words have the given vectors.

        Parameters
        ----------
        words : sequence of str
            The words.
        vectors : ndarray, shape (len(words), vector_size)
            Their vectors.

        Returns
        -------
        ndarray of float32, shape (len(words), vector_size)
            The rows.
        """
        if self.hash_count:
            return no_word_rows(len(words), self.vectors.shape[1])
        starts, _ = self.table_of(words)
        ngrams = np.diff(starts)[:, np.newaxis].astype(np.float32)
        rows = self.composed(words, None)
        rows *= -ngrams
        rows += np.asarray(vectors, np.float32) * (ngrams + 1)
        return rows

    def table_of(self, words: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the buckets of the n-grams of all words.

        Parameters
        ----------
        words : sequence of str
            The words.

        Returns
        -------
        starts : ndarray of int64, shape (len(words) + 1,)
            The buckets of word i are ``buckets[starts[i]:starts[i + 1]]``.
        buckets : ndarray of int32
            Rows of `vectors`.
        """
        blob, offsets = _packed(words)
        return vector_files.subword_table(
            blob,
            offsets,
            min_n=self.min_n,
            max_n=self.max_n,
            buckets=len(self.vectors),
            hash_count=self.hash_count,
        )

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
            _bytes_of(word),
            min_n=self.min_n,
            max_n=self.max_n,
            buckets=len(self.vectors),
            hash_count=self.hash_count,
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


def no_word_rows(words: int, vector_size: int) -> NDArray[np.float32]:
    """Return the rows of the words of floret, which are zero and take no memory.

    Parameters
    ----------
    words, vector_size : int
        Shape of the matrix.

    Returns
    -------
    ndarray of float32, shape (words, vector_size)
        A read-only array.
    """
    return np.broadcast_to(np.zeros((), np.float32), (words, vector_size))


def _packed(words: Sequence[Any]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return what is hashed as two tensors; see `pack_words`."""
    if set(map(type, words)) <= {str}:
        with suppress(UnicodeEncodeError):
            return pack_words(words)
    return pack_words([_bytes_of(word) for word in words])


def _bytes_of(word: object) -> bytes:
    """Return what is hashed. Keys need not be text, and text need not be valid."""
    return str(word).encode("utf-8", "surrogatepass")
