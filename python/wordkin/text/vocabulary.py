"""Words with their counts: what a corpus holds, and what of it becomes the vocabulary of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import VocabularyError

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "RawCounts",
    "TrimRule",
    "Vocabulary",
    "VocabularyReport",
]

RULE_DEFAULT = 0  # what a trim rule returns: decide by the count
RULE_DISCARD = 1
RULE_KEEP = 2

TrimRule = Callable[[str, int, int], int]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of a model, each with its number and its count.

    Parameters
    ----------
    words
        Distinct words; word i has id i.
    counts
        int64, shape (words,).
    min_count
        The least count that a word needed (more than was asked for, where `max_final_vocab` demands it).
    raw_words, raw_sentences
        What the text held that was counted last, words left out included.
    """

    words: list[str]
    counts: NDArray[np.int64]
    min_count: int
    raw_words: int
    raw_sentences: int

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @property
    def total(self) -> int:
        """Occurrences of all its words."""
        return int(self.counts.sum())

    @cached_property
    def table(self) -> _core.text.WordTable:
        """The same for the encoders."""
        return _core.text.WordTable(self.words)

    def extended(
        self,
        found: RawCounts,
        min_count: int,
        *,
        max_final_vocab: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[Vocabulary, VocabularyReport]:
        """Return a vocabulary with the counts of a further text added.

        Words that are known keep their ids and gain their new counts, however small. Others come after them, in the
        order of their first occurrence, if they pass the rules by their counts in the new text.
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
    """What became of the words that were counted."""

    min_count: int  # effective
    retained_words: int
    retained_total: int  # occurrences
    dropped_words: int
    dropped_total: int
    new_words: int  # retained words that were not in the vocabulary before


class RawCounts:
    """All distinct words of a text in the order of their first occurrence.

    Parameters
    ----------
    table
        The words.
    counts
        int64, shape (words,).
    raw_words, raw_sentences
        How much was read.
    source
        What the text is called in errors.
    """

    def __init__(
        self,
        table: _core.text.WordTable,
        counts: NDArray[np.int64],
        *,
        raw_words: int,
        raw_sentences: int,
        source: str,
    ) -> None:
        self._table = table
        self.counts = counts
        self.raw_words = raw_words
        self.raw_sentences = raw_sentences
        self.source = source

    @classmethod
    def from_frequencies(cls, frequencies: Mapping[str, int], *, raw_sentences: int = 0) -> RawCounts:
        """Take counts made elsewhere; their order is that of the mapping.

        Raises
        ------
        TypeError, ValueError
            If a key is no str or empty, or a count no integer from 0 to 2**63 - 1.
        """
        words = list(frequencies)
        for word, count in frequencies.items():
            if not isinstance(word, str):
                raise TypeError(f"word_freq must have str as keys, got {type(word).__name__}")
            if not word:
                raise ValueError("word_freq must not hold the empty word")
            if isinstance(count, bool) or not hasattr(count, "__index__"):
                raise TypeError(f"word_freq[{word!r}] must be an integer, got {type(count).__name__}")
            if not 0 <= count < 2**63:
                raise ValueError(f"word_freq[{word!r}] must be from 0 to 2**63 - 1, got {count}")
        total = sum(int(count) for count in frequencies.values())
        if total >= 2**63:
            raise ValueError(f"word_freq must sum to less than 2**63, got {total}")
        counts = np.array([int(count) for count in frequencies.values()], dtype=np.int64)
        counter = _core.text.SequentialCounter(keep_ids=False)
        every_word = _core.text.TokenLists(iter([words]), "word_freq", max(1, len(words)))
        counter.count_sentences(every_word, len(words), len(words))
        return cls(counter.table(), counts, raw_words=total, raw_sentences=raw_sentences, source="word_freq")

    def __len__(self) -> int:
        return len(self._table)

    @cached_property
    def words(self) -> list[str]:
        return self._table.words(self.own_ids())

    def effective_min_count(self, min_count: int, max_final_vocab: int | None) -> int:
        """The least count that leaves at most `max_final_vocab` words: equal counts at the border are all left out."""
        if max_final_vocab is None or max_final_vocab >= len(self):
            return min_count
        position = len(self) - 1 - max_final_vocab
        first_left_out = int(np.partition(self.counts, position)[position])
        return max(min_count, first_left_out + 1)

    def kept(self, min_count: int, trim_rule: TrimRule | None) -> NDArray[np.bool_]:
        """Which words pass: by their counts, or by what the rule says of them."""
        keep: NDArray[np.bool_] = self.counts >= min_count
        if trim_rule is not None:
            for position, (word, count) in enumerate(zip(self.words, self.counts.tolist(), strict=True)):
                keep[position] = passes(trim_rule, word, count, min_count)
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
        min_count
            Words that occur less often are left out.
        max_final_vocab
            The most words; see `effective_min_count`.
        trim_rule
            ``rule(word, count, min_count)``, returning one of the ``RULE_`` constants.
        sorted_vocab
            Order by count, descending, then by UTF-8 bytes; else by first occurrence.

        Raises
        ------
        VocabularyError
            If no word is left.
        """
        if len(self) == 0:
            raise VocabularyError(f"no words; read {self.raw_words} tokens from {self.source}")
        effective = self.effective_min_count(min_count, max_final_vocab)
        keep = self.kept(effective, trim_rule)
        ids = np.flatnonzero(keep).astype(np.int32)
        if len(ids) == 0:
            raise VocabularyError(self._nothing_left(min_count, effective, trim_rule))
        if sorted_vocab:
            ids = _core.text.ordered_by_count(self._table, self.counts, ids)
        vocabulary = Vocabulary(self._table.words(ids), self.counts[ids], effective, self.raw_words, self.raw_sentences)
        return vocabulary, _report(self.counts, keep, effective, new_words=len(ids))

    def _nothing_left(self, min_count: int, effective: int, trim_rule: TrimRule | None) -> str:
        most = int(self.counts.max())
        if most >= effective or trim_rule is not None:
            return f"trim_rule removes all {len(self)} words of {self.source}"
        if effective > min_count:
            return (
                f"max_final_vocab removes all {len(self)} words of {self.source}: "
                f"more than it allows occur {most} times, and words that occur equally often go together"
            )
        return (
            f"min_count={min_count} removes all {len(self)} words of {self.source}; "
            f"the most frequent occurs {most} times; use min_count<={most}"
        )

    def own_ids(self) -> NDArray[np.int32]:
        """Its own numbering."""
        return np.arange(len(self), dtype=np.int32)

    def ids_in(self, vocabulary: Vocabulary) -> NDArray[np.int32]:
        """For each word its id in `vocabulary`, or -1."""
        return _core.text.ids_in(vocabulary.table, self._table)


def passes(trim_rule: TrimRule, word: str, count: int, min_count: int) -> bool:
    """Whether a word stays under a rule."""
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
