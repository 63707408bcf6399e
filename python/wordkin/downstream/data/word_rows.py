"""Which row of a table of vectors a word has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...vectors import KeyedVectors

__all__ = ["UNKNOWN_ROW", "gathered_vectors", "known_form", "learned_words", "rows_of_words"]

UNKNOWN_ROW = 0  # of a table that is trained: for all words that it has no row for


def known_form(word: str, known: Any) -> str | None:
    """Return the form of a word that is known: itself, or in lower case; None if neither is.

    Examples
    --------
    >>> known_form("The", {"the": 0})
    'the'
    """
    if word in known:
        return word
    lower = word.lower()
    return lower if lower != word and lower in known else None


def gathered_vectors(
    vectors: KeyedVectors, words: Sequence[str], lowercase: bool
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the vectors of those words that have one, float32 (rows, width), and for each word its row or -1.

    There is one row at least, as a table has.
    """
    forms = [known_form(word.lower() if lowercase else word, vectors) for word in words]
    index = {form: row for row, form in enumerate(dict.fromkeys(form for form in forms if form is not None))}
    table = np.zeros((max(1, len(index)), vectors.vector_size), dtype=np.float32)
    for form, row in index.items():
        table[row] = vectors.get_vector(form)
    return table, np.array([-1 if form is None else index[form] for form in forms], dtype=np.int32)


def learned_words(words: Sequence[str], counts: NDArray[np.int64], min_count: int, lowercase: bool) -> list[str]:
    """Return the words that get rows of their own in a table learned from scratch, the most frequent first."""
    totals: dict[str, int] = {}
    for word, count in zip(words, counts.tolist(), strict=True):
        form = word.lower() if lowercase else word
        totals[form] = totals.get(form, 0) + count
    frequent = (word for word, count in totals.items() if count >= min_count)
    return sorted(frequent, key=lambda word: (-totals[word], word))


def rows_of_words(words: Sequence[str], index: Mapping[str, int], lowercase: bool) -> NDArray[np.int32]:
    """Return the rows of words in a table that is trained; `UNKNOWN_ROW` for those without one.

    Examples
    --------
    >>> rows_of_words(["The", "end"], {"the": 1}, lowercase=False).tolist()
    [1, 0]
    """
    forms = (known_form(word.lower() if lowercase else word, index) for word in words)
    return np.array([UNKNOWN_ROW if form is None else index[form] for form in forms], dtype=np.int32)
