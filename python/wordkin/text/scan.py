"""Reading a corpus for the first time: its words are counted and, where they fit, kept as provisional ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .encoded import BLOCK_WORDS, BlockBuffer, EncodedBlock, SpillRules, StoredCorpus
from .spill_buffer import SpillBuffer
from .vocabulary import RawCounts, TrimRule, Vocabulary, passes

__all__ = ["Progress", "ProvisionalIds", "Scan", "VocabularyBound"]

Progress = Callable[[int], None]  # told how many words were read so far


class ProvisionalIds:
    """The words of a corpus as numbers in the order of their first occurrence, in chunks of about a million.

    A chunk stays where it is when its numbers become ids: memory is taken once, and never for two copies.
    """

    def __init__(self, spill: SpillRules) -> None:
        self._spill = spill
        self._shelf = SpillBuffer(spill.memory_bytes, spill.folder)
        self._chunks: list[_ChunkContent] = []
        self._chunk = np.empty(0, dtype=np.int32)
        self._filled = 0

    def add(self, ids: NDArray[np.int32], counter: int, words: int, sentences: int) -> None:
        """Append what was read: whole sentences, numbered by one of several counters."""
        if self._filled + len(ids) > len(self._chunk) or not self._chunks:
            self._seal()
            self._chunk = np.empty(max(BLOCK_WORDS, len(ids)), dtype=np.int32)
            self._chunks.append(_ChunkContent())
        self._chunk[self._filled : self._filled + len(ids)] = ids
        self._filled += len(ids)
        content = self._chunks[-1]
        content.segments.append((counter, len(ids)))
        content.words += words
        content.sentences += sentences

    def _seal(self) -> None:
        if self._chunks:
            self._shelf.put(self._chunk[: self._filled])
        self._filled = 0

    def renumbered(self, final_ids: list[NDArray[np.int32]], workers: int) -> StoredCorpus:
        """Turn all numbers into ids of a vocabulary; `final_ids` has an array for each counter."""
        self._seal()
        encoded = BlockBuffer(self._spill)
        arrays = self._shelf.take_all()
        for first in range(0, len(self._chunks), workers):
            group = self._chunks[first : first + workers]  # some 10 ms, between which Ctrl-C is heard
            chunks = [next(arrays) for _ in group]
            ends = _core.text.renumber(chunks, [content.segments for content in group], final_ids, workers)
            for content, ids, chunk_ends in zip(group, chunks, ends, strict=True):
                length = int(chunk_ends[-1]) if len(chunk_ends) else 0
                encoded.put(EncodedBlock(ids[:length], chunk_ends, content.words, content.sentences))
        self._shelf.close()
        return StoredCorpus(encoded)


@dataclass
class _ChunkContent:
    segments: list[tuple[int, int]] = field(default_factory=list)  # counter and length
    words: int = 0
    sentences: int = 0


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
