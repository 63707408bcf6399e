"""The words that a language model predicts: marks of a sentence's ends, the unknown word, then the most frequent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..storage import pack_words
from ..storage.opening import open_binary
from ..storage.paths import AnyPath, local_path
from ..text import RawCounts, Vocabulary
from ..text.characters import BEGIN_SENTENCE, END_SENTENCE

__all__ = [
    "FEWEST_WORDS",
    "MARKS",
    "UNKNOWN",
    "TargetWords",
    "VocabularyChange",
    "parse_vocabulary",
    "parse_vocabulary_lines",
    "frequent_words",
]

UNKNOWN = "<UNK>"
MARKS = (BEGIN_SENTENCE, END_SENTENCE, UNKNOWN)
FEWEST_WORDS = len(MARKS) + 1
_NO_WORD = "!!!MAXTERMID"  # a line of the original's vocabulary files that stands for none

VocabularyChange = Literal["keep", "extend", "replace"]


class TargetWords:
    """Words with their ids, which are their places.

    Parameters
    ----------
    words
        Distinct; the marks and the unknown word are put first where they are missing.

    Raises
    ------
    VocabularyError
        If a word comes twice, is empty, or could not stand in a line of its own.

    Examples
    --------
    >>> TargetWords(["the", "of"]).words
    ['<S>', '</S>', '<UNK>', 'the', 'of']
    """

    def __init__(self, words: Iterable[str]) -> None:
        given = list(words)
        present = set(given)
        self.words: list[str] = [mark for mark in MARKS if mark not in present] + given
        _require_lines(self.words)
        if len(self.index) != len(self.words):
            place = next(place for place, word in enumerate(self.words) if self.index[word] != place)
            raise VocabularyError(f"the vocabulary has the word {self.words[place]!r} more than once")

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def packed(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The words as tensors, for every checkpoint."""
        return pack_words(self.words)

    @property
    def unknown(self) -> int:
        """The id of the unknown word."""
        return self.index[UNKNOWN]

    def ids(self, words: Iterable[str]) -> list[int]:
        """Ids of words, that of the unknown word for others."""
        index, unknown = self.index, self.unknown
        return [index.get(word, unknown) for word in words]

    def extended(self, words: Iterable[str]) -> TargetWords:
        """The same with further words behind."""
        return TargetWords(self.words + [word for word in words if word not in self.index])


def _require_lines(words: Sequence[str]) -> None:
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"the words of a vocabulary must be str, got {type(word).__name__}")
        if not word or "\n" in word or "\r" in word:
            raise VocabularyError(f"the vocabulary has {word!r:.100}, which cannot stand in a line of its own")
        if not word.isascii():
            try:
                word.encode()
            except UnicodeEncodeError:
                raise VocabularyError(f"the vocabulary has {word!a:.100}, which has no UTF-8") from None


def frequent_words(counts: RawCounts, *, min_count: int, max_size: int | None) -> list[str]:
    """Return the words of a text for a vocabulary of at most `max_size`, the most frequent first, without marks.

    Raises
    ------
    VocabularyError
        If no word is left.
    """
    chosen: Vocabulary
    chosen, _ = counts.prune(min_count)
    words = [word for word in chosen.words if word not in MARKS and "\n" not in word and "\r" not in word]
    return words if max_size is None else words[: max_size - len(MARKS)]


def parse_vocabulary(vocabulary: Any) -> TargetWords:
    """Return a vocabulary that the user gives: a file with a word a line, or the words.

    Raises
    ------
    TypeError, VocabularyError
        If it is no vocabulary.
    OSError
        If the file cannot be read.
    """
    if isinstance(vocabulary, TargetWords):
        return vocabulary
    if isinstance(vocabulary, Vocabulary):
        return TargetWords(vocabulary.words)
    if isinstance(vocabulary, str | bytes) or hasattr(vocabulary, "__fspath__"):
        return _read_words(vocabulary)
    if not isinstance(vocabulary, Iterable):
        raise TypeError(f"vocabulary must be words or the path of a file of words, got {type(vocabulary).__name__}")
    return TargetWords(vocabulary)


def _read_words(path: AnyPath) -> TargetWords:
    with open_binary(path) as file:
        return parse_vocabulary_lines(file.read(), str(local_path(path)))


def parse_vocabulary_lines(text: bytes, source: str) -> TargetWords:
    """Return a vocabulary from the content of a file, a word a line.

    Raises
    ------
    VocabularyError
        If it is no vocabulary.
    """
    lines = text.split(b"\n")
    if lines and not lines[-1]:
        del lines[-1]
    words = []
    for number, line in enumerate(lines, start=1):
        try:
            word = line.rstrip(b"\r").decode("utf-8")
        except UnicodeDecodeError:
            raise VocabularyError(f"{source}: line {number}: invalid UTF-8") from None
        if not word:
            raise VocabularyError(f"{source}: line {number}: empty; a vocabulary has a word in each line")
        if word != _NO_WORD:
            words.append(word)
    if not words:
        raise VocabularyError(f"{source}: no words")
    try:
        return TargetWords(words)
    except VocabularyError as error:
        raise VocabularyError(f"{source}: {error}") from None
