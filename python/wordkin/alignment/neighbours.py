"""Nearest rows of unit vectors, found by the batch search in C++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..vectors.arrays import unit_rows
from ..vectors.cosine_search import CosineSearch

__all__ = ["mean_similarity", "nearest_rows", "own_neighbours", "unit_floats"]


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
    return np.ascontiguousarray(unit_rows(rows), dtype=np.float32)


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
    indices, products = CosineSearch(rows, np.ones(len(rows), dtype=np.float32)).nearest(queries, count)
    return indices, np.asarray(products, dtype=np.float32)


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


def mean_similarity(queries: NDArray[np.float32], rows: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the mean cosine of each query with its nearest rows.

    Parameters
    ----------
    queries, rows : ndarray of float32, shape (n, size) and (m, size)
        Vectors of unit norm.
    count : int
        Number of nearest rows; at most m are used.

    Returns
    -------
    ndarray of float32, shape (n,)
        The means.
    """
    _, products = nearest_rows(queries, rows, min(count, len(rows)))
    means: NDArray[np.float32] = products.mean(axis=1)
    return means
