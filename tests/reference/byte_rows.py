"""Vectors rounded to integers from -127 to 127, as the search compares them first, and their exact products."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rounded(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return x / step rounded to the nearest integer, where 127 steps are the greatest magnitude of a row."""
    greatest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    per_unit = np.float32(127) / np.where(greatest == 0, np.float32(1), greatest)
    return np.rint(rows * per_unit).astype(np.int64)


def products(vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the products of the integers of all pairs: (queries, vectors)."""
    return rounded(queries) @ rounded(vectors).T
