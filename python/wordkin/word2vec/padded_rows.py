"""Float32 matrices whose rows are padded and aligned for the training kernels."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ResourceError

__all__ = ["PaddedRows", "bytes_of_rows", "fill_initial_ngrams", "fill_initial_vectors"]

_ROW_MULTIPLE = 16  # floats: rows begin on cache lines, and no kernel needs a loop for the remainder
_ALIGNMENT = 64  # bytes
_FLOATS_AT_ONCE = 1 << 24  # Ctrl-C acts between parts; some systems take a second per GiB of new memory
_ROWS_AT_ONCE = 8192


def _padded(columns: int) -> int:
    return -(-columns // _ROW_MULTIPLE) * _ROW_MULTIPLE


def bytes_of_rows(rows: int, columns: int) -> int:
    """Return the memory that a `PaddedRows` matrix takes.

    Parameters
    ----------
    rows, columns : int
        Shape of the matrix without padding.

    Returns
    -------
    int
        Size in bytes.

    Examples
    --------
    >>> bytes_of_rows(1000, 100)
    448000
    """
    return rows * _padded(columns) * 4


class PaddedRows:
    """Float32 matrix whose rows are padded to a multiple of 16 floats and aligned to 64 bytes; initially zero.

    Parameters
    ----------
    rows, columns : int
        Shape of the matrix without padding.

    Attributes
    ----------
    padded : ndarray of float32, shape (rows, columns rounded up to a multiple of 16)
        The whole memory, which training updates in place; the padding stays zero.
    view : ndarray of float32, shape (rows, columns)
        The same memory without the padding.

    Raises
    ------
    ResourceError
        If the system cannot provide the memory.

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
            # numpy.empty requests huge pages, numpy.zeros does not; random access to rows on small pages costs a fifth
            # of the training speed.
            buffer = np.empty(rows * width + spare, dtype=np.float32)
        except (MemoryError, ValueError):  # ValueError: larger than the largest possible array
            raise ResourceError(
                f"a matrix of {rows} rows and {columns} columns needs {rows * width * 4 / 2**30:.1f} GiB of memory"
            ) from None
        for first in range(0, len(buffer), _FLOATS_AT_ONCE):
            buffer[first : first + _FLOATS_AT_ONCE].fill(0.0)
        start = (-buffer.ctypes.data % _ALIGNMENT) // 4
        self.padded = buffer[start : start + rows * width].reshape(rows, width)
        self.view = self.padded[:, :columns]

    @classmethod
    def mapped(cls, path: Path, rows: int, columns: int, *, keep: bool = False) -> PaddedRows:
        """Create a matrix whose memory is mapped from a file of its padded rows.

        Parameters
        ----------
        path : Path
            The file, which is created or overwritten.
        rows, columns : int
            Shape of the matrix without padding.
        keep : bool, default False
            Whether the first rows of an existing file are kept.

        Returns
        -------
        PaddedRows
            The matrix; what is written to it is written to the file.

        Raises
        ------
        OSError
            If the file cannot be written, or the disk has no space for it.
        """
        width = _padded(columns)
        with path.open("r+b" if keep and path.exists() else "w+b") as file:
            file.truncate(rows * width * 4)
            if rows and hasattr(os, "posix_fallocate"):  # writing to a mapped file on a full disk would be a crash
                os.posix_fallocate(file.fileno(), 0, rows * width * 4)
            memory = (
                np.memmap(file, np.float32, "r+", shape=(rows, width)) if rows else np.empty((0, width), np.float32)
            )
        mapped = cls.__new__(cls)
        mapped.padded = np.asarray(memory)
        mapped.view = mapped.padded[:, :columns]
        return mapped

    @classmethod
    def of(cls, matrix: NDArray[np.float32]) -> PaddedRows:
        """Copy a matrix.

        Parameters
        ----------
        matrix : ndarray of float32, shape (rows, columns)
            Values of the new matrix.

        Returns
        -------
        PaddedRows
            A copy with padded rows.
        """
        rows = cls(*matrix.shape)
        rows.view[:] = matrix
        return rows

    def split(self, rows: int) -> tuple[PaddedRows, PaddedRows]:
        """Divide the matrix into two in the same memory.

        Parameters
        ----------
        rows : int
            Number of rows of the first one.

        Returns
        -------
        tuple of PaddedRows
            The first rows, and the others.
        """
        return self._part(slice(rows)), self._part(slice(rows, None))

    def _part(self, rows: slice) -> PaddedRows:
        part = PaddedRows.__new__(PaddedRows)
        part.padded, part.view = self.padded[rows], self.view[rows]
        return part

    def joined_with(self, other: PaddedRows) -> NDArray[np.float32]:
        """Return this matrix with the rows of another one after its own.

        Parameters
        ----------
        other : PaddedRows
            A matrix with as many columns.

        Returns
        -------
        ndarray of float32
            A view of both if they come from `split`, else a copy.
        """
        rows, base = len(self.view) + len(other.view), self.padded.base
        if isinstance(base, np.ndarray) and base is other.padded.base:
            start = (self.padded.ctypes.data - base.ctypes.data) // 4
            if other.padded.ctypes.data == self.padded.ctypes.data + self.padded.nbytes:
                width = self.padded.shape[1]
                whole = base[start : start + rows * width].reshape(rows, width)
                return whole[:, : self.view.shape[1]]
        return np.concatenate([self.view, other.view])

    def resized(self, rows: int) -> PaddedRows:
        """Copy the matrix to one with another number of rows.

        Parameters
        ----------
        rows : int
            Number of rows of the copy; additional rows are zero.

        Returns
        -------
        PaddedRows
            The copy.
        """
        resized = PaddedRows(rows, self.view.shape[1])
        kept = min(rows, len(self.view))
        resized.view[:kept] = self.view[:kept]
        return resized

    def is_memory_of(self, matrix: NDArray[np.float32]) -> bool:
        """Return whether `matrix` is a view of this memory, so that training these rows trains `matrix`.

        Parameters
        ----------
        matrix : ndarray
            The matrix to compare with `view`.

        Returns
        -------
        bool
            True if address, shape, strides and dtype agree.
        """
        return (
            matrix.dtype == np.float32
            and matrix.shape == self.view.shape
            and matrix.strides == self.view.strides
            and matrix.ctypes.data == self.view.ctypes.data
        )


