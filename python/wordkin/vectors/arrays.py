"""What a user may hand over as vectors, brought to arrays of one kind; lengths and cosines that are exact where due."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_rows", "as_vector", "cosine", "norms_of_rows", "unit_rows", "working_dtype"]

_ROWS_AT_ONCE = 4096


def working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that arithmetic on stored vectors is done in: float64 for float64, else float32."""
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)


def as_vector(name: str, value: object, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return `value` as a contiguous vector of `size` numbers, or raise TypeError or ValueError that names it."""
    array = _as_numbers(name, value)
    if array.shape != (size,):
        raise ValueError(f"`{name}` must be a vector of {size} numbers, got shape {array.shape}")
    return np.ascontiguousarray(array, dtype=dtype)


def as_rows(name: str, value: object, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return `value` as a matrix with contiguous rows of `size` numbers; a lone vector is one row."""
    array = _as_numbers(name, value)
    if array.size == 0 and array.ndim <= 2:
        array = array.reshape(array.shape[0] if array.ndim == 2 else 0, size)
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or array.shape[1] != size:
        raise ValueError(f"`{name}` must have rows of {size} numbers, got shape {array.shape}")
    return np.ascontiguousarray(array, dtype=dtype)


def _as_numbers(name: str, value: object) -> NDArray[Any]:
    if np.ma.isMaskedArray(value) and np.ma.is_masked(value):
        raise TypeError(f"`{name}` must have a number in every place, got an array with masked entries")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"`{name}` must have rows of one length: {error}") from None
    if array.dtype.kind not in "fiub" or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
        raise TypeError(f"`{name}` must hold numbers (float16, float32, float64 or integers), got {array.dtype}")
    return array


def norms_of_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """Euclidean lengths of the rows, summed in float64, in the working type; a block at a time, nothing is copied."""
    norms = np.empty(len(rows), dtype=working_dtype(rows.dtype))
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        block = rows[first : first + _ROWS_AT_ONCE].astype(np.float64)
        norms[first : first + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
    return norms


def unit_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """The rows scaled to length one, in the same type; rows of zeros stay zeros."""
    wide = rows.astype(np.float64)
    lengths = np.sqrt(np.add.reduce(wide * wide, axis=1))
    lengths[lengths == 0.0] = 1.0
    return np.asarray((wide / lengths[:, np.newaxis]).astype(rows.dtype))


def cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Cosine of two vectors in float64; exactly 1 for a vector with itself, 0 where one of them is zero.

    The root of a square that was rounded once is the number itself, so x.x / sqrt((x.x)(x.x)) is exactly 1. NumPy's sum
    is taken rather than BLAS: its order of additions depends on the length alone.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    lengths = float(np.sqrt(np.add.reduce(x * x) * np.add.reduce(y * y)))
    if lengths == 0.0:
        return 0.0
    ratio = float(np.add.reduce(x * y)) / lengths
    return ratio if abs(ratio) <= 1.0 or ratio != ratio else float(np.sign(ratio))
