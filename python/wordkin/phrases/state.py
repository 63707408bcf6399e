"""Counts that live in C++, seen as a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import _core

__all__ = ["PhraseCounts"]


class PhraseCounts(Mapping[str, int]):
    """Word or joined phrase to count. A look-up is fast; going through all makes a Python object of each."""

    def __init__(self, counts: _core.phrases.PhraseVocabulary) -> None:
        self._counts = counts

    def __getitem__(self, word: str) -> int:
        count = self._count_of(word)
        if count == 0:
            raise KeyError(word)
        return count

    def __contains__(self, word: Any) -> bool:
        return self._count_of(word) > 0

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[str]:
        return (word for word, _ in self._counts.items())

    def items(self) -> Any:
        """All pairs of word and count, as a list."""
        return self._counts.items()

    def values(self) -> Any:
        """All counts, as a list."""
        return [count for _, count in self._counts.items()]

    def _count_of(self, word: Any) -> int:
        if not isinstance(word, str):
            return 0
        try:
            word.encode("utf-8")
        except UnicodeEncodeError:  # half of a surrogate pair: no such word can have been learned
            return 0
        return self._counts.count_of(word)

    def __repr__(self) -> str:
        return f"<counts of {len(self)} words and phrases>"
