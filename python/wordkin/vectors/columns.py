"""Attributes of keys: one column of values per attribute, one entry per key (gensim's `expandos`).

Functions return new columns; those that exist stay as they are for their readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Reserve, extended

__all__ = ["Columns", "allocated", "extended_columns", "resized", "take"]

Columns = dict[str, NDArray[Any]]


def _storage_dtype(given: Any) -> np.dtype[Any]:
    if given is int:
        return np.dtype(np.int64)  # also on platforms where C's long has 32 bits
    if given is str:
        return np.dtype(object)  # a fixed-width string dtype would truncate values longer than the first
    return np.dtype(given) if given is not np.ndarray else np.dtype(object)


def allocated(columns: Columns, size: int, names: Iterable[str], types: Iterable[Any]) -> Columns:
    """Return columns with the named ones created if missing, and brought to `size` entries; new entries are zero.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns.
    size : int
        Number of keys.
    names : iterable of str
        Names of the columns.
    types : iterable of type or dtype
        Type of each column.

    Returns
    -------
    dict of str to ndarray
        The columns; those that need no change are the given ones.

    Raises
    ------
    TypeError
        If a column exists whose dtype cannot hold values of the requested type.
    """
    result = dict(columns)
    for name, given in zip(names, types, strict=True):
        dtype = _storage_dtype(given)
        column = result.get(name)
        if column is None:
            result[name] = np.zeros(size, dtype=dtype)
            continue
        if not np.issubdtype(dtype, column.dtype):
            raise TypeError(f"attribute {name!r} must contain values of type {column.dtype}, got {dtype}")
        if len(column) != size:
            result[name] = _resized(column, size)
    return result


def resized(columns: Columns, size: int) -> Columns:
    """Return columns of `size` entries; new entries are zero.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns.
    size : int
        Number of keys.

    Returns
    -------
    dict of str to ndarray
        The columns; those of this size are the given ones.
    """
    return {name: column if len(column) == size else _resized(column, size) for name, column in columns.items()}


def extended_columns(columns: Columns, reserves: Mapping[str, Reserve], size: int) -> dict[str, Reserve]:
    """Return columns with `size` entries that have room for more; new entries are zero.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns, of `size` entries at most.
    reserves : mapping of str to Reserve
        The result of the previous call.
    size : int
        Number of keys.

    Returns
    -------
    dict of str to Reserve
        The columns.
    """
    result: dict[str, Reserve] = {}
    for name, column in columns.items():
        kept = column[:size] if len(column) > size else column
        result[name] = extended(kept, reserves.get(name), size - len(kept))
        result[name].used[len(kept) :] = np.zeros((size - len(kept), *column.shape[1:]), dtype=column.dtype)
    return result


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
