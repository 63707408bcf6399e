"""`FastTextKeyedVectors`, the public class for fastText vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import FormatError
from ..runtime.options import integer_option
from ..storage.paths import AnyPath
from .files import GensimModel, exchange, read_gensim
from .files.archive import FASTTEXT_VECTORS
from .files.floret import write_floret
from .keyed_vectors import KeyedVectors
from .keys import FloatArray, Key, as_keys
from .subwords import MAX_HASH_COUNT, Subwords, no_word_rows
from .table import VectorTable, recomposed

__all__ = ["FastTextKeyedVectors"]

Self = TypeVar("Self", bound="FastTextKeyedVectors")


# The one class of the package that inherits from another: gensim defines the two classes like this, and users (and
# `isinstance` checks in this package) rely on it. It adds names only; the lookup of n-grams is in `VectorTable`.
class FastTextKeyedVectors(KeyedVectors):
    """Word vectors that are composed from character n-grams for words without a row.

    The n-grams of ``<word>`` are hashed into buckets. The vector of a word without a row is the mean of the vectors of
    its buckets (Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606).

    Parameters
    ----------
    vector_size : int
        Dimensionality of the vectors (>= 1).
    min_n : int, default 3
        Minimum length of n-grams, in characters.
    max_n : int, default 6
        Maximum length of n-grams, in characters; 0 for no n-grams.
    bucket : int, default 0
        Number of hash buckets. With 0, only words with a row have a vector.
    count : int, default 0
        Number of rows to preallocate.
    dtype : dtype, default float32
        Storage type of word vectors: float16, float32 or float64.
    hash_count : int, default 0
        Number of buckets of the word and of each n-gram in a table of floret (1 to 4), where the vector of any word is
        the mean of its buckets; 0 for fastText.

    Attributes
    ----------
    vectors_ngrams : ndarray of float32, shape (bucket, vector_size)
        Vectors of the buckets.
    vectors_vocab : ndarray of float32, shape (len(self), vector_size)
        Rows of the words. The vector of a word is the mean of its row and its buckets; `adjust_vectors` computes it.
    vectors_vocab_lockf, vectors_ngrams_lockf : ndarray of float32
        Factors applied to the updates of rows in training: one for all, or one for each row. 0 freezes a row.
    min_n, max_n : int
        Lengths of the n-grams.

    Examples
    --------
    >>> from wordkin.vectors import FastTextKeyedVectors
    >>> kv = FastTextKeyedVectors(vector_size=2, min_n=3, max_n=6, bucket=100)
    >>> kv.get_vector("anything").tolist()
    [0.0, 0.0]
    """

    _files = FASTTEXT_VECTORS

    def __init__(
        self,
        vector_size: int,
        min_n: int = 3,
        max_n: int = 6,
        bucket: int = 0,
        count: int = 0,
        dtype: DTypeLike = np.float32,
        *,
        hash_count: int = 0,
    ) -> None:
        super().__init__(vector_size, count, dtype)
        for name, value in (("min_n", min_n), ("max_n", max_n), ("bucket", bucket)):
            if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{name} must be an integer of at least 0, got {value!r}")
        rows = np.zeros((int(bucket), self.vector_size), np.float32)
        hash_count = integer_option("hash_count", hash_count, 0, MAX_HASH_COUNT)
        word_rows = no_word_rows(0, self.vector_size) if hash_count else None
        self._state.assign(
            "subwords",
            Subwords(vectors=rows, min_n=int(min_n), max_n=int(max_n), word_rows=word_rows, hash_count=hash_count),
        )

    @classmethod
    def load_fasttext_format(cls: type[Self], fname: AnyPath) -> Self:
        """Load a ``.bin`` model written by fastText or by gensim's ``save_facebook_model``.

        Parameters
        ----------
        fname : path
            File to read, compressed or not. ``.vec`` files hold no n-grams: use `load_word2vec_format` for them.

        Returns
        -------
        FastTextKeyedVectors
            The vectors.

        Raises
        ------
        FormatError
            If the file has another format, or holds a quantised model (``.ftz``).
        """
        return cls.from_table(exchange.table_from_fasttext(fname))

    @classmethod
    def load_floret_format(cls: type[Self], fname: AnyPath) -> Self:
        """Load a ``.floret`` table written by floret or by `save_floret_format`.

        Parameters
        ----------
        fname : path
            File to read, compressed or not.

        Returns
        -------
        FastTextKeyedVectors
            The table. It has no words, but every word has a vector: the mean of its buckets.

        Raises
        ------
        FormatError
            If the file has another format or is damaged.
        OSError
            If it cannot be read.
        """
        return cls.from_table(exchange.table_from_floret(fname))

    def save_floret_format(self, fname: AnyPath) -> None:
        """Write the buckets as a ``.floret`` table, which spaCy and floret read.

        Parameters
        ----------
        fname : path
            File to write; an existing file is replaced in one step. It does not list the words.

        Raises
        ------
        FormatError
            If words are not composed as in floret (`hash_count` is 0).
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> from wordkin.vectors import FastTextKeyedVectors
        >>> path = tempfile.mkdtemp() + "/vectors.floret"
        >>> FastTextKeyedVectors(2, min_n=4, max_n=5, bucket=10, hash_count=2).save_floret_format(path)
        >>> FastTextKeyedVectors.load_floret_format(path).hash_count
        2
        """
        write_floret(fname, self._subwords)

    @classmethod
    def from_gensim(cls: type[Self], source: AnyPath | GensimModel) -> Self:
        """Load the word and n-gram vectors of a FastText object that gensim saved, without executing pickled code.

        Parameters
        ----------
        source : path or GensimModel
            The file of ``save`` of a FastText or FastTextKeyedVectors object of gensim 3.8 or later. Earlier versions
            hashed n-grams differently; `KeyedVectors.from_gensim` reads the words of their files.

        Returns
        -------
        FastTextKeyedVectors
            The vectors.

        Raises
        ------
        FormatError
            If the file holds no n-gram vectors that can be used, or is damaged.
        """
        saved = source if isinstance(source, GensimModel) else read_gensim(source)
        if saved.subwords is None:
            raise FormatError(
                f"found a {saved.class_name} object without usable n-gram vectors; KeyedVectors.from_gensim reads the "
                "vectors of its words"
            )
        return cls.from_table(exchange.table_of_gensim(saved))

    @property
    def _subwords(self) -> Subwords:
        subwords = self._state.table.subwords
        assert subwords is not None  # set by the constructor and kept by `from_table`
        return subwords

    @property
    def bucket(self) -> int:
        """Number of hash buckets."""
        return len(self.vectors_ngrams)

    @property
    def vectors_ngrams(self) -> NDArray[np.float32]:
        """Vectors of the hash buckets, shape (bucket, vector_size)."""
        return self._subwords.vectors

    @vectors_ngrams.setter
    def vectors_ngrams(self, vectors: NDArray[np.float32]) -> None:
        self._state.change(_with_subwords, vectors=vectors)

    @property
    def min_n(self) -> int:
        """Minimum length of n-grams, in characters."""
        return self._subwords.min_n

    @min_n.setter
    def min_n(self, length: int) -> None:
        self._state.change(_with_subwords, min_n=length)

    @property
    def max_n(self) -> int:
        """Maximum length of n-grams, in characters."""
        return self._subwords.max_n

    @max_n.setter
    def max_n(self, length: int) -> None:
        self._state.change(_with_subwords, max_n=length)

    @property
    def hash_count(self) -> int:
        """Number of buckets of each entry in a table of floret; 0 for fastText."""
        return self._subwords.hash_count

    @property
    def vectors_vocab(self) -> NDArray[np.float32]:
        """Rows of the words, shape (len(self), vector_size), without those of their n-grams."""
        rows = self._subwords.word_rows
        if rows is None:
            rows = self._state.change(_with_word_rows).subwords.word_rows  # type: ignore[union-attr]
        assert rows is not None
        return rows

    @vectors_vocab.setter
    def vectors_vocab(self, rows: NDArray[np.float32]) -> None:
        self._state.change(_with_subwords, word_rows=rows)

    @property
    def vectors_vocab_lockf(self) -> NDArray[np.float32]:
        """Factors applied to the updates of `vectors_vocab` in training, shape (1,) or (len(self),)."""
        return self._subwords.words_lockf

    @vectors_vocab_lockf.setter
    def vectors_vocab_lockf(self, factors: NDArray[np.float32]) -> None:
        self._state.change(_with_subwords, words_lockf=np.asarray(factors, np.float32))

    @property
    def vectors_ngrams_lockf(self) -> NDArray[np.float32]:
        """Factors applied to the updates of `vectors_ngrams` in training, shape (1,) or (bucket,)."""
        return self._subwords.buckets_lockf

    @vectors_ngrams_lockf.setter
    def vectors_ngrams_lockf(self, factors: NDArray[np.float32]) -> None:
        self._state.change(_with_subwords, buckets_lockf=np.asarray(factors, np.float32))

    def adjust_vectors(self) -> None:
        """Compute `vectors` from `vectors_vocab` and `vectors_ngrams`, after they have been changed."""
        self._state.change(recomposed)

    def subword_buckets(self, word: str) -> list[int]:
        """Return the buckets that the n-grams of a word are hashed to.

        Parameters
        ----------
        word : str
            The word.

        Returns
        -------
        list of int
            Rows of `vectors_ngrams`.

        Examples
        --------
        >>> from wordkin.vectors import FastTextKeyedVectors
        >>> FastTextKeyedVectors(2, min_n=3, max_n=3, bucket=100).subword_buckets("ab")
        [8, 56]
        """
        return self._subwords.buckets_of(word)

    def get_sentence_vector(self, sentence: Iterable[Key]) -> FloatArray:
        """Return the mean of the vectors of words, each scaled to unit norm first.

        Parameters
        ----------
        sentence : list of str
            The words.

        Returns
        -------
        ndarray, shape (vector_size,)
            The mean vector.
        """
        return self.get_mean_vector(as_keys(sentence, "sentence"))


def _with_word_rows(table: VectorTable) -> VectorTable:
    assert table.subwords is not None
    rows = table.subwords.rows_of(table.index_to_key[: len(table.vectors)], table.vectors)
    return table.successor(subwords=replace(table.subwords, word_rows=rows))


def _with_subwords(table: VectorTable, /, **changes: Any) -> VectorTable:
    assert table.subwords is not None
    return table.successor(subwords=replace(table.subwords, **changes))
