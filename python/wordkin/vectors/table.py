"""One state of `KeyedVectors`: keys, vectors, row norms and attributes of keys."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..errors import VocabularyError
from ..runtime.locks import fork_safe_lock
from ..text import PreparationOptions
from .arrays import Reserve, as_matrix, row_norms, unit_rows, working_dtype
from .byte_rows import ByteRows, is_worth_rounding, native_rows
from .columns import Columns
from .keys import KEY_TYPES, FloatArray
from .missing_keys import MissingKeyError
from .subwords import Subwords

__all__ = ["RowNorms", "VectorTable", "recomposed"]

logger = logging.getLogger(__name__)

_MIN_ROUNDED_ELEMENTS = 1 << 20  # smaller tables fit into the caches and are searched in less than 0.1 ms
_MAX_SEARCHES_BEFORE_ROUNDING = 32


class RowNorms(NamedTuple):
    """Euclidean norms of all rows.

    Parameters
    ----------
    norms : ndarray, shape (rows,)
        The norms.
    divisors : ndarray, shape (rows,)
        Values that dot products are divided by to give cosines: the norm; 1 for zero rows, NaN for rows that are not
        finite.
    not_finite : ndarray of bool, shape (rows,), or None
        Whether each row has values that are not finite; None if no row has.
    """

    norms: FloatArray
    divisors: FloatArray
    not_finite: NDArray[np.bool_] | None

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
        divisors = norms if np.all(norms) else np.where(norms == 0, norms.dtype.type(1), norms)
        not_finite = ~np.isfinite(norms)
        if not not_finite.any():
            return cls(norms, divisors, None)
        return cls(norms, np.where(not_finite, norms.dtype.type(np.nan), divisors), not_finite)


class Hold:
    """An object that all tables have in common whose rows are in the same memory: it exists while one of them does."""

    __slots__ = ("__weakref__",)


class VectorTable:
    """A matrix whose rows are found by key: one state of a `KeyedVectors` object.

    A table that other threads may read is never changed. Its successors may use the same list of keys, mapping and
    memory, and add keys and rows to them: a row of `key_to_index` beyond the end of `vectors` is that of a later state.

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
    vectors : ndarray, shape (rows, vector_size)
        The matrix, with any strides.
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
    preparation : PreparationOptions
        How the texts were prepared that the keys come from.
    lifecycle_events : list of dict, or None
        See `wordkin.storage.lifecycle`.
    shares_keys : bool
        Whether the list of keys or the mapping may belong to other objects as well, which keep them as they are.
    reserve : Reserve or None
        The memory of `vectors`, if there is room for more rows.
    column_reserves : mapping of str to Reserve
        The memory of the columns.
    hold : Hold or None
        Shared by all tables that have `vectors` in the same memory; None while training writes to them.
    column_holds : mapping of str to Hold
        The same for columns that are in tables made by `TableStore.frozen`.
    known_norms : RowNorms or None
        Norms of the rows, if they have been computed.
    byte_rows : ByteRows or None
        The rows rounded to bytes, if they have been; valid together with `known_norms`.
    uses_byte_rows : bool
        Whether searches may round the rows.
    searches_before_rounding : int
        The search for which the rows are rounded: the second one, or a later one if earlier rounded rows were lost by
        changes of the vectors.
    unfinished : callable or None
        What remains to be done before this table can be read, called with the table; see `TableStore`.
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
        self.preparation = PreparationOptions()
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self.shares_keys = False
        self.reserve: Reserve | None = None
        self.column_reserves: Mapping[str, Reserve] = {}
        self.hold: Hold | None = Hold()
        self.column_holds: Mapping[str, Hold] = {}
        self.unfinished: Callable[[VectorTable], None] | None = None
        self.known_norms: RowNorms | None = None
        self.byte_rows: ByteRows | None = None
        self.uses_byte_rows = True
        self.searches_before_rounding = 2
        self._searches = 0
        self._rounding_process: int | None = None
        self._norms_lock = fork_safe_lock()
        self.vectors: NDArray[Any] = as_matrix(np.zeros((int(count), self.vector_size), dtype=dtype))

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
        table.shares_keys = True
        table.next_index = len(words)
        table.vectors = as_matrix(vectors)
        table.expandos["count"] = np.arange(len(words), 0, -1, dtype=np.int64) if counts is None else counts
        return table

    def __len__(self) -> int:
        return len(self.index_to_key)

    @property
    def table(self) -> VectorTable:
        """This table, which answers queries like the object whose state it is."""
        return self

    def __contains__(self, key: object) -> bool:
        return self.has_vector(key)

    def keys(self) -> Iterator[Any]:
        """Return an iterator over the keys in row order, without those of preallocated rows.

        Returns
        -------
        iterator
            The keys that this table has now.
        """
        return (key for key in islice(self.index_to_key, len(self.index_to_key)) if key is not None)

    def keys_with_rows(self) -> Iterator[Any]:
        """Return an iterator over the keys that have a row in `vectors`, in row order.

        Returns
        -------
        iterator
            The keys.
        """
        return (key for key in islice(self.index_to_key, len(self.vectors)) if key is not None)

    # States that follow from this one.

    def successor(self, /, **changes: Any) -> VectorTable:
        """Return a table with the same content but for some attributes.

        Parameters
        ----------
        **changes : object
            New values of attributes. `known_norms` must be given, None for unknown, if rows change.

        Returns
        -------
        VectorTable
            The new table; everything else is shared with this one.
        """
        attributes = self.__dict__.copy()
        attributes["unfinished"] = None
        if "known_norms" in changes:
            lost = attributes["byte_rows"] is not None
            limit = attributes["searches_before_rounding"] * (2 if lost else 1)
            attributes["searches_before_rounding"] = min(limit, _MAX_SEARCHES_BEFORE_ROUNDING)
            attributes |= {"byte_rows": None, "_searches": 0}
        attributes.update(changes)
        table = VectorTable.__new__(VectorTable)
        table.__dict__ = attributes
        return table

    def __getstate__(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "preparation": self.preparation.to_metadata(),  # functions cannot always be pickled
            "reserve": None,
            "column_reserves": {},
            "hold": None,
            "column_holds": {},
            "byte_rows": None,
            "_rounding_process": None,
            "_norms_lock": None,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.preparation = PreparationOptions.from_metadata(state.get("preparation", {}))
        self.hold = Hold()
        self._norms_lock = fork_safe_lock()

    def inconsistency(self, distinct_keys: int) -> str | None:
        """Return why this table cannot be saved, or cannot have been saved like this.

        Parameters
        ----------
        distinct_keys : int
            Number of distinct keys in `index_to_key`, without None.

        Returns
        -------
        str or None
            The first problem found; None if keys, vectors and attributes fit together.
        """
        count = len(self.index_to_key)
        if distinct_keys != count - self.index_to_key.count(None):
            return "keys must be distinct, got repeated ones"
        if any(not isinstance(column, np.ndarray) or column.shape[:1] != (count,) for column in self.expandos.values()):
            return f"attributes must have one entry per key ({count})"
        if self.vectors.shape != (count, self.vector_size):
            return f"vectors must have shape {(count, self.vector_size)}, got {self.vectors.shape}"
        if self.vectors.dtype.kind != "f":
            return f"vectors must be floats, got {self.vectors.dtype}"
        factors = np.asarray(self.vectors_lockf)
        if factors.dtype.kind != "f" or factors.ndim != 1 or len(factors) == 0:
            return f"vectors_lockf must be floats of shape (1,) or (rows,), got {factors.dtype} of {factors.shape}"
        if not 0 <= self.next_index <= count:
            return f"next_index must be from 0 to {count}, got {self.next_index}"
        return None

    # Norms.

    @property
    def norms(self) -> FloatArray | None:
        """Norms of the rows, or None if they have not been computed."""
        known = self.known_norms
        return None if known is None else known.norms

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
        known = self.known_norms
        if known is None or force or len(known.norms) != len(self.vectors):
            with self._norms_lock:  # of several threads that arrive at once, one computes and the others reuse
                if self.known_norms is known:
                    self.known_norms = RowNorms.of(row_norms(self.vectors))
                known = self.known_norms
        return known if known is not None else self.row_norms()

    # Rounded rows.

    def round_rows(self) -> ByteRows | None:
        """Return the rows rounded to bytes, which are made unless they exist.

        Returns
        -------
        ByteRows or None
            The rounded rows; None if searches would not gain from them.

        Raises
        ------
        ResourceError
            If there is not enough memory.
        """
        rounded, native = self._valid_byte_rows(), native_rows(self.vectors)
        if rounded is not None or native is None or self.hold is None or not is_worth_rounding(self.vectors):
            return rounded
        divisors = self.row_norms().divisors
        with self._norms_lock:
            rounded = self._valid_byte_rows()
            if rounded is None:
                self._rounding_process = os.getpid()
                try:
                    self.byte_rows = rounded = ByteRows.of(native, divisors)
                finally:
                    self._rounding_process = None
            return rounded

    def rows_for_search(self) -> ByteRows | None:
        """Return the rows rounded to bytes for a search: those that exist, or new ones if it is the second search.

        Returns
        -------
        ByteRows or None
            The rounded rows; None if there are none, or if another thread is making them.
        """
        rounded = self._valid_byte_rows()
        if rounded is not None or not self.uses_byte_rows or self.hold is None:  # training changes the rows
            return rounded
        self._searches += 1
        if self._searches < self.searches_before_rounding or self.vectors.size < _MIN_ROUNDED_ELEMENTS:
            return None
        if self._rounding_process == os.getpid():
            return None
        try:
            return self.round_rows()
        except MemoryError as error:  # also ResourceError
            self.uses_byte_rows = False
            logger.warning("searching without 8-bit rows: %s", error)
            return None

    def _valid_byte_rows(self) -> ByteRows | None:
        rounded, known = self.byte_rows, self.known_norms
        return rounded if rounded is not None and known is not None and rounded.divisors is known.divisors else None

    def normed_vectors(self) -> NDArray[Any]:
        """Return a new matrix of the rows scaled to unit norm.

        Returns
        -------
        ndarray, shape (rows, vector_size)
            The scaled rows, in the working dtype; zero rows stay zero.
        """
        normed = self.vectors.astype(working_dtype(self.vectors.dtype))
        normed /= self.row_norms().divisors[:, np.newaxis]
        return normed

    # Lookup.

    def index_of(self, key: Any) -> int | None:
        """Return the row of a key.

        Parameters
        ----------
        key : str, int or another hashable value
            A key; an integer that is not a key itself is taken for a row number, unless the key of that row is an
            integer too.

        Returns
        -------
        int or None
            The row; None if the key has none.
        """
        index = self.key_to_index.get(key)
        if index is not None:
            return index if index < len(self.vectors) else None
        return int(key) if self._is_row_number(key, len(self.vectors)) else None

    def _is_row_number(self, key: Any, rows: int) -> bool:
        """Whether a value that is not a key is the number of a row; see `index_of`."""
        if not isinstance(key, (int, np.integer)) or not 0 <= key < rows:
            return False
        # Where keys are integers, a missing one must not stand for another one.
        return not any(isinstance(other, (int, np.integer)) for other in self.index_to_key[int(key) : int(key) + 1])

    def is_key(self, value: Any) -> bool:
        """Return whether a value given by the user is a single key rather than a collection of keys or a vector.

        Parameters
        ----------
        value : object
            The value.

        Returns
        -------
        bool
            True for text and integers, and for other values, such as tuples, that are keys of the table.
        """
        if isinstance(value, KEY_TYPES):
            return True
        try:
            return not isinstance(value, np.ndarray) and value in self.key_to_index
        except TypeError:  # not hashable
            return False

    def require_index(self, key: Any) -> int:
        """Return the row of a key that must have one.

        Parameters
        ----------
        key : str or int
            A key; integers as in `index_of`.

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

    def index_of_key(self, key: Any) -> int:
        """Return the row of a key that may have no vector yet: the user may add to `index_to_key` and `key_to_index`.

        Parameters
        ----------
        key : str or int
            A key; integers as in `index_of`.

        Returns
        -------
        int
            The row.

        Raises
        ------
        MissingKeyError
            If there is no such key.
        """
        index = self.key_to_index.get(key)
        if index is not None:
            return index
        if self._is_row_number(key, len(self.index_to_key)):
            return int(key)
        raise MissingKeyError(key, self.key_to_index)

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
        index = self.key_to_index.get(key)
        if index is not None and index < len(self.vectors):
            return True
        if self.index_of(key) is not None:
            return True
        return self.subwords is not None and len(self.subwords.vectors) > 0 and isinstance(key, str)

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a key: its row, or else the vector composed from its n-grams.

        Parameters
        ----------
        key : str or int
            A key; integers as in `index_of`.
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
        index = self.key_to_index.get(key)
        if index is None and (index := self.index_of(key)) is None:
            return self._composed_vector(key, norm)
        try:
            vector: NDArray[Any] = self.vectors[index]
        except IndexError:  # a key that a later state has added
            return self._composed_vector(key, norm)
        if norm:
            vector = vector.astype(working_dtype(vector.dtype)) / self.row_norms().divisors[index]
        vector.setflags(write=False)
        return vector

    def _composed_vector(self, key: Any, norm: bool) -> NDArray[Any]:
        if self.subwords is None or not self.has_vector(key):
            raise MissingKeyError(key, self.key_to_index)
        vector: NDArray[Any] = self.subwords.vector_of(key)
        if norm:
            vector = unit_rows(vector[np.newaxis])[0]
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
        vectors: NDArray[Any] = self.vectors[rows]
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
        if not self.vectors.flags.writeable:
            raise ValueError("vectors must be writeable to be changed, got a read-only array: load without mmap")
        return self.vectors


def recomposed(table: VectorTable) -> VectorTable:
    """Return a table whose vectors are those that its word rows and n-gram vectors give.

    Parameters
    ----------
    table : VectorTable
        A table with n-gram vectors.

    Returns
    -------
    VectorTable
        The table itself if its word rows are not kept, which have given the vectors that it has.
    """
    subwords = table.subwords
    if subwords is None or subwords.word_rows is None:
        return table
    known = len(subwords.word_rows)
    vectors = subwords.composed(table.index_to_key[:known], subwords.word_rows)
    if known < len(table.vectors):  # vectors that were added later
        vectors = np.concatenate([vectors, table.vectors[known:]])
    return table.successor(vectors=vectors, known_norms=None, hold=Hold(), reserve=None)
