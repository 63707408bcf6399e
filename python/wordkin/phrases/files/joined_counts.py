"""Counts of joined texts, as gensim keeps them, converted to counts of words and of phrases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["WordCounts", "counts_of_texts"]


@dataclass(frozen=True, kw_only=True)
class WordCounts:
    """Counts of words and phrases.

    Parameters
    ----------
    words : list of str
        The words.
    arrays : dict of str to ndarray
        Their counts, and phrases as numbers of words with their counts.
    shared : dict of str to int
        Texts that were counted once, but have several readings with this count: how often it is counted too much.
    """

    words: list[str]
    arrays: dict[str, NDArray[Any]]
    shared: dict[str, int]


class _Split(NamedTuple):
    first: str
    between: tuple[str, ...]
    last: str


def counts_of_texts(counts: dict[str, int], delimiter: str, connectors: frozenset[str]) -> WordCounts:
    """Convert counts of joined texts to counts of words and of phrases, for a model that finds the same phrases.

    A text that contains the delimiter is read as all phrases whose first and last words are in the vocabulary and whose
    words between them are connector words, and as a word if it is needed for another phrase or if there is no such
    phrase.

    Parameters
    ----------
    counts : dict of str to int
        Counts of words and joined phrases.
    delimiter : str
        String between the words of a phrase.
    connectors : frozenset of str
        Words allowed inside a phrase.

    Returns
    -------
    WordCounts
        The same counts.

    Raises
    ------
    ValueError
        If the delimiter is empty.

    Examples
    --------
    >>> found = counts_of_texts({"new": 2, "york": 2, "new_york": 1}, "_", frozenset())
    >>> found.words, found.arrays["word_counts"].tolist(), found.arrays["counts"].tolist()
    (['new', 'york'], [2, 2], [1])
    """
    if not delimiter:
        raise ValueError("phrases joined without a delimiter cannot be divided into words")
    counts = {text: count for text, count in counts.items() if count > 0}
    splits = {text: list(_splits(text, delimiter, connectors, counts)) for text in counts if delimiter in text}
    needed = {word for readings in splits.values() for split in readings for word in (split.first, split.last)}
    table = _Table()
    word_counts = {table.word(text): count for text, count in counts.items() if text in needed or not splits.get(text)}
    phrases = [(*table.phrase(split), counts[text]) for text, readings in splits.items() for split in readings]
    shared = {
        text: counts[text] * repeated
        for text, readings in splits.items()
        if (repeated := len(readings) - (text not in needed)) > 0
    }
    return WordCounts(words=list(table.words), arrays=_arrays(table, word_counts, phrases), shared=shared)


def _splits(text: str, delimiter: str, connectors: frozenset[str], counts: dict[str, int]) -> Iterator[_Split]:
    parts = text.split(delimiter)
    for start in range(1, len(parts)):
        first = delimiter.join(parts[:start])
        if first not in counts:
            continue
        for end in range(start, len(parts)):
            last, between = delimiter.join(parts[end:]), tuple(parts[start:end])
            if not connectors.issuperset(between):
                break
            if last in counts:
                yield _Split(first, between, last)


@dataclass
class _Table:
    """Numbers of words and of gaps: sequences of connector words."""

    words: dict[str, int] = field(default_factory=dict)
    gaps: dict[tuple[int, int], int] = field(default_factory=dict)

    def word(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words))

    def phrase(self, split: _Split) -> tuple[int, int, int]:
        gap = 0
        for connector in split.between:
            gap = self.gaps.setdefault((gap, self.word(connector)), len(self.gaps) + 1)
        return self.word(split.first), self.word(split.last), gap


def _arrays(
    table: _Table, word_counts: dict[int, int], phrases: list[tuple[int, int, int, int]]
) -> dict[str, NDArray[Any]]:
    columns = np.array(phrases, np.int64).reshape(-1, 4)
    gaps = np.array(list(table.gaps), np.int32).reshape(-1, 2)
    arrays: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(columns[:, column], np.int32)
        for column, name in enumerate(("first", "second", "gap"))
    }
    arrays["counts"] = np.ascontiguousarray(columns[:, 3])
    arrays["gap_before"], arrays["gap_last"] = (np.ascontiguousarray(column) for column in gaps.T)
    arrays["word_counts"] = np.zeros(len(table.words), np.int64)
    arrays["word_counts"][list(word_counts)] = list(word_counts.values())
    return arrays
