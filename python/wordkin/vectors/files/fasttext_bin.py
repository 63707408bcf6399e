"""fastText's ``.bin`` models: vectors of words, and of character n-grams for words without a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...runtime.compute import available_workers
from ...storage import pack_words
from ...storage.paths import AnyPath, local_path
from ..subwords import Subwords
from .fasttext_format import QuantizedMatrix, read_fasttext_file
from .loaded import LoadedVectors, without_duplicates

__all__ = ["FastTextModel", "final_vectors", "read_fasttext"]


@dataclass(frozen=True, kw_only=True)
class FastTextModel:
    """The vectors in a ``.bin`` file.

    Parameters
    ----------
    vectors : LoadedVectors
        Words with their counts and final vectors, the mean of the word's row and its n-gram vectors.
    subword_vectors : ndarray of float32, shape (buckets, vector_size)
        Vector of each hash bucket of n-grams; no rows if the model has no n-grams.
    min_n, max_n : int
        Lengths of the n-grams in characters.
    """

    vectors: LoadedVectors
    subword_vectors: NDArray[np.float32]
    min_n: int
    max_n: int


def read_fasttext(path: AnyPath) -> FastTextModel:
    """Read a model written by fastText, also before May 2017, or by gensim's ``save_facebook_model``.

    Parameters
    ----------
    path : path
        File to read, compressed or not.

    Returns
    -------
    FastTextModel
        Word and n-gram vectors.

    Raises
    ------
    FormatError
        If the file has another format, or holds a quantised model (``.ftz``).
    CorruptFileError
        If the file is damaged; `TruncatedFileError` if it ends too early.
    OSError
        If the file cannot be read.
    """
    file = read_fasttext_file(path, with_output=False, quantized=False)
    assert not isinstance(file.input, QuantizedMatrix)  # refused by the reader
    word_rows, subword_rows = file.input[: len(file.words)], file.input[len(file.words) :]
    words = [word.decode("utf-8", "backslashreplace") for word in file.words]
    subwords = Subwords(vectors=subword_rows, min_n=file.arguments.minn, max_n=file.arguments.maxn)
    vectors = final_vectors(file.words, word_rows, subwords, in_place=True)
    count_of = dict(zip(reversed(words), reversed(file.counts.tolist()), strict=True))
    words, vectors = without_duplicates(str(local_path(path)), words, vectors, "first")
    counts = np.fromiter((count_of[word] for word in words), np.int64, len(words))
    return FastTextModel(
        vectors=LoadedVectors(words=words, vectors=vectors, counts=counts),
        subword_vectors=subword_rows,
        min_n=file.arguments.minn,
        max_n=file.arguments.maxn,
    )


def final_vectors(
    words: list[bytes], word_rows: NDArray[np.float32], subwords: Subwords, *, in_place: bool = False
) -> NDArray[np.float32]:
    """Return the vectors of words: the mean of the row of each word and its n-gram vectors.

    Parameters
    ----------
    words : list of bytes
        The words in UTF-8; fastText also hashes words that are not valid UTF-8.
    word_rows : ndarray of float32, shape (len(words), vector_size)
        Row of each word.
    subwords : Subwords
        Vectors of the n-grams.
    in_place : bool, default False
        Overwrite `word_rows`, instead of using as much memory again.

    Returns
    -------
    ndarray of float32, shape (len(words), vector_size)
        The vectors.
    """
    vectors = word_rows if in_place else np.empty_like(word_rows)
    blob, offsets = pack_words(words)
    vector_files.average_subwords(
        vectors,
        blob,
        offsets,
        word_rows,
        subwords.vectors,
        min_n=subwords.min_n,
        max_n=subwords.max_n,
        threads=available_workers(),
    )
    return vectors
