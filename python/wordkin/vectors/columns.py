"""Attributes of keys: one column of values per attribute, one entry per key (gensim's `expandos`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "allocate", "resize", "take"]

Columns = dict[str, NDArray[Any]]


def _storage_dtype(given: Any) -> np.dtype[Any]:
    if given is int:
        return np.dtype(np.int64)  # also on platforms where C's long has 32 bits
    if given is str:
        return np.dtype(object)  # a fixed-width string dtype would truncate values longer than the first
    return np.dtype(given) if given is not np.ndarray else np.dtype(object)


def allocate(columns: Columns, size: int, names: Iterable[str], types: Iterable[Any]) -> None:
    """Create the named columns where missing and bring them to `size` entries; new entries are zero.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns, changed in place.
    size : int
        Number of keys.
    names : iterable of str
        Names of the columns.
    types : iterable of type or dtype
        Type of each column.

    Raises
    ------
    TypeError
        If a column exists whose dtype cannot hold values of the requested type.
    """
    for name, given in zip(names, types, strict=True):
        dtype = _storage_dtype(given)
        column = columns.get(name)
        if column is None:
            columns[name] = np.zeros(size, dtype=dtype)
            continue
        if not np.issubdtype(dtype, column.dtype):
            raise TypeError(f"attribute {name!r} must contain values of type {column.dtype}, got {dtype}")
        if len(column) != size:
            columns[name] = _resized(column, size)


def resize(columns: Columns, size: int) -> None:
    """Bring every column to `size` entries; new entries are zero.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns, changed in place.
    size : int
        Number of keys.
    """
    for name, column in columns.items():
        if len(column) != size:
            columns[name] = _resized(column, size)


def take(columns: Columns, indices: NDArray[np.intp]) -> Columns:
    """Return new columns with selected entries.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns.
    indices : ndarray of int
        Entries to select, in the order of the result.

    Returns
    -------
    dict of str to ndarray
        The new columns.
    """
    return {name: column[indices] for name, column in columns.items()}


def _resized(column: NDArray[Any], size: int) -> NDArray[Any]:
    resized = np.zeros((size, *column.shape[1:]), dtype=column.dtype)
    kept = min(size, len(column))
    resized[:kept] = column[:kept]
    return resized
