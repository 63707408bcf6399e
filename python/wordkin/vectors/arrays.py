"""Conversion of array arguments, row norms, and cosines of single vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .keys import FloatArray

__all__ = [
    "Reserve",
    "as_matrix",
    "as_rows",
    "as_vector",
    "cosine",
    "extended",
    "row_norms",
    "unit_rows",
    "working_dtype",
]

_VALUES_PER_BLOCK = 1 << 18  # in float64 they stay in the CPU cache, and the allocator reuses their memory


class Reserve(NamedTuple):
    """An array with room for more rows.

    Parameters
    ----------
    used : ndarray
        View of the rows in use, the first ones of `memory`.
    memory : ndarray
        All rows.
    """

    used: NDArray[Any]
    memory: NDArray[Any]


def extended(array: NDArray[Any], reserve: Reserve | None, rows: int) -> Reserve:
    """Return an array with further rows, whose values are unspecified; the given array stays as it is.

    Capacity grows geometrically, so that adding n rows one by one costs O(n).

    Parameters
    ----------
    array : ndarray
        The array.
    reserve : Reserve or None
        The result of the previous call; its memory is used again if it has room and `array` is its used part.
    rows : int
        Number of rows to add.

    Returns
    -------
    Reserve
        The extended array.

    Examples
    --------
    >>> import numpy as np
    >>> from wordkin.vectors.arrays import extended
    >>> extended(np.zeros((2, 3)), None, 1).used.shape
    (3, 3)
    """
    count, needed = len(array), len(array) + rows
    if reserve is None or reserve.used is not array or len(reserve.memory) < needed:
        # The first growth of an array is often its last: spare capacity is allocated from the second on.
        capacity = needed if reserve is None else max(needed, count + count // 2 + 16)
        memory = np.empty((capacity, *array.shape[1:]), dtype=array.dtype)
        memory[:count] = array
    else:
        memory = reserve.memory
    return Reserve(memory[:needed], memory)


def working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype used for arithmetic on stored vectors.

    Parameters
    ----------
    dtype : dtype
        Storage type: float16, float32 or float64.

    Returns
    -------
    dtype
        Float64 for float64, otherwise float32.
    """
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)


def as_matrix(vectors: object) -> NDArray[Any]:
    """Return a matrix of the user as it is stored: without a copy if it is an aligned array.

    Parameters
    ----------
    vectors : ndarray of float16, float32 or float64, shape (rows, vector_size)
        The matrix. Objects of the class ``numpy.matrix`` become arrays, and unaligned arrays are copied.

    Returns
    -------
    ndarray
        The matrix.

    Raises
    ------
    TypeError, ValueError
        If `vectors` is not an array of one of these types, has masked entries, or is not two-dimensional.
    """
    if not isinstance(vectors, np.ndarray) or vectors.dtype not in (np.float16, np.float32, np.float64):
        given = vectors.dtype if isinstance(vectors, np.ndarray) else type(vectors).__name__
        raise TypeError(f"vectors must be an array of float16, float32 or float64, got {given}")
    if vectors.ndim != 2:
        raise ValueError(f"vectors must be a matrix, got {vectors.ndim} dimensions")
    if np.ma.is_masked(vectors):
        raise TypeError("vectors must not have masked entries, got a masked array")
    if isinstance(vectors, np.matrix | np.ma.MaskedArray):
        vectors = np.asarray(vectors)  # indexing a numpy.matrix gives matrices where arrays give vectors
    return vectors if vectors.flags.aligned else vectors.copy()


def as_vector(name: str, value: object, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a vector given by the user as a contiguous array.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : array_like, shape (size,)
        The vector.
    size : int
        Expected number of values.
    dtype : dtype
        Type of the result.

    Returns
    -------
    ndarray, shape (size,)
        The vector.

    Raises
    ------
    TypeError, ValueError
        If `value` is not numeric or has another shape; the message names the argument `name`.
    """
    array = _as_numeric(name, value)
    if array.shape != (size,):
        raise ValueError(f"{name} must be a vector of {size} numbers, got shape {array.shape}")
    return np.ascontiguousarray(array, dtype=dtype)


def as_rows(name: str, value: object, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a matrix given by the user as a C-contiguous array; a single vector becomes one row.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : array_like, shape (n, size) or (size,)
        The matrix.
    size : int
        Expected number of values per row.
    dtype : dtype
        Type of the result.

    Returns
    -------
    ndarray, shape (n, size)
        The matrix.

    Raises
    ------
    TypeError, ValueError
        If `value` is not numeric or has another shape; the message names the argument `name`.
    """
    array = _as_numeric(name, value)
    if array.size == 0 and array.ndim <= 2:
        array = array.reshape(array.shape[0] if array.ndim == 2 else 0, size)
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or array.shape[1] != size:
        raise ValueError(f"{name} must have rows of {size} numbers, got shape {array.shape}")
    return np.ascontiguousarray(array, dtype=dtype)


def _as_numeric(name: str, value: object) -> NDArray[Any]:
    if np.ma.isMaskedArray(value) and np.ma.is_masked(value):
        raise TypeError(f"{name} must not have masked entries, got a masked array")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must have rows of equal length: {error}") from None
    if array.dtype.kind not in "fiub" or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
        raise TypeError(f"{name} must be float16, float32, float64 or integer, got {array.dtype}")
    return array


def row_norms(rows: NDArray[Any]) -> FloatArray:
    """Return the Euclidean norms of the rows of a matrix.

    Squares are summed in float64, because those of float16 overflow. Rows are converted in blocks, so that no second
    copy of the matrix is made.

    Parameters
    ----------
    rows : ndarray, shape (n, vector_size)
        The matrix.

    Returns
    -------
    ndarray, shape (n,)
        The norms, in the working dtype.
    """
    norms = np.empty(len(rows), dtype=working_dtype(rows.dtype))
    block_rows = max(1, _VALUES_PER_BLOCK // max(1, rows.shape[1]))
    for first in range(0, len(rows), block_rows):
        block = rows[first : first + block_rows].astype(np.float64)
        norms[first : first + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
    return norms


def unit_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """Scale the rows of a matrix to unit norm; zero rows stay zero.

    Parameters
    ----------
    rows : ndarray, shape (n, vector_size)
        The matrix.

    Returns
    -------
    ndarray, shape (n, vector_size)
        New array of the same dtype, computed in float64.
    """
    wide = rows.astype(np.float64)
    norms = np.sqrt(np.add.reduce(wide * wide, axis=1))
    norms[norms == 0.0] = 1.0
    return np.asarray((wide / norms[:, np.newaxis]).astype(rows.dtype))


def cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return the cosine of two vectors, computed in float64.

    The square root of a correctly rounded square is the original number, hence x.x / sqrt((x.x)(x.x)) is exactly 1.
    NumPy's sum is used instead of BLAS because its order of additions depends on the length of the vector only.

    Parameters
    ----------
    first, second : ndarray, shape (vector_size,)
        The vectors.

    Returns
    -------
    float
        The cosine: exactly 1 for equal vectors, 0 if one of them is zero, -inf if one of them is not finite.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    norms = math.sqrt(float(np.add.reduce(x * x)) * float(np.add.reduce(y * y)))
    if norms == 0.0:
        return 0.0
    if not math.isfinite(norms):
        return -math.inf
    ratio = float(np.add.reduce(x * y)) / norms
    return ratio if abs(ratio) <= 1.0 else float(np.sign(ratio))
