"""A corpus as ids: sentences of int32 numbers in blocks, kept in memory, on disk, or made anew in every pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .spill_buffer import SpillBuffer
from .token_lists import TokenLists, single_pass_error

__all__ = [
    "BLOCK_WORDS",
    "BlockBuilder",
    "BlockBuffer",
    "EncodedBlock",
    "EncodedCorpus",
    "SpillRules",
    "StoredCorpus",
    "StreamedCorpus",
]

# About as many words as a block has: enough that what a block costs to hand on does not count.
BLOCK_WORDS = 1 << 20
STREAM_BLOCK_WORDS = 100_000


@dataclass(frozen=True, eq=False)
class EncodedBlock:
    """Some sentences of known words; none is empty.

    Parameters
    ----------
    ids
        int32, the ids of all sentences one after the other.
    ends
        int64; sentence k is ``ids[ends[k - 1]:ends[k]]`` (from 0 for k = 0), and ``ends[-1] == len(ids)``.
        Both are empty where no word is known.
    raw_words
        Words read for this block, unknown ones included.
    raw_sentences
        Lines or lists read for this block; those of many pieces count once.
    """

    ids: NDArray[np.int32]
    ends: NDArray[np.int64]
    raw_words: int
    raw_sentences: int


@dataclass(frozen=True, kw_only=True)
class SpillRules:
    """When ids go to disk."""

    memory_bytes: int = 1 << 30
    folder: Path | None = None  # default: the system's folder for temporary files


class EncodedCorpus(ABC):
    """What a model is trained on.

    The numbers are None as long as they are not known: those of a stream before its first pass.
    """

    word_count: int | None  # words that are in the vocabulary
    raw_words: int | None
    raw_sentences: int | None
    is_restartable: bool

    @abstractmethod
    def blocks(self) -> Iterator[EncodedBlock]:
        """One pass over the corpus."""

    @abstractmethod
    def close(self) -> None:
        """Free memory and disk."""


class BlockBuffer:
    """Blocks in memory or, when they are many, in a temporary file."""

    def __init__(self, spill: SpillRules) -> None:
        self._shelf = SpillBuffer(spill.memory_bytes, spill.folder)
        self._numbers: list[tuple[int, int]] = []  # of each block: raw words and sentences
        self.word_count = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, block: EncodedBlock) -> None:
        self._shelf.put(block.ids)
        self._shelf.put(block.ends)
        self._numbers.append((block.raw_words, block.raw_sentences))
        self.word_count += len(block.ids)

    def __getitem__(self, position: int) -> EncodedBlock:
        return EncodedBlock(self._shelf[2 * position], self._shelf[2 * position + 1], *self._numbers[position])

    @property
    def raw_words(self) -> int:
        return sum(words for words, _ in self._numbers)

    @property
    def raw_sentences(self) -> int:
        return sum(sentences for _, sentences in self._numbers)

    def close(self) -> None:
        self._shelf.close()


class BlockBuilder:
    """Puts small pieces together to blocks of about a million words."""

    def __init__(self, spill: SpillRules) -> None:
        self._shelf = BlockBuffer(spill)
        self._pieces: list[EncodedBlock] = []
        self._waiting_words = 0

    def add(self, piece: EncodedBlock) -> None:
        self._pieces.append(piece)
        self._waiting_words += piece.raw_words
        if self._waiting_words >= BLOCK_WORDS:
            self._seal()

    def finish(self) -> StoredCorpus:
        self._seal()
        return StoredCorpus(self._shelf)

    def _seal(self) -> None:
        pieces, self._pieces = self._pieces, []
        self._waiting_words = 0
        if not pieces:
            return
        starts = np.cumsum([0] + [len(piece.ids) for piece in pieces])
        self._shelf.put(
            EncodedBlock(
                np.concatenate([piece.ids for piece in pieces]),
                np.concatenate([piece.ends + start for piece, start in zip(pieces, starts, strict=False)]),
                sum(piece.raw_words for piece in pieces),
                sum(piece.raw_sentences for piece in pieces),
            )
        )


class StoredCorpus(EncodedCorpus):
    """All ids, in memory or mapped from a temporary file."""

    is_restartable = True
    word_count: int
    raw_words: int
    raw_sentences: int

    def __init__(self, shelf: BlockBuffer) -> None:
        self._shelf = shelf
        self.word_count = shelf.word_count
        self.raw_words = shelf.raw_words
        self.raw_sentences = shelf.raw_sentences

    def blocks(self) -> Iterator[EncodedBlock]:
        for position in range(len(self._shelf)):
            yield self._shelf[position]

    def close(self) -> None:
        self._shelf.close()


class StreamedCorpus(EncodedCorpus):
    """Sentences of Python objects, read and encoded anew in every pass, as they may differ in each."""

    def __init__(
        self,
        sentences: Iterable[Any],
        table: _core.text.WordTable,
        *,
        name: str,
        max_sentence_length: int,
        is_restartable: bool,
        raw_words: int | None = None,
        raw_sentences: int | None = None,
    ) -> None:
        self._sentences = sentences
        self._table = table
        self._name = name
        self._max_sentence_length = max_sentence_length
        self._was_read = False
        self.is_restartable = is_restartable
        self.word_count = None
        self.raw_words = raw_words
        self.raw_sentences = raw_sentences

    def blocks(self) -> Iterator[EncodedBlock]:
        if self._was_read and not self.is_restartable:
            raise single_pass_error(self._name)
        self._was_read = True
        lists = TokenLists(self._sentences, self._name, self._max_sentence_length)
        word_count = 0
        while (encoded := lists.encode(self._table, STREAM_BLOCK_WORDS)) is not None:
            word_count += len(encoded[0])
            yield EncodedBlock(*encoded)
        lists.log_empty_tokens()
        self.word_count, self.raw_words, self.raw_sentences = word_count, lists.words, lists.sentences

    def close(self) -> None:
        """Nothing is kept."""
