"""Types of keys and vectors that users pass, and the conversion of such arguments to lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..runtime.columns import as_rows, plain_values

__all__ = ["KEY_TYPES", "FloatArray", "Key", "KeyOrVector", "as_keys", "as_list"]

KEY_TYPES = (str, int, np.integer)

Key: TypeAlias = str | int | np.integer[Any]
"""A key, or the index of a row."""
FloatArray: TypeAlias = NDArray[np.floating[Any]]
KeyOrVector: TypeAlias = str | int | np.integer[Any] | NDArray[Any]


def as_list(value: Any) -> list[Any]:
    """Return a list of keys and vectors.

    Parameters
    ----------
    value : key, vector, matrix, iterable of keys and vectors, or None
        The argument given by the user.

    Returns
    -------
    list
        Its items; a single key or vector as a list of one, a matrix as the list of its rows, None as an empty list.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if value is None:
        return []
    if isinstance(value, KEY_TYPES) or (isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind != "U"):
        return [value]
    return _items(value, "keys")


def _items(value: Any, name: str) -> list[Any]:
    if isinstance(value, list | tuple):
        return plain_values(value)
    try:
        return list(as_rows(value, name, "a key or a list of keys"))
    except TypeError:
        raise TypeError(f"{name} must be a key or a list of keys, got {value!r} ({type(value).__name__})") from None


def as_keys(keys: Iterable[Any], name: str = "words") -> list[Any]:
    """Return a list of keys.

    Parameters
    ----------
    keys : iterable of str or int
        The argument given by the user.
    name : str, default "words"
        Name of the argument in messages.

    Returns
    -------
    list
        The keys.

    Raises
    ------
    TypeError
        If `keys` is a single string, whose characters would otherwise be taken for keys, or not iterable.
    """
    if isinstance(keys, str):
        raise TypeError(f"{name} must be a list of keys, got the single string {keys!r}")
    return _items(keys, name)
