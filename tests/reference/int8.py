"""Matrix products of operands rounded to 8-bit integers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GREATEST = np.float32(127)
LEAST = np.float32(2.0**-120)  # A row whose greatest magnitude is smaller is taken for zeros.


def rounded_rows(rows: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Return the integers of each row and their scales: 127 times its scale is the greatest magnitude of a row.

    A row with an infinite or NaN element has the scale NaN.
    """
    greatest = np.abs(rows).max(axis=1, initial=0.0).astype(np.float32)
    integers = np.zeros(rows.shape, np.int32)
    scales = np.zeros(len(rows), np.float32)
    usual = np.isfinite(greatest) & (greatest >= LEAST)
    in_one = GREATEST / greatest[usual]
    integers[usual] = np.rint(rows[usual] * in_one[:, np.newaxis])
    scales[usual] = greatest[usual] / GREATEST
    scales[~np.isfinite(greatest)] = np.nan
    return integers, scales


def rounded_columns(matrix: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Return the integers of each column of a finite matrix and their scales."""
    integers, scales = rounded_rows(np.ascontiguousarray(matrix.T))
    return integers.T, scales


def product(a: Floats, b: Floats) -> Floats:
    """Return the product: exact sums of integers, scaled in float32, first with the scale of the column."""
    left, row_scales = rounded_rows(a)
    right, column_scales = rounded_columns(b)
    sums = (left.astype(np.int64) @ right.astype(np.int64)).astype(np.float32)
    scaled: Floats = (sums * column_scales) * row_scales[:, np.newaxis]
    return scaled
