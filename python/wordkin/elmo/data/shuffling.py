"""Random sentence orders in constant memory: any element of a permutation is computed directly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permute"]

_ROUNDS = 6
_WEYL = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def permute(indices: NDArray[np.int64], count: int, key: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the images of indices under a pseudorandom permutation of ``range(count)``.

    A Feistel network permutes all numbers with an even number of bits; results of `count` or more are mapped again
    until they fall into the range (cycle walking). Any part of an order of a billion sentences is thus available at
    once, and identical in every process.

    Parameters
    ----------
    indices : ndarray of int64
        Numbers from 0 to `count` - 1.
    count : int
        Number of elements of the permutation.
    key : tuple of int
        Non-negative integers that select the permutation.

    Returns
    -------
    ndarray of int64
        Image of each index, with the shape of `indices`.

    References
    ----------
    .. [1] J. Black and P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002: cycle walking.

    Examples
    --------
    >>> sorted(permute(np.arange(10), 10, (1, 2)).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    half_bits = np.uint64(max(1, -(-(count - 1).bit_length() // 2)))
    round_keys = _round_keys(key)
    values = _apply_feistel(indices.astype(np.uint64), half_bits, round_keys)
    while (outside := np.flatnonzero(values >= count)).size:
        values[outside] = _apply_feistel(values[outside], half_bits, round_keys)
    return values.astype(np.int64)


def _apply_feistel(values: NDArray[np.uint64], half_bits: np.uint64, round_keys: list[np.uint64]) -> NDArray[np.uint64]:
    mask = (np.uint64(1) << half_bits) - np.uint64(1)
    left, right = values >> half_bits, values & mask
    for round_key in round_keys:
        left, right = right, left ^ (_mix(right ^ round_key) & mask)
    return (left << half_bits) | right


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Apply the finalizer of splitmix64 (Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _round_keys(key: tuple[int, ...]) -> list[np.uint64]:
    state = np.zeros(1, dtype=np.uint64)
    for part in key:
        state = _mix(state + np.uint64((part + _WEYL) & _MASK))
    return [_mix(state + np.uint64(number * _WEYL & _MASK))[0] for number in range(1, _ROUNDS + 1)]
