"""Words with their counts: those of a corpus, and the selection that becomes the vocabulary of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import VocabularyError
from .token_keys import TokenKeys, decoded_token

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "RawCounts",
    "TrimRule",
    "Vocabulary",
    "VocabularyReport",
]

RULE_DEFAULT = 0  # results of a trim rule; this one applies min_count
RULE_DISCARD = 1
RULE_KEEP = 2

TrimRule = Callable[[Any, int, int], int]  # takes a word, which may be a number, its count and min_count


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of a model with their ids and counts.

    Parameters
    ----------
    words : list of str or other keys
        Distinct words; the id of a word is its index.
    counts : ndarray of int64, shape (words,)
        Number of occurrences of each word.
    min_count : int
        Effective minimum count, which is higher than requested if `max_final_vocab` requires it.
    raw_words, raw_sentences : int
        Number of words and sentences in the text that was counted last, including words that are not in the vocabulary.
    """

    words: list[Any]
    counts: NDArray[np.int64]
    min_count: int
    raw_words: int
    raw_sentences: int

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[Any, int]:
        """Id of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @property
    def total(self) -> int:
        """Number of occurrences of all words."""
        return int(self.counts.sum())

    @cached_property
    def table(self) -> _core.text.WordTable:
        """The words as a table for encoding in C++."""
        return _core.text.WordTable(self.words, TokenKeys())

    def extended(
        self,
        found: RawCounts,
        min_count: int,
        *,
        max_final_vocab: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[Vocabulary, VocabularyReport]:
        """Return the vocabulary extended by another text.

        Known words keep their ids, and their counts are added whatever they are. New words follow in the order of
        first occurrence if their counts in the new text are sufficient.

        Parameters
        ----------
        found : RawCounts
            Words and counts of the new text.
        min_count : int
            Minimum count of a new word.
        max_final_vocab : int or None, default None
            Limit of the number of words of the new text; see `RawCounts.effective_min_count`.
        trim_rule : callable or None, default None
            Decides about new words; see `RawCounts.prune`.

        Returns
        -------
        vocabulary : Vocabulary
            The extended vocabulary.
        report : VocabularyReport
            What was kept and dropped of the new text.
        """
        effective = found.effective_min_count(min_count, max_final_vocab)
        ids = found.ids_in(self)
        known = ids >= 0
        added = found.kept(effective, trim_rule) & ~known
        counts = np.concatenate([self.counts, found.counts[added]])
        counts[ids[known]] += found.counts[known]
        new_words = [found.words[position] for position in np.flatnonzero(added)]
        extended = Vocabulary(
            self.words + new_words,
            counts,
            effective,
            found.raw_words,
            found.raw_sentences,
        )
        return extended, _report(found.counts, known | added, effective, new_words=len(new_words))


@dataclass(frozen=True, kw_only=True)
class VocabularyReport:
    """Numbers of words that were kept and dropped.

    Parameters
    ----------
    min_count : int
        Effective minimum count.
    retained_words, retained_total : int
        Number of distinct words that were kept, and of their occurrences.
    dropped_words, dropped_total : int
        Number of distinct words that were dropped, and of their occurrences.
    new_words : int
        Number of distinct words that were kept and are new in the vocabulary.
    """

    min_count: int
    retained_words: int
    retained_total: int
    dropped_words: int
    dropped_total: int
    new_words: int


class RawCounts:
    """All distinct words of a text with their counts, in the order of first occurrence.

    Parameters
    ----------
    table : WordTable
        The words.
    counts : ndarray of int64, shape (words,)
        Number of occurrences of each word.
    raw_words, raw_sentences : int
        Number of words and sentences in the text.
    source : str
        Name of the text in error messages.
    reason : str, default ""
        Why there are no words, for error messages, if that is known.
    """

    def __init__(
        self,
        table: _core.text.WordTable,
        counts: NDArray[np.int64],
        *,
        raw_words: int,
        raw_sentences: int,
        source: str,
        reason: str = "",
    ) -> None:
        self._table = table
        self.counts = counts
        self.raw_words = raw_words
        self.raw_sentences = raw_sentences
        self.source = source
        self._reason = reason

    @property
    def no_words(self) -> str:
        """Error message of a text without words."""
        return f"no words; read {self.raw_words} tokens from {self.source}{self._reason}"

    @classmethod
    def from_frequencies(cls, frequencies: Mapping[Any, int], *, raw_sentences: int = 0) -> RawCounts:
        """Create an object from given counts.

        Parameters
        ----------
        frequencies : mapping of str or other keys to int
            The words and their counts, in the order of the mapping.
        raw_sentences : int, default 0
            Number of sentences of the text.

        Returns
        -------
        RawCounts
            The counts.

        Raises
        ------
        TypeError, ValueError
            If a key is empty or of a type that `key_to_json` does not support, or a count is not an integer from 0 to
            2**63 - 1.
        """
        if not hasattr(frequencies, "items"):
            raise TypeError(f"word_freq must be a mapping from words to counts, got {type(frequencies).__name__}")
        words = list(frequencies)
        for word, count in frequencies.items():
            if word == "":
                raise ValueError("the keys of word_freq must not be empty")
            if isinstance(count, bool) or not hasattr(count, "__index__"):
                raise TypeError(f"word_freq[{word!r}] must be an integer, got {type(count).__name__}")
            if not 0 <= count < 2**63:
                raise ValueError(f"word_freq[{word!r}] must be from 0 to 2**63 - 1, got {count}")
        total = sum(int(count) for count in frequencies.values())
        if total >= 2**63:
            raise ValueError(f"word_freq must sum to less than 2**63, got {total}")
        counts = np.array([int(count) for count in frequencies.values()], dtype=np.int64)
        counter = _core.text.SequentialCounter(keep_ids=False)
        every_word = _core.text.TokenLists(iter([words]), "word_freq", max(1, len(words)), TokenKeys())
        counter.count_sentences(every_word, len(words), len(words))
        return cls(counter.table(), counts, raw_words=total, raw_sentences=raw_sentences, source="word_freq")

    def __len__(self) -> int:
        return len(self._table)

    @cached_property
    def words(self) -> list[Any]:
        """The words as a list."""
        return self._table.words(self.own_ids(), decoded_token)

    def effective_min_count(self, min_count: int, max_final_vocab: int | None) -> int:
        """Return the smallest minimum count that keeps at most `max_final_vocab` words.

        Parameters
        ----------
        min_count : int
            Lower bound of the result.
        max_final_vocab : int or None
            Limit of the number of words; None for no limit. Words with equal counts are kept or dropped together.

        Returns
        -------
        int
            The minimum count.
        """
        if max_final_vocab is None or max_final_vocab >= len(self):
            return min_count
        position = len(self) - 1 - max_final_vocab
        first_left_out = int(np.partition(self.counts, position)[position])
        return max(min_count, first_left_out + 1)

    def kept(self, min_count: int, trim_rule: TrimRule | None) -> NDArray[np.bool_]:
        """Return which words are kept.

        Parameters
        ----------
        min_count : int
            Minimum count.
        trim_rule : callable or None
            Decides about every word; see `prune`.

        Returns
        -------
        ndarray of bool, shape (words,)
            Whether each word is kept.
        """
        keep: NDArray[np.bool_] = self.counts >= min_count
        if trim_rule is not None:
            for position, (word, count) in enumerate(zip(self.words, self.counts.tolist(), strict=True)):
                keep[position] = is_kept(trim_rule, word, count, min_count)
        return keep

    def prune(
        self,
        min_count: int,
        max_final_vocab: int | None = None,
        trim_rule: TrimRule | None = None,
        sorted_vocab: bool = True,
    ) -> tuple[Vocabulary, VocabularyReport]:
        """Choose the vocabulary.

        Parameters
        ----------
        min_count : int
            Words that occur less often are dropped.
        max_final_vocab : int or None, default None
            Limit of the number of words; see `effective_min_count`.
        trim_rule : callable or None, default None
            Called as ``trim_rule(word, count, min_count)``; returns one of the ``RULE_`` constants.
        sorted_vocab : bool, default True
            Whether to sort by count, descending, then by UTF-8 bytes, with numbers last; otherwise by first occurrence.

        Returns
        -------
        vocabulary : Vocabulary
            The vocabulary.
        report : VocabularyReport
            What was kept and dropped.

        Raises
        ------
        VocabularyError
            If no word is kept.
        """
        if len(self) == 0:
            raise VocabularyError(self.no_words)
        effective = self.effective_min_count(min_count, max_final_vocab)
        keep = self.kept(effective, trim_rule)
        ids = np.flatnonzero(keep).astype(np.int32)
        if len(ids) == 0:
            most, has_rule = int(self.counts.max()), trim_rule is not None
            raise VocabularyError(nothing_left(len(self), most, self.source, min_count, effective, has_rule=has_rule))
        if sorted_vocab:
            ids = _core.text.ordered_by_count(self._table, self.counts, ids)
        vocabulary = Vocabulary(
            self._table.words(ids, decoded_token), self.counts[ids], effective, self.raw_words, self.raw_sentences
        )
        return vocabulary, _report(self.counts, keep, effective, new_words=len(ids))

    def own_ids(self) -> NDArray[np.int32]:
        """Return the indices of the words.

        Returns
        -------
        ndarray of int32, shape (words,)
            0, 1, 2, ...
        """
        return np.arange(len(self), dtype=np.int32)

    def ids_in(self, vocabulary: Vocabulary) -> NDArray[np.int32]:
        """Return the ids of the words in a vocabulary.

        Parameters
        ----------
        vocabulary : Vocabulary
            The vocabulary.

        Returns
        -------
        ndarray of int32, shape (words,)
            Id of each word, or -1 if the vocabulary does not contain it.
        """
        return _core.text.ids_in(vocabulary.table, self._table)


def nothing_left(words: int, most: int, source: str, min_count: int, effective: int, *, has_rule: bool) -> str:
    """Return the message about a vocabulary of which no word is kept.

    Parameters
    ----------
    words : int
        Number of words that were counted.
    most : int
        Count of the most frequent one.
    source : str
        Name of the text.
    min_count, effective : int
        Minimum count, as requested and as `max_final_vocab` raised it.
    has_rule : bool
        Whether a trim rule decided.

    Returns
    -------
    str
        The message.
    """
    if most >= effective or has_rule:
        return f"trim_rule removes all {words} words of {source}"
    if effective > min_count:
        return (
            f"max_final_vocab removes all {words} words of {source}: more words than it allows occur "
            f"{most} times, and words with equal counts are removed together"
        )
    return (
        f"min_count={min_count} removes all {words} words of {source}; "
        f"the most frequent occurs {most} times; use min_count<={most}"
    )


def is_kept(trim_rule: TrimRule, word: str, count: int, min_count: int) -> bool:
    """Return whether a trim rule keeps a word.

    Parameters
    ----------
    trim_rule : callable
        The rule; see `RawCounts.prune`.
    word : str
        The word.
    count : int
        Its number of occurrences.
    min_count : int
        Minimum count for words about which the rule does not decide.

    Returns
    -------
    bool
        Whether the word is kept.

    Raises
    ------
    ValueError
        If the rule does not return one of the ``RULE_`` constants.
    """
    decision = trim_rule(word, count, min_count)
    if decision == RULE_KEEP:
        return True
    if decision == RULE_DISCARD:
        return False
    if decision == RULE_DEFAULT:
        return count >= min_count
    raise ValueError(f"trim_rule must return RULE_DEFAULT, RULE_DISCARD or RULE_KEEP, got {decision!r} for {word!r}")


def _report(counts: NDArray[np.int64], keep: NDArray[np.bool_], min_count: int, *, new_words: int) -> VocabularyReport:
    retained = int(keep.sum())
    retained_total = int(counts[keep].sum())
    return VocabularyReport(
        min_count=min_count,
        retained_words=retained,
        retained_total=retained_total,
        dropped_words=len(counts) - retained,
        dropped_total=int(counts.sum()) - retained_total,
        new_words=new_words,
    )
