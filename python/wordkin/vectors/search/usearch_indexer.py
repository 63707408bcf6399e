"""Approximate nearest-neighbour search with usearch, for the argument `indexer` of `most_similar`."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...runtime.compute import available_workers
from ...runtime.optional_modules import import_optional
from ...storage import read_archive, write_archive
from ...storage.paths import AnyPath
from ..key_storage import pack_keys, unpack_keys
from ..keys import FloatArray
from ..lookup import KeyLookup
from ..table import VectorTable

__all__ = ["UsearchIndexer"]

_KIND = "usearch_index"


class _HasVectors(Protocol):
    @property
    def wv(self) -> KeyLookup: ...


class UsearchIndexer:
    """Approximate search in a graph of neighbours (HNSW, Malkov and Yashunin, 2018).

    Queries are faster than exact search and find almost all nearest neighbours. The index stores a copy of the
    vectors: later changes of `vectors` have no effect on it.

    Parameters
    ----------
    vectors : KeyedVectors or Word2Vec
        Vectors to index, or a model with vectors as attribute ``wv``.
    connectivity : int, default 16
        Number of edges per node; higher values improve accuracy and slow down construction.
    expansion_add : int, default 128
        Number of candidates examined when a vector is added.
    expansion_search : int, default 64
        Number of candidates examined by a query.
    dtype : {"f32", "f16", "i8"}, default "f32"
        Storage type of the index.
    workers : int, optional
        Number of threads for construction; by default the number of CPUs that this process may use.

    Raises
    ------
    ImportError
        If usearch is not installed: ``pip install 'wordkin[index]'``.

    Examples
    --------
    >>> kv = KeyedVectors(vector_size=2)  # doctest: +SKIP
    >>> kv.add_vectors(["apple", "pear", "car"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0]])  # doctest: +SKIP
    >>> index = UsearchIndexer(kv)  # doctest: +SKIP
    >>> [key for key, _ in kv.most_similar("apple", topn=2, indexer=index)]  # doctest: +SKIP
    ['apple', 'pear']
    """

    def __init__(
        self,
        vectors: KeyLookup | _HasVectors,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        dtype: str = "f32",
        workers: int | None = None,
    ) -> None:
        lookup: Any = getattr(vectors, "wv", vectors)
        table: VectorTable = lookup.table
        self.labels: list[Any] = table.index_to_key[: len(table.vectors)]
        self._index = _new_index(table.vector_size, connectivity, expansion_add, expansion_search, dtype)
        if self.labels:
            self._index.add(
                np.arange(len(self.labels), dtype=np.uint64),
                table.normed_vectors().astype(np.float32, copy=False),
                threads=available_workers() if workers is None else workers,
            )

    def most_similar(self, vector: FloatArray, num_neighbors: int) -> list[tuple[str, float]]:
        """Return the stored vectors nearest to a vector.

        No key is excluded: the vector of a key finds the key itself, as with gensim's indexers.

        Parameters
        ----------
        vector : ndarray, shape (vector_size,)
            The query.
        num_neighbors : int
            Maximum number of results.

        Returns
        -------
        list of (key, float)
            Keys and cosines, nearest first.
        """
        count = min(int(num_neighbors), len(self.labels))
        if count < 1:
            return []
        matches = self._index.search(np.ascontiguousarray(vector, dtype=np.float32), count)
        return [
            (self.labels[int(row)], 1.0 - float(distance))
            for row, distance in zip(matches.keys, matches.distances, strict=True)
        ]

    def save(self, path: AnyPath) -> None:
        """Save the index to a single file.

        Parameters
        ----------
        path : path
            File to write.
        """
        tensors: dict[str, NDArray[Any]] = {
            "index": np.frombuffer(self._index.save(), dtype=np.uint8),
            **pack_keys(self.labels),
        }
        write_archive(path, tensors, {"kind": _KIND})

    @classmethod
    def load(cls, path: AnyPath) -> UsearchIndexer:
        """Load an index written by `save`.

        Parameters
        ----------
        path : path
            File to read.

        Returns
        -------
        UsearchIndexer
            The index.

        Raises
        ------
        FormatError
            If the file holds something else.
        """
        archive = read_archive(path)
        if archive.metadata.get("kind") != _KIND:
            raise FormatError(f"{path!r}: expected a file of kind {_KIND!r}, got {archive.metadata.get('kind')!r}")
        indexer = cls.__new__(cls)
        indexer.labels = unpack_keys(archive.tensors)
        indexer._index = _usearch().Index.restore(archive.tensors["index"].tobytes())
        return indexer


def _usearch() -> Any:
    return import_optional("usearch.index", "UsearchIndexer needs", extra="index", package="usearch")


def _new_index(vector_size: int, connectivity: int, expansion_add: int, expansion_search: int, dtype: str) -> Any:
    return _usearch().Index(
        ndim=vector_size,
        metric="cos",
        dtype=dtype,
        connectivity=connectivity,
        expansion_add=expansion_add,
        expansion_search=expansion_search,
    )
