"""Cosines of queries with all rows, and the nearest rows: one door, behind it the C++ room and NumPy.

NumPy serves what the C++ room does not take: float64, and matrices whose rows are not contiguous.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...runtime.compute import available_workers, choose_isa
from ..arrays import working_dtype

__all__ = ["SearchedRows", "greatest"]

_QUERIES_AT_ONCE = 64
_ROWS_AT_ONCE = 16384


class SearchedRows(NamedTuple):
    """Rows of a matrix with what a dot product with each is divided by to give a cosine: its length, or 1 for zeros."""

    vectors: NDArray[Any]  # (rows, dim)
    divisors: NDArray[Any]  # (rows,)

    def unit(self, indices: Any) -> NDArray[np.float64]:
        """Some rows scaled to length one, in float64: (len(indices), dim)."""
        rows = self.vectors[indices].astype(working_dtype(self.vectors.dtype)) / self.divisors[indices, np.newaxis]
        return np.asarray(rows, dtype=np.float64)

    def cosines(self, queries: NDArray[Any]) -> NDArray[np.floating[Any]]:
        """Cosines of unit `queries` (n, dim) with every row: (n, rows)."""
        scores = np.empty((len(queries), len(self.vectors)), dtype=queries.dtype)
        native = self._as_native()
        if native is None:
            return self._cosines_by_numpy(scores, queries)
        for block in self._blocks_of(queries):
            _core.search.cosines(
                scores[block], queries[block], native, self.divisors, isa=choose_isa(), threads=available_workers()
            )
        return scores

    def nearest(self, queries: NDArray[Any], count: int) -> tuple[NDArray[np.int32], NDArray[Any]]:
        """Rows of the `count` greatest cosines for each query, greatest first, the lower row first among equals.

        Returns indices (n, count) int32 and cosines (n, count) in the type of `queries`; `count` is at most the number
        of rows. A row whose cosine is not a number comes last, as -inf.
        """
        shape = len(queries), min(count, len(self.vectors))
        indices, scores = np.empty(shape, dtype=np.int32), np.empty(shape, dtype=queries.dtype)
        native = self._as_native()
        if native is None:
            self._nearest_by_numpy(indices, scores, queries)
            return indices, scores
        for block in self._blocks_of(queries):
            _core.search.nearest(
                indices[block],
                scores[block],
                queries[block],
                native,
                self.divisors,
                isa=choose_isa(),
                threads=available_workers(),
            )
        return indices, scores

    def _as_native(self) -> NDArray[Any] | None:
        """The matrix as the C++ room takes it, float16 as its bits; None where it does not."""
        vectors = self.vectors
        row, item = vectors.strides
        in_rows = item == vectors.itemsize and row >= vectors.shape[1] * item and row % item == 0
        if not (in_rows and vectors.flags.aligned and len(vectors) and self.divisors.dtype == np.float32):
            return None
        if vectors.dtype == np.float16:
            return vectors.view(np.uint16)
        return vectors if vectors.dtype == np.float32 else None

    def _blocks_of(self, queries: NDArray[Any]) -> Iterator[slice]:
        """Queries that take about a quarter of a second together: between blocks Python sees an interruption."""
        step = max(1, 10**10 // self.vectors.size)
        return (slice(first, first + step) for first in range(0, len(queries), step))

    def _cosines_by_numpy(self, scores: NDArray[Any], queries: NDArray[Any]) -> NDArray[Any]:
        for first in range(0, len(self.vectors), _ROWS_AT_ONCE):
            rows = np.ascontiguousarray(self.vectors[first : first + _ROWS_AT_ONCE], dtype=queries.dtype)
            # One product for each query: in a product with all of them a float would depend on how many they are.
            for line, query in zip(scores[:, first : first + len(rows)], queries, strict=True):
                np.divide(rows @ query, self.divisors[first : first + len(rows)], out=line)
        return scores

    def _nearest_by_numpy(self, indices: NDArray[Any], scores: NDArray[Any], queries: NDArray[Any]) -> None:
        for first in range(0, len(queries), _QUERIES_AT_ONCE):
            block = queries[first : first + _QUERIES_AT_ONCE]
            found = self._cosines_by_numpy(np.empty((len(block), len(self.vectors)), dtype=queries.dtype), block)
            for place, values in enumerate(found, start=first):
                indices[place] = greatest(values, indices.shape[1])
                scores[place] = values[indices[place]]
        scores[np.isnan(scores)] = -np.inf


def greatest(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Places of the `count` greatest values, greatest first, the lower place first among equals, NaN after all."""
    count = min(count, len(values))
    if count == 0:
        return np.empty(0, dtype=np.intp)
    keys = -values
    keys[np.isnan(keys)] = np.inf
    border = np.partition(keys, count - 1)[count - 1]
    below = np.flatnonzero(keys < border)
    equal = np.flatnonzero(keys == border)[: count - len(below)]
    chosen = np.concatenate((below, equal))
    return chosen[np.lexsort((chosen, keys[chosen]))]
