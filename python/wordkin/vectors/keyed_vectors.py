"""`KeyedVectors`, the public class for word vectors: lookup, similarity, search, evaluation and files."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NoReturn, TypeVar, cast, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..runtime.notebooks import completed_names, offered_keys
from ..runtime.options import flag_option
from ..storage.lifecycle import record_event
from ..storage.paths import AnyPath
from ..text import PreparationOptions
from ..text.preparation import checked_preparation
from . import editing
from .arrays import unit_rows
from .evaluation import gensim_reports
from .evaluation.gensim_reports import AnalogySection, Correlation
from .explorer import MAX_WORDS, ExplorerPage, build_page
from .explorer.layout import Layout, map_positions
from .explorer.plot import plot_words
from .files import GensimModel, exchange, read_gensim
from .files.archive import KEYED_VECTORS
from .files.static_embedding import load_static_embedding, save_static_embedding
from .gensim import HidesRemovedNames, RemovedName, warn_deprecated
from .keys import KEY_TYPES, FloatArray, Key, KeyOrVector, as_keys
from .lookup import KeyLookup
from .missing_keys import MissingKeyError
from .search import neighbours, queries, ranking, similarity
from .search.frames import batch_frame, neighbours_frame
from .search.neighbours import Indexer
from .search.queries import QueryItems
from .search.word_movers_distance import word_movers_distance
from .store import TableAttribute, TableStore
from .summary import vectors_html
from .table import VectorTable

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["KeyedVectors"]

Self = TypeVar("Self", bound="KeyedVectors")
K = TypeVar("K", bound=Key)
Default = TypeVar("Default")
Found = list[tuple[str, float]]
_PLOTTED_WORDS = 100  # by default


class KeyedVectors(metaclass=HidesRemovedNames):
    """Vectors of words or other keys, with lookup, similarity, nearest neighbours, evaluation and files.

    ``kv["word"]`` is a vector; `most_similar` finds neighbours and answers analogies; `similarity` compares two words;
    `explore` and `plot` show a map; `load_word2vec_format`, `load`, `save` and `save_word2vec_format` exchange files.
    Names, arguments and results are those of gensim 4's class of the same name.

    Parameters
    ----------
    vector_size : int
        Dimensionality of the vectors (>= 1).
    count : int, default 0
        Number of rows to preallocate, which `add_vector` fills.
    dtype : dtype, default float32
        Storage type: float32, float16 (half the memory; arithmetic is still done in float32) or float64.
    mapfile_path : object, optional
        Not used; accepted for compatibility with gensim.

    Attributes
    ----------
    vectors : ndarray, shape (len(self), vector_size)
        The matrix itself, one row per key. After writing into it, set `norms` to None: norms and the copy that
        `prepare_search` makes are computed again.
    index_to_key : list of str
        Keys in row order.
    key_to_index : dict of str to int
        Row of each key.
    norms : ndarray of float32 or None, shape (len(self),)
        Euclidean norms of the rows; None until they are needed.
    expandos : dict of str to ndarray
        Attributes of keys, one array per attribute; see `set_vecattr`.
    vectors_lockf : ndarray of float32, shape (1,) or (len(self),)
        Factor applied to the updates of vectors in training: 0 freezes them.
    vector_size : int
        Dimensionality of the vectors.
    next_index : int
        Row that `add_vector` fills next.
    lifecycle_events : list of dict, or None
        Events added by `add_lifecycle_event`; None disables recording.
    preparation : PreparationOptions
        How the texts were prepared that the keys come from. `save` saves it; other formats do not hold it.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> kv = KeyedVectors(vector_size=2)
    >>> kv.add_vectors(["east", "west", "north"], [[1, 0], [-1, 0], [0, 1]])
    >>> kv.most_similar("east", topn=1)
    [('north', 0.0)]
    """

    index2word = RemovedName("index2word", "use index_to_key")
    index2entity = RemovedName("index2entity", "use index_to_key")
    vocab = RemovedName("vocab", "use key_to_index, index_to_key, and get_vecattr(key, 'count') for counts")
    vectors_norm = RemovedName("vectors_norm", "use get_normed_vectors()")
    syn0 = RemovedName("syn0", "use vectors")
    syn0norm = RemovedName("syn0norm", "use get_normed_vectors()")

    # Keys in results are typed as text, by far the most common case; integers work as well.
    vectors = TableAttribute[NDArray[Any]]("vectors")
    index_to_key = TableAttribute[list[str]]("index_to_key")
    key_to_index = TableAttribute[dict[str, int]]("key_to_index")
    norms = TableAttribute[FloatArray | None]("norms")
    expandos = TableAttribute[dict[str, NDArray[Any]]]("expandos")
    vectors_lockf = TableAttribute[NDArray[np.float32]]("vectors_lockf")
    vector_size = TableAttribute[int]("vector_size")
    next_index = TableAttribute[int]("next_index")
    lifecycle_events = TableAttribute[list[dict[str, Any]] | None]("lifecycle_events")

    _files = KEYED_VECTORS
    _state: TableStore

    def __init__(
        self, vector_size: int, count: int = 0, dtype: DTypeLike = np.float32, mapfile_path: object = None
    ) -> None:
        self._state = TableStore(VectorTable(vector_size, count, dtype))
        self.mapfile_path = mapfile_path

    @property
    def preparation(self) -> PreparationOptions:
        """How the texts were prepared that the keys come from; `preparation.tokens` applies it to a text."""
        return self._state.table.preparation

    @preparation.setter
    def preparation(self, options: PreparationOptions) -> None:
        self._state.assign("preparation", checked_preparation(options))

    @classmethod
    def from_vocabulary(
        cls: type[Self], words: list[str], vectors: NDArray[Any], counts: NDArray[np.int64] | None = None
    ) -> Self:
        """Return vectors that use the given list and arrays without copying them.

        Parameters
        ----------
        words : list of str
            Distinct words in row order.
        vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
            Their vectors. Any strides are allowed, for example a view of padded rows or a read-only memory map.
        counts : ndarray of int64, shape (len(words),), optional
            Word counts, stored as attribute ``count``. By default, counts from len(words) down to 1 are made up.

        Returns
        -------
        KeyedVectors
            The vectors.

        Raises
        ------
        VocabularyError
            If a word is repeated, or the lengths differ.

        Examples
        --------
        >>> import numpy as np
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors.from_vocabulary(["a", "b"], np.eye(2, dtype=np.float32), np.array([7, 3]))
        >>> int(kv.get_vecattr("a", "count"))
        7
        """
        return cls.from_table(VectorTable.from_vocabulary(words, vectors, counts))

    @classmethod
    def from_table(cls: type[Self], table: VectorTable) -> Self:
        """Return vectors whose state is `table` itself.

        Parameters
        ----------
        table : VectorTable
            Keys, vectors and attributes.

        Returns
        -------
        KeyedVectors
            The vectors.
        """
        instance = cls(table.vector_size)
        if table.subwords is None:
            table.subwords = instance.table.subwords
        instance._state = TableStore(table)
        return instance

    @property
    def table(self) -> VectorTable:
        """The current state of this object: what searches read and files store. Other threads cannot change it."""
        return self._state.table

    @property
    def store(self) -> TableStore:
        """Holder of the current state of this object, for changes that no other method makes."""
        return self._state

    def _lookup(self) -> KeyLookup:
        """Return what answers a query: one state of this object, unless a derived class overrides the lookup."""
        own = type(self)
        is_overridden = (
            own.get_vector is not KeyedVectors.get_vector or own.__contains__ is not KeyedVectors.__contains__
        )
        return self if is_overridden else self._state.table

    # Lookup.

    def __len__(self) -> int:
        return len(self._state.table)

    def __contains__(self, key: object) -> bool:
        table = self._state.newest
        return (table if table.unfinished is None else self._state.table).has_vector(key)

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return vectors_html(type(self).__name__, self._state.table)

    def __dir__(self) -> list[str]:
        return completed_names(self, hidden=RemovedName)

    def _ipython_key_completions_(self) -> list[str]:
        return offered_keys(self._state.table.index_to_key)

    def __getitem__(self, key_or_keys: Key | slice | Iterable[Key]) -> NDArray[Any]:
        """Return the vector of a key, or a matrix with the vectors of several keys, or of a slice of rows, as rows."""
        if isinstance(key_or_keys, KEY_TYPES) or self._state.table.is_key(key_or_keys):
            return self.get_vector(cast("Key", key_or_keys))
        if isinstance(key_or_keys, slice):
            return self._state.table.row_slice(key_or_keys)
        lookup = self._lookup()
        rows = [lookup.get_vector(key) for key in as_keys(key_or_keys, "keys")]
        return np.vstack(rows) if rows else np.empty((0, self.vector_size), self.vectors.dtype)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys, as for a dictionary."""
        return self._state.table.keys()

    def keys(self) -> KeysView[str]:
        """Return the keys, so that ``dict(kv)`` maps keys to vectors.

        Returns
        -------
        KeysView
            The keys.
        """
        return self.key_to_index.copy().keys()  # a copy, because another thread may add keys

    def items(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Return an iterator over keys and vectors.

        Returns
        -------
        iterator of (str, ndarray)
            Pairs of a key and a read-only view of its row, shape (vector_size,).

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[3, 4], [0, 2]])
        >>> [(key, vector.tolist()) for key, vector in kv.items()]
        [('apple', [3.0, 4.0]), ('pear', [0.0, 2.0])]
        """
        lookup = self._lookup()
        return ((key, lookup.get_vector(key)) for key in lookup.table.keys_with_rows())

    def has_index_for(self, key: object) -> bool:
        """Return whether `key` has a row.

        Parameters
        ----------
        key : str or int
            A key, or a row number as for `get_index`.

        Returns
        -------
        bool
            True if it has a row. Vectors that are composed from n-grams do not count.
        """
        return self._state.table.index_of(key) is not None

    @overload
    def get_index(self, key: Key, default: None = None) -> int: ...
    @overload
    def get_index(self, key: Key, default: Default) -> int | Default: ...
    def get_index(self, key: Key, default: object = None) -> object:
        """Return the row of a key.

        Parameters
        ----------
        key : str or int
            A key; an integer that is not a key itself is taken for a row number, unless the key of that row is an
            integer too.
        default : object, optional
            Value to return if there is no such key.

        Returns
        -------
        int
            Row of the key, or `default`.

        Raises
        ------
        KeyError
            If there is no such key and no default. The message suggests keys of similar spelling.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=1)
        >>> kv.add_vectors(["apple", "pear"], [[1], [2]])
        >>> kv.get_index("pear"), kv.get_index("fig", -1)
        (1, -1)
        """
        try:
            return self._state.table.index_of_key(key)
        except MissingKeyError:
            if default is None:
                raise
            return default

    def get_vector(self, key: Key, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a key.

        Parameters
        ----------
        key : str or int
            A key, or a row number as for `get_index`.
        norm : bool, default False
            Scale the vector to unit norm. Zero vectors stay zero.

        Returns
        -------
        ndarray, shape (vector_size,)
            Read-only view of the row, of the storage dtype; with `norm`, a read-only new array.

        Raises
        ------
        KeyError
            If the key is missing. The message suggests keys of similar spelling.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[3, 4], [0, 2]])
        >>> kv.get_vector("pear", norm=True).tolist()
        [0.0, 1.0]
        """
        table = self._state.newest
        return (table if table.unfinished is None else self._state.table).get_vector(key, norm)

    def get_normed_vectors(self) -> NDArray[Any]:
        """Return a new matrix with all vectors scaled to unit norm.

        Returns
        -------
        ndarray, shape (len(self), vector_size)
            One row per key, of dtype float32 (float64 for vectors stored as float64). Zero rows stay zero.
        """
        return self._state.table.normed_vectors()

    def get_mean_vector(
        self,
        keys: KeyOrVector | Iterable[KeyOrVector],
        weights: ArrayLike | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> FloatArray:
        """Return the weighted mean of the vectors of several keys.

        The weighted sum is divided by the sum of the absolute values of the weights.

        Parameters
        ----------
        keys : list of str, int or ndarray
            Keys, or vectors, which are used unchanged.
        weights : array_like of float, shape (len(keys),), optional
            Weight of each key; 1 by default.
        pre_normalize : bool, default True
            Scale the vectors of keys to unit norm first.
        post_normalize : bool, default False
            Scale the mean to unit norm.
        ignore_missing : bool, default True
            Ignore missing keys instead of raising KeyError.

        Returns
        -------
        ndarray, shape (vector_size,)
            The mean, of dtype float32 (float64 for vectors stored as float64).

        Raises
        ------
        ValueError
            If there are no keys, or the number of weights differs from the number of keys.
        KeyError
            If a key is missing and `ignore_missing` is False.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[2, 0], [0, 1]])
        >>> kv.get_mean_vector(["apple", "pear"]).tolist()
        [0.5, 0.5]
        """
        return queries.mean_vector(
            self._lookup(),
            keys,
            weights,
            pre_normalize=pre_normalize,
            post_normalize=post_normalize,
            ignore_missing=ignore_missing,
        )

    def vectors_for_all(
        self, keys: Iterable[Key], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return new vectors for some keys.

        Parameters
        ----------
        keys : iterable of str or int
            The keys. Repetitions and keys without a vector are ignored.
        allow_inference : bool, default True
            Compute vectors for keys without a row where the class can (`FastTextKeyedVectors`).
        copy_vecattrs : bool, default False
            Copy attributes as well.

        Returns
        -------
        KeyedVectors
            Copies of the vectors, in the order of `keys`.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=1)
        >>> kv.add_vectors(["apple", "pear"], [[1], [2]])
        >>> kv.vectors_for_all(["pear", "apple", "pear", "fig"]).index_to_key
        ['pear', 'apple']
        """
        table = editing.selected(self._lookup(), keys, allow_inference=allow_inference, copy_attributes=copy_vecattrs)
        return KeyedVectors.from_table(table)

    def fill_norms(self, force: bool = False) -> None:
        """Compute the norms of all rows, unless they are known.

        Parameters
        ----------
        force : bool, default False
            Compute them even if they are known.
        """
        self._state.table.row_norms(force)

    def prepare_search(self, enabled: bool = True) -> None:
        """Round a copy of the vectors to 8 bits, with which searches are two to four times as fast.

        `most_similar`, `most_similar_batch`, `most_similar_cosmul`, `relative_cosine_similarity`, `closer_than` and
        `rank` compare 8-bit vectors first, and only candidates for the result in float32. Results are the same to the
        last bit. The copy takes a quarter of the memory of float32 vectors, half of that of float16 ones, and 4.5
        bytes per vector. It is made for the second search in any case, and lost when vectors change; this method makes
        it before the first one. There is none for fewer than 2,048 vectors, for float64, and during training.

        After writing into `vectors`, set `norms` to None, which also removes the copy.

        Parameters
        ----------
        enabled : bool, default True
            False removes the copy, and searches make no other one; True allows it again. Files and pickles do not hold
            this setting.

        Raises
        ------
        ResourceError
            If there is not enough memory. A search then continues without the copy.
        TypeError, ValueError
            If `enabled` is neither True nor False.

        Examples
        --------
        >>> import numpy as np
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors.from_vocabulary(
        ...     [f"w{row}" for row in range(5000)], np.random.default_rng(1).normal(size=(5000, 10)).astype("float32")
        ... )
        >>> kv.prepare_search()
        >>> kv.most_similar("w0", topn=1)[0][0]
        'w1777'
        """
        table = self._state.table
        if not flag_option("enabled", enabled):
            self._state.change(VectorTable.successor, byte_rows=None, uses_byte_rows=False)
        else:
            if not table.uses_byte_rows:
                self._state.change(VectorTable.successor, uses_byte_rows=True)
            self._state.table.round_rows()

    # Adding and changing vectors.

    def add_vector(self, key: Key, vector: ArrayLike) -> int:
        """Add a key with its vector, in the next preallocated row if there is one.

        Capacity grows geometrically, which makes adding many vectors one by one cheap. An existing key keeps its
        vector; ``kv[key] = vector`` replaces it.

        Parameters
        ----------
        key : str or int
            The key.
        vector : array_like, shape (vector_size,)
            Its vector.

        Returns
        -------
        int
            Row of the key.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vector("apple", [1.0, 0.0]), kv.add_vector("pear", [0.9, 0.1])
        (0, 1)
        """
        return editing.add_vector(self._state, key, vector)

    def add_vectors(
        self,
        keys: Key | Iterable[Key],
        weights: ArrayLike,
        extras: Mapping[str, ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add several keys with their vectors.

        Parameters
        ----------
        keys : list of str or int
            The keys. A repeated key is added once, with its first vector, or its last one if `replace` is True.
        weights : array_like, shape (len(keys), vector_size)
            Their vectors, which are converted to the storage dtype.
        extras : mapping of str to array_like, optional
            Values of attributes, one array with an entry per key for each attribute.
        replace : bool, default False
            Replace the vectors and attributes of existing keys, which otherwise stay unchanged.

        Raises
        ------
        ValueError
            If the numbers of keys, vectors and attribute values differ, or vectors have the wrong size.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["fig", "kiwi"], [[1, 0], [0, 1]], extras={"count": [5, 3]})
        >>> int(kv.get_vecattr("kiwi", "count"))
        3
        """
        editing.add_vectors(self._state, keys, weights, extras, replace)

    def __setitem__(self, keys: Key | list[Any] | tuple[Any, ...], weights: ArrayLike) -> None:
        """Set the vector of a key, or those of a list of keys; missing keys are added."""
        self.add_vectors(keys if isinstance(keys, (list, tuple)) else [keys], weights, replace=True)

    def resize_vectors(self, seed: int = 0) -> None:
        """Extend or cut the matrix to one row per key in `index_to_key`.

        Parameters
        ----------
        seed : int, default 0
            Random seed of new rows, which are uniform in (-1, 1) / vector_size. Their values depend only on their
            index and the seed.
        """
        editing.resize_vectors(self._state, seed)

    def sort_by_descending_frequency(self) -> None:
        """Sort keys, vectors and attributes by the attribute ``count``, largest first.

        Keys with equal counts keep their order.

        Raises
        ------
        KeyError
            If there is no attribute ``count``.
        """
        self._state.change(editing.sort_by_count)

    def unit_normalize_all(self) -> None:
        """Scale all vectors to unit norm; the original norms are lost. Zero vectors stay zero.

        The scaled vectors are made aside and replace the others in one step: this takes their memory twice for a while,
        and views of the previous ones stay as they are.
        """
        self._state.change(editing.normalise_vectors)

    # Attributes of keys.

    def allocate_vecattrs(self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None) -> None:
        """Create attributes, with an entry for every key; without arguments, resize the existing ones.

        Parameters
        ----------
        attrs : iterable of str, optional
            Names of the attributes.
        types : iterable of type or dtype, optional
            Type of each attribute.

        Raises
        ------
        TypeError
            If an attribute exists with another type.
        """
        editing.allocate_attributes(self._state, attrs, types)

    def set_vecattr(self, key: Key, attr: str, val: object) -> None:
        """Set an attribute of a key.

        Parameters
        ----------
        key : str or int
            The key.
        attr : str
            Name of the attribute, which is created if necessary.
        val : object
            Value; the first value of an attribute determines its type.

        Raises
        ------
        KeyError
            If the key is missing.
        TypeError
            If the value does not have the attribute's type.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=1)
        >>> kv.add_vectors(["apple", "pear"], [[1], [2]])
        >>> kv.set_vecattr("apple", "colour", "red")
        >>> kv.get_vecattr("apple", "colour")
        'red'
        """
        editing.set_attribute(self._state, key, attr, val)

    @overload
    def get_vecattr(self, key: Key, attr: Literal["count"]) -> int: ...
    @overload
    def get_vecattr(self, key: Key, attr: str) -> Any: ...
    def get_vecattr(self, key: Key, attr: str) -> Any:
        """Return an attribute of a key.

        Parameters
        ----------
        key : str or int
            The key.
        attr : str
            Name of the attribute.

        Returns
        -------
        object
            The value, of the type that the attribute was created with.

        Raises
        ------
        KeyError
            If there is no such key or no such attribute.
        """
        table = self._state.newest
        if table.unfinished is not None:
            table = self._state.table
        index = table.key_to_index.get(key)
        if index is None:
            index = table.index_of_key(key)
        column = table.column(attr)
        if index >= len(column):  # a key that another thread has added since
            raise MissingKeyError(key, table.key_to_index)
        return column[index]

    # Similarity.

    def similarity(self, w1: Key, w2: Key) -> float:
        """Return the cosine similarity of two keys.

        Parameters
        ----------
        w1, w2 : str or int
            The keys.

        Returns
        -------
        float
            The cosine, rounded to float32 (not for vectors stored as float64): exactly 1 for a key with itself, 0 if
            one of the vectors is zero.

        Raises
        ------
        KeyError
            If a key is missing.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[3, 4], [4, 3]])
        >>> round(float(kv.similarity("apple", "pear")), 6)
        0.96
        """
        return similarity.similarity(self._lookup(), w1, w2)

    def distance(self, w1: Key, w2: Key) -> float:
        """Return the cosine distance of two keys, 1 - similarity.

        Parameters
        ----------
        w1, w2 : str or int
            The keys.

        Returns
        -------
        float
            The distance: exactly 0 for a key with itself.

        Raises
        ------
        KeyError
            If a key is missing.
        """
        return similarity.distance(self._lookup(), w1, w2)

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Return the cosine similarity of the mean vectors of two sets of keys.

        Parameters
        ----------
        ws1, ws2 : list of str or int
            The keys. Missing ones are ignored.

        Returns
        -------
        float
            The cosine; for two single keys exactly their `similarity`.

        Raises
        ------
        ZeroDivisionError
            If one of the lists is empty; the error is a ValueError as well.
        """
        return similarity.n_similarity(self._lookup(), ws1, ws2)

    @staticmethod
    def cosine_similarities(vector_1: ArrayLike, vectors_all: ArrayLike) -> FloatArray:
        """Return the cosine similarities of a vector with the rows of a matrix.

        Parameters
        ----------
        vector_1 : array_like, shape (vector_size,)
            The vector.
        vectors_all : array_like, shape (n, vector_size)
            The matrix.

        Returns
        -------
        ndarray, shape (n,)
            The cosines; 0 where one of the vectors is zero.
        """
        return similarity.cosine_similarities(vector_1, vectors_all)

    def distances(self, word_or_vector: Key | ArrayLike, other_words: Sequence[Key] | None = ()) -> FloatArray:
        """Return the cosine distances of a key or vector from other keys.

        Parameters
        ----------
        word_or_vector : str, int or array_like, shape (vector_size,)
            The key or vector.
        other_words : sequence of str or int, optional
            The other keys; if empty or None, all keys in row order.

        Returns
        -------
        ndarray, shape (len(other_words),) or (len(self),)
            The distances, 1 - cosine: exactly 0 for a key with itself.

        Raises
        ------
        KeyError
            If a key is missing.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["east", "west", "north"], [[1, 0], [-1, 0], [0, 1]])
        >>> kv.distances("east", ["east", "west"]).tolist()
        [0.0, 2.0]
        """
        return similarity.distances(self._lookup(), word_or_vector, other_words)

    def closer_than(self, key1: Key, key2: Key) -> list[str]:
        """Return all keys that are strictly nearer to one key than another key is.

        Parameters
        ----------
        key1 : str or int
            The key from which distances are measured.
        key2 : str or int
            The key that marks the limit.

        Returns
        -------
        list of str
            The nearer keys, in row order.

        Raises
        ------
        KeyError
            If a key is missing.
        """
        return ranking.closer_than(self._lookup(), key1, key2)

    def rank(self, key1: Key, key2: Key) -> int:
        """Return the rank of a key among the neighbours of another, ordered by distance.

        Parameters
        ----------
        key1 : str or int
            The key whose neighbours are ranked.
        key2 : str or int
            The neighbour.

        Returns
        -------
        int
            Rank of `key2`, from 1 for the nearest neighbour; also 1 if the keys are equal.

        Raises
        ------
        KeyError
            If a key is missing.
        """
        return len(self.closer_than(key1, key2)) + 1

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[K]) -> K:
        """Return the key of a list that is most similar to a key.

        Parameters
        ----------
        key1 : str or int
            The key to compare with.
        keys_list : sequence of str or int
            The keys to choose from.

        Returns
        -------
        str or int
            The most similar key, the first one of equals.

        Raises
        ------
        KeyError
            If a key is missing.
        ValueError
            If the list is empty.
        """
        return ranking.most_similar_to_given(self._lookup(), key1, keys_list)

    def rank_by_centrality(self, words: Iterable[K], use_norm: bool = True) -> list[tuple[float, K]]:
        """Rank keys by their similarity to the mean of all.

        Parameters
        ----------
        words : list of str or int
            The keys. Missing ones are ignored, with a log message.
        use_norm : bool, default True
            Scale vectors to unit norm before the mean is computed.

        Returns
        -------
        list of (float, key)
            Similarities and keys, most central first.

        Raises
        ------
        ValueError
            If none of the keys has a vector.
        """
        return ranking.rank_by_centrality(self._lookup(), words, use_norm)

    def doesnt_match(self, words: Iterable[K]) -> K:
        """Return the key that is least similar to the mean of all.

        Parameters
        ----------
        words : list of str or int
            The keys. Missing ones are ignored, with a log message.

        Returns
        -------
        str or int
            The key that matches the others least.

        Raises
        ------
        ValueError
            If none of the keys has a vector.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear", "car"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0]])
        >>> kv.doesnt_match(["apple", "pear", "car"])
        'car'
        """
        return self.rank_by_centrality(words)[-1][1]

    def wmdistance(self, document1: Sequence[str], document2: Sequence[str], norm: bool = True) -> float:
        """Return the Word Mover's Distance of two tokenised texts (Kusner et al., 2015).

        Parameters
        ----------
        document1, document2 : list of str
            Tokens of the texts. Tokens without vectors are ignored.
        norm : bool, default True
            Scale vectors to unit norm first.

        Returns
        -------
        float
            The distance; inf if a text has no known token.

        Raises
        ------
        ImportError
            If POT is not installed: ``pip install 'wordkin[wmd]'``.
        """
        return word_movers_distance(self._lookup(), document1, document2, norm)

    # Nearest neighbours.

    @overload
    def most_similar(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        *,
        as_frame: Literal[False] = False,
    ) -> Found: ...
    @overload
    def most_similar(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        *,
        topn: None,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        as_frame: Literal[False] = False,
    ) -> FloatArray: ...
    @overload
    def most_similar(
        self,
        positive: QueryItems | None,
        negative: QueryItems | None,
        topn: None,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        *,
        as_frame: Literal[False] = False,
    ) -> FloatArray: ...
    @overload
    def most_similar(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        *,
        as_frame: Literal[False] = False,
    ) -> Found | FloatArray: ...
    @overload
    def most_similar(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        *,
        as_frame: Literal[True],
    ) -> pandas.DataFrame: ...
    def most_similar(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
        *,
        as_frame: bool = False,
    ) -> Found | FloatArray | pandas.DataFrame:
        """Return the keys nearest to the mean of the positive items minus the negative ones, by cosine.

        Parameters
        ----------
        positive, negative : key, vector, (key, weight), (vector, weight), or a list of those
            Keys stand for their vectors scaled to unit norm; vectors are used unchanged. A weight given with an item
            replaces the default, 1 or, for negative items, -1.
        topn : int or None, default 10
            Number of neighbours; None returns the cosines of all rows.
        clip_start : int, default 0
            First row to search.
        clip_end : int, optional
            Row at which the search ends (exclusive); all rows by default.
        restrict_vocab : int, optional
            Search only the first `restrict_vocab` rows; overrides `clip_start` and `clip_end`.
        indexer : object with a method ``most_similar(vector, topn)``, optional
            Index to search instead, such as `wordkin.vectors.UsearchIndexer`.
        as_frame : bool, default False
            Return a pandas data frame with the columns word and cosine, which notebooks show as a table.

        Returns
        -------
        list of (key, float), ndarray, or DataFrame
            Keys and cosines, nearest first, without the keys of the query; of equal cosines, the lower row comes
            first. Empty for `topn` below 1. For ``topn=None`` an array with the cosines of all rows searched. A zero
            vector has cosine 0 with every vector.

        Raises
        ------
        KeyError
            If a key is missing.
        TypeError
            If an item is neither a key nor an array.
        ValueError
            If there are no items.
        ImportError
            If a data frame is requested and pandas is not installed.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["man", "woman", "king", "queen"], [[1, 0], [1, 1], [2, 0.1], [2, 1.1]])
        >>> [key for key, cosine in kv.most_similar(positive=["king", "woman"], negative=["man"], topn=1)]
        ['queen']
        """
        found = neighbours.most_similar(
            self._lookup(), positive, negative, topn, clip_start, clip_end, restrict_vocab, indexer
        )
        return neighbours_frame(found) if as_frame else found

    @overload
    def similar_by_key(self, key: Key, topn: int = 10, restrict_vocab: int | None = None) -> Found: ...
    @overload
    def similar_by_key(self, key: Key, topn: None, restrict_vocab: int | None = None) -> FloatArray: ...
    @overload
    def similar_by_key(
        self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | FloatArray: ...
    def similar_by_key(self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None) -> Found | FloatArray:
        """Return the nearest neighbours of a key.

        Parameters
        ----------
        key : str or int
            The key.
        topn : int or None, default 10
            Number of neighbours; None returns the cosines of all rows.
        restrict_vocab : int, optional
            Search only the first `restrict_vocab` rows.

        Returns
        -------
        list of (key, float), or ndarray
            As `most_similar`.

        Raises
        ------
        KeyError
            If the key is missing.
        """
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def similar_by_word(self, word: Key, topn: int = 10, restrict_vocab: int | None = None) -> Found: ...
    @overload
    def similar_by_word(self, word: Key, topn: None, restrict_vocab: int | None = None) -> FloatArray: ...
    @overload
    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | FloatArray: ...
    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | FloatArray:
        """Return the nearest neighbours of a word; the same as `similar_by_key`.

        Parameters
        ----------
        word : str or int
            The word.
        topn : int or None, default 10
            Number of neighbours; None returns the cosines of all rows.
        restrict_vocab : int, optional
            Search only the first `restrict_vocab` rows.

        Returns
        -------
        list of (key, float), or ndarray
            As `most_similar`.

        Raises
        ------
        KeyError
            If the word is missing.
        """
        return self.similar_by_key(word, topn, restrict_vocab)

    @overload
    def similar_by_vector(self, vector: ArrayLike, topn: int = 10, restrict_vocab: int | None = None) -> Found: ...
    @overload
    def similar_by_vector(self, vector: ArrayLike, topn: None, restrict_vocab: int | None = None) -> FloatArray: ...
    @overload
    def similar_by_vector(
        self, vector: ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | FloatArray: ...
    def similar_by_vector(
        self, vector: ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | FloatArray:
        """Return the nearest neighbours of a vector.

        Parameters
        ----------
        vector : array_like, shape (vector_size,)
            The vector.
        topn : int or None, default 10
            Number of neighbours; None returns the cosines of all rows.
        restrict_vocab : int, optional
            Search only the first `restrict_vocab` rows.

        Returns
        -------
        list of (key, float), or ndarray
            As `most_similar`.
        """
        row = queries.as_query_vector(self._state.table, vector)
        return self.most_similar(positive=[row], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def most_similar_cosmul(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int = 10,
        restrict_vocab: int | None = None,
    ) -> Found: ...
    @overload
    def most_similar_cosmul(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        *,
        topn: None,
        restrict_vocab: int | None = None,
    ) -> FloatArray: ...
    @overload
    def most_similar_cosmul(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Found | FloatArray: ...
    def most_similar_cosmul(
        self,
        positive: QueryItems | None = None,
        negative: QueryItems | None = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Found | FloatArray:
        """Return the keys with the greatest product of similarities: 3CosMul of Levy and Goldberg (2014).

        The score of a key is the product of (1 + cos) / 2 with every positive item, divided by the product of the
        same with every negative item plus 1e-6.

        Parameters
        ----------
        positive, negative : key, vector, or a list of those
            Items, all scaled to unit norm.
        topn : int or None, default 10
            Number of keys; None returns the scores of all rows.
        restrict_vocab : int, optional
            Search only the first `restrict_vocab` rows.

        Returns
        -------
        list of (key, float), or ndarray
            Keys and scores, as `most_similar`.

        Raises
        ------
        KeyError
            If a key is missing.
        ValueError
            If there are no positive items.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["man", "woman", "king", "queen"], [[1, 0], [1, 1], [2, 0.1], [2, 1.1]])
        >>> [key for key, score in kv.most_similar_cosmul(["king", "woman"], ["man"], topn=1)]
        ['queen']
        """
        return neighbours.most_similar_cosmul(self._lookup(), positive, negative, topn, restrict_vocab)

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """Return the similarity of two keys relative to the neighbours of the first one.

        The similarity is divided by the sum of the similarities of the `topn` nearest neighbours of `wa`. With
        ``topn=10``, values above 0.10 indicate that the keys are more similar than arbitrary pairs (Leeuwenberg et
        al., 2016).

        Parameters
        ----------
        wa : str or int
            The key whose neighbours are summed.
        wb : str or int
            The other key.
        topn : int, default 10
            Number of neighbours (>= 1).

        Returns
        -------
        float
            The relative similarity.

        Raises
        ------
        KeyError
            If a key is missing.
        ValueError
            If there are no neighbours.
        """
        lookup = self._lookup()
        nearest = neighbours.most_similar(lookup, [wa], None, topn, 0, None, None, None)
        if len(nearest) == 0:
            raise ValueError(f"topn must leave at least one neighbour, got {topn}")
        return similarity.similarity(lookup, wa, wb) / sum(cosine for _, cosine in nearest)

    @overload
    def most_similar_batch(
        self, keys_or_matrix: QueryItems, topn: int = 10, *, as_frame: Literal[False] = False
    ) -> tuple[NDArray[np.int32], FloatArray]: ...
    @overload
    def most_similar_batch(
        self, keys_or_matrix: QueryItems, topn: int = 10, *, as_frame: Literal[True]
    ) -> pandas.DataFrame: ...
    def most_similar_batch(
        self, keys_or_matrix: QueryItems, topn: int = 10, *, as_frame: bool = False
    ) -> tuple[NDArray[np.int32], FloatArray] | pandas.DataFrame:
        """Return the nearest rows of many queries in one pass.

        Parameters
        ----------
        keys_or_matrix : list of keys and vectors, or array_like, shape (n, vector_size)
            The queries. A key is excluded from its own neighbours, as in `most_similar`; a vector excludes nothing.
        topn : int, default 10
            Number of neighbours per query.
        as_frame : bool, default False
            Return a pandas data frame instead, with a row per neighbour and the columns query (the key, or the
            position of a query that is a vector), rank, word and cosine.

        Returns
        -------
        indices : ndarray of int32, shape (n, topn)
            Rows, nearest first, of equal cosines the lower one; ``kv.index_to_key[i]`` is the key of row i. There are
            fewer columns if there are fewer rows.
        cosines : ndarray of float32, shape (n, topn)
            Their cosines; float64 for vectors stored as float64. They equal those of `most_similar`, regardless of
            the other queries and the number of threads.

        Raises
        ------
        KeyError
            If a key is missing.
        TypeError
            If `topn` is not an integer.
        ValueError
            If vectors have the wrong size.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear", "car", "bus"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0], [0.1, 0.9]])
        >>> indices, cosines = kv.most_similar_batch(["apple", "car"], topn=1)
        >>> [kv.index_to_key[index] for index in indices[:, 0]]
        ['pear', 'bus']
        """
        search = batch_frame if as_frame else neighbours.most_similar_batch
        return search(self._lookup(), keys_or_matrix, topn)

    # Pictures.

    def explore(
        self,
        path: AnyPath | None = None,
        *,
        other: KeyedVectors | None = None,
        max_words: int = 20_000,
        layout: Layout = "pca",
        title: str = "Word vectors",
        seed: int = 1,
    ) -> ExplorerPage:
        """Return a self-contained HTML page with a map of the words, search, neighbours and analogies.

        The page works without a server or a network connection. It finds neighbours exactly, from vectors rounded to
        16 or, for many words, 8 bits.

        Parameters
        ----------
        path : path or None, default None
            File to write, usually with the suffix ``.html``. In Jupyter, the result is shown if it is the value of a
            cell.
        other : KeyedVectors or None, default None
            Vectors of the same space to compare with, for example of another period; see `wordkin.align`. The page
            shows both lists of neighbours, and colours words by how much they have changed.
        max_words : int, default 20000
            Number of words on the page, from 1 to 50,000: the first, most frequent ones. The page says how many there
            are.
        layout : {"pca", "umap", "tsne"}, default "pca"
            How the map is computed: principal components, UMAP (needs the package umap-learn) or t-SNE (needs
            openTSNE).
        title : str, default "Word vectors"
            Heading of the page.
        seed : int, default 1
            Random seed of the layout and of the clusters.

        Returns
        -------
        ExplorerPage
            The page, with its source as attribute ``html`` and a method ``save``.

        Raises
        ------
        VocabularyError
            If there are no vectors.
        ValueError
            If an argument is out of range, a vector is not finite, or `other` has another `vector_size`.
        ImportError
            If the package that a layout needs is not installed.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear", "car"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0]])
        >>> kv.explore(title="Things")  # doctest: +ELLIPSIS
        <ExplorerPage of 3 of 3 words, ... MB>
        """
        page = build_page(
            self.table,
            other.table if isinstance(other, KeyedVectors) else other,
            max_words=max_words,
            layout=layout,
            title=title,
            seed=seed,
        )
        if path is not None:
            page.save(path)
        return page

    def plot(
        self,
        words: Iterable[Key] | None = None,
        *,
        layout: Layout = "pca",
        seed: int = 1,
        ax: Axes | None = None,
    ) -> Figure:
        """Draw words as points in two dimensions, with matplotlib.

        Parameters
        ----------
        words : iterable of str or None, default None
            The words; None for the first 100, most frequent ones. Of more than 50,000, the first are drawn, and of more
            than 300, those of the first 300 are labelled that have space, as the title then says.
        layout : {"pca", "umap", "tsne"}, default "pca"
            How the positions are computed; see `explore`.
        seed : int, default 1
            Random seed of the layout.
        ax : matplotlib Axes or None, default None
            Where to draw; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        KeyError
            If a word has no vector.
        ValueError
            If there are no words, or a vector is not finite.
        ImportError
            If matplotlib, or the package that the layout needs, is not installed.

        Examples
        --------
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear", "car"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0]])
        >>> figure = kv.plot(["apple", "car"])
        >>> figure.savefig("words.png")  # doctest: +SKIP
        """
        given = list(islice(self._state.table.keys_with_rows(), _PLOTTED_WORDS)) if words is None else as_keys(words)
        if not given:
            raise ValueError("words must contain at least one key, got none")
        keys = given[:MAX_WORDS]
        rows = np.array([self.get_vector(key) for key in keys], dtype=np.float32)
        if not np.isfinite(rows).all():
            raise ValueError("the vectors of words must be finite, got NaN or infinite values")
        positions = map_positions(unit_rows(rows), layout, seed)
        return plot_words([str(key) for key in keys], positions, len(given), ax)

    # Evaluation.

    def evaluate_word_analogies(
        self,
        analogies: AnyPath,
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[AnalogySection]]:
        """Answer the analogy questions of a file and return the accuracy.

        `wordkin.vectors.evaluation.evaluate_analogies` returns the same with confidence intervals, and for
        comparisons of models.

        Parameters
        ----------
        analogies : path
            File with four words per line, possibly in sections that start with ``: name``, or files of BATS; see
            `wordkin.vectors.evaluation.read_analogies`.
        restrict_vocab : int or None, default 300_000
            Number of keys to use for questions and answers, counted from the start; all if None.
        case_insensitive : bool, default True
            Whether words that differ only in case are the same word; the first (most frequent) one is used.
        dummy4unknown : bool, default False
            Count questions with unknown words as incorrect instead of ignoring them.
        similarity_function : {"most_similar", "most_similar_cosmul"}, default "most_similar"
            How questions are answered: by 3CosAdd or 3CosMul.

        Returns
        -------
        score : float
            Fraction of correct answers.
        sections : list of dict
            For each section ``section`` (its name), ``correct`` and ``incorrect`` (lists of four words); the last one
            is "Total accuracy".

        Raises
        ------
        FormatError
            If the file has no questions.
        ValueError
            If `similarity_function` is unknown.
        """
        return gensim_reports.word_analogies(
            self,
            analogies,
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
            similarity_function=similarity_function,
        )

    def evaluate_word_pairs(
        self,
        pairs: AnyPath,
        delimiter: str | None = None,
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Correlation, Correlation, float]:
        """Correlate the similarities of word pairs with the ratings in a file.

        `wordkin.vectors.evaluation.evaluate_pairs` returns the same with confidence intervals, and without SciPy.

        Parameters
        ----------
        pairs : path
            File with two words and a number per line, and possibly further columns and a heading; see
            `wordkin.vectors.evaluation.read_word_pairs`.
        delimiter : str or None, optional
            Separator of the fields; recognised by default (tabs, semicolons, commas or whitespace).
        encoding : str, default "utf8"
            Encoding of the file.
        restrict_vocab : int or None, default 300_000
            Number of keys to use, counted from the start; all if None.
        case_insensitive : bool, default True
            Whether words that differ only in case are the same word; the first (most frequent) one is used.
        dummy4unknown : bool, default False
            Give pairs with unknown words similarity 0 instead of ignoring them.

        Returns
        -------
        pearson, spearman : SciPy results
            Correlation coefficient and two-sided p-value.
        oov_ratio : float
            Percentage of pairs with unknown words.

        Raises
        ------
        ImportError
            If SciPy is not installed: ``pip install 'wordkin[evaluation]'``.
        ValueError
            If there are no pairs in the file (FormatError), or none whose words are known.
        """
        return gensim_reports.word_pairs(
            self,
            pairs,
            delimiter=delimiter,
            encoding=encoding,
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )

    @staticmethod
    def log_accuracy(section: AnalogySection) -> None:
        """Log the accuracy of a section of `evaluate_word_analogies`.

        Parameters
        ----------
        section : dict
            One of the returned sections.
        """
        gensim_reports.log_section(section)

    @staticmethod
    def log_evaluate_word_pairs(pearson: Correlation, spearman: Correlation, oov: float, pairs: AnyPath) -> None:
        """Log the result of `evaluate_word_pairs`.

        Parameters
        ----------
        pearson, spearman : SciPy results
            The returned correlations.
        oov : float
            Percentage of pairs with unknown words.
        pairs : path
            The file with the pairs.
        """
        gensim_reports.log_word_pairs(pearson, spearman, oov, pairs)

    # Files.

    def save(self, fname: AnyPath | BinaryIO, *args: object, **kwargs: object) -> None:
        """Save everything to a single safetensors file.

        An existing file is replaced only after the new one is complete.

        Parameters
        ----------
        fname : path or binary file
            Path to write, or an open file, which gets the same bytes.
        *args, **kwargs : object
            Ignored; gensim's options for separate files and pickle.

        Raises
        ------
        TypeError
            If a key or attribute has a type that cannot be saved; nothing is written in this case.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[1, 0], [0, 1]])
        >>> path = Path(tempfile.mkdtemp()) / "vectors.safetensors"
        >>> kv.save(path)
        >>> KeyedVectors.load(path)["pear"].tolist()
        [0.0, 1.0]
        """
        self._files.save(self._state.frozen(), fname)

    @classmethod
    def load(cls: type[Self], fname: AnyPath, mmap: str | bool | None = None) -> Self:
        """Load vectors written by `save`.

        Parameters
        ----------
        fname : path
            File to read.
        mmap : "r" or True, optional
            Map the file into memory instead of reading it: loading is immediate, memory is shared between processes,
            and the vectors are read-only.

        Returns
        -------
        KeyedVectors
            The vectors.

        Raises
        ------
        FormatError
            If the file holds something else. Pickle files are refused.
        """
        return cls.from_table(cls._files.load(fname, mmap=bool(mmap)))

    def save_pretrained(self, folder: AnyPath, *, lowercase: bool | None = None) -> None:
        """Write the vectors into a folder that sentence-transformers loads, too.

        There, ``SentenceTransformer(folder).encode(text)`` is the mean of the vectors of the words of a text; unknown
        words count as zero vectors, which does not change cosines.

        Parameters
        ----------
        folder : path
            The folder, which is created if it does not exist.
        lowercase : bool or None, default None
            Whether sentence-transformers converts texts to lower case, for vectors of lower-case words; None if
            `preparation` does. It applies the Unicode form and the tokenizer of `preparation`, too, unless this is a
            function, which is logged.

        Raises
        ------
        ValueError
            If there are no vectors, or a key is not text.
        OSError
            If a file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> from wordkin import KeyedVectors
        >>> kv = KeyedVectors(vector_size=2)
        >>> kv.add_vectors(["apple", "pear"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     kv.save_pretrained(folder)
        ...     KeyedVectors.from_pretrained(folder)["pear"].tolist()
        [0.0, 1.0]
        """
        save_static_embedding(self._state.frozen(), folder, lowercase=lowercase)

    @classmethod
    def from_pretrained(cls: type[Self], folder: AnyPath) -> Self:
        """Load vectors that `save_pretrained` wrote.

        Parameters
        ----------
        folder : path
            The folder.

        Returns
        -------
        KeyedVectors
            The vectors, in float32.

        Raises
        ------
        FormatError
            If the folder holds something else, or is damaged.
        OSError
            If a file cannot be read.
        """
        return cls.from_table(load_static_embedding(folder))

    @classmethod
    def from_gensim(cls: type[Self], source: AnyPath | GensimModel) -> Self:
        """Load the vectors of an object that gensim saved, without executing any pickled code.

        Parameters
        ----------
        source : path or GensimModel
            The file of ``save`` of a KeyedVectors, Word2Vec, FastText or Doc2Vec object of gensim 0.12 to 4, with its
            array files in the same folder.

        Returns
        -------
        KeyedVectors
            The word vectors with their counts. `FastTextKeyedVectors.from_gensim` returns n-gram vectors as well.

        Raises
        ------
        FormatError
            If the file holds something else, or is damaged.
        """
        saved = source if isinstance(source, GensimModel) else read_gensim(source)
        table = exchange.table_of_gensim(saved)
        if cls is KeyedVectors:
            table.subwords = None
        return cls.from_table(table)

    @classmethod
    def load_word2vec_format(
        cls: type[Self],
        fname: AnyPath,
        fvocab: AnyPath | None = None,
        binary: bool | None = None,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: DTypeLike = np.float32,
        no_header: bool | None = None,
        allow_nonfinite: bool = False,
        on_duplicate: str = "first",
        on_bad_rows: str = "error",
    ) -> Self:
        """Load a file in the format of word2vec, GloVe or fastText (``.vec``), compressed or not.

        Parameters
        ----------
        fname : path
            File to read.
        fvocab : path, optional
            Vocabulary file with a word and its count per line. Without one, counts from the number of words down to 1
            are made up.
        binary : bool, optional
            Whether the file is binary; detected from the content by default.
        encoding : str, default "utf8"
            Encoding of the words.
        unicode_errors : {"strict", "ignore", "replace"}, default "strict"
            How to handle words that cannot be decoded. The original C tool may truncate words within a character.
        limit : int, optional
            Maximum number of vectors to read. Of a file that was cut off, the first vectors can be read like this.
        datatype : dtype, default float32
            Storage type: float16, float32 or float64.
        no_header : bool, optional
            Whether the first line is a vector already, as in GloVe files; detected from the content by default.
        allow_nonfinite : bool, default False
            Accept NaN and infinite values, with a warning, instead of raising FormatError.
        on_duplicate : {"first", "last", "error"}, default "first"
            Which vector a repeated word gets.
        on_bad_rows : {"error", "skip"}, default "error"
            Whether to raise FormatError for a row of a text file that cannot be read, or to leave it out; a warning
            then gives the number of such rows.

        Returns
        -------
        KeyedVectors
            The vectors.

        Raises
        ------
        FormatError
            If the file has another format, or is damaged.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from wordkin import KeyedVectors
        >>> path = Path(tempfile.mkdtemp()) / "vectors.txt"
        >>> _ = path.write_text("2 3\\napple 1 0 0.5\\npear 0 1 0.5\\n", encoding="utf-8")
        >>> KeyedVectors.load_word2vec_format(path)["pear"].tolist()
        [0.0, 1.0, 0.5]
        """
        return cls.from_table(
            exchange.table_from_word2vec(
                fname,
                fvocab=fvocab,
                binary=binary,
                encoding=encoding,
                unicode_errors=unicode_errors,
                limit=limit,
                datatype=datatype,
                no_header=no_header,
                allow_nonfinite=allow_nonfinite,
                on_duplicate=on_duplicate,
                on_bad_rows=on_bad_rows,
            )
        )

    def save_word2vec_format(
        self,
        fname: AnyPath,
        fvocab: AnyPath | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
        replace_whitespace: bool = False,
    ) -> None:
        """Save keys and vectors in the text or binary format of word2vec.

        Parameters
        ----------
        fname : path
            File to write; names ending in .gz, .bz2 or .xz are compressed.
        fvocab : path, optional
            Vocabulary file to write, with each key and its `sort_attr`.
        binary : bool, default False
            Write the binary format.
        total_vec : int, optional
            Number of vectors in the header, if more are to be appended.
        write_header : bool, default True
            Write the first line with the number of vectors and their size; False gives GloVe's format.
        prefix : str, default ""
            Text to put before each key.
        append : bool, default False
            Append to an existing file.
        sort_attr : str, default "count"
            Attribute by which vectors are sorted, largest first, if it exists.
        replace_whitespace : bool, default False
            Write a space in a key as ``_``, and a line feed, carriage return or tab as a backslash and ``n``, ``r`` or
            ``t``, instead of raising an error.

        Raises
        ------
        FormatError
            If a key contains whitespace, which the format does not allow, and `replace_whitespace` is False, or if it
            becomes another key by the replacement.
        ValueError
            If `fvocab` is given and there is no attribute `sort_attr`.
        """
        exchange.table_to_word2vec(
            self._state.frozen(),
            fname,
            sort_attr=sort_attr,
            fvocab=fvocab,
            binary=binary,
            total_vec=total_vec,
            write_header=write_header,
            prefix=prefix,
            append=append,
            replace_whitespace=replace_whitespace,
        )

    def intersect_word2vec_format(
        self,
        fname: AnyPath,
        lockf: float = 0.0,
        binary: bool | None = None,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Replace the vectors of existing keys by those of a file; other words in the file are ignored.

        Parameters
        ----------
        fname : path
            File in one of the formats that `load_word2vec_format` reads.
        lockf : float, default 0.0
            Value of `vectors_lockf` for the replaced vectors: 0 freezes them in further training, 1 trains them.
        binary : bool, optional
            Whether the file is binary; detected from the content by default.
        encoding : str, default "utf8"
            Encoding of the words.
        unicode_errors : {"strict", "ignore", "replace"}, default "strict"
            How to handle words that cannot be decoded.

        Raises
        ------
        FormatError
            If the file has another format, or is damaged.
        ValueError
            If the vectors of the file have another size.
        """
        exchange.overwrite_from_word2vec(
            self._state, fname, lockf, binary=binary, encoding=encoding, unicode_errors=unicode_errors
        )

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: object) -> None:
        """Record an event in `lifecycle_events`, with the time and the versions of the software.

        Parameters
        ----------
        event_name : str
            Name of the event, stored as ``event["event"]``.
        log_level : int, default logging.INFO
            Logging level of the message about the event; 0 or False logs nothing.
        **event : object
            Further values to store; they must be serialisable as JSON.

        Raises
        ------
        TypeError
            If a value is not serialisable as JSON.
        """
        record_event(self, event_name, log_level, event)

    # Copies. The default methods would go through __reduce__, which copies everything and drops other attributes.

    def __copy__(self: Self) -> Self:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._state = copy.copy(self._state)
        return twin

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), self._files.to_bytes(self._state.frozen()))

    # Deprecated methods of gensim.

    def init_sims(self, replace: bool = False) -> None:
        """Compute the norms of all rows; deprecated, use `fill_norms` or `unit_normalize_all`.

        Parameters
        ----------
        replace : bool, default False
            Scale all vectors to unit norm in place.
        """
        warn_deprecated("init_sims", "fill_norms() or unit_normalize_all()")
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()

    def word_vec(self, word: Key, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a word; deprecated, use `get_vector`.

        Parameters
        ----------
        word : str or int
            The word.
        norm : bool, default False
            Scale the vector to unit norm.

        Returns
        -------
        ndarray, shape (vector_size,)
            The vector.
        """
        warn_deprecated("word_vec", "get_vector()")
        return self.get_vector(word, norm=norm)

    def words_closer_than(self, word1: Key, word2: Key) -> list[str]:
        """Return all keys nearer to one word than another word is; deprecated, use `closer_than`.

        Parameters
        ----------
        word1 : str or int
            The word from which distances are measured.
        word2 : str or int
            The word that marks the limit.

        Returns
        -------
        list of str
            The nearer keys.
        """
        warn_deprecated("words_closer_than", "closer_than()")
        return self.closer_than(word1, word2)

    def similarity_unseen_docs(self, *args: object, **kwargs: object) -> NoReturn:
        """Raise NotImplementedError, as in gensim: word vectors cannot compare unseen documents.

        Parameters
        ----------
        *args, **kwargs : object
            Ignored.
        """
        raise NotImplementedError("similarity_unseen_docs needs a Doc2Vec model, which wordkin does not have")


def _unpickled(cls: type[KeyedVectors], data: bytes) -> KeyedVectors:
    return cls.from_table(cls._files.from_bytes(data))
