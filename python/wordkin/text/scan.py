"""The first pass over a corpus: words are counted and, if the corpus cannot change, stored as provisional ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .encoded import BLOCK_WORDS, BlockBuffer, EncodedBlock, SpillRules, StoredCorpus
from .spill_buffer import SpillBuffer
from .token_keys import decoded_token
from .vocabulary import RawCounts, TrimRule, Vocabulary, is_kept

__all__ = ["Progress", "ProvisionalIds", "Scan", "VocabularyBound"]

Progress = Callable[[int], object]  # called with the number of words read so far


class ProvisionalIds:
    """The words of a corpus as ids in the order of first occurrence, in chunks of about a million words.

    Chunks are renumbered in place, so that there are never two copies of the corpus in memory.

    Parameters
    ----------
    spill : SpillRules
        When the ids are moved to a temporary file.
    """

    def __init__(self, spill: SpillRules) -> None:
        self._spill = spill
        self._buffer = SpillBuffer(spill.memory_bytes, spill.folder)
        self._chunks: list[_ChunkContent] = []
        self._chunk = np.empty(0, dtype=np.int32)
        self._filled = 0

    def add(self, ids: NDArray[np.int32], counter: int, words: int, sentences: int) -> None:
        """Append whole sentences that one of several counters has numbered.

        Parameters
        ----------
        ids : ndarray of int32, shape (n,)
            Ids given by the counter, with sentence ends.
        counter : int
            Index of the counter.
        words, sentences : int
            Number of words and sentences.
        """
        if self._filled + len(ids) > len(self._chunk) or not self._chunks:
            self._finish_chunk()
            self._chunk = np.empty(max(BLOCK_WORDS, len(ids)), dtype=np.int32)
            self._chunks.append(_ChunkContent())
        self._chunk[self._filled : self._filled + len(ids)] = ids
        self._filled += len(ids)
        content = self._chunks[-1]
        content.segments.append((counter, len(ids)))
        content.words += words
        content.sentences += sentences

    def _finish_chunk(self) -> None:
        if self._chunks:
            self._buffer.append(self._chunk[: self._filled])
        self._filled = 0

    def renumbered(self, final_ids: list[NDArray[np.int32]], workers: int) -> StoredCorpus:
        """Return the corpus with the ids of a vocabulary; the provisional ids are consumed.

        Parameters
        ----------
        final_ids : list of ndarray of int32
            For each counter, the final id of each of its ids, or -1.
        workers : int
            Number of threads.

        Returns
        -------
        StoredCorpus
            The corpus.
        """
        self._finish_chunk()
        encoded = BlockBuffer(self._spill)
        arrays = self._buffer.pop_all()
        for first in range(0, len(self._chunks), workers):
            group = self._chunks[first : first + workers]  # about 10 ms of work; signals are handled in between
            chunks = [next(arrays) for _ in group]
            ends = _core.text.renumber(chunks, [content.segments for content in group], final_ids, workers)
            for content, ids, chunk_ends in zip(group, chunks, ends, strict=True):
                length = int(chunk_ends[-1]) if len(chunk_ends) else 0
                encoded.append(EncodedBlock(ids[:length], chunk_ends, content.words, content.sentences))
        self._buffer.close()
        return StoredCorpus(encoded)


@dataclass
class _ChunkContent:
    segments: list[tuple[int, int]] = field(default_factory=list)  # counter and length
    words: int = 0
    sentences: int = 0


class Scan:
    """Result of the first pass over a corpus.

    Parameters
    ----------
    counts : RawCounts
        The words and their counts.
    ids : ProvisionalIds or None, default None
        The corpus as ids, if they were stored.
    merged_ids : list of ndarray of int32, optional
        For each counter, the index in `counts` of each of its ids.
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
        """Return the corpus as ids of a vocabulary without reading it again.

        It can be called once, because the memory of the provisional ids is reused for the result.

        Parameters
        ----------
        vocabulary : Vocabulary
            The vocabulary.
        workers : int, default 1
            Number of threads.

        Returns
        -------
        StoredCorpus or None
            The corpus; None if its ids were not stored.
        """
        if self._ids is None:
            return None
        ids, self._ids = self._ids, None
        final_ids = self.counts.ids_in(vocabulary)
        return ids.renumbered([final_ids[merged] for merged in self._merged_ids], workers)


class VocabularyBound:
    """Limits the number of distinct words while they are counted, as gensim does.

    Whenever there are more than `max_words` after a sentence, words below a minimum count are removed; the minimum
    starts at 1 and grows by 1 each time.

    Parameters
    ----------
    max_words : int
        The limit.
    trim_rule : callable or None
        Decides about words that would be removed; see `RawCounts.prune`.
    """

    def __init__(self, max_words: int, trim_rule: TrimRule | None) -> None:
        self.max_words = max_words
        self._trim_rule = trim_rule
        self._min_count = 1

    def apply(self, counter: _core.text.SequentialCounter) -> None:
        """Remove rare words from a counter that is above the limit.

        Parameters
        ----------
        counter : SequentialCounter
            The counter.
        """
        if len(counter) <= self.max_words:
            return
        counts = counter.counts()
        keep: NDArray[np.bool_] = counts >= self._min_count
        if self._trim_rule is not None:
            words = counter.table().words(np.arange(len(counts), dtype=np.int32), decoded_token)
            for position, (word, count) in enumerate(zip(words, counts.tolist(), strict=True)):
                keep[position] = is_kept(self._trim_rule, word, count, self._min_count)
        counter.retain(keep)
        self._min_count += 1
