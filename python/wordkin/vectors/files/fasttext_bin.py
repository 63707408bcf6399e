"""fastText's .bin models: words, and the character n-grams that give any word a vector."""

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
from ...storage.paths import AnyPath
from .blocks import BLOCK_BYTES, MOST_WORD_BYTES, BlockSource, open_blocks
from .loaded import LoadedVectors, without_duplicates
from .recognition import FASTTEXT_MAGIC

__all__ = ["FastTextModel", "read_fasttext"]

_ARGUMENTS = struct.Struct("<4si12id")
_DICTIONARY = struct.Struct("<3i2q")
_MATRIX = struct.Struct("<?2q")
_VERSIONS = (11, 12)
_SUPERVISED = 3
_MOST_DIMENSION = 1_000_000
_MOST_SUBWORD = 1_000


@dataclass(frozen=True, kw_only=True)
class FastTextModel:
    """What a .bin file holds for lookups.

    Attributes
    ----------
    vectors
        Words with their final vectors (own row and n-grams averaged) and counts.
    subword_vectors
        One row for each bucket of n-grams, shape (buckets, dimension); no rows where the model has none.
    min_n, max_n
        Lengths of the n-grams in characters.
    """

    vectors: LoadedVectors
    subword_vectors: NDArray[np.float32]
    min_n: int
    max_n: int


@dataclass(frozen=True, kw_only=True)
class _Arguments:
    dimension: int
    buckets: int
    min_n: int
    max_n: int


def read_fasttext(path: AnyPath) -> FastTextModel:
    """Read a model that fastText or gensim's ``save_facebook_model`` wrote.

    Raises
    ------
    FormatError
        If it is none, or quantised (.ftz).
    CorruptFileError
        If it is damaged; `TruncatedFileError` if it ends too early.
    OSError
        If it cannot be read.
    """
    with open_blocks(path) as source:
        arguments = _read_arguments(source)
        raw_words, counts = _read_dictionary(source)
        rows = len(raw_words)
        word_rows, subword_rows = _read_input_matrix(source, rows, arguments)
        _check_output_matrix(source)
        name = source.name
    words = [word.decode("utf-8", "backslashreplace") for word in raw_words]
    vectors = np.empty_like(word_rows)
    blob, offsets = _packed(raw_words)
    vector_files.average_subwords(
        vectors,
        blob,
        offsets,
        word_rows,
        subword_rows,
        min_n=arguments.min_n,
        max_n=arguments.max_n,
        threads=available_workers(),
    )
    count_of = dict(zip(reversed(words), reversed(counts), strict=True))
    words, vectors = without_duplicates(name, words, vectors, "first")
    counts_array = np.fromiter((count_of[word] for word in words), np.int64, len(words))
    return FastTextModel(
        vectors=LoadedVectors(words=words, vectors=vectors, counts=counts_array),
        subword_vectors=subword_rows,
        min_n=arguments.min_n,
        max_n=arguments.max_n,
    )


def _packed(raw_words: list[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """As `pack_words`, for bytes: fastText hashes what is no UTF-8 too."""
    offsets = np.zeros(len(raw_words) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, raw_words), np.int64, len(raw_words)), out=offsets[1:])
    return np.frombuffer(b"".join(raw_words), np.uint8), offsets


def _unpack(source: BlockSource, layout: struct.Struct) -> tuple[Any, ...]:
    if len(source.fill(layout.size)) < layout.size:
        raise _truncated(source)
    values = layout.unpack_from(source.held)
    source.consume(layout.size)
    return values


def _truncated(source: BlockSource) -> TruncatedFileError:
    return TruncatedFileError(
        f"{source.name}: byte {source.position + len(source.held)}: the file ends there, within the model"
    )


