"""fastText's vectors: words as everywhere, and a vector for any other word from its character n-grams."""

from __future__ import annotations

from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._core import vector_files
from ..errors import FormatError
from ..storage import Archive, read_archive
from ..storage.archive_bytes import pack_archive, save_archive, unpack_archive
from ..storage.paths import AnyPath
from .arrays import unit_rows
from .files import archive as persistence
from .keyed_vectors import KeyedVectors
from .missing_keys import MissingKeyError

__all__ = ["FastTextKeyedVectors"]

KIND = "fasttext_keyed_vectors"

Self = TypeVar("Self", bound="FastTextKeyedVectors")


class FastTextKeyedVectors(KeyedVectors):
    """Vectors of words, with vectors from character n-grams for words that are not among them.

    A word's n-grams (of ``<word>``, `min_n` to `max_n` characters) are hashed into buckets; a word without a row of its
    own is the mean of its buckets' rows (Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606).

    Parameters
    ----------
    vector_size : int
    min_n, max_n : int
        Lengths of the n-grams in characters, ``max_n`` 0 for none.
    bucket : int
        Number of buckets; 0 for none, then only words with a row of their own have a vector.
    count : int
        Rows to make ahead.
    dtype : dtype

    Attributes
    ----------
    vectors_ngrams : ndarray of float32, shape (bucket, vector_size)

    Examples
    --------
    >>> kv = FastTextKeyedVectors(vector_size=2, min_n=3, max_n=6, bucket=100)
    >>> kv.get_vector("anything").tolist()
    [0.0, 0.0]
    """

    def __init__(
        self,
        vector_size: int,
        min_n: int = 3,
        max_n: int = 6,
        bucket: int = 0,
        count: int = 0,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(vector_size, count, dtype)
        for name, value in (("min_n", min_n), ("max_n", max_n), ("bucket", bucket)):
            if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
                raise ValueError(f"`{name}` must be a whole number of at least 0, got {value!r}")
        self.min_n = int(min_n)
        self.max_n = int(max_n)
        self.vectors_ngrams: NDArray[np.float32] = np.zeros((int(bucket), self.vector_size), np.float32)

    @property
    def bucket(self) -> int:
        """Number of buckets."""
        return len(self.vectors_ngrams)

    @classmethod
    def load_fasttext_format(cls: type[Self], fname: AnyPath) -> Self:
        """Load a ``.bin`` model of fastText, or of gensim's ``save_facebook_model``.

        Parameters
        ----------
        fname : path
            Compressed files are recognised. Files ``.vec`` hold no n-grams: `load_word2vec_format` reads them.

        Raises
        ------
        FormatError
            If this is no such model, or a quantised one (``.ftz``).
        """
        from .files import read_fasttext

        model = read_fasttext(fname)
        table = cls.from_vocabulary(model.vectors.words, model.vectors.vectors, model.vectors.counts)
        table.min_n, table.max_n = model.min_n, model.max_n
        table.vectors_ngrams = model.subword_vectors
        return table

    # Lookup.

    def __contains__(self, key: object) -> bool:
        """Whether `key` has a vector: every text has one where there are n-grams (see `has_index_for`)."""
        return (self.bucket > 0 and isinstance(key, str)) or super().__contains__(key)

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of `key`: its row, or else the mean of its n-grams; zeros for a word without any.

        Raises
        ------
        KeyError
            If there is neither a row nor n-grams.
        """
        if self.has_index_for(key):
            return super().get_vector(key, norm=norm)
        if key not in self:
            raise MissingKeyError(key, self.key_to_index)
        buckets = self.subword_buckets(key)
        vector = np.zeros(self.vector_size, np.float32)
        if buckets:
            vector = self.vectors_ngrams[buckets].sum(axis=0, dtype=np.float32) / np.float32(len(buckets))
        if norm:
            vector = unit_rows(vector[np.newaxis])[0]
        vector.setflags(write=False)
        return vector

    def subword_buckets(self, word: str) -> list[int]:
        """Return the rows of `vectors_ngrams` that belong to a word's n-grams.

        Examples
        --------
        >>> FastTextKeyedVectors(2, min_n=3, max_n=3, bucket=100).subword_buckets("ab")
        [8, 56]
        """
        if self.bucket == 0:
            return []
        return vector_files.subword_buckets(word.encode(), min_n=self.min_n, max_n=self.max_n, buckets=self.bucket)

    def get_sentence_vector(self, sentence: list[str | int]) -> NDArray[Any]:
        """Return the mean of the words' vectors, each scaled to length one first."""
        return self.get_mean_vector(sentence)

    # Files.

    def save(self, fname: AnyPath | BinaryIO, *args: Any, **kwargs: Any) -> None:
        """Save words and n-grams to one safetensors file, as `KeyedVectors.save`."""
        archive = self._to_archive()
        save_archive(fname, archive.tensors, archive.metadata)

    @classmethod
    def load(cls: type[Self], fname: AnyPath, mmap: str | bool | None = None) -> Self:
        """Load a file of `save`, as `KeyedVectors.load`."""
        return cls._from_archive(read_archive(fname, mmap=bool(mmap)))

    def __reduce__(self) -> tuple[Any, ...]:
        archive = self._to_archive()
        return _from_bytes, (type(self), pack_archive(archive.tensors, archive.metadata))

    def _to_archive(self) -> Archive:
        words = persistence.to_archive(self)
        return Archive(
            tensors={**words.tensors, "vectors_ngrams": self.vectors_ngrams},
            metadata={**words.metadata, "kind": KIND, "min_n": self.min_n, "max_n": self.max_n},
        )

    @classmethod
    def _from_archive(cls: type[Self], archive: Archive) -> Self:
        tensors, metadata = dict(archive.tensors), archive.metadata
        if metadata.get("kind") != KIND:
            raise FormatError(
                f"this file holds {metadata.get('kind')!r}, not {KIND!r}: load it with the class that saved it"
            )
        rows = tensors.pop("vectors_ngrams", None)
        table = persistence.from_archive(cls, Archive(tensors=tensors, metadata={**metadata, "kind": persistence.KIND}))
        min_n, max_n = metadata.get("min_n"), metadata.get("max_n")
        if (
            rows is None
            or rows.dtype != np.float32
            or rows.ndim != 2
            or rows.shape[1] != table.vector_size
            or not (isinstance(min_n, int) and isinstance(max_n, int) and min_n >= 0 and max_n >= 0)
        ):
            raise FormatError(f"this file is no whole {KIND!r}: no n-grams of {table.vector_size} numbers")
        table.vectors_ngrams, table.min_n, table.max_n = rows, min_n, max_n
        return table


def _from_bytes(cls: type[FastTextKeyedVectors], data: bytes) -> FastTextKeyedVectors:
    return cls._from_archive(unpack_archive(data))
