"""Output vocabulary of a language model: sentence-boundary markers, the unknown word, then words by frequency."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError, FormatError, VocabularyError
from ..storage import pack_words
from ..storage.bounds import Bound
from ..storage.lines import load_lines, source_name
from ..storage.paths import AnyPath
from ..text import RawCounts, Vocabulary
from ..text.characters import BEGIN_SENTENCE, END_SENTENCE

__all__ = [
    "CANNOT_PREDICT",
    "MARKERS",
    "UNKNOWN",
    "TargetWords",
    "VocabularySource",
    "frequent_words",
    "parse_vocabulary",
    "read_vocabulary_file",
]

UNKNOWN = "<UNK>"
CANNOT_PREDICT = (
    "this model has no softmax and vocabulary, and predicts no words: published models, such as those of AllenNLP and "
    "ELMoForManyLangs, come without their output layer; `train` adds one"
)
MARKERS = (BEGIN_SENTENCE, END_SENTENCE, UNKNOWN)
_FILE_BOUND = Bound(
    size=1 << 30, line=1 << 20, cure="a vocabulary file has one word per line; pass the words themselves"
)
_PADDING_WORD = "!!!MAXTERMID"  # A placeholder line in vocabulary files of the original program.


class TargetWords:
    """Words that a model predicts; the id of a word is its index.

    Parameters
    ----------
    words : iterable of str
        Distinct words. Missing boundary markers and a missing unknown word are put first.

    Attributes
    ----------
    words : list of str
        All words in the order of their ids.

    Raises
    ------
    TypeError
        If a word is not a str.
    VocabularyError
        If a word occurs twice, is empty, or cannot be written as a line of a UTF-8 file.

    Examples
    --------
    >>> TargetWords(["the", "of"]).words
    ['<S>', '</S>', '<UNK>', 'the', 'of']
    """

    def __init__(self, words: Iterable[str]) -> None:
        given = list(words)
        present = set(given)
        self.words: list[str] = [marker for marker in MARKERS if marker not in present] + given
        _require_lines(self.words)
        if len(self.index) != len(self.words):
            duplicate = next(word for number, word in enumerate(self.words) if self.index[word] != number)
            raise VocabularyError(f"the vocabulary contains the word {duplicate!r} more than once")

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """Id of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def packed(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Words as the arrays that archives store: UTF-8 bytes and offsets."""
        return pack_words(self.words)

    @property
    def unknown(self) -> int:
        """Id of the unknown word."""
        return self.index[UNKNOWN]

    def ids(self, words: Iterable[str]) -> list[int]:
        """Return the ids of words.

        Parameters
        ----------
        words : iterable of str
            Words to look up.

        Returns
        -------
        list of int
            Id of each word; words outside the vocabulary get the id of the unknown word.

        Examples
        --------
        >>> TargetWords(["the", "of"]).ids(["of", "elsewhere"])
        [4, 2]
        """
        index, unknown = self.index, self.unknown
        return [index.get(word, unknown) for word in words]

    def extended(self, words: Iterable[str]) -> TargetWords:
        """Return a vocabulary with further words after the existing ones.

        Parameters
        ----------
        words : iterable of str
            Words to append; those that are present already are skipped.

        Returns
        -------
        TargetWords
            New vocabulary in which existing words keep their ids.
        """
        return TargetWords(self.words + [word for word in words if word not in self.index])


def _require_lines(words: Sequence[str]) -> None:
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"the words of a vocabulary must be str, got {type(word).__name__}")
        if not word or "\n" in word or "\r" in word:
            raise VocabularyError(f"words of a vocabulary must be non-empty and without line breaks, got {word!r:.100}")
        if not word.isascii():
            try:
                word.encode()
            except UnicodeEncodeError:
                raise VocabularyError(
                    f"words of a vocabulary must be encodable as UTF-8, got {word!a:.100} with lone surrogates"
                ) from None


def frequent_words(counts: RawCounts, *, min_count: int, max_size: int | None) -> list[str]:
    """Return the most frequent words of a text.

    Parameters
    ----------
    counts : RawCounts
        Word counts of the text.
    min_count : int
        Minimum number of occurrences of a word.
    max_size : int or None
        Maximum size of the vocabulary, including the boundary markers and the unknown word; None for no limit.

    Returns
    -------
    list of str
        Words by descending frequency, without boundary markers and the unknown word. Words with line breaks are left
        out, as they could not be written to a vocabulary file.

    Raises
    ------
    VocabularyError
        If no word remains.
    """
    chosen: Vocabulary
    chosen, _ = counts.prune(min_count)
    words = [word for word in chosen.words if word not in MARKERS and "\n" not in word and "\r" not in word]
    return words if max_size is None else words[: max_size - len(MARKERS)]


VocabularySource: TypeAlias = AnyPath | Iterable[str] | Vocabulary | TargetWords


def parse_vocabulary(vocabulary: VocabularySource) -> TargetWords:
    """Return the vocabulary that a user has given.

    Parameters
    ----------
    vocabulary : path, iterable of str, Vocabulary or TargetWords
        File with one word per line, or the words themselves in the order of their ids.

    Returns
    -------
    TargetWords
        The vocabulary.

    Raises
    ------
    TypeError
        If the argument is of any other type.
    VocabularyError
        If the file or a word is invalid.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> len(parse_vocabulary(["the", "of"]))
    5
    """
    if isinstance(vocabulary, TargetWords):
        return vocabulary
    if isinstance(vocabulary, Vocabulary):
        return TargetWords(vocabulary.words)
    if isinstance(vocabulary, str | bytes | os.PathLike):
        return read_vocabulary_file(vocabulary)
    if not isinstance(vocabulary, Iterable):
        raise TypeError(
            f"vocabulary must be an iterable of words or the path of a vocabulary file, got {type(vocabulary).__name__}"
        )
    return TargetWords(vocabulary)


def read_vocabulary_file(source: AnyPath | BinaryIO, name: str | None = None) -> TargetWords:
    """Return the vocabulary in a vocabulary file.

    Parameters
    ----------
    source : path or binary file
        The file, which may be compressed: one word per line, in UTF-8 or with a byte-order mark. It may take up to
        1 GiB of memory.
    name : str, optional
        Name of an open file, for error messages.

    Returns
    -------
    TargetWords
        The vocabulary.

    Raises
    ------
    VocabularyError
        If the file is not a valid vocabulary.

    Examples
    --------
    >>> import io
    >>> read_vocabulary_file(io.BytesIO(b"the\\nof\\n"), "vocabulary.txt").words[3:]
    ['the', 'of']
    """
    name = name or source_name(source)
    try:
        lines = load_lines(source, bound=_FILE_BOUND, name=name)
    except CorruptFileError:
        raise
    except FormatError as error:
        raise VocabularyError(str(error)) from None
    for number, word in lines:
        if not word:
            raise VocabularyError(f"{name}: line {number}: empty; a vocabulary file has one word per line")
    words = [word for _, word in lines if word != _PADDING_WORD]
    if not words:
        raise VocabularyError(f"{name}: no words")
    try:
        return TargetWords(words)
    except VocabularyError as error:
        raise VocabularyError(f"{name}: {error}") from None
