"""Rows of binary files: those of word2vec.c, with a newline after each vector, and gensim's, without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, TruncatedFileError
from .blocks import MAX_WORD_BYTES, BlockSource
from .row_faults import fault_error
from .row_matrix import RowMatrix

__all__ = ["read_binary_rows"]

# Parsing is copying: a block that stays in the cache is faster, and more threads would not help.
_BLOCK_BYTES = 1 << 19
# From this many distinct values on, all of them look plausible after a byte swap only if the file is big-endian.
_MIN_DISTINCT_VALUES = 8


def read_binary_rows(
    source: BlockSource, matrix: RowMatrix, *, encoding: str, errors: str, whole_file: bool
) -> list[str]:
    """Fill a matrix with the next rows of a file.

    Parameters
    ----------
    source : BlockSource
        The file, after its header.
    matrix : RowMatrix
        Matrix to fill.
    encoding : str
        Encoding of the words.
    errors : {"strict", "ignore", "replace"}
        How to handle words that cannot be decoded.
    whole_file : bool
        Whether nothing may follow.

    Returns
    -------
    list of str
        Word of each row.

    Raises
    ------
    FormatError
        If a row is invalid, or the values are not little-endian float32.
    TruncatedFileError
        If the file has fewer rows than the matrix.
    """
    vector_size = matrix.vectors.shape[1]
    max_row_bytes = MAX_WORD_BYTES + 2 + 4 * vector_size
    block_bytes = max(_BLOCK_BYTES, max_row_bytes)
    words: list[str] = []
    start = bytes(source.fill(block_bytes)[: 4 * max_row_bytes])
    while matrix.missing:
        block = source.fill(block_bytes)
        target = matrix.target(len(block) // (2 + 4 * vector_size) + 1)
        rows = vector_files.parse_binary(block, target, max_word_bytes=MAX_WORD_BYTES, encoding=encoding, errors=errors)
        if not words:
            _refuse_big_endian(source.name, target[: min(rows["rows"], 10)])
        if rows["fault"] is not None or rows["rows"] == 0:
            _refuse_float64(source.name, start, vector_size)
        if rows["fault"] is not None:
            fault = rows["fault"]
            location = f"vector {matrix.filled + fault['row'] + 1} (byte {source.position + fault['at']})"
            raise fault_error(source.name, location, fault, vector_size, cut_off=False)
        if rows["rows"] == 0:
            raise TruncatedFileError(
                f"{source.name}: byte {source.position + len(block)}: unexpected end of file; "
                f"the header says {len(matrix.vectors)} vectors, found {matrix.filled} complete ones"
            )
        matrix.take(target, rows["rows"], rows["nonfinite_rows"], rows["first_nonfinite"])
        words += rows["words"]
        source.consume(rows["consumed"])
    if whole_file:
        _refuse_more_bytes(source, start, len(words), vector_size)
    return words


def _refuse_more_bytes(source: BlockSource, start: bytes, rows: int, vector_size: int) -> None:
    """Raise an error if anything but newlines follows the last row."""
    rest = bytes(source.fill(MAX_WORD_BYTES + 4 * vector_size)).strip(b"\r\n")
    if not rest and source.at_end:
        return
    _refuse_float64(source.name, start, vector_size)
    scratch = np.empty((1, vector_size), np.float32)
    more = vector_files.parse_binary(source.held, scratch, max_word_bytes=MAX_WORD_BYTES, errors="ignore")
    found = "another vector" if more["rows"] else f"{rest[:20]!r}"
    raise CorruptFileError(
        f"{source.name}: byte {source.position}: found {found} after the {rows} vectors that the header says; "
        f"limit={rows} reads these"
    )


def _refuse_float64(name: str, start: bytes, vector_size: int) -> None:
    """Raise an error if the first rows look plausible with 8 bytes per number."""
    numbers = np.empty((2, 2 * vector_size), np.float32)
    rows = vector_files.parse_binary(start, numbers, max_word_bytes=MAX_WORD_BYTES, errors="replace")
    if rows["rows"] == 0 or not all(word.isprintable() for word in rows["words"]):
        return
    if _plausible_fraction(numbers[: rows["rows"]].view(np.float64)) > 0.9:
        raise FormatError(
            f"{name}: line 2: expected 4 bytes per number (float32), found 8 bytes per number (float64); convert the "
            "vectors first"
        )


def _refuse_big_endian(name: str, vectors: NDArray[np.float32]) -> None:
    if len(set(vectors.ravel().tolist())) < _MIN_DISTINCT_VALUES or _plausible_fraction(vectors) > 0.5:
        return
    if _plausible_fraction(vectors.byteswap()) > 0.9:
        raise FormatError(
            f"{name}: line 2: expected little-endian numbers, found numbers that are plausible only as big-endian; "
            "swap their bytes first"
        )


def _plausible_fraction(values: NDArray[np.floating]) -> float:
    """Return the fraction of values that are 0 or of a magnitude that occurs in word vectors."""
    with np.errstate(invalid="ignore"):
        magnitudes = np.abs(values.astype(np.float64))
        plausible = (magnitudes == 0) | ((magnitudes > 1e-7) & (magnitudes < 1e5))
    return float(np.mean(plausible))
