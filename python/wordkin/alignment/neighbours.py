"""Nearest rows of unit vectors, found by the batch search in C++."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..vectors.arrays import unit_rows
from ..vectors.byte_rows import ByteRows, is_worth_rounding
from ..vectors.cosine_search import CosineSearch

__all__ = ["MutualNeighbours", "mean_cosines", "nearest_rows", "own_neighbours", "unit_floats"]

_ROWS_PER_BLOCK = 1024


def unit_floats(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows scaled to unit norm, in float32.

    Parameters
    ----------
    rows : ndarray, shape (n, size)
        The rows.

    Returns
    -------
    ndarray of float32, shape (n, size)
        The scaled rows; zero rows stay zero.
    """
    scaled = np.empty(rows.shape, dtype=np.float32)
    for first in range(0, len(rows), _ROWS_PER_BLOCK):  # unit_rows makes copies in float64
        block = slice(first, first + _ROWS_PER_BLOCK)
        with np.errstate(invalid="ignore"):  # infinite values, whose rows become NaN
            scaled[block] = unit_rows(rows[block])
    return scaled


def nearest_rows(
    queries: NDArray[np.float32], rows: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the rows with the greatest dot products with each query.

    Parameters
    ----------
    queries : ndarray of float32, shape (n, size)
        The queries.
    rows : ndarray of float32, shape (m, size)
        The rows.
    count : int
        Number of rows per query; at most all.

    Returns
    -------
    indices : ndarray of int32, shape (n, count)
        Rows in descending order of their products.
    products : ndarray of float32, shape (n, count)
        The products.
    """
    indices, products = _search(rows).nearest(queries, count)
    return indices, np.asarray(products, dtype=np.float32)


def mean_cosines(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean cosine of each row with its neighbours.

    Parameters
    ----------
    cosines : ndarray of float32, shape (n, count)
        The cosines; -inf for neighbours that are not finite, which do not count.

    Returns
    -------
    ndarray of float32, shape (n,)
        The means; -inf for rows without any finite neighbour.
    """
    finite = np.isfinite(cosines)
    if finite.all():
        return np.asarray(cosines.mean(axis=1))
    counts = finite.sum(axis=1)
    sums = np.where(finite, cosines, 0).sum(axis=1, dtype=np.float64)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)
    return means.astype(np.float32)


class MutualNeighbours(NamedTuple):
    """The nearest rows of queries, and how near the rows are to their nearest queries.

    Parameters
    ----------
    indices : ndarray of int32, shape (n, count)
        Rows in descending order of their cosines with each query.
    cosines : ndarray of float32, shape (n, count)
        These cosines.
    row_means : ndarray of float32, shape (m,)
        Mean cosine of each row with its nearest queries.
    """

    indices: NDArray[np.int32]
    cosines: NDArray[np.float32]
    row_means: NDArray[np.float32]

    @classmethod
    def of(cls, queries: NDArray[np.float32], rows: NDArray[np.float32], count: int) -> MutualNeighbours:
        """Find the nearest neighbours in both directions with one search.

        Parameters
        ----------
        queries, rows : ndarray of float32, shape (n, size) and (m, size)
            Vectors of unit norm.
        count : int
            Number of neighbours; at most all are used.

        Returns
        -------
        MutualNeighbours
            The neighbours.
        """
        cosines, of_rows, indices = _search(rows).mutual(queries, min(count, len(rows)), min(count, len(queries)))
        return cls(indices, cosines, mean_cosines(of_rows))


def _search(rows: NDArray[np.float32]) -> CosineSearch:
    ones = np.ones(len(rows), dtype=np.float32)
    return CosineSearch(rows, ones, rounded=ByteRows.of(rows, ones) if is_worth_rounding(rows) else None)


def own_neighbours(rows: NDArray[np.float32], positions: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Return the nearest other rows of some rows of unit norm.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, size)
        The rows.
    positions : ndarray of int64, shape (m,)
        The rows whose neighbours are wanted.
    count : int
        Number of neighbours; at most n - 1.

    Returns
    -------
    ndarray of int32, shape (m, min(count, n - 1))
        The neighbours in descending order of their cosines; a row is not its own neighbour.
    """
    indices, _ = nearest_rows(rows[positions], rows, min(count, len(rows) - 1) + 1)
    own = indices == positions[:, np.newaxis]
    own[~own.any(axis=1), -1] = True  # a row that found others of the same direction loses its last neighbour
    others: NDArray[np.int32] = indices[~own].reshape(len(positions), -1)
    return others
