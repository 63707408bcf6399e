"""The form in which changes of weights are sent: float32, or rounded to bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Wire", "wire_of"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Wire:
    """Conversions of a matrix to what is sent, and back.

    Parameters
    ----------
    dtype : numpy.dtype
        Element type of what is sent.
    packed : callable
        From a float32 matrix to the array that is sent.
    unpacked : callable
        From that array to the float32 matrix.
    """

    dtype: np.dtype[Any]
    packed: Callable[[Floats], NDArray[Any]]
    unpacked: Callable[[NDArray[Any]], Floats]


def wire_of(name: str) -> Wire:
    """Return the conversions of a format.

    Parameters
    ----------
    name : {"float32", "bfloat16"}
        The format.

    Returns
    -------
    Wire
        Its conversions.

    Examples
    --------
    >>> wire = wire_of("bfloat16")
    >>> sent = wire.packed(np.array([[1.0, 1.001]], dtype=np.float32))
    >>> sent.nbytes, wire.unpacked(sent).tolist()
    (4, [[1.0, 1.0]])
    """
    if name == "bfloat16":
        return Wire(np.dtype(np.uint16), _rounded, _widened)
    return Wire(np.dtype(np.float32), lambda matrix: matrix, lambda sent: sent)


def _rounded(matrix: Floats) -> NDArray[np.uint16]:
    bits = np.ascontiguousarray(matrix).view(np.uint32)
    # To the nearest, ties to even; changes are finite, and their sum cannot overflow.
    return ((bits + (np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1)))) >> np.uint32(16)).astype(np.uint16)


def _widened(sent: NDArray[Any]) -> Floats:
    return (sent.astype(np.uint32) << np.uint32(16)).view(np.float32)
