"""Orders of sentences that need no memory: a permutation computed place by place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["shuffled"]

_ROUNDS = 6
_WEYL = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def shuffled(places: NDArray[np.int64], count: int, key: tuple[int, ...]) -> NDArray[np.int64]:
    """Return where a permutation of 0 to `count` - 1 sends these places.

    A Feistel network permutes the numbers of an even count of bits; those that it sends beyond `count` go through it
    again. So any part of an order of a thousand million sentences is there at once, in every process alike.

    Parameters
    ----------
    places
        Numbers from 0 to `count` - 1.
    count
        How many there are.
    key
        Integers from 0 that choose the permutation.

    Examples
    --------
    >>> sorted(shuffled(np.arange(10), 10, (1, 2)).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    half = np.uint64(max(1, -(-(count - 1).bit_length() // 2)))
    round_keys = _round_keys(key)
    values = _permuted(places.astype(np.uint64), half, round_keys)
    while (outside := np.flatnonzero(values >= count)).size:
        values[outside] = _permuted(values[outside], half, round_keys)
    return values.astype(np.int64)


def _permuted(values: NDArray[np.uint64], half: np.uint64, round_keys: list[np.uint64]) -> NDArray[np.uint64]:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = values >> half, values & mask
    for round_key in round_keys:
        left, right = right, left ^ (_mixed(right ^ round_key) & mask)
    return (left << half) | right


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _round_keys(key: tuple[int, ...]) -> list[np.uint64]:
    state = np.zeros(1, dtype=np.uint64)
    for part in key:
        state = _mixed(state + np.uint64((part + _WEYL) & _MASK))
    return [_mixed(state + np.uint64(number * _WEYL & _MASK))[0] for number in range(1, _ROUNDS + 1)]
