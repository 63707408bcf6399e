"""Ends of lines as words, which fastText counts and trains as ``</s>``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...errors import VocabularyError
from ...text import EncodedCorpus, Vocabulary
from ...text.encoded import EncodedBlock

__all__ = ["LINE_END", "CorpusWithLineEnds", "with_line_ends"]

LINE_END = "</s>"


def with_line_ends(vocabulary: Vocabulary, label: str) -> Vocabulary:
    """Return a vocabulary with the ends of lines and without labels.

    Parameters
    ----------
    vocabulary : Vocabulary
        Words by descending count.
    label : str
        Words that begin like this are left out; "" for none.

    Returns
    -------
    Vocabulary
        Words by descending count, ``</s>`` among them if it occurs often enough.

    Raises
    ------
    VocabularyError
        If no word is left.
    """
    kept = [word != LINE_END and not (label and word.startswith(label)) for word in vocabulary.words]
    words = [word for word, keep in zip(vocabulary.words, kept, strict=True) if keep]
    if not words:
        raise VocabularyError(f"label={label!r} removes all {len(vocabulary)} words: they begin with it")
    counts = vocabulary.counts[np.array(kept)]
    lines = vocabulary.raw_sentences
    if lines and lines >= vocabulary.min_count:
        position = int(np.searchsorted(-counts, -lines))
        words.insert(position, LINE_END)
        counts = np.insert(counts, position, lines)
    return replace(vocabulary, words=words, counts=counts, raw_words=vocabulary.raw_words + lines)


class CorpusWithLineEnds:
    """Encoded corpus in which each sentence ends in a word.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus; it is closed with this one.
    line_end : int
        Id of the word.
    """

    def __init__(self, corpus: EncodedCorpus, line_end: int) -> None:
        self._corpus = corpus
        self._line_end = line_end

    @property
    def word_count(self) -> int | None:
        """Number of words that are in the vocabulary."""
        return _sum(self._corpus.word_count, self._corpus.raw_sentences)

    @property
    def raw_words(self) -> int | None:
        """Number of words, including unknown ones."""
        return _sum(self._corpus.raw_words, self._corpus.raw_sentences)

    @property
    def raw_sentences(self) -> int | None:
        """Number of lines."""
        return self._corpus.raw_sentences

    @property
    def is_restartable(self) -> bool:
        """Whether several passes are possible."""
        return self._corpus.is_restartable

    def blocks(self) -> Iterator[EncodedBlock]:
        """Make one pass over the corpus.

        Yields
        ------
        EncodedBlock
            The blocks in order.
        """
        for block in self._corpus.blocks():
            yield replace(
                block,
                ids=np.insert(block.ids, block.ends, np.int32(self._line_end)),
                ends=block.ends + np.arange(1, len(block.ends) + 1),
                raw_words=block.raw_words + block.raw_sentences,
            )

    def checksum(self) -> int | None:
        """Return a checksum of the ids.

        Returns
        -------
        int or None
            None if passes over the corpus may differ.
        """
        return self._corpus.checksum()

    def close(self) -> None:
        """Release memory and disk space."""
        self._corpus.close()


def _sum(words: int | None, lines: int | None) -> int | None:
    return None if words is None or lines is None else words + lines
