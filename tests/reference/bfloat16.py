"""Rounding to bfloat16, the upper half of a float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round finite numbers to the nearest bfloat16, ties to even, and return them as float32."""
    bits = np.ascontiguousarray(values).view(np.uint32).astype(np.uint64)
    lower, rest = bits >> 16, bits & 0xFFFF
    up = (rest > 0x8000) | ((rest == 0x8000) & (lower % 2 == 1))
    return ((lower + up) << 16).astype(np.uint32).view(np.float32)