def fill_initial_vectors(target: NDArray[np.float32], seed: int, first_row: int = 0) -> None:
    """Fill the rows of `target` from `first_row` on with samples of U(-1, 1) / columns, gensim's initialisation.

    Row i depends only on the seed, on i and on the number of columns, so that a larger vocabulary does not change the
    initial vectors of the words before.

    Parameters
    ----------
    target : ndarray of float32, shape (rows, columns)
        Written in place.
    seed : int
        Random seed.
    first_row : int, default 0
        First row to fill.

    Examples
    --------
    >>> few, many = np.zeros((2, 4), np.float32), np.zeros((9, 4), np.float32)
    >>> fill_initial_vectors(few, seed=1); fill_initial_vectors(many, seed=1)
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


def fill_initial_ngrams(target: NDArray[np.float32], seed: int) -> None:
    """Fill the vectors of n-grams with samples of U(-1, 1) / columns, other ones than those of words.

    Parameters
    ----------
    target : ndarray of float32, shape (rows, columns)
        Written in place.
    seed : int
        Random seed.
    """
    rows, columns = target.shape
    generator = np.random.Generator(np.random.PCG64([seed, 1]))
    block = np.empty((min(rows, _ROWS_AT_ONCE), columns), np.float32)
    for start in range(0, rows, _ROWS_AT_ONCE):
        samples = block[: rows - start]
        generator.random(out=samples, dtype=np.float32)
        samples -= np.float32(0.5)
        samples *= np.float32(2.0 / columns)
        target[start : start + len(samples)] = samples
