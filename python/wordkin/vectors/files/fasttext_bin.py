"""fastText's ``.bin`` models: vectors of words, and of character n-grams for words without a row."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, ResourceError, TruncatedFileError
from ...runtime.compute import available_workers
from ...storage import pack_words
from ...storage.paths import AnyPath
from ...storage.signatures import FASTTEXT_MAGIC, FASTTEXT_START_BYTES, is_old_fasttext
from ..subwords import Subwords
from .blocks import BLOCK_BYTES, MAX_WORD_BYTES, BlockSource, open_blocks
from .loaded import LoadedVectors, without_duplicates

__all__ = ["FastTextModel", "final_vectors", "read_fasttext"]

_MAGIC = struct.Struct("<4si")
_ARGUMENTS = struct.Struct("<12id")
_DICTIONARY = struct.Struct("<3iq")
_PRUNED = struct.Struct("<q")
_QUANTISED = struct.Struct("<?")
_MATRIX = struct.Struct("<2q")
_VERSIONS = (11, 12)
_SUPERVISED = 3
_MAX_VECTOR_SIZE = 1_000_000
_MAX_SUBWORD_LENGTH = 1_000


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


@dataclass(frozen=True, kw_only=True)
class _Arguments:
    is_old: bool  # without magic number, version, pruned words and quantisation: fastText before May 2017
    vector_size: int
    buckets: int
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
    with open_blocks(path) as source:
        arguments = _read_arguments(source)
        raw_words, counts = _read_dictionary(source, arguments)
        rows = len(raw_words)
        word_rows, subword_rows = _read_input_matrix(source, rows, arguments)
        _check_output_matrix(source, arguments)
        name = source.name
    words = [word.decode("utf-8", "backslashreplace") for word in raw_words]
    subwords = Subwords(vectors=subword_rows, min_n=arguments.min_n, max_n=arguments.max_n)
    vectors = final_vectors(raw_words, word_rows, subwords)
    count_of = dict(zip(reversed(words), reversed(counts), strict=True))
    words, vectors = without_duplicates(name, words, vectors, "first")
    counts_array = np.fromiter((count_of[word] for word in words), np.int64, len(words))
    return FastTextModel(
        vectors=LoadedVectors(words=words, vectors=vectors, counts=counts_array),
        subword_vectors=subword_rows,
        min_n=arguments.min_n,
        max_n=arguments.max_n,
    )


def final_vectors(words: list[bytes], word_rows: NDArray[np.float32], subwords: Subwords) -> NDArray[np.float32]:
    """Return the vectors of words: the mean of the row of each word and its n-gram vectors.

    Parameters
    ----------
    words : list of bytes
        The words in UTF-8; fastText also hashes words that are not valid UTF-8.
    word_rows : ndarray of float32, shape (len(words), vector_size)
        Row of each word.
    subwords : Subwords
        Vectors of the n-grams.

    Returns
    -------
    ndarray of float32, shape (len(words), vector_size)
        The vectors.
    """
    vectors = np.empty_like(word_rows)
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


def _unpack(source: BlockSource, layout: struct.Struct) -> tuple[Any, ...]:
    if len(source.fill(layout.size)) < layout.size:
        raise _truncated(source)
    values = layout.unpack_from(source.held)
    source.consume(layout.size)
    return values


def _truncated(source: BlockSource) -> TruncatedFileError:
    return TruncatedFileError(
        f"{source.name}: byte {source.position + len(source.held)}: unexpected end of file within the model"
    )


def _read_arguments(source: BlockSource) -> _Arguments:
    start = bytes(source.fill(FASTTEXT_START_BYTES)[:FASTTEXT_START_BYTES])
    is_old = not start.startswith(FASTTEXT_MAGIC)
    if is_old and not is_old_fasttext(start):
        raise FormatError(
            f"{source.name}: byte 0: expected a fastText model ({FASTTEXT_MAGIC!r}), found {start[:4]!r}; "
            "KeyedVectors.load_word2vec_format reads text files"
        )
    version = 0 if is_old else _unpack(source, _MAGIC)[1]
    if not is_old and version not in _VERSIONS:
        raise FormatError(f"{source.name}: byte 4: expected format version 11 or 12, found version {version}")
    vector_size, _, _, _, _, _, _, model, buckets, min_n, max_n, _, _ = _unpack(source, _ARGUMENTS)
    if version == 11 and model == _SUPERVISED:
        max_n = 0  # supervised models of this version have no n-grams, even if the field is set
    if not (0 < vector_size <= _MAX_VECTOR_SIZE and buckets >= 0 and min_n >= 0 and 0 <= max_n <= _MAX_SUBWORD_LENGTH):
        raise CorruptFileError(
            f"{source.name}: byte 8: invalid model parameters: vector size {vector_size}, {buckets} buckets, "
            f"n-grams of {min_n} to {max_n} characters"
        )
    return _Arguments(is_old=is_old, vector_size=vector_size, buckets=buckets, min_n=min_n, max_n=max_n)


def _read_dictionary(source: BlockSource, arguments: _Arguments) -> tuple[list[bytes], list[int]]:
    """Return words and counts. The labels of classifiers, which follow the words, are skipped."""
    at = source.position
    size, words, labels, _ = _unpack(source, _DICTIONARY)
    pruned = 0 if arguments.is_old else _unpack(source, _PRUNED)[0]
    if pruned > 0:
        raise FormatError(f"{source.name}: byte {at}: pruned models (.ftz) are not supported; use the .bin file")
    if not (0 <= words <= size and 0 <= labels == size - words):
        raise CorruptFileError(
            f"{source.name}: byte {at}: invalid dictionary of {words} words and {labels} labels in {size} entries"
        )
    raw_words: list[bytes] = []
    counts: list[int] = []
    kinds: list[int] = []
    while len(raw_words) < size:
        block = source.fill(BLOCK_BYTES)
        consumed, more_words, more_counts, more_kinds, too_long = vector_files.parse_fasttext_entries(
            block, size - len(raw_words), max_word_bytes=MAX_WORD_BYTES
        )
        if too_long:
            raise CorruptFileError(
                f"{source.name}: byte {source.position + consumed}: found a word of more than {MAX_WORD_BYTES} bytes"
            )
        if not more_words:
            raise _truncated(source)
        raw_words += more_words
        counts += more_counts
        kinds += more_kinds
        source.consume(consumed)
    if any(kinds[:words]) or not all(kind == 1 for kind in kinds[words:]) or any(count < 0 for count in counts):
        raise CorruptFileError(f"{source.name}: byte {source.position}: entries must be words or labels")
    return raw_words[:words], counts[:words]


def _read_input_matrix(
    source: BlockSource, words: int, arguments: _Arguments
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    at = source.position
    quantised = not arguments.is_old and _unpack(source, _QUANTISED)[0]
    rows, columns = _unpack(source, _MATRIX)
    if quantised:
        raise FormatError(f"{source.name}: byte {at}: quantised models (.ftz) are not supported; use the .bin file")
    if rows != words + arguments.buckets or columns != arguments.vector_size:
        raise CorruptFileError(
            f"{source.name}: byte {at}: found a matrix of shape {rows} x {columns}, expected {words} words and "
            f"{arguments.buckets} buckets x {arguments.vector_size}"
        )
    if rows * columns * 4 > source.max_bytes - source.position:
        raise _truncated(source)
    return _read_rows(source, words, columns), _read_rows(source, arguments.buckets, columns)


def _read_rows(source: BlockSource, rows: int, columns: int) -> NDArray[np.float32]:
    try:
        matrix = np.empty((rows, columns), np.dtype("<f4"))
    except MemoryError:
        raise ResourceError(f"{source.name}: {rows} x {columns} numbers need {rows * columns * 4} bytes") from None
    target = matrix.reshape(-1).view(np.uint8).data if matrix.size else memoryview(b"")
    while len(target):
        block = source.fill(min(BLOCK_BYTES, len(target)))[: len(target)]
        if not block:
            raise _truncated(source)
        target[: len(block)] = block
        target = target[len(block) :]
        source.consume(len(block))
    if not np.isfinite(matrix).all():
        raise FormatError(f"{source.name}: byte {source.position}: NaN or infinite values in the preceding vectors")
    return matrix.astype(np.float32, copy=False)


def _check_output_matrix(source: BlockSource, arguments: _Arguments) -> None:
    """Check the size of the output matrix, which is not read, to detect truncated files."""
    if not arguments.is_old:
        _unpack(source, _QUANTISED)
    rows, columns = _unpack(source, _MATRIX)
    if rows < 0 or columns < 0:
        raise CorruptFileError(
            f"{source.name}: byte {source.position}: found an output matrix of shape {rows} x {columns}"
        )
    if source.content_bytes is None:
        return
    left = source.content_bytes - source.position
    needed = math.prod((rows, columns, 4))
    if left < needed:
        raise _truncated(source)
    if left > needed:
        raise CorruptFileError(f"{source.name}: byte {source.position + needed}: more content after the last matrix")
