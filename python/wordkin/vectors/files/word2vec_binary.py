"""Binary rows: word2vec.c's, with a newline after each vector, and gensim's, without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, TruncatedFileError
from .blocks import MOST_WORD_BYTES, BlockSource
from .row_faults import fault_error
from .row_matrix import RowMatrix

__all__ = ["read_binary_rows"]

# Copying is all the work: a block that stays in the cache is faster, and there is nothing for more threads.
_BLOCK_BYTES = 1 << 19
# Fewer different ones may be of any size; of so many, swapped bytes all make sense only in a swapped file.
_LEAST_NUMBERS = 8


def read_binary_rows(
    source: BlockSource, matrix: RowMatrix, *, encoding: str, errors: str, whole_file: bool
) -> list[str]:
    """Fill `matrix` with the next rows and return their words; with `whole_file` nothing may follow them.

    Raises
    ------
    FormatError
        If a row is none, or the numbers are of another type than float32, little-endian; `TruncatedFileError` if there
        are fewer rows than `matrix` has.
    """
    dimension = matrix.vectors.shape[1]
    most_row_bytes = MOST_WORD_BYTES + 2 + 4 * dimension
    block_bytes = max(_BLOCK_BYTES, most_row_bytes)
    words: list[str] = []
    start = bytes(source.fill(block_bytes)[: 4 * most_row_bytes])
    while matrix.missing:
        block = source.fill(block_bytes)
        target = matrix.target(len(block) // (2 + 4 * dimension) + 1)
        rows = vector_files.parse_binary(
            block, target, most_word_bytes=MOST_WORD_BYTES, encoding=encoding, errors=errors
        )
        if not words:
            _refuse_big_endian(source.name, target[: min(rows["rows"], 10)])
        if rows["fault"] is not None or rows["rows"] == 0:
            _refuse_float64(source.name, start, dimension)
        if rows["fault"] is not None:
            fault = rows["fault"]
            place = f"vector {matrix.filled + fault['row'] + 1} (byte {source.position + fault['at']})"
            raise fault_error(source.name, place, fault, dimension, cut_off=False)
        if rows["rows"] == 0:
            raise TruncatedFileError(
                f"{source.name}: byte {source.position + len(block)}: the file ends there; "
                f"the header says {len(matrix.vectors)} vectors, found {matrix.filled} whole ones"
            )
        matrix.take(target, rows["rows"], rows["nonfinite_rows"], rows["first_nonfinite"])
        words += rows["words"]
        source.consume(rows["consumed"])
    if whole_file:
        _refuse_more_bytes(source, start, len(words), dimension)
    return words


def _refuse_more_bytes(source: BlockSource, start: bytes, rows: int, dimension: int) -> None:
    """Raise if anything but newlines follows the last row."""
    rest = bytes(source.fill(MOST_WORD_BYTES + 4 * dimension)).strip(b"\r\n")
    if not rest and source.at_end:
        return
    _refuse_float64(source.name, start, dimension)
    scratch = np.empty((1, dimension), np.float32)
    more = vector_files.parse_binary(source.held, scratch, most_word_bytes=MOST_WORD_BYTES, errors="ignore")
    what = "another vector" if more["rows"] else f"{rest[:20]!r}"
    raise CorruptFileError(
        f"{source.name}: byte {source.position}: found {what} after the {rows} vectors that the header says; "
        f"limit={rows} reads so many"
    )


def _refuse_float64(name: str, start: bytes, dimension: int) -> None:
    """Raise if the first rows make sense with 8 bytes a number."""
    numbers = np.empty((2, 2 * dimension), np.float32)
    rows = vector_files.parse_binary(start, numbers, most_word_bytes=MOST_WORD_BYTES, errors="replace")
    if rows["rows"] == 0 or not all(word.isprintable() for word in rows["words"]):
        return
    if _share_of_usual_sizes(numbers[: rows["rows"]].view(np.float64)) > 0.9:
        raise FormatError(
            f"{name}: line 2: the vectors have 8 bytes a number (float64), expected 4 (float32); convert them first"
        )


def _refuse_big_endian(name: str, vectors: NDArray[np.float32]) -> None:
    if len(set(vectors.ravel().tolist())) < _LEAST_NUMBERS or _share_of_usual_sizes(vectors) > 0.5:
        return
    if _share_of_usual_sizes(vectors.byteswap()) > 0.9:
        raise FormatError(
            f"{name}: line 2: the numbers make sense only in big-endian order, expected little-endian; "
            "swap their bytes first"
        )


def _share_of_usual_sizes(values: NDArray[np.floating]) -> float:
    """The share of the numbers that are 0 or of a size that word vectors have."""
    with np.errstate(invalid="ignore"):
        sizes = np.abs(values.astype(np.float64))
        usual = (sizes == 0) | ((sizes > 1e-7) & (sizes < 1e5))
    return float(np.mean(usual))
