"""The state of `KeyedVectors`: keys, vectors, row norms and attributes of keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import VocabularyError
from ..runtime.locks import fork_safe_lock
from .arrays import row_norms, unit_rows, working_dtype
from .columns import Columns
from .keys import FloatArray
from .missing_keys import MissingKeyError
from .subwords import Subwords

__all__ = ["RowNorms", "VectorTable"]


class RowNorms(NamedTuple):
    """Euclidean norms of all rows.

    Parameters
    ----------
    norms : ndarray, shape (rows,)
        The norms.
    divisors : ndarray, shape (rows,)
        What dot products are divided by to give cosines: the norm, or 1 for zero rows.
    """

    norms: FloatArray
    divisors: FloatArray

    @classmethod
    def of(cls, norms: FloatArray) -> RowNorms:
        """Return norms with their divisors.

        Parameters
        ----------
        norms : ndarray, shape (rows,)
            The norms.

        Returns
        -------
        RowNorms
            Norms and divisors.
        """
        return cls(norms, norms if np.all(norms) else np.where(norms == 0, norms.dtype.type(1), norms))


class VectorTable:
    """A matrix whose rows are found by key.

    Parameters
    ----------
    vector_size : int
        Dimensionality of the vectors (>= 1).
    count : int, default 0
        Number of rows to preallocate. Their keys are None until a vector is added.
    dtype : dtype, default float32
        Storage type: float16, float32 or float64.

    Attributes
    ----------
    index_to_key : list
        Key of each row; None for a preallocated row without a vector.
    key_to_index : dict
        Row of each key.
    next_index : int
        The preallocated row that the next vector goes to.
    expandos : dict of str to ndarray
        Attributes of keys, one column each.
    vectors_lockf : ndarray of float32, shape (1,) or (rows,)
        Factor applied to the updates of rows in training.
    subwords : Subwords or None
        N-gram vectors for words without a row (fastText).
    lifecycle_events : list of dict, or None
        See `wordkin.storage.lifecycle`.
    """

    def __init__(self, vector_size: int, count: int = 0, dtype: DTypeLike = np.float32) -> None:
        if isinstance(vector_size, bool) or not isinstance(vector_size, (int, np.integer)) or vector_size < 1:
            raise ValueError(f"vector_size must be an integer of at least 1, got {vector_size!r}")
        if not isinstance(count, (int, np.integer)) or count < 0:
            raise ValueError(f"count must be an integer of at least 0, got {count!r}")
        self.vector_size = int(vector_size)
        self.index_to_key: list[Any] = [None] * int(count)
        self.key_to_index: dict[Any, int] = {}
        self.next_index = 0
        self.expandos: Columns = {}
        self.vectors_lockf: NDArray[np.float32] = np.ones(1, dtype=np.float32)
        self.subwords: Subwords | None = None
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self._norms: RowNorms | None = None
        self._norms_lock = fork_safe_lock()
        self._reserve: NDArray[Any] | None = None  # the larger array whose first rows `vectors` views
        self.vectors = np.zeros((int(count), self.vector_size), dtype=dtype)

    @classmethod
    def from_vocabulary(
        cls, words: list[str], vectors: NDArray[Any], counts: NDArray[np.int64] | None = None
    ) -> VectorTable:
        """Return a table that uses the given list and arrays without copying them.

        Parameters
        ----------
        words : list of str
            Distinct words in row order.
        vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
            Their vectors, with any strides.
        counts : ndarray of int64, shape (len(words),), optional
            Word counts; by default, counts from len(words) down to 1 are made up.

        Returns
        -------
        VectorTable
            The table.

        Raises
        ------
        VocabularyError
            If a word is repeated, or the lengths differ.
        """
        if vectors.ndim != 2 or len(vectors) != len(words):
            raise VocabularyError(f"vectors must have one row per word ({len(words)}), got shape {vectors.shape}")
        if counts is not None and counts.shape != (len(words),):
            raise VocabularyError(f"counts must have one entry per word ({len(words)}), got shape {counts.shape}")
        table = cls(vectors.shape[1])
        table.index_to_key = words
        table.key_to_index = {word: index for index, word in enumerate(words)}
        if len(table.key_to_index) != len(words):
            repeated = len(words) - len(table.key_to_index)
            raise VocabularyError(f"words must be distinct, got {repeated} repetitions")
        table.next_index = len(words)
        table.vectors = vectors
        table.expandos["count"] = np.arange(len(words), 0, -1, dtype=np.int64) if counts is None else counts
        return table

    def __len__(self) -> int:
        return len(self.index_to_key)

    # The lock cannot be copied, and two tables must not grow into the same reserve.

    def __getstate__(self) -> dict[str, Any]:
        subwords = None if self.subwords is None else replace(self.subwords)
        return {**self.__dict__, "subwords": subwords, "_norms_lock": None, "_reserve": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._norms_lock = fork_safe_lock()

    # Vectors and their norms.

    @property
    def vectors(self) -> NDArray[Any]:
        """The matrix, shape (rows, vector_size), with any strides; assigning it discards the norms."""
        return self._vectors

    @vectors.setter
    def vectors(self, vectors: NDArray[Any]) -> None:
        if not isinstance(vectors, np.ndarray) or vectors.dtype not in (np.float16, np.float32, np.float64):
            given = vectors.dtype if isinstance(vectors, np.ndarray) else type(vectors).__name__
            raise TypeError(f"vectors must be an array of float16, float32 or float64, got {given}")
        if vectors.ndim != 2:
            raise ValueError(f"vectors must be a matrix, got {vectors.ndim} dimensions")
        self._vectors = vectors
        self._norms = None

    @property
    def norms(self) -> FloatArray | None:
        """Norms of the rows, or None if they have not been computed; assign None to discard them."""
        known = self._norms
        return None if known is None else known.norms

    @norms.setter
    def norms(self, norms: FloatArray | None) -> None:
        self._norms = None if norms is None else RowNorms.of(np.asarray(norms))

    def row_norms(self, force: bool = False) -> RowNorms:
        """Return the norms of the rows, which are computed on first use.

        Parameters
        ----------
        force : bool, default False
            Compute them again.

        Returns
        -------
        RowNorms
            Norms and divisors.
        """
        known = self._norms
        if known is None or force or len(known.norms) != len(self._vectors):
            with self._norms_lock:  # of several threads that arrive at once, one computes and the others reuse
                if self._norms is known:
                    self._norms = RowNorms.of(row_norms(self._vectors))
                known = self._norms
        return known if known is not None else self.row_norms()

    def normed_vectors(self) -> NDArray[Any]:
        """Return a new matrix of the rows scaled to unit norm.

        Returns
        -------
        ndarray, shape (rows, vector_size)
            The scaled rows, in the working dtype; zero rows stay zero.
        """
        normed = self._vectors.astype(working_dtype(self._vectors.dtype))
        normed /= self.row_norms().divisors[:, np.newaxis]
        return normed

    # Lookup.

    def index_of(self, key: Any) -> int | None:
        """Return the row of a key.

        Parameters
        ----------
        key : str or int
            A key; an integer that is not a key itself is taken for a row number.

        Returns
        -------
        int or None
            The row; None if the key has none.
        """
        index = self.key_to_index.get(key)
        if index is not None:
            return index
        if isinstance(key, (int, np.integer)) and 0 <= key < len(self.index_to_key):
            return int(key)
        return None

    def require_index(self, key: Any) -> int:
        """Return the row of a key that must have one.

        Parameters
        ----------
        key : str or int
            A key; an integer that is not a key itself is taken for a row number.

        Returns
        -------
        int
            The row.

        Raises
        ------
        MissingKeyError
            If the key has no row.
        """
        index = self.index_of(key)
        if index is None:
            raise MissingKeyError(key, self.key_to_index)
        return index

    def has_vector(self, key: object) -> bool:
        """Return whether a key has a vector.

        Parameters
        ----------
        key : object
            The key.

        Returns
        -------
        bool
            True if the key has a row, or is text and the table has n-gram vectors.
        """
        composed = self.subwords is not None and len(self.subwords.vectors) > 0 and isinstance(key, str)
        return composed or self.index_of(key) is not None

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a key: its row, or else the vector composed from its n-grams.

        Parameters
        ----------
        key : str or int
            A key; an integer that is not a key itself is taken for a row number.
        norm : bool, default False
            Scale the vector to unit norm; zero vectors stay zero.

        Returns
        -------
        ndarray, shape (vector_size,)
            The vector, read-only.

        Raises
        ------
        MissingKeyError
            If the key has no vector.
        """
        index = self.index_of(key)
        vector: NDArray[Any]
        if index is not None:
            vector = self._vectors[index]
            if norm:
                vector = vector.astype(working_dtype(vector.dtype)) / self.row_norms().divisors[index]
        elif self.subwords is not None and self.has_vector(key):
            vector = self.subwords.vector_of(key)
            if norm:
                vector = unit_rows(vector[np.newaxis])[0]
        else:
            raise MissingKeyError(key, self.key_to_index)
        vector.setflags(write=False)
        return vector

    def row_slice(self, rows: slice) -> NDArray[Any]:
        """Return the vectors of a slice of rows.

        Parameters
        ----------
        rows : slice
            The rows.

        Returns
        -------
        ndarray, shape (n, vector_size)
            Read-only view of the rows.
        """
        vectors: NDArray[Any] = self._vectors[rows]
        vectors.setflags(write=False)
        return vectors

    def column(self, name: str) -> NDArray[Any]:
        """Return the column of an attribute.

        Parameters
        ----------
        name : str
            Name of the attribute.

        Returns
        -------
        ndarray, shape (rows,)
            Its values.

        Raises
        ------
        KeyError
            If there is no such attribute; the message lists the existing ones.
        """
        if name not in self.expandos:
            known = ", ".join(sorted(self.expandos)) or "none"
            raise KeyError(f"no attribute {name!r}; existing attributes: {known}")
        return self.expandos[name]

    # Memory.

    def writeable_vectors(self) -> NDArray[Any]:
        """Return the matrix for writing.

        Returns
        -------
        ndarray, shape (rows, vector_size)
            The matrix itself.

        Raises
        ------
        ValueError
            If it is read-only (memory-mapped).
        """
        if not self._vectors.flags.writeable:
            raise ValueError("vectors must be writeable to be changed, got a read-only array: load without mmap")
        return self._vectors

    def append_rows(self, rows: NDArray[Any]) -> None:
        """Append rows to the matrix; capacity grows geometrically, so that appending n rows costs O(n).

        Parameters
        ----------
        rows : ndarray, shape (n, vector_size)
            The new rows.
        """
        count, needed = len(self._vectors), len(self._vectors) + len(rows)
        if len(rows) == 0:
            return
        reserve = self._reserve
        if reserve is None or self._vectors.base is not reserve or len(reserve) < needed:
            # The first growth of a table is often its last: spare capacity is allocated from the second on.
            capacity = needed if reserve is None else max(needed, count + count // 2 + 16)
            reserve = np.empty((capacity, self.vector_size), dtype=self._vectors.dtype)
            reserve[:count] = self._vectors
            self._reserve = reserve
        reserve[count:needed] = rows
        self._vectors = reserve[:needed]
