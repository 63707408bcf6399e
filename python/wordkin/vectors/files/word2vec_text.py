"""Rows of text files: word2vec's format, GloVe's without a header, and fastText's ``.vec``."""

from __future__ import annotations

import warnings

import numpy as np

from ..._core import vector_files
from ...errors import CorruptFileError, TruncatedFileError
from ...storage.paths import AnyPath
from .blocks import BLOCK_BYTES, BlockSource, open_blocks
from .row_faults import fault_error
from .row_matrix import RowMatrix

__all__ = ["count_text_rows", "read_text_rows"]


def count_text_rows(path: AnyPath, limit: int | None) -> int:
    """Count the lines of a file, without empty ones at its end.

    Parameters
    ----------
    path : path
        File to read.
    limit : int or None
        Number at which counting stops.

    Returns
    -------
    int
        Number of lines, at most `limit`.
    """
    rows = 0
    newlines = 0
    with open_blocks(path) as source:
        while source.fill(BLOCK_BYTES):
            block = source.buffer
            source.consume(len(block))
            text = block.rstrip(b" \t\r\n")
            if text:
                rows = newlines + text.count(b"\n") + 1
            newlines += block.count(b"\n")
            if limit is not None and rows >= limit:
                return limit
    return rows


def read_text_rows(
    source: BlockSource,
    matrix: RowMatrix,
    first_line: int,
    *,
    encoding: str,
    errors: str,
    threads: int,
    whole_file: bool,
) -> list[str]:
    """Fill a matrix with the next rows of a file.

    Parameters
    ----------
    source : BlockSource
        The file, after its header.
    matrix : RowMatrix
        Matrix to fill.
    first_line : int
        Number of the next line.
    encoding : str
        Encoding of the words.
    errors : {"strict", "ignore", "replace"}
        How to handle words that cannot be decoded.
    threads : int
        Number of parsing threads.
    whole_file : bool
        Whether no row may follow.

    Returns
    -------
    list of str
        Word of each row.

    Raises
    ------
    FormatError
        If a row is invalid.
    TruncatedFileError
        If the file has fewer rows than the matrix.
    """
    vector_size = matrix.vectors.shape[1]
    words: list[str] = []
    while matrix.missing:
        line = first_line + matrix.filled
        lines = source.whole_lines(line, vector_size)
        if not lines or (source.at_end and bytes(lines).isspace()):
            raise TruncatedFileError(
                f"{source.name}: line {line}: unexpected end of file; "
                f"the header says {len(matrix.vectors)} vectors, found {matrix.filled}"
            )
        # A row takes at least two bytes per number and two more.
        target = matrix.target(len(lines) // (2 + 2 * vector_size) + 1)
        rows = vector_files.parse_text(lines, target, encoding=encoding, errors=errors, threads=threads)
        if rows["fault"] is not None:
            fault = rows["fault"]
            location = f"line {line + fault['row']} (byte {source.position + fault['at']})"
            cut_off = source.at_end and b"\n" not in bytes(lines[fault["at"] :])
            raise fault_error(source.name, location, fault, vector_size, cut_off=cut_off)
        matrix.take(target, rows["rows"], rows["nonfinite_rows"], rows["first_nonfinite"])
        words += rows["words"]
        source.consume(rows["consumed"])
    if whole_file:
        _refuse_more_rows(source, len(words), vector_size)
    return words


def _refuse_more_rows(source: BlockSource, rows: int, vector_size: int) -> None:
    """Raise an error if another row follows, and warn if anything else does."""
    rest = bytes(source.fill(BLOCK_BYTES)).strip()
    if not rest and source.at_end:
        return
    line = source.buffer.lstrip(b"\r\n").partition(b"\n")[0]
    scratch = np.empty((1, vector_size), np.float32)
    if vector_files.parse_text(line, scratch, errors="ignore")["rows"] == 1:
        raise CorruptFileError(
            f"{source.name}: line {rows + 2}: found another vector, expected {rows} as the header says; "
            f"limit={rows} reads these"
        )
    warnings.warn(
        f"{source.name}: line {rows + 2}: ignored content after the {rows} vectors that is not a vector: {rest[:40]!r}",
        stacklevel=5,
    )
