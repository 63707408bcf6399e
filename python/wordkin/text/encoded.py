"""Corpora as ids: blocks of sentences of int32 ids, stored in memory or on disk, or encoded again in every pass."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .spill_buffer import SpillBuffer
from .token_keys import TokenKeys
from .token_lists import TokenLists, single_pass_error

__all__ = [
    "BLOCK_WORDS",
    "BlockBuffer",
    "BlockBuilder",
    "EncodedBlock",
    "EncodedCorpus",
    "SpillRules",
    "StoredCorpus",
    "StreamedCorpus",
]

# Approximate size of a block: large enough that the cost of passing a block on is negligible.
BLOCK_WORDS = 1 << 20
STREAM_BLOCK_WORDS = 100_000


@dataclass(frozen=True, eq=False)
class EncodedBlock:
    """Consecutive sentences of known words; none of them is empty.

    Parameters
    ----------
    ids : ndarray of int32, shape (words,)
        Ids of all sentences, concatenated.
    ends : ndarray of int64, shape (sentences,)
        Sentence k is ``ids[ends[k - 1]:ends[k]]`` (from 0 for k = 0), and ``ends[-1] == len(ids)``. Both arrays are
        empty if no word is known.
    raw_words : int
        Number of words read for this block, including unknown ones.
    raw_sentences : int
        Number of lines or lists read for this block; one that is split counts once.
    tags : ndarray of int32, shape (tags,), or None, default None
        Rows of the tags of all sentences, concatenated, if the sentences are documents with tags.
    tag_ends : ndarray of int64, shape (sentences,), or None, default None
        The tags of each sentence, as in `ends`.
    """

    ids: NDArray[np.int32]
    ends: NDArray[np.int64]
    raw_words: int
    raw_sentences: int
    tags: NDArray[np.int32] | None = None
    tag_ends: NDArray[np.int64] | None = None


@dataclass(frozen=True, kw_only=True)
class SpillRules:
    """Rules for moving the ids of a corpus from memory to a temporary file.

    Parameters
    ----------
    memory_bytes : int, default 2**30
        Total size in bytes above which the ids are moved.
    folder : Path or None, default None
        Folder of the temporary file; None for the default folder of temporary files.
    """

    memory_bytes: int = 1 << 30
    folder: Path | None = None


class EncodedCorpus(Protocol):
    """Text as ids of a vocabulary, on which models are trained.

    The counts are None while they are unknown, as those of a stream before its first pass.
    """

    @property
    def word_count(self) -> int | None:
        """Number of words that are in the vocabulary."""

    @property
    def raw_words(self) -> int | None:
        """Number of words, including unknown ones."""

    @property
    def raw_sentences(self) -> int | None:
        """Number of lines or lists."""

    @property
    def is_restartable(self) -> bool:
        """Whether several passes are possible."""

    def blocks(self) -> Iterator[EncodedBlock]:
        """Make one pass over the corpus."""

    def checksum(self) -> int | None:
        """Return a checksum of the ids; None if passes may differ."""

    def close(self) -> None:
        """Release memory and disk space."""


class BlockBuffer:
    """Append-only list of blocks that spills to disk.

    Parameters
    ----------
    spill : SpillRules
        When the ids are moved to a temporary file.
    """

    def __init__(self, spill: SpillRules) -> None:
        self._arrays = SpillBuffer(spill.memory_bytes, spill.folder)
        self._raw_counts: list[tuple[int, int]] = []  # words and sentences of each block
        self.word_count = 0

    def __len__(self) -> int:
        return len(self._raw_counts)

    def append(self, block: EncodedBlock) -> None:
        """Append a block.

        Parameters
        ----------
        block : EncodedBlock
            The block.
        """
        self._arrays.append(block.ids)
        self._arrays.append(block.ends)
        self._raw_counts.append((block.raw_words, block.raw_sentences))
        self.word_count += len(block.ids)

    def __getitem__(self, position: int) -> EncodedBlock:
        return EncodedBlock(self._arrays[2 * position], self._arrays[2 * position + 1], *self._raw_counts[position])

    @property
    def raw_words(self) -> int:
        """Number of words, including unknown ones."""
        return sum(words for words, _ in self._raw_counts)

    @property
    def raw_sentences(self) -> int:
        """Number of lines or lists."""
        return sum(sentences for _, sentences in self._raw_counts)

    def close(self) -> None:
        """Release memory and disk space."""
        self._arrays.close()


class BlockBuilder:
    """Merges small blocks into blocks of about a million words.

    Parameters
    ----------
    spill : SpillRules
        When the ids are moved to a temporary file.
    """

    def __init__(self, spill: SpillRules) -> None:
        self._blocks = BlockBuffer(spill)
        self._pending: list[EncodedBlock] = []
        self._pending_words = 0

    def add(self, block: EncodedBlock) -> None:
        """Append a small block.

        Parameters
        ----------
        block : EncodedBlock
            The block.
        """
        self._pending.append(block)
        self._pending_words += block.raw_words
        if self._pending_words >= BLOCK_WORDS:
            self._merge_pending()

    def finish(self) -> StoredCorpus:
        """Return the corpus of all blocks.

        Returns
        -------
        StoredCorpus
            The corpus.
        """
        self._merge_pending()
        return StoredCorpus(self._blocks)

    def _merge_pending(self) -> None:
        pending, self._pending = self._pending, []
        self._pending_words = 0
        if not pending:
            return
        starts = np.cumsum([0] + [len(block.ids) for block in pending])
        self._blocks.append(
            EncodedBlock(
                np.concatenate([block.ids for block in pending]),
                np.concatenate([block.ends + start for block, start in zip(pending, starts, strict=False)]),
                sum(block.raw_words for block in pending),
                sum(block.raw_sentences for block in pending),
            )
        )


class StoredCorpus:
    """Corpus whose ids are in memory or mapped from a temporary file.

    Parameters
    ----------
    blocks : BlockBuffer
        The ids.
    """

    is_restartable = True

    def __init__(self, blocks: BlockBuffer) -> None:
        self._blocks = blocks
        self.word_count: int = blocks.word_count
        self.raw_words: int = blocks.raw_words
        self.raw_sentences: int = blocks.raw_sentences

    def blocks(self) -> Iterator[EncodedBlock]:
        """Make one pass over the corpus.

        Yields
        ------
        EncodedBlock
            The blocks in order.
        """
        for position in range(len(self._blocks)):
            yield self._blocks[position]

    def checksum(self) -> int:
        """Return a checksum of the ids.

        Returns
        -------
        int
            The checksum.
        """
        checksum = 0
        for block in self.blocks():
            checksum = zlib.crc32(block.ids.tobytes(), checksum)
        return checksum

    def close(self) -> None:
        """Release memory and disk space."""
        self._blocks.close()


class StreamedCorpus:
    """Corpus of Python objects that is read and encoded again in every pass, because passes may differ.

    Parameters
    ----------
    sentences : iterable of lists of str
        The sentences.
    table : WordTable
        The vocabulary.
    name : str
        Name of the sentences in error messages.
    max_sentence_length : int
        Maximum number of tokens per sentence; longer sentences are split.
    is_restartable : bool
        Whether several passes are possible.
    keys : TokenKeys or None, default None
        The bytes of tokens that are not str; None if all must be str.
    raw_words, raw_sentences : int or None, default None
        Number of words and sentences in the corpus, if they are known.
    """

    def __init__(
        self,
        sentences: Iterable[object],
        table: _core.text.WordTable,
        *,
        name: str,
        max_sentence_length: int,
        is_restartable: bool,
        keys: TokenKeys | None = None,
        raw_words: int | None = None,
        raw_sentences: int | None = None,
    ) -> None:
        self._sentences = sentences
        self._table = table
        self._name = name
        self._max_sentence_length = max_sentence_length
        self._keys = keys
        self._was_read = False
        self.is_restartable = is_restartable
        self.word_count: int | None = None
        self.raw_words = raw_words
        self.raw_sentences = raw_sentences

    def blocks(self) -> Iterator[EncodedBlock]:
        """Make one pass over the corpus; afterwards its size is known.

        Yields
        ------
        EncodedBlock
            The blocks in order.

        Raises
        ------
        TypeError
            If the sentences allow one pass only and have been read.
        """
        if self._was_read and not self.is_restartable:
            raise single_pass_error(self._name)
        self._was_read = True
        lists = TokenLists(self._sentences, self._name, self._max_sentence_length, self._keys)
        word_count = 0
        while (encoded := lists.encode(self._table, STREAM_BLOCK_WORDS)) is not None:
            word_count += len(encoded[0])
            yield EncodedBlock(*encoded)
        lists.log_warnings()
        self.word_count, self.raw_words, self.raw_sentences = word_count, lists.words, lists.sentences

    def checksum(self) -> None:
        """Return nothing: passes may differ."""

    def close(self) -> None:
        """Do nothing: no ids are stored."""
