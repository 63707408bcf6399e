"""From the words of a test set to rows: the most frequent words only, and one row for all case variants of a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lexicon"]


class Lexicon:
    """The first `restrict_vocab` keys by their form (upper case where case does not count).

    Attributes
    ----------
    size : int
        How many keys are looked at.
    canonical : ndarray of int64, shape (size,)
        For each row the first row of the same form; -1 for keys that are no words.
    """

    def __init__(self, keys: Sequence[Any], restrict_vocab: int | None, case_insensitive: bool) -> None:
        kept = keys[:restrict_vocab]
        self.size = len(kept)
        self._case_insensitive = case_insensitive
        self._rows: dict[str, int] = {}
        self.canonical: NDArray[np.int64] = np.full(self.size, -1, dtype=np.int64)
        for row, key in enumerate(kept):
            if isinstance(key, str):
                self.canonical[row] = self._rows.setdefault(self.form(key), row)

    def form(self, word: str) -> str:
        """The form under which a word is looked up and reported."""
        return word.upper() if self._case_insensitive else word

    def rows_of(self, words: Sequence[str]) -> list[int]:
        """Row of each word, -1 where there is none."""
        return [self._rows.get(self.form(word), -1) for word in words]
