"""Cosine similarities and distances of given keys, vectors and sets of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import as_rows, as_vector, cosine, row_norms, unit_rows, working_dtype
from ..cosine_search import CosineSearch
from ..keys import FloatArray, Key, as_keys
from ..lookup import KeyLookup
from ..table import RowNorms, VectorTable
from .queries import mean_vector, require_finite


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
    own_row: int | None = None
    vector = key_or_vector
    if table.is_key(key_or_vector):
        vector = vectors.get_vector(key_or_vector)
        own_row = table.index_of(key_or_vector)
    dtype = working_dtype(table.vectors.dtype)
    query = as_vector("word_or_vector", vector, table.vector_size, dtype)[np.newaxis]
    require_finite(query)
    query = unit_rows(query)
    search = CosineSearch.over(table)
    if others is None or len(others) == 0:
        rows: NDArray[np.intp] = np.arange(len(table.vectors))
        cosines = search.cosines(query)[0]
    else:
        rows = np.array([table.require_index(key) for key in as_keys(others, "other_words")], dtype=np.intp)
        cosines = search.part(rows).cosines(query)[0]
    result: FloatArray = 1 - cosines  # infinite for rows that are not finite
    if own_row is not None and query.any():
        result[rows == own_row] = 0  # exactly 0, as KeyedVectors.distance returns
    return result
