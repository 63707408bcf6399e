"""Vectors by key, whole: the table, its queries, its files and its evaluation under gensim's names."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any, BinaryIO, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..storage.paths import AnyPath
from .evaluated import Evaluated
from .files import archive as persistence
from .gensim import RemovedName

__all__ = ["KeyedVectors"]

logger = logging.getLogger(__name__)

Self = TypeVar("Self", bound="KeyedVectors")


class KeyedVectors(Evaluated):
    """Vectors of words or other keys, with lookup, similarity, neighbours, evaluation and files.

    Parameters
    ----------
    vector_size : int
        Numbers in each vector.
    count : int
        Rows to make ahead, filled by `add_vector`.
    dtype : dtype
        float32, float16 (half the memory, arithmetic still in float32) or float64.
    mapfile_path : object
        Kept for gensim's sake, not used.

    Attributes
    ----------
    vectors : ndarray, shape (len(self), vector_size)
    index_to_key : list
        Keys in the order of the rows.
    key_to_index : dict
    norms : ndarray or None
        Lengths of the rows, once something has needed them. After writing into `vectors`, set it to None.
    expandos : dict of str to ndarray
        Attributes: see `set_vecattr`.
    vectors_lockf : ndarray of float32
        Factor of a row's updates in training: one for all rows, or one for each.

    Examples
    --------
    >>> kv = KeyedVectors(vector_size=2)
    >>> kv.add_vectors(["east", "west", "north"], [[1, 0], [-1, 0], [0, 1]])
    >>> kv.most_similar("east", topn=1)
    [('north', 0.0)]
    """

    index2word = RemovedName("index2word", "use `index_to_key`")
    index2entity = RemovedName("index2entity", "use `index_to_key`")
    vocab = RemovedName("vocab", "use `key_to_index`, `index_to_key`, and `get_vecattr(key, 'count')` for counts")
    vectors_norm = RemovedName("vectors_norm", "use `get_normed_vectors()`")
    syn0 = RemovedName("syn0", "use `vectors`")
    syn0norm = RemovedName("syn0norm", "use `get_normed_vectors()`")

    @classmethod
    def from_vocabulary(
        cls: type[Self], words: list[str], vectors: NDArray[Any], counts: NDArray[np.int64] | None = None
    ) -> Self:
        """Return vectors that take the given list and arrays as they are, without copying them.

        Parameters
        ----------
        words : list of str
        vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
            Any strides: the front of padded rows, a read-only memory map.
        counts : ndarray of int64, shape (len(words),), optional
            Becomes the attribute ``count``; without it, counts that fall from len(words) to 1 are made up.

        Raises
        ------
        VocabularyError
            If a word stands in the list twice, or the lengths differ.

        Examples
        --------
        >>> KeyedVectors.from_vocabulary(["a", "b"], np.eye(2, dtype=np.float32)).get_vecattr("a", "count")
        np.int64(2)
        """
        if vectors.ndim != 2 or len(vectors) != len(words):
            raise VocabularyError(f"`vectors` must have a row for each of {len(words)} words, got {vectors.shape}")
        if counts is not None and counts.shape != (len(words),):
            raise VocabularyError(f"`counts` must have one entry for each of {len(words)} words, got {counts.shape}")
        table = cls(vectors.shape[1])
        table.index_to_key = words
        table.key_to_index = {word: index for index, word in enumerate(words)}
        if len(table.key_to_index) != len(words):
            repeated = len(words) - len(table.key_to_index)
            raise VocabularyError(f"`words` must hold each word once, got {repeated} more")
        table.next_index = len(words)
        table.vectors = vectors
        table.expandos["count"] = np.arange(len(words), 0, -1, dtype=np.int64) if counts is None else counts
        return table

    def vectors_for_all(
        self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return new vectors for some keys: each once, in the order given, those without a vector left out.

        Parameters
        ----------
        keys : iterable of keys
        allow_inference : bool
            Whether vectors may be made up for keys that are not stored, where this class can (fastText's does).
        copy_vecattrs : bool
            Whether attributes are taken along.

        Examples
        --------
        >>> kv.vectors_for_all(["pear", "apple", "pear", "nothing"]).index_to_key
        ['pear', 'apple']
        """
        chosen = [key for key in dict.fromkeys(keys) if (key in self if allow_inference else key in self.key_to_index)]
        table = KeyedVectors(self.vector_size, len(chosen), dtype=self._vectors.dtype)
        for key in chosen:
            table.add_vector(key, self.get_vector(key))
        if copy_vecattrs:
            stored = [self.has_index_for(key) for key in chosen]
            rows = [self.get_index(key) for key in compress(chosen, stored)]
            for name, column in self.expandos.items():
                table.allocate_vecattrs([name], [column.dtype])
                table.expandos[name][stored] = column[rows]
        return table

    # Files.

    def save(self, fname: AnyPath | BinaryIO, *args: Any, **kwargs: Any) -> None:
        """Save everything to one safetensors file, written whole or not at all.

        Parameters
        ----------
        fname : path or binary file
            A file that is open gets the same bytes.
        *args, **kwargs
            gensim's options about separate files and pickle: accepted, as there is one file and no pickle.

        Raises
        ------
        TypeError
            If a key or attribute is of a type that the file cannot keep; nothing is written then.
        """
        persistence.save(self, fname)

    @classmethod
    def load(cls: type[Self], fname: AnyPath, mmap: str | bool | None = None) -> Self:
        """Load a file of `save`.

        Parameters
        ----------
        fname : path
        mmap : "r" or True, optional
            Map the file instead of reading it: opens at once, shared by processes, read-only.

        Raises
        ------
        FormatError
            If this is no such file; pickles are refused.
        """
        return persistence.load(cls, fname, mmap=bool(mmap))

    @classmethod
    def load_word2vec_format(
        cls: type[Self],
        fname: AnyPath,
        fvocab: AnyPath | None = None,
        binary: bool | None = None,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool | None = None,
        allow_nonfinite: bool = False,
        on_duplicate: str = "first",
    ) -> Self:
        """Load a file of word2vec, GloVe or fastText (``.vec``), compressed or not.

        Parameters
        ----------
        fname : path
        fvocab : path, optional
            Vocabulary file with a word and its count on each line. Without one, counts fall from the number of words
            to 1.
        binary, no_header : bool, optional
            The variant; recognised from the content when None.
        encoding, unicode_errors : str
            How words are decoded. Files of the C tool may hold words cut within a character: "ignore" or "replace".
        limit : int, optional
            Read only this many vectors.
        datatype : dtype
            float16, float32 or float64.
        allow_nonfinite : bool
            Whether NaN and infinities are taken.
        on_duplicate : {"first", "last", "error"}
            Which vector a repeated word gets.

        Raises
        ------
        FormatError
            If the file is not of this format, or damaged.
        """
        from .files import read_word2vec

        loaded = read_word2vec(
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
        )
        return cls.from_vocabulary(loaded.words, loaded.vectors, loaded.counts)

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
    ) -> None:
        """Save keys and vectors in the text or binary format of word2vec.

        Parameters
        ----------
        fname : path
        fvocab : path, optional
            Where to write a vocabulary file of words and their `sort_attr`.
        binary : bool
        total_vec : int, optional
            The number in the header, where more vectors are to be appended.
        write_header : bool
            False leaves the first line out, as GloVe does.
        prefix : str
            Put before each key.
        append : bool
            Whether to write behind what the file holds.
        sort_attr : str
            Vectors are written in falling order of this attribute, if it exists.

        Raises
        ------
        ValueError
            If `fvocab` is given and there is no attribute `sort_attr`.
        """
        from .files import write_word2vec

        order = np.arange(len(self))
        counts = None
        if sort_attr in self.expandos:
            counts = self._column(sort_attr)
            order = np.argsort(-counts.astype(np.float64), kind="stable")
        elif fvocab is not None:
            raise ValueError(f"`fvocab` needs the attribute {sort_attr!r}, which does not exist")
        order = order[[self.index_to_key[index] is not None for index in order]]
        in_order = len(order) == len(self) and bool(np.all(order[1:] > order[:-1]))
        write_word2vec(
            fname,
            [str(self.index_to_key[index]) for index in order],
            self._vectors if in_order else self._vectors[order],
            counts=None if counts is None else counts[order],
            fvocab=fvocab,
            binary=binary,
            total_vec=total_vec,
            write_header=write_header,
            prefix=prefix,
            append=append,
        )

    def intersect_word2vec_format(
        self,
        fname: AnyPath,
        lockf: float = 0.0,
        binary: bool | None = None,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take over the vectors of a file for the words that are here; other words of the file are left out.

        Parameters
        ----------
        fname : path
        lockf : float
            Factor of these rows' updates in further training: 0 keeps them as they are, 1 trains them on.
        binary : bool, optional
            The variant; recognised from the content when None.
        encoding, unicode_errors : str
            How words are decoded.

        Raises
        ------
        ValueError
            If the file's vectors have another size.
        """
        from .files import read_word2vec

        loaded = read_word2vec(fname, binary=binary, encoding=encoding, unicode_errors=unicode_errors)
        if loaded.vectors.shape[1] != self.vector_size:
            raise ValueError(
                f"`fname` must hold vectors of {self.vector_size} numbers; it holds {loaded.vectors.shape[1]}"
            )
        places = [(self.key_to_index.get(word, -1), place) for place, word in enumerate(loaded.words)]
        shared = np.array([pair for pair in places if pair[0] >= 0], dtype=np.intp).reshape(-1, 2)
        self._writeable_vectors()[shared[:, 0]] = loaded.vectors[shared[:, 1]]
        if len(self.vectors_lockf) != len(self):
            self.vectors_lockf = np.full(len(self), self.vectors_lockf[0], dtype=np.float32)
        self.vectors_lockf[shared[:, 0]] = lockf
        self._lengths = None
        logger.info("took over %d of %d vectors from %s", len(shared), len(places), fname)

    # Copies. The default ones would copy the lock of the row lengths, which cannot be done.

    def __copy__(self: Self) -> Self:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._renew_private_state()
        return twin

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        twin = self.__copy__()
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            if not name.startswith("_"):
                twin.__dict__[name] = copy.deepcopy(value, memo)
        twin._vectors = self._vectors.copy()
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        return persistence.from_bytes, (type(self), persistence.to_bytes(self))

    # Names of gensim's past.

    def init_sims(self, replace: bool = False) -> None:
        """Compute the lengths of the rows; with `replace`, scale all vectors to length one."""
        _warn_deprecated("init_sims", "fill_norms() or unit_normalize_all()")
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()

    def word_vec(self, word: Any, norm: bool = False) -> NDArray[Any]:
        """Return a vector: `get_vector` under an older name."""
        _warn_deprecated("word_vec", "get_vector()")
        return self.get_vector(word, norm=norm)

    def words_closer_than(self, word1: Any, word2: Any) -> Sequence[Any]:
        """Return nearer keys: `closer_than` under an older name."""
        _warn_deprecated("words_closer_than", "closer_than()")
        return self.closer_than(word1, word2)

    def similarity_unseen_docs(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not possible with word vectors: raises NotImplementedError, as in gensim."""
        raise NotImplementedError("similarity_unseen_docs needs a Doc2Vec model, which wordkin does not have")


def _warn_deprecated(name: str, instead: str) -> None:
    warnings.warn(f"{name} is deprecated: use {instead} instead", DeprecationWarning, stacklevel=3)
