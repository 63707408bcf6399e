"""The matrix that the rows of a file go to, allocated once, whatever its dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ResourceError

__all__ = ["RowMatrix"]

_DTYPES = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


class RowMatrix:
    """`rows` vectors, of which the first `filled` are there; tells how many of them are not finite."""

    def __init__(self, name: str, rows: int, dimension: int, dtype: Any, parsed: tuple[type, ...]) -> None:
        """`parsed` are the dtypes that the parser can write into directly; others get blocks converted."""
        self.dtype = np.dtype(dtype)
        if self.dtype not in _DTYPES:
            raise ValueError(f"`datatype` must be float16, float32 or float64, got {dtype!r}")
        try:
            self.vectors = np.empty((rows, dimension), self.dtype)
        except (MemoryError, ValueError):
            raise ResourceError(
                f"{name}: {rows} vectors of {dimension} numbers need {rows * dimension * self.dtype.itemsize} bytes; "
                "limit= reads fewer, datatype=numpy.float16 halves them"
            ) from None
        self.filled = 0
        self.nonfinite_rows = 0
        self.first_nonfinite = -1
        self._direct = self.dtype.type in parsed

    @property
    def missing(self) -> int:
        """Number of rows that are still to come."""
        return len(self.vectors) - self.filled

    def target(self, most_rows: int) -> NDArray[Any]:
        """Where to parse the next rows to, at most `most_rows`."""
        if self._direct:
            return self.vectors[self.filled : self.filled + most_rows]
        return np.empty((min(most_rows, self.missing), self.vectors.shape[1]), np.float32)

    def take(self, target: NDArray[Any], rows: int, nonfinite_rows: int, first_nonfinite: int) -> None:
        """Count `rows` rows of `target` as filled; the numbers of the rows that are not finite refer to `target`."""
        if not self._direct:
            place = self.vectors[self.filled : self.filled + rows]
            with np.errstate(over="ignore"):  # too large for float16 is counted as infinite below
                place[:] = target[:rows]
            finite = np.isfinite(place).all(axis=1)
            nonfinite_rows = rows - int(np.count_nonzero(finite))
            first_nonfinite = int(np.argmin(finite)) if nonfinite_rows else -1
        if nonfinite_rows and not self.nonfinite_rows:
            self.first_nonfinite = self.filled + first_nonfinite
        self.nonfinite_rows += nonfinite_rows
        self.filled += rows
