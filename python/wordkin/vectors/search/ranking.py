"""Rankings of keys: by distance from one key, and by distance from the mean of all."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from ..arrays import working_dtype
from ..keys import FloatArray, Key, as_keys
from ..lookup import KeyLookup
from .queries import mean_vector
from .similarity import nearer_rows, similarity

logger = logging.getLogger(__name__)

K = TypeVar("K", bound=Key)


def closer_than(vectors: KeyLookup, key: Key, other: Key) -> list[Any]:
    """Return all keys that are strictly nearer to `key` than `other` is."""
    return [vectors.table.index_to_key[row] for row in nearer_rows(vectors, key, other)]


def most_similar_to_given(vectors: KeyLookup, key: Key, candidates: Sequence[K]) -> K:
    """Return the key of a list that is most similar to `key`, the first one of equals."""
    keys: list[K] = as_keys(candidates, "keys_list")
    if not keys:
        raise ValueError("keys_list must contain at least one key, got an empty list")
    return keys[int(np.argmax([similarity(vectors, key, candidate) for candidate in keys]))]


def rank_by_centrality(vectors: KeyLookup, words: Iterable[K], use_norm: bool) -> list[tuple[float, K]]:
    """Return similarities of keys to their mean, in descending order; see `KeyedVectors.rank_by_centrality`."""
    keys = as_keys(words)
    used = [key for key in keys if key in vectors]
    if len(used) != len(keys):
        missing = sorted({str(key) for key in keys} - {str(key) for key in used})
        logger.warning("ignoring words without vectors: %s", ", ".join(missing))
    if not used:
        raise ValueError("words must contain at least one key that has a vector: cannot select from an empty list")
    rows = np.vstack([vectors.get_vector(key, norm=use_norm) for key in used]).astype(
        working_dtype(vectors.table.vectors.dtype)
    )
    return sorted(zip(_similarities_to_mean(vectors, rows).tolist(), used, strict=True), reverse=True)


def _similarities_to_mean(vectors: KeyLookup, rows: FloatArray) -> FloatArray:
    """Return products with the mean of the rows, -inf for rows that are not finite, which do not enter the mean."""
    is_finite = np.isfinite(rows)
    if is_finite.all():
        products: FloatArray = rows @ mean_vector(vectors, rows, post_normalize=True)
        return products
    finite = np.all(is_finite, axis=1)
    products = np.full(len(rows), -np.inf, dtype=rows.dtype)
    if finite.any():
        products[finite] = rows[finite] @ mean_vector(vectors, rows[finite], post_normalize=True)
    return products
