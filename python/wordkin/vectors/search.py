"""Cosines of queries with all rows, and the nearest rows: one door, behind it the C++ room and NumPy.

NumPy serves what the C++ room does not take: float64, and matrices whose rows are not contiguous.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import working_dtype

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
        for first in range(0, len(self.vectors), _ROWS_AT_ONCE):
            rows = self.vectors[first : first + _ROWS_AT_ONCE]
            part = scores[:, first : first + len(rows)]
            np.matmul(queries, rows.astype(queries.dtype, copy=False).T, out=part)
            part /= self.divisors[first : first + len(rows)]
        return scores

    def nearest(self, queries: NDArray[Any], count: int) -> tuple[NDArray[np.int32], NDArray[Any]]:
        """Rows of the `count` greatest cosines for each query, greatest first, the lower row first among equals.

        Returns indices (n, count) int32 and cosines (n, count) in the type of `queries`; `count` is at most the number
        of rows. A row whose cosine is not a number comes last, as -inf.
        """
        count = min(count, len(self.vectors))
        indices = np.empty((len(queries), count), dtype=np.int32)
        scores = np.empty((len(queries), count), dtype=queries.dtype)
        for first in range(0, len(queries), _QUERIES_AT_ONCE):
            block = self.cosines(queries[first : first + _QUERIES_AT_ONCE])
            for row, values in enumerate(block, start=first):
                indices[row] = greatest(values, count)
                scores[row] = values[indices[row]]
        scores[np.isnan(scores)] = -np.inf
        return indices, scores


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
