"""Columns of values beside the vectors, one entry for each key: counts, flags, whatever a user wants to keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "allocate", "extend", "take"]

Columns = dict[str, NDArray[Any]]


def _storage_type(given: Any) -> np.dtype[Any]:
    if given is int:
        return np.dtype(np.int64)  # also where C's long has 32 bits
    if given is str:
        return np.dtype(object)  # NumPy's own strings would cut at the length of the first
    return np.dtype(given) if given is not np.ndarray else np.dtype(object)


def allocate(columns: Columns, size: int, names: Iterable[str], types: Iterable[Any]) -> None:
    """Make every named column exist with `size` entries; new entries are zero.

    Raises
    ------
    TypeError
        If a column exists with a type that the asked one does not fit.
    """
    for name, given in zip(names, types, strict=True):
        dtype = _storage_type(given)
        column = columns.get(name)
        if column is None:
            columns[name] = np.zeros(size, dtype=dtype)
            continue
        if not np.issubdtype(dtype, column.dtype):
            raise TypeError(f"attribute {name!r} is of type {column.dtype}; a value of type {dtype} does not fit it")
        if len(column) != size:
            columns[name] = _resized(column, size)


def extend(columns: Columns, size: int) -> None:
    """Bring every column to `size` entries."""
    for name, column in columns.items():
        if len(column) != size:
            columns[name] = _resized(column, size)


def take(columns: Columns, indices: NDArray[np.int64]) -> Columns:
    """The columns with the entries at `indices`, in that order."""
    return {name: column[indices] for name, column in columns.items()}


def _resized(column: NDArray[Any], size: int) -> NDArray[Any]:
    resized = np.zeros((size, *column.shape[1:]), dtype=column.dtype)
    kept = min(size, len(column))
    resized[:kept] = column[:kept]
    return resized
