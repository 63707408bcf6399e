"""Nearest keys: by sums and differences of vectors, by products of cosines, and for many queries at once."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import as_rows, unit_rows, working_dtype
from ..cosine_search import CosineSearch, greatest
from ..keys import FloatArray
from ..lookup import KeyLookup
from ..table import VectorTable
from .queries import as_items, unit_queries, weighted_query

_LEAST_DIVISOR = 1e-6  # of `most_similar_cosmul`, as in gensim
_ROUNDING = 1e-5  # more than the relative error of a product of cosines in float32
# Copying one row and scoring it takes as long as scoring some rows in place.
_ROWS_PER_CANDIDATE = 16


class Indexer(Protocol):
    """A nearest-neighbour index that replaces exact search, such as `UsearchIndexer`."""

    def most_similar(self, vector: FloatArray, num_neighbors: int, /) -> list[tuple[str, float]]:
        """Return keys and cosines of the stored vectors nearest to `vector`."""


def most_similar(
    vectors: KeyLookup,
    positive: Any,
    negative: Any,
    topn: int | None,
    clip_start: int,
    clip_end: int | None,
    restrict_vocab: int | None,
    indexer: Indexer | None,
) -> list[tuple[str, float]] | FloatArray:
    """Return the keys nearest to the mean of the items; see `KeyedVectors.most_similar`."""
    if _is_below_one(topn):
        return []
    query = weighted_query(vectors, positive, negative)
    if indexer is not None and topn is not None:
        return indexer.most_similar(query.vector, topn)
    table = vectors.table
    rows = _clipped_rows(table, clip_start, clip_end, restrict_vocab)
    search = CosineSearch.over(table, rows)
    if topn is None:
        cosines: FloatArray = search.cosines(query.vector[np.newaxis])[0]
        return cosines
    indices, found = search.nearest(query.vector[np.newaxis], topn + len(query.own_rows))
    return _with_keys(table, indices[0] + rows.start, found[0], query.own_rows, topn)


def most_similar_cosmul(
    vectors: KeyLookup, positive: Any, negative: Any, topn: int | None, restrict_vocab: int | None
) -> list[tuple[str, float]] | FloatArray:
    """Return the keys with the greatest product of similarities; see `KeyedVectors.most_similar_cosmul`."""
    if _is_below_one(topn):
        return []
    raising, lowering = as_items(vectors.table, positive), as_items(vectors.table, negative)
    if not raising:
        raise ValueError("positive must contain at least one key or vector: cannot compute similarity with no input")
    queries, own_rows = unit_queries(vectors, raising + lowering)
    table = vectors.table
    search = CosineSearch.over(table, _clipped_rows(table, 0, None, restrict_vocab))
    if topn is None:
        return _products(search, queries, len(raising))
    excluded = [row for row in own_rows.tolist() if row >= 0]
    count = topn + len(excluded)
    candidates = _product_candidates(search, queries, len(raising), count)
    if candidates is None:
        scores = _products(search, queries, len(raising))
        best = greatest(scores, count)
        return _with_keys(table, best, scores[best], excluded, topn)
    scores = _products(search.part(candidates), queries, len(raising))
    best = greatest(scores, count)
    return _with_keys(table, candidates[best], scores[best], excluded, topn)


def _products(search: CosineSearch, queries: NDArray[Any], raising: int) -> FloatArray:
    """Return the products of the similarities of each row with the first queries, divided by those with the others."""
    shifted = search.cosines(queries)
    if search.not_finite is not None:
        shifted[:, search.not_finite] = 0
    shifted += 1
    shifted /= 2
    scores: FloatArray = np.prod(shifted[:raising], axis=0)
    scores /= np.prod(shifted[raising:], axis=0) + scores.dtype.type(_LEAST_DIVISOR)
    if search.not_finite is not None:
        scores[search.not_finite] = -np.inf
    return scores


def _product_candidates(
    search: CosineSearch, queries: NDArray[Any], raising: int, count: int
) -> NDArray[np.intp] | None:
    """Return rows that include those with the greatest `_products`, in ascending order; None if there are no bounds."""
    if count * _ROWS_PER_CANDIDATE > len(search.vectors):
        return None
    bounds = search.bounds(queries)
    if bounds is None:
        return None
    # Similarities are from 0 to 1; rounding can make them slightly less. It changes the bounds as it does `_products`.
    for cosines in bounds:
        cosines += 1
        cosines /= 2
        np.maximum(cosines, 0, out=cosines)
    lower, upper = bounds
    most, least = np.prod(upper[:raising], axis=0), np.prod(lower[:raising], axis=0)
    least[(lower[:raising] <= 0).any(axis=0)] = -1
    least_divisors, most_divisors = np.prod(lower[raising:], axis=0), np.prod(upper[raising:], axis=0)
    least_divisors[(lower[raising:] <= 0).any(axis=0)] = -_LEAST_DIVISOR / 10
    most *= 1 + _ROUNDING
    most /= least_divisors + np.float32(_LEAST_DIVISOR)
    least *= 1 - _ROUNDING
    least /= most_divisors + np.float32(_LEAST_DIVISOR)
    limit = -np.partition(-least, count - 1)[count - 1]
    candidates = np.flatnonzero(~(most < limit))  # NaN: the bounds are not known
    return None if len(candidates) * _ROWS_PER_CANDIDATE > len(search.vectors) else candidates


def most_similar_batch(vectors: KeyLookup, keys_or_matrix: Any, topn: int) -> tuple[NDArray[np.int32], FloatArray]:
    """Return the nearest rows of many queries in one pass; see `KeyedVectors.most_similar_batch`."""
    table = vectors.table
    if not isinstance(topn, Integral):
        raise TypeError(f"topn must be an integer, got {topn!r}")
    wanted = max(0, min(int(topn), len(table.vectors)))
    if isinstance(keys_or_matrix, np.ndarray) and keys_or_matrix.dtype.kind == "f":
        rows = as_rows("keys_or_matrix", keys_or_matrix, table.vector_size, working_dtype(table.vectors.dtype))
        queries, own_rows = unit_rows(rows), np.full(len(rows), -1)
    else:
        queries, own_rows = unit_queries(vectors, as_items(table, keys_or_matrix))
    any_row = bool((own_rows >= 0).any())
    indices, cosines = CosineSearch.over(table).nearest(queries, wanted + any_row)
    return _without_own_rows(indices, cosines, own_rows, wanted) if any_row else (indices, cosines)


def _is_below_one(topn: object) -> bool:
    if topn is not None and not isinstance(topn, Integral):
        raise TypeError(f"topn must be an integer or None, got {topn!r}")
    return topn is not None and int(topn) < 1


def _clipped_rows(table: VectorTable, clip_start: int, clip_end: int | None, restrict_vocab: int | None) -> slice:
    limits = slice(0, restrict_vocab) if restrict_vocab else slice(clip_start, clip_end or None)
    start, stop, _ = limits.indices(len(table.vectors))
    return slice(start, max(start, stop))


def _with_keys(
    table: VectorTable, rows: NDArray[Any], scores: FloatArray, excluded: list[int], topn: int
) -> list[tuple[str, float]]:
    found = zip(rows.tolist(), scores.tolist(), strict=True)
    return [(table.index_to_key[row], score) for row, score in found if row not in excluded][:topn]


def _without_own_rows(
    indices: NDArray[np.int32], cosines: FloatArray, own_rows: NDArray[np.intp], wanted: int
) -> tuple[NDArray[np.int32], FloatArray]:
    """Drop the row of each query's key, or its last column if that row is not among those found."""
    dropped = indices == own_rows[:, np.newaxis]
    # A query without a row drops its last neighbour, so that all queries keep the same number of columns.
    dropped[~dropped.any(axis=1), -1] = True
    kept = (len(indices), indices.shape[1] - 1)
    return indices[~dropped].reshape(kept)[:, :wanted], cosines[~dropped].reshape(kept)[:, :wanted]
