"""Similarity of given keys and vectors: pairs, sets, ranks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import as_rows, as_vector, cosine, norms_of_rows, unit_rows, working_dtype
from ..keys import KEY_TYPES
from ..table import VectorTable
from .cosine_search import SearchedRows

__all__ = ["Similarities"]

logger = logging.getLogger(__name__)


class Similarities(VectorTable):
    """What can be asked about keys that are named; the part of `KeyedVectors` between the table and its neighbours."""

    def similarity(self, w1: Any, w2: Any) -> Any:
        """Return the cosine of two keys' vectors: 1 exactly for a key with itself, 0 where a vector is zero.

        Returns
        -------
        numpy.float32
            numpy.float64 for vectors stored as such.

        Raises
        ------
        KeyError
            If a key is missing.

        Examples
        --------
        >>> kv.similarity("apple", "apple")
        np.float32(1.0)
        """
        return self._scalar(cosine(self.get_vector(w1), self.get_vector(w2)))

    def distance(self, w1: Any, w2: Any) -> Any:
        """Return 1 - similarity: exactly 0 for a key with itself."""
        return 1 - self.similarity(w1, w2)

    def n_similarity(self, ws1: Any, ws2: Any) -> Any:
        """Return the cosine of the means of two sets of keys; for single keys exactly their similarity.

        Raises
        ------
        ZeroDivisionError
            If one of the lists is empty; the error is a ValueError too.
        """
        first, second = _as_keys(ws1), _as_keys(ws2)
        if not first or not second:
            raise EmptySetError(f"`{'ws2' if first else 'ws1'}` must hold at least one key")
        means = [self.get_mean_vector(keys, pre_normalize=False) for keys in (first, second)]
        return self._scalar(cosine(*means))

    def _scalar(self, value: float) -> Any:
        return working_dtype(self._vectors.dtype).type(value)

    @staticmethod
    def cosine_similarities(vector_1: Any, vectors_all: Any) -> NDArray[Any]:
        """Return the cosines of one vector (dim,) with each row of a matrix (n, dim): (n,); 0 where one is zero."""
        rows = np.asarray(vectors_all)
        if rows.ndim != 2:
            raise ValueError(f"`vectors_all` must be a matrix, got shape {rows.shape}")
        dtype = working_dtype(np.result_type(rows.dtype, np.asarray(vector_1).dtype))
        rows = as_rows("vectors_all", rows, rows.shape[1], dtype)
        query = unit_rows(as_vector("vector_1", vector_1, rows.shape[1], dtype)[np.newaxis])
        divisors = norms_of_rows(rows)
        divisors[divisors == 0] = 1
        cosines: NDArray[Any] = SearchedRows(rows, divisors).cosines(query)[0]
        return cosines

    def distances(self, word_or_vector: Any, other_words: Any = ()) -> NDArray[Any]:
        """Return the distances (1 - cosine) from a key or vector to other keys, or to all of them.

        Parameters
        ----------
        word_or_vector : str, int or ndarray
        other_words : sequence of str, optional
            All keys, in the order of the index, when empty.

        Raises
        ------
        KeyError
            If a key is missing.

        Examples
        --------
        >>> kv.distances("apple", ["apple", "pear"]).shape
        (2,)
        """
        own: int | None = None
        if isinstance(word_or_vector, KEY_TYPES):
            vector = self.get_vector(word_or_vector)
            own = self._index_or_none(word_or_vector)
        else:
            vector = word_or_vector
        dtype = working_dtype(self._vectors.dtype)
        query = unit_rows(as_vector("word_or_vector", vector, self.vector_size, dtype)[np.newaxis])
        searched = self.searched_rows()
        if other_words is None or len(other_words) == 0:
            indices: NDArray[np.intp] = np.arange(len(self._vectors))
            similarities = searched.cosines(query)[0]
        else:
            indices = np.array([self.get_index(word) for word in other_words], dtype=np.intp)
            similarities = SearchedRows(searched.vectors[indices], searched.divisors[indices]).cosines(query)[0]
        distances: NDArray[Any] = 1 - similarities
        if own is not None and query.any():
            distances[indices == own] = 0  # as `distance` has it, without rounding
        return distances

    def closer_than(self, key1: Any, key2: Any) -> list[Any]:
        """Return all keys strictly nearer to `key1` than `key2` is."""
        distances = self.distances(key1)
        own = self.get_index(key1)
        nearer = np.flatnonzero(distances < distances[self.get_index(key2)])
        return [self.index_to_key[index] for index in nearer if index != own]

    def rank(self, key1: Any, key2: Any) -> int:
        """Return the place of `key2` among the neighbours of `key1`, from 1; the rank of a key with itself is 1."""
        return len(self.closer_than(key1, key2)) + 1

    def most_similar_to_given(self, key1: Any, keys_list: Sequence[Any]) -> Any:
        """Return the key of `keys_list` most similar to `key1`, the first of equals."""
        if not len(keys_list):
            raise ValueError("`keys_list` must hold at least one key")
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def rank_by_centrality(self, words: Any, use_norm: bool = True) -> list[tuple[Any, Any]]:
        """Rank keys by similarity to their common mean.

        Parameters
        ----------
        words : list of str
            Keys that are missing are left out, with a warning in the log.
        use_norm : bool
            Whether vectors are scaled to length one before the mean is taken.

        Returns
        -------
        list of (float, str)
            Similarity and key, most central first.

        Raises
        ------
        ValueError
            If none of the keys is there.
        """
        keys = _as_keys(words)
        used = [key for key in keys if key in self]
        if len(used) != len(keys):
            missing = sorted({str(key) for key in keys} - {str(key) for key in used})
            logger.warning("left out, as they have no vectors: %s", ", ".join(missing))
        if not used:
            raise ValueError("`words` must hold at least one key that has a vector: cannot select from an empty list")
        rows = np.vstack([self.get_vector(key, norm=use_norm) for key in used]).astype(
            working_dtype(self._vectors.dtype)
        )
        mean = self.get_mean_vector(rows, post_normalize=True)
        return sorted(zip(rows @ mean, used, strict=True), reverse=True)

    def doesnt_match(self, words: Any) -> Any:
        """Return the key that is farthest from the mean of all.

        Examples
        --------
        >>> kv.doesnt_match(["apple", "pear", "car"])
        'car'
        """
        return self.rank_by_centrality(words)[-1][1]

    def wmdistance(self, document1: Sequence[str], document2: Sequence[str], norm: bool = True) -> float:
        """Return the Word Mover's Distance of two tokenised texts (Kusner et al., 2015).

        Parameters
        ----------
        document1, document2 : list of str
            Words without vectors are left out.
        norm : bool
            Whether vectors are scaled to length one first.

        Returns
        -------
        float
            inf where a text has no word with a vector.

        Raises
        ------
        ImportError
            If POT is not installed: ``pip install 'wordkin[wmd]'``.
        """
        from .word_movers_distance import word_movers_distance

        known = [[token for token in document if token in self] for document in (document1, document2)]
        if left_out := len(document1) + len(document2) - len(known[0]) - len(known[1]):
            logger.info("%d words of the two texts have no vectors and are left out", left_out)
        return word_movers_distance(known[0], known[1], lambda token: self.get_vector(token, norm=norm))


class EmptySetError(ValueError, ZeroDivisionError):
    """A mean of nothing is asked for."""


def _as_keys(keys: Any) -> list[Any]:
    if isinstance(keys, str):
        raise TypeError(f"expected a list of keys, got the single string {keys!r}")
    return list(keys)
