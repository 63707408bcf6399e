"""A text as a language model sees it: sentences of word types, each type with its characters and its target."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...text import Corpus, EncodedBlock, RawCounts, Scan, SpillRules, StoredCorpus, Vocabulary, open_corpus
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE, character_rows
from ...text.encoded import BlockBuilder
from ..vocabulary import TargetWords

__all__ = ["EncodedText", "ReadText", "Sentences"]


class ReadText:
    """A corpus whose words are counted.

    Parameters
    ----------
    corpus
        A corpus, or anything that `wordkin.text.open_corpus` takes. What can be gone through only once is refused,
        unless it is text, which is kept as it is read.
    name
        What errors call it.
    workers
        Threads.

    Raises
    ------
    CorpusError, TypeError, OSError
        If it cannot be read as a corpus.
    """

    def __init__(self, corpus: Any, *, name: str, workers: int, spill: SpillRules | None = None) -> None:
        self._spill = spill or SpillRules()
        is_open = isinstance(corpus, Corpus)
        self._corpus: Corpus = corpus if is_open else open_corpus(corpus, name=name, passes=2, spill=self._spill)
        self._workers = workers
        self._scan: Scan = self._corpus.scan(workers, keep_ids=True)
        self.name = self._corpus.name

    @property
    def counts(self) -> RawCounts:
        """All its words, how often each occurs, and how much was read."""
        return self._scan.counts

    def encoded(self, targets: TargetWords, max_characters: int | None) -> EncodedText:
        """Return the text for a model with these targets; to be called once.

        Parameters
        ----------
        targets
            Words that the model predicts.
        max_characters
            Ids in a row of characters; None for a model that reads ids.

        Raises
        ------
        CorpusError
            If there are no words.
        """
        types, sentences = self.sentences()
        return EncodedText(sentences, types, targets, max_characters, self.name)

    def sentences(self) -> tuple[Vocabulary, Sentences]:
        """Return all words, and the sentences as their numbers; to be called once.

        Raises
        ------
        CorpusError
            If there are no words.
        """
        if len(self.counts) == 0:
            raise CorpusError(f"{self.name}: no words; read {self.counts.raw_words} tokens")
        types, _ = self.counts.prune(1)
        return types, Sentences(self._scan.encoded(types, self._workers) or self._stored(types))

    def _stored(self, types: Vocabulary) -> StoredCorpus:
        encoded = self._corpus.encode(types, self._workers)
        if isinstance(encoded, StoredCorpus):
            return encoded
        builder = BlockBuilder(self._spill)
        for block in encoded.blocks():
            builder.add(block)
        return builder.finish()


class Sentences:
    """Sentences of ids by number, wherever their blocks are."""

    def __init__(self, stored: StoredCorpus) -> None:
        self._blocks: list[EncodedBlock] = [block for block in stored.blocks() if len(block.ends)]
        self._firsts = [0]  # number of each block's first sentence, and of all
        for block in self._blocks:
            self._firsts.append(self._firsts[-1] + len(block.ends))
        self.word_count = sum(len(block.ids) for block in self._blocks)

    def __len__(self) -> int:
        return self._firsts[-1]

    def __getitem__(self, number: int) -> NDArray[np.int32]:
        place = bisect_right(self._firsts, number) - 1
        block, local = self._blocks[place], number - self._firsts[place]
        begin = block.ends[local - 1] if local else 0
        return block.ids[begin : block.ends[local]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return (self[number] for number in range(len(self)))


class EncodedText:
    """Sentences of word types, and what a model needs to know of each type.

    Attributes
    ----------
    sentences : Sentences
        Numbers of word types, without marks.
    begin, end : int
        The types of the marks of a sentence's ends.
    characters : ndarray of uint16, shape (types, max_characters), or None
        Also of words that are no targets: a model sees them all.
    targets : ndarray of int32, shape (types,)
        The id that a model predicts.
    tokens : int
        Predictions in each direction: all words, and an end for each sentence.
    unknown_tokens : int
        Those of words that are no targets.
    """

    def __init__(
        self, sentences: Sentences, types: Vocabulary, targets: TargetWords, max_characters: int | None, name: str
    ) -> None:
        words = [*types.words, BEGIN_SENTENCE, END_SENTENCE]
        self.sentences = sentences
        self.begin, self.end = len(words) - 2, len(words) - 1
        self.characters = None if max_characters is None else character_rows(words, max_characters)
        self.targets = np.array(targets.ids(words), dtype=np.int32)
        self.tokens = sentences.word_count + len(sentences)
        self.unknown_tokens = int(types.counts[self.targets[: len(types)] == targets.unknown].sum())
        self.name = name
        self._types = types

    def fingerprint(self) -> dict[str, int]:
        """What tells this text from another, but for the order of its words."""
        checksum = zlib.crc32("\n".join(self._types.words).encode())
        return {
            "words": self.sentences.word_count,
            "sentences": len(self.sentences),
            "word_types": len(self._types),
            "checksum": zlib.crc32(self._types.counts.astype("<i8").tobytes(), checksum),
        }
