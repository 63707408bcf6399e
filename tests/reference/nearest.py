"""Exact nearest neighbours: all cosines in float64, sorted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def cosines(vectors: NDArray[Any], divisors: NDArray[Any], queries: NDArray[Any]) -> NDArray[np.float64]:
    """Return dot products of queries (n, dim) with vectors (rows, dim), divided by divisors (rows): (n, rows)."""
    return queries.astype(np.float64) @ vectors.astype(np.float64).T / divisors.astype(np.float64)


def order(scores: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return for each row the indices of the `count` greatest scores; ties: lower index first; NaN is -inf."""
    keys = np.where(np.isnan(scores), np.inf, -scores)
    return np.argsort(keys, axis=1, kind="stable")[:, :count]
