"""Bounded cache of token vectors, which do not depend on context and are therefore reused across sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...runtime.locks import fork_safe_lock

__all__ = ["DEFAULT_CACHE_BYTES", "TokenCache"]

DEFAULT_CACHE_BYTES = 128 << 20
_ENTRY_OVERHEAD_BYTES = 200  # approximate: the token and its entries in the two hash tables

TokenVectors = NDArray[np.float32]  # (tokens, dim)


class TokenCache:
    """Cache of the most recently used token vectors. Its methods may be called from several threads.

    The cache has two generations. A requested token moves to the young generation; when that is full, it replaces the
    old generation, which is discarded. This approximates least-recently-used eviction at the cost of one dictionary
    lookup.

    The size limit is fixed. `resized` returns a cache with another limit, so that calls already running keep theirs.

    Parameters
    ----------
    dim : int
        Dimensionality of the vectors.
    max_bytes : int, default 128 MiB
        Size limit for vectors and tokens in bytes; 0 disables caching.

    Examples
    --------
    >>> cache = TokenCache(1)
    >>> cache.vectors(["a", "bc"], lambda tokens: np.array([[len(token)] for token in tokens], np.float32)).tolist()
    [[1.0], [2.0]]
    >>> len(cache)
    2
    """

    def __init__(self, dim: int, max_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self._dim = dim
        self._generation_size = max_bytes // (2 * (4 * dim + _ENTRY_OVERHEAD_BYTES))
        self._young: dict[str, TokenVectors] = {}
        self._old: dict[str, TokenVectors] = {}
        self._lock = fork_safe_lock()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def resized(self, max_bytes: int) -> TokenCache:
        """Return a cache with another size limit that holds the most recent vectors of this one.

        Parameters
        ----------
        max_bytes : int
            Size limit in bytes; 0 disables caching.

        Returns
        -------
        TokenCache
            This cache if it has the requested limit already, otherwise a new one. The vectors are shared, not copied.
        """
        if max_bytes == self.max_bytes:
            return self
        cache = TokenCache(self._dim, max_bytes)
        with self._lock:
            cache._young = _newest(self._young, cache._generation_size)
            cache._old = _newest(self._old, cache._generation_size)
        return cache

    def vectors(self, tokens: Sequence[str], compute: Callable[[list[str]], TokenVectors]) -> TokenVectors:
        """Return the vectors of distinct tokens.

        Parameters
        ----------
        tokens : sequence of str
            Distinct tokens.
        compute : callable
            Called with the list of tokens that are not cached; returns their vectors. The vector of a token must not
            depend on the other tokens.

        Returns
        -------
        ndarray of float32, shape (tokens, dim)
            A new array.
        """
        table = np.empty((len(tokens), self._dim), dtype=np.float32)
        missing: list[int] = []
        with self._lock:
            for row, token in enumerate(tokens):
                vector = self._young.get(token)
                if vector is None:
                    vector = self._old.pop(token, None)
                    if vector is None:
                        missing.append(row)
                        continue
                    self._add(token, vector)
                table[row] = vector
        if missing:
            computed = compute([tokens[row] for row in missing])
            table[missing] = computed
            with self._lock:
                for row, vector in zip(missing, computed, strict=True):
                    self._add(tokens[row], vector.copy())  # a view would keep the whole table in memory
        return table

    def _add(self, token: str, vector: TokenVectors) -> None:
        if self._generation_size == 0:
            return
        if len(self._young) >= self._generation_size:
            self._old, self._young = self._young, {}
        self._young[token] = vector


def _newest(generation: dict[str, TokenVectors], count: int) -> dict[str, TokenVectors]:
    return dict(list(generation.items())[max(0, len(generation) - count) :])
