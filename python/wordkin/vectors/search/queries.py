"""Query vectors from keys and vectors, weighted and signed: king - man + woman."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import as_vector, unit_rows, working_dtype
from ..keys import FloatArray, KeyOrVector, as_list
from ..lookup import KeyLookup
from ..missing_keys import MissingKeyError
from ..table import VectorTable

QueryItems: TypeAlias = KeyOrVector | tuple[KeyOrVector, float] | Iterable[KeyOrVector | tuple[KeyOrVector, float]]


class Query(NamedTuple):
    """A query vector of unit norm, shape (vector_size,), and the rows of the keys it was composed from."""

    vector: FloatArray
    own_rows: list[int]


def as_items(table: VectorTable, argument: Any) -> list[Any]:
    """Return a list of items; a single key, vector or (key, weight) pair becomes a list of one."""
    if table.is_key(argument):
        return [argument]
    if isinstance(argument, tuple) and len(argument) == 2 and isinstance(argument[1], (float, np.floating)):
        return [argument]
    return as_list(argument)


def as_query_vector(table: VectorTable, vector: ArrayLike) -> FloatArray:
    """Return a vector given by the user as an array of the working dtype, shape (vector_size,)."""
    return as_vector("vector", vector, table.vector_size, working_dtype(table.vectors.dtype))


def weighted_query(vectors: KeyLookup, positive: Any, negative: Any) -> Query:
    """Return the unit mean of the positive items (weight 1) and the negative ones (weight -1).

    Items may be (item, weight) pairs, whose weight replaces the default. Keys stand for their unit vectors.

    Raises
    ------
    TypeError
        If an item is neither a key nor an array.
    KeyError
        If a key is missing.
    """
    table = vectors.table
    items: list[Any] = []
    weights: list[float] = []
    for sign, argument in ((1.0, positive), (-1.0, negative)):
        for entry in as_items(table, argument):
            is_pair = isinstance(entry, (tuple, list)) and len(entry) == 2 and not table.is_key(entry)
            item, weight = entry if is_pair else (entry, sign)
            if not isinstance(item, np.ndarray) and not table.is_key(item):
                rule = "positive and negative must contain keys, arrays or pairs of one of these and a weight"
                raise TypeError(f"{rule}, got {entry!r}")
            if isinstance(item, np.ndarray):
                require_finite(np.asarray(item, dtype=np.float64))
            require_finite(np.asarray(weight, dtype=np.float64))
            items.append(item)
            weights.append(weight)
    vector = mean_vector(vectors, items, weights, pre_normalize=True, post_normalize=True, ignore_missing=False)
    require_finite(vector)
    rows = (table.index_of(item) for item in items if not isinstance(item, np.ndarray))
    return Query(vector, [row for row in rows if row is not None])


def unit_queries(vectors: KeyLookup, items: list[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return one unit query per item, shape (n, vector_size), and the row of each item, -1 for items without a row.

    Raises
    ------
    KeyError
        If a key is missing.
    """
    table = vectors.table
    dtype = working_dtype(table.vectors.dtype)
    queries = np.empty((len(items), table.vector_size), dtype=dtype)
    own_rows = np.full(len(items), -1, dtype=np.intp)
    for position, item in enumerate(items):
        if table.is_key(item):
            if item not in vectors:
                raise MissingKeyError(item, table.key_to_index)
            queries[position] = vectors.get_vector(item, norm=True)
            row = table.index_of(item)
            own_rows[position] = -1 if row is None else row
        else:
            queries[position] = as_vector("vector", item, table.vector_size, dtype)
    require_finite(queries)
    return unit_rows(queries), own_rows


def require_finite(queries: NDArray[Any]) -> None:
    """Raise ValueError if a query has values that are not finite."""
    if not np.isfinite(queries).all():
        raise ValueError("the vectors and weights of a query must be finite, got NaN or infinite values")


def mean_vector(
    vectors: KeyLookup,
    keys: Any,
    weights: Sequence[float] | ArrayLike | None = None,
    *,
    pre_normalize: bool = True,
    post_normalize: bool = False,
    ignore_missing: bool = True,
) -> FloatArray:
    """Return the weighted mean of the vectors of `keys`; see `KeyedVectors.get_mean_vector`."""
    table = vectors.table
    items = [keys] if table.is_key(keys) else as_list(keys)
    if not items:
        raise ValueError("keys must contain at least one key or vector: cannot compute mean with no input")
    scales = np.ones(len(items)) if weights is None else np.asarray(weights, dtype=np.float64)
    if scales.shape != (len(items),):
        raise ValueError(f"weights must have one entry per key ({len(items)}), got shape {scales.shape}")
    total = np.zeros(table.vector_size)
    divisor = 0.0
    for item, scale in zip(items, scales.tolist(), strict=True):
        if isinstance(item, np.ndarray):
            vector = as_vector("keys", item, table.vector_size, np.dtype(np.float64))
        elif item in vectors:
            vector = vectors.get_vector(item, norm=pre_normalize)
        elif ignore_missing:
            continue
        else:
            raise MissingKeyError(item, table.key_to_index)
        total += scale * vector.astype(np.float64)
        divisor += abs(scale)
    mean = total / divisor if divisor > 0 else total
    if post_normalize:
        mean = unit_rows(mean[np.newaxis])[0]
    return mean.astype(working_dtype(table.vectors.dtype))
