"""The matrix that the rows of a file are read into."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...errors import ResourceError

__all__ = ["RowMatrix"]

_DTYPES = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


class RowMatrix:
    """A matrix that is filled row by row, and counts rows with NaN or infinite values.

    Parameters
    ----------
    name : str
        Name of the file in error messages.
    rows, vector_size : int
        Shape of the matrix.
    dtype : dtype
        Storage type: float16, float32 or float64.
    parsed : tuple of type
        Types that the parser can write directly; rows of other types are converted block by block.

    Attributes
    ----------
    vectors : ndarray, shape (rows, vector_size)
        The matrix.
    filled : int
        Number of rows filled so far.
    nonfinite_rows : int
        Number of rows with NaN or infinite values.
    first_nonfinite : int
        The first such row; -1 if there is none.
    parsed_dtype : dtype
        Type of the rows that the parser writes.

    Raises
    ------
    ValueError
        If the type is not supported.
    ResourceError
        If the matrix does not fit into memory.
    """

    def __init__(self, name: str, rows: int, vector_size: int, dtype: DTypeLike, parsed: tuple[type, ...]) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype not in _DTYPES:
            raise ValueError(f"datatype must be float16, float32 or float64, got {dtype!r}")
        self.vectors: NDArray[Any]
        try:
            self.vectors = np.empty((rows, vector_size), self.dtype)
        except (MemoryError, ValueError):
            raise ResourceError(
                f"{name}: {rows} vectors of {vector_size} numbers need "
                f"{rows * vector_size * self.dtype.itemsize} bytes; use limit to "
                "read fewer vectors, or datatype=numpy.float16 to halve the memory"
            ) from None
        self.filled = 0
        self.nonfinite_rows = 0
        self.first_nonfinite = -1
        self._is_direct = self.dtype.type in parsed
        self.parsed_dtype = self.dtype if self._is_direct else np.dtype(np.float32)

    @property
    def missing(self) -> int:
        """Number of rows not filled yet."""
        return len(self.vectors) - self.filled

    def target(self, max_rows: int) -> NDArray[Any]:
        """Return the array that the next rows are to be parsed into.

        Parameters
        ----------
        max_rows : int
            Maximum number of rows.

        Returns
        -------
        ndarray, shape (n, vector_size)
            A view of the next rows, or a temporary array if they have to be converted.
        """
        if self._is_direct:
            return self.vectors[self.filled : self.filled + max_rows]
        return np.empty((min(max_rows, self.missing), self.vectors.shape[1]), np.float32)

    def add(self, rows: NDArray[Any]) -> None:
        """Copy rows into the matrix.

        Parameters
        ----------
        rows : ndarray, shape (n, vector_size)
            The rows; n is at most `missing`.
        """
        with np.errstate(over="ignore"):  # values too large for float16 become infinite, and are counted
            self.vectors[self.filled : self.filled + len(rows)] = rows
        finite = np.isfinite(self.vectors[self.filled : self.filled + len(rows)]).all(axis=1)
        if not finite.all() and not self.nonfinite_rows:
            self.first_nonfinite = self.filled + int(np.argmin(finite))
        self.nonfinite_rows += len(rows) - int(np.count_nonzero(finite))
        self.filled += len(rows)

    def take(self, target: NDArray[Any], rows: int, nonfinite_rows: int, first_nonfinite: int) -> None:
        """Mark rows as filled.

        Parameters
        ----------
        target : ndarray
            The array that `target` returned.
        rows : int
            Number of rows parsed into it.
        nonfinite_rows : int
            Number of rows of `target` with NaN or infinite values.
        first_nonfinite : int
            The first such row of `target`.
        """
        if not self._is_direct:
            converted = self.vectors[self.filled : self.filled + rows]
            with np.errstate(over="ignore"):  # values too large for float16 are counted as infinite below
                converted[:] = target[:rows]
            finite = np.isfinite(converted).all(axis=1)
            nonfinite_rows = rows - int(np.count_nonzero(finite))
            first_nonfinite = int(np.argmin(finite)) if nonfinite_rows else -1
        if nonfinite_rows and not self.nonfinite_rows:
            self.first_nonfinite = self.filled + first_nonfinite
        self.nonfinite_rows += nonfinite_rows
        self.filled += rows