def _read_arguments(source: BlockSource) -> _Arguments:
    start = bytes(source.fill(len(FASTTEXT_MAGIC))[:8])
    if not start.startswith(FASTTEXT_MAGIC):
        raise FormatError(
            f"{source.name}: byte 0: found {start[:4]!r}, expected the {FASTTEXT_MAGIC!r} of a fastText model; "
            "files of text are read by KeyedVectors.load_word2vec_format"
        )
    _, version, *numbers, _ = _unpack(source, _ARGUMENTS)
    if version not in _VERSIONS:
        raise FormatError(f"{source.name}: byte 4: fastText's format version {version}; versions 11 and 12 are read")
    dimension, _, _, _, _, _, _, model, buckets, min_n, max_n, _ = numbers
    if version == 11 and model == _SUPERVISED:
        max_n = 0  # old supervised models have no subwords, whatever they say
    if not (0 < dimension <= _MOST_DIMENSION and buckets >= 0 and min_n >= 0 and 0 <= max_n <= _MOST_SUBWORD):
        raise CorruptFileError(
            f"{source.name}: byte 8: dimension {dimension}, {buckets} buckets, n-grams of {min_n} to {max_n} characters"
        )
    return _Arguments(dimension=dimension, buckets=buckets, min_n=min_n, max_n=max_n)


def _read_dictionary(source: BlockSource) -> tuple[list[bytes], list[int]]:
    """Words and counts; labels of classifiers, which follow the words, are left out."""
    at = source.position
    size, words, labels, _, pruned = _unpack(source, _DICTIONARY)
    if pruned > 0:
        raise FormatError(f"{source.name}: byte {at}: a pruned model (.ftz), which is not read; use its .bin")
    if not (0 <= words <= size and 0 <= labels == size - words):
        raise CorruptFileError(f"{source.name}: byte {at}: {words} words and {labels} labels in {size} entries")
    raw_words: list[bytes] = []
    counts: list[int] = []
    kinds: list[int] = []
    while len(raw_words) < size:
        block = source.fill(BLOCK_BYTES)
        consumed, more_words, more_counts, more_kinds, too_long = vector_files.parse_fasttext_entries(
            block, size - len(raw_words), most_word_bytes=MOST_WORD_BYTES
        )
        if too_long:
            raise CorruptFileError(
                f"{source.name}: byte {source.position + consumed}: a word of more than 65,535 bytes"
            )
        if not more_words:
            raise _truncated(source)
        raw_words += more_words
        counts += more_counts
        kinds += more_kinds
        source.consume(consumed)
    if any(kinds[:words]) or not all(kind == 1 for kind in kinds[words:]) or any(count < 0 for count in counts):
        raise CorruptFileError(f"{source.name}: byte {source.position}: entries that are neither words nor labels")
    return raw_words[:words], counts[:words]


def _read_input_matrix(
    source: BlockSource, words: int, arguments: _Arguments
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    at = source.position
    quantised, rows, columns = _unpack(source, _MATRIX)
    if quantised:
        raise FormatError(f"{source.name}: byte {at}: a quantised model (.ftz), which is not read; use its .bin")
    if rows != words + arguments.buckets or columns != arguments.dimension:
        raise CorruptFileError(
            f"{source.name}: byte {at}: a matrix of {rows} x {columns}, expected {words} words and "
            f"{arguments.buckets} buckets x {arguments.dimension}"
        )
    if rows * columns * 4 > source.most_bytes - source.position:
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
        raise FormatError(f"{source.name}: byte {source.position}: NaN or infinite numbers in the vectors before it")
    return matrix.astype(np.float32, copy=False)


def _check_output_matrix(source: BlockSource) -> None:
    """The output rows are not needed; a file without all of them has been cut."""
    _, rows, columns = _unpack(source, _MATRIX)
    if rows < 0 or columns < 0:
        raise CorruptFileError(f"{source.name}: byte {source.position}: an output matrix of {rows} x {columns}")
    if source.content_bytes is None:
        return
    left = source.content_bytes - source.position
    needed = math.prod((rows, columns, 4))
    if left < needed:
        raise _truncated(source)
    if left > needed:
        raise CorruptFileError(f"{source.name}: byte {source.position + needed}: more follows the last matrix")
