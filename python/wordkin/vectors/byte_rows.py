"""Rows of a matrix rounded to bytes, which the search compares with queries first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..runtime.compute import available_workers, choose_isa, require_available_memory

__all__ = ["ByteRows", "is_worth_rounding", "native_rows"]

_ELEMENTS_PER_CALL = 1 << 25  # about 20 ms; Python handles Ctrl-C between the calls


class ByteRows(NamedTuple):
    """Rows rounded to bytes, with what bounds the error of their cosines.

    Parameters
    ----------
    divisors : ndarray of float32, shape (rows,)
        What dot products are divided by; the rows are valid as long as this array is.
    elements : ndarray of uint8
        The rows, in the layout of the core.
    per_unit : ndarray of float32
        Number of steps per unit of each row.
    bounds : ndarray of float32, shape (panels, 2)
        Bounds of rounding errors and lengths.
    """

    divisors: NDArray[np.float32]
    elements: NDArray[np.uint8]
    per_unit: NDArray[np.float32]
    bounds: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[Any], divisors: NDArray[np.float32]) -> ByteRows:
        """Round rows.

        Parameters
        ----------
        rows : ndarray of float32 or uint16, shape (n, size)
            The result of `native_rows`.
        divisors : ndarray of float32, shape (n,)
            What dot products with the rows are divided by.

        Returns
        -------
        ByteRows
            The rounded rows: a byte per element and 4.5 bytes per row.

        Raises
        ------
        ResourceError
            If there is not enough memory.
        """
        elements, per_unit, panels = _core.search.rounded_sizes(*rows.shape)
        require_available_memory(
            elements + 4 * per_unit + 8 * panels, "8-bit rows", "search without them: prepare_search(False)"
        )
        whole = cls(
            divisors,
            np.empty(elements, dtype=np.uint8),
            np.empty(per_unit, dtype=np.float32),
            np.empty((panels, 2), dtype=np.float32),
        )
        if panels == 0:
            return whole
        height, width = per_unit // panels, elements // panels
        step = height * max(1, _ELEMENTS_PER_CALL // width)
        for first in range(0, len(rows), step):
            part = slice(first // height, (first + step) // height)
            _core.search.round_rows(
                whole.elements[part.start * width : part.stop * width],
                per_unit=whole.per_unit[first : first + step],
                bounds=whole.bounds[part],
                vectors=rows[first : first + step],
                divisors=divisors[first : first + step],
                isa=choose_isa(),
                threads=available_workers(),
            )
        return whole

    def beginning_at(self, first: int) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], int]:
        """Return the rows as the core expects them.

        Parameters
        ----------
        first : int
            Index of the first row that is searched.

        Returns
        -------
        tuple
            The arrays and the index.
        """
        return self.elements, self.per_unit, self.bounds, first


def native_rows(rows: NDArray[Any]) -> NDArray[Any] | None:
    """Return a matrix as the C++ core expects it.

    Parameters
    ----------
    rows : ndarray, shape (n, size)
        The matrix.

    Returns
    -------
    ndarray or None
        The matrix, float16 as uint16; None if the core does not take its type or its strides.
    """
    row, item = rows.strides
    in_rows = item == rows.itemsize and row >= rows.shape[1] * item and row % item == 0
    if not (in_rows and rows.flags.aligned and len(rows)):
        return None
    if rows.dtype == np.float16:
        return rows.view(np.uint16)
    return rows if rows.dtype == np.float32 else None


def is_worth_rounding(rows: NDArray[Any]) -> bool:
    """Return whether searches of a matrix gain from rounded rows.

    Parameters
    ----------
    rows : ndarray, shape (n, size)
        The matrix.

    Returns
    -------
    bool
        False for few or very long rows, and for those that the core does not take.
    """
    limits = _core.search.MIN_ROUNDED_ROWS, _core.search.MAX_ROUNDED_COLUMNS
    return len(rows) >= limits[0] and rows.shape[1] <= limits[1] and native_rows(rows) is not None
