"""Mapping of test-set words to rows: the most frequent words only, with case variants of a word sharing one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lexicon"]


class Lexicon:
    """Rows of the first keys of a vocabulary, found with or without regard to case.

    Parameters
    ----------
    keys : sequence of keys
        Keys in row order, most frequent first.
    restrict_vocab : int or None
        Number of keys to use, counted from the start; all if None.
    case_insensitive : bool
        Whether words that differ only in case are the same word; the row of the first one is used.

    Attributes
    ----------
    size : int
        Number of keys used.
    variants : int
        Number of keys that are not used because they differ from an earlier key only in case.
    canonical : ndarray of int64, shape (size,)
        For each row the first row of the same word; -1 for keys that are not text.
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
        self.variants = int(np.count_nonzero((self.canonical >= 0) & (self.canonical != np.arange(self.size))))

    def form(self, word: str) -> str:
        """Return the form under which a word is looked up: lower case if case is ignored.

        Lower case keeps words apart that differ in more than case: ``maße`` and ``masse``, or ``ısı`` and ``isi``,
        which have the same upper case.

        Parameters
        ----------
        word : str
            The word.

        Returns
        -------
        str
            Its form.
        """
        return word.lower() if self._case_insensitive else word

    def rows_of(self, words: Sequence[str]) -> list[int]:
        """Return the row of each word, -1 for unknown words.

        Parameters
        ----------
        words : sequence of str
            The words.

        Returns
        -------
        list of int
            Their rows.
        """
        return [self._row_of(word) for word in words]

    def _row_of(self, word: str) -> int:
        row = self._rows.get(self.form(word), -1)
        if row < 0 and " " in word:  # vocabularies of phrases join words by underscores
            row = self._rows.get(self.form(word.replace(" ", "_")), -1)
        return row
