"""Cosines of queries with all rows of a matrix, and the rows nearest to them.

The C++ core does the work; NumPy is used for what the core does not take: float64, and rows that are not contiguous.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..runtime.compute import available_workers, choose_isa
from .arrays import working_dtype
from .byte_rows import ByteRows, native_rows
from .keys import FloatArray
from .table import VectorTable

__all__ = ["CosineSearch", "greatest"]

_QUERIES_PER_BLOCK = 64
_ROWS_PER_BLOCK = 16384
_PRODUCTS_PER_CALL = 10**10  # of floats; products of bytes are about four times as fast


class CosineSearch(NamedTuple):
    """Rows of a matrix, and what their dot products with unit queries are divided by to give cosines.

    Parameters
    ----------
    vectors : ndarray, shape (rows, vector_size)
        The rows as stored; they are not copied.
    divisors : ndarray, shape (rows,)
        Norms of the rows; 1 for zero rows, NaN for rows that are not finite.
    not_finite : ndarray of bool, shape (rows,), optional
        Whether each row has values that are not finite; none by default.
    table : VectorTable, optional
        The table of the rows, which are not overwritten while it is in use.
    first : int, default 0
        Index of the first row in the table, or in `rounded`.
    all_divisors : ndarray, optional
        The divisors of all rows of the table.
    rounded : ByteRows, optional
        The rows rounded to bytes; by default those of the table, which it makes for the second search.
    """

    vectors: NDArray[Any]
    divisors: NDArray[Any]
    not_finite: NDArray[np.bool_] | None = None
    table: VectorTable | None = None
    first: int = 0
    all_divisors: FloatArray | None = None
    rounded: ByteRows | None = None

    @classmethod
    def over(cls, table: VectorTable, rows: slice = slice(None)) -> CosineSearch:
        """Return a search over rows of a table.

        Parameters
        ----------
        table : VectorTable
            The table.
        rows : slice, optional
            Rows to search; all by default.

        Returns
        -------
        CosineSearch
            The search.
        """
        _, divisors, not_finite = table.row_norms()
        first, _, _ = rows.indices(len(table.vectors))
        part = None if not_finite is None else not_finite[rows]
        return cls(table.vectors[rows], divisors[rows], part, table, first, divisors)

    def part(self, indices: NDArray[np.intp]) -> CosineSearch:
        """Return a search over copies of some of the rows.

        Parameters
        ----------
        indices : ndarray of int
            The rows.

        Returns
        -------
        CosineSearch
            The search.
        """
        not_finite = None if self.not_finite is None else self.not_finite[indices]
        return CosineSearch(self.vectors[indices], self.divisors[indices], not_finite)

    def unit(self, indices: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """Return selected rows scaled to unit norm.

        Parameters
        ----------
        indices : ndarray of int, shape (n,)
            The rows.

        Returns
        -------
        ndarray of float64, shape (n, vector_size)
            The scaled rows; zero rows stay zero.
        """
        rows = self.vectors[indices].astype(working_dtype(self.vectors.dtype)) / self.divisors[indices, np.newaxis]
        return np.asarray(rows, dtype=np.float64)

    def finite_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return row numbers with -1 for those of rows that are not finite, which count as unknown words.

        Parameters
        ----------
        rows : ndarray of int
            Row numbers, -1 for none.

        Returns
        -------
        ndarray of int
            Row numbers of the same shape.
        """
        if self.not_finite is None:
            return rows
        is_unknown = np.append(self.not_finite, True)
        return np.where(is_unknown[rows], -1, rows)

    def cosines(self, queries: NDArray[Any]) -> FloatArray:
        """Return the cosines of queries with all rows.

        Parameters
        ----------
        queries : ndarray, shape (n, vector_size)
            Vectors of unit norm.

        Returns
        -------
        ndarray, shape (n, rows)
            The cosines, with the dtype of `queries`; -inf for rows that are not finite.
        """
        scores: FloatArray = np.empty((len(queries), len(self.vectors)), dtype=queries.dtype)
        native = self._as_native()
        if native is None:
            self._cosines_by_numpy(scores, queries)
        else:
            for block in self._query_blocks(queries):
                _core.search.cosines(
                    scores[block], queries[block], native, self.divisors, isa=choose_isa(), threads=available_workers()
                )
        if self.not_finite is not None:
            scores[:, self.not_finite] = -np.inf
        return scores

    def nearest(self, queries: NDArray[Any], count: int) -> tuple[NDArray[np.int32], FloatArray]:
        """Return the rows with the greatest cosines for each unit query.

        Parameters
        ----------
        queries : ndarray, shape (n, vector_size)
            Vectors of unit norm.
        count : int
            Number of rows per query; at most all rows.

        Returns
        -------
        indices : ndarray of int32, shape (n, count)
            Rows by descending cosine; of equal cosines, the lower row comes first.
        cosines : ndarray, shape (n, count)
            Their cosines, with the dtype of `queries`. Rows that are not finite come last, with -inf.
        """
        shape = len(queries), min(count, len(self.vectors))
        indices = np.empty(shape, dtype=np.int32)
        scores: FloatArray = np.empty(shape, dtype=queries.dtype)
        native = self._as_native()
        if native is None:
            self._nearest_by_numpy(indices, scores, queries)
            return indices, scores
        rounded = self._rounded_rows()
        for block in self._query_blocks(queries):
            _core.search.nearest(
                indices[block],
                scores[block],
                queries[block],
                native,
                self.divisors,
                isa=choose_isa(),
                threads=available_workers(),
                rounded=None if rounded is None else rounded.beginning_at(self.first),
            )
        return indices, scores

    def mutual(
        self, queries: NDArray[np.float32], count: int, query_count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        """Return the greatest cosines of each unit query and of each row, which take about as long as the former alone.

        Parameters
        ----------
        queries : ndarray of float32, shape (n, vector_size)
            Vectors of unit norm.
        count : int
            Number of rows per query; at most all rows.
        query_count : int
            Number of queries per row; at most all queries.

        Returns
        -------
        of_queries : ndarray of float32, shape (n, count)
            The cosines of each query, as `nearest` returns them.
        of_rows : ndarray of float32, shape (rows, query_count)
            The cosines of each row in descending order.
        indices : ndarray of int32, shape (n, count)
            The rows of `of_queries`.

        Raises
        ------
        TypeError
            If the core does not take the rows.
        """
        native = self._as_native()
        if native is None:
            raise TypeError(f"vectors must be rows of float32 or float16, got {self.vectors.dtype}")
        rounded = self._rounded_rows()
        indices = np.empty((len(queries), count), dtype=np.int32)
        cosines = np.empty((len(queries), count), dtype=np.float32)
        query_indices = np.full((len(native), query_count), -1, dtype=np.int32)
        of_rows = np.full((len(native), query_count), -np.inf, dtype=np.float32)
        for block in self._query_blocks(queries, 1 if rounded is None else 4):
            _core.search.mutual(
                indices[block],
                cosines[block],
                query_indices,
                of_rows,
                queries[block],
                native,
                self.divisors,
                block.start,
                isa=choose_isa(),
                threads=available_workers(),
                rounded=None if rounded is None else rounded.beginning_at(self.first),
            )
        return cosines, of_rows, indices

    def bounds(self, queries: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return bounds of the cosines of queries with all rows, from rows rounded to bytes.

        Parameters
        ----------
        queries : ndarray, shape (n, vector_size)
            Vectors of unit norm.

        Returns
        -------
        lower, upper : ndarray of float32, shape (n, rows)
            Bounds of what `cosines` returns; NaN where none are known.
        None
            If there are no rounded rows.
        """
        rounded, native = self._rounded_rows(), self._as_native()
        if rounded is None or native is None:
            return None
        lower = np.empty((len(queries), len(native)), dtype=np.float32)
        upper = np.empty_like(lower)
        for block in self._query_blocks(queries):
            _core.search.bounds(
                lower[block],
                upper[block],
                queries[block],
                native,
                self.divisors,
                rounded.beginning_at(self.first),
                isa=choose_isa(),
                threads=available_workers(),
            )
        return lower, upper

    def reaching(self, query: NDArray[Any], least: float) -> NDArray[np.intp] | None:
        """Return rows that include all whose cosine with a query reaches a number, from rows rounded to bytes.

        Parameters
        ----------
        query : ndarray, shape (1, vector_size)
            A vector of unit norm.
        least : float
            The number.

        Returns
        -------
        ndarray of int, or None
            The rows in ascending order; None if there are no rounded rows.
        """
        bounds = self.bounds(query)
        return None if bounds is None else np.flatnonzero(~(bounds[1][0] < least))  # NaN: the bound is not known

    def _rounded_rows(self) -> ByteRows | None:
        if self.table is None:
            return self.rounded
        rounded = self.table.rows_for_search()
        # Another thread may have computed other norms meanwhile.
        return rounded if rounded is not None and rounded.divisors is self.all_divisors else None

    def _as_native(self) -> NDArray[Any] | None:
        """Return the matrix as the C++ core takes it (float16 as uint16), or None if it does not take it."""
        return native_rows(self.vectors) if self.divisors.dtype == np.float32 else None

    def _query_blocks(self, queries: NDArray[Any], speed: int = 1) -> Iterator[slice]:
        """Split the queries into blocks of about a quarter of a second; Python handles Ctrl-C between them."""
        step = max(1, speed * _PRODUCTS_PER_CALL // self.vectors.size)
        return (slice(first, first + step) for first in range(0, len(queries), step))

    def _cosines_by_numpy(self, scores: FloatArray, queries: NDArray[Any]) -> None:
        for first in range(0, len(self.vectors), _ROWS_PER_BLOCK):
            rows = np.ascontiguousarray(self.vectors[first : first + _ROWS_PER_BLOCK], dtype=queries.dtype)
            # One product per query: in a product with all queries, the rounding would depend on their number.
            for line, query in zip(scores[:, first : first + len(rows)], queries, strict=True):
                with np.errstate(invalid="ignore"):  # rows that are not finite
                    np.divide(rows @ query, self.divisors[first : first + len(rows)], out=line)

    def _nearest_by_numpy(self, indices: NDArray[np.int32], scores: FloatArray, queries: NDArray[Any]) -> None:
        for first in range(0, len(queries), _QUERIES_PER_BLOCK):
            block = queries[first : first + _QUERIES_PER_BLOCK]
            found: FloatArray = np.empty((len(block), len(self.vectors)), dtype=queries.dtype)
            self._cosines_by_numpy(found, block)
            for query, values in enumerate(found, start=first):
                indices[query] = greatest(values, indices.shape[1])
                scores[query] = values[indices[query]]
        scores[np.isnan(scores)] = -np.inf


def greatest(values: FloatArray, count: int) -> NDArray[np.intp]:
    """Return the indices of the greatest values.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The values.
    count : int
        Number of indices to return.

    Returns
    -------
    ndarray of int, shape (count,)
        Indices by descending value; of equal values, the lower index comes first, and NaN comes last.

    Examples
    --------
    >>> import numpy as np
    >>> from wordkin.vectors.cosine_search import greatest
    >>> greatest(np.array([1.0, 3.0, 3.0]), 2).tolist()
    [1, 2]
    """
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
