"""Neighbours as pandas data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.containers import data_frame
from ..keys import FloatArray
from ..lookup import KeyLookup
from .neighbours import most_similar_batch
from .queries import as_items

if TYPE_CHECKING:
    import pandas

__all__ = ["batch_frame", "neighbours_frame"]


def neighbours_frame(found: list[tuple[str, float]] | FloatArray) -> pandas.DataFrame:
    """Return neighbours with the columns word and cosine; see `KeyedVectors.most_similar`."""
    if isinstance(found, np.ndarray):
        raise ValueError("topn must be a number of neighbours with as_frame=True, got None")
    return data_frame({"word": [word for word, _ in found], "cosine": np.array([cosine for _, cosine in found], float)})


def batch_frame(vectors: KeyLookup, keys_or_matrix: Any, topn: int) -> pandas.DataFrame:
    """Return the result of `most_similar_batch` as a data frame; see `KeyedVectors.most_similar_batch`."""
    table = vectors.table
    is_matrix = isinstance(keys_or_matrix, np.ndarray) and keys_or_matrix.dtype.kind == "f"
    items = keys_or_matrix if is_matrix else as_items(table, keys_or_matrix)
    indices, cosines = most_similar_batch(vectors, items, topn)
    queries = [item if not is_matrix and table.is_key(item) else number for number, item in enumerate(items)]
    count, found = indices.shape
    return data_frame(
        {
            "query": [query for query in queries[:count] for _ in range(found)],
            "rank": np.tile(np.arange(1, found + 1), count),
            "word": _words(table.index_to_key, indices),
            "cosine": cosines.ravel(),
        }
    )


def _words(keys: list[Any], indices: NDArray[np.int32]) -> list[Any]:
    return [keys[row] for row in indices.ravel().tolist()]
