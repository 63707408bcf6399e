"""Vectors of words that were met already, exact and within a bound of memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["CACHE_BYTES", "TokenCache"]

CACHE_BYTES = 128 << 20
_KEY_BYTES = 200  # of a word and its places in the tables, about

Compute = Callable[[list[str]], NDArray[np.float32]]


class TokenCache:
    """Remembers the words asked for last.

    Two generations: a word that is asked for moves into the young one; when that is full, the old one is forgotten and
    the young one becomes old. That is nearly the order of last use, for the price of a look-up.

    Parameters
    ----------
    width
        Numbers of a vector.
    compute
        The vectors of words; of a word the same whatever the others are.
    most_bytes
        Memory for vectors and words; 0: none is remembered.
    """

    def __init__(self, width: int, compute: Compute, *, most_bytes: int = CACHE_BYTES) -> None:
        self._width = width
        self._compute = compute
        self._most_rows = 0  # of a generation
        self._young: dict[str, NDArray[np.float32]] = {}
        self._old: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        self.bound(most_bytes)

    def bound(self, most_bytes: int) -> None:
        """Change the memory; what no longer has room is forgotten."""
        with self._lock:
            self._most_rows = most_bytes // (2 * (4 * self._width + _KEY_BYTES))
            for generation in (self._young, self._old):
                while len(generation) > self._most_rows:
                    generation.popitem()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (len(words), width) of distinct words; new."""
        table = np.empty((len(words), self._width), dtype=np.float32)
        missing: list[int] = []
        with self._lock:
            for row, word in enumerate(words):
                vector = self._young.get(word)
                if vector is None:
                    vector = self._old.pop(word, None)
                    if vector is None:
                        missing.append(row)
                        continue
                    self._add(word, vector)
                table[row] = vector
        if missing:
            computed = self._compute([words[row] for row in missing])
            table[missing] = computed
            with self._lock:
                for row, vector in zip(missing, computed, strict=True):
                    self._add(words[row], vector.copy())  # a view would hold the whole table
        return table

    def _add(self, word: str, vector: NDArray[np.float32]) -> None:
        if self._most_rows == 0:
            return
        if len(self._young) >= self._most_rows:
            self._old, self._young = self._young, {}
        self._young[word] = vector
