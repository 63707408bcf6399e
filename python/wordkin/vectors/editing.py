"""Changes to a vector table: adding and replacing vectors, resizing, sorting, normalising, selecting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import columns
from .arrays import as_rows, as_vector, working_dtype
from .keys import KEY_TYPES, as_keys
from .lookup import KeyLookup
from .table import VectorTable

_ROWS_PER_BLOCK = 4096


def first_rows(table: VectorTable, limit: int | None, dtype: DTypeLike | None) -> VectorTable:
    """Return a new table of the first rows.

    Parameters
    ----------
    table : VectorTable
        The table.
    limit : int or None
        Maximum number of rows; None or 0 for all.
    dtype : dtype or None
        Storage type of the new table; None for that of `table`.

    Returns
    -------
    VectorTable
        Keys, vectors, attributes and n-gram vectors; arrays may be views of those of `table`.

    Raises
    ------
    ValueError
        If `limit` is negative.
    """
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be None or at least 0, got {limit}")
    count = min(limit or len(table), len(table))
    part = VectorTable(table.vector_size)
    part.index_to_key = table.index_to_key[:count]
    part.key_to_index = {key: row for row, key in enumerate(part.index_to_key) if key is not None}
    part.next_index = min(table.next_index, count)
    part.vectors = table.vectors[:count].astype(table.vectors.dtype if dtype is None else dtype, copy=False)
    part.expandos = {name: column[:count] for name, column in table.expandos.items()}
    factors = table.vectors_lockf
    part.vectors_lockf = factors[:count] if len(factors) == len(table) else factors
    part.subwords = table.subwords
    part.lifecycle_events = table.lifecycle_events
    return part


def add_vector(table: VectorTable, key: Any, vector: Any) -> int:
    """Add a vector, into the next preallocated row if there is one, and return its row; see `KeyedVectors`."""
    values = as_vector("vector", vector, table.vector_size, table.vectors.dtype)
    row = table.next_index
    if key in table.key_to_index:
        return table.key_to_index[key]
    if row >= len(table) or table.index_to_key[row] is not None:
        add_vectors(table, [key], values[np.newaxis])
        table.next_index = len(table)
        return table.key_to_index[key]
    table.writeable_vectors()[row] = values
    table.index_to_key[row] = key
    table.key_to_index[key] = row
    table.next_index = row + 1
    table.norms = None
    return row


def add_vectors(
    table: VectorTable, keys: Any, vectors: Any, extras: Mapping[str, Any] | None = None, replace: bool = False
) -> None:
    """Add vectors and attributes of several keys; see `KeyedVectors`.

    All arguments are checked before the table is changed.
    """
    names = [keys] if isinstance(keys, KEY_TYPES) else list(keys)
    rows = as_rows("weights", vectors, table.vector_size, table.vectors.dtype)
    values = {name: np.asarray(column) for name, column in (extras or {}).items()}
    for name, array in {"weights": rows, **values}.items():
        if array.ndim < 1 or len(array) != len(names):
            raise ValueError(f"{name} must have one entry per key ({len(names)}), got {len(array)}")
    for key in names:
        hash(key)  # an unhashable key raises before anything has changed
    existing, added = _positions_by_row(table, names, last_wins=replace)
    columns.allocate(table.expandos, len(table), values, [column.dtype for column in values.values()])
    table.append_rows(rows[list(added.values())])
    for position in added.values():
        table.key_to_index[names[position]] = len(table.index_to_key)
        table.index_to_key.append(names[position])
    columns.resize(table.expandos, len(table))
    if replace and existing:
        table.writeable_vectors()[list(existing)] = rows[list(existing.values())]
    written = {**existing, **added} if replace else added
    for name, column in values.items():
        for row, position in written.items():
            table.expandos[name][row] = column[position]
    table.norms = None


def _positions_by_row(
    table: VectorTable, names: Sequence[Any], *, last_wins: bool
) -> tuple[dict[int, int], dict[int, int]]:
    """Map rows to positions in `names`: one mapping for the keys that exist, one for the rows to be added."""
    existing: dict[int, int] = {}
    added: dict[int, int] = {}
    new_rows: dict[Any, int] = {}
    for position, key in enumerate(names):
        row = table.key_to_index.get(key)
        if row is not None:
            existing[row] = position
            continue
        is_repeated = key in new_rows
        row = new_rows.setdefault(key, len(table) + len(new_rows))
        if last_wins or not is_repeated:
            added[row] = position
    return existing, added


def resize_vectors(table: VectorTable, seed: int) -> None:
    """Extend or cut the matrix to one row per key in `index_to_key`; new rows are uniform in (-1, 1) / vector_size."""
    target, count = len(table.index_to_key), len(table.vectors)
    if target != count or table.vectors.shape[1] != table.vector_size:
        dtype = table.vectors.dtype
        resized: NDArray[Any] = np.empty((target, table.vector_size), dtype=dtype)
        generator = np.random.default_rng(seed)
        # Numbers are drawn for existing rows as well, so that a row's value depends only on its index and the seed.
        for first in range(0, target, _ROWS_PER_BLOCK):
            rows = resized[first : first + _ROWS_PER_BLOCK]
            rows[:] = (generator.random(rows.shape, dtype=working_dtype(dtype)) * 2.0 - 1.0) / table.vector_size
        kept, width = min(count, target), min(table.vectors.shape[1], table.vector_size)
        resized[:kept, :width] = table.vectors[:kept, :width]
        table.vectors = resized
    columns.resize(table.expandos, target)
    table.norms = None


def sort_by_count(table: VectorTable) -> None:
    """Sort keys, vectors and attributes by descending attribute ``count``; the order of equal counts is kept."""
    if not len(table):
        return
    order = np.argsort(-np.asarray(table.column("count"), dtype=np.int64), kind="stable")
    table.index_to_key = [table.index_to_key[index] for index in order]
    columns.resize(table.expandos, len(order))
    table.expandos = columns.take(table.expandos, order)
    if len(table.vectors):
        table.vectors = table.vectors[order]
    table.key_to_index = {key: index for index, key in enumerate(table.index_to_key)}


def normalise_vectors(table: VectorTable) -> None:
    """Scale all rows to unit norm in place; zero rows stay zero."""
    vectors, known = table.writeable_vectors(), table.row_norms()
    for first in range(0, len(vectors), _ROWS_PER_BLOCK):
        rows = vectors[first : first + _ROWS_PER_BLOCK]
        rows[:] = rows / known.divisors[first : first + _ROWS_PER_BLOCK, np.newaxis]
    table.norms = np.where(known.norms == 0, known.norms, np.ones_like(known.norms))


def selected(vectors: KeyLookup, keys: Iterable[Any], *, allow_inference: bool, copy_attributes: bool) -> VectorTable:
    """Return a new table with copies of the vectors of some keys; see `KeyedVectors.vectors_for_all`."""
    source = vectors.table
    known: Any = vectors if allow_inference else source.key_to_index
    chosen = [key for key in dict.fromkeys(as_keys(keys, "keys")) if key in known]
    table = VectorTable(source.vector_size, len(chosen), source.vectors.dtype)
    for key in chosen:
        add_vector(table, key, vectors.get_vector(key))
    if copy_attributes:
        has_row = [source.index_of(key) is not None for key in chosen]
        rows = [source.require_index(key) for key in compress(chosen, has_row)]
        for name, column in source.expandos.items():
            columns.allocate(table.expandos, len(table), [name], [column.dtype])
            table.expandos[name][has_row] = column[rows]
    return table
