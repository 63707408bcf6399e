"""Text files some of whose rows cannot be read: those rows are left out and counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import FormatError, TruncatedFileError
from .blocks import BLOCK_BYTES, BlockSource
from .row_faults import fault_error
from .row_matrix import RowMatrix

__all__ = ["SkippedRows", "read_good_text_rows"]

# After a bad row, parsing continues with few lines and then more and more: a block is parsed as a whole, so that each
# of many bad rows in it would cost the time for all of it.
_BYTES_AFTER_BAD_ROW = 1 << 14


class SkippedRows:
    """The number of rows that were left out, and the reason for the first one.

    Parameters
    ----------
    name : str
        Name of the file.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.count = 0
        self._first: FormatError | None = None

    def add(self, error: FormatError) -> None:
        """Count a row.

        Parameters
        ----------
        error : FormatError
            Why it cannot be read.
        """
        self.count += 1
        self._first = self._first or error

    def message(self) -> str:
        """Return the warning about the rows.

        Returns
        -------
        str
            Their number, and the reason for the first one.
        """
        rows = "1 row" if self.count == 1 else f"{self.count} rows"
        return f"{self._name}: left out {rows} that cannot be read; the first one: {self._first}"


def read_good_text_rows(
    source: BlockSource,
    matrix: RowMatrix,
    skipped: SkippedRows,
    *,
    lines: int,
    first_line: int,
    encoding: str,
    errors: str,
    threads: int,
    allow_nonfinite: bool,
) -> list[str]:
    """Fill a matrix with the next rows of a file that can be read.

    Parameters
    ----------
    source : BlockSource
        The file, after its header.
    matrix : RowMatrix
        Matrix to fill; rows at its end stay empty if there are not enough.
    skipped : SkippedRows
        Rows that cannot be read are added here.
    lines : int
        Number of rows of the file.
    first_line : int
        Number of the next line.
    encoding : str
        Encoding of the words.
    errors : {"strict", "ignore", "replace"}
        How to handle words that cannot be decoded; with "strict", their rows cannot be read.
    threads : int
        Number of parsing threads.
    allow_nonfinite : bool
        Whether rows with NaN or infinite values can be read.

    Returns
    -------
    list of str
        Word of each row.

    Raises
    ------
    TruncatedFileError
        If the file ends before the matrix is full and has fewer rows than `lines`.
    """
    vector_size = matrix.vectors.shape[1]
    words: list[str] = []
    span = BLOCK_BYTES
    line = first_line
    while matrix.missing and line < first_line + lines:
        block = source.whole_lines(line, vector_size)
        if not block or (source.at_end and bytes(block).isspace()):
            raise TruncatedFileError(
                f"{source.name}: line {line}: unexpected end of file; "
                f"the header says {lines} vectors, found {line - first_line}"
            )
        block = _first_lines(block, span)
        span = min(2 * span, BLOCK_BYTES)
        target = np.empty(
            (min(matrix.missing, len(block) // (2 + 2 * vector_size) + 1), vector_size), matrix.parsed_dtype
        )
        rows = vector_files.parse_text(block, target, encoding=encoding, errors=errors, threads=threads)
        fault = rows["fault"]
        good = rows["rows"] if fault is None else fault["row"]
        finite: NDArray[np.bool_] = np.all(np.isfinite(target[:good]) | allow_nonfinite, axis=1)
        for row in np.flatnonzero(~finite).tolist():
            skipped.add(FormatError(f"line {line + row}: found NaN or infinite values"))
        matrix.add(target[:good][finite])
        words += [word for word, is_good in zip(rows["words"], finite, strict=True) if is_good]
        line += good
        if fault is None:
            source.consume(rows["consumed"])
            continue
        skipped.add(
            fault_error(f"line {line}", f"byte {source.position + fault['at']}", fault, vector_size, cut_off=False)
        )
        source.consume(_end_of_line(block, fault["at"]))
        line += 1
        span = _BYTES_AFTER_BAD_ROW
    return words


def _first_lines(block: memoryview, size: int) -> memoryview:
    """Return the lines that begin in the first `size` bytes."""
    return block if len(block) <= size else block[: _end_of_line(block, size)]


def _end_of_line(block: memoryview, position: int) -> int:
    """Return the offset after the newline at or after a position; the size of the block if there is none."""
    while position < len(block):
        piece = bytes(block[position : position + _BYTES_AFTER_BAD_ROW])
        newline = piece.find(b"\n")
        if newline >= 0:
            return position + newline + 1
        position += len(piece)
    return len(block)
