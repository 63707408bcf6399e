"""The matrices of a model: rows padded and aligned as the kernels ask, seen without the padding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import ResourceError

__all__ = ["PaddedRows", "bytes_of_rows", "initial_vectors"]

_ROW_MULTIPLE = 16  # floats: rows begin on cache lines, and no kernel has a tail
_ALIGNMENT = 64  # bytes
_ROWS_AT_ONCE = 8192


def _padded(columns: int) -> int:
    return -(-columns // _ROW_MULTIPLE) * _ROW_MULTIPLE


def bytes_of_rows(rows: int, columns: int) -> int:
    """Return the memory that `PaddedRows` of this shape take.

    Examples
    --------
    >>> bytes_of_rows(1000, 100)
    448000
    """
    return rows * _padded(columns) * 4


class PaddedRows:
    """A float32 matrix for training.

    Parameters
    ----------
    rows, columns
        Its shape; all zero at first.

    Attributes
    ----------
    padded : ndarray of float32, shape (rows, columns rounded up to a multiple of 16)
        What training changes; the columns behind stay zero.
    view : ndarray of float32, shape (rows, columns)
        The same memory without the padding.

    Raises
    ------
    ResourceError
        If there is not enough memory.

    Examples
    --------
    >>> rows = PaddedRows(3, 100)
    >>> rows.view.shape, rows.padded.shape
    ((3, 100), (3, 112))
    """

    def __init__(self, rows: int, columns: int) -> None:
        width = _padded(columns)
        spare = _ALIGNMENT // 4
        try:
            # numpy.empty asks for huge pages, numpy.zeros does not, and random rows on small pages cost a fifth of the
            # speed.
            buffer = np.empty(rows * width + spare, dtype=np.float32)
        except (MemoryError, ValueError):  # ValueError: more than an array can be
            raise ResourceError(
                f"{rows} rows of {columns} numbers need {rows * width * 4 / 2**30:.1f} GiB of memory"
            ) from None
        buffer.fill(0.0)
        start = (-buffer.ctypes.data % _ALIGNMENT) // 4
        self.padded = buffer[start : start + rows * width].reshape(rows, width)
        self.view = self.padded[:, :columns]

    @classmethod
    def of(cls, matrix: NDArray[np.float32]) -> PaddedRows:
        """Copy a matrix into padded rows."""
        rows = cls(*matrix.shape)
        rows.view[:] = matrix
        return rows

    def resized(self, rows: int) -> PaddedRows:
        """Copy into more rows, the new ones zero."""
        larger = PaddedRows(rows, self.view.shape[1])
        kept = min(rows, len(self.view))
        larger.view[:kept] = self.view[:kept]
        return larger

    def is_seen_by(self, matrix: NDArray[np.float32]) -> bool:
        """Whether `matrix` is this memory, so that training it trains `matrix`."""
        return (
            matrix.dtype == np.float32
            and matrix.shape == self.view.shape
            and matrix.strides == self.view.strides
            and matrix.ctypes.data == self.view.ctypes.data
        )


def initial_vectors(target: NDArray[np.float32], seed: int, first_row: int = 0) -> None:
    """Fill the rows of `target` from `first_row` on with U(-1, 1) / columns, as gensim does.

    Row i is a function of the seed, i and the number of columns alone: adding rows moves no other.

    Examples
    --------
    >>> few, many = np.zeros((2, 4), np.float32), np.zeros((9, 4), np.float32)
    >>> initial_vectors(few, seed=1); initial_vectors(many, seed=1)
    >>> bool((few == many[:2]).all())
    True
    """
    rows, columns = target.shape
    bits = np.random.PCG64(seed)
    bits.advance(first_row * columns)
    generator = np.random.Generator(bits)
    for start in range(first_row, rows, _ROWS_AT_ONCE):
        count = min(_ROWS_AT_ONCE, rows - start)
        target[start : start + count] = (generator.random((count, columns)) * 2.0 - 1.0) / columns
