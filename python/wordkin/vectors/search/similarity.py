"""Cosine similarities and distances of given keys, vectors and sets of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import as_rows, as_vector, cosine, row_norms, unit_rows, working_dtype
from ..cosine_search import CosineSearch
from ..keys import FloatArray, Key, as_keys
from ..lookup import KeyLookup
from ..table import RowNorms, VectorTable
from .queries import mean_vector, require_finite

_ROUNDING = 1e-6  # more than the rounding error of a distance
# Copying one row and scoring it takes as long as scoring some rows in place.
_ROWS_PER_CANDIDATE = 16


class EmptySetError(ValueError, ZeroDivisionError):
    """A mean of no vectors was requested; gensim raises ZeroDivisionError here."""


def similarity(vectors: KeyLookup, first: Key, second: Key) -> float:
    """Return the cosine of the vectors of two keys; see `KeyedVectors.similarity`."""
    return _rounded(vectors.table, cosine(vectors.get_vector(first), vectors.get_vector(second)))


def n_similarity(vectors: KeyLookup, first: Sequence[Key], second: Sequence[Key]) -> float:
    """Return the cosine of the means of two sets of keys; see `KeyedVectors.n_similarity`."""
    keys = as_keys(first, "ws1"), as_keys(second, "ws2")
    if not keys[0] or not keys[1]:
        raise EmptySetError(f"{'ws2' if keys[0] else 'ws1'} must contain at least one key")
    means = [mean_vector(vectors, names, pre_normalize=False) for names in keys]
    return _rounded(vectors.table, cosine(*means))


def distance(vectors: KeyLookup, first: Key, second: Key) -> float:
    """Return 1 - cosine, rounded like it; see `KeyedVectors.distance`."""
    return _rounded(vectors.table, 1 - similarity(vectors, first, second))


def _rounded(table: VectorTable, value: float) -> float:
    """Round to the working dtype, as gensim does; unlike gensim, return a Python float, for `json` and others."""
    return float(working_dtype(table.vectors.dtype).type(value))


def cosine_similarities(vector: ArrayLike, matrix: ArrayLike) -> FloatArray:
    """Return the cosines of a vector with each row of a matrix; see `KeyedVectors.cosine_similarities`."""
    rows = np.asarray(matrix)
    if rows.ndim != 2:
        raise ValueError(f"vectors_all must be a matrix, got shape {rows.shape}")
    dtype = working_dtype(np.result_type(rows.dtype, np.asarray(vector).dtype))
    rows = as_rows("vectors_all", rows, rows.shape[1], dtype)
    query = unit_rows(as_vector("vector_1", vector, rows.shape[1], dtype)[np.newaxis])
    _, divisors, not_finite = RowNorms.of(row_norms(rows))
    cosines: FloatArray = CosineSearch(rows, divisors, not_finite).cosines(query)[0]
    return cosines


def distances(vectors: KeyLookup, key_or_vector: Any, others: Sequence[Key] | None) -> FloatArray:
    """Return cosine distances from a key or vector to other keys; see `KeyedVectors.distances`."""
    table = vectors.table
    origin = _Origin.of(vectors, key_or_vector)
    search = CosineSearch.over(table)
    if others is None or len(others) == 0:
        return origin.distances(search, None)
    rows = np.array([table.require_index(key) for key in as_keys(others, "other_words")], dtype=np.intp)
    return origin.distances(search, rows)


def nearer_rows(vectors: KeyLookup, key: Key, other: Key) -> NDArray[np.intp]:
    """Return the rows whose distance from `key` is less than that of `other`, in ascending order; see `closer_than`."""
    table = vectors.table
    origin = _Origin.of(vectors, key)
    own_row = table.require_index(key)
    search = CosineSearch.over(table)
    limit = origin.distances(search, np.array([table.require_index(other)], dtype=np.intp))[0]
    candidates = search.reaching(origin.query, 1 - limit - _ROUNDING) if np.isfinite(limit) else None
    if candidates is None or len(candidates) * _ROWS_PER_CANDIDATE > len(table.vectors):
        nearer = np.flatnonzero(origin.distances(search, None) < limit)
    else:
        nearer = candidates[origin.distances(search, candidates) < limit]
    others: NDArray[np.intp] = nearer[nearer != own_row]
    return others


class _Origin(NamedTuple):
    """The origin of distances: a unit vector, shape (1, vector_size), and the row of a key, if it is one."""

    query: FloatArray
    own_row: int | None

    @classmethod
    def of(cls, vectors: KeyLookup, key_or_vector: Any) -> _Origin:
        table = vectors.table
        own_row: int | None = None
        vector = key_or_vector
        if table.is_key(key_or_vector):
            vector = vectors.get_vector(key_or_vector)
            own_row = table.index_of(key_or_vector)
        dtype = working_dtype(table.vectors.dtype)
        query = as_vector("word_or_vector", vector, table.vector_size, dtype)[np.newaxis]
        require_finite(query)
        return cls(unit_rows(query), own_row)

    def distances(self, search: CosineSearch, rows: NDArray[np.intp] | None) -> FloatArray:
        """Return the distances of some rows, or of all."""
        cosines = (search if rows is None else search.part(rows)).cosines(self.query)[0]
        result: FloatArray = 1 - cosines  # infinite for rows that are not finite
        if self.own_row is not None and self.query.any():
            # exactly 0, as KeyedVectors.distance returns
            result[self.own_row if rows is None else rows == self.own_row] = 0
        return result
