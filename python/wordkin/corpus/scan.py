"""Reading a corpus for the first time: its words are counted and, where they fit, kept as provisional ids."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .array_shelf import ArrayShelf
from .encoded import BlockBuilder, EncodedBlock, SpillRules, StoredCorpus
from .vocabulary import RawCounts, TrimRule, Vocabulary, passes

__all__ = ["Progress", "ProvisionalIds", "Scan", "VocabularyBound"]

Progress = Callable[[int], None]  # told how many words were read so far

# Blocks renumbered in one call: at most some 20 ms on one thread, so that Ctrl-C is heard.
_GROUP = 32


class ProvisionalIds:
    """The words of a corpus as numbers in the order of their first occurrence, block by block."""

    def __init__(self, spill: SpillRules) -> None:
        self._spill = spill
        self._shelf = ArrayShelf(spill.memory_bytes, spill.folder)
        self._blocks: deque[tuple[int, int, int]] = deque()  # counter whose numbers they are, words, sentences

    def add(self, ids: NDArray[np.int32], counter: int, words: int, sentences: int) -> None:
        self._shelf.put(ids)
        self._blocks.append((counter, words, sentences))

    def renumbered(self, final_ids: list[NDArray[np.int32]], workers: int) -> StoredCorpus:
        """Turn all numbers into ids of a vocabulary; `final_ids` has an array for each counter."""
        builder = BlockBuilder(self._spill)
        arrays = self._shelf.take_all()
        while self._blocks:
            group = [self._blocks.popleft() for _ in range(min(_GROUP, len(self._blocks)))]
            ids = [next(arrays) for _ in group]
            ends = _core.text.renumber(ids, [final_ids[counter] for counter, _, _ in group], workers)
            for (_, words, sentences), block_ids, block_ends in zip(group, ids, ends, strict=True):
                length = int(block_ends[-1]) if len(block_ends) else 0
                builder.add(EncodedBlock(block_ids[:length], block_ends, words, sentences))
        return builder.finish()


class Scan:
    """What reading a corpus yields.

    Parameters
    ----------
    counts
        Its words.
    ids
        Its text; None when it was not kept.
    merged_ids
        For each counter: its number of a word -> the word's number in `counts`.
    """

    def __init__(
        self,
        counts: RawCounts,
        ids: ProvisionalIds | None = None,
        merged_ids: list[NDArray[np.int32]] | None = None,
    ) -> None:
        self.counts = counts
        self._ids = ids
        self._merged_ids = merged_ids or []

    def encoded(self, vocabulary: Vocabulary, workers: int = 1) -> StoredCorpus | None:
        """Return the corpus as ids of `vocabulary` without reading it again; None when it was not kept.

        To be called once: the memory of the provisional ids becomes that of the result.
        """
        if self._ids is None:
            return None
        ids, self._ids = self._ids, None
        final_ids = self.counts.ids_in(vocabulary)
        return ids.renumbered([final_ids[merged] for merged in self._merged_ids], workers)


class VocabularyBound:
    """Keeps the number of words low while they are counted, as gensim does: when there are more than `most_words` after
    a sentence, the rarest go, those below 2 the second time, below 3 the third, and so on."""

    def __init__(self, most_words: int, trim_rule: TrimRule | None) -> None:
        self.most_words = most_words
        self._trim_rule = trim_rule
        self._min_count = 1

    def apply(self, counter: _core.text.SequentialCounter) -> None:
        if len(counter) <= self.most_words:
            return
        counts = counter.counts()
        keep: NDArray[np.bool_] = counts >= self._min_count
        if self._trim_rule is not None:
            words = counter.table().words(np.arange(len(counts), dtype=np.int32))
            for position, (word, count) in enumerate(zip(words, counts.tolist(), strict=True)):
                keep[position] = passes(self._trim_rule, word, count, self._min_count)
        counter.retain(keep)
        self._min_count += 1
