"""Changes of keyed vectors: adding and replacing vectors, resizing, sorting, normalising, selecting.

A change is a function that returns the successor of a table; `TableStore.change` replaces the table by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .arrays import as_rows, as_vector, extended, working_dtype
from .columns import allocated, extended_columns, resized, take
from .keys import KEY_TYPES, as_keys
from .lookup import KeyLookup
from .store import RowWrite, TableStore, Unfinished, overwriting
from .table import Hold, RowNorms, VectorTable

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
    part.subwords = None if table.subwords is None else table.subwords.of_rows(slice(count), len(table))
    part.preparation = table.preparation
    part.lifecycle_events = table.lifecycle_events
    return part


def add_vector(store: TableStore, key: Any, vector: Any) -> int:
    """Add a vector, into the next preallocated row if there is one, and return its row; see `KeyedVectors`."""
    values = as_vector("vector", vector, store.newest.vector_size, store.newest.vectors.dtype)
    return store.change(_with_vector, key, values).key_to_index[key]


def _with_vector(table: VectorTable, key: Any, values: NDArray[Any]) -> VectorTable:
    if key in table.key_to_index:
        return table
    row, count = table.next_index, len(table.vectors)
    if row < count and table.index_to_key[row] is None:
        table.writeable_vectors()
        return overwriting(_with_own_keys(table), RowWrite(None, row, values), row, {key: row}, next_index=row + 1)
    added = _with_rows(table, {key: count}, values[np.newaxis])
    added.next_index = count + 1
    return added


def add_vectors(
    store: TableStore, keys: Any, vectors: Any, extras: Mapping[str, Any] | None = None, replace: bool = False
) -> None:
    """Add vectors and attributes of several keys; see `KeyedVectors`.

    All arguments are checked before the table is changed.
    """
    names = [keys] if isinstance(keys, KEY_TYPES) else list(keys)
    rows = as_rows("weights", vectors, store.table.vector_size, store.table.vectors.dtype)
    values = {name: np.asarray(column) for name, column in (extras or {}).items()}
    for name, array in {"weights": rows, **values}.items():
        if array.ndim < 1 or len(array) != len(names):
            raise ValueError(f"{name} must have one entry per key ({len(names)}), got {len(array)}")
    if len(names) == 1 and not values:
        store.change(_with_one_vector, names[0], rows, replace)
    else:
        store.change(_with_vectors, names, rows, values, replace)


def _with_one_vector(table: VectorTable, key: Any, rows: NDArray[Any], replace: bool) -> VectorTable:
    row = table.key_to_index.get(key)
    if row is None:
        return _with_rows(table, {key: len(table.vectors)}, rows)
    if not replace:
        return table
    table.writeable_vectors()
    return overwriting(table, RowWrite(None, slice(row, row + 1), rows))


def _with_vectors(
    table: VectorTable, names: list[Any], rows: NDArray[Any], values: Mapping[str, NDArray[Any]], replace: bool
) -> VectorTable:
    existing, added = _positions_by_row(table, names, last_wins=replace)
    count = len(table.vectors)
    columns = allocated(table.expandos, count, values, [column.dtype for column in values.values()])
    replaced = existing if replace else {}
    if replaced:
        table.writeable_vectors()
        columns |= {name: columns[name].copy() for name in values}
    new_keys = {names[position]: row for row, position in added.items()}
    result = _with_rows(table.successor(expandos=columns), new_keys, rows[list(added.values())])
    for name, column in values.items():
        for row, position in {**replaced, **added}.items():
            result.expandos[name][row] = column[position]
    if not replaced:
        return result
    write = RowWrite(None, np.fromiter(replaced, np.intp, len(replaced)), rows[list(replaced.values())])
    return overwriting(result, write, count, new_keys)


def _with_rows(table: VectorTable, keys: dict[Any, int], rows: NDArray[Any]) -> VectorTable:
    """Return a table with further keys and their vectors; attributes of the new keys are zero."""
    count = len(table.vectors)
    if len(table.index_to_key) != count:
        raise ValueError(
            f"index_to_key must have one key per row of vectors ({count}) before keys are added, got "
            f"{len(table.index_to_key)}; call resize_vectors() first"
        )
    if not keys:
        return table
    table = _with_own_keys(table)
    reserve = extended(table.vectors, table.reserve, len(rows))
    reserve.used[count:] = rows
    column_reserves = extended_columns(table.expandos, table.column_reserves, count + len(rows))
    return table.successor(
        vectors=reserve.used,
        known_norms=None,
        reserve=reserve,
        hold=table.hold if reserve.memory is table.vectors.base else Hold(),
        expandos={name: column.used for name, column in column_reserves.items()},
        column_reserves=column_reserves,
        unfinished=Unfinished(count, keys),
    )


def _with_own_keys(table: VectorTable) -> VectorTable:
    if not table.shares_keys:
        return table
    return table.successor(
        index_to_key=list(table.index_to_key), key_to_index=dict(table.key_to_index), shares_keys=False
    )


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
        row = new_rows.setdefault(key, len(table.vectors) + len(new_rows))
        if last_wins or not is_repeated:
            added[row] = position
    return existing, added


def set_attribute(store: TableStore, key: Any, name: str, value: Any) -> None:
    """Set an attribute of a key; see `KeyedVectors.set_vecattr`."""
    store.change(_with_attribute, key, name, value)


def _with_attribute(table: VectorTable, key: Any, name: str, value: Any) -> VectorTable:
    row = table.index_of_key(key)
    columns = allocated(table.expandos, len(table), [name], [type(value)])
    column = columns[name]
    if column is not table.expandos.get(name):
        column[row] = value
        return table.successor(expandos=columns)
    if name not in table.column_holds:  # no other table has this column
        column[row] = value
        return table
    entry = np.empty((1, *column.shape[1:]), dtype=column.dtype)
    entry[0] = value  # raises the errors of unsuitable values
    return overwriting(table, RowWrite(name, slice(row, row + 1), entry))


def allocate_attributes(store: TableStore, names: Iterable[str] | None, types: Iterable[Any] | None) -> None:
    """Create attributes, or resize the existing ones; see `KeyedVectors.allocate_vecattrs`."""
    created = None if names is None else (list(names), [] if types is None else list(types))
    store.change(_with_attributes, created)


def _with_attributes(table: VectorTable, created: tuple[list[str], list[Any]] | None) -> VectorTable:
    if created is None:
        return table.successor(expandos=resized(table.expandos, len(table)))
    return table.successor(expandos=allocated(table.expandos, len(table), *created))


def resize_vectors(store: TableStore, seed: int) -> None:
    """Extend or cut the matrix to one row per key in `index_to_key`; new rows are uniform in (-1, 1) / vector_size."""
    store.change(_resized_table, seed)


def _resized_table(table: VectorTable, seed: int) -> VectorTable:
    target, count = len(table.index_to_key), len(table.vectors)
    changes: dict[str, Any] = {"expandos": resized(table.expandos, target), "known_norms": None}
    if target != count or table.vectors.shape[1] != table.vector_size:
        dtype = table.vectors.dtype
        vectors: NDArray[Any] = np.empty((target, table.vector_size), dtype=dtype)
        generator = np.random.default_rng(seed)
        # Numbers are drawn for existing rows as well, so that a row's value depends only on its index and the seed.
        for first in range(0, target, _ROWS_PER_BLOCK):
            rows = vectors[first : first + _ROWS_PER_BLOCK]
            rows[:] = (generator.random(rows.shape, dtype=working_dtype(dtype)) * 2.0 - 1.0) / table.vector_size
        kept, width = min(count, target), min(table.vectors.shape[1], table.vector_size)
        vectors[:kept, :width] = table.vectors[:kept, :width]
        changes |= {"vectors": vectors, "hold": Hold()}
    return table.successor(**changes)


def sort_by_count(table: VectorTable) -> VectorTable:
    """Return a table sorted by descending attribute ``count``; the order of equal counts is kept."""
    if not len(table):
        return table
    order = np.argsort(-np.asarray(table.column("count"), dtype=np.int64), kind="stable")
    keys = [table.index_to_key[index] for index in order]
    changes: dict[str, Any] = {"vectors": table.vectors[order], "hold": Hold()} if len(table.vectors) else {}
    if table.subwords is not None:
        changes["subwords"] = table.subwords.of_rows(order, len(order))
    return table.successor(
        index_to_key=keys,
        key_to_index={key: index for index, key in enumerate(keys)},
        expandos=take(resized(table.expandos, len(order)), order),
        known_norms=None,
        **changes,
    )


def normalise_vectors(table: VectorTable) -> VectorTable:
    """Return a table with all rows scaled to unit norm; zero rows stay zero."""
    vectors, known = table.writeable_vectors(), table.row_norms()
    scaled = np.empty_like(vectors)
    for first in range(0, len(vectors), _ROWS_PER_BLOCK):
        rows = slice(first, first + _ROWS_PER_BLOCK)
        scaled[rows] = vectors[rows] / known.divisors[rows, np.newaxis]
    norms = np.where((known.norms > 0) & np.isfinite(known.norms), np.ones_like(known.norms), known.norms)
    return table.successor(vectors=scaled, known_norms=RowNorms.of(norms), hold=Hold())


def selected(vectors: KeyLookup, keys: Iterable[Any], *, allow_inference: bool, copy_attributes: bool) -> VectorTable:
    """Return a new table with copies of the vectors of some keys; see `KeyedVectors.vectors_for_all`."""
    source = vectors.table
    known: Any = vectors if allow_inference else source.key_to_index
    chosen = [key for key in dict.fromkeys(as_keys(keys, "keys")) if key in known]
    table = VectorTable(source.vector_size, len(chosen), source.vectors.dtype)
    table.preparation = source.preparation
    for row, key in enumerate(chosen):
        table.vectors[row] = as_vector("vector", vectors.get_vector(key), source.vector_size, source.vectors.dtype)
    table.index_to_key = chosen
    table.key_to_index = {key: row for row, key in enumerate(chosen)}
    table.next_index = len(chosen)
    table.expandos["count"] = np.arange(len(chosen), 0, -1, dtype=np.int64)  # made up, as gensim does
    if copy_attributes:
        has_row = [source.index_of(key) is not None for key in chosen]
        rows = [source.require_index(key) for key in compress(chosen, has_row)]
        for name, column in source.expandos.items():
            table.expandos = allocated(table.expandos, len(table), [name], [column.dtype])
            table.expandos[name][has_row] = column[rows]
    return table
