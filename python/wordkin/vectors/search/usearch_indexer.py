"""Approximate nearest neighbours: indexes for `most_similar`'s ``indexer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...runtime.compute import available_workers
from ...storage import pack_words, read_archive, unpack_words, write_archive
from ...storage.paths import AnyPath

if TYPE_CHECKING:
    from ..table import VectorTable

__all__ = ["UsearchIndexer"]

_KIND = "usearch_index"


class UsearchIndexer:
    """A graph of near neighbours (HNSW, Malkov and Yashunin, 2018) by usearch: faster than exact search, nearly right.

    The index holds a copy of the vectors as they are now.

    Parameters
    ----------
    vectors : KeyedVectors, or a model with them as ``wv``
    connectivity : int
        Edges of each node: more are slower to build and more exact.
    expansion_add, expansion_search : int
        Candidates looked at in building and in searching.
    dtype : {"f32", "f16", "i8"}
        How the index stores numbers.
    workers : int, optional
        Threads for building; by default all cores.

    Raises
    ------
    ImportError
        If usearch is not installed: ``pip install 'wordkin[index]'``.

    Examples
    --------
    >>> index = UsearchIndexer(kv)  # doctest: +SKIP
    >>> kv.most_similar("apple", topn=2, indexer=index)  # doctest: +SKIP
    [('apple', 1.0), ('pear', 0.98)]
    """

    def __init__(
        self,
        vectors: VectorTable | Any,
        connectivity: int = 16,
        expansion_add: int = 128,
        expansion_search: int = 64,
        dtype: str = "f32",
        workers: int | None = None,
    ) -> None:
        table = getattr(vectors, "wv", vectors)
        self.labels: list[Any] = list(table.index_to_key)
        self._index = _new_index(table.vector_size, connectivity, expansion_add, expansion_search, dtype)
        if self.labels:
            self._index.add(
                np.arange(len(self.labels), dtype=np.uint64),
                table.get_normed_vectors().astype(np.float32, copy=False),
                threads=available_workers() if workers is None else workers,
            )

    def most_similar(self, vector: NDArray[Any], num_neighbors: int) -> list[tuple[Any, float]]:
        """Return keys and cosines of the stored vectors near `vector` (dim,), nearest first.

        Nothing is left out: a key's own vector finds the key itself, as with gensim's indexers.
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
        """Save the index to one file."""
        words, offsets = pack_words([str(label) for label in self.labels])
        tensors: dict[str, NDArray[Any]] = {
            "index": np.frombuffer(self._index.save(), dtype=np.uint8),
            "words": words,
            "word_offsets": offsets,
        }
        write_archive(path, tensors, {"kind": _KIND})

    @classmethod
    def load(cls, path: AnyPath) -> UsearchIndexer:
        """Load an index of `save`.

        Raises
        ------
        FormatError
            If the file holds something else.
        """
        archive = read_archive(path)
        if archive.metadata.get("kind") != _KIND:
            raise FormatError(f"this file holds {archive.metadata.get('kind')!r}, not {_KIND!r}")
        indexer = cls.__new__(cls)
        indexer.labels = list(unpack_words(archive.tensors["words"], archive.tensors["word_offsets"]))
        indexer._index = _usearch().Index.restore(archive.tensors["index"].tobytes())
        return indexer


def _usearch() -> Any:
    try:
        from usearch import index
    except ImportError as error:
        raise ImportError("UsearchIndexer needs usearch: pip install 'wordkin[index]'") from error
    return index


def _new_index(vector_size: int, connectivity: int, expansion_add: int, expansion_search: int, dtype: str) -> Any:
    return _usearch().Index(
        ndim=vector_size,
        metric="cos",
        dtype=dtype,
        connectivity=connectivity,
        expansion_add=expansion_add,
        expansion_search=expansion_search,
    )
