"""The combination of changes by Adasum in float64, written from the published rule, independently of the kernels.

Maleki et al. 2021, "Scaling distributed training with adaptive summation": two changes a and b of the same row give

    (1 - a . b / 2 |a|^2) a + (1 - a . b / 2 |b|^2) b,

so that orthogonal changes are added and equal ones are averaged; the results of pairs are combined in the same way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["adaptive_sum", "combined_rows"]

Floats = NDArray[np.float64]


def adaptive_sum(changes: list[Floats]) -> Floats:
    """Return the combination of changes of one row: neighbours in pairs, until one change is left."""
    while len(changes) > 1:
        pairs = [_pair(first, second) for first, second in zip(changes[::2], changes[1::2], strict=False)]
        changes = [*pairs, *changes[2 * len(pairs) :]]
    return changes[0]


def _pair(first: Floats, second: Floats) -> Floats:
    product = float(first @ second)
    shares = [1 - product / (2 * norm) if norm > 1e-20 else 1.0 for norm in (first @ first, second @ second)]
    return shares[0] * first + shares[1] * second


def combined_rows(base: Floats, replicas: list[Floats]) -> Floats:
    """Return the rows of `base` after the combined changes of all replicas."""
    return np.array(
        [row + adaptive_sum([replica[i] - row for replica in replicas]) for i, row in enumerate(base)]
    ).reshape(base.shape)
