"""Vectors by key: lookup, means, growth, and the lengths of the rows."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import columns as attributes
from .arrays import as_rows, as_vector, norms_of_rows, unit_rows, working_dtype
from .keys import KEY_TYPES, KeyTable
from .missing_keys import MissingKeyError
from .search.cosine_search import SearchedRows

__all__ = ["VectorTable", "as_list"]


class RowLengths(NamedTuple):
    """Lengths of all rows, and what a dot product with a row is divided by: 1 where the length is 0."""

    norms: NDArray[Any]
    divisors: NDArray[Any]

    @classmethod
    def from_norms(cls, norms: NDArray[Any]) -> RowLengths:
        return cls(norms, norms if np.all(norms) else np.where(norms == 0, norms.dtype.type(1), norms))


def as_list(value: Any) -> list[Any]:
    """A list of items, where a lone key or vector may stand for a list of one, and a matrix for its rows."""
    if value is None:
        return []
    if isinstance(value, KEY_TYPES) or (isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind != "U"):
        return [value]
    return list(value)


class VectorTable(KeyTable):
    """Rows of a matrix by key; the part of `KeyedVectors` that holds and changes the data."""

    def __init__(self, vector_size: int, count: int = 0, dtype: Any = np.float32, mapfile_path: Any = None) -> None:
        if isinstance(vector_size, bool) or not isinstance(vector_size, (int, np.integer)) or vector_size < 1:
            raise ValueError(f"`vector_size` must be a whole number of at least 1, got {vector_size!r}")
        if not isinstance(count, (int, np.integer)) or count < 0:
            raise ValueError(f"`count` must be a whole number of at least 0, got {count!r}")
        super().__init__(int(count))
        self.vector_size = int(vector_size)
        self.vectors_lockf: NDArray[Any] = np.ones(1, dtype=np.float32)
        self.mapfile_path = mapfile_path
        self._lengths: RowLengths | None = None
        self._lengths_lock = threading.Lock()
        self._reserve: NDArray[Any] | None = None  # what `_vectors` is the front of, with room for more rows
        self.vectors = np.zeros((int(count), self.vector_size), dtype=dtype)

    # Data as gensim names it.

    @property
    def vectors(self) -> NDArray[Any]:
        """The matrix itself, one row for each key. Set `norms` to None after writing into it."""
        return self._vectors

    @vectors.setter
    def vectors(self, vectors: NDArray[Any]) -> None:
        if not isinstance(vectors, np.ndarray) or vectors.dtype not in (np.float16, np.float32, np.float64):
            given = vectors.dtype if isinstance(vectors, np.ndarray) else type(vectors).__name__
            raise TypeError(f"`vectors` must be an array of float16, float32 or float64, got {given}")
        if vectors.ndim != 2:
            raise ValueError(f"`vectors` must be a matrix, got {vectors.ndim} dimensions")
        self._vectors = vectors
        self._lengths = None

    @property
    def norms(self) -> NDArray[Any] | None:
        """Lengths of the rows, or None while nothing has needed them. Setting None has them computed anew."""
        lengths = self._lengths
        return None if lengths is None else lengths.norms

    @norms.setter
    def norms(self, norms: NDArray[Any] | None) -> None:
        self._lengths = None if norms is None else RowLengths.from_norms(np.asarray(norms))

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of the rows, unless they are known; `force` computes them in any case."""
        self._row_lengths(force)

    def _row_lengths(self, force: bool = False) -> RowLengths:
        lengths = self._lengths
        if lengths is None or force or len(lengths.norms) != len(self._vectors):
            with self._lengths_lock:  # several threads may ask first at once: one computes, the others take its result
                if self._lengths is lengths:
                    self._lengths = RowLengths.from_norms(norms_of_rows(self._vectors))
                lengths = self._lengths
        return lengths if lengths is not None else self._row_lengths()

    def searched_rows(self, rows: slice = slice(None)) -> SearchedRows:
        """The rows, or some of them, as searches see them: not copied, each with its length."""
        return SearchedRows(self._vectors[rows], self._row_lengths().divisors[rows])

    def _renew_private_state(self) -> None:
        """Make this, a fresh shallow copy, share no lock and no room for growth with what it was copied from."""
        self._lengths_lock = threading.Lock()
        self._reserve = None

    # Lookup.

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of `key`, read-only; with `norm`, scaled to length one (zeros stay zeros).

        Raises
        ------
        KeyError
            If there is no such key.

        Examples
        --------
        >>> kv.get_vector("apple").shape
        (4,)
        """
        index = self.get_index(key)
        vector: NDArray[Any] = self._vectors[index]
        if norm:
            vector = vector.astype(working_dtype(vector.dtype)) / self._row_lengths().divisors[index]
        vector.setflags(write=False)
        return vector

    def __getitem__(self, key_or_keys: Any) -> NDArray[Any]:
        """Return the vector of a key, or a matrix of one row for each of several keys."""
        if isinstance(key_or_keys, KEY_TYPES):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def get_normed_vectors(self) -> NDArray[Any]:
        """Return a new matrix with all rows scaled to length one; rows of zeros stay zeros."""
        normed = self._vectors.astype(working_dtype(self._vectors.dtype))
        normed /= self._row_lengths().divisors[:, np.newaxis]
        return normed

    def get_mean_vector(
        self,
        keys: Any,
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[Any]:
        """Return the weighted mean of the vectors of `keys`, divided by the sum of the weights' absolute values.

        Parameters
        ----------
        keys : list of str, int or ndarray
            Keys, or vectors, which are taken as they are.
        weights : sequence of float, optional
            One for each key; 1 by default.
        pre_normalize : bool
            Scale the keys' vectors to length one first.
        post_normalize : bool
            Scale the mean to length one.
        ignore_missing : bool
            Leave out keys that are not there instead of raising KeyError.

        Raises
        ------
        ValueError
            If there are no keys, or not as many weights as keys.
        KeyError
            If a key is missing and `ignore_missing` is false.

        Examples
        --------
        >>> kv.get_mean_vector(["apple", "pear"]).shape
        (4,)
        """
        items = as_list(keys)
        if not items:
            raise ValueError("`keys` must hold at least one key or vector: cannot compute mean with no input")
        factors = np.ones(len(items)) if weights is None else np.asarray(weights, dtype=np.float64)
        if factors.shape != (len(items),):
            raise ValueError(f"`weights` must have one entry for each of {len(items)} keys, got shape {factors.shape}")
        total = np.zeros(self.vector_size)
        divisor = 0.0
        for item, factor in zip(items, factors.tolist(), strict=True):
            if isinstance(item, np.ndarray):
                vector = as_vector("keys", item, self.vector_size, np.dtype(np.float64))
            elif item in self:
                vector = self.get_vector(item, norm=pre_normalize)
            elif ignore_missing:
                continue
            else:
                raise MissingKeyError(item, self.key_to_index)
            total += factor * vector.astype(np.float64)
            divisor += abs(factor)
        mean = total / divisor if divisor > 0 else total
        if post_normalize:
            mean = unit_rows(mean[np.newaxis])[0]
        return mean.astype(working_dtype(self._vectors.dtype))

    # Growth and change.

    def add_vector(self, key: Any, vector: Any) -> int:
        """Add one key with its vector, into a slot made ahead (`count`) if one is free, and return its index.

        Room grows in steps, so that adding vectors one by one costs little. A key that exists already keeps its vector
        (``kv[key] = vector`` replaces it).

        Examples
        --------
        >>> kv.add_vector("quince", [1.0, 0.0, 0.0, 1.0])
        6
        """
        row = as_vector("vector", vector, self.vector_size, self._vectors.dtype)
        slot = self.next_index
        if key in self.key_to_index:
            return self.key_to_index[key]
        if slot >= len(self) or self.index_to_key[slot] is not None:
            self.add_vectors([key], row[np.newaxis])
            self.next_index = len(self)
            return self.key_to_index[key]
        self._writeable_vectors()[slot] = row
        self.index_to_key[slot] = key
        self.key_to_index[key] = slot
        self.next_index = slot + 1
        self._lengths = None
        return slot

    def add_vectors(
        self, keys: Any, weights: Any, extras: Mapping[str, Any] | None = None, replace: bool = False
    ) -> None:
        """Add several keys with their vectors; keys that exist keep theirs unless `replace`.

        Parameters
        ----------
        keys : list of str or int
            A key that stands in the list twice is added once: with its first vector, with `replace` its last.
        weights : array_like of shape (len(keys), vector_size)
            Converted to the stored type.
        extras : mapping of str to array, optional
            Values of attributes, one entry for each key.
        replace : bool
            Whether the vectors (and extras) of keys that exist are replaced.

        Raises
        ------
        ValueError
            If the numbers of keys, vectors and extras differ, or a vector has the wrong size.

        Examples
        --------
        >>> kv.add_vectors(["fig", "kiwi"], [[1, 0, 0, 0], [0, 1, 0, 0]])
        """
        names = [keys] if isinstance(keys, KEY_TYPES) else list(keys)
        rows = as_rows("weights", weights, self.vector_size, self._vectors.dtype)
        columns = {name: np.asarray(column) for name, column in (extras or {}).items()}
        for name, values in {"weights": rows, **columns}.items():
            if values.ndim < 1 or len(values) != len(names):
                raise ValueError(f"`{name}` must have one entry for each of {len(names)} keys, got {len(values)}")
        for key in names:
            hash(key)  # nothing has changed yet if a key cannot be one
        existing, added = self._places_by_row(names, replace)
        attributes.allocate(self.expandos, len(self), columns, [column.dtype for column in columns.values()])
        self._append_rows(rows[list(added.values())])
        self._append_keys([names[place] for place in added.values()])
        attributes.extend(self.expandos, len(self))
        if replace and existing:
            self._writeable_vectors()[list(existing)] = rows[list(existing.values())]
        written = {**existing, **added} if replace else added
        for name, column in columns.items():
            for row, place in written.items():
                self.expandos[name][row] = column[place]
        self._lengths = None

    def _places_by_row(self, names: Sequence[Any], last_wins: bool) -> tuple[dict[int, int], dict[int, int]]:
        """Row -> place in `names` of the keys that exist, and the same of the rows to be added."""
        existing: dict[int, int] = {}
        added: dict[int, int] = {}
        new_rows: dict[Any, int] = {}
        for place, key in enumerate(names):
            row = self.key_to_index.get(key)
            if row is not None:
                existing[row] = place
                continue
            known = key in new_rows
            row = new_rows.setdefault(key, len(self) + len(new_rows))
            if last_wins or not known:
                added[row] = place
        return existing, added

    def _append_keys(self, keys: Sequence[Any]) -> None:
        for key in keys:
            self.key_to_index[key] = len(self.index_to_key)
            self.index_to_key.append(key)

    def _append_rows(self, rows: NDArray[Any]) -> None:
        count, needed = len(self._vectors), len(self._vectors) + len(rows)
        if len(rows) == 0:
            return
        reserve = self._reserve
        if reserve is None or self._vectors.base is not reserve or len(reserve) < needed:
            # The first growth of a table is often its last: only from the second on is room made for more.
            capacity = needed if reserve is None else max(needed, count + count // 2 + 16)
            reserve = np.empty((capacity, self.vector_size), dtype=self._vectors.dtype)
            reserve[:count] = self._vectors
            self._reserve = reserve
        reserve[count:needed] = rows
        self._vectors = reserve[:needed]

    def _writeable_vectors(self) -> NDArray[Any]:
        if not self._vectors.flags.writeable:
            raise ValueError("`vectors` must be writeable: load them without `mmap` to change them")
        return self._vectors

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Set the vector of a key, or of each of a list of keys; keys that are not there are added."""
        self.add_vectors(keys if isinstance(keys, (list, tuple)) else [keys], weights, replace=True)

    def resize_vectors(self, seed: int = 0) -> None:
        """Make `vectors` as long as `index_to_key`; new rows are uniform in (-1, 1) / vector_size, from `seed`."""
        target, count = len(self.index_to_key), len(self._vectors)
        if target != count or self._vectors.shape[1] != self.vector_size:
            dtype = self._vectors.dtype
            resized = np.empty((target, self.vector_size), dtype=dtype)
            generator = np.random.default_rng(seed)
            for first in range(
                0, target, 4096
            ):  # rows that exist are drawn too: a row's value depends on its index only
                rows = resized[first : first + 4096]
                rows[:] = (generator.random(rows.shape, dtype=working_dtype(dtype)) * 2.0 - 1.0) / self.vector_size
            kept, columns = min(count, target), min(self._vectors.shape[1], self.vector_size)
            resized[:kept, :columns] = self._vectors[:kept, :columns]
            self._vectors = resized
        attributes.extend(self.expandos, target)
        self._lengths = None

    def sort_by_descending_frequency(self) -> None:
        """Order keys, vectors and attributes by the attribute ``count``, largest first; equal counts keep their order.

        Raises
        ------
        KeyError
            If there is no attribute ``count``.
        """
        if not len(self):
            return
        order = np.argsort(-np.asarray(self._column("count"), dtype=np.int64), kind="stable")
        self.index_to_key = [self.index_to_key[index] for index in order]
        attributes.extend(self.expandos, len(order))
        self.expandos = attributes.take(self.expandos, order)
        if len(self._vectors):
            self.vectors = self._vectors[order]
        self.key_to_index = {key: index for index, key in enumerate(self.index_to_key)}

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length one in place, for good; rows of zeros stay zeros."""
        vectors, lengths = self._writeable_vectors(), self._row_lengths()
        for first in range(0, len(vectors), 4096):
            rows = vectors[first : first + 4096]
            rows[:] = rows / lengths.divisors[first : first + 4096, np.newaxis]
        self.norms = np.where(lengths.norms == 0, lengths.norms, np.ones_like(lengths.norms))
